// RUN: ecolm-opt --onnx-expand-sequences --split-input-file %s | FileCheck %s

// Pieces of two: the second begins at 2 and ends at 4.
// CHECK-LABEL: func @chunk
// CHECK-SAME:    (%[[X:.*]]: tensor<3x5xf32>)
// CHECK-DAG:     %[[AXIS:.*]] = onnx.initializer "position" dense<1> : tensor<1xi64>
// CHECK-DAG:     %[[BEGIN:.*]] = onnx.initializer "position" dense<2> : tensor<1xi64>
// CHECK-DAG:     %[[END:.*]] = onnx.initializer "position" dense<4> : tensor<1xi64>
// CHECK:         %[[Y:.*]] = onnx.node "Slice"(%[[X]], %[[BEGIN]], %[[END]], %[[AXIS]])
// CHECK:         return %[[Y]]
func.func @chunk(%x: tensor<3x5xf32>) -> tensor<3x2xf32> {
  %two = onnx.initializer "two" dense<2> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %s = onnx.node "SplitToSequence"(%x, %two) {attrs = {axis = 1 : i64}, opset = 18 : i64} : (tensor<3x5xf32>, tensor<i64>) -> tensor<*x!onnx.unknown>
  %y = onnx.node "SequenceAt"(%s, %one) {opset = 18 : i64} : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// -----

// Sizes one by one, and pieces of one that lose the axis.
// CHECK-LABEL: func @sizes
// CHECK-DAG:     onnx.initializer "position" dense<3> : tensor<1xi64>
// CHECK-DAG:     onnx.initializer "position" dense<5> : tensor<1xi64>
// CHECK:         "Slice"
// CHECK:         "Slice"
// CHECK-NEXT:    "Squeeze"
func.func @sizes(%x: tensor<3x5xf32>) -> (tensor<3x2xf32>, tensor<5xf32>) {
  %sizes = onnx.initializer "sizes" dense<[3, 2]> : tensor<2xi64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %s = onnx.node "SplitToSequence"(%x, %sizes) {attrs = {axis = 1 : i64}, opset = 18 : i64} : (tensor<3x5xf32>, tensor<2xi64>) -> tensor<*x!onnx.unknown>
  %y = onnx.node "SequenceAt"(%s, %one) {opset = 18 : i64} : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<3x2xf32>
  %t = onnx.node "SplitToSequence"(%x) {attrs = {keepdims = 0 : i64}, opset = 18 : i64} : (tensor<3x5xf32>) -> tensor<*x!onnx.unknown>
  %z = onnx.node "SequenceAt"(%t, %one) {opset = 18 : i64} : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<5xf32>
  return %y, %z : tensor<3x2xf32>, tensor<5xf32>
}

// -----

// CHECK-LABEL: func @join
// CHECK-COUNT-2: "Unsqueeze"
// CHECK-NEXT:    "Concat"({{.*}}) {attrs = {axis = 1 : i64}
func.func @join(%x: tensor<3xf32>, %y: tensor<3xf32>) -> tensor<3x2xf32> {
  %s = onnx.node "SequenceConstruct"(%x, %y) {opset = 18 : i64} : (tensor<3xf32>, tensor<3xf32>) -> tensor<*x!onnx.unknown>
  %z = onnx.node "ConcatFromSequence"(%s) {attrs = {axis = 1 : i64, new_axis = 1 : i64}, opset = 18 : i64} : (tensor<*x!onnx.unknown>) -> tensor<3x2xf32>
  return %z : tensor<3x2xf32>
}

// -----

// A position that the run decides, or that counts from the end, stays.
// CHECK-LABEL: func @kept
// CHECK:         "SplitToSequence"
// CHECK-COUNT-2: "SequenceAt"
func.func @kept(%x: tensor<3x5xf32>, %i: tensor<i64>) -> (tensor<?x5xf32>, tensor<?x5xf32>) {
  %last = onnx.initializer "last" dense<-1> : tensor<i64>
  %s = onnx.node "SplitToSequence"(%x) {opset = 18 : i64} : (tensor<3x5xf32>) -> tensor<*x!onnx.unknown>
  %y = onnx.node "SequenceAt"(%s, %i) {opset = 18 : i64} : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<?x5xf32>
  %z = onnx.node "SequenceAt"(%s, %last) {opset = 18 : i64} : (tensor<*x!onnx.unknown>, tensor<i64>) -> tensor<?x5xf32>
  return %y, %z : tensor<?x5xf32>, tensor<?x5xf32>
}
