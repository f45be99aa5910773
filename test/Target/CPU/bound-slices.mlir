// RUN: ecolm-opt %s --ecolm-bound-slices="max-slices=2 max-chain=2" | FileCheck %s

// Two slices at a time are slices of a copy.
// CHECK-LABEL: func.func @read(
// CHECK: %[[LOW:.*]] = tensor.extract_slice %[[X:.*]][0, 0] [2, 3] [1, 1]
// CHECK: %[[FIRST:.*]] = bufferization.alloc_tensor() copy(%[[LOW]]) : tensor<2x3xf32>
// CHECK: tensor.extract_slice %[[FIRST]][0, 0] [1, 3] [1, 1] : tensor<2x3xf32> to tensor<3xf32>
// CHECK: tensor.extract_slice %[[FIRST]][1, 0] [1, 3] [1, 1]
// CHECK: %[[HIGH:.*]] = tensor.extract_slice %[[X]][2, 0] [3, 3] [1, 1]
// CHECK: %[[SECOND:.*]] = bufferization.alloc_tensor() copy(%[[HIGH]]) : tensor<3x3xf32>
// CHECK: tensor.extract_slice %[[SECOND]][0, 0] [1, 3] [1, 1]
// CHECK: tensor.extract_slice %[[SECOND]][1, 0] [2, 3] [1, 1] : tensor<3x3xf32> to tensor<2x3xf32>
func.func @read(%y: tensor<5x3xf32>, %e: tensor<5x3xf32>)
    -> (tensor<3xf32>, tensor<1x3xf32>, tensor<1x3xf32>, tensor<2x3xf32>) {
  %x = linalg.exp ins(%y : tensor<5x3xf32>) outs(%e : tensor<5x3xf32>) -> tensor<5x3xf32>
  %a = tensor.extract_slice %x[0, 0] [1, 3] [1, 1] : tensor<5x3xf32> to tensor<3xf32>
  %b = tensor.extract_slice %x[1, 0] [1, 3] [1, 1] : tensor<5x3xf32> to tensor<1x3xf32>
  %c = tensor.extract_slice %x[2, 0] [1, 3] [1, 1] : tensor<5x3xf32> to tensor<1x3xf32>
  %d = tensor.extract_slice %x[3, 0] [2, 3] [1, 1] : tensor<5x3xf32> to tensor<2x3xf32>
  return %a, %b, %c, %d : tensor<3xf32>, tensor<1x3xf32>, tensor<1x3xf32>, tensor<2x3xf32>
}

