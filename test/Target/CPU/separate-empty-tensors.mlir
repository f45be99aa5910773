// RUN: ecolm-opt %s --ecolm-separate-empty-tensors | FileCheck %s

// CHECK-LABEL: func.func @shared(
// CHECK-DAG: %[[E:.*]] = tensor.empty
// CHECK-DAG: %[[F:.*]] = tensor.empty
// CHECK-NOT: tensor.empty
// CHECK: %[[A:.*]] = linalg.exp ins(%arg0 : {{.*}}) outs(%[[OUT:.*]] :
// CHECK-NOT: outs(%[[OUT]] :
// CHECK: linalg.abs ins(%[[A]] : {{.*}}) outs(
func.func @shared(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.abs ins(%a : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %b : tensor<4xf32>
}
