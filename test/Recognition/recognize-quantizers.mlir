// RUN: ecolm-opt --recognize-quantizers --split-input-file %s | FileCheck %s

// sign(x) 2^clip(floor(log2|x|), -6, 3), through a logarithm.
// CHECK: evidence = "log quantizer, 2^-6 to 2^3, rounding floor, underflow to the smallest: the nodes agree with it at {{[0-9]+}} numbers, but for {{[0-9]+}} next to a threshold"
// CHECK-LABEL: func @logarithm
// CHECK-SAME:    (%[[X:.*]]: tensor<?x8xf32>)
// CHECK-NEXT:    %[[Y:.*]] = onnx.node "LogQuantize"(%[[X]]) {attrs = {emax = 3 : i64, emin = -6 : i64, rounding = "floor", underflow = "clamp"}, domain = "ai.ecolm"
// CHECK-NEXT:    return %[[Y]]
func.func @logarithm(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %ln2 = onnx.initializer "ln2" dense<0.693147182> : tensor<f32>
  %low = onnx.initializer "low" dense<-6.0> : tensor<f32>
  %high = onnx.initializer "high" dense<3.0> : tensor<f32>
  %two = onnx.initializer "two" dense<2.0> : tensor<f32>
  %s = onnx.node "Sign"(%x) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.node "Abs"(%x) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l = onnx.node "Log"(%a) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %d = onnx.node "Div"(%l, %ln2) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %f = onnx.node "Floor"(%d) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %c = onnx.node "Clip"(%f, %low, %high) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>, tensor<f32>) -> tensor<?x8xf32>
  %p = onnx.node "Pow"(%two, %c) {opset = 17 : i64} : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = onnx.node "Mul"(%s, %p) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// The rounding of the logarithm goes up at sqrt 2; small numbers become zero.
