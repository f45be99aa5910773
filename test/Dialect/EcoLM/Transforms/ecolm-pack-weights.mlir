// RUN: ecolm-opt %s -ecolm-pack-weights -split-input-file | FileCheck %s
// RUN: ecolm-opt %s -ecolm-pack-weights="packing=nibbles lanes=8" -split-input-file | FileCheck %s --check-prefix=NIBBLES
// RUN: ecolm-opt %s -ecolm-pack-weights="packing=base3 lanes=64" -split-input-file | FileCheck %s --check-prefix=BASE3
// RUN: ecolm-opt %s -ecolm-pack-weights -split-input-file -remarks-filter=.* -remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARKS
// RUN: ecolm-opt %s -ecolm-pack-weights=byte-products=true -split-input-file | FileCheck %s --check-prefix=BYTES
// RUN: ecolm-opt %s -ecolm-pack-weights="byte-products=true byte-tables=true cache-bytes=48" -split-input-file | FileCheck %s --check-prefix=BYTES
// RUN: ecolm-opt %s -ecolm-pack-weights="byte-products=true byte-tables=true cache-bytes=47" -split-input-file | FileCheck %s --check-prefix=TABLES
// RUN: ecolm-opt %s -ecolm-pack-weights="byte-products=true lookups=true" -split-input-file | FileCheck %s --check-prefix=LOOKUPS
// RUN: ecolm-opt %s -ecolm-pack-weights="butterfly-registers=8 masks=true" -split-input-file | FileCheck %s --check-prefix=FUSED
// RUN: ecolm-opt %s -ecolm-pack-weights="butterfly-registers=8" -split-input-file | FileCheck %s --check-prefix=MASKLESS

//   CHECK: ecolm.weight @ternary : tensor<33x50x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
//   CHECK: ecolm.weight @pot : tensor<33x50x!ecolm.pot<min = -2, max = 0>, #ecolm.packed<nibbles, lanes = 16>>
//   CHECK: ecolm.weight @float : tensor<6x4xf32, #ecolm.packed<plain, lanes = 16>> = {{.*}} transposed
//   CHECK: ecolm.weight @factor : tensor<4x4x4x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
//   CHECK: ecolm.weight @gamma : tensor<4xf32> =
//   CHECK: func @formats
//   CHECK: ecolm.get_weight @ternary : tensor<33x50x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
//   CHECK: ecolm.get_weight @pot : tensor<33x50x!ecolm.pot<min = -2, max = 0>, #ecolm.packed<nibbles, lanes = 16>>
//   CHECK: ecolm.get_weight @float : tensor<6x4xf32, #ecolm.packed<plain, lanes = 16>>
//   CHECK: ecolm.get_weight @factor : tensor<4x4x4x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 16>>
//   CHECK: ecolm.get_weight @gamma : tensor<4xf32>

// NIBBLES: @ternary : {{.*}}#ecolm.packed<bitplanes, lanes = 8>
// NIBBLES: @pot : {{.*}}#ecolm.packed<nibbles, lanes = 8>
// NIBBLES: @float : {{.*}}#ecolm.packed<plain, lanes = 8>

// BASE3: @ternary : {{.*}}#ecolm.packed<base3, lanes = 64>
// BASE3: @pot : {{.*}}#ecolm.packed<bytes, lanes = 64>

