// Which layers there are, their kernels, and what keeps them from faster ones.
// RUN: ecolm-opt %s --split-input-file --ecolm-describe-layers="instructions=vnni vector-bits=512 count-zeros=true" | FileCheck %s
// RUN: ecolm-opt %s --split-input-file --ecolm-describe-layers=vector-bits=128 --mlir-print-debuginfo | FileCheck %s --check-prefix=PLACES
// RUN: ecolm-opt %s --split-input-file --ecolm-describe-layers --remarks-filter=.* --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: ecolm-opt %s --split-input-file --ecolm-describe-layers=instructions=none --remarks-filter=.* --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: Reason="the target has no instructions for sums of products of bytes"

// Bytes by ternary weights; zeros are counted when that is asked for. What is
// no layer is the last record.
// CHECK: ecolm.layers = [{additions = 64 : i64,
// CHECK-SAME: bytes = 64 : i64
// CHECK-SAME: format = "ternary", input_format = "i8", inputs = 16 : i64, kernel = "byte products (vnni)", kind = "matmul"
// CHECK-SAME: missed = "", multiplications = 64 : i64
// CHECK-SAME: name = "up"
// CHECK-SAME: outputs = 4 : i64
// CHECK-SAME: token_ns = 0.46
// CHECK-SAME: weights = 64 : i64
// CHECK-SAME: zeros = 32 : i64}, {
// CHECK-SAME: kind = "rest"
// CHECK-SAME: name = "the rest"
// PLACES: ecolm.layers = [{{.*}}token_ns = 8.000000e+00{{.*}}zeros = -1 : i64}
// PLACES: ecolm.matmul {{.*}} loc(#[[LOC:.*]])
// PLACES: #[[LOC]] = loc(fused<0 : i64>[#{{.*}}])
// REMARK: remark: {{.*}}[Passed] kernel {{.*}}Category:ecolm-describe-layers{{.*}}Reason="bytes meet ternary weights packed for sums of four products"{{.*}}Remark="byte products (widened)"
ecolm.weight @w : tensor<4x16x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>> = dense<25> : tensor<16xui8> packing <codes2>
func.func @main(%x: tensor<?x16xi8>) -> tensor<?x4xi32> {
  %w = ecolm.get_weight @w : tensor<4x16x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>>
  %y = ecolm.matmul %x, %w : tensor<?x16xi8>, tensor<4x16x!ecolm.ternary, #ecolm.packed<codes2, lanes = 16, depth = 4>> -> tensor<?x4xi32> loc("up")
  return %y : tensor<?x4xi32>
}

// -----

// A function of rows is the layer of its product, under the name that the first
// and the last step share.
// CHECK: format = "ternary", input_format = "pot[-6, 1]"
// CHECK-SAME: kernel = "lanes of bitplanes"
// CHECK-SAME: multiplications_removed = 32 : i64, name = "layers.0.down"
// CHECK-SAME: why = "ternary weights choose what sums of integers add and subtract"
// PLACES: scf.forall
// PLACES: } loc(#[[ROWS:.*]])
// PLACES: #[[ROWS]] = loc(fused<0 : i64>[
!row = tensor<2x!ecolm.pot<min = -6, max = 1>>
ecolm.weight @w : tensor<16x2x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>> = dense<1> : tensor<16x2xi8> packing <bytes>
func.func @main(%x: tensor<1x!ecolm.pot<min = -6, max = 1>>, %rows: tensor<?x16xf32>, %n: index, %r: !row) -> tensor<?x16xf32> {
  %y = scf.forall (%i) in (%n) shared_outs(%acc = %rows) -> tensor<?x16xf32> {
    %target = tensor.extract_slice %acc[%i, 0] [1, 16] [1, 1] : tensor<?x16xf32> to tensor<16xf32>
    %z = func.call @rows(%r, %target) : (!row, tensor<16xf32>) -> tensor<16xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %z into %acc[%i, 0] [1, 16] [1, 1] : tensor<16xf32> into tensor<?x16xf32>
    }
  }
  return %y : tensor<?x16xf32>
}
func.func private @rows(%r: !row, %target: tensor<16xf32>) -> tensor<16xf32> attributes {ecolm.layer, ecolm.quantized} {
  %w = ecolm.get_weight @w : tensor<16x2x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
  %y = ecolm.matmul %r, %w arithmetic <shift_add> : !row, tensor<16x2x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>> -> tensor<16xi32> loc("layers.0.down.matmul")
  %f = arith.sitofp %y : tensor<16xi32> to tensor<16xf32>
  %s = ecolm.shift %f by [-6] : tensor<16xf32> loc("layers.0.down.scale")
  return %s : tensor<16xf32>
}

// -----

