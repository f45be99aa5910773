// RUN: ecolm-opt %s --pass-pipeline='builtin.module(gpu.module(ecolm-gpu-use-bare-pointers))' \
// RUN:   --verify-diagnostics

gpu.module @kernels {
  // expected-error @below {{'gpu.func' op expected known strides, but argument 0 is 'memref<?x?xi8>'}}
  gpu.func @unknown_row_length(%x: memref<?x?xi8>) kernel {
    gpu.return
  }
}
