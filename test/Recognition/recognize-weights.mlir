// RUN: ecolm-opt --recognize-weights --split-input-file %s | FileCheck %s

// CHECK: evidence = "by value: ternary, one scale", idea = "low-bit weight", name = "MatMul"
// CHECK-LABEL: func @tensor
// CHECK-SAME:    (%[[X:.*]]: tensor<2x8xf32>)
// CHECK-DAG:     %[[CODES:.*]] = onnx.initializer "w.codes" dense<{{.*}}> : tensor<8xui8>
// CHECK-DAG:     %[[SHAPE:.*]] = onnx.initializer "w.shape" dense<[4, 8]> : tensor<2xi64>
// CHECK-DAG:     %[[W:.*]] = onnx.node "UnpackTernary"(%[[CODES]], %[[SHAPE]]) {domain = "ai.ecolm"
// CHECK-DAG:     %[[SCALE:.*]] = onnx.initializer "w.scale" dense<5.000000e-01> : tensor<f32>
// CHECK:         onnx.node "TernaryMatMul"(%[[X]], %[[W]], %[[SCALE]]) {domain = "ai.ecolm"
func.func @tensor(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = onnx.initializer "w" dense<[
    [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5],
    [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5]]> : tensor<8x4xf32>
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Rows are outputs: here the columns of the matrix.
// CHECK: ternary, a scale for each of 4 rows
// CHECK-LABEL: func @rows
// CHECK:         onnx.initializer "w.scale" dense<[5.000000e-01, 3.000000e-01, 7.000000e+00, 1.000000e+00]> : tensor<4xf32>
func.func @rows(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = onnx.initializer "w" dense<[
    [0.5, 0.3, -7.0, 0.0], [0.5, 0.0, -7.0, 0.0], [0.5, 0.0, -7.0, 0.0], [0.5, 0.0, -7.0, 0.0],
    [0.5, 0.0, -7.0, 0.0], [0.5, 0.0, -7.0, 0.0], [0.5, -0.3, -7.0, 0.0], [0.5, 0.3, 7.0, 0.0]]> : tensor<8x4xf32>
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Powers of two times 0.3, through a Transpose, with a bias.
// CHECK: sign * 2^e with -3 <= e <= 0, one scale
// CHECK-LABEL: func @powers
// CHECK-DAG:     onnx.initializer "w.scale" dense<2.400000e+00> : tensor<f32>
// CHECK:         %[[Y:.*]] = onnx.node "PotMatMul"({{.*}}) {attrs = {emax = 0 : i64, emin = -3 : i64}, domain = "ai.ecolm"
// CHECK:         onnx.node "Add"(%[[Y]], %{{.*}})
func.func @powers(%x: tensor<2x8xf32>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
  %w = onnx.initializer "w" dense<[
    [0.3, 0.0, -0.6, 0.3, 0.3, 2.4, 1.2, 0.3], [0.3, 0.0, -0.6, 0.3, 0.3, 2.4, 1.2, 0.3],
    [0.3, 0.0, -0.6, 0.3, 0.3, 2.4, 1.2, 0.3], [0.3, 0.0, -0.6, 0.3, 0.3, 2.4, 1.2, 0.3]]> : tensor<4x8xf32>
  %t = onnx.node "Transpose"(%w) {attrs = {perm = array<i64: 1, 0>}, opset = 13 : i64} : (tensor<4x8xf32>) -> tensor<8x4xf32>
  %y = onnx.node "Gemm"(%x, %t, %b) {opset = 13 : i64} : (tensor<2x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// f16 is computed in f32 and rounded once.
// CHECK-LABEL: func @half
// CHECK:         %[[X:.*]] = onnx.node "Cast"(%arg0) {{.*}} -> tensor<2x8xf32>
// CHECK:         %[[Y:.*]] = onnx.node "TernaryMatMul"(%[[X]]
// CHECK:         onnx.node "Cast"(%[[Y]]) {{.*}} -> tensor<2x4xf16>
func.func @half(%x: tensor<2x8xf16>) -> tensor<2x4xf16> {
  %w = onnx.initializer "w" dense<0.5> : tensor<8x4xf16>
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x8xf16>, tensor<8x4xf16>) -> tensor<2x4xf16>
  return %y : tensor<2x4xf16>
}

// -----

// Nearly ternary is said, not done; ordinary floats and tiny matrices are not
// even said.
// CHECK: name = "MatMul", reason = "looks ternary, but its large elements lie between 0.49 and 0.50 in magnitude, or its small ones are not 0; --quantize=ternary rounds them"
// CHECK-LABEL: func @nearly
// CHECK:         onnx.node "MatMul"
func.func @nearly(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = onnx.initializer "w" dense<[
    [0.5, 0.0, -0.49, 0.5], [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5],
    [0.5, 0.0, -0.5, 0.5], [0.5, 0.001, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5], [0.5, 0.0, -0.5, 0.5]]> : tensor<8x4xf32>
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// CHECK: reason = "has the values 0.50, 0 and -0.30: ternary, but with a scale for each sign"
// CHECK-LABEL: func @two_scales
func.func @two_scales(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = onnx.initializer "w" dense<[
    [0.5, 0.0, -0.3, 0.5], [0.5, 0.0, -0.3, 0.5], [0.5, 0.0, -0.3, 0.5], [0.5, 0.0, -0.3, 0.5],
    [0.5, 0.0, -0.3, 0.5], [-0.3, 0.5, 0.5, -0.3], [0.5, 0.0, -0.3, 0.5], [0.5, 0.0, -0.3, 0.5]]> : tensor<8x4xf32>
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// CHECK-NOT:   recognition_notes
// CHECK-LABEL: func @ordinary
func.func @ordinary(%x: tensor<2x4xf32>) -> tensor<2x8xf32> {
  %w = onnx.initializer "w" dense<[
    [0.51, 0.02, -0.13, 0.44, 0.71, 0.3, -0.2, 0.9], [0.1, 0.2, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8],
    [0.51, 0.02, -0.13, 0.44, 0.71, 0.3, -0.2, 0.9], [0.1, 0.2, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8]]> : tensor<4x8xf32>
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

// What a chain made is said to be; the noise of w + (q(w) - w) is taken off.
// CHECK: by the constant chain Sub, Add: ternary, one scale; but for rounding noise of at most 9.9E-08 of a weight, as x + (q(x) - x) leaves it
// CHECK-LABEL: func @noise
// CHECK:         onnx.initializer "w.scale" dense<3.000000e-01> : tensor<f32>
func.func @noise(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
  %w = onnx.initializer "w" dense<[
    [0.3, 0.0, -0.3, 0.3], [0.3, 0.0, -0.3, 0.3], [0.3, 0.0, -0.3, 0.3], [0.3, 0.0, -0.3, 0.3],
    [0.3, 0.0, -0.3, 0.3], [0.3, 0.0, -0.3, 0.3], [0.3, 0.0, -0.3, 0.3], [0.30000004, 0.0, -0.3, 0.3]]> : tensor<8x4xf32> {onnx.folded = ["Sub", "Add"]}
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// 0.3 times sums and differences of two powers: 1.5 is 1 + 1/2, 0.75 is
// 1/2 + 1/4, 0.375 is 1/4 + 1/8.
// CHECK: evidence = "by value: sums of two sign * 2^e with -7 <= e <= 0, one scale"
// CHECK-LABEL: func @two_terms
// CHECK:         onnx.initializer "w.scale" dense<0.299999982> : tensor<f32>
// CHECK:         %[[A:.*]] = onnx.node "PotMatMul"(%arg0, {{.*}}) {attrs = {emax = 0 : i64, emin = -7 : i64}
// CHECK:         %[[B:.*]] = onnx.node "PotMatMul"(%arg0
// CHECK:         onnx.node "Add"(%[[A]], %[[B]])
func.func @two_terms(%x: tensor<2x16xf32>) -> tensor<2x16xf32> {
  %w = onnx.initializer "w" dense<[
    [0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003],
    [0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119],
    [0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994],
    [0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006],
    [0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875],
    [-0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0],
    [-0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881],
    [0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997],
    [0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003],
    [0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119],
    [0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994],
    [0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006],
    [0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875],
    [-0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0],
    [-0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881],
    [0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997, 0.075000003, 0.3000000119, 0.224999994, 0.150000006, 0.1875, 0.0, -0.4499999881, -0.112499997]]> : tensor<16x16xf32>
  %y = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x16xf32>, tensor<16x16xf32>) -> tensor<2x16xf32>
  return %y : tensor<2x16xf32>
}

// -----

// Whole numbers from -1 to 2 times a scale are codes of two bits; zeros are
// nothing that they could be known by.
// CHECK: evidence = "by value: integers of 2 bits, one scale"
// CHECK-LABEL: func @uniform
// CHECK-SAME:    (%[[X:.*]]: tensor<2x16xf32>)
// CHECK:         %[[C:.*]] = onnx.initializer "w" {{.*}} : tensor<2x16xui2>
// CHECK:         %[[S:.*]] = onnx.initializer "w.scale" dense<3.000000e-01> : tensor<f32>
// CHECK:         %[[D:.*]] = onnx.node "DequantizeLinear"(%[[C]], %[[S]], %{{.*}})
// CHECK:         %[[T:.*]] = onnx.node "Transpose"(%[[D]])
// CHECK:         onnx.node "MatMul"(%[[X]], %[[T]])
// CHECK-NOT:     "DequantizeLinear"
func.func @uniform(%x: tensor<2x16xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = onnx.initializer "w" dense<[[-0.3, 0.6], [0.0, 0.6], [0.3, 0.6], [0.6, 0.6], [-0.3, 0.6], [0.0, 0.6], [0.3, 0.6], [0.6, 0.6],
    [-0.3, -0.3], [0.0, 0.6], [0.3, 0.6], [0.6, 0.6], [-0.3, 0.6], [0.0, 0.6], [0.3, 0.6], [0.6, 0.6]]> : tensor<16x2xf32>
  %z = onnx.initializer "z" dense<0.0> : tensor<16x2xf32>
  %0 = onnx.node "MatMul"(%x, %w) {opset = 13 : i64} : (tensor<2x16xf32>, tensor<16x2xf32>) -> tensor<2x2xf32>
  %1 = onnx.node "MatMul"(%x, %z) {opset = 13 : i64} : (tensor<2x16xf32>, tensor<16x2xf32>) -> tensor<2x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}
