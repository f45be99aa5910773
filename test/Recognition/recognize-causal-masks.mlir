// RUN: ecolm-opt --recognize-causal-masks --split-input-file %s | FileCheck %s

// Zeros hide nothing; of a sum one part may be causal; a band is no triangle.
// CHECK: evidence = "a mask that hides nothing", {{.*}}evidence = "causal, and another mask", {{.*}}reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @masks
// CHECK-SAME:    (%[[Q:.*]]: tensor<1x2x2x4xf32>, %[[M:.*]]: tensor<2x2xf32>)
// CHECK:         onnx.node "Attention"(%[[Q]], %[[Q]], %[[Q]]) {opset = 23 : i64}
// CHECK:         onnx.node "Attention"(%[[Q]], %[[Q]], %[[Q]], %[[M]]) {attrs = {is_causal = 1 : i64}
// CHECK:         onnx.node "Attention"(%[[Q]], %[[Q]], %[[Q]], %{{.*}}) {opset = 23 : i64}
func.func @masks(%q: tensor<1x2x2x4xf32>, %m: tensor<2x2xf32>)
    -> (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>) {
  %zeros = onnx.initializer "zeros" dense<0.0> : tensor<2x2xf32>
  %triangle = onnx.initializer "triangle" dense<[[0.0, 0xFF800000], [0.0, 0.0]]> : tensor<2x2xf32>
  %band = onnx.initializer "band" dense<[[true, false], [false, true]]> : tensor<2x2xi1>
  %y0 = onnx.node "Attention"(%q, %q, %q, %zeros) {opset = 23 : i64} : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xf32>) -> tensor<1x2x2x4xf32>
  %s = onnx.node "Add"(%triangle, %m) {opset = 14 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %y1 = onnx.node "Attention"(%q, %q, %q, %s) {opset = 23 : i64} : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xf32>) -> tensor<1x2x2x4xf32>
  %y2 = onnx.node "Attention"(%q, %q, %q, %band) {opset = 23 : i64} : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xi1>) -> tensor<1x2x2x4xf32>
  return %y0, %y1, %y2 : tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>
}

// -----

// -1e8 may be a score.
// CHECK: reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @penalty
// CHECK-NOT:     is_causal
func.func @penalty(%q: tensor<1x2x2x4xf32>) -> tensor<1x2x2x4xf32> {
  %triangle = onnx.initializer "triangle" dense<[[0.0, -1.0e+8], [0.0, 0.0]]> : tensor<2x2xf32>
  %y = onnx.node "Attention"(%q, %q, %q, %triangle) {opset = 23 : i64} : (tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<1x2x2x4xf32>, tensor<2x2xf32>) -> tensor<1x2x2x4xf32>
  return %y : tensor<1x2x2x4xf32>
}

// -----

