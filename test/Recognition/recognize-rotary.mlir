// RUN: ecolm-opt --recognize-rotary --split-input-file %s | FileCheck %s

// One value joined with itself is each of its halves.
// CHECK: evidence = "halves", idea = "rotary embedding", name = "Add"
// CHECK-LABEL: func @halves
// CHECK-SAME:    (%[[X:.*]]: tensor<1x2x3x4xf32>, %[[A:.*]]: tensor<1x3x2xf32>)
// CHECK:         %[[C:.*]] = onnx.node "Cos"(%[[A]])
// CHECK:         %[[U:.*]] = onnx.node "Unsqueeze"(%[[C]], %{{.*}}) {{.*}} -> tensor<1x1x3x2xf32>
// CHECK:         onnx.node "RotaryEmbedding"(%[[X]], %{{.*}}, %{{.*}}) {attrs = {interleaved = 0 : i64}
func.func @halves(%x: tensor<1x2x3x4xf32>, %a: tensor<1x3x2xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %one = onnx.initializer "one" dense<1> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %three = onnx.initializer "three" dense<3> : tensor<1xi64>
  %end = onnx.initializer "end" dense<9223372036854775807> : tensor<1xi64>
  %w = onnx.node "Concat"(%a, %a) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<1x3x4xf32>
  %c0 = onnx.node "Cos"(%w) {opset = 13 : i64} : (tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %s0 = onnx.node "Sin"(%w) {opset = 13 : i64} : (tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %c = onnx.node "Unsqueeze"(%c0, %one) {opset = 13 : i64} : (tensor<1x3x4xf32>, tensor<1xi64>) -> tensor<1x1x3x4xf32>
  %s = onnx.node "Unsqueeze"(%s0, %one) {opset = 13 : i64} : (tensor<1x3x4xf32>, tensor<1xi64>) -> tensor<1x1x3x4xf32>
  %h = onnx.node "Slice"(%x, %two, %end, %three) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.node "Neg"(%h) {opset = 13 : i64} : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %l = onnx.node "Slice"(%x, %zero, %two, %three) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %t = onnx.node "Concat"(%n, %l) {attrs = {axis = 3 : i64}, opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.node "Mul"(%x, %c) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.node "Mul"(%t, %s) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.node "Add"(%p, %q) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// Nothing is known of these cosines.
// CHECK: reason = "nothing shows that its cosines and sines repeat as they must"
// CHECK-LABEL: func @others
// CHECK-NOT:     "RotaryEmbedding"
func.func @others(%x: tensor<1x2x3x4xf32>, %c: tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %three = onnx.initializer "three" dense<3> : tensor<1xi64>
  %end = onnx.initializer "end" dense<9223372036854775807> : tensor<1xi64>
  %h = onnx.node "Slice"(%x, %two, %end, %three) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %n = onnx.node "Neg"(%h) {opset = 13 : i64} : (tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %l = onnx.node "Slice"(%x, %zero, %two, %three) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %t = onnx.node "Concat"(%n, %l) {attrs = {axis = 3 : i64}, opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x4xf32>
  %p = onnx.node "Mul"(%x, %c) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %q = onnx.node "Mul"(%t, %c) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x1x3x4xf32>) -> tensor<1x2x3x4xf32>
  %y = onnx.node "Add"(%p, %q) {opset = 14 : i64} : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// Of two dimensions, and for other tokens.
// CHECK-DAG: reason = "what it turns has neither three nor four dimensions"
// CHECK-DAG: reason = "nothing shows that it has a cosine and a sine for each token"
// CHECK-DAG: reason = "the number of its heads is not constant"
// CHECK-LABEL: func @misfits
// CHECK-NOT:     "RotaryEmbedding"
func.func @misfits(%x: tensor<3x4xf32>, %c: tensor<3x4xf32>, %z: tensor<2x5x3x4xf32>, %w: tensor<1x3x?x4xf32> {onnx.dims = ["1", "3", "h", "4"]}, %d: tensor<3x1x2xf32>)
    -> (tensor<3x4xf32>, tensor<2x5x3x4xf32>, tensor<1x3x?x4xf32>) {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %last = onnx.initializer "last" dense<-1> : tensor<1xi64>
  %end = onnx.initializer "end" dense<9223372036854775807> : tensor<1xi64>
  %h = onnx.node "Slice"(%x, %two, %end, %last) {opset = 13 : i64} : (tensor<3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3x2xf32>
  %n = onnx.node "Neg"(%h) {opset = 13 : i64} : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %l = onnx.node "Slice"(%x, %zero, %two, %last) {opset = 13 : i64} : (tensor<3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3x2xf32>
  %t = onnx.node "Concat"(%n, %l) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x4xf32>
  %p = onnx.node "Mul"(%x, %c) {opset = 14 : i64} : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %q = onnx.node "Mul"(%t, %c) {opset = 14 : i64} : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %y = onnx.node "Add"(%p, %q) {opset = 14 : i64} : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  %table = onnx.initializer "table" dense<1.0> : tensor<5x3x4xf32>
  %zh = onnx.node "Slice"(%z, %two, %end, %last) {opset = 13 : i64} : (tensor<2x5x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x5x3x2xf32>
  %zn = onnx.node "Neg"(%zh) {opset = 13 : i64} : (tensor<2x5x3x2xf32>) -> tensor<2x5x3x2xf32>
  %zl = onnx.node "Slice"(%z, %zero, %two, %last) {opset = 13 : i64} : (tensor<2x5x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x5x3x2xf32>
  %zt = onnx.node "Concat"(%zn, %zl) {attrs = {axis = 3 : i64}, opset = 13 : i64} : (tensor<2x5x3x2xf32>, tensor<2x5x3x2xf32>) -> tensor<2x5x3x4xf32>
  %zp = onnx.node "Mul"(%z, %table) {opset = 14 : i64} : (tensor<2x5x3x4xf32>, tensor<5x3x4xf32>) -> tensor<2x5x3x4xf32>
  %zq = onnx.node "Mul"(%zt, %table) {opset = 14 : i64} : (tensor<2x5x3x4xf32>, tensor<5x3x4xf32>) -> tensor<2x5x3x4xf32>
  %zy = onnx.node "Add"(%zp, %zq) {opset = 14 : i64} : (tensor<2x5x3x4xf32>, tensor<2x5x3x4xf32>) -> tensor<2x5x3x4xf32>
  %a, %b = onnx.node "Split"(%w) {attrs = {axis = 3 : i64, num_outputs = 2 : i64}, onnx.dims = [["1", "3", "h", "2"], ["1", "3", "h", "2"]], opset = 18 : i64} : (tensor<1x3x?x4xf32>) -> (tensor<1x3x?x2xf32>, tensor<1x3x?x2xf32>)
  %ac = onnx.node "Mul"(%a, %d) {onnx.dims = [["1", "3", "h", "2"]], opset = 14 : i64} : (tensor<1x3x?x2xf32>, tensor<3x1x2xf32>) -> tensor<1x3x?x2xf32>
  %bs = onnx.node "Mul"(%b, %d) {onnx.dims = [["1", "3", "h", "2"]], opset = 14 : i64} : (tensor<1x3x?x2xf32>, tensor<3x1x2xf32>) -> tensor<1x3x?x2xf32>
  %first = onnx.node "Sub"(%ac, %bs) {onnx.dims = [["1", "3", "h", "2"]], opset = 14 : i64} : (tensor<1x3x?x2xf32>, tensor<1x3x?x2xf32>) -> tensor<1x3x?x2xf32>
  %bc = onnx.node "Mul"(%b, %d) {onnx.dims = [["1", "3", "h", "2"]], opset = 14 : i64} : (tensor<1x3x?x2xf32>, tensor<3x1x2xf32>) -> tensor<1x3x?x2xf32>
  %as = onnx.node "Mul"(%a, %d) {onnx.dims = [["1", "3", "h", "2"]], opset = 14 : i64} : (tensor<1x3x?x2xf32>, tensor<3x1x2xf32>) -> tensor<1x3x?x2xf32>
  %second = onnx.node "Add"(%bc, %as) {onnx.dims = [["1", "3", "h", "2"]], opset = 14 : i64} : (tensor<1x3x?x2xf32>, tensor<1x3x?x2xf32>) -> tensor<1x3x?x2xf32>
  %wy = onnx.node "Concat"(%first, %second) {attrs = {axis = 3 : i64}, onnx.dims = [["1", "3", "h", "4"]], opset = 13 : i64} : (tensor<1x3x?x2xf32>, tensor<1x3x?x2xf32>) -> tensor<1x3x?x4xf32>
  return %y, %zy, %wy : tensor<3x4xf32>, tensor<2x5x3x4xf32>, tensor<1x3x?x4xf32>
}

// -----

// Halves of a Split, tables of half the width, tokens without heads.
// CHECK: evidence = "halves"
// CHECK-LABEL: func @split
// CHECK-SAME:    (%[[X:.*]]: tensor<2x3x4xf32>, %[[C:[a-z0-9]+]]: tensor<3x2xf32>
// CHECK:         %[[U:.*]] = onnx.node "Unsqueeze"(%[[C]], %{{.*}}) {{.*}} -> tensor<1x3x2xf32>
// CHECK:         %[[T:.*]] = onnx.node "Expand"(%[[U]], %{{.*}}) {{.*}} -> tensor<2x3x2xf32>
// CHECK:         onnx.node "RotaryEmbedding"(%[[X]], %[[T]], %{{.*}}) {attrs = {interleaved = 0 : i64, num_heads = 1 : i64}
func.func @split(%x: tensor<2x3x4xf32>, %c: tensor<3x2xf32>, %s: tensor<3x2xf32>) -> tensor<2x3x4xf32> {
  %a, %b = onnx.node "Split"(%x) {attrs = {axis = -1 : i64, num_outputs = 2 : i64}, opset = 18 : i64} : (tensor<2x3x4xf32>) -> (tensor<2x3x2xf32>, tensor<2x3x2xf32>)
  %ac = onnx.node "Mul"(%a, %c) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<3x2xf32>) -> tensor<2x3x2xf32>
  %bs = onnx.node "Mul"(%b, %s) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<3x2xf32>) -> tensor<2x3x2xf32>
  %first = onnx.node "Sub"(%ac, %bs) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %bc = onnx.node "Mul"(%b, %c) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<3x2xf32>) -> tensor<2x3x2xf32>
  %as = onnx.node "Mul"(%s, %a) {opset = 14 : i64} : (tensor<3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %second = onnx.node "Add"(%bc, %as) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %y = onnx.node "Concat"(%first, %second) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// A product of complex numbers, of which both are data.
// CHECK: reason = "nothing shows that it has a cosine and a sine for each token"
// CHECK-LABEL: func @complex
// CHECK-NOT:     "RotaryEmbedding"
func.func @complex(%x: tensor<2x3x4xf32>, %c: tensor<2x3x2xf32>, %s: tensor<2x3x2xf32>) -> tensor<2x3x4xf32> {
  %a, %b = onnx.node "Split"(%x) {attrs = {axis = -1 : i64, num_outputs = 2 : i64}, opset = 18 : i64} : (tensor<2x3x4xf32>) -> (tensor<2x3x2xf32>, tensor<2x3x2xf32>)
  %ac = onnx.node "Mul"(%a, %c) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %bs = onnx.node "Mul"(%b, %s) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %first = onnx.node "Sub"(%ac, %bs) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %bc = onnx.node "Mul"(%b, %c) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %as = onnx.node "Mul"(%a, %s) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %second = onnx.node "Add"(%bc, %as) {opset = 14 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x2xf32>
  %y = onnx.node "Concat"(%first, %second) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// Neighbours of a dimension of two, the tokens before the heads, and the whole
// turned: angles of a product whose columns repeat.
// CHECK: evidence = "pairs"
// CHECK-LABEL: func @tokens_first
// CHECK-SAME:    (%[[X:.*]]: tensor<1x3x2x4xf32>, %[[P:.*]]: tensor<3x1x1xf32>)
// CHECK-DAG:     %[[F:.*]] = onnx.initializer "frequencies" dense<[1.000000e+00, 5.000000e-01]> : tensor<2xf32>
// CHECK:         %[[A:.*]] = onnx.node "Mul"(%[[P]], %[[F]]) {{.*}} -> tensor<3x1x2xf32>
// CHECK:         %[[C:.*]] = onnx.node "Cos"(%[[A]])
// CHECK:         onnx.node "Squeeze"(%[[C]], %{{.*}}) {{.*}} -> tensor<3x2xf32>
// CHECK:         %[[R:.*]] = onnx.node "Reshape"(%[[X]], %{{.*}}) {{.*}} -> tensor<1x3x8xf32>
// CHECK:         %[[Y:.*]] = onnx.node "RotaryEmbedding"(%[[R]], %{{.*}}, %{{.*}}) {attrs = {interleaved = 1 : i64, num_heads = 2 : i64}
// CHECK:         onnx.node "Reshape"(%[[Y]], %{{.*}}) {{.*}} -> tensor<1x3x2x4xf32>
func.func @tokens_first(%x: tensor<1x3x2x4xf32>, %p: tensor<3x1x1xf32>) -> tensor<1x3x2x4xf32> {
  %even = onnx.initializer "even" dense<0> : tensor<i64>
  %odd = onnx.initializer "odd" dense<1> : tensor<i64>
  %minus = onnx.initializer "minus" dense<-1.0> : tensor<f32>
  %last = onnx.initializer "last" dense<-1> : tensor<1xi64>
  %frequencies = onnx.initializer "frequencies" dense<[1.0, 1.0, 0.5, 0.5]> : tensor<4xf32>
  %split = onnx.initializer "split" dense<[1, 3, 2, 2, 2]> : tensor<5xi64>
  %merge = onnx.initializer "merge" dense<[1, 3, 2, 4]> : tensor<4xi64>
  %w = onnx.node "Mul"(%p, %frequencies) {opset = 14 : i64} : (tensor<3x1x1xf32>, tensor<4xf32>) -> tensor<3x1x4xf32>
  %c = onnx.node "Cos"(%w) {opset = 7 : i64} : (tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
  %s = onnx.node "Sin"(%w) {opset = 7 : i64} : (tensor<3x1x4xf32>) -> tensor<3x1x4xf32>
  %r = onnx.node "Reshape"(%x, %split) {opset = 14 : i64} : (tensor<1x3x2x4xf32>, tensor<5xi64>) -> tensor<1x3x2x2x2xf32>
  %a = onnx.node "Gather"(%r, %even) {attrs = {axis = 4 : i64}, opset = 13 : i64} : (tensor<1x3x2x2x2xf32>, tensor<i64>) -> tensor<1x3x2x2xf32>
  %b = onnx.node "Gather"(%r, %odd) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<1x3x2x2x2xf32>, tensor<i64>) -> tensor<1x3x2x2xf32>
  %n = onnx.node "Mul"(%minus, %b) {opset = 14 : i64} : (tensor<f32>, tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %nu = onnx.node "Unsqueeze"(%n, %last) {opset = 13 : i64} : (tensor<1x3x2x2xf32>, tensor<1xi64>) -> tensor<1x3x2x2x1xf32>
  %au = onnx.node "Unsqueeze"(%a, %last) {opset = 13 : i64} : (tensor<1x3x2x2xf32>, tensor<1xi64>) -> tensor<1x3x2x2x1xf32>
  %j = onnx.node "Concat"(%nu, %au) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<1x3x2x2x1xf32>, tensor<1x3x2x2x1xf32>) -> tensor<1x3x2x2x2xf32>
  %t = onnx.node "Reshape"(%j, %merge) {opset = 14 : i64} : (tensor<1x3x2x2x2xf32>, tensor<4xi64>) -> tensor<1x3x2x4xf32>
  %xc = onnx.node "Mul"(%x, %c) {opset = 14 : i64} : (tensor<1x3x2x4xf32>, tensor<3x1x4xf32>) -> tensor<1x3x2x4xf32>
  %ts = onnx.node "Mul"(%t, %s) {opset = 14 : i64} : (tensor<1x3x2x4xf32>, tensor<3x1x4xf32>) -> tensor<1x3x2x4xf32>
  %y = onnx.node "Add"(%xc, %ts) {opset = 14 : i64} : (tensor<1x3x2x4xf32>, tensor<1x3x2x4xf32>) -> tensor<1x3x2x4xf32>
  return %y : tensor<1x3x2x4xf32>
}

// -----

// The dimension of two before that of pairs divides the row in halves.
// CHECK: evidence = "halves"
// CHECK-LABEL: func @rows_of_halves
// CHECK-SAME:    (%[[R:.*]]: tensor<1x2x3x2x2xf32>
// CHECK:         %[[X:.*]] = onnx.node "Reshape"(%[[R]], %{{.*}}) {{.*}} -> tensor<1x2x3x4xf32>
// CHECK:         onnx.node "RotaryEmbedding"(%[[X]], %{{.*}}, %{{.*}}) {attrs = {interleaved = 0 : i64}
func.func @rows_of_halves(%r: tensor<1x2x3x2x2xf32>, %c: tensor<1x1x3x2xf32>, %s: tensor<1x1x3x2xf32>) -> tensor<1x2x3x4xf32> {
  %three = onnx.initializer "three" dense<3> : tensor<1xi64>
  %merge = onnx.initializer "merge" dense<[1, 2, 3, 4]> : tensor<4xi64>
  %a1, %b1 = onnx.node "Split"(%r) {attrs = {axis = 3 : i64, num_outputs = 2 : i64}, opset = 18 : i64} : (tensor<1x2x3x2x2xf32>) -> (tensor<1x2x3x1x2xf32>, tensor<1x2x3x1x2xf32>)
  %a = onnx.node "Squeeze"(%a1, %three) {opset = 13 : i64} : (tensor<1x2x3x1x2xf32>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %b = onnx.node "Squeeze"(%b1, %three) {opset = 13 : i64} : (tensor<1x2x3x1x2xf32>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %ac = onnx.node "Mul"(%a, %c) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %bs = onnx.node "Mul"(%b, %s) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %first = onnx.node "Sub"(%ac, %bs) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %bc = onnx.node "Mul"(%b, %c) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %as = onnx.node "Mul"(%a, %s) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %second = onnx.node "Add"(%bc, %as) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %au = onnx.node "Unsqueeze"(%first, %three) {opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x3x1x2xf32>
  %bu = onnx.node "Unsqueeze"(%second, %three) {opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x3x1x2xf32>
  %j = onnx.node "Concat"(%au, %bu) {attrs = {axis = 3 : i64}, opset = 13 : i64} : (tensor<1x2x3x1x2xf32>, tensor<1x2x3x1x2xf32>) -> tensor<1x2x3x2x2xf32>
  %y = onnx.node "Reshape"(%j, %merge) {opset = 14 : i64} : (tensor<1x2x3x2x2xf32>, tensor<4xi64>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}

// -----

// Even and odd elements, side by side again.
// CHECK: evidence = "pairs"
// CHECK-LABEL: func @pairs
// CHECK-SAME:    (%[[X:.*]]: tensor<1x2x3x4xf32>
// CHECK:         onnx.node "RotaryEmbedding"(%[[X]], %{{.*}}, %{{.*}}) {attrs = {interleaved = 1 : i64}
func.func @pairs(%x: tensor<1x2x3x4xf32>, %c: tensor<1x1x3x2xf32>, %s: tensor<1x1x3x2xf32>) -> tensor<1x2x3x4xf32> {
  %zero = onnx.initializer "zero" dense<0> : tensor<1xi64>
  %one = onnx.initializer "one" dense<1> : tensor<1xi64>
  %two = onnx.initializer "two" dense<2> : tensor<1xi64>
  %last = onnx.initializer "last" dense<-1> : tensor<1xi64>
  %end = onnx.initializer "end" dense<9223372036854775807> : tensor<1xi64>
  %shape = onnx.initializer "shape" dense<[1, 2, 3, 4]> : tensor<4xi64>
  %e = onnx.node "Slice"(%x, %zero, %end, %last, %two) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %o = onnx.node "Slice"(%x, %one, %end, %last, %two) {opset = 13 : i64} : (tensor<1x2x3x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x3x2xf32>
  %ec = onnx.node "Mul"(%e, %c) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %os = onnx.node "Mul"(%o, %s) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %a = onnx.node "Sub"(%ec, %os) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %es = onnx.node "Mul"(%e, %s) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %oc = onnx.node "Mul"(%o, %c) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x1x3x2xf32>) -> tensor<1x2x3x2xf32>
  %b = onnx.node "Add"(%es, %oc) {opset = 14 : i64} : (tensor<1x2x3x2xf32>, tensor<1x2x3x2xf32>) -> tensor<1x2x3x2xf32>
  %au = onnx.node "Unsqueeze"(%a, %last) {opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x3x2x1xf32>
  %bu = onnx.node "Unsqueeze"(%b, %last) {opset = 13 : i64} : (tensor<1x2x3x2xf32>, tensor<1xi64>) -> tensor<1x2x3x2x1xf32>
  %ab = onnx.node "Concat"(%au, %bu) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<1x2x3x2x1xf32>, tensor<1x2x3x2x1xf32>) -> tensor<1x2x3x2x2xf32>
  %y = onnx.node "Reshape"(%ab, %shape) {opset = 14 : i64} : (tensor<1x2x3x2x2xf32>, tensor<4xi64>) -> tensor<1x2x3x4xf32>
  return %y : tensor<1x2x3x4xf32>
}
