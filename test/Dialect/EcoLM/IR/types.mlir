// RUN: ecolm-opt %s | ecolm-opt | FileCheck %s
// RUN: ecolm-opt %s --emit-bytecode | ecolm-opt | FileCheck %s
// RUN: ecolm-opt %s --mlir-print-op-generic | ecolm-opt | FileCheck %s

// CHECK-LABEL: func private @ternary(tensor<768x768x!ecolm.ternary>)
func.func private @ternary(tensor<768x768x!ecolm.ternary>)

// CHECK-LABEL: func private @pot
// CHECK-SAME: (!ecolm.pot<min = -6, max = 1>, !ecolm.pot<min = 0, max = 7, zero = false>, !ecolm.pot<min = -7, max = 0, terms = 2>)
func.func private @pot(!ecolm.pot<min = -6, max = 1>,
                       !ecolm.pot<min = 0, max = 7, zero = false>,
                       !ecolm.pot<min = -7, max = 0, terms = 2>)

// Defaults are not printed.
// CHECK-LABEL: func private @pot_limits
// CHECK-SAME: (!ecolm.pot<min = -126, max = 127>, !ecolm.pot<min = 127, max = 127, zero = false, terms = 4>)
func.func private @pot_limits(
    !ecolm.pot<min = -126, max = 127, zero = true, terms = 1>,
    !ecolm.pot<min = 127, max = 127, zero = false, terms = 4>)
