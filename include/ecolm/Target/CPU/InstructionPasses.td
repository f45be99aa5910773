//===- InstructionPasses.td - Instructions of a CPU --------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that make a target's instructions of steps of kernels.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_CPU_INSTRUCTIONPASSES
#define ECOLM_TARGET_CPU_INSTRUCTIONPASSES

include "mlir/Pass/PassBase.td"

def LowerDots : Pass<"ecolm-lower-dots"> {
  let summary = "make instructions of sums of products of bytes";
  let description = [{
    Replaces every `ecolm.dot` by what `instructions` names:

    - `vnni`: one VPDPBUSD for every term (AVX-512);
    - `avx2`: VPMADDUBSW for every term, sums of terms in 16 bits as far as the
      bound of the codes allows, and one VPMADDWD for each such sum;
    - `usdot`, `sdot`: one USDOT or SDOT for every term (AArch64); codes beyond
      127 have no sign, so SDOT multiplies them less 128, and adds 128 times
      the values;
    - `neon`: two SMULL for every term, and an ADDP and a SADALP for each sum in
      16 bits;
    - `widened`: products and sums of vectors of i16, for any target, and of i32
      for codes beyond 127.

    All give the same bits. Vectors of other lengths than the instructions have
    become pieces of that length, or `widened` where they are no multiple.

    Precondition: none. Postcondition: no `ecolm.dot` is left.

    ```mlir
    %y = ecolm.dot %s + (%w) * (%x) bound 2 : vector<16xi32>, vector<64xi8>
    ```
    ==>
    ```mlir
    %y = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%s, %w, %x) : ...
    ```
  }];
  let options = [
    Option<"instructions", "instructions", "::ecolm::ByteProducts",
           "::ecolm::ByteProducts::Widened", "What sums products of bytes",
           [{::llvm::cl::values(
             clEnumValN(::ecolm::ByteProducts::None, "none", "as widened"),
             clEnumValN(::ecolm::ByteProducts::Widened, "widened",
                        "vectors of wider integers"),
             clEnumValN(::ecolm::ByteProducts::NEON, "neon", "SMULL"),
             clEnumValN(::ecolm::ByteProducts::SDOT, "sdot", "SDOT"),
             clEnumValN(::ecolm::ByteProducts::USDOT, "usdot", "USDOT"),
             clEnumValN(::ecolm::ByteProducts::AVX2, "avx2", "VPMADDUBSW"),
             clEnumValN(::ecolm::ByteProducts::VNNI, "vnni", "VPDPBUSD"))}]>
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::vector::VectorDialect"];
}

def LowerLookups : Pass<"ecolm-lower-lookups"> {
  let summary = "make instructions of look-ups in tables";
  let description = [{
    Replaces every `ecolm.lookup` by what `instructions` names:

    - `avx512vbmi`: as `avx512`, and two VPERMI2B and a selection for 64 bytes
      from a table of 256;
    - `avx512`: VPERMPS for 16 floats, VPSHUFB for 64 bytes;
    - `avx2`: two VPERMPS and a selection for 8 floats, VPSHUFB for 32 bytes;
    - `neon`: TBL with a table of 64 bytes for 4 floats, of 16 for 16 bytes;
    - `none`: selections by the bits of the index, for any target and table.

    Vectors of other lengths than the instructions have become pieces of that
    length, or `none` where they are no multiple.

    Precondition: none. Postcondition: no `ecolm.lookup` is left.

    ```mlir
    %w = ecolm.lookup %table at %words : vector<16xf32>, vector<16xi32> -> vector<16xf32>
    ```
    ==>
    ```mlir
    %w = llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"(%table, %words) : ...
    ```
  }];
  let options = [
    Option<"instructions", "instructions", "::ecolm::Lookups",
           "::ecolm::Lookups::None", "What looks numbers up",
           [{::llvm::cl::values(
             clEnumValN(::ecolm::Lookups::None, "none", "selections"),
             clEnumValN(::ecolm::Lookups::NEON, "neon", "TBL"),
             clEnumValN(::ecolm::Lookups::AVX2, "avx2",
                        "VPERMPS and VPSHUFB on 256 bits"),
             clEnumValN(::ecolm::Lookups::AVX512, "avx512",
                        "VPERMPS and VPSHUFB on 512 bits"),
             clEnumValN(::ecolm::Lookups::AVX512VBMI, "avx512vbmi",
                        "as avx512, and VPERMI2B"))}]>
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::vector::VectorDialect"];
}

def LowerMasks : Pass<"ecolm-lower-masks"> {
  let summary = "compare the bits of a word for masks that are vectors";
  let description = [{
    Makes a comparison of every `vector.bitcast` from one word to as many lanes of
    i1 as the word has bits: the word, in all lanes, has the bit of the lane or
    not. Lanes are as wide as what the mask chooses among. Targets with registers
    for masks load the word into one; of others LLVM knows this only for x86.

    Precondition: none. Postcondition: no such `vector.bitcast` is left.

    ```mlir
    %m = vector.bitcast %w : vector<1xi16> to vector<16xi1>
    ```
    ==>
    ```mlir
    %a = vector.broadcast %bits : i32 to vector<16xi32>
    %b = arith.andi %a, %own : vector<16xi32>
    %m = arith.cmpi ne, %b, %zero : vector<16xi32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::vector::VectorDialect"];
}

def ExpandArithmetic : Pass<"ecolm-expand-arithmetic", "::mlir::ModuleOp"> {
  let summary = "expand divisions that round, minima of floats, and bf16";
  let description = [{
    What `arith-expand` does, conversions of f32 to and from bf16 included, for which
    LLVM may call functions, but for minima and maxima of integers, which LLVM has
    as operations: models compute their sizes with them, one from the other, and a
    chain of comparisons and selections takes LLVM long to look through.

    Precondition: none. Postcondition: no division of `arith` rounds up or down,
    no minimum or maximum of `arith` is one of floats, and no conversion is one
    of f32 to or from bf16.

    ```mlir
    %c = arith.ceildivui %a, %b : index
    ```
    ==>
    ```mlir
    %less = arith.subi %a, %one : index
    %quotient = arith.divui %less, %b : index
    %more = arith.addi %quotient, %one : index
    %c = arith.select %isZero, %zero, %more : index
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ExpandFloatFunctions : Pass<"ecolm-expand-float-functions"> {
  let summary = "compute what a C library has for floats in integers";
  let description = [{
    Makes integer arithmetic of square roots of f32, correctly rounded, sums of
    `math.roundeven` of f32, and scalars of reductions of vectors. What a machine
    without floating-point unit then calls is sums, products, quotients,
    comparisons and conversions, which compilers bring along (libgcc,
    compiler-rt), and nothing of a C library.

    Precondition: none. Postcondition: no `math.sqrt` and no `math.roundeven` of
    f32 and no `vector.reduction` of up to 64 elements is left.

    ```mlir
    %y = math.roundeven %x : f32
    ```
    ==>
    ```mlir
    %s = arith.addf %magnitude, %two23 : f32
    %r = arith.subf %s, %two23 : f32
    ...
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"];
}

#endif // ECOLM_TARGET_CPU_INSTRUCTIONPASSES
