// RUN: ecolm-opt --onnx-fold-constants --split-input-file %s | FileCheck %s

// A weight is quantized as training code writes it: s = 1 / mean|w|,
// w = clip(round(w s), -1, 1) / s, with a mean of 0.5.
// CHECK-LABEL: func @absmean
// CHECK-NEXT:    %[[W:.*]] = onnx.initializer "w"
// CHECK-SAME{LITERAL}: dense<[[5.000000e-01, -5.000000e-01], [0.000000e+00, 5.000000e-01]]>
// CHECK-SAME:      onnx.folded = ["Abs", "ReduceMean", "Reciprocal", "Mul", "Round", "Clip", "Div", "Transpose"]
// CHECK-NEXT:    "MatMul"(%{{.*}}, %[[W]])
// CHECK-NEXT:    return
func.func @absmean(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.initializer "w" dense<[[0.5, 0.1], [-0.6, 0.8]]> : tensor<2x2xf32>
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %low = onnx.initializer "low" dense<-1.0> : tensor<f32>
  %a = onnx.node "Abs"(%w) {opset = 17 : i64} : (tensor<2x2xf32>) -> tensor<*x!onnx.unknown>
  %m = onnx.node "ReduceMean"(%a) {attrs = {keepdims = 0 : i64}, opset = 17 : i64} : (tensor<*x!onnx.unknown>) -> tensor<*x!onnx.unknown>
  %s = onnx.node "Reciprocal"(%m) {opset = 17 : i64} : (tensor<*x!onnx.unknown>) -> tensor<*x!onnx.unknown>
  %u = onnx.node "Mul"(%w, %s) {opset = 17 : i64} : (tensor<2x2xf32>, tensor<*x!onnx.unknown>) -> tensor<*x!onnx.unknown>
  %r = onnx.node "Round"(%u) {opset = 17 : i64} : (tensor<*x!onnx.unknown>) -> tensor<*x!onnx.unknown>
  %c = onnx.node "Clip"(%r, %low, %one) {opset = 17 : i64} : (tensor<*x!onnx.unknown>, tensor<f32>, tensor<f32>) -> tensor<*x!onnx.unknown>
  %d = onnx.node "Div"(%c, %s) {opset = 17 : i64} : (tensor<*x!onnx.unknown>, tensor<*x!onnx.unknown>) -> tensor<*x!onnx.unknown>
  %t = onnx.node "Transpose"(%d) {opset = 17 : i64} : (tensor<*x!onnx.unknown>) -> tensor<*x!onnx.unknown>
  %y = onnx.node "MatMul"(%x, %t) {opset = 17 : i64} : (tensor<?x2xf32>, tensor<*x!onnx.unknown>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// A large weight that is only reordered stays in the file.
// CHECK-LABEL: func @reordered
// CHECK-NEXT:    %[[W:.*]] = onnx.initializer "w"
// CHECK-NEXT:    "Transpose"(%[[W]])
func.func @reordered(%x: tensor<?x300xf32>) -> tensor<?x300xf32> {
  %w = onnx.initializer "w" dense<0.5> : tensor<300x300xf32>
  %t = onnx.node "Transpose"(%w) {opset = 17 : i64} : (tensor<300x300xf32>) -> tensor<300x300xf32>
  %y = onnx.node "MatMul"(%x, %t) {opset = 17 : i64} : (tensor<?x300xf32>, tensor<300x300xf32>) -> tensor<?x300xf32>
  return %y : tensor<?x300xf32>
}

// -----

// ... unless more than that is done to it.
// CHECK-LABEL: func @reordered_and_rounded
// CHECK-NEXT:    %[[W:.*]] = onnx.initializer "w" {{.*}} {onnx.folded = ["Round"]}
// CHECK-NEXT:    "MatMul"(%{{.*}}, %[[W]])
func.func @reordered_and_rounded(%x: tensor<?x300xf32>) -> tensor<?x300xf32> {
  %w = onnx.initializer "w" dense<0.75> : tensor<300x300xf32>
  %t = onnx.node "Transpose"(%w) {opset = 17 : i64} : (tensor<300x300xf32>) -> tensor<300x300xf32>
  %r = onnx.node "Round"(%t) {opset = 17 : i64} : (tensor<300x300xf32>) -> tensor<300x300xf32>
  %y = onnx.node "MatMul"(%x, %r) {opset = 17 : i64} : (tensor<?x300xf32>, tensor<300x300xf32>) -> tensor<?x300xf32>
  return %y : tensor<?x300xf32>
}

// -----

// Left alone: a tensor made large out of a small one, a quantized weight, a
// node whose stated type is wrong, an index out of bounds.
// CHECK-LABEL: func @kept
// CHECK:         "Expand"
// CHECK:         "DequantizeLinear"
// CHECK:         "Neg"
// CHECK:         "Gather"
func.func @kept() -> (tensor<300x300xf32>, tensor<4xf32>, tensor<3xf32>, tensor<1xf32>) {
  %one = onnx.initializer "one" dense<1.0> : tensor<1xf32>
  %shape = onnx.initializer "shape" dense<300> : tensor<2xi64>
  %e = onnx.node "Expand"(%one, %shape) {opset = 13 : i64} : (tensor<1xf32>, tensor<2xi64>) -> tensor<300x300xf32>
  %q = onnx.initializer "q" dense<[1, 2, 3, 4]> : tensor<4xi8>
  %d = onnx.node "DequantizeLinear"(%q, %one) {opset = 13 : i64} : (tensor<4xi8>, tensor<1xf32>) -> tensor<4xf32>
  %n = onnx.node "Neg"(%one) {opset = 13 : i64} : (tensor<1xf32>) -> tensor<3xf32>
  %i = onnx.initializer "i" dense<7> : tensor<1xi64>
  %g = onnx.node "Gather"(%one, %i) {opset = 13 : i64} : (tensor<1xf32>, tensor<1xi64>) -> tensor<1xf32>
  return %e, %d, %n, %g : tensor<300x300xf32>, tensor<4xf32>, tensor<3xf32>, tensor<1xf32>
}

// -----

// A function that returns a constant returns its type.
// CHECK-LABEL: func @returned() -> (tensor<2xf32> {onnx.dims = ["2"]})
// CHECK:         return %{{.*}} : tensor<2xf32>
func.func @returned() -> (tensor<?xf32> {onnx.dims = ["n"]}) {
  %w = onnx.initializer "w" dense<[0.5, -1.0]> : tensor<2xf32>
  %a = onnx.node "Abs"(%w) {opset = 13 : i64} : (tensor<2xf32>) -> tensor<?xf32>
  return %a : tensor<?xf32>
}

// -----

// Whole numbers are counted in floats; tenths add up to something else.
// CHECK-LABEL: func @ranges
// CHECK:         onnx.initializer "{{.*}}" dense<[1.000000e+00, 3.000000e+00, 5.000000e+00]> : tensor<3xf32>
// CHECK:         "Range"
func.func @ranges(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %two = onnx.initializer "two" dense<2.0> : tensor<f32>
  %six = onnx.initializer "six" dense<6.0> : tensor<f32>
  %tenth = onnx.initializer "tenth" dense<0.1> : tensor<f32>
  %end = onnx.initializer "end" dense<1.25> : tensor<f32>
  %r = onnx.node "Range"(%one, %six, %two) {opset = 11 : i64} : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3xf32>
  %s = onnx.node "Range"(%one, %end, %tenth) {opset = 11 : i64} : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3xf32>
  %y = onnx.node "Add"(%x, %r) {opset = 14 : i64} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %z = onnx.node "Add"(%x, %s) {opset = 14 : i64} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %y, %z : tensor<3xf32>, tensor<3xf32>
}
