// RUN: ecolm-opt %s --recognize-butterflies --split-input-file | FileCheck %s
// RUN: ecolm-opt %s --recognize-butterflies=budget=20 --split-input-file | FileCheck %s --check-prefix=BUDGET

// BUDGET: reason = "nothing was looked for from here on, the graph is too large"
// BUDGET-LABEL: func.func @halves_twice
// BUDGET-NOT: ButterflyFactor

// Sums and differences of halves, then of neighbours: Walsh-Hadamard. The
// permutation between the author's layout and the factors' comes last.
// CHECK: evidence = "2 factors 4 -> 4 (ternary; a x b x c x d: 1x2x2x2, 2x2x2x1), from 10 nodes; the same bits"
// CHECK-SAME: name = "hadamard"
// CHECK-LABEL: func.func @halves_twice
// CHECK-SAME: %[[X:.*]]: tensor<?x4xf32>
// CHECK: %[[V0:.*]] = onnx.initializer "hadamard.factor_0" dense<{{.*}}1, 1{{.*}}1, 1{{.*}}1, 1{{.*}}-1, -1{{.*}}> : tensor<1x2x2x2xi8>
// CHECK: %[[Y0:.*]] = onnx.node "ButterflyFactor"(%[[X]], %[[V0]]) {domain = "ai.ecolm"
// CHECK: %[[V1:.*]] = onnx.initializer "hadamard.factor_1" dense<{{.*}}1{{.*}}1{{.*}}1{{.*}}-1{{.*}}> : tensor<2x2x2x1xi8>
// CHECK: %[[Y1:.*]] = onnx.node "ButterflyFactor"(%[[Y0]], %[[V1]])
// CHECK: return %[[Y1]]
func.func @halves_twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0:2 = onnx.node "Split"(%x) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>)
  %1 = onnx.node "Add"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = onnx.node "Sub"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %s0 = onnx.initializer "s0" dense<[-1, 2, 2]> : tensor<3xi64>
  %s1 = onnx.initializer "s1" dense<[-1, 4]> : tensor<2xi64>
  %3 = onnx.node "Concat"(%1, %2) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %4 = onnx.node "Reshape"(%3, %s0) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<3xi64>) -> tensor<?x2x2xf32>
  %5:2 = onnx.node "Split"(%4) {attrs = {axis = 2 : i64}, opset = 13 : i64} : (tensor<?x2x2xf32>) -> (tensor<?x2x1xf32>, tensor<?x2x1xf32>)
  %6 = onnx.node "Add"(%5#0, %5#1) {opset = 13 : i64} : (tensor<?x2x1xf32>, tensor<?x2x1xf32>) -> tensor<?x2x1xf32>
  %7 = onnx.node "Sub"(%5#0, %5#1) {opset = 13 : i64} : (tensor<?x2x1xf32>, tensor<?x2x1xf32>) -> tensor<?x2x1xf32>
  %8 = onnx.node "Concat"(%6, %7) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2x1xf32>, tensor<?x2x1xf32>) -> tensor<?x2x2xf32>
  %9 = onnx.node "Reshape"(%8, %s1) {opset = 13 : i64} : (tensor<?x2x2xf32>, tensor<2xi64>) -> tensor<?x4xf32> loc("hadamard")
  return %9 : tensor<?x4xf32>
}

// -----

