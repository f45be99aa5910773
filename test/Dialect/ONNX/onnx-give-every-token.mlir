// RUN: ecolm-opt --onnx-give-every-token --onnx-infer-shapes --split-input-file %s | FileCheck %s

// The last token by an index, which takes the dimension of tokens with it; a
// product, and a cap.
// CHECK-LABEL: func.func @main
// CHECK-SAME:    -> (tensor<1x?x2xf32> {onnx.dims = ["1", "t", "2"]}
// CHECK:         %[[X:.*]] = onnx.node "Gather"(%{{.*}}, %{{.*}}) {{.*}} -> tensor<1x?x3xf32>
// CHECK:         %[[S:.*]] = onnx.node "Squeeze"(%[[X]], %{{.*}}) {{.*}} -> tensor<?x3xf32>
// CHECK:         %[[Y:.*]] = onnx.node "Gemm"(%[[S]], %{{.*}}, %{{.*}}) {{.*}} -> tensor<?x2xf32>
// CHECK:         %[[C:.*]] = onnx.node "Tanh"(%[[Y]])
// CHECK:         onnx.node "Unsqueeze"(%[[C]], %{{.*}}) {{.*}} -> tensor<1x?x2xf32>
func.func @main(%ids: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> tensor<1x2xf32> attributes {onnx.longest = 8 : i64} {
  %table = onnx.initializer "table" dense<0.5> : tensor<5x3xf32>
  %w = onnx.initializer "w" dense<0.5> : tensor<3x2xf32>
  %b = onnx.initializer "b" dense<0.5> : tensor<2xf32>
  %last = onnx.initializer "last" dense<-1> : tensor<i64>
  %x = onnx.node "Gather"(%table, %ids) {onnx.dims = [["1", "t", "3"]], opset = 13 : i64} : (tensor<5x3xf32>, tensor<1x?xi64>) -> tensor<1x?x3xf32>
  %h = onnx.node "Gather"(%x, %last) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<1x?x3xf32>, tensor<i64>) -> tensor<1x3xf32>
  %y = onnx.node "Gemm"(%h, %w, %b) {opset = 13 : i64} : (tensor<1x3xf32>, tensor<3x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %c = onnx.node "Tanh"(%y) {opset = 13 : i64} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %c : tensor<1x2xf32>
}

// -----

// By a slice, whose dimension of one is squeezed or stays.
// CHECK-LABEL: func.func @main
// CHECK-SAME:    -> (tensor<1x?x3xf32> {onnx.dims = ["1", "t", "3"]}
// CHECK:         onnx.node "Squeeze"(%{{.*}}, %{{.*}}) {{.*}} -> tensor<?x3xf32>
// CHECK:         onnx.node "Unsqueeze"
func.func @main(%ids: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> tensor<1x3xf32> attributes {onnx.longest = 8 : i64} {
  %table = onnx.initializer "table" dense<0.5> : tensor<5x3xf32>
  %last = onnx.initializer "last" dense<-1> : tensor<1xi64>
  %end = onnx.initializer "end" dense<2147483647> : tensor<1xi64>
  %one = onnx.initializer "one" dense<1> : tensor<1xi64>
  %x = onnx.node "Gather"(%table, %ids) {onnx.dims = [["1", "t", "3"]], opset = 13 : i64} : (tensor<5x3xf32>, tensor<1x?xi64>) -> tensor<1x?x3xf32>
  %s = onnx.node "Slice"(%x, %last, %end, %one, %one) {opset = 13 : i64} : (tensor<1x?x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x3xf32>
  %h = onnx.node "Squeeze"(%s, %one) {opset = 13 : i64} : (tensor<1x1x3xf32>, tensor<1xi64>) -> tensor<1x3xf32>
  return %h : tensor<1x3xf32>
}

// -----

// CHECK-LABEL: func.func @main
// CHECK-SAME:    -> (tensor<1x?x3xf32> {onnx.dims = ["1", "t", "3"]}
// CHECK:         %[[X:.*]] = onnx.node "Gather"
// CHECK:         onnx.node "Neg"(%[[X]])
func.func @main(%ids: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> tensor<1x1x3xf32> attributes {onnx.longest = 8 : i64} {
  %table = onnx.initializer "table" dense<0.5> : tensor<5x3xf32>
  %last = onnx.initializer "last" dense<-1> : tensor<1xi64>
  %x = onnx.node "Gather"(%table, %ids) {onnx.dims = [["1", "t", "3"]], opset = 13 : i64} : (tensor<5x3xf32>, tensor<1x?xi64>) -> tensor<1x?x3xf32>
  %h = onnx.node "Gather"(%x, %last) {attrs = {axis = -2 : i64}, opset = 13 : i64} : (tensor<1x?x3xf32>, tensor<1xi64>) -> tensor<1x1x3xf32>
  %y = onnx.node "Neg"(%h) {opset = 13 : i64} : (tensor<1x1x3xf32>) -> tensor<1x1x3xf32>
  return %y : tensor<1x1x3xf32>
}

// -----

// Left as they are: the first token, a row that its largest element is taken
// of, and a model that nobody calls a language model.
// CHECK-LABEL: func.func @main
// CHECK-SAME:    -> (tensor<1x3xf32>
func.func @main(%ids: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> tensor<1x3xf32> attributes {onnx.longest = 8 : i64} {
  %table = onnx.initializer "table" dense<0.5> : tensor<5x3xf32>
  %first = onnx.initializer "first" dense<0> : tensor<i64>
  %x = onnx.node "Gather"(%table, %ids) {onnx.dims = [["1", "t", "3"]], opset = 13 : i64} : (tensor<5x3xf32>, tensor<1x?xi64>) -> tensor<1x?x3xf32>
  %h = onnx.node "Gather"(%x, %first) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<1x?x3xf32>, tensor<i64>) -> tensor<1x3xf32>
  return %h : tensor<1x3xf32>
}

// -----

// CHECK-LABEL: func.func @main
// CHECK-SAME:    -> (tensor<1x1xf32>
func.func @main(%ids: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> tensor<1x1xf32> attributes {onnx.longest = 8 : i64} {
  %table = onnx.initializer "table" dense<0.5> : tensor<5x3xf32>
  %last = onnx.initializer "last" dense<-1> : tensor<i64>
  %x = onnx.node "Gather"(%table, %ids) {onnx.dims = [["1", "t", "3"]], opset = 13 : i64} : (tensor<5x3xf32>, tensor<1x?xi64>) -> tensor<1x?x3xf32>
  %h = onnx.node "Gather"(%x, %last) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<1x?x3xf32>, tensor<i64>) -> tensor<1x3xf32>
  %m = onnx.node "ReduceMax"(%h) {attrs = {axes = array<i64: 1>}, opset = 13 : i64} : (tensor<1x3xf32>) -> tensor<1x1xf32>
  return %m : tensor<1x1xf32>
}

// -----

// CHECK-LABEL: func.func @main
// CHECK-SAME:    -> (tensor<1x3xf32>
func.func @main(%ids: tensor<1x?xi64> {onnx.dims = ["1", "t"]}) -> tensor<1x3xf32> {
  %table = onnx.initializer "table" dense<0.5> : tensor<5x3xf32>
  %last = onnx.initializer "last" dense<-1> : tensor<i64>
  %x = onnx.node "Gather"(%table, %ids) {onnx.dims = [["1", "t", "3"]], opset = 13 : i64} : (tensor<5x3xf32>, tensor<1x?xi64>) -> tensor<1x?x3xf32>
  %h = onnx.node "Gather"(%x, %last) {attrs = {axis = 1 : i64}, opset = 13 : i64} : (tensor<1x?x3xf32>, tensor<i64>) -> tensor<1x3xf32>
  return %h : tensor<1x3xf32>
}
