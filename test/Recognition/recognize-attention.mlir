// RUN: ecolm-opt --recognize-attention --recognize-causal-masks --split-input-file %s | FileCheck %s

// Scales on both sides, a mask that a comparison of ranges makes causal behind
// the past, and a guard.
// CHECK: evidence = "softmax of a masked product", idea = "attention", name = "MatMul"
// CHECK-SAME: evidence = "causal, behind a past", idea = "mask"
// CHECK-LABEL: func @past
// CHECK-SAME:    (%[[Q:.*]]: tensor<1x2x?x4xf32> {{.*}}, %[[K:.*]]: tensor<1x2x?x4xf32> {{.*}}, %[[V:.*]]: tensor<1x2x?x4xf32> {{.*}}, %[[PK:.*]]: tensor<1x2x?x4xf32> {{.*}}, %[[PV:.*]]: tensor<1x2x?x4xf32>
// CHECK:         %[[NONE:.*]] = onnx.none
// CHECK:         onnx.node "Attention"(%[[Q]], %[[K]], %[[V]], %[[NONE]], %[[PK]], %[[PV]]) {attrs = {is_causal = 1 : i64, scale = 2.500000e-01 : f32}
func.func @past(
    %q: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]}, %k: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]},
    %v: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]}, %pk: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "p", "4"]},
    %pv: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "p", "4"]}) -> tensor<1x2x?x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %last = onnx.initializer "last" dense<1> : tensor<1xi64>
  %first = onnx.initializer "first" dense<0> : tensor<1xi64>
  %root = onnx.initializer "root" dense<0.5> : tensor<f32>
  %hidden = onnx.initializer "hidden" dense<0xFF800000> : tensor<f32>
  %none = onnx.initializer "none" dense<0.0> : tensor<f32>
  %keys = onnx.node "Concat"(%pk, %k) {attrs = {axis = 2 : i64}, onnx.dims = [["1", "2", "?(p+t)", "4"]], opset = 13 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x4xf32>
  %values = onnx.node "Concat"(%pv, %v) {attrs = {axis = 2 : i64}, onnx.dims = [["1", "2", "?(p+t)", "4"]], opset = 13 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x4xf32>
  %ts = onnx.node "Shape"(%q) {attrs = {start = 2 : i64, end = 3 : i64}, opset = 15 : i64} : (tensor<1x2x?x4xf32>) -> tensor<1xi64>
  %t = onnx.node "Squeeze"(%ts) {opset = 13 : i64} : (tensor<1xi64>) -> tensor<i64>
  %ps = onnx.node "Shape"(%pk) {attrs = {start = 2 : i64, end = 3 : i64}, opset = 15 : i64} : (tensor<1x2x?x4xf32>) -> tensor<1xi64>
  %p = onnx.node "Squeeze"(%ps) {opset = 13 : i64} : (tensor<1xi64>) -> tensor<i64>
  %s = onnx.node "Add"(%p, %t) {opset = 14 : i64} : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %r0 = onnx.node "Range"(%zero, %s, %one) {onnx.dims = [["?(p+t)"]], opset = 11 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %j = onnx.node "Unsqueeze"(%r0, %first) {onnx.dims = [["1", "?(p+t)"]], opset = 13 : i64} : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %r1 = onnx.node "Range"(%zero, %t, %one) {onnx.dims = [["t"]], opset = 11 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %r2 = onnx.node "Unsqueeze"(%r1, %last) {onnx.dims = [["t", "1"]], opset = 13 : i64} : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %i = onnx.node "Add"(%r2, %p) {onnx.dims = [["t", "1"]], opset = 14 : i64} : (tensor<?x1xi64>, tensor<i64>) -> tensor<?x1xi64>
  %seen = onnx.node "LessOrEqual"(%j, %i) {onnx.dims = [["t", "?(p+t)"]], opset = 16 : i64} : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %mask = onnx.node "Where"(%seen, %none, %hidden) {onnx.dims = [["t", "?(p+t)"]], opset = 16 : i64} : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %qs = onnx.node "Mul"(%q, %root) {onnx.dims = [["1", "2", "t", "4"]], opset = 14 : i64} : (tensor<1x2x?x4xf32>, tensor<f32>) -> tensor<1x2x?x4xf32>
  %kt = onnx.node "Transpose"(%keys) {attrs = {perm = array<i64: 0, 1, 3, 2>}, onnx.dims = [["1", "2", "4", "?(p+t)"]], opset = 13 : i64} : (tensor<1x2x?x4xf32>) -> tensor<1x2x4x?xf32>
  %ks = onnx.node "Mul"(%kt, %root) {onnx.dims = [["1", "2", "4", "?(p+t)"]], opset = 14 : i64} : (tensor<1x2x4x?xf32>, tensor<f32>) -> tensor<1x2x4x?xf32>
  %raw = onnx.node "MatMul"(%qs, %ks) {onnx.dims = [["1", "2", "t", "?(p+t)"]], opset = 13 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x4x?xf32>) -> tensor<1x2x?x?xf32>
  %scores = onnx.node "Add"(%raw, %mask) {onnx.dims = [["1", "2", "t", "?(p+t)"]], opset = 14 : i64} : (tensor<1x2x?x?xf32>, tensor<?x?xf32>) -> tensor<1x2x?x?xf32>
  %shares = onnx.node "Softmax"(%scores) {attrs = {axis = -1 : i64}, onnx.dims = [["1", "2", "t", "?(p+t)"]], opset = 13 : i64} : (tensor<1x2x?x?xf32>) -> tensor<1x2x?x?xf32>
  %isnan = onnx.node "IsNaN"(%shares) {onnx.dims = [["1", "2", "t", "?(p+t)"]], opset = 13 : i64} : (tensor<1x2x?x?xf32>) -> tensor<1x2x?x?xi1>
  %safe = onnx.node "Where"(%isnan, %none, %shares) {onnx.dims = [["1", "2", "t", "?(p+t)"]], opset = 16 : i64} : (tensor<1x2x?x?xi1>, tensor<f32>, tensor<1x2x?x?xf32>) -> tensor<1x2x?x?xf32>
  %y = onnx.node "MatMul"(%safe, %values) {onnx.dims = [["1", "2", "t", "4"]], opset = 13 : i64} : (tensor<1x2x?x?xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x4xf32>
  return %y : tensor<1x2x?x4xf32>
}

// -----

// A constant triangle is causal; with one element more it is a mask. Half is
// the scale that Attention has for heads of four.
// CHECK: evidence = "causal", idea = "mask"{{.*}}reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @constant
// CHECK-SAME:    (%[[Q:.*]]: tensor<1x2x3x4xf32>, %[[K:.*]]: tensor<1x2x3x4xf32>)
// CHECK:         onnx.node "Attention"(%[[Q]], %[[K]], %[[K]]) {attrs = {is_causal = 1 : i64}
// CHECK:         %[[M:.*]] = onnx.node "Where"(
// CHECK-NEXT:    onnx.node "Attention"(%[[Q]], %[[K]], %[[K]], %[[M]]) {opset
func.func @constant(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x3x4xf32>) -> (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) {
  %two = onnx.initializer "two" dense<2.0> : tensor<f32>
  %hidden = onnx.initializer "hidden" dense<-3.40282347E+38> : tensor<f32>
  %triangle = onnx.initializer "triangle" dense<[[true, false, false], [true, true, false], [true, true, true]]> : tensor<3x3xi1>
  %more = onnx.initializer "more" dense<[[true, false, true], [true, true, false], [true, true, true]]> : tensor<3x3xi1>
  %kt = onnx.node "Transpose"(%k) {attrs = {perm = array<i64: 0, 1, 3, 2>}, opset = 13 : i64} : (tensor<1x2x3x4xf32>) -> tensor<1x2x4x3xf32>
  %raw = onnx.node "MatMul"(%q, %kt) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x4x3xf32>) -> tensor<1x2x3x3xf32>
  %scaled = onnx.node "Div"(%raw, %two) {opset = 14 : i64} : (tensor<1x2x3x3xf32>, tensor<f32>) -> tensor<1x2x3x3xf32>
  %s0 = onnx.node "Where"(%triangle, %scaled, %hidden) {opset = 16 : i64} : (tensor<3x3xi1>, tensor<1x2x3x3xf32>, tensor<f32>) -> tensor<1x2x3x3xf32>
  %p0 = onnx.node "Softmax"(%s0) {opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %y0 = onnx.node "MatMul"(%p0, %k) {opset = 13 : i64} : (tensor<1x2x3x3xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  %s1 = onnx.node "Where"(%more, %scaled, %hidden) {opset = 16 : i64} : (tensor<3x3xi1>, tensor<1x2x3x3xf32>, tensor<f32>) -> tensor<1x2x3x3xf32>
  %p1 = onnx.node "Softmax"(%s1) {opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %y1 = onnx.node "MatMul"(%p1, %k) {opset = 13 : i64} : (tensor<1x2x3x3xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y0, %y1 : tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>
}

// -----

// Heads that are repeated for groups, a maximum taken off before softmax does, keys in another order, two masks.
// CHECK: evidence = "softmax of a product", idea = "attention"
// CHECK-LABEL: func @groups
// CHECK-SAME:    (%[[Q:.*]]: tensor<1x4x3x2xf32>, %[[K:.*]]: tensor<1x2x3x2xf32>, %[[L:.*]]: tensor<1x3x4x2xf32>
// CHECK:         onnx.node "Attention"(%[[Q]], %[[K]], %[[K]])
// CHECK:         %[[T:.*]] = onnx.node "Transpose"(%[[L]]) {attrs = {perm = array<i64: 0, 2, 1, 3>}
// CHECK:         %[[M:.*]] = onnx.node "Add"(
// CHECK-NEXT:    onnx.node "Attention"(%[[Q]], %[[T]], %[[Q]], %[[M]])
func.func @groups(%q: tensor<1x4x3x2xf32>, %k: tensor<1x2x3x2xf32>, %l: tensor<1x3x4x2xf32>, %m: tensor<3x3xf32>)
    -> (tensor<1x4x3x2xf32>, tensor<1x4x3x2xf32>) {
  %axis = onnx.initializer "axis" dense<2> : tensor<1xi64>
  %wide = onnx.initializer "wide" dense<[1, 2, 2, 3, 2]> : tensor<5xi64>
  %all = onnx.initializer "all" dense<[1, 4, 3, 2]> : tensor<4xi64>
  %u = onnx.node "Unsqueeze"(%k, %axis) {opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x1x3x2xf32>
  %e = onnx.node "Expand"(%u, %wide) {opset = 13 : i64} : (tensor<1x2x1x3x2xf32>, tensor<5xi64>) -> tensor<1x2x2x3x2xf32>
  %r = onnx.node "Reshape"(%e, %all) {opset = 14 : i64} : (tensor<1x2x2x3x2xf32>, tensor<4xi64>) -> tensor<1x4x3x2xf32>
  %kt = onnx.node "Transpose"(%r) {attrs = {perm = array<i64: 0, 1, 3, 2>}, opset = 13 : i64} : (tensor<1x4x3x2xf32>) -> tensor<1x4x2x3xf32>
  %s0 = onnx.node "MatMul"(%q, %kt) {opset = 13 : i64} : (tensor<1x4x3x2xf32>, tensor<1x4x2x3xf32>) -> tensor<1x4x3x3xf32>
  %last = onnx.initializer "last" dense<-1> : tensor<1xi64>
  %m0 = onnx.node "ReduceMax"(%s0, %last) {opset = 18 : i64} : (tensor<1x4x3x3xf32>, tensor<1xi64>) -> tensor<1x4x3x1xf32>
  %d0 = onnx.node "Sub"(%s0, %m0) {opset = 14 : i64} : (tensor<1x4x3x3xf32>, tensor<1x4x3x1xf32>) -> tensor<1x4x3x3xf32>
  %p0 = onnx.node "Softmax"(%d0) {opset = 13 : i64} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  %y0 = onnx.node "MatMul"(%p0, %r) {opset = 13 : i64} : (tensor<1x4x3x3xf32>, tensor<1x4x3x2xf32>) -> tensor<1x4x3x2xf32>
  %lt = onnx.node "Transpose"(%l) {attrs = {perm = array<i64: 0, 2, 3, 1>}, opset = 13 : i64} : (tensor<1x3x4x2xf32>) -> tensor<1x4x2x3xf32>
  %s1 = onnx.node "MatMul"(%q, %lt) {opset = 13 : i64} : (tensor<1x4x3x2xf32>, tensor<1x4x2x3xf32>) -> tensor<1x4x3x3xf32>
  %a1 = onnx.node "Add"(%m, %s1) {opset = 14 : i64} : (tensor<3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  %b1 = onnx.node "Add"(%a1, %m) {opset = 14 : i64} : (tensor<1x4x3x3xf32>, tensor<3x3xf32>) -> tensor<1x4x3x3xf32>
  %p1 = onnx.node "Softmax"(%b1) {opset = 13 : i64} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  %y1 = onnx.node "MatMul"(%p1, %q) {opset = 13 : i64} : (tensor<1x4x3x3xf32>, tensor<1x4x3x2xf32>) -> tensor<1x4x3x2xf32>
  return %y0, %y1 : tensor<1x4x3x2xf32>, tensor<1x4x3x2xf32>
}

// -----

// One head without a dimension of heads, a scale that is a power of a size, and
// -1e9 for what is hidden.
// CHECK: evidence = "softmax of a masked product", idea = "attention"
// CHECK-SAME: evidence = "causal", idea = "mask"
// CHECK-LABEL: func @one_head
// CHECK-SAME:    (%[[Q:.*]]: tensor<2x3x9xf32>, %[[K:.*]]: tensor<2x3x9xf32>)
// CHECK:         onnx.node "Attention"(%[[Q]], %[[K]], %[[K]]) {attrs = {is_causal = 1 : i64, kv_num_heads = 1 : i64, q_num_heads = 1 : i64}
func.func @one_head(%q: tensor<2x3x9xf32>, %k: tensor<2x3x9xf32>) -> tensor<2x3x9xf32> {
  %size = onnx.initializer "size" dense<9.0> : tensor<f32>
  %half = onnx.initializer "half" dense<0.5> : tensor<f32>
  %hidden = onnx.initializer "hidden" dense<-1.0e+9> : tensor<f32>
  %ones = onnx.initializer "ones" dense<true> : tensor<3x3xi1>
  %seen = onnx.node "Trilu"(%ones) {attrs = {upper = 0 : i64}, opset = 14 : i64} : (tensor<3x3xi1>) -> tensor<3x3xi1>
  %root = onnx.node "Pow"(%size, %half) {opset = 15 : i64} : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %kt = onnx.node "Transpose"(%k) {attrs = {perm = array<i64: 0, 2, 1>}, opset = 13 : i64} : (tensor<2x3x9xf32>) -> tensor<2x9x3xf32>
  %raw = onnx.node "MatMul"(%q, %kt) {opset = 13 : i64} : (tensor<2x3x9xf32>, tensor<2x9x3xf32>) -> tensor<2x3x3xf32>
  %scaled = onnx.node "Div"(%raw, %root) {opset = 14 : i64} : (tensor<2x3x3xf32>, tensor<f32>) -> tensor<2x3x3xf32>
  %s = onnx.node "Where"(%seen, %scaled, %hidden) {opset = 16 : i64} : (tensor<3x3xi1>, tensor<2x3x3xf32>, tensor<f32>) -> tensor<2x3x3xf32>
  %p = onnx.node "Softmax"(%s) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<2x3x3xf32>) -> tensor<2x3x3xf32>
  %y = onnx.node "MatMul"(%p, %k) {opset = 13 : i64} : (tensor<2x3x3xf32>, tensor<2x3x9xf32>) -> tensor<2x3x9xf32>
  return %y : tensor<2x3x9xf32>
}

// -----

// Heads that Tile repeats, and keys that are transposed over a batch of one
// dimension, where their heads are repeated already.
// CHECK: evidence = "softmax of a product", idea = "attention"
// CHECK-LABEL: func @flat
// CHECK-SAME:    (%[[Q:.*]]: tensor<1x4x3x4xf32>, %[[K:.*]]: tensor<1x2x3x4xf32>)
// CHECK:         onnx.node "Attention"(%[[Q]], %[[K]], %[[K]]) {opset
func.func @flat(%q: tensor<1x4x3x4xf32>, %k: tensor<1x2x3x4xf32>) -> tensor<1x4x3x4xf32> {
  %axis = onnx.initializer "axis" dense<2> : tensor<1xi64>
  %repeats = onnx.initializer "repeats" dense<[1, 1, 2, 1, 1]> : tensor<5xi64>
  %merged = onnx.initializer "merged" dense<[1, 4, 3, 4]> : tensor<4xi64>
  %rows = onnx.initializer "rows" dense<[4, 3, 4]> : tensor<3xi64>
  %columns = onnx.initializer "columns" dense<[1, 4, 4, 3]> : tensor<4xi64>
  %one = onnx.initializer "one" dense<1.0> : tensor<f32>
  %size = onnx.node "Shape"(%q) {attrs = {start = 3 : i64}, opset = 15 : i64} : (tensor<1x4x3x4xf32>) -> tensor<1xi64>
  %wide = onnx.node "CastLike"(%size, %q) {opset = 15 : i64} : (tensor<1xi64>, tensor<1x4x3x4xf32>) -> tensor<1xf32>
  %root = onnx.node "Sqrt"(%wide) {opset = 13 : i64} : (tensor<1xf32>) -> tensor<1xf32>
  %scale = onnx.node "Div"(%one, %root) {opset = 14 : i64} : (tensor<f32>, tensor<1xf32>) -> tensor<1xf32>
  %u = onnx.node "Unsqueeze"(%k, %axis) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>) -> tensor<1x2x1x3x4xf32>
  %t = onnx.node "Tile"(%u, %repeats) {opset = 13 : i64} : (tensor<1x2x1x3x4xf32>, tensor<5xi64>) -> tensor<1x2x2x3x4xf32>
  %v = onnx.node "Reshape"(%t, %merged) {opset = 14 : i64} : (tensor<1x2x2x3x4xf32>, tensor<4xi64>) -> tensor<1x4x3x4xf32>
  %r = onnx.node "Reshape"(%t, %rows) {opset = 14 : i64} : (tensor<1x2x2x3x4xf32>, tensor<3xi64>) -> tensor<4x3x4xf32>
  %rt = onnx.node "Transpose"(%r) {attrs = {perm = array<i64: 0, 2, 1>}, opset = 13 : i64} : (tensor<4x3x4xf32>) -> tensor<4x4x3xf32>
  %kt = onnx.node "Reshape"(%rt, %columns) {opset = 14 : i64} : (tensor<4x4x3xf32>, tensor<4xi64>) -> tensor<1x4x4x3xf32>
  %raw = onnx.node "MatMul"(%q, %kt) {opset = 13 : i64} : (tensor<1x4x3x4xf32>, tensor<1x4x4x3xf32>) -> tensor<1x4x3x3xf32>
  %s = onnx.node "Mul"(%raw, %scale) {opset = 14 : i64} : (tensor<1x4x3x3xf32>, tensor<1xf32>) -> tensor<1x4x3x3xf32>
  %p = onnx.node "Softmax"(%s) {opset = 13 : i64} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  %y = onnx.node "MatMul"(%p, %v) {opset = 13 : i64} : (tensor<1x4x3x3xf32>, tensor<1x4x3x4xf32>) -> tensor<1x4x3x4xf32>
  return %y : tensor<1x4x3x4xf32>
}

// -----

// Almost: a mask that is scaled, keys that are not transposed, and a batch that
// is broadcast. The first is no masked product, whatever it looks like.
// CHECK-DAG: reason = "what the softmax reads is no masked and scaled product"
// CHECK-DAG: reason = "the keys are not transposed before the product"
// CHECK-DAG: reason = "nothing shows that queries and keys have one batch size"
// CHECK-DAG: reason = "its scale is not positive"
// CHECK-LABEL: func @almost
// CHECK-NOT:     "Attention"
func.func @almost(%q: tensor<2x2x3x3xf32>, %k: tensor<2x2x3x3xf32>, %o: tensor<1x2x3x3xf32>, %m: tensor<3x3xf32>)
    -> (tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>) {
  %two = onnx.initializer "two" dense<2.0> : tensor<f32>
  %minus = onnx.initializer "minus" dense<-2.0> : tensor<f32>
  %kt = onnx.node "Transpose"(%k) {attrs = {perm = array<i64: 0, 1, 3, 2>}, opset = 13 : i64} : (tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %s0 = onnx.node "MatMul"(%q, %kt) {opset = 13 : i64} : (tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %a0 = onnx.node "Add"(%s0, %m) {opset = 14 : i64} : (tensor<2x2x3x3xf32>, tensor<3x3xf32>) -> tensor<2x2x3x3xf32>
  %b0 = onnx.node "Mul"(%a0, %two) {opset = 14 : i64} : (tensor<2x2x3x3xf32>, tensor<f32>) -> tensor<2x2x3x3xf32>
  %p0 = onnx.node "Softmax"(%b0) {opset = 13 : i64} : (tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %y0 = onnx.node "MatMul"(%p0, %k) {opset = 13 : i64} : (tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %s1 = onnx.node "MatMul"(%q, %k) {opset = 13 : i64} : (tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %p1 = onnx.node "Softmax"(%s1) {opset = 13 : i64} : (tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %y1 = onnx.node "MatMul"(%p1, %k) {opset = 13 : i64} : (tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %ot = onnx.node "Transpose"(%o) {attrs = {perm = array<i64: 0, 1, 3, 2>}, opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %s2 = onnx.node "MatMul"(%q, %ot) {opset = 13 : i64} : (tensor<2x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %p2 = onnx.node "Softmax"(%s2) {opset = 13 : i64} : (tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %y2 = onnx.node "MatMul"(%p2, %k) {opset = 13 : i64} : (tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %b3 = onnx.node "Mul"(%s0, %minus) {opset = 14 : i64} : (tensor<2x2x3x3xf32>, tensor<f32>) -> tensor<2x2x3x3xf32>
  %p3 = onnx.node "Softmax"(%b3) {opset = 13 : i64} : (tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  %y3 = onnx.node "MatMul"(%p3, %k) {opset = 13 : i64} : (tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>) -> tensor<2x2x3x3xf32>
  return %y0, %y1, %y2, %y3 : tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>, tensor<2x2x3x3xf32>
}

// -----

// Almost as well: ranks, types, heads and masks that differ from what Attention
// takes, and a scale that is no root of the size of a head.
// CHECK-DAG: reason = "queries, keys and values differ in rank"
// CHECK-DAG: reason = "queries, keys and values differ in type"
// CHECK-DAG: reason = "its heads are no multiple of those of its keys"
// CHECK-DAG: reason = "it has a mask of more than four dimensions, or of none"
// CHECK-DAG: reason = "its scale is computed from sizes"
// CHECK-DAG: reason = "its queries are not of three or four dimensions"
// CHECK-LABEL: func @misfits
// CHECK-NOT:     "Attention"
func.func @misfits(%q: tensor<1x2x3x3xf32>, %f: tensor<3x3xf32>, %h: tensor<1x2x3x3xf16>, %o: tensor<1x1x3x3xf32>, %m: tensor<f32>,
                   %d: tensor<1x2x3x?xf32> {onnx.dims = ["1", "2", "3", "d"]})
    -> (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf16>, tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>, tensor<1x2x3x?xf32>, tensor<1x1x2x3x3xf32>) {
  %shape = onnx.initializer "shape" dense<[1, 1, 2, 3, 3]> : tensor<5xi64>
  %kt = onnx.node "Transpose"(%q) {attrs = {perm = array<i64: 0, 1, 3, 2>}, opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %s = onnx.node "MatMul"(%q, %kt) {opset = 13 : i64} : (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %p = onnx.node "Softmax"(%s) {opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %y0 = onnx.node "MatMul"(%p, %f) {opset = 13 : i64} : (tensor<1x2x3x3xf32>, tensor<3x3xf32>) -> tensor<1x2x3x3xf32>
  %c = onnx.node "Cast"(%p) {attrs = {to = 10 : i64}, opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf16>
  %y1 = onnx.node "MatMul"(%c, %h) {opset = 13 : i64} : (tensor<1x2x3x3xf16>, tensor<1x2x3x3xf16>) -> tensor<1x2x3x3xf16>
  %y2 = onnx.node "MatMul"(%p, %o) {opset = 13 : i64} : (tensor<1x2x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x2x3x3xf32>
  %a = onnx.node "Add"(%s, %m) {opset = 14 : i64} : (tensor<1x2x3x3xf32>, tensor<f32>) -> tensor<1x2x3x3xf32>
  %pa = onnx.node "Softmax"(%a) {opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %y3 = onnx.node "MatMul"(%pa, %q) {opset = 13 : i64} : (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %ds = onnx.node "Shape"(%d) {attrs = {start = 3 : i64}, opset = 15 : i64} : (tensor<1x2x3x?xf32>) -> tensor<1xi64>
  %df = onnx.node "Cast"(%ds) {attrs = {to = 1 : i64}, opset = 13 : i64} : (tensor<1xi64>) -> tensor<1xf32>
  %dt = onnx.node "Transpose"(%d) {attrs = {perm = array<i64: 0, 1, 3, 2>}, onnx.dims = [["1", "2", "d", "3"]], opset = 13 : i64} : (tensor<1x2x3x?xf32>) -> tensor<1x2x?x3xf32>
  %dp = onnx.node "MatMul"(%d, %dt) {opset = 13 : i64} : (tensor<1x2x3x?xf32>, tensor<1x2x?x3xf32>) -> tensor<1x2x3x3xf32>
  %dd = onnx.node "Div"(%dp, %df) {opset = 14 : i64} : (tensor<1x2x3x3xf32>, tensor<1xf32>) -> tensor<1x2x3x3xf32>
  %p4 = onnx.node "Softmax"(%dd) {opset = 13 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %y4 = onnx.node "MatMul"(%p4, %d) {onnx.dims = [["1", "2", "3", "d"]], opset = 13 : i64} : (tensor<1x2x3x3xf32>, tensor<1x2x3x?xf32>) -> tensor<1x2x3x?xf32>
  %w = onnx.node "Reshape"(%q, %shape) {opset = 14 : i64} : (tensor<1x2x3x3xf32>, tensor<5xi64>) -> tensor<1x1x2x3x3xf32>
  %wt = onnx.node "Transpose"(%w) {attrs = {perm = array<i64: 0, 1, 2, 4, 3>}, opset = 13 : i64} : (tensor<1x1x2x3x3xf32>) -> tensor<1x1x2x3x3xf32>
  %s5 = onnx.node "MatMul"(%w, %wt) {opset = 13 : i64} : (tensor<1x1x2x3x3xf32>, tensor<1x1x2x3x3xf32>) -> tensor<1x1x2x3x3xf32>
  %p5 = onnx.node "Softmax"(%s5) {opset = 13 : i64} : (tensor<1x1x2x3x3xf32>) -> tensor<1x1x2x3x3xf32>
  %y5 = onnx.node "MatMul"(%p5, %w) {opset = 13 : i64} : (tensor<1x1x2x3x3xf32>, tensor<1x1x2x3x3xf32>) -> tensor<1x1x2x3x3xf32>
  return %y0, %y1, %y2, %y3, %y4, %y5 : tensor<1x2x3x3xf32>, tensor<1x2x3x3xf16>, tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>, tensor<1x2x3x?xf32>, tensor<1x1x2x3x3xf32>
}
