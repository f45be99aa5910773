// RUN: ecolm-opt %s --convert-onnx-to-linalg --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @split_last
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2]] output_shape [%{{.*}}, 4, 16]
func.func @split_last(%x: tensor<?x64xf32> {onnx.dims = ["n", "64"]}) -> tensor<?x4x16xf32> {
  %s = onnx.initializer "shape" dense<[0, 4, 16]> : tensor<3xi64>
  %y = onnx.node "Reshape"(%x, %s) {onnx.dims = [["n", "4", "16"]], opset = 14 : i64} : (tensor<?x64xf32>, tensor<3xi64>) -> tensor<?x4x16xf32>
  return %y : tensor<?x4x16xf32>
}

// A shape that the graph computes folds to sizes of the input.
// CHECK-LABEL: func.func @computed_shape
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x8xf32>
// CHECK-NOT: linalg.generic
// CHECK: tensor.expand_shape %[[X]] {{\[\[}}0], [1, 2]]
func.func @computed_shape(%x: tensor<?x8xf32> {onnx.dims = ["n", "8"]}) -> tensor<?x2x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %rest = onnx.initializer "rest" dense<[2, 4]> : tensor<2xi64>
  %shape = onnx.node "Shape"(%x) {opset = 15 : i64} : (tensor<?x8xf32>) -> tensor<2xi64>
  %n = onnx.node "Gather"(%shape, %zero) {opset = 13 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<1xi64>
  %s = onnx.node "Concat"(%n, %rest) {attrs = {axis = 0 : i64}, opset = 13 : i64} : (tensor<1xi64>, tensor<2xi64>) -> tensor<3xi64>
  %y = onnx.node "Reshape"(%x, %s) {onnx.dims = [["n", "2", "4"]], opset = 14 : i64} : (tensor<?x8xf32>, tensor<3xi64>) -> tensor<?x2x4xf32>
  return %y : tensor<?x2x4xf32>
}

// CHECK-LABEL: func.func @slice
// CHECK: tensor.extract_slice %{{.*}}[0, 1] [2, 2] [1, 2] : tensor<2x6xf32> to tensor<2x2xf32>
func.func @slice(%x: tensor<2x6xf32>) -> tensor<2x2xf32> {
  %s = onnx.initializer "starts" dense<1> : tensor<1xi64>
  %e = onnx.initializer "ends" dense<-1> : tensor<1xi64>
  %a = onnx.initializer "axes" dense<1> : tensor<1xi64>
  %t = onnx.initializer "steps" dense<2> : tensor<1xi64>
  %y = onnx.node "Slice"(%x, %s, %e, %a, %t) {opset = 13 : i64} : (tensor<2x6xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// From the first row on there is nothing to clamp but the end.
// CHECK-LABEL: func.func @first_rows
// CHECK: %[[COUNT:.*]] = arith.minsi %{{.*}}, %{{.*}} : index
// CHECK-NOT: arith.maxsi
// CHECK: tensor.extract_slice %arg0[0, 0] [%[[COUNT]], 3] [1, 1]
func.func @first_rows(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %s = onnx.initializer "starts" dense<0> : tensor<1xi64>
  %e = onnx.initializer "ends" dense<2> : tensor<1xi64>
  %y = onnx.node "Slice"(%x, %s, %e) {opset = 13 : i64} : (tensor<?x3xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// CHECK-LABEL: func.func @concat
// CHECK: tensor.insert_slice %{{.*}}[0, 0] [2, 3] [1, 1]
// CHECK: tensor.insert_slice %{{.*}}[0, 3] [2, 1] [1, 1]
func.func @concat(%x: tensor<2x3xf32>, %z: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %y = onnx.node "Concat"(%x, %z) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @transpose
// CHECK: linalg.transpose {{.*}} permutation = [1, 0]
func.func @transpose(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %y = onnx.node "Transpose"(%x) {opset = 13 : i64} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// What the run has to check: sizes that only it knows.
// CHECK-LABEL: func.func @checks_of_the_run
// CHECK-DAG: cf.assert %{{.*}}, "node {{.*}}: the new shape has another number of elements
// CHECK-DAG: cf.assert %{{.*}}, "node {{.*}}: a size is negative
// CHECK-DAG: cf.assert %{{.*}}, "node {{.*}}: the step is zero
// CHECK-DAG: cf.assert %{{.*}}, "node {{.*}}: the dimensions of its inputs that must agree differ
func.func @checks_of_the_run(%x: tensor<?x?xf32>, %w: tensor<?x?xf32>, %s: tensor<2xi64>, %i: tensor<i64>) -> (tensor<?x?x?xf32>, tensor<?x?xf32>, tensor<?xi64>, tensor<?x?xf32>) {
  %t = onnx.initializer "t" dense<[2, -1, 3]> : tensor<3xi64>
  %r = onnx.node "Reshape"(%x, %t) {opset = 14 : i64} : (tensor<?x?xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  %c = onnx.node "ConstantOfShape"(%s) {opset = 9 : i64} : (tensor<2xi64>) -> tensor<?x?xf32>
  %n = onnx.node "Range"(%i, %i, %i) {opset = 11 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %p = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r, %c, %n, %p : tensor<?x?x?xf32>, tensor<?x?xf32>, tensor<?xi64>, tensor<?x?xf32>
}
