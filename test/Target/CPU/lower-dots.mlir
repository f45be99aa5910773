// RUN: ecolm-opt %s --ecolm-lower-dots=instructions=vnni | FileCheck %s --check-prefix=VNNI
// RUN: ecolm-opt %s --ecolm-lower-dots=instructions=avx2 | FileCheck %s --check-prefix=AVX2
// RUN: ecolm-opt %s --ecolm-lower-dots | FileCheck %s --check-prefix=WIDE
// RUN: ecolm-opt %s --ecolm-lower-dots=instructions=none | FileCheck %s --check-prefix=WIDE

// VNNI-LABEL: @ternary(
// VNNI: %[[A:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%arg0, %arg1, %arg3)
// VNNI: %[[B:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%[[A]], %arg2, %arg4)
// VNNI: return %[[B]]

// Two terms of codes up to 2 are summed in 16 bits.
// AVX2-LABEL: @ternary(
// AVX2: %[[W:.*]] = vector.extract_strided_slice %arg1 {offsets = [0], sizes = [32]
// AVX2: %[[X:.*]] = vector.extract_strided_slice %arg3 {offsets = [0], sizes = [32]
// AVX2: %[[P:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"(%[[W]], %[[X]])
// AVX2: %[[Q:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// AVX2: %[[S:.*]] = arith.addi %[[P]], %[[Q]] : vector<16xi16>
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%[[S]], %{{.*}})
// AVX2: vector.insert_strided_slice
// AVX2: {offsets = [32], sizes = [32]

// WIDE-LABEL: @ternary(
// WIDE-NOT: llvm.call_intrinsic
// WIDE-COUNT-8: arith.muli {{.*}} : vector<16xi32>
// WIDE-NOT: arith.muli
// WIDE: return
func.func @ternary(%s: vector<16xi32>, %w0: vector<64xi8>, %w1: vector<64xi8>,
                   %x0: vector<64xi8>, %x1: vector<64xi8>) -> vector<16xi32> {
  %y = ecolm.dot %s + (%w0, %w1) * (%x0, %x1) bound 2 : vector<16xi32>, vector<64xi8>
  return %y : vector<16xi32>
}

// Sums of two products of codes up to 100 fill 16 bits on their own, those of codes up to 255
// do not fit.
// AVX2-LABEL: @large(
// AVX2-COUNT-2: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
// AVX2-NOT: llvm.call_intrinsic
// AVX2: arith.muli
// AVX2: return
func.func @large(%s: vector<8xi32>, %w0: vector<32xi8>, %w1: vector<32xi8>,
                 %x0: vector<32xi8>, %x1: vector<32xi8>) -> (vector<8xi32>, vector<8xi32>) {
  %y = ecolm.dot %s + (%w0, %w1) * (%x0, %x1) bound 100 : vector<8xi32>, vector<32xi8>
  %z = ecolm.dot %s + (%w0) * (%x0) bound 255 : vector<8xi32>, vector<32xi8>
  return %y, %z : vector<8xi32>, vector<8xi32>
}

// No instruction has three lanes.
// VNNI-LABEL: @odd(
// VNNI-NOT: llvm.call_intrinsic
// VNNI: return
func.func @odd(%s: vector<3xi32>, %w: vector<12xi8>, %x: vector<12xi8>) -> vector<3xi32> {
  %y = ecolm.dot %s + (%w) * (%x) bound 2 : vector<3xi32>, vector<12xi8>
  return %y : vector<3xi32>
}
