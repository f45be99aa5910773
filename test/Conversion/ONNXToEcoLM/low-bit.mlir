// RUN: ecolm-opt %s --convert-onnx-to-ecolm --split-input-file | FileCheck %s

// CHECK: ecolm.weight @w : tensor<4x2x2x1x!ecolm.ternary> = dense<37> : tensor<4xui8> packing <codes2>
// CHECK-LABEL: func.func @unpacked_factor
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
// CHECK: %[[W:.*]] = ecolm.get_weight @w : tensor<4x2x2x1x!ecolm.ternary>
// CHECK: %[[Y:.*]] = ecolm.butterfly_factor %[[X]], %[[W]]
// CHECK-SAME: : tensor<?x8xf32>, tensor<4x2x2x1x!ecolm.ternary> -> tensor<?x8xf32>
// CHECK: return %[[Y]]
func.func @unpacked_factor(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c = onnx.initializer "w.codes" dense<37> : tensor<4xui8>
  %s = onnx.initializer "w.shape" dense<[4, 2, 2, 1]> : tensor<4xi64>
  %w = onnx.node "UnpackTernary"(%c, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<4xui8>, tensor<4xi64>) -> tensor<4x2x2x1xi8>
  %y = onnx.node "ButterflyFactor"(%x, %w) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x8xf32>, tensor<4x2x2x1xi8>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Bytes that hold only -1, 0 and 1 are ternary, floats that hold only powers of
// two are those; others keep their type.
// CHECK-DAG: ecolm.weight @a : tensor<1x2x2x1x!ecolm.ternary> = {{.*}} packing <bytes>
// CHECK-DAG: ecolm.weight @b : tensor<1x2x2x1xi8> = dense<{{.*}}> : tensor<1x2x2x1xi8>
// CHECK-DAG: ecolm.weight @c : tensor<1x2x2x1xf32> = dense<3.000000e-01> : tensor<1x2x2x1xf32>
// CHECK-DAG: ecolm.weight @d : tensor<1x2x2x1x!ecolm.ternary> = dense<{{.*}}[1]], {{.*}}[-1], [1]{{.*}}> : tensor<1x2x2x1xi8> packing <bytes>
// CHECK-DAG: ecolm.weight @e : tensor<1x2x2x1x!ecolm.pot<min = -2, max = 1>> = dense<{{.*}}[4], [0]], {{.*}}[-1], [2]{{.*}}> : tensor<1x2x2x1xi8> packing <bytes>
// CHECK-LABEL: func.func @factor_of_bytes
func.func @factor_of_bytes(%x: tensor<2xf32>) -> tensor<2xf32> {
  %a = onnx.initializer "a" dense<[[[[1], [0]], [[-1], [1]]]]> : tensor<1x2x2x1xi8>
  %b = onnx.initializer "b" dense<[[[[1], [0]], [[-2], [1]]]]> : tensor<1x2x2x1xi8>
  %c = onnx.initializer "c" dense<0.3> : tensor<1x2x2x1xf32>
  %d = onnx.initializer "d" dense<[[[[1.0], [1.0]], [[-1.0], [1.0]]]]> : tensor<1x2x2x1xf32>
  %e = onnx.initializer "e" dense<[[[[2.0], [0.0]], [[-0.25], [0.5]]]]> : tensor<1x2x2x1xf32>
  %0 = onnx.node "ButterflyFactor"(%x, %a) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  %1 = onnx.node "ButterflyFactor"(%0, %b) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  %2 = onnx.node "ButterflyFactor"(%1, %c) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xf32>) -> tensor<2xf32>
  %3 = onnx.node "ButterflyFactor"(%2, %d) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xf32>) -> tensor<2xf32>
  %4 = onnx.node "ButterflyFactor"(%3, %e) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xf32>) -> tensor<2xf32>
  return %4 : tensor<2xf32>
}

// -----

