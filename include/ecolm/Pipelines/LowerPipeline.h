//===- LowerPipeline.h - The lower phase ------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the pipeline from optimized ecolm to the LLVM dialect.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_PIPELINES_LOWERPIPELINE_H
#define ECOLM_PIPELINES_LOWERPIPELINE_H

#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Target/CPU/ByteProducts.h"
#include "ecolm/Target/CPU/Lookups.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace ecolm {

/// What the lower phase needs to know of the target.
struct LowerOptions : mlir::PassPipelineOptions<LowerOptions> {
  Option<bool> fpu{
      *this, "fpu",
      llvm::cl::desc("The target computes with floats in hardware"),
      llvm::cl::init(true)};
  Option<ByteProducts> byteProducts{
      *this, "byte-products",
      llvm::cl::desc("What sums products of bytes on the target"),
      llvm::cl::init(ByteProducts::Widened),
      llvm::cl::values(clEnumValN(ByteProducts::None, "none", "as widened"),
                       clEnumValN(ByteProducts::Widened, "widened",
                                  "vectors of wider integers"),
                       clEnumValN(ByteProducts::NEON, "neon", "SMULL"),
                       clEnumValN(ByteProducts::SDOT, "sdot", "SDOT"),
                       clEnumValN(ByteProducts::USDOT, "usdot", "USDOT"),
                       clEnumValN(ByteProducts::AVX2, "avx2", "VPMADDUBSW"),
                       clEnumValN(ByteProducts::VNNI, "vnni", "VPDPBUSD"))};
  Option<Lookups> lookups{
      *this, "lookups", llvm::cl::desc("What looks numbers up on the target"),
      llvm::cl::init(Lookups::None),
      llvm::cl::values(
          clEnumValN(Lookups::None, "none", "selections"),
          clEnumValN(Lookups::NEON, "neon", "TBL"),
          clEnumValN(Lookups::AVX2, "avx2", "VPERMPS and VPSHUFB on 256 bits"),
          clEnumValN(Lookups::AVX512, "avx512",
                     "VPERMPS and VPSHUFB on 512 bits"),
          clEnumValN(Lookups::AVX512VBMI, "avx512vbmi",
                     "as avx512, and VPERMI2B"))};
  Option<bool> fma{
      *this, "fma",
      llvm::cl::desc("The target multiplies and adds in one instruction"),
      llvm::cl::init(false)};
  Option<int64_t> sums{
      *this, "sums",
      llvm::cl::desc("Vectors of 16 sums that the target's registers hold"),
      llvm::cl::init(4)};
  Option<bool> lowerMasks{
      *this, "lower-masks",
      llvm::cl::desc("The target's masks are vectors, and LLVM makes none of "
                     "the bits of a word"),
      llvm::cl::init(false)};
  Option<int64_t> rows{
      *this, "rows",
      llvm::cl::desc("Rows of bytes whose sums the target's registers hold"),
      llvm::cl::init(8)};
  Option<bool> multiplierFree{
      *this, "multiplier-free",
      llvm::cl::desc("Fail if a quantized layer multiplies or divides"),
      llvm::cl::init(false)};
  Option<bool> incremental{
      *this, "incremental",
      llvm::cl::desc("The model is a causal language model: evaluate it piece "
                     "by piece, with a key/value cache"),
      llvm::cl::init(false)};
  Option<CacheType> cacheType{
      *this, "cache", llvm::cl::desc("What that cache holds"),
      llvm::cl::init(CacheType::F32),
      llvm::cl::values(clEnumValN(CacheType::F32, "f32", "floats"),
                       clEnumValN(CacheType::F16, "f16", "halves"),
                       clEnumValN(CacheType::I8, "int8",
                                  "bytes with a scale for each head"))};
  Option<int64_t> maxChunk{
      *this, "max-chunk",
      llvm::cl::desc("Largest number of tokens that one call evaluates"),
      llvm::cl::init(64)};
  Option<bool> describeLayers{
      *this, "describe-layers",
      llvm::cl::desc("Remember the layers, their kernels and costs"),
      llvm::cl::init(false)};
  Option<bool> countZeros{*this, "count-zeros",
                          llvm::cl::desc("Count the zeros of weights for that"),
                          llvm::cl::init(false)};
  Option<bool> timeLayers{
      *this, "time-layers",
      llvm::cl::desc("Let the model measure the time of its layers"),
      llvm::cl::init(false)};
  Option<int64_t> vectorBits{*this, "vector-bits",
                             llvm::cl::desc("Bits of the target's vectors"),
                             llvm::cl::init(512)};
  Option<uint64_t> maxOperations{
      *this, "max-operations",
      llvm::cl::desc("Largest cost of the module in operations; 0 for any"),
      llvm::cl::init(0)};
  Option<bool> guard{
      *this, "guard",
      llvm::cl::desc("Keep weights and buffers apart, so that a sanitizer sees "
                     "what leaves one for the next"),
      llvm::cl::init(false)};
};

/// Appends the lower phase: `ecolm` and `linalg` on tensors to the LLVM
/// dialect.
void buildLowerPipeline(mlir::OpPassManager &manager,
                        const LowerOptions &options);

/// Registers `ecolm-lower-pipeline`.
void registerLowerPipeline();

} // namespace ecolm

#endif // ECOLM_PIPELINES_LOWERPIPELINE_H
