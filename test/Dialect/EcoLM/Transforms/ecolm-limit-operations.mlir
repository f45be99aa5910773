// RUN: ecolm-opt %s --ecolm-limit-operations=limit=1020 | FileCheck %s
// RUN: ecolm-opt %s --ecolm-limit-operations | FileCheck %s
// RUN: not ecolm-opt %s --ecolm-limit-operations=limit=1019 2>&1 | FileCheck %s --check-prefix=LAST
// RUN: not ecolm-opt %s --ecolm-limit-operations=limit=970 2>&1 | FileCheck %s --check-prefix=KERNEL

// The module and a function without a body are 1 each, one with a body 640 and
// its arguments and results 30 each, what reduces 48 and its body 2, an empty
// tensor 1, a product 128, what is inserted 48, and the return is 1.
// CHECK: func.func @f
// LAST: [[# @LINE + 13]]:3: error: compiling the model costs as much as 1020 operations, more than the limit of 1019 for files of less than 1 MiB; allow more with --max-operations
// KERNEL: [[# @LINE + 10]]:8: error: compiling the model costs as much as 1020 operations
func.func private @outside()
func.func @f(%x: tensor<2x4xf32>, %y: tensor<2xf32>, %w: tensor<4x4x!ecolm.ternary>)
    -> (tensor<2xf32>, tensor<4x4xf32>) {
  %r = linalg.reduce ins(%x : tensor<2x4xf32>) outs(%y : tensor<2xf32>) dimensions = [1]
    (%a: f32, %b: f32) {
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    }
  %0 = tensor.empty() : tensor<4x4xf32>
  %1 = ecolm.matmul %x, %w : tensor<2x4xf32>, tensor<4x4x!ecolm.ternary> -> tensor<2x4xf32>
  %2 = tensor.insert_slice %1 into %0[0, 0] [2, 4] [1, 1] : tensor<2x4xf32> into tensor<4x4xf32>
  return %r, %2 : tensor<2xf32>, tensor<4x4xf32>
}