// What keeps a product from the kernel of bytes.
// CHECK: why = "ternary weights choose what sums of floats add and subtract"
// CHECK-SAME: kernel = "lanes of bytes"{{[^}]*}}why = "powers of two are decoded to shifts and signs"
// REMARK: remark: [Missed] kernel {{.*}}Reason="the activations are floats; quantized to i8 they would be multiplied as bytes"
// REMARK: remark: [Missed] kernel {{.*}}Reason="the activations have more than 8 bits"
// REMARK: remark: [Missed] kernel {{.*}}Reason="a row of one element is no vector"
// REMARK: remark: [Missed] kernel {{.*}}Reason="powers of two of so wide a range are no bytes"
// REMARK: remark: [Missed] kernel {{.*}}Reason="shifts were asked for instead of products"
// REMARK: remark: [Missed] kernel {{.*}}Reason="groups are no whole tiles, the target has no look-ups in registers, or another operation reads the same weights in another order"
!w = tensor<16x2x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
ecolm.weight @w : !w = dense<1> : tensor<16x2xi8> packing <bytes>
ecolm.weight @narrow : tensor<16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>> = dense<1> : tensor<16x1xi8> packing <bytes>
ecolm.weight @wide : tensor<16x2x!ecolm.pot<min = -9, max = 0>, #ecolm.packed<bytes, lanes = 16>> = dense<1> : tensor<16x2xi8> packing <bytes>
func.func @main(%f: tensor<?x2xf32>, %i16: tensor<?x2xi16>, %one: tensor<?x1xi8>, %i8: tensor<?x2xi8>) {
  %w = ecolm.get_weight @w : !w
  %narrow = ecolm.get_weight @narrow : tensor<16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
  %wide = ecolm.get_weight @wide : tensor<16x2x!ecolm.pot<min = -9, max = 0>, #ecolm.packed<bytes, lanes = 16>>
  %0 = ecolm.matmul %f, %w : tensor<?x2xf32>, !w -> tensor<?x16xf32>
  %1 = ecolm.matmul %i16, %w : tensor<?x2xi16>, !w -> tensor<?x16xi32>
  %2 = ecolm.matmul %one, %narrow : tensor<?x1xi8>, tensor<16x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>> -> tensor<?x16xi32>
  %3 = ecolm.matmul %i8, %wide : tensor<?x2xi8>, tensor<16x2x!ecolm.pot<min = -9, max = 0>, #ecolm.packed<bytes, lanes = 16>> -> tensor<?x16xi32>
  %4 = ecolm.matmul %i8, %w arithmetic <shift_add> : tensor<?x2xi8>, !w -> tensor<?x16xi32>
  %5 = ecolm.matmul %i8, %w : tensor<?x2xi8>, !w -> tensor<?x16xi32>
  return
}

// -----

