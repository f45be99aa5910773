// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector --canonicalize --cse | FileCheck %s
// RUN: ecolm-opt %s --ecolm-place-weights --convert-ecolm-to-vector=fma=true --canonicalize --cse | FileCheck %s --check-prefix=FMA

!near = tensor<64x2x2x1x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 32 in chunks of 2, 32 apart>>
!far = tensor<1x2x2x64x!ecolm.ternary, #ecolm.packed<bitplanes, lanes = 32 in chunks of 2, 64 apart>>
!learned = tensor<1x2x2x16xf32, #ecolm.packed<plain, lanes = 16 in chunks of 2, 16 apart>>
ecolm.weight @near : !near = dense<27> : tensor<64xui8> packing <codes2>
ecolm.weight @far : !far = dense<27> : tensor<64xui8> packing <codes2>
ecolm.weight @values : !learned = dense<1.0> : tensor<64xf32>

// Sums of 16 bits suffice; two rows share the masks, and the sums leave as floats.
// CHECK-LABEL: func.func private @ternary(
// CHECK-SAME: %[[X:.*]]: tensor<?x128xi8>, %[[Y:.*]]: tensor<?x128xf32>
// CHECK: scf.for {{.*}} step %c2 iter_args(%{{.*}} = %[[Y]])
// CHECK: %[[SCRATCH:.*]] = tensor.empty() : tensor<2x128xi16>
// CHECK: scf.for {{.*}} step %c64 iter_args(%{{.*}} = %[[SCRATCH]]
// CHECK-COUNT-4: vector.transfer_read %[[X]]
// CHECK: %[[BITS:.*]] = vector.load %{{.*}} vector<1xi32>
// CHECK: %[[PLUS:.*]] = vector.bitcast %[[BITS]] : vector<1xi32> to vector<32xi1>
// CHECK: arith.select %[[PLUS]], %{{.*}}, %{{.*}} : vector<32xi1>, vector<32xi16>
// CHECK: scf.for {{.*}} step %c32
// CHECK: arith.sitofp {{.*}} vector<32xi16> to vector<32xf32>
// CHECK: scf.for {{.*}} step %c1
func.func private @ternary(%x: tensor<?x128xi8>, %y: tensor<?x128xf32>) -> tensor<?x128xf32>
    attributes {ecolm.quantized} {
  %near = ecolm.get_weight @near : !near
  %far = ecolm.get_weight @far : !far
  %0 = ecolm.butterfly %x, %near, %far : (tensor<?x128xi8>, !near, !far) -> tensor<?x128xi32>
  %1 = arith.sitofp %0 : tensor<?x128xi32> to tensor<?x128xf32>
  %2 = bufferization.materialize_in_destination %1 in %y : (tensor<?x128xf32>, tensor<?x128xf32>) -> tensor<?x128xf32>
  return %2 : tensor<?x128xf32>
}

// Three masks, one of the own term: it is nowhere subtracted.
// CHECK-LABEL: func.func @three_planes(
// CHECK: %[[OWN:.*]] = vector.bitcast %{{.*}} : vector<1xi32> to vector<32xi1>
// CHECK: %[[TAKEN:.*]] = arith.select %[[OWN]], %{{.*}}, %{{.*}} : vector<32xi1>, vector<32xi16>
// CHECK: %[[PLUS:.*]] = vector.bitcast
// CHECK: %[[MINUS:.*]] = vector.bitcast
// CHECK: %[[SUM:.*]] = arith.addi %[[TAKEN]]
// CHECK: %[[ADDED:.*]] = arith.select %[[PLUS]], %[[SUM]], %[[TAKEN]]
// CHECK: %[[DIFFERENCE:.*]] = arith.subi %[[ADDED]]
// CHECK: arith.select %[[MINUS]], %[[DIFFERENCE]], %[[ADDED]]
!three = tensor<1x2x2x32x!ecolm.ternary, #ecolm.packed<planes3, lanes = 32 in chunks of 2, 32 apart>>
ecolm.weight @three : !three = dense<1> : tensor<128xi8> packing <bytes>
func.func @three_planes(%x: tensor<64xi8>) -> tensor<64xi32> {
  %f = ecolm.get_weight @three : !three
  %y = ecolm.butterfly %x, %f : (tensor<64xi8>, !three) -> tensor<64xi32>
  return %y : tensor<64xi32>
}

