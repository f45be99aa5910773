// RUN: split-file %s %t
// RUN: not ecolm-translate --ecolm-to-ptx %t/nothing.mlir 2>&1 | FileCheck %s --check-prefix=PTX
// RUN: not ecolm-translate --ecolm-to-spirv %t/nothing.mlir 2>&1 | FileCheck %s --check-prefix=SPIRV

// PTX: error: no layer of the model has a kernel for a gpu, so there is no PTX; kernels are made of butterflies
// SPIRV: error: no layer of the model has a kernel for a gpu, so there is no SPIR-V; kernels are made of butterflies

//--- nothing.mlir
func.func @nothing_to_launch() {
  return
}
