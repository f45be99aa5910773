// RUN: ecolm-opt %s --ecolm-lower-lookups=instructions=avx512vbmi | FileCheck %s --check-prefixes=AVX512,VBMI
// RUN: ecolm-opt %s --ecolm-lower-lookups=instructions=avx512 | FileCheck %s --check-prefix=AVX512
// RUN: ecolm-opt %s --ecolm-lower-lookups=instructions=avx2 | FileCheck %s --check-prefix=AVX2
// RUN: ecolm-opt %s --ecolm-lower-lookups=instructions=neon | FileCheck %s --check-prefix=NEON
// RUN: ecolm-opt %s --ecolm-lower-lookups | FileCheck %s --check-prefix=NONE

// AVX512-LABEL: @floats(
// AVX512: %[[Y:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"(%arg0, %arg1)
// AVX512: return %[[Y]]

// Both halves of the table, and the fourth bit of the index where a blend looks for it.
// AVX2-LABEL: @floats(
// AVX2: %[[I:.*]] = vector.extract_strided_slice %arg1 {offsets = [0], sizes = [8]
// AVX2: %[[UP:.*]] = arith.shli %[[I]]
// AVX2: %[[SIGN:.*]] = vector.bitcast %[[UP]]
// AVX2-DAG: %[[LOW:.*]] = vector.shuffle %arg0, %arg0 [0, 1, 2, 3, 4, 5, 6, 7]
// AVX2-DAG: %[[HIGH:.*]] = vector.shuffle %arg0, %arg0 [8, 9, 10, 11, 12, 13, 14, 15]
// AVX2-DAG: %[[A:.*]] = llvm.call_intrinsic "llvm.x86.avx2.permps"(%[[LOW]], %[[I]])
// AVX2-DAG: %[[B:.*]] = llvm.call_intrinsic "llvm.x86.avx2.permps"(%[[HIGH]], %[[I]])
// AVX2: llvm.call_intrinsic "llvm.x86.avx.blendv.ps.256"(%[[A]], %[[B]], %[[SIGN]])
// AVX2: vector.insert_strided_slice
// AVX2: {offsets = [8], sizes = [8]

// The four bytes of every float, in a table of 64.
// NEON-LABEL: @floats(
// NEON: %[[I:.*]] = vector.extract_strided_slice %arg1 {offsets = [0], sizes = [4]
// NEON: %[[LOW:.*]] = arith.andi %[[I]]
// NEON: %[[TIMES:.*]] = arith.muli %[[LOW]]
// NEON: %[[BYTES:.*]] = arith.addi %[[TIMES]]
// NEON: llvm.call_intrinsic "llvm.aarch64.neon.tbl4"
// NEON-COUNT-3: llvm.call_intrinsic "llvm.aarch64.neon.tbl4"
// NEON-NOT: llvm.call_intrinsic

// NONE-LABEL: @floats(
// NONE-NOT: llvm.call_intrinsic
// NONE-COUNT-15: arith.select
// NONE-NOT: arith.select
// NONE: return
func.func @floats(%table: vector<16xf32>, %i: vector<16xi32>) -> vector<16xf32> {
  %y = ecolm.lookup %table at %i : vector<16xf32>, vector<16xi32> -> vector<16xf32>
  return %y : vector<16xf32>
}

// AVX512-LABEL: @bytes(
// AVX512: %[[I:.*]] = arith.andi %arg1, %{{.*}} : vector<64xi8>
// AVX512: %[[T:.*]] = vector.shuffle %arg0, %arg0
// AVX512: llvm.call_intrinsic "llvm.x86.avx512.pshuf.b.512"(%[[T]], %[[I]])
// AVX2-LABEL: @bytes(
// AVX2-COUNT-2: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"
// NEON-LABEL: @bytes(
// NEON: arith.andi
// NEON-COUNT-4: llvm.call_intrinsic "llvm.aarch64.neon.tbl1"(%arg0, %{{.*}})
// NONE-LABEL: @bytes(
// NONE-COUNT-15: arith.select
func.func @bytes(%table: vector<16xi8>, %i: vector<64xi8>) -> vector<64xi8> {
  %y = ecolm.lookup %table at %i : vector<16xi8>, vector<64xi8> -> vector<64xi8>
  return %y : vector<64xi8>
}

// No whole registers.
// AVX512-LABEL: @odd(
// AVX512-COUNT-15: arith.select
// AVX2-LABEL: @odd(
// AVX2-COUNT-15: arith.select
func.func @odd(%table: vector<16xf32>, %i: vector<6xi32>) -> vector<6xf32> {
  %y = ecolm.lookup %table at %i : vector<16xf32>, vector<6xi32> -> vector<6xf32>
  return %y : vector<6xf32>
}

// Two halves of 128 bytes, and the eighth bit of the index, which is its sign.
// VBMI-LABEL: @digits(
// VBMI: %[[UPPER:.*]] = arith.cmpi slt, %arg1
// VBMI: %[[A:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%{{.*}}, %arg1, %{{.*}})
// VBMI: %[[B:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%{{.*}}, %arg1, %{{.*}})
// VBMI: arith.select %[[UPPER]], %[[A]], %[[B]]
// NONE-LABEL: @digits(
// NONE-COUNT-255: arith.select
func.func @digits(%table: vector<256xi8>, %i: vector<64xi8>) -> vector<64xi8> {
  %y = ecolm.lookup %table at %i : vector<256xi8>, vector<64xi8> -> vector<64xi8>
  return %y : vector<64xi8>
}