// 33 outputs are 3 groups of 16: 48 * 50 / 4 bytes, 48 * 50 / 2, 16 * 4 * 4, 16 * 4 / 4.
// REMARKS: packed-bytes=600, source-bytes=413
// REMARKS: packed-bytes=1200, source-bytes=1650
// REMARKS: packed-bytes=256, source-bytes=96
// REMARKS: packed-bytes=16, source-bytes=13
ecolm.weight @ternary : tensor<33x50x!ecolm.ternary> = dense<85> : tensor<413xui8> packing <codes2>
ecolm.weight @pot : tensor<33x50x!ecolm.pot<min = -2, max = 0>> = dense<1> : tensor<33x50xi8> packing <bytes>
ecolm.weight @float : tensor<6x4xf32> = dense<1.0> : tensor<4x6xf32> transposed
ecolm.weight @factor : tensor<4x4x4x1x!ecolm.ternary> = dense<121> : tensor<13xui8> packing <base3>
ecolm.weight @gamma : tensor<4xf32> = dense<1.0> : tensor<4xf32>
func.func @formats(%x: tensor<2x50xf32>, %y: tensor<2x4xf32>, %z: tensor<2x16xf32>)
    -> (tensor<2x33xf32>, tensor<2x33xf32>, tensor<2x6xf32>, tensor<2x16xf32>, tensor<4xf32>) {
  %ternary = ecolm.get_weight @ternary : tensor<33x50x!ecolm.ternary>
  %pot = ecolm.get_weight @pot : tensor<33x50x!ecolm.pot<min = -2, max = 0>>
  %float = ecolm.get_weight @float : tensor<6x4xf32>
  %factor = ecolm.get_weight @factor : tensor<4x4x4x1x!ecolm.ternary>
  %gamma = ecolm.get_weight @gamma : tensor<4xf32>
  %0 = ecolm.matmul %x, %ternary : tensor<2x50xf32>, tensor<33x50x!ecolm.ternary> -> tensor<2x33xf32>
  %1 = ecolm.matmul %x, %pot : tensor<2x50xf32>, tensor<33x50x!ecolm.pot<min = -2, max = 0>> -> tensor<2x33xf32>
  %2 = ecolm.matmul %y, %float : tensor<2x4xf32>, tensor<6x4xf32> -> tensor<2x6xf32>
  %3 = ecolm.butterfly %z, %factor : (tensor<2x16xf32>, tensor<4x4x4x1x!ecolm.ternary>) -> tensor<2x16xf32>
  return %0, %1, %2, %3, %gamma : tensor<2x33xf32>, tensor<2x33xf32>, tensor<2x6xf32>, tensor<2x16xf32>, tensor<4xf32>
}

// -----

// An embedding that is also the output matrix keeps its rows in order.
// CHECK: ecolm.weight @wte : tensor<6x4xf32> =
// CHECK: ecolm.weight @wte_packed : tensor<6x4xf32, #ecolm.packed<plain, lanes = 16>> =
// CHECK: func @tied
// CHECK: %[[ROWS:.*]] = ecolm.get_weight @wte : tensor<6x4xf32>
// CHECK: tensor.extract %[[ROWS]]
// CHECK: %[[W:.*]] = ecolm.get_weight @wte_packed
// CHECK: ecolm.matmul %{{.*}}, %[[W]]
ecolm.weight @wte : tensor<6x4xf32> = dense<1.0> : tensor<6x4xf32>
func.func @tied(%x: tensor<2x4xf32>, %i: index) -> (f32, tensor<2x6xf32>) {
  %w = ecolm.get_weight @wte : tensor<6x4xf32>
  %0 = tensor.extract %w[%i, %i] : tensor<6x4xf32>
  %1 = ecolm.matmul %x, %w : tensor<2x4xf32>, tensor<6x4xf32> -> tensor<2x6xf32>
  return %0, %1 : f32, tensor<2x6xf32>
}

// -----

// CHECK-NOT: ecolm.weight
//     CHECK: func @unused
//     CHECK-NEXT: return
ecolm.weight @nobody : tensor<6x4xf32> = dense<1.0> : tensor<6x4xf32>
ecolm.weight @dead : tensor<6x4xf32> = dense<1.0> : tensor<6x4xf32>
func.func @unused() {
  %w = ecolm.get_weight @dead : tensor<6x4xf32>
  return
}

// -----

