// RUN: ecolm-opt %s --ecolm-gpu-use-spirv-interface --verify-diagnostics

gpu.module @kernels {
  // expected-error @below {{'gpu.func' op expected a known block size}}
  gpu.func @unknown_size(%x: memref<?x64xi8>) kernel {
    gpu.return
  }
}
