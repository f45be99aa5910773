// RUN: ecolm-opt %s --ecolm-lower-dots=instructions=vnni | FileCheck %s --check-prefix=VNNI
// RUN: ecolm-opt %s --ecolm-lower-dots=instructions=avx2 | FileCheck %s --check-prefix=AVX2
// RUN: ecolm-opt %s --ecolm-lower-dots=instructions=usdot | FileCheck %s --check-prefix=USDOT
// RUN: ecolm-opt %s --ecolm-lower-dots=instructions=sdot | FileCheck %s --check-prefix=SDOT
// RUN: ecolm-opt %s --ecolm-lower-dots=instructions=neon | FileCheck %s --check-prefix=NEON
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

// USDOT-LABEL: @ternary(
// USDOT-COUNT-8: llvm.call_intrinsic "llvm.aarch64.neon.usdot"
// USDOT-NOT: llvm.call_intrinsic
// USDOT: return
// SDOT-LABEL: @ternary(
// SDOT-COUNT-8: llvm.call_intrinsic "llvm.aarch64.neon.sdot"
// SDOT-NOT: llvm.call_intrinsic
// SDOT: return

// Two terms of 8 bytes twice; the sum of both is made of 32 bits once.
// NEON-LABEL: @ternary(
// NEON: %[[W:.*]] = vector.extract_strided_slice %arg1 {offsets = [0], sizes = [16]
// NEON: %[[LOW:.*]] = vector.extract_strided_slice %[[W]] {offsets = [0], sizes = [8]
// NEON: %[[A:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.smull"(%[[LOW]], %{{.*}})
// NEON: %[[B:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.smull"
// NEON: %[[C:.*]] = arith.addi %[[A]], %[[B]] : vector<8xi16>
// NEON-COUNT-2: llvm.call_intrinsic "llvm.aarch64.neon.smull"
// NEON: %[[D:.*]] = arith.addi {{.*}} : vector<8xi16>
// NEON: %[[S:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.addp"(%[[C]], %[[D]])
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.saddlp"(%[[S]])
// NEON: vector.insert_strided_slice

// Even and odd bytes of two terms, and both halves of the words.
// WIDE-LABEL: @ternary(
// WIDE-NOT: llvm.call_intrinsic
// WIDE-COUNT-4: arith.muli {{.*}} : vector<32xi16>
// WIDE-NOT: arith.muli
// WIDE-COUNT-2: arith.shrsi {{.*}} : vector<16xi32>
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
// WIDE-LABEL: @large(
// WIDE-COUNT-4: arith.muli {{.*}} : vector<16xi16>
// WIDE-COUNT-4: arith.muli {{.*}} : vector<8xi32>
// WIDE: return

// Signed instructions take codes up to 255 less 128, and the values 128 times.
// SDOT-LABEL: @large(
// SDOT-COUNT-4: llvm.call_intrinsic "llvm.aarch64.neon.sdot"
// SDOT: %[[C:.*]] = arith.xori
// SDOT: llvm.call_intrinsic "llvm.aarch64.neon.sdot"(%{{.*}}, %[[C]], %{{.*}})
// SDOT: %[[X:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.sdot"
// SDOT: %[[T:.*]] = arith.shli %[[X]]
// SDOT: arith.addi %{{.*}}, %[[T]]
// NEON-LABEL: @large(
// NEON-COUNT-4: llvm.call_intrinsic "llvm.aarch64.neon.saddlp"
// NEON: arith.xori
// NEON-COUNT-2: llvm.call_intrinsic "llvm.aarch64.neon.saddlp"
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.addp"
// NEON: arith.shli
// USDOT-LABEL: @large(
// USDOT-COUNT-6: llvm.call_intrinsic "llvm.aarch64.neon.usdot"
// USDOT-NOT: llvm.call_intrinsic
// USDOT: return
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