// A second run changes nothing.
// CHECK: ecolm.weight @again : tensor<6x4x!ecolm.ternary, #ecolm.packed<codes2, lanes = 32>>
ecolm.weight @again : tensor<6x4x!ecolm.ternary, #ecolm.packed<codes2, lanes = 32>> = dense<85> : tensor<6xui8> packing <codes2>
func.func @again_user(%x: tensor<2x4xf32>) -> tensor<2x6xf32> {
  %w = ecolm.get_weight @again : tensor<6x4x!ecolm.ternary, #ecolm.packed<codes2, lanes = 32>>
  %0 = ecolm.matmul %x, %w : tensor<2x4xf32>, tensor<6x4x!ecolm.ternary, #ecolm.packed<codes2, lanes = 32>> -> tensor<2x6xf32>
  return %0 : tensor<2x6xf32>
}

// -----

// Integers take as many bits as they have; scales and offsets of groups lie as
// the weights do, and more than 16 codes need bytes.
// CHECK: @i4 : tensor<3x8xi4, #ecolm.packed<nibbles, lanes = 16>>
// CHECK: @i2 : tensor<3x8xi2, #ecolm.packed<codes2, lanes = 16>>
// CHECK: @wide : tensor<3x8x!ecolm.pot<min = -7, max = 0>, #ecolm.packed<bytes, lanes = 16>>
// CHECK: @scales : tensor<3x2xf32, #ecolm.packed<plain, lanes = 16>>
// CHECK: @offsets : tensor<3x2xf32, #ecolm.packed<plain, lanes = 16>>
ecolm.weight @i4 : tensor<3x8xi4> = dense<1> : tensor<12xui8> packing <nibbles>
ecolm.weight @i2 : tensor<3x8xi2> = dense<1> : tensor<6xui8> packing <codes2>
ecolm.weight @wide : tensor<3x8x!ecolm.pot<min = -7, max = 0>> = dense<1> : tensor<3x8xi8> packing <bytes>
ecolm.weight @scales : tensor<3x2xf32> = dense<1.0> : tensor<3x2xf32>
ecolm.weight @offsets : tensor<3x2xf32> = dense<2.0> : tensor<3x2xf32>
func.func @groups(%x: tensor<?x8xf32>) -> (tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>) {
  %0 = ecolm.get_weight @i4 : tensor<3x8xi4>
  %1 = ecolm.get_weight @i2 : tensor<3x8xi2>
  %2 = ecolm.get_weight @wide : tensor<3x8x!ecolm.pot<min = -7, max = 0>>
  %s = ecolm.get_weight @scales : tensor<3x2xf32>
  %o = ecolm.get_weight @offsets : tensor<3x2xf32>
  %3 = ecolm.group_matmul %x, %0 scales %s offsets %o group 4 : tensor<?x8xf32>, tensor<3x8xi4>, tensor<3x2xf32>, tensor<3x2xf32> -> tensor<?x3xf32>
  %4 = ecolm.group_matmul %x, %1 scales %s group 4 : tensor<?x8xf32>, tensor<3x8xi2>, tensor<3x2xf32> -> tensor<?x3xf32>
  %5 = ecolm.matmul %x, %2 : tensor<?x8xf32>, tensor<3x8x!ecolm.pot<min = -7, max = 0>> -> tensor<?x3xf32>
  return %3, %4, %5 : tensor<?x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>
}

// -----

