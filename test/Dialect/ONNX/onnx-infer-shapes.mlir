// Every shape rule, on static and on symbolic sizes.
// RUN: ecolm-opt %s --onnx-infer-shapes --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @broadcast
// CHECK-SAME: -> (tensor<2x?x8xf32> {onnx.dims = ["2", "n", "8"]})
func.func @broadcast(%a: tensor<?x8xf32> {onnx.dims = ["n", "8"]}, %b: tensor<2x1x1xf32>) -> tensor<*x!onnx.unknown> {
  // CHECK: "Add"({{.*}}) {onnx.dims = {{\[\[}}"2", "n", "8"]], opset = 14 : i64}
  %0 = onnx.node "Add"(%a, %b) {opset = 14 : i64} : (tensor<?x8xf32>, tensor<2x1x1xf32>) -> tensor<*x!onnx.unknown>
  // A symbol made up for an unnamed dimension stays the same through the graph.
  return %0 : tensor<*x!onnx.unknown>
}

// -----

// CHECK-LABEL: func.func @unnamed
func.func @unnamed(%a: tensor<?xf32>) -> tensor<*xf32> {
  // CHECK: "Relu"({{.*}}) {onnx.dims = {{\[\[}}"[[S:\?[0-9]+]]"]]
  %0 = onnx.node "Relu"(%a) {opset = 14 : i64} : (tensor<?xf32>) -> tensor<*xf32>
  // CHECK: "Mul"({{.*}}) {onnx.dims = {{\[\[}}"[[S]]"]], opset
  // CHECK-NOT: onnx.assumes
  %1 = onnx.node "Mul"(%0, %a) {opset = 14 : i64} : (tensor<*xf32>, tensor<?xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @shape_arithmetic
// CHECK-SAME: -> (tensor<1x?x4x16xf32> {onnx.dims = ["1", "n", "4", "16"]})
func.func @shape_arithmetic(%x: tensor<1x?x64xf32> {onnx.dims = ["1", "n", "64"]}) -> tensor<*xf32> {
  %shape = onnx.node "Shape"(%x) {opset = 21 : i64} : (tensor<1x?x64xf32>) -> tensor<*xi64>
  %starts = onnx.initializer "starts" dense<0> : tensor<1xi64>
  %ends = onnx.initializer "ends" dense<2> : tensor<1xi64>
  %front = onnx.node "Slice"(%shape, %starts, %ends) {opset = 13 : i64} : (tensor<*xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xi64>
  %last = onnx.initializer "last" dense<-1> : tensor<i64>
  %width = onnx.node "Gather"(%shape, %last) {opset = 13 : i64} : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %heads = onnx.initializer "heads" dense<4> : tensor<i64>
  // CHECK: "Div"({{.*}}) {opset = 14 : i64} : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %each = onnx.node "Div"(%width, %heads) {opset = 14 : i64} : (tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %axes = onnx.initializer "axes" dense<0> : tensor<1xi64>
  %h1 = onnx.node "Unsqueeze"(%heads, %axes) {opset = 13 : i64} : (tensor<i64>, tensor<1xi64>) -> tensor<*xi64>
  %e1 = onnx.node "Unsqueeze"(%each, %axes) {opset = 13 : i64} : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %target = onnx.node "Concat"(%front, %h1, %e1) {attrs = {axis = 0 : i64}, opset = 13 : i64} : (tensor<*xi64>, tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  // CHECK: "Reshape"({{.*}}) {onnx.dims = {{\[\[}}"1", "n", "4", "16"]], opset
  // CHECK-NOT: onnx.assumes
  %0 = onnx.node "Reshape"(%x, %target) {opset = 21 : i64} : (tensor<1x?x64xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @reshape_rest
// CHECK-SAME: -> (tensor<?x64xf32> {onnx.dims = ["n", "64"]}, tensor<?x2xf32> {onnx.dims = ["{{\?[0-9]+}}", "2"]})
func.func @reshape_rest(%x: tensor<1x?x64xf32> {onnx.dims = ["1", "n", "64"]}) -> (tensor<*xf32>, tensor<*xf32>) {
  %t0 = onnx.initializer "t0" dense<[-1, 64]> : tensor<2xi64>
  %0 = onnx.node "Reshape"(%x, %t0) {opset = 21 : i64} : (tensor<1x?x64xf32>, tensor<2xi64>) -> tensor<*xf32>
  %t1 = onnx.initializer "t1" dense<[-1, 2]> : tensor<2xi64>
  %1 = onnx.node "Reshape"(%x, %t1) {opset = 21 : i64} : (tensor<1x?x64xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

// Exporters write Expand with -1 for "as it is": Where(Equal(s, -1), shape, s).
// CHECK-LABEL: func.func @expand_like_exporters
// CHECK-SAME: -> (tensor<2x?xf32> {onnx.dims = ["2", "n"]})
func.func @expand_like_exporters(%x: tensor<1x?xf32> {onnx.dims = ["1", "n"]}) -> tensor<*xf32> {
  %want = onnx.initializer "want" dense<[2, -1]> : tensor<2xi64>
  %minus = onnx.initializer "minus" dense<-1> : tensor<i64>
  %is = onnx.node "Equal"(%want, %minus) {opset = 19 : i64} : (tensor<2xi64>, tensor<i64>) -> tensor<*xi1>
  %count = onnx.initializer "count" dense<2> : tensor<1xi64>
  %ones = onnx.node "ConstantOfShape"(%count) {attrs = {value = dense<1> : tensor<1xi64>}, opset = 9 : i64} : (tensor<1xi64>) -> tensor<*xi64>
  %target = onnx.node "Where"(%is, %ones, %want) {opset = 16 : i64} : (tensor<*xi1>, tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %0 = onnx.node "Expand"(%x, %target) {opset = 13 : i64} : (tensor<1x?xf32>, tensor<*xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @range_of_length
// CHECK-SAME: -> (tensor<?xi64> {onnx.dims = ["n"]}, tensor<4xi64>
func.func @range_of_length(%x: tensor<1x?xi64> {onnx.dims = ["1", "n"]}) -> (tensor<*xi64>, tensor<*xi64>) {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %ten = onnx.initializer "ten" dense<10> : tensor<i64>
  %minus = onnx.initializer "minus" dense<-3> : tensor<i64>
  %shape = onnx.node "Shape"(%x) {attrs = {start = 1 : i64}, opset = 21 : i64} : (tensor<1x?xi64>) -> tensor<*xi64>
  %n = onnx.node "Squeeze"(%shape) {opset = 13 : i64} : (tensor<*xi64>) -> tensor<*xi64>
  %0 = onnx.node "Range"(%zero, %n, %one) {opset = 11 : i64} : (tensor<i64>, tensor<*xi64>, tensor<i64>) -> tensor<*xi64>
  %1 = onnx.node "Range"(%ten, %zero, %minus) {opset = 11 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<*xi64>
  return %0, %1 : tensor<*xi64>, tensor<*xi64>
}

// -----

// Floats count as well, if they are cast from sizes or are whole numbers.
// CHECK-LABEL: func.func @range_of_floats
// CHECK-SAME: -> (tensor<?xf32> {onnx.dims = ["n"]}, tensor<4xf32> {onnx.dims = ["4"]}, tensor<?xf32> {onnx.dims = ["?{{[0-9]+}}"]})
func.func @range_of_floats(%x: tensor<1x?xi64> {onnx.dims = ["1", "n"]}) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %zero = onnx.initializer "zero" dense<0.0> : tensor<f32>
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %half = onnx.initializer "half" dense<0.5> : tensor<f32>
  %four = onnx.initializer "four" dense<4> : tensor<i64>
  %limit = onnx.node "Cast"(%four) {attrs = {to = 1 : i64}, opset = 13 : i64} : (tensor<i64>) -> tensor<*xf32>
  %shape = onnx.node "Shape"(%x) {attrs = {start = 1 : i64}, opset = 21 : i64} : (tensor<1x?xi64>) -> tensor<*xi64>
  %n = onnx.node "Squeeze"(%shape) {opset = 13 : i64} : (tensor<*xi64>) -> tensor<*xi64>
  %f = onnx.node "Cast"(%n) {attrs = {to = 1 : i64}, opset = 13 : i64} : (tensor<*xi64>) -> tensor<*xf32>
  %0 = onnx.node "Range"(%zero, %f, %one) {opset = 11 : i64} : (tensor<f32>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %1 = onnx.node "Range"(%zero, %limit, %one) {opset = 11 : i64} : (tensor<f32>, tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  %2 = onnx.node "Range"(%zero, %one, %half) {opset = 11 : i64} : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  return %0, %1, %2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @slices
// CHECK-SAME: -> (tensor<3x?xf32> {onnx.dims = ["3", "n"]}, tensor<5x?xf32> {onnx.dims = ["5", "n"]}, tensor<10x?xf32> {onnx.dims = ["10", "?{{[0-9]+}}"]})
func.func @slices(%x: tensor<10x?xf32> {onnx.dims = ["10", "n"]}) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %a = onnx.initializer "a" dense<[-3]> : tensor<1xi64>
  %max = onnx.initializer "max" dense<[9223372036854775807]> : tensor<1xi64>
  %min = onnx.initializer "min" dense<[-9223372036854775808]> : tensor<1xi64>
  %step = onnx.initializer "step" dense<[-2]> : tensor<1xi64>
  %axis0 = onnx.initializer "axis0" dense<[0]> : tensor<1xi64>
  %axis1 = onnx.initializer "axis1" dense<[1]> : tensor<1xi64>
  %0 = onnx.node "Slice"(%x, %a, %max) {opset = 13 : i64} : (tensor<10x?xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %1 = onnx.node "Slice"(%x, %max, %min, %axis0, %step) {opset = 13 : i64} : (tensor<10x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  %2 = onnx.node "Slice"(%x, %a, %max, %axis1) {opset = 13 : i64} : (tensor<10x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return %0, %1, %2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @layout
// CHECK-SAME: -> (tensor<4x3x?xf32> {{.*}}, tensor<?x12xf32> {onnx.dims = ["n", "12"]}, tensor<2x3xf32> {{.*}}, tensor<1x3xf32>
func.func @layout(%x: tensor<?x3x4xf32> {onnx.dims = ["n", "3", "4"]}, %y: tensor<3x3xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %0 = onnx.node "Transpose"(%x) {opset = 13 : i64} : (tensor<?x3x4xf32>) -> tensor<*xf32>
  %1 = onnx.node "Flatten"(%x) {opset = 13 : i64} : (tensor<?x3x4xf32>) -> tensor<*xf32>
  %2:2 = onnx.node "Split"(%y) {attrs = {num_outputs = 2 : i64}, opset = 18 : i64} : (tensor<3x3xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0, %1, %2#0, %2#1 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @products
// CHECK-SAME: -> (tensor<2x?x5xf32> {onnx.dims = ["2", "n", "5"]}, tensor<2xf32> {{.*}}, tensor<4x6xf32>
func.func @products(%a: tensor<2x?x3xf32> {onnx.dims = ["2", "n", "3"]}, %b: tensor<3x5xf32>, %c: tensor<2x3xf32>,
                    %v: tensor<3xf32>, %d: tensor<3x4xf32>, %e: tensor<6x3xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %0 = onnx.node "MatMul"(%a, %b) {opset = 13 : i64} : (tensor<2x?x3xf32>, tensor<3x5xf32>) -> tensor<*xf32>
  %1 = onnx.node "MatMul"(%c, %v) {opset = 13 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<*xf32>
  %2 = onnx.node "Gemm"(%d, %e) {attrs = {transA = 1 : i64, transB = 1 : i64}, opset = 13 : i64} : (tensor<3x4xf32>, tensor<6x3xf32>) -> tensor<*xf32>
  return %0, %1, %2 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @reductions
// CHECK-SAME: -> (tensor<?x1x4xf32> {{.*}}, tensor<f32> {{.*}}, tensor<?x3x4xf32> {{.*}}, tensor<?x3x1xf32>
func.func @reductions(%x: tensor<?x3x4xf32> {onnx.dims = ["n", "3", "4"]}, %s: tensor<4xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>) {
  %axes = onnx.initializer "axes" dense<[-2]> : tensor<1xi64>
  %0 = onnx.node "ReduceSum"(%x, %axes) {opset = 13 : i64} : (tensor<?x3x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  %1 = onnx.node "ReduceMean"(%x) {attrs = {keepdims = 0 : i64}, opset = 13 : i64} : (tensor<?x3x4xf32>) -> tensor<*xf32>
  %2:2 = onnx.node "LayerNormalization"(%x, %s) {opset = 17 : i64} : (tensor<?x3x4xf32>, tensor<4xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0, %1, %2#0, %2#1 : tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @attention_in_four_dimensions
// CHECK-SAME: -> (tensor<2x8x?x24xf32> {onnx.dims = ["2", "8", "n", "24"]})
func.func @attention_in_four_dimensions(%q: tensor<2x8x?x16xf32> {onnx.dims = ["2", "8", "n", "16"]},
    %k: tensor<2x4x?x16xf32> {onnx.dims = ["2", "4", "m", "16"]}, %v: tensor<2x4x?x24xf32> {onnx.dims = ["2", "4", "m", "24"]}) -> tensor<*xf32> {
  // CHECK-NOT: onnx.assumes
  %0 = onnx.node "Attention"(%q, %k, %v) {opset = 23 : i64} : (tensor<2x8x?x16xf32>, tensor<2x4x?x16xf32>, tensor<2x4x?x24xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @our_domain
// CHECK-SAME: -> (tensor<?x32xf32> {onnx.dims = ["n", "32"]}, tensor<?x3xf32> {onnx.dims = ["n", "3"]})
func.func @our_domain(%x: tensor<?x64xf32> {onnx.dims = ["n", "64"]}, %codes: tensor<64xui8>, %w: tensor<3x32xi8>, %s: tensor<3xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %q = onnx.node "LogQuantize"(%x) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<?x64xf32>) -> tensor<*xf32>
  %shape = onnx.initializer "shape" dense<[8, 4, 8, 1]> : tensor<4xi64>
  // CHECK: "UnpackTernary"({{.*}}) {{.*}} -> tensor<8x4x8x1xi8>
  %f = onnx.node "UnpackTernary"(%codes, %shape) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<64xui8>, tensor<4xi64>) -> tensor<*xi8>
  %0 = onnx.node "ButterflyFactor"(%q, %f) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<*xf32>, tensor<*xi8>) -> tensor<*xf32>
  %1 = onnx.node "PotMatMul"(%0, %w, %s) {domain = "ai.ecolm", opset = 1 : i64} : (tensor<*xf32>, tensor<3x32xi8>, tensor<3xf32>) -> tensor<*xf32>
  return %0, %1 : tensor<*xf32>, tensor<*xf32>
}

// -----

// CHECK-LABEL: func.func @quantization
// CHECK-SAME: -> (tensor<2x?x3xi8> {{{.*}}}, tensor<2x?x3xf32> {{{.*}}})
func.func @quantization(%x: tensor<2x?x3xf32> {onnx.dims = ["2", "n", "3"]}, %s: tensor<f32>, %z: tensor<i8>, %each: tensor<3xf32>) -> (tensor<*xi8>, tensor<*xf32>) {
  %0 = onnx.node "QuantizeLinear"(%x, %s, %z) {opset = 13 : i64} : (tensor<2x?x3xf32>, tensor<f32>, tensor<i8>) -> tensor<*xi8>
  %1 = onnx.node "DequantizeLinear"(%0, %each) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<*xi8>, tensor<3xf32>) -> tensor<*xf32>
  // CHECK: "QuantizeLinear"({{.*}}) {attrs = {output_dtype = 3 : i64}, {{.*}} -> tensor<2x?x3xi8>
  %2 = onnx.node "QuantizeLinear"(%x, %s) {attrs = {output_dtype = 3 : i64}, opset = 23 : i64} : (tensor<2x?x3xf32>, tensor<f32>) -> tensor<*xi8>
  // CHECK: "QuantizeLinear"({{.*}}) {onnx.dims{{.*}}, opset = 13 : i64} {{.*}} -> tensor<2x?x3xui8>
  %3 = onnx.node "QuantizeLinear"(%x, %s) {opset = 13 : i64} : (tensor<2x?x3xf32>, tensor<f32>) -> tensor<*xui8>
  return %0, %1 : tensor<*xi8>, tensor<*xf32>
}

// -----

// What nothing shows to hold is written down, not believed.
// CHECK-LABEL: func.func @assumptions
func.func @assumptions(%a: tensor<2x?xf32> {onnx.dims = ["2", "n"]}, %b: tensor<?x3xf32> {onnx.dims = ["m", "3"]}, %c: tensor<2x5xf32>) {
  // CHECK: "MatMul"({{.*}}) {onnx.assumes = ["inner size of the product is the same in [n] and [m]"], opset
  %0 = onnx.node "MatMul"(%a, %b) {opset = 13 : i64} : (tensor<2x?xf32>, tensor<?x3xf32>) -> tensor<*xf32>
  // CHECK: "Add"({{.*}}) {onnx.assumes = ["size of dimension 1 is the same in [n] and [5]"], opset
  // CHECK-SAME: -> tensor<2x5xf32>
  %1 = onnx.node "Add"(%a, %c) {opset = 13 : i64} : (tensor<2x?xf32>, tensor<2x5xf32>) -> tensor<*xf32>
  return
}

// -----

// A stated type takes no part in the derivation, and an unknown node stops it.
// CHECK-LABEL: func.func @not_inferred
func.func @not_inferred(%a: tensor<2x?xf32> {onnx.dims = ["2", "n"]}) {
  // CHECK: "NoSuchOperator"({{.*}}) {opset = 13 : i64} : (tensor<2x?xf32>) -> tensor<*x!onnx.unknown>
  %0 = onnx.node "NoSuchOperator"(%a) {opset = 13 : i64} : (tensor<2x?xf32>) -> tensor<*x!onnx.unknown>
  // CHECK: "Relu"({{.*}}) {opset = 13 : i64} : (tensor<*x!onnx.unknown>) -> tensor<*xf32>
  %1 = onnx.node "Relu"(%0) {opset = 13 : i64} : (tensor<*x!onnx.unknown>) -> tensor<*xf32>
  // CHECK: "Tanh"({{.*}}) {onnx.dims = {{\[\[}}"2", "n"]], {{.*}} -> tensor<2x?xf32>
  %2 = onnx.node "Tanh"(%a) {opset = 13 : i64} : (tensor<2x?xf32>) -> tensor<2x5xf32>
  return
}

// Sizes that only the run knows are assumed to fit.
// CHECK-LABEL: func.func @assumptions_of_reshape
func.func @assumptions_of_reshape(%x: tensor<?x4xf32> {onnx.dims = ["n", "4"]}, %s: tensor<2xi64>) {
  %six = onnx.initializer "six" dense<[2, 3]> : tensor<2xi64>
  %rest = onnx.initializer "rest" dense<[3, -1]> : tensor<2xi64>
  %axis = onnx.initializer "axis" dense<0> : tensor<1xi64>
  // CHECK: "Reshape"({{.*}}) {onnx.assumes = ["Reshape of [n, 4] to [2, 3] keeps the number of elements"]
  %0 = onnx.node "Reshape"(%x, %six) {opset = 14 : i64} : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  // CHECK: "Reshape"({{.*}}) {onnx.assumes = ["Reshape of [n, 4] to [3, -1] keeps the number of elements"]
  %1 = onnx.node "Reshape"(%x, %rest) {opset = 14 : i64} : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  // CHECK: "Reshape"({{.*}}) {onnx.assumes = ["Reshape of [n, 4] to a computed shape keeps the number of elements"]
  %2 = onnx.node "Reshape"(%x, %s) {opset = 14 : i64} : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  // CHECK: "Squeeze"({{.*}}) {onnx.assumes = ["size of the squeezed dimension is the same in [n] and [1]"]
  %3 = onnx.node "Squeeze"(%x, %axis) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// Axes that the run names leave the rank that the file states, to be checked.
// CHECK-LABEL: func.func @rank_of_the_file
// CHECK: onnx.node "Unsqueeze"
// CHECK-SAME: onnx.assumes = ["the result has 3 dimensions"]
// CHECK-SAME: -> tensor<?x?x?xf32>
func.func @rank_of_the_file(%x: tensor<2x4xf32>, %a: tensor<?xi64>) -> tensor<1x2x4xf32> {
  %0 = onnx.node "Unsqueeze"(%x, %a) {opset = 13 : i64} : (tensor<2x4xf32>, tensor<?xi64>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}

// Through elementwise operators it reaches back.
// CHECK-LABEL: func.func @rank_passed_back
// CHECK: onnx.node "ReduceSum"{{.*}} -> tensor<?xf32>
func.func @rank_passed_back(%x: tensor<2x4xf32>, %a: tensor<?xi64>) -> tensor<2xf32> {
  %0 = onnx.node "ReduceSum"(%x, %a) {attrs = {keepdims = 0 : i64}, opset = 13 : i64} : (tensor<2x4xf32>, tensor<?xi64>) -> tensor<*xf32>
  %1 = onnx.node "Sqrt"(%0) {opset = 13 : i64} : (tensor<*xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