// What lies far apart is not worth a copy.
// CHECK-LABEL: func.func @far(
// CHECK-NOT: alloc_tensor
func.func @far(%y: tensor<99xf32>, %e: tensor<99xf32>)
    -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) {
  %x = linalg.exp ins(%y : tensor<99xf32>) outs(%e : tensor<99xf32>) -> tensor<99xf32>
  %a = tensor.extract_slice %x[0] [1] [1] : tensor<99xf32> to tensor<1xf32>
  %b = tensor.extract_slice %x[98] [1] [1] : tensor<99xf32> to tensor<1xf32>
  %c = tensor.extract_slice %x[7] [1] [1] : tensor<99xf32> to tensor<1xf32>
  return %a, %b, %c : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// The first pair is written to its place in the whole, the second is copied there.
// CHECK-LABEL: func.func @written(
// CHECK-DAG: %[[WHOLE:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-DAG: %[[PAIR:.*]] = tensor.empty() : tensor<2xf32>
// CHECK-DAG: %[[OWN:.*]] = bufferization.alloc_tensor() : tensor<2xf32>
// CHECK: tensor.insert_slice %arg0 into %[[PAIR]][0]
// CHECK: tensor.insert_slice %arg0 into %[[OWN]][0]
// CHECK: tensor.insert_slice %{{.*}} into %[[WHOLE]][0]
func.func @written(%x: tensor<1xf32>) -> tensor<4xf32> {
  %whole = tensor.empty() : tensor<4xf32>
  %e = tensor.empty() : tensor<2xf32>
  %f = tensor.empty() : tensor<2xf32>
  %a = tensor.insert_slice %x into %e[0] [1] [1] : tensor<1xf32> into tensor<2xf32>
  %b = tensor.insert_slice %x into %a[1] [1] [1] : tensor<1xf32> into tensor<2xf32>
  %c = tensor.insert_slice %x into %f[0] [1] [1] : tensor<1xf32> into tensor<2xf32>
  %d = tensor.insert_slice %x into %c[1] [1] [1] : tensor<1xf32> into tensor<2xf32>
  %g = tensor.insert_slice %b into %whole[0] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %h = tensor.insert_slice %d into %g[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
  return %h : tensor<4xf32>
}

// Two views one above the other, then a copy.
// CHECK-LABEL: func.func @chain(
// CHECK: %[[A:.*]] = tensor.extract_slice %arg0
// CHECK: %[[B:.*]] = tensor.expand_shape %[[A]]
// CHECK: %[[COPY:.*]] = bufferization.alloc_tensor() copy(%[[B]]) : tensor<2x2xf32>
// CHECK: %[[C:.*]] = tensor.cast %[[COPY]]
// CHECK: tensor.extract_slice %[[C]]
// CHECK-NOT: alloc_tensor
func.func @chain(%x: tensor<5xf32>) -> tensor<1x2xf32> {
  %a = tensor.extract_slice %x[1] [4] [1] : tensor<5xf32> to tensor<4xf32>
  %b = tensor.expand_shape %a [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  %c = tensor.cast %b : tensor<2x2xf32> to tensor<?x2xf32>
  %d = tensor.extract_slice %c[1, 0] [1, 2] [1, 1] : tensor<?x2xf32> to tensor<1x2xf32>
  return %d : tensor<1x2xf32>
}

// What is written over is one buffer, and so is what is written to a part.
// CHECK-LABEL: func.func @over(
// CHECK: %[[A:.*]] = linalg.fill
// CHECK: %[[B:.*]] = tensor.insert_slice %[[A]]
// CHECK: %[[COPY:.*]] = bufferization.alloc_tensor() copy(%[[B]])
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[COPY]])
func.func @over(%x: tensor<4xf32>, %y: tensor<5xf32>, %v: f32, %n: index) -> tensor<5xf32> {
  %a = linalg.fill ins(%v : f32) outs(%x : tensor<4xf32>) -> tensor<4xf32>
  %b = tensor.insert_slice %a into %y[1] [4] [1] : tensor<4xf32> into tensor<5xf32>
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %c = scf.for %i = %zero to %n step %one iter_args(%t = %b) -> tensor<5xf32> {
    %u = tensor.insert %v into %t[%i] : tensor<5xf32>
    scf.yield %u : tensor<5xf32>
  }
  return %c : tensor<5xf32>
}

// Two steps to a size; from the third on nobody looks back.
// CHECK-LABEL: func.func @sizes(
// CHECK: %[[A:.*]] = arith.addi %arg0, %arg0
// CHECK: %[[B:.*]] = arith.muli %[[A]], %arg0
// CHECK: %[[C:.*]] = arith.subi %[[B]], %arg0
// CHECK: %[[NUMBER:.*]] = arith.index_cast %[[C]] : index to i64
// CHECK: %[[HIDDEN:.*]] = arith.index_cast %[[NUMBER]] : i64 to index
// CHECK: %[[D:.*]] = arith.addi %[[HIDDEN]], %arg0
// CHECK: tensor.empty(%[[D]])
func.func @sizes(%n: index) -> tensor<?xf32> {
  %a = arith.addi %n, %n : index
  %b = arith.muli %a, %n : index
  %c = arith.subi %b, %n : index
  %d = arith.addi %c, %n : index
  %e = tensor.empty(%d) : tensor<?xf32>
  return %e : tensor<?xf32>
}