// Butterflies of floats, scales of groups, and products that are no attention.
// CHECK: why = "f32 weights are multiplied as floats"
// CHECK-SAME: kernel = "groups in lanes of nibbles"
// CHECK-SAME: why = "i4 weights are multiplied as floats; every group has a scale"
// CHECK-SAME: kernel = "plain loops"
// CHECK-SAME: why = "both operands are computed, or weights of a batch"
// REMARK: remark: [Missed] kernel {{.*}}Reason="sums are floats; activations and weights that prove them exact in integers would make them integers"{{.*}}Remark="butterfly in lanes of plain"
// REMARK: remark: [Missed] kernel {{.*}}Reason="the activations are floats; quantized to i8 they would be multiplied as bytes"
// REMARK: remark: [Missed] kernel {{.*}}Reason="a product of computed tensors is no part of an attention that was recognized; --check says what is missing"
!f = tensor<1x2x2x1xf32, #ecolm.packed<plain, lanes = 16>>
!i4 = tensor<16x2xi4, #ecolm.packed<nibbles, lanes = 16>>
!s = tensor<16x1xf32, #ecolm.packed<plain, lanes = 16>>
ecolm.weight @f : !f = dense<0.5> : tensor<1x2x2x1xf32>
ecolm.weight @i4 : !i4 = dense<33> : tensor<16xui8> packing <nibbles>
ecolm.weight @s : !s = dense<0.5> : tensor<16x1xf32>
func.func @main(%x: tensor<?x2xf32>, %a: tensor<4x2xf32>, %b: tensor<2x8xf32>, %init: tensor<4x8xf32>) {
  %f = ecolm.get_weight @f : !f
  %i4 = ecolm.get_weight @i4 : !i4
  %s = ecolm.get_weight @s : !s
  %0 = ecolm.butterfly %x, %f : (tensor<?x2xf32>, !f) -> tensor<?x2xf32>
  %1 = ecolm.group_matmul %x, %i4 scales %s group 32 : tensor<?x2xf32>, !i4, !s -> tensor<?x16xf32>
  %2 = linalg.matmul ins(%a, %b : tensor<4x2xf32>, tensor<2x8xf32>) outs(%init : tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

// Norms, attention, embeddings and quantizers; and loops that are the rest.
// CHECK: additions = 32 : i64, {{[^}]*}}kernel = "norm", kind = "layer_norm", {{[^}]*}}multiplications = 24
// CHECK-SAME: why = "sums of a row in 16 lanes"
// CHECK-SAME: additions_per_pair = 16 : i64, {{[^}]*}}kernel = "attention"
// CHECK-SAME: why = "the whole sequence is there"
// CHECK-SAME: kernel = "quantizer", kind = "log_quantize"
// CHECK-SAME: why = "every element is rounded"
// CHECK-SAME: kernel = "rows of codes", kind = "embedding"
// CHECK-SAME: why = "an index chooses a row"
// CHECK-SAME: additions = 8 : i64, {{[^}]*}}kind = "rest"
// CHECK-SAME: weights = 16 : i64
ecolm.weight @gamma : tensor<8xf32> = dense<1.0> : tensor<8xf32>
ecolm.weight @other : tensor<16xf32> = dense<[1.0, -0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]> : tensor<16xf32>
ecolm.weight @table : tensor<4x8xi4, #ecolm.packed<nibbles>> = dense<33> : tensor<16xui8> packing <nibbles>
ecolm.weight @scale : tensor<4x1xf32> = dense<1.0> : tensor<4x1xf32>
func.func @main(%x: tensor<1x?x8xf32>, %ids: tensor<1x?xindex>, %v: tensor<8xf32>) {
  %gamma = ecolm.get_weight @gamma : tensor<8xf32>
  %table = ecolm.get_weight @table : tensor<4x8xi4, #ecolm.packed<nibbles>>
  %scale = ecolm.get_weight @scale : tensor<4x1xf32>
  %0 = ecolm.layer_norm %x, %gamma epsilon 1.0e-05 : tensor<1x?x8xf32>, tensor<8xf32>
  %1 = ecolm.attention %x, %x, %x heads 2 kv_heads 2 scale 0.5 causal : tensor<1x?x8xf32>, tensor<1x?x8xf32>, tensor<1x?x8xf32>
  %2 = ecolm.log_quantize %x : tensor<1x?x8xf32> -> tensor<1x?x8x!ecolm.pot<min = -6, max = 1>>
  %3 = ecolm.embedding %ids, %table scales %scale group 8 : tensor<1x?xindex>, tensor<4x8xi4, #ecolm.packed<nibbles>>, tensor<4x1xf32> -> tensor<1x?x8xf32>
  %4 = linalg.add ins(%v, %v : tensor<8xf32>, tensor<8xf32>) outs(%v : tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

// Powers of two, and rows of a table of floats.
// CHECK: kernel = "lanes of nibbles"
// CHECK-SAME: why = "powers of two are decoded to floats and multiplied"
// CHECK-SAME: kernel = "lanes of nibbles"
// CHECK-SAME: why = "powers of two are decoded to shifts and signs"
// CHECK-SAME: kernel = "plain loops", kind = "embedding"
// CHECK-SAME: why = "an index chooses a row of floats"
!pot = tensor<16x2x!ecolm.pot<min = -6, max = 0>, #ecolm.packed<nibbles, lanes = 16>>
#id = affine_map<(d0) -> (d0)>
ecolm.weight @w : !pot = dense<33> : tensor<16xui8> packing <nibbles>
ecolm.weight @table : tensor<4xf32> = dense<1.0> : tensor<4xf32>
func.func @main(%f: tensor<?x2xf32>, %i8: tensor<?x2xi8>, %ids: tensor<3xindex>, %init: tensor<3xf32>) {
  %w = ecolm.get_weight @w : !pot
  %table = ecolm.get_weight @table : tensor<4xf32>
  %0 = ecolm.matmul %f, %w : tensor<?x2xf32>, !pot -> tensor<?x16xf32>
  %1 = ecolm.matmul %i8, %w arithmetic <shift_add> : tensor<?x2xi8>, !pot -> tensor<?x16xi32>
  %2 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%ids : tensor<3xindex>) outs(%init : tensor<3xf32>) {
  ^bb0(%id: index, %out: f32):
    %row = tensor.extract %table[%id] : tensor<4xf32>
    linalg.yield %row : f32
  } -> tensor<3xf32>
  return
}

// -----

// Floats meet codes in tiles.
// CHECK: kernel = "float tiles"
// CHECK-SAME: why = "i4 weights are looked up in a register, for several rows"
!tiles = tensor<16x8xi4, #ecolm.packed<nibbles, lanes = 16, depth = 4>>
ecolm.weight @w : !tiles = dense<33> : tensor<64xui8> packing <nibbles>
func.func @main(%x: tensor<?x8xf32>) {
  %w = ecolm.get_weight @w : !tiles
  %0 = ecolm.matmul %x, %w : tensor<?x8xf32>, !tiles -> tensor<?x16xf32>
  return
}

// -----

// CHECK: kernel = "butterfly in registers"
// CHECK-SAME: why = "blocks of 2 by 2 act on a power of two: several factors for every load and store"
!near = tensor<2x2x2x16xf32, #ecolm.packed<plain, lanes = 16 in chunks of 4, 16 apart>>
ecolm.weight @near : !near = dense<1.0> : tensor<2x2x2x16xf32>
func.func @main(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %w = ecolm.get_weight @near : !near
  %y = ecolm.butterfly %x, %w : (tensor<?x64xf32>, !near) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