// As much of a triangle as there are tokens, which only the run knows to be in
// it; of a triangle whose rows are cut elsewhere nothing is known.
// CHECK: evidence = "causal", {{.*}}reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @sliced
// CHECK:         onnx.node "Attention"(%{{.*}}, %{{.*}}, %{{.*}}) {attrs = {is_causal = 1 : i64}
// CHECK:         onnx.node "Attention"(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) {onnx.dims
func.func @sliced(%q: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]}) -> (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) {
  %triangle = onnx.initializer "triangle" dense<[[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]> : tensor<3x3xf32>
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %one = onnx.initializer "one" dense<1> : tensor<1xi64>
  %none = onnx.initializer "none" dense<0.0> : tensor<f32>
  %t = onnx.node "Shape"(%q) {attrs = {start = 2 : i64, end = 3 : i64}, opset = 15 : i64} : (tensor<1x2x?x4xf32>) -> tensor<1xi64>
  %r = onnx.node "Slice"(%triangle, %zero, %t, %zero, %one) {onnx.dims = [["?0", "3"]], opset = 13 : i64} : (tensor<3x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x3xf32>
  %c = onnx.node "Slice"(%r, %zero, %t, %one, %one) {onnx.dims = [["?0", "?1"]], opset = 13 : i64} : (tensor<?x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  %h = onnx.node "Equal"(%c, %none) {onnx.dims = [["?0", "?1"]], opset = 13 : i64} : (tensor<?x?xf32>, tensor<f32>) -> tensor<?x?xi1>
  %m = onnx.node "Not"(%h) {onnx.dims = [["?0", "?1"]], opset = 1 : i64} : (tensor<?x?xi1>) -> tensor<?x?xi1>
  %u = onnx.node "Unsqueeze"(%m, %zero) {onnx.dims = [["1", "?0", "?1"]], opset = 13 : i64} : (tensor<?x?xi1>, tensor<1xi64>) -> tensor<1x?x?xi1>
  %y0 = onnx.node "Attention"(%q, %q, %q, %u) {onnx.dims = [["1", "2", "t", "4"]], opset = 23 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x?x?xi1>) -> tensor<1x2x?x4xf32>
  %o = onnx.node "Slice"(%triangle, %one, %t, %zero, %one) {onnx.dims = [["?2", "3"]], opset = 13 : i64} : (tensor<3x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x3xf32>
  %k = onnx.node "Cast"(%o) {attrs = {to = 9 : i64}, onnx.dims = [["?2", "3"]], opset = 13 : i64} : (tensor<?x3xf32>) -> tensor<?x3xi1>
  %y1 = onnx.node "Attention"(%q, %q, %q, %k) {onnx.dims = [["1", "2", "t", "4"]], opset = 23 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<?x3xi1>) -> tensor<1x2x?x4xf32>
  return %y0, %y1 : tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>
}

// -----

// Comparisons of positions that are looked up, and of counts of the places where
// positions do not go on by one, of which there are none.
// CHECK: evidence = "causal", {{.*}}reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @looked_up
// CHECK:         onnx.node "Attention"(%{{.*}}, %{{.*}}, %{{.*}}) {attrs = {is_causal = 1 : i64}
// CHECK:         onnx.node "Attention"(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) {onnx.dims
func.func @looked_up(%q: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]}) -> (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %firsts = onnx.initializer "firsts" dense<0> : tensor<1xi64>
  %ones = onnx.initializer "ones" dense<1> : tensor<1xi64>
  %last = onnx.initializer "last" dense<-1> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %lead = onnx.initializer "lead" dense<0> : tensor<1x1xi64>
  %true = onnx.initializer "true" dense<true> : tensor<i1>
  %n = onnx.node "Shape"(%q) {attrs = {start = 2 : i64, end = 3 : i64}, opset = 15 : i64} : (tensor<1x2x?x4xf32>) -> tensor<1xi64>
  %t = onnx.node "Squeeze"(%n) {opset = 13 : i64} : (tensor<1xi64>) -> tensor<i64>
  %t1 = onnx.node "Add"(%n, %ones) {opset = 14 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %r = onnx.node "Range"(%zero, %t, %one) {onnx.dims = [["t"]], opset = 11 : i64} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %p = onnx.node "Unsqueeze"(%r, %firsts) {onnx.dims = [["1", "t"]], opset = 13 : i64} : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %f = onnx.node "Slice"(%p, %firsts, %ones, %ones, %ones) {onnx.dims = [["1", "?0"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %b = onnx.node "Sub"(%f, %one) {onnx.dims = [["1", "?0"]], opset = 14 : i64} : (tensor<1x?xi64>, tensor<i64>) -> tensor<1x?xi64>
  %c = onnx.node "Concat"(%b, %p) {attrs = {axis = -1 : i64}, onnx.dims = [["1", "?(?0+t)"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<1x?xi64>) -> tensor<1x?xi64>
  %before = onnx.node "Slice"(%c, %firsts, %n, %last, %ones) {onnx.dims = [["1", "?1"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %own = onnx.node "Slice"(%c, %ones, %t1, %last, %ones) {onnx.dims = [["1", "?2"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %d = onnx.node "Sub"(%own, %before) {onnx.dims = [["1", "?3"]], opset = 14 : i64} : (tensor<1x?xi64>, tensor<1x?xi64>) -> tensor<1x?xi64>
  %e = onnx.node "Equal"(%d, %one) {onnx.dims = [["1", "?3"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<i64>) -> tensor<1x?xi1>
  %ne = onnx.node "Not"(%e) {onnx.dims = [["1", "?3"]], opset = 1 : i64} : (tensor<1x?xi1>) -> tensor<1x?xi1>
  %i = onnx.node "Cast"(%ne) {attrs = {to = 7 : i64}, onnx.dims = [["1", "?3"]], opset = 13 : i64} : (tensor<1x?xi1>) -> tensor<1x?xi64>
  %s = onnx.node "CumSum"(%i, %one) {onnx.dims = [["1", "?3"]], opset = 14 : i64} : (tensor<1x?xi64>, tensor<i64>) -> tensor<1x?xi64>
  %row = onnx.node "Unsqueeze"(%r, %last) {onnx.dims = [["t", "1"]], opset = 13 : i64} : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %column = onnx.node "Unsqueeze"(%r, %firsts) {onnx.dims = [["1", "t"]], opset = 13 : i64} : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %row1 = onnx.node "Unsqueeze"(%row, %two) {onnx.dims = [["t", "1", "1"]], opset = 13 : i64} : (tensor<?x1xi64>, tensor<1xi64>) -> tensor<?x1x1xi64>
  %column1 = onnx.node "Unsqueeze"(%column, %two) {onnx.dims = [["1", "t", "1"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<1xi64>) -> tensor<1x?x1xi64>
  %nr = onnx.node "Sub"(%row1, %row1) {onnx.dims = [["t", "1", "1"]], opset = 14 : i64} : (tensor<?x1x1xi64>, tensor<?x1x1xi64>) -> tensor<?x1x1xi64>
  %nc = onnx.node "Sub"(%column1, %column1) {onnx.dims = [["1", "t", "1"]], opset = 14 : i64} : (tensor<1x?x1xi64>, tensor<1x?x1xi64>) -> tensor<1x?x1xi64>
  %at = onnx.node "Concat"(%nr, %row1) {attrs = {axis = -1 : i64}, onnx.dims = [["t", "1", "2"]], opset = 13 : i64} : (tensor<?x1x1xi64>, tensor<?x1x1xi64>) -> tensor<?x1x2xi64>
  %of = onnx.node "Concat"(%nc, %column1) {attrs = {axis = -1 : i64}, onnx.dims = [["1", "t", "2"]], opset = 13 : i64} : (tensor<1x?x1xi64>, tensor<1x?x1xi64>) -> tensor<1x?x2xi64>
  %pq = onnx.node "GatherND"(%p, %at) {onnx.dims = [["t", "1"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<?x1x2xi64>) -> tensor<?x1xi64>
  %pk = onnx.node "GatherND"(%p, %of) {onnx.dims = [["1", "t"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<1x?x2xi64>) -> tensor<1x?xi64>
  %sq = onnx.node "GatherND"(%s, %at) {onnx.dims = [["t", "1"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<?x1x2xi64>) -> tensor<?x1xi64>
  %sk = onnx.node "GatherND"(%s, %of) {onnx.dims = [["1", "t"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<1x?x2xi64>) -> tensor<1x?xi64>
  %le = onnx.node "LessOrEqual"(%pk, %pq) {onnx.dims = [["t", "t"]], opset = 16 : i64} : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %all = onnx.node "And"(%true, %le) {onnx.dims = [["t", "t"]], opset = 7 : i64} : (tensor<i1>, tensor<?x?xi1>) -> tensor<?x?xi1>
  %same = onnx.node "Equal"(%sq, %sk) {onnx.dims = [["t", "t"]], opset = 13 : i64} : (tensor<?x1xi64>, tensor<1x?xi64>) -> tensor<?x?xi1>
  %m = onnx.node "And"(%all, %same) {onnx.dims = [["t", "t"]], opset = 7 : i64} : (tensor<?x?xi1>, tensor<?x?xi1>) -> tensor<?x?xi1>
  %y0 = onnx.node "Attention"(%q, %q, %q, %m) {onnx.dims = [["1", "2", "t", "4"]], opset = 23 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<?x?xi1>) -> tensor<1x2x?x4xf32>
  // Counted from the end, the first place is another.
  %back = onnx.node "Sub"(%row1, %n) {onnx.dims = [["t", "1", "1"]], opset = 14 : i64} : (tensor<?x1x1xi64>, tensor<1xi64>) -> tensor<?x1x1xi64>
  %end = onnx.node "Concat"(%nr, %back) {attrs = {axis = -1 : i64}, onnx.dims = [["t", "1", "2"]], opset = 13 : i64} : (tensor<?x1x1xi64>, tensor<?x1x1xi64>) -> tensor<?x1x2xi64>
  %pe = onnx.node "GatherND"(%p, %end) {onnx.dims = [["t", "1"]], opset = 13 : i64} : (tensor<1x?xi64>, tensor<?x1x2xi64>) -> tensor<?x1xi64>
  %we = onnx.node "LessOrEqual"(%pk, %pe) {onnx.dims = [["t", "t"]], opset = 16 : i64} : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %y1 = onnx.node "Attention"(%q, %q, %q, %we) {onnx.dims = [["1", "2", "t", "4"]], opset = 23 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<?x?xi1>) -> tensor<1x2x?x4xf32>
  return %y0, %y1 : tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>
}

// -----

// The pasts of keys and values have lengths of two names, but as many of both
// are new.
// CHECK: evidence = "causal, behind a past"
// CHECK-LABEL: func @two_names
// CHECK-SAME:    %[[PK:[^ ]*]]: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "p", "4"]}, %[[PV:[^ ]*]]: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "r", "4"]}
// CHECK:         onnx.node "Attention"(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[PK]], %[[PV]]) {attrs = {is_causal = 1 : i64}
func.func @two_names(
    %q: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]}, %k: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]},
    %v: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]}, %pk: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "p", "4"]},
    %pv: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "r", "4"]}) -> tensor<1x2x?x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %last = onnx.initializer "last" dense<1> : tensor<1xi64>
  %first = onnx.initializer "first" dense<0> : tensor<1xi64>
  %keys = onnx.node "Concat"(%pk, %k) {attrs = {axis = 2 : i64}, onnx.dims = [["1", "2", "?(p+t)", "4"]], opset = 13 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x4xf32>
  %values = onnx.node "Concat"(%pv, %v) {attrs = {axis = 2 : i64}, onnx.dims = [["1", "2", "?(r+t)", "4"]], opset = 13 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x4xf32>
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
  %mask = onnx.node "LessOrEqual"(%j, %i) {onnx.dims = [["t", "?(p+t)"]], opset = 16 : i64} : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %y = onnx.node "Attention"(%q, %keys, %values, %mask) {onnx.dims = [["1", "2", "t", "4"]], opset = 23 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<?x?xi1>) -> tensor<1x2x?x4xf32>
  return %y : tensor<1x2x?x4xf32>
}

// -----

// Of these nothing says how long the past of the values is.
// CHECK: reason = "nothing shows that its mask is causal"
// CHECK-LABEL: func @two_lengths
// CHECK-NOT:     is_causal
func.func @two_lengths(
    %q: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]}, %k: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "t", "4"]},
    %v: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "u", "4"]}, %pk: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "p", "4"]},
    %pv: tensor<1x2x?x4xf32> {onnx.dims = ["1", "2", "r", "4"]}) -> tensor<1x2x?x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<i64>
  %one = onnx.initializer "one" dense<1> : tensor<i64>
  %last = onnx.initializer "last" dense<1> : tensor<1xi64>
  %first = onnx.initializer "first" dense<0> : tensor<1xi64>
  %keys = onnx.node "Concat"(%pk, %k) {attrs = {axis = 2 : i64}, onnx.dims = [["1", "2", "?(p+t)", "4"]], opset = 13 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x4xf32>
  %values = onnx.node "Concat"(%pv, %v) {attrs = {axis = 2 : i64}, onnx.dims = [["1", "2", "?(r+u)", "4"]], opset = 13 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x4xf32>
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
  %mask = onnx.node "LessOrEqual"(%j, %i) {onnx.dims = [["t", "?(p+t)"]], opset = 16 : i64} : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %y = onnx.node "Attention"(%q, %keys, %values, %mask) {onnx.dims = [["1", "2", "t", "4"]], opset = 23 : i64} : (tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<1x2x?x4xf32>, tensor<?x?xi1>) -> tensor<1x2x?x4xf32>
  return %y : tensor<1x2x?x4xf32>
}
