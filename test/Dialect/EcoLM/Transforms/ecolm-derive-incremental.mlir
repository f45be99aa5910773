// RUN: ecolm-opt %s -ecolm-derive-incremental | FileCheck %s
// RUN: ecolm-opt %s -ecolm-derive-incremental=context-length=8 | FileCheck %s --check-prefix=SHORT
// RUN: ecolm-opt %s -ecolm-derive-incremental=cache=f16 | FileCheck %s --check-prefix=HALVES
// RUN: ecolm-opt %s -ecolm-derive-incremental=cache=int8 | FileCheck %s --check-prefix=BYTES
// RUN: sed 's/@main/@forward/' %s | ecolm-opt -ecolm-derive-incremental=function=forward | FileCheck %s --check-prefix=NAMED

#rows = affine_map<(b, t, c) -> (b, t, c)>
#tokens = affine_map<(b, t, c) -> (b, t)>
#places = affine_map<(b, t, c) -> (t, c)>
#placesOnly = affine_map<(t, c) -> (t)>
#table = affine_map<(t, c) -> (t, c)>

module attributes {ecolm.context_length = 32 : i64} {
ecolm.weight @wte : tensor<7x8xf32> = dense<1.0> : tensor<7x8xf32>
ecolm.weight @wpe : tensor<32x8xf32> = dense<1.0> : tensor<32x8xf32>
ecolm.weight @gamma : tensor<8xf32> = dense<1.0> : tensor<8xf32>
ecolm.weight @narrow : tensor<4x8xf32> = dense<1.0> : tensor<4x8xf32>
ecolm.weight @head : tensor<7x8xf32> = dense<1.0> : tensor<7x8xf32>

// CHECK-LABEL: func @main
//  CHECK-SAME: %[[IDS:[a-z0-9]+]]: tensor<1x?xi64>, %[[P:[a-z0-9]+]]: index
//  CHECK-SAME: %[[K0:[a-z0-9]+]]: memref<1x2x4x16xf32>, %[[V0:[a-z0-9]+]]: memref<1x32x4xf32>
//  CHECK-SAME: %[[K1:[a-z0-9]+]]: memref<1x2x4x16xf32>, %[[V1:[a-z0-9]+]]: memref<1x32x4xf32>
//  CHECK-SAME: -> tensor<1x?x7xf32> attributes {ecolm.language_model}
//       CHECK: ecolm.positions %{{.*}} from %[[P]]
//       CHECK: ecolm.cached_attention %{{.*}} at %[[P]] cache %[[K0]], %[[V0]] heads 2 kv_heads 1 scale 5.000000e-01
//       CHECK: ecolm.cached_attention %{{.*}} at %[[P]] cache %[[K1]], %[[V1]]
//  CHECK-SAME: probabilities <min = -10, max = 0>

// NAMED: func.func @forward(%{{.*}}: tensor<1x?xi64>, %{{.*}}: index
// HALVES: memref<1x2x4x16xf16>, %{{.*}}: memref<1x32x4xf16>
// Behind four features stands a scale.
// BYTES: memref<1x2x8x16xi8>, %{{.*}}: memref<1x32x8xi8>
// Eight positions take the place of a group of sixteen.
// SHORT: memref<1x1x4x16xf32>, %{{.*}}: memref<1x16x4xf32>
func.func @main(%ids: tensor<1x?xi64>) -> tensor<1x?x7xf32> {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %wte = ecolm.get_weight @wte : tensor<7x8xf32>
  %wpe = ecolm.get_weight @wpe : tensor<32x8xf32>
  %gamma = ecolm.get_weight @gamma : tensor<8xf32>
  %narrow = ecolm.get_weight @narrow : tensor<4x8xf32>
  %head = ecolm.get_weight @head : tensor<7x8xf32>
  %n = tensor.dim %ids, %c1 : tensor<1x?xi64>
  %same = arith.cmpi eq, %n, %n : index
  cf.assert %same, "sizes agree"

  %e0 = tensor.empty(%n) : tensor<1x?x8xf32>
  %token = linalg.generic {indexing_maps = [#tokens, #rows], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%ids : tensor<1x?xi64>) outs(%e0 : tensor<1x?x8xf32>) {
  ^bb0(%id: i64, %o: f32):
    %row = arith.index_cast %id : i64 to index
    %c = linalg.index 2 : index
    %v = tensor.extract %wte[%row, %c] : tensor<7x8xf32>
    linalg.yield %v : f32
  } -> tensor<1x?x8xf32>
  %p = ecolm.positions %n : tensor<?xi64>
  %e1 = tensor.empty(%n) : tensor<?x8xf32>
  %place = linalg.generic {indexing_maps = [#placesOnly, #table], iterator_types = ["parallel", "parallel"]}
      ins(%p : tensor<?xi64>) outs(%e1 : tensor<?x8xf32>) {
  ^bb0(%id: i64, %o: f32):
    %row = arith.index_cast %id : i64 to index
    %c = linalg.index 1 : index
    %v = tensor.extract %wpe[%row, %c] : tensor<32x8xf32>
    linalg.yield %v : f32
  } -> tensor<?x8xf32>
  %h = linalg.generic {indexing_maps = [#rows, #places, #rows], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%token, %place : tensor<1x?x8xf32>, tensor<?x8xf32>) outs(%e0 : tensor<1x?x8xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x?x8xf32>

  %q = ecolm.layer_norm %h, %gamma, %gamma epsilon 1.0e-05 : tensor<1x?x8xf32>, tensor<8xf32>, tensor<8xf32>
  %k = ecolm.matmul %q, %narrow : tensor<1x?x8xf32>, tensor<4x8xf32> -> tensor<1x?x4xf32>
  %y0 = ecolm.attention %q, %k, %k heads 2 kv_heads 1 scale 0.5 causal : tensor<1x?x8xf32>, tensor<1x?x4xf32>, tensor<1x?x4xf32>
  %r = arith.addf %h, %y0 : tensor<1x?x8xf32>
  %codes, %scale = ecolm.quantize_int8 %r : tensor<1x?x8xf32> -> tensor<1x?x8xi8>, tensor<1x?xf32>
  %d = ecolm.dequantize %codes scale %scale : tensor<1x?x8xi8>, tensor<1x?xf32> -> tensor<1x?x8xf32>
  %flat = tensor.collapse_shape %d [[0, 1], [2]] : tensor<1x?x8xf32> into tensor<?x8xf32>
  %back = tensor.expand_shape %flat [[0, 1], [2]] output_shape [1, %n, 8] : tensor<?x8xf32> into tensor<1x?x8xf32>
  %pad = tensor.pad %back low[0, 0, 0] high[0, 0, 8] {
  ^bb0(%i: index, %j: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x?x8xf32> to tensor<1x?x16xf32>
  %cut = tensor.extract_slice %pad[0, 0, 4] [1, %n, 8] [1, 1, 1] : tensor<1x?x16xf32> to tensor<1x?x8xf32>
  %k1 = ecolm.matmul %cut, %narrow : tensor<1x?x8xf32>, tensor<4x8xf32> -> tensor<1x?x4xf32>
  %y1 = ecolm.attention %cut, %k1, %k heads 2 kv_heads 1 scale 0.5 causal probabilities <min = -10, max = 0> : tensor<1x?x8xf32>, tensor<1x?x4xf32>, tensor<1x?x4xf32>
  %logits = ecolm.matmul %y1, %head : tensor<1x?x8xf32>, tensor<7x8xf32> -> tensor<1x?x7xf32>
  return %logits : tensor<1x?x7xf32>
}
}