// A table of codes that is also the output matrix lies in both orders.
// CHECK: ecolm.weight @both : tensor<6x4xi4, #ecolm.packed<nibbles>>
// CHECK: ecolm.weight @both_packed : tensor<6x4xi4, #ecolm.packed<nibbles, lanes = 16>>
// CHECK: ecolm.weight @scales : tensor<6x1xf32> =
// CHECK: ecolm.weight @scales_packed : tensor<6x1xf32, #ecolm.packed<plain, lanes = 16>>
// CHECK: func @tied_codes
// CHECK: ecolm.embedding %{{.*}}, %{{.*}} scales %{{.*}} group 4 : tensor<?xindex>, tensor<6x4xi4, #ecolm.packed<nibbles>>, tensor<6x1xf32>
ecolm.weight @both : tensor<6x4xi4> = dense<1> : tensor<12xui8> packing <nibbles>
ecolm.weight @scales : tensor<6x1xf32> = dense<1.0> : tensor<6x1xf32>
func.func @tied_codes(%x: tensor<2x4xf32>, %ids: tensor<?xindex>) -> (tensor<?x4xf32>, tensor<2x6xf32>) {
  %w = ecolm.get_weight @both : tensor<6x4xi4>
  %s = ecolm.get_weight @scales : tensor<6x1xf32>
  %0 = ecolm.embedding %ids, %w scales %s group 4 : tensor<?xindex>, tensor<6x4xi4>, tensor<6x1xf32> -> tensor<?x4xf32>
  %1 = ecolm.group_matmul %x, %w scales %s group 4 : tensor<2x4xf32>, tensor<6x4xi4>, tensor<6x1xf32> -> tensor<2x6xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<2x6xf32>
}

// -----

// Products of bytes, unless shifts and additions stand for them or another kernel reads the matrix.
// CHECK: ecolm.weight @two : {{.*}}#ecolm.packed<bitplanes, lanes = 16>>
// BYTES: ecolm.weight @two : {{.*}}#ecolm.packed<codes2, lanes = 16, depth = 4>>
// TABLES: ecolm.weight @two : {{.*}}#ecolm.packed<base3, lanes = 16, depth = 4>>
// BYTES: ecolm.weight @four : {{.*}}#ecolm.packed<nibbles, lanes = 16, depth = 4>>
// BYTES: ecolm.weight @shifted : {{.*}}#ecolm.packed<bitplanes, lanes = 16>>
// BYTES: ecolm.weight @shared : {{.*}}#ecolm.packed<bitplanes, lanes = 16>>
ecolm.weight @two : tensor<8x8x!ecolm.ternary> = dense<85> : tensor<16xui8> packing <codes2>
ecolm.weight @four : tensor<8x8xi4> = dense<85> : tensor<32xui8> packing <nibbles>
ecolm.weight @shifted : tensor<8x8x!ecolm.ternary> = dense<85> : tensor<16xui8> packing <codes2>
ecolm.weight @shared : tensor<8x8x!ecolm.ternary> = dense<85> : tensor<16xui8> packing <codes2>
func.func @bytes(%x: tensor<2x8xi8>, %f: tensor<2x8xf32>)
    -> (tensor<2x8xi32>, tensor<2x8xi32>, tensor<2x8xi32>, tensor<2x8xi32>, tensor<2x8xf32>) {
  %two = ecolm.get_weight @two : tensor<8x8x!ecolm.ternary>
  %four = ecolm.get_weight @four : tensor<8x8xi4>
  %shifted = ecolm.get_weight @shifted : tensor<8x8x!ecolm.ternary>
  %shared = ecolm.get_weight @shared : tensor<8x8x!ecolm.ternary>
  %0 = ecolm.matmul %x, %two : tensor<2x8xi8>, tensor<8x8x!ecolm.ternary> -> tensor<2x8xi32>
  %1 = ecolm.matmul %x, %four : tensor<2x8xi8>, tensor<8x8xi4> -> tensor<2x8xi32>
  %2 = ecolm.matmul %x, %shifted arithmetic <shift_add> : tensor<2x8xi8>, tensor<8x8x!ecolm.ternary> -> tensor<2x8xi32>
  %3 = ecolm.matmul %x, %shared : tensor<2x8xi8>, tensor<8x8x!ecolm.ternary> -> tensor<2x8xi32>
  %4 = ecolm.matmul %f, %shared : tensor<2x8xf32>, tensor<8x8x!ecolm.ternary> -> tensor<2x8xf32>
  return %0, %1, %2, %3, %4 : tensor<2x8xi32>, tensor<2x8xi32>, tensor<2x8xi32>, tensor<2x8xi32>, tensor<2x8xf32>
}

// -----