// CHECK: rounding nearest_log, underflow to zero
// CHECK-LABEL: func @nearest
// CHECK-NEXT:    onnx.node "LogQuantize"(%{{.*}}) {attrs = {emax = 1 : i64, emin = -4 : i64, rounding = "nearest_log", underflow = "zero"}
func.func @nearest(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %ln2 = onnx.initializer "ln2" dense<0.693147182> : tensor<f32>
  %high = onnx.initializer "high" dense<1.0> : tensor<f32>
  %two = onnx.initializer "two" dense<2.0> : tensor<f32>
  %zero = onnx.initializer "zero" dense<0.0> : tensor<f32>
  %least = onnx.initializer "least" dense<0.0625> : tensor<f32>
  %s = onnx.node "Sign"(%x) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.node "Abs"(%x) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l = onnx.node "Log"(%a) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %d = onnx.node "Div"(%l, %ln2) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %f = onnx.node "Round"(%d) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %c = onnx.node "Min"(%f, %high) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %p = onnx.node "Pow"(%two, %c) {opset = 17 : i64} : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = onnx.node "Mul"(%s, %p) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %small = onnx.node "Less"(%a, %least) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xi1>
  %y = onnx.node "Where"(%small, %zero, %m) {opset = 17 : i64} : (tensor<?x8xi1>, tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Each row in int8, as BitNet does.
// CHECK: evidence = "int8 of each row with the scale max|x| / 127: the nodes agree with it at 512 numbers"
// CHECK-LABEL: func @int8
// CHECK-NEXT:    onnx.node "QuantizeInt8"(%{{.*}}) {attrs = {epsilon = 9.99999974E-6 : f32}, domain = "ai.ecolm"
func.func @int8(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %axes = onnx.initializer "axes" dense<-1> : tensor<1xi64>
  %least = onnx.initializer "least" dense<1.0e-5> : tensor<f32>
  %n = onnx.initializer "n" dense<127.0> : tensor<f32>
  %low = onnx.initializer "low" dense<-128.0> : tensor<f32>
  %none = onnx.none : none
  %a = onnx.node "Abs"(%x) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = onnx.node "ReduceMax"(%a, %axes) {attrs = {keepdims = 1 : i64}, opset = 18 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %c = onnx.node "Clip"(%m, %least, %none) {opset = 18 : i64} : (tensor<?x1xf32>, tensor<f32>, none) -> tensor<?x1xf32>
  %s = onnx.node "Div"(%n, %c) {opset = 18 : i64} : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %u = onnx.node "Mul"(%x, %s) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  %r = onnx.node "Round"(%u) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %q = onnx.node "Clip"(%r, %low, %n) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<f32>, tensor<f32>) -> tensor<?x8xf32>
  %y = onnx.node "Div"(%q, %s) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// What differs is said, with a number at which it does: here a threshold, and
// a row that is not quantized.
// CHECK: reason = "rounds to powers of two from 2^-4 to 2^1, but gives {{.*}} at {{.*}}, where the quantizer gives {{.*}}"
// CHECK-LABEL: func @other_threshold
// CHECK-NOT:     "LogQuantize"
// CHECK:         return
func.func @other_threshold(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %ln2 = onnx.initializer "ln2" dense<0.693147182> : tensor<f32>
  %off = onnx.initializer "off" dense<0.3> : tensor<f32>
  %low = onnx.initializer "low" dense<-4.0> : tensor<f32>
  %high = onnx.initializer "high" dense<1.0> : tensor<f32>
  %two = onnx.initializer "two" dense<2.0> : tensor<f32>
  %s = onnx.node "Sign"(%x) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.node "Abs"(%x) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l = onnx.node "Log"(%a) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %d = onnx.node "Div"(%l, %ln2) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %o = onnx.node "Add"(%d, %off) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %f = onnx.node "Round"(%o) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %c = onnx.node "Clip"(%f, %low, %high) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>, tensor<f32>) -> tensor<?x8xf32>
  %p = onnx.node "Pow"(%two, %c) {opset = 17 : i64} : (tensor<f32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = onnx.node "Mul"(%s, %p) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// CHECK: reason = "quantizes most rows to int8 with the scale max|x| / 127, but not {{[0-9]+}} of 64 rows tried"
// CHECK-LABEL: func @small_rows_as_they_are
// CHECK-NOT:     "QuantizeInt8"
// CHECK:         return
func.func @small_rows_as_they_are(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %axes = onnx.initializer "axes" dense<-1> : tensor<1xi64>
  %least = onnx.initializer "least" dense<1.0e-5> : tensor<f32>
  %n = onnx.initializer "n" dense<127.0> : tensor<f32>
  %a = onnx.node "Abs"(%x) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = onnx.node "ReduceMax"(%a, %axes) {attrs = {keepdims = 1 : i64}, opset = 18 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %s = onnx.node "Div"(%n, %m) {opset = 18 : i64} : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %u = onnx.node "Mul"(%x, %s) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  %r = onnx.node "Round"(%u) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %q = onnx.node "Div"(%r, %s) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  %t = onnx.node "Less"(%m, %least) {opset = 18 : i64} : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xi1>
  %y = onnx.node "Where"(%t, %x, %q) {opset = 18 : i64} : (tensor<?x1xi1>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Steps that are no quantizer of ours are not even said.
// CHECK-NOT:   recognition_notes
// CHECK-LABEL: func @others
func.func @others(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %half = onnx.initializer "half" dense<0.5> : tensor<f32>
  %m = onnx.node "Mul"(%x, %half) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %r = onnx.node "Round"(%m) {opset = 17 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %g = onnx.node "Greater"(%x, %half) {opset = 17 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xi1>
  %w = onnx.node "Where"(%g, %x, %half) {opset = 17 : i64} : (tensor<?x8xi1>, tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  return %r, %w : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// A constant in the shape of the input that says the same everywhere, as
// zeros_like leaves it, is a number.
// CHECK: rounding floor, underflow to zero
// CHECK-LABEL: func @zeros_like
// CHECK-NEXT:    onnx.node "LogQuantize"
func.func @zeros_like(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %ln2 = onnx.initializer "ln2" dense<0.693147182> : tensor<f32>
  %low = onnx.initializer "low" dense<-6.0> : tensor<f32>
  %high = onnx.initializer "high" dense<3.0> : tensor<f32>
  %two = onnx.initializer "two" dense<2.0> : tensor<f32>
  %zero = onnx.initializer "zero" dense<0.0> : tensor<f32>
  %zeros = onnx.initializer "zeros" dense<0.0> : tensor<2x8xf32>
  %a = onnx.node "Abs"(%x) {opset = 17 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %l = onnx.node "Log"(%a) {opset = 17 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %d = onnx.node "Div"(%l, %ln2) {opset = 17 : i64} : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %f = onnx.node "Floor"(%d) {opset = 17 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %c = onnx.node "Min"(%f, %high) {opset = 17 : i64} : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %p = onnx.node "Pow"(%two, %c) {opset = 17 : i64} : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %small = onnx.node "Less"(%f, %low) {opset = 17 : i64} : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xi1>
  %m = onnx.node "Where"(%small, %zeros, %p) {opset = 17 : i64} : (tensor<2x8xi1>, tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %n = onnx.node "Neg"(%m) {opset = 17 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %b = onnx.node "Less"(%x, %zero) {opset = 17 : i64} : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xi1>
  %y = onnx.node "Where"(%b, %n, %m) {opset = 17 : i64} : (tensor<2x8xi1>, tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

// Codes whose scale comes behind the product, alone or with that of the
// weights. Without it, in another row's place, or of four bits, they stay.
// CHECK-LABEL: func @scale_behind
// CHECK-SAME:    (%[[X:.*]]: tensor<?x8xf32>)
// CHECK-DAG:     %[[W:.*]] = onnx.initializer "w"
// CHECK-DAG:     %[[Q:.*]] = onnx.node "QuantizeInt8"(%[[X]])
// CHECK-DAG:     %[[G:.*]] = onnx.initializer "scale" dense<2.000000e+00>
// CHECK-DAG:     %[[P:.*]] = onnx.node "MatMul"(%[[Q]], %[[W]])
// CHECK-DAG:     %[[Y:.*]] = onnx.node "Mul"(%[[P]], %[[G]])
// CHECK-DAG:     %[[R:.*]] = onnx.node "QuantizeInt8"(%[[X]])
// CHECK-DAG:     %[[Z:.*]] = onnx.node "Gemm"(%[[R]], %[[W]])
// CHECK-DAG:     %[[N:.*]] = onnx.node "MatMul"(%{{.*}}, %[[W]])
// CHECK:         return %[[Y]], %[[Z]], %[[N]]
func.func @scale_behind(%x: tensor<?x8xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %w = onnx.initializer "w" dense<1.0> : tensor<8x4xf32>
  %axes = onnx.initializer "axes" dense<-1> : tensor<1xi64>
  %least = onnx.initializer "least" dense<1.0e-5> : tensor<f32>
  %n = onnx.initializer "n" dense<127.0> : tensor<f32>
  %low = onnx.initializer "low" dense<-128.0> : tensor<f32>
  %half = onnx.initializer "half" dense<0.5> : tensor<1xf32>
  %a = onnx.node "Abs"(%x) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = onnx.node "ReduceMax"(%a, %axes) {attrs = {keepdims = 1 : i64}, opset = 18 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %c = onnx.node "Max"(%m, %least) {opset = 18 : i64} : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.node "Div"(%n, %c) {opset = 18 : i64} : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %u = onnx.node "Mul"(%x, %s) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  %r = onnx.node "Round"(%u) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %q = onnx.node "Clip"(%r, %low, %n) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<f32>, tensor<f32>) -> tensor<?x8xf32>
  %p = onnx.node "MatMul"(%q, %w) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  %t = onnx.node "Mul"(%s, %half) {opset = 18 : i64} : (tensor<?x1xf32>, tensor<1xf32>) -> tensor<?x1xf32>
  %y = onnx.node "Div"(%p, %t) {opset = 18 : i64} : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %step = onnx.node "Div"(%c, %n) {opset = 18 : i64} : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %p1 = onnx.node "Gemm"(%q, %w) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  %z = onnx.node "Mul"(%p1, %step) {opset = 18 : i64} : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %p2 = onnx.node "MatMul"(%q, %w) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  return %y, %z, %p2 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// The scale of another value, of codes of four bits, multiplied twice, or of a
// sum with a bias.
// CHECK-LABEL: func @other_scale_behind
// CHECK-NOT:     "QuantizeInt8"
// CHECK:         return
func.func @other_scale_behind(%x: tensor<?x8xf32>, %o: tensor<?x1xf32>)
    -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %w = onnx.initializer "w" dense<1.0> : tensor<8x4xf32>
  %bias = onnx.initializer "bias" dense<1.0> : tensor<4xf32>
  %axes = onnx.initializer "axes" dense<-1> : tensor<1xi64>
  %least = onnx.initializer "least" dense<1.0e-5> : tensor<f32>
  %n = onnx.initializer "n" dense<127.0> : tensor<f32>
  %low = onnx.initializer "low" dense<-128.0> : tensor<f32>
  %seven = onnx.initializer "seven" dense<7.0> : tensor<f32>
  %a = onnx.node "Abs"(%x) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %m = onnx.node "ReduceMax"(%a, %axes) {attrs = {keepdims = 1 : i64}, opset = 18 : i64} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %c = onnx.node "Max"(%m, %least) {opset = 18 : i64} : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.node "Div"(%n, %c) {opset = 18 : i64} : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %u = onnx.node "Mul"(%x, %s) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  %r = onnx.node "Round"(%u) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %q = onnx.node "Clip"(%r, %low, %n) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<f32>, tensor<f32>) -> tensor<?x8xf32>
  %p0 = onnx.node "MatMul"(%q, %w) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  %y0 = onnx.node "Div"(%p0, %o) {opset = 18 : i64} : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %p1 = onnx.node "MatMul"(%q, %w) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  %y1 = onnx.node "Mul"(%p1, %s) {opset = 18 : i64} : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %s4 = onnx.node "Div"(%seven, %c) {opset = 18 : i64} : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %u4 = onnx.node "Mul"(%x, %s4) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  %r4 = onnx.node "Round"(%u4) {opset = 18 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %p4 = onnx.node "MatMul"(%r4, %w) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  %y4 = onnx.node "Div"(%p4, %s4) {opset = 18 : i64} : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %p5 = onnx.node "Gemm"(%q, %w, %bias) {opset = 18 : i64} : (tensor<?x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y5 = onnx.node "Div"(%p5, %s) {opset = 18 : i64} : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  return %y0, %y1, %y4, %y5 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}
