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

// A stack of matrices meets one matrix.
// CHECK-LABEL: func @stack_of_products
// CHECK-NEXT:    %[[W:.*]] = onnx.initializer
// CHECK-SAME{LITERAL}: dense<[[[4.000000e+00, 5.000000e+00], [1.000000e+01, 1.100000e+01]], [[-1.000000e+00, -2.000000e+00], [6.000000e+00, 7.500000e+00]]]>
// CHECK-NEXT:    return %[[W]]
func.func @stack_of_products() -> tensor<2x2x2xf32> {
  %a = onnx.initializer "a" dense<[[[0.0, 1.0], [2.0, 1.0]], [[1.0, -1.0], [0.0, 1.5]]]> : tensor<2x2x2xf32>
  %b = onnx.initializer "b" dense<[[3.0, 3.0], [4.0, 5.0]]> : tensor<2x2xf32>
  %y = onnx.node "MatMul"(%a, %b) {opset = 17 : i64} : (tensor<2x2x2xf32>, tensor<2x2xf32>) -> tensor<2x2x2xf32>
  return %y : tensor<2x2x2xf32>
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

// Codes of two bits that are unpacked and written over a matrix, as layers of
// packed bytes do it.
// CHECK-LABEL: func @unpacked
// CHECK:       "zeros"
// CHECK-SAME{LITERAL}: dense<[[3, 0], [9, 8]]> : tensor<2x2xui8> {onnx.folded = ["BitwiseAnd", "Unsqueeze", "ScatterND"]}
// CHECK:       "packed"
// CHECK-SAME{LITERAL}: dense<[[251, 248], [249, 250]]>
// CHECK:       "packed"
// CHECK-SAME{LITERAL}: dense<[[1, 9], [9, 0]]>
// CHECK:       "packed"
// CHECK-SAME{LITERAL}: dense<2> : tensor<1xi64>
// CHECK-NEXT:  return
func.func @unpacked() -> (tensor<2x2xui8>, tensor<2x2xui8>, tensor<2x2xui8>, tensor<1xi64>) {
  %packed = onnx.initializer "packed" dense<[19, 32]> : tensor<2xui8>
  %one = onnx.initializer "one" dense<1> : tensor<ui8>
  %three = onnx.initializer "three" dense<3> : tensor<ui8>
  %four = onnx.initializer "four" dense<4> : tensor<ui8>
  %nines = onnx.initializer "nines" dense<9> : tensor<2x1xui8>
  %zeros = onnx.initializer "zeros" dense<[[0, 0], [9, 8]]> : tensor<2x2xui8>
  %first = onnx.initializer "first" dense<0> : tensor<1x1xi64>
  %places = onnx.initializer "places" dense<[[-1], [0]]> : tensor<2x1xi64>
  %axis = onnx.initializer "axis" dense<0> : tensor<1xi64>
  %square = onnx.initializer "square" dense<2> : tensor<2xi64>
  %low = onnx.node "BitwiseAnd"(%packed, %three) {opset = 18 : i64} : (tensor<2xui8>, tensor<ui8>) -> tensor<2xui8>
  %row = onnx.node "Unsqueeze"(%low, %axis) {opset = 13 : i64} : (tensor<2xui8>, tensor<1xi64>) -> tensor<1x2xui8>
  %0 = onnx.node "ScatterND"(%zeros, %first, %row) {opset = 18 : i64} : (tensor<2x2xui8>, tensor<1x1xi64>, tensor<1x2xui8>) -> tensor<2x2xui8>
  %high = onnx.node "BitShift"(%packed, %four) {attrs = {direction = "RIGHT"}, opset = 11 : i64} : (tensor<2xui8>, tensor<ui8>) -> tensor<2xui8>
  %both = onnx.node "Concat"(%high, %low) {attrs = {axis = 0 : i64}, opset = 13 : i64} : (tensor<2xui8>, tensor<2xui8>) -> tensor<4xui8>
  %codes = onnx.node "Reshape"(%both, %square) {opset = 13 : i64} : (tensor<4xui8>, tensor<2xi64>) -> tensor<2x2xui8>
  %or = onnx.node "BitwiseOr"(%codes, %four) {opset = 18 : i64} : (tensor<2x2xui8>, tensor<ui8>) -> tensor<2x2xui8>
  %xor = onnx.node "BitwiseXor"(%or, %one) {opset = 18 : i64} : (tensor<2x2xui8>, tensor<ui8>) -> tensor<2x2xui8>
  %1 = onnx.node "BitwiseNot"(%xor) {opset = 18 : i64} : (tensor<2x2xui8>) -> tensor<2x2xui8>
  %2 = onnx.node "ScatterElements"(%codes, %places, %nines) {attrs = {axis = 1 : i64}, opset = 18 : i64} : (tensor<2x2xui8>, tensor<2x1xi64>, tensor<2x1xui8>) -> tensor<2x2xui8>
  %3 = onnx.node "Shape"(%codes) {attrs = {start = -1 : i64}, opset = 19 : i64} : (tensor<2x2xui8>) -> tensor<1xi64>
  return %0, %1, %2, %3 : tensor<2x2xui8>, tensor<2x2xui8>, tensor<2x2xui8>, tensor<1xi64>
}

// -----

// A table that is indexed, in a batch or not; the places of a mask; a power by
// an integer; the largest of one.
// CHECK-LABEL: func @places
// CHECK:       dense<[3.000000e+00, 2.000000e+00]>
// CHECK:       dense<[2.000000e+00, 3.000000e+00]>
// CHECK:       dense<{{\[}}[0, 1], [1, 0]]> : tensor<2x2xi64>
// CHECK:       dense<{{\[}}[1.000000e+00, 4.000000e+00], [9.000000e+00, 1.600000e+01]]>
// CHECK-NEXT:  return
func.func @places() -> (tensor<2xf32>, tensor<2xf32>, tensor<2x2xi64>, tensor<2x2xf32>) {
  %t = onnx.initializer "t" dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %at = onnx.initializer "at" dense<[[1, 0], [0, -1]]> : tensor<2x2xi64>
  %own = onnx.initializer "own" dense<[[1], [0]]> : tensor<2x1xi64>
  %mask = onnx.initializer "mask" dense<[[false, true], [true, false]]> : tensor<2x2xi1>
  %two = onnx.initializer "two" dense<2> : tensor<i32>
  %0 = onnx.node "GatherND"(%t, %at) {opset = 13 : i64} : (tensor<2x2xf32>, tensor<2x2xi64>) -> tensor<2xf32>
  %1 = onnx.node "GatherND"(%t, %own) {attrs = {batch_dims = 1 : i64}, opset = 13 : i64} : (tensor<2x2xf32>, tensor<2x1xi64>) -> tensor<2xf32>
  %2 = onnx.node "NonZero"(%mask) {opset = 13 : i64} : (tensor<2x2xi1>) -> tensor<2x2xi64>
  %m = onnx.node "Max"(%t) {opset = 13 : i64} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %3 = onnx.node "Pow"(%m, %two) {opset = 15 : i64} : (tensor<2x2xf32>, tensor<i32>) -> tensor<2x2xf32>
  return %0, %1, %2, %3 : tensor<2xf32>, tensor<2xf32>, tensor<2x2xi64>, tensor<2x2xf32>
}

// -----

// What does not fit stays: an index out of bounds, updates of another shape, a
// reduction.
// CHECK-LABEL: func @not_scattered
// CHECK-COUNT-2: "ScatterND"
// CHECK:         "ScatterElements"
func.func @not_scattered() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %x = onnx.initializer "x" dense<[1.0, 2.0]> : tensor<2xf32>
  %far = onnx.initializer "far" dense<2> : tensor<1x1xi64>
  %near = onnx.initializer "near" dense<1> : tensor<1x1xi64>
  %place = onnx.initializer "place" dense<1> : tensor<1xi64>
  %u = onnx.initializer "u" dense<3.0> : tensor<1xf32>
  %0 = onnx.node "ScatterND"(%x, %far, %u) {opset = 18 : i64} : (tensor<2xf32>, tensor<1x1xi64>, tensor<1xf32>) -> tensor<2xf32>
  %1 = onnx.node "ScatterND"(%x, %near, %x) {opset = 18 : i64} : (tensor<2xf32>, tensor<1x1xi64>, tensor<2xf32>) -> tensor<2xf32>
  %2 = onnx.node "ScatterElements"(%x, %place, %u) {attrs = {reduction = "add"}, opset = 18 : i64} : (tensor<2xf32>, tensor<1xi64>, tensor<1xf32>) -> tensor<2xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// A large tensor may be unpacked from a smaller one of integers, an element of
// it from each bit; from floats it may not.
// CHECK-LABEL: func @codes
// CHECK:         "bytes" {{.*}} : tensor<80000xui8> {onnx.folded = ["Concat"]}
// CHECK:         "Concat"(%{{.*}}, %{{.*}}) {{.*}} -> tensor<80000xf32>
func.func @codes() -> (tensor<80000xui8>, tensor<80000xf32>) {
  %bytes = onnx.initializer "bytes" dense<1> : tensor<40000xui8>
  %floats = onnx.initializer "floats" dense<1.0> : tensor<40000xf32>
  %0 = onnx.node "Concat"(%bytes, %bytes) {attrs = {axis = 0 : i64}, opset = 13 : i64} : (tensor<40000xui8>, tensor<40000xui8>) -> tensor<80000xui8>
  %1 = onnx.node "Concat"(%floats, %floats) {attrs = {axis = 0 : i64}, opset = 13 : i64} : (tensor<40000xf32>, tensor<40000xf32>) -> tensor<80000xf32>
  return %0, %1 : tensor<80000xui8>, tensor<80000xf32>
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