// A sum is never -0: 0 is added to it.
// CHECK-LABEL: func.func @learned(
// CHECK: %[[A:.*]] = arith.mulf %{{.*}} : vector<16xf32>
// CHECK: %[[B:.*]] = arith.mulf %{{.*}} : vector<16xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[A]], %[[B]]
// CHECK: arith.addf %[[SUM]], %cst
func.func @learned(%x: tensor<32xf32>) -> tensor<32xf32> {
  %f = ecolm.get_weight @values : !learned
  %y = ecolm.butterfly %x, %f : (tensor<32xf32>, !learned) -> tensor<32xf32>
  return %y : tensor<32xf32>
}

// Powers of two are halves of floats, the own ones left out where they are 1: two weights in 32 bits, and one
// product added to the other term in an instruction, if there is one for it. Other products are rounded first. There 0 is added to the first product.
// CHECK-LABEL: func.func @powers(
// CHECK: %[[BITS:.*]] = vector.load %{{.*}} vector<16xi32>
// CHECK: %[[LOWER:.*]] = arith.shli %[[BITS]]
// CHECK: %[[W:.*]] = vector.bitcast %[[LOWER]]
// CHECK: %[[P:.*]] = arith.mulf %{{.*}}, %[[W]]
// CHECK: arith.addf %{{.*}}, %[[P]]
// FMA-LABEL: func.func @learned(
// FMA-NOT: math.fma
// FMA-LABEL: func.func @powers(
// FMA-COUNT-1: vector.load
// FMA: arith.shli
// FMA-NOT: arith.mulf
// FMA: math.fma
// FMA: arith.andi
// FMA: math.fma
// FMA: vector.load
// FMA: arith.shli
// FMA: %[[OWN:.*]] = math.fma %{{.*}}, %{{.*}}, %cst
// FMA: arith.andi
// FMA: math.fma %{{.*}}, %{{.*}}, %[[OWN]]
// Where they are floats in memory, nothing is left to be made of them.
// FMA-LABEL: func.func @floats(
// FMA-NOT: arith.shli
// FMA-NOT: arith.mulf
// FMA-COUNT-2: vector.load %{{.*}} vector<16xf32>
// FMA: %[[OWN:.*]] = math.fma %{{.*}}, %{{.*}}, %cst
// FMA: vector.load %{{.*}} vector<16xf32>
// FMA: math.fma %{{.*}}, %{{.*}}, %[[OWN]]
// FMA: return
!ones = tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>, #ecolm.packed<partners, lanes = 16 in chunks of 2, 16 apart>>
!both = tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>, #ecolm.packed<halves, lanes = 16 in chunks of 2, 16 apart>>
ecolm.weight @ones : !ones = dense<1> : tensor<64xi8> packing <bytes>
ecolm.weight @both : !both = dense<2> : tensor<64xi8> packing <bytes>
func.func @powers(%x: tensor<32xf32>) -> tensor<32xf32> {
  %o = ecolm.get_weight @ones : !ones
  %b = ecolm.get_weight @both : !both
  %y = ecolm.butterfly %x, %o, %b : (tensor<32xf32>, !ones, !both) -> tensor<32xf32>
  return %y : tensor<32xf32>
}
!float_ones = tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>, #ecolm.packed<float_partners, lanes = 16 in chunks of 2, 16 apart>>
!floats = tensor<1x2x2x16x!ecolm.pot<min = 0, max = 3>, #ecolm.packed<floats, lanes = 16 in chunks of 2, 16 apart>>
ecolm.weight @float_ones : !float_ones = dense<1> : tensor<64xi8> packing <bytes>
ecolm.weight @float_both : !floats = dense<2> : tensor<64xi8> packing <bytes>
func.func @floats(%x: tensor<32xf32>) -> tensor<32xf32> {
  %o = ecolm.get_weight @float_ones : !float_ones
  %b = ecolm.get_weight @float_both : !floats
  %y = ecolm.butterfly %x, %o, %b : (tensor<32xf32>, !float_ones, !floats) -> tensor<32xf32>
  return %y : tensor<32xf32>
}
