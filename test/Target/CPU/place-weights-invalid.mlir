// RUN: ecolm-opt %s --ecolm-place-weights --split-input-file --verify-diagnostics

// expected-error @+1 {{'ecolm.weight' op sums of several powers of two have no packed form}}
ecolm.weight @sums : tensor<2x!ecolm.pot<min = -3, max = 3, terms = 2>> = dense_resource<sums> : tensor<2x!ecolm.pot<min = -3, max = 3, terms = 2>>

// -----

// expected-error @+1 {{'ecolm.weight' op elements of type 'complex<f32>' have no bytes}}
ecolm.weight @complex : tensor<2xcomplex<f32>> = dense<(1.0, 1.0)> : tensor<2xcomplex<f32>>