// Names of the file become symbols; two tensors of one name do not meet.
// CHECK-DAG: ecolm.weight @layers.0_w_1 :
// CHECK-DAG: ecolm.weight @layers.0_w_1_0 :
// CHECK-LABEL: func.func @names
func.func @names(%x: tensor<2xf32>) -> tensor<2xf32> {
  %a = onnx.initializer "layers.0/w 1" dense<[[[[1], [0]], [[-1], [1]]]]> : tensor<1x2x2x1xi8>
  %b = onnx.initializer "layers.0 w/1" dense<[[[[1], [1]], [[-1], [1]]]]> : tensor<1x2x2x1xi8>
  %0 = onnx.node "ButterflyFactor"(%x, %a) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  %1 = onnx.node "ButterflyFactor"(%0, %b) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

// A tensor that two nodes read is one weight.
// CHECK: ecolm.weight @tied
// CHECK-NOT: ecolm.weight
// CHECK-LABEL: func.func @tied_weights
func.func @tied_weights(%x: tensor<2xf32>) -> tensor<2xf32> {
  %a = onnx.initializer "tied" dense<[[[[1], [0]], [[-1], [1]]]]> : tensor<1x2x2x1xi8>
  %0 = onnx.node "ButterflyFactor"(%x, %a) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  %1 = onnx.node "ButterflyFactor"(%0, %a) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<2xf32>, tensor<1x2x2x1xi8>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

// CHECK: ecolm.weight @w : tensor<3x2x!ecolm.ternary> = {{.*}} packing <bytes>
// CHECK-LABEL: func.func @ternary_matmul
// CHECK: %[[P:.*]] = ecolm.matmul %{{.*}}, %{{.*}} {{.*}}: tensor<?x2xf32>, tensor<3x2x!ecolm.ternary> -> tensor<?x3xf32>
// CHECK: onnx.node "Mul"(%[[P]], %{{.*}})
func.func @ternary_matmul(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %w = onnx.initializer "w" dense<[[1, 0], [-1, 1], [0, 0]]> : tensor<3x2xi8>
  %s = onnx.initializer "s" dense<0.75> : tensor<f32>
  %y = onnx.node "TernaryMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x2xf32>, tensor<3x2xi8>, tensor<f32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// CHECK: ecolm.weight @w : tensor<3x2x!ecolm.pot<min = -7, max = 0>> = {{.*}} packing <bytes>
// CHECK-LABEL: func.func @pot_matmul
// CHECK: %[[P:.*]] = ecolm.matmul
// CHECK: ecolm.shift %[[P]] by [-2, 0, 1] {{.*}}: tensor<?x3xf32>
func.func @pot_matmul(%x: tensor<?x2xf32>) -> tensor<?x3xf32> {
  %w = onnx.initializer "w" dense<[[8, 0], [-8, 1], [3, -1]]> : tensor<3x2xi8>
  %s = onnx.initializer "s" dense<[0.25, 1.0, 2.0]> : tensor<3xf32>
  %y = onnx.node "PotMatMul"(%x, %w, %s) {attrs = {emin = -7 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x2xf32>, tensor<3x2xi8>, tensor<3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// Six scales for three outputs of eight inputs are groups of four.
// CHECK-DAG: ecolm.weight @w : tensor<3x8x!ecolm.ternary> = {{.*}} packing <bytes>
// CHECK-DAG: ecolm.weight @p : tensor<3x8x!ecolm.pot<min = -2, max = 0>> = {{.*}} packing <bytes>
// CHECK-DAG: ecolm.weight @s : tensor<3x2xf32>
// CHECK-LABEL: func.func @groups
// CHECK: ecolm.group_matmul %{{.*}}, %{{.*}} scales %{{.*}} group 4 {{.*}}: tensor<?x8xf32>, tensor<3x8x!ecolm.ternary>, tensor<3x2xf32> -> tensor<?x3xf32>
// CHECK: ecolm.group_matmul %{{.*}}, %{{.*}} scales %{{.*}} group 4 {{.*}}: tensor<?x8xf32>, tensor<3x8x!ecolm.pot<min = -2, max = 0>>, tensor<3x2xf32> -> tensor<?x3xf32>
func.func @groups(%x: tensor<?x8xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>) {
  %w = onnx.initializer "w" dense<1> : tensor<3x8xi8>
  %p = onnx.initializer "p" dense<-3> : tensor<3x8xi8>
  %s = onnx.initializer "s" dense<0.3> : tensor<3x2xf32>
  %y = onnx.node "TernaryGroupMatMul"(%x, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x8xf32>, tensor<3x8xi8>, tensor<3x2xf32>) -> tensor<?x3xf32>
  %z = onnx.node "PotGroupMatMul"(%x, %p, %s) {attrs = {emin = -2 : i64, emax = 0 : i64}, domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x8xf32>, tensor<3x8xi8>, tensor<3x2xf32>) -> tensor<?x3xf32>
  return %y, %z : tensor<?x3xf32>, tensor<?x3xf32>
}