// Rows of one element are left to the kernel of lanes.
// BYTES: ecolm.weight @column : {{.*}}#ecolm.packed<bitplanes, lanes = 16>>
ecolm.weight @column : tensor<8x1x!ecolm.ternary> = dense<85> : tensor<2xui8> packing <codes2>
func.func @column_of_weights(%x: tensor<2x1xi8>) -> tensor<2x8xi32> {
  %w = ecolm.get_weight @column : tensor<8x1x!ecolm.ternary>
  %y = ecolm.matmul %x, %w : tensor<2x1xi8>, tensor<8x1x!ecolm.ternary> -> tensor<2x8xi32>
  return %y : tensor<2x8xi32>
}

// -----

// Products of floats have up to 128 lanes, unless an eighth of the matrix would be padding; groups
// are whole tiles or lie in 16 lanes of one input, and scales always do.
// LOOKUPS: ecolm.weight @wide : {{.*}}#ecolm.packed<nibbles, lanes = 128, depth = 4>>
// LOOKUPS: ecolm.weight @narrow : {{.*}}#ecolm.packed<codes2, lanes = 32, depth = 4>>
// LOOKUPS: ecolm.weight @many : {{.*}}#ecolm.packed<bytes, lanes = 16>>
// LOOKUPS: ecolm.weight @whole : {{.*}}#ecolm.packed<nibbles, lanes = 16, depth = 4>>
// LOOKUPS: ecolm.weight @ragged : {{.*}}#ecolm.packed<nibbles, lanes = 16>>
// LOOKUPS: ecolm.weight @bytes : {{.*}}#ecolm.packed<plain, lanes = 16, depth = 4>>
// LOOKUPS: ecolm.weight @scales : {{.*}}#ecolm.packed<plain, lanes = 16>>
!pot = !ecolm.pot<min = -6, max = 0>
!wide = !ecolm.pot<min = -7, max = 0>
ecolm.weight @wide : tensor<250x8x!pot> = dense<17> : tensor<1000xui8> packing <nibbles>
ecolm.weight @narrow : tensor<90x8x!ecolm.ternary> = dense<85> : tensor<180xui8> packing <codes2>
ecolm.weight @many : tensor<16x8x!wide> = dense<1> : tensor<128xui8> packing <bytes>
ecolm.weight @whole : tensor<16x8xi4> = dense<17> : tensor<64xui8> packing <nibbles>
ecolm.weight @ragged : tensor<16x8xi4> = dense<17> : tensor<64xui8> packing <nibbles>
ecolm.weight @bytes : tensor<16x8xi8> = dense<17> : tensor<16x8xi8>
ecolm.weight @scales : tensor<16x2xf32> = dense<1.0> : tensor<16x2xf32>
ecolm.weight @one : tensor<16x1xf32> = dense<1.0> : tensor<16x1xf32>
func.func @floats(%x: tensor<2x8xf32>, %b: tensor<2x8xi8>)
    -> (tensor<2x250xf32>, tensor<2x90xf32>, tensor<2x16xf32>, tensor<2x16xf32>, tensor<2x16xf32>, tensor<2x16xf32>) {
  %wide = ecolm.get_weight @wide : tensor<250x8x!pot>
  %narrow = ecolm.get_weight @narrow : tensor<90x8x!ecolm.ternary>
  %many = ecolm.get_weight @many : tensor<16x8x!wide>
  %whole = ecolm.get_weight @whole : tensor<16x8xi4>
  %ragged = ecolm.get_weight @ragged : tensor<16x8xi4>
  %bytes = ecolm.get_weight @bytes : tensor<16x8xi8>
  %s = ecolm.get_weight @scales : tensor<16x2xf32>
  %one = ecolm.get_weight @one : tensor<16x1xf32>
  %0 = ecolm.matmul %x, %wide : tensor<2x8xf32>, tensor<250x8x!pot> -> tensor<2x250xf32>
  %1 = ecolm.matmul %x, %narrow : tensor<2x8xf32>, tensor<90x8x!ecolm.ternary> -> tensor<2x90xf32>
  %2 = ecolm.matmul %x, %many : tensor<2x8xf32>, tensor<16x8x!wide> -> tensor<2x16xf32>
  %3 = ecolm.group_matmul %x, %whole scales %one offsets %one group 8
      : tensor<2x8xf32>, tensor<16x8xi4>, tensor<16x1xf32>, tensor<16x1xf32> -> tensor<2x16xf32>
  %4 = ecolm.group_matmul %x, %ragged scales %s group 6
      : tensor<2x8xf32>, tensor<16x8xi4>, tensor<16x2xf32> -> tensor<2x16xf32>
  %5 = ecolm.group_matmul %b, %bytes scales %s group 4
      : tensor<2x8xi8>, tensor<16x8xi8>, tensor<16x2xf32> -> tensor<2x16xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<2x250xf32>, tensor<2x90xf32>, tensor<2x16xf32>, tensor<2x16xf32>, tensor<2x16xf32>, tensor<2x16xf32>
}