// One stage of rotations, at stride 2, is enough.
// CHECK: evidence = "1 factor 4 -> 4 (f32; a x b x c x d: 1x2x2x2), from 8 nodes; the same bits"
// CHECK-LABEL: func.func @rotation
// CHECK: onnx.initializer "{{.*}}" dense<{{.*}}6.000000e-01, 8.000000e-01{{.*}}-8.000000e-01, -6.000000e-01{{.*}}8.000000e-01, 6.000000e-01{{.*}}6.000000e-01, 8.000000e-01{{.*}}> : tensor<1x2x2x2xf32>
// CHECK: onnx.node "ButterflyFactor"
func.func @rotation(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c = onnx.initializer "cos" dense<[0.6, 0.8]> : tensor<2xf32>
  %s = onnx.initializer "sin" dense<[0.8, 0.6]> : tensor<2xf32>
  %0:2 = onnx.node "Split"(%x) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>)
  %1 = onnx.node "Mul"(%0#0, %c) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = onnx.node "Mul"(%0#1, %s) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %3 = onnx.node "Sub"(%1, %2) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %4 = onnx.node "Mul"(%0#0, %s) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %5 = onnx.node "Mul"(%0#1, %c) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %6 = onnx.node "Add"(%4, %5) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %7 = onnx.node "Concat"(%3, %6) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  return %7 : tensor<?x4xf32>
}

// -----

// Partners at a stride that is off by one: a circle, and no pairs.
// CHECK: name = "circle", reason = "in factor 2, an output takes 2 of 4 inputs that belong together"
// CHECK-LABEL: func.func @circle
// CHECK-NOT: ButterflyFactor
func.func @circle(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = onnx.initializer "p" dense<[1, 2, 3, 0]> : tensor<4xi64>
  %0:2 = onnx.node "Split"(%x) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>)
  %1 = onnx.node "Add"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = onnx.node "Sub"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %3 = onnx.node "Concat"(%1, %2) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %4 = onnx.node "Gather"(%3, %p) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>, tensor<4xi64>) -> tensor<?x4xf32>
  %5 = onnx.node "Add"(%3, %4) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32> loc("circle")
  return %5 : tensor<?x4xf32>
}

// -----

// The last tensor that could be a butterfly says why it is none.
// CHECK: name = "twice", reason = "an output occurs twice"
// CHECK-LABEL: func.func @twice
// CHECK-NOT: ButterflyFactor
func.func @twice(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = onnx.initializer "p" dense<[1, 2, 3, 0]> : tensor<4xi64>
  %q = onnx.initializer "q" dense<[0, 0, 1, 2]> : tensor<4xi64>
  %0:2 = onnx.node "Split"(%x) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>)
  %1 = onnx.node "Add"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = onnx.node "Sub"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %3 = onnx.node "Concat"(%1, %2) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %4 = onnx.node "Gather"(%3, %p) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>, tensor<4xi64>) -> tensor<?x4xf32>
  %5 = onnx.node "Add"(%3, %4) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %6 = onnx.node "Gather"(%5, %q) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>, tensor<4xi64>) -> tensor<?x4xf32> loc("twice")
  return %6 : tensor<?x4xf32>
}

// -----

// The second stage leaves one element out and takes one twice.
// CHECK: name = "uneven", reason = "in factor 1, it has blocks of 1 x 2 and of 2 x 2"
// CHECK-LABEL: func.func @uneven
// CHECK-NOT: ButterflyFactor
func.func @uneven(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = onnx.initializer "p" dense<[0, 1]> : tensor<2xi64>
  %q = onnx.initializer "q" dense<[1, 3]> : tensor<2xi64>
  %0:2 = onnx.node "Split"(%x) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>)
  %1 = onnx.node "Add"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = onnx.node "Sub"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %3 = onnx.node "Concat"(%1, %2) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  %4 = onnx.node "Gather"(%3, %p) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x2xf32>
  %5 = onnx.node "Gather"(%3, %q) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x2xf32>
  %6 = onnx.node "Add"(%4, %5) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %7 = onnx.node "Sub"(%4, %5) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %8 = onnx.node "Concat"(%6, %7) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32> loc("uneven")
  return %8 : tensor<?x4xf32>
}

// -----

