// RUN: ecolm-opt %s --convert-onnx-to-linalg | FileCheck %s

// A constant of one element moves into the body.
// CHECK-LABEL: func.func @scalar_constant
// CHECK-SAME: %[[X:[^:]*]]: tensor<?x4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<?x4xf32>)
// CHECK: ^bb0(%[[E:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[C:.*]] = arith.constant 8.750000e-01 : f32
// CHECK: arith.mulf %[[E]], %[[C]] : f32
func.func @scalar_constant(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = onnx.initializer "alpha" dense<0.875> : tensor<f32>
  %y = onnx.node "Mul"(%x, %c) {opset = 14 : i64} : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// A vector repeats through its map.
// CHECK-LABEL: func.func @vector
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<?x4xf32>, tensor<4xf32>)
func.func @vector(%x: tensor<?x4xf32>, %v: tensor<4xf32>) -> tensor<?x4xf32> {
  %y = onnx.node "Add"(%x, %v) {opset = 14 : i64} : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// One symbol is one size: nothing is asked at run time.
// CHECK-LABEL: func.func @same_symbol
// CHECK-NOT: cf.assert
// CHECK: arith.addf
func.func @same_symbol(%x: tensor<?x4xf32> {onnx.dims = ["n", "4"]}, %z: tensor<?x4xf32> {onnx.dims = ["n", "4"]}) -> tensor<?x4xf32> {
  %y = onnx.node "Add"(%x, %z) {onnx.dims = [["n", "4"]], opset = 14 : i64} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// A number above one is the size, whatever the model calls the dimension.
// CHECK-LABEL: func.func @number_wins
// CHECK: %[[C4:.*]] = arith.constant 4 : index
// CHECK: arith.cmpi eq, %{{.*}}, %[[C4]]
// CHECK: cf.assert %{{.*}}, "node {{.*}}: the shapes of its inputs do not broadcast"
func.func @number_wins(%x: tensor<?xf32> {onnx.dims = ["m"]}, %z: tensor<4xf32>) -> tensor<?xf32> {
  %y = onnx.node "Add"(%x, %z) {opset = 14 : i64} : (tensor<?xf32>, tensor<4xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// Sizes that may differ are chosen, and checked, at run time.
// CHECK-LABEL: func.func @different_symbols
// CHECK: cf.assert %{{.*}}, "node {{.*}}: the shapes of its inputs do not broadcast"
// CHECK: linalg.generic
// CHECK: tensor.extract
func.func @different_symbols(%x: tensor<?xf32> {onnx.dims = ["m"]}, %z: tensor<?xf32> {onnx.dims = ["n"]}) -> tensor<?xf32> {
  %y = onnx.node "Add"(%x, %z) {opset = 14 : i64} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: func.func @relu
// CHECK: arith.maximumf
func.func @relu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = onnx.node "Relu"(%x) {opset = 14 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func.func @integer_division
// CHECK: cf.assert %{{.*}}, "node {{.*}}: an integer is divided by zero"
// CHECK: arith.divsi
func.func @integer_division(%x: tensor<20xi64>, %z: tensor<20xi64>) -> tensor<20xi64> {
  %y = onnx.node "Div"(%x, %z) {opset = 14 : i64} : (tensor<20xi64>, tensor<20xi64>) -> tensor<20xi64>
  return %y : tensor<20xi64>
}

// A float beyond the integers becomes the nearest of them, NaN zero.
// CHECK-LABEL: func.func @cast_to_integer
// CHECK: arith.cmpf uno
// CHECK: arith.maximumf
// CHECK: arith.minimumf
// CHECK: arith.fptosi %{{.*}} : f32 to i64
func.func @cast_to_integer(%x: tensor<4xf32>) -> tensor<4xi64> {
  %y = onnx.node "Cast"(%x) {attrs = {to = 7 : i64}, opset = 13 : i64} : (tensor<4xf32>) -> tensor<4xi64>
  return %y : tensor<4xi64>
}