// -----

// Factors of 2 by 2 blocks lie in the chunks of their pass, ternary ones in 32 lanes where the target
// has masks, and in both orders where both are read. Other factors keep the order of lanes.
// FUSED: ecolm.weight @near : {{.*}}#ecolm.packed<bitplanes, lanes = 32 in chunks of 2, 32 apart>>
// FUSED: ecolm.weight @near_packed : {{.*}}#ecolm.packed<bitplanes, lanes = 16 in chunks of 4, 16 apart>>
// FUSED: ecolm.weight @far : {{.*}}#ecolm.packed<bitplanes, lanes = 32 in chunks of 2, 32 apart>>
// FUSED: ecolm.weight @far_packed : {{.*}}#ecolm.packed<bitplanes, lanes = 16 in chunks of 4, 16 apart>>
// FUSED: ecolm.weight @threes : {{.*}}#ecolm.packed<bitplanes, lanes = 16>>
// FUSED: func @butterflies
// MASKLESS: ecolm.weight @near : {{.*}}#ecolm.packed<bitplanes, lanes = 16>>
// MASKLESS: ecolm.weight @near_packed : {{.*}}#ecolm.packed<bitplanes, lanes = 16 in chunks of 4, 16 apart>>
ecolm.weight @near : tensor<2x2x2x16x!ecolm.ternary> = dense<85> : tensor<32xui8> packing <codes2>
ecolm.weight @far : tensor<1x2x2x32x!ecolm.ternary> = dense<85> : tensor<32xui8> packing <codes2>
ecolm.weight @threes : tensor<16x3x3x1x!ecolm.ternary> = dense<85> : tensor<36xui8> packing <codes2>
func.func @butterflies(%x: tensor<2x64xi8>, %f: tensor<2x64xf32>, %y: tensor<2x48xi8>)
    -> (tensor<2x64xi32>, tensor<2x64xf32>, tensor<2x48xi32>) {
  %near = ecolm.get_weight @near : tensor<2x2x2x16x!ecolm.ternary>
  %far = ecolm.get_weight @far : tensor<1x2x2x32x!ecolm.ternary>
  %threes = ecolm.get_weight @threes : tensor<16x3x3x1x!ecolm.ternary>
  %0 = ecolm.butterfly %x, %near, %far : (tensor<2x64xi8>, tensor<2x2x2x16x!ecolm.ternary>, tensor<1x2x2x32x!ecolm.ternary>) -> tensor<2x64xi32>
  %1 = ecolm.butterfly %f, %near, %far : (tensor<2x64xf32>, tensor<2x2x2x16x!ecolm.ternary>, tensor<1x2x2x32x!ecolm.ternary>) -> tensor<2x64xf32>
  %2 = ecolm.butterfly %y, %threes : (tensor<2x48xi8>, tensor<16x3x3x1x!ecolm.ternary>) -> tensor<2x48xi32>
  return %0, %1, %2 : tensor<2x64xi32>, tensor<2x64xf32>, tensor<2x48xi32>
}