// One feature is in no pair.
// CHECK: name = "unused", reason = "only 3 of 4 features have a part in it"
// CHECK-LABEL: func.func @unused
// CHECK-NOT: ButterflyFactor
func.func @unused(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %p = onnx.initializer "p" dense<[0, 1]> : tensor<2xi64>
  %q = onnx.initializer "q" dense<[1, 2]> : tensor<2xi64>
  %0 = onnx.node "Gather"(%x, %p) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x2xf32>
  %1 = onnx.node "Gather"(%x, %q) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x2xf32>
  %2 = onnx.node "Add"(%0, %1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %3:2 = onnx.node "Split"(%2) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>)
  %4 = onnx.node "Add"(%3#0, %3#1) {opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %5 = onnx.node "Sub"(%3#0, %3#1) {opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %6 = onnx.node "Concat"(%4, %5) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x2xf32> loc("unused")
  %n = onnx.node "Relu"(%6) {opset = 13 : i64} : (tensor<?x2xf32>) -> tensor<?x2xf32>
  %7 = onnx.node "Concat"(%n, %n) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32>
  return %7 : tensor<?x4xf32>
}

// -----

// Two features are one block.
// CHECK: name = "dense", reason = "in factor 1, every output takes every input, as in a dense matrix"
// CHECK-LABEL: func.func @dense
// CHECK-NOT: ButterflyFactor
func.func @dense(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %u:2 = onnx.node "Split"(%x) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>)
  %ua = onnx.node "Add"(%u#0, %u#1) {opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %us = onnx.node "Sub"(%u#0, %u#1) {opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %c = onnx.node "Concat"(%ua, %us) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  %v:2 = onnx.node "Split"(%c) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>)
  %va = onnx.node "Add"(%v#0, %v#1) {opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %vs = onnx.node "Sub"(%v#0, %v#1) {opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %d = onnx.node "Concat"(%va, %vs) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x2xf32> loc("dense")
  return %d : tensor<?x2xf32>
}

// -----

// CHECK: name = "alone", reason = "1 factor 4 -> 4 (ternary; a x b x c x d: 1x2x2x2): a single factor that does not rotate"
// CHECK-LABEL: func.func @single_factor
// CHECK-NOT: ButterflyFactor
func.func @single_factor(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0:2 = onnx.node "Split"(%x) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x4xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>)
  %1 = onnx.node "Add"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = onnx.node "Sub"(%0#0, %0#1) {opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %3 = onnx.node "Concat"(%1, %2) {attrs = {axis = -1 : i64}, opset = 13 : i64} : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x4xf32> loc("alone")
  return %3 : tensor<?x4xf32>
}

// -----

// Factors as matrices with zeros between their blocks. With fewer zeros than
// that they are matrices.
// CHECK: evidence = "2 factors 4 -> 4 (f32; a x b x c x d: 1x2x2x2, 2x2x2x1), from 2 nodes; the same bits"
// CHECK-LABEL: func.func @masked
// CHECK: onnx.node "ButterflyFactor"
// CHECK: %[[Y:.*]] = onnx.node "ButterflyFactor"
// CHECK: onnx.node "MatMul"(%[[Y]], %{{.*}})
// CHECK-NOT: onnx.node "ButterflyFactor"
func.func @masked(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %w0 = onnx.initializer "w0" dense<[[1.1, 0.0, 2.1, 0.0], [0.0, 3.1, 0.0, 4.1], [5.1, 0.0, 6.1, 0.0], [0.0, 7.1, 0.0, 8.1]]> : tensor<4x4xf32>
  %w1 = onnx.initializer "w1" dense<[[1.2, 2.2, 0.0, 0.0], [3.2, 4.2, 0.0, 0.0], [0.0, 0.0, 5.2, 6.2], [0.0, 0.0, 7.2, 8.2]]> : tensor<4x4xf32>
  %w2 = onnx.initializer "w2" dense<[[1.3, 2.3, 0.0, 0.0], [3.3, 4.3, 0.0, 0.1], [0.0, 0.0, 5.3, 6.3], [0.0, 0.0, 7.3, 8.3]]> : tensor<4x4xf32>
  %0 = onnx.node "MatMul"(%x, %w0) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %1 = onnx.node "MatMul"(%0, %w1) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  %2 = onnx.node "MatMul"(%1, %w2) {opset = 13 : i64} : (tensor<?x4xf32>, tensor<4x4xf32>) -> tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}
