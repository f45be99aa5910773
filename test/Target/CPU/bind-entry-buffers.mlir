// RUN: ecolm-opt %s --split-input-file --ecolm-bind-entry-buffers | FileCheck %s

// Inputs become the caller's buffers. Dimensions of one name are one size to
// the compiler, so they are compared.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: memref<?x3xf32>, %[[Z:.*]]: memref<?x?xf32>) -> tensor<?x3xf32>
// CHECK: %[[M:.*]] = tensor.dim
// CHECK: %[[N:.*]] = tensor.dim
// CHECK: %[[SAME:.*]] = arith.cmpi eq, %[[N]], %[[M]] : index
// CHECK: cf.assert %[[SAME]], "dimension 0 of input 'z' and the dimension 'n' of input 'x' differ"
// CHECK-NOT: cf.assert
func.func @main(%x: tensor<?x3xf32> {onnx.dims = ["n", "3"], onnx.name = "x"},
                %z: tensor<?x?xf32> {onnx.dims = ["n", "?"], onnx.name = "z"}) -> tensor<?x3xf32> {
  return %x : tensor<?x3xf32>
}

// -----

// A language model has one input, whose size its caller bounds.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<1x?xi64>{{.*}}, %[[OUT:.*]]: memref<1x?x4xf32>)
// CHECK-NOT: cf.assert
// CHECK: bufferization.materialize_in_destination %{{.*}} in restrict writable %[[OUT]]
func.func @main(%ids: tensor<1x?xi64> {onnx.dims = ["1", "t"]}, %x: tensor<1x?x4xf32> {onnx.dims = ["1", "t", "4"]})
    -> tensor<1x?x4xf32> attributes {ecolm.language_model} {
  return %x : tensor<1x?x4xf32>
}
