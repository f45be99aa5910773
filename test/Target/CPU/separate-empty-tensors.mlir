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

// A filled tensor, and another shape of it, are written to as well; who reads
// the numbers keeps them.
// CHECK-LABEL: func.func @filled(
// CHECK-DAG: tensor.empty
// CHECK-DAG: tensor.empty
// CHECK-DAG: tensor.empty
// CHECK-NOT: tensor.empty
// CHECK: %[[KEPT:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<4x1xf32>)
// CHECK: %[[F:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<4x1xf32>)
// CHECK-NEXT: linalg.exp ins(%arg0 : {{.*}}) outs(%[[F]] :
// CHECK: %[[G:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<4x1xf32>)
// CHECK-NEXT: linalg.abs ins(%[[KEPT]] : {{.*}}) outs(%[[G]] :
func.func @filled(%x: tensor<4x1xf32>) -> (tensor<4x1xf32>, tensor<4x1xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %wide = tensor.expand_shape %e [[0, 1]] output_shape [4, 1] : tensor<4xf32> into tensor<4x1xf32>
  %f = linalg.fill ins(%zero : f32) outs(%wide : tensor<4x1xf32>) -> tensor<4x1xf32>
  %a = linalg.exp ins(%x : tensor<4x1xf32>) outs(%f : tensor<4x1xf32>) -> tensor<4x1xf32>
  %b = linalg.abs ins(%f : tensor<4x1xf32>) outs(%f : tensor<4x1xf32>) -> tensor<4x1xf32>
  return %a, %b : tensor<4x1xf32>, tensor<4x1xf32>
}
