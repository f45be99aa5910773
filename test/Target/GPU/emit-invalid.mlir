// RUN: split-file %s %t
// RUN: not ecolm-translate --ecolm-to-ptx %t/nothing.mlir 2>&1 | FileCheck %s --check-prefix=PTX
// RUN: not ecolm-translate --ecolm-to-spirv %t/nothing.mlir 2>&1 | FileCheck %s --check-prefix=SPIRV

// PTX: error: expected one gpu binary, but found 0
// SPIRV: error: expected one spirv module, but found 0

//--- nothing.mlir
func.func @nothing_to_launch() {
  return
}
