//===- OptimizePipeline.h - The optimize phase ------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the pipeline that fuses stages, folds scales and packs weights.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_PIPELINES_OPTIMIZEPIPELINE_H
#define ECOLM_PIPELINES_OPTIMIZEPIPELINE_H

#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace ecolm {

/// What the optimize phase needs to know of the user and the target.
struct OptimizeOptions : mlir::PassPipelineOptions<OptimizeOptions> {
  Option<MulMode> mul{
      *this, "mul", llvm::cl::desc("How quantized layers multiply"),
      llvm::cl::init(MulMode::Auto),
      llvm::cl::values(
          clEnumValN(MulMode::Auto, "auto", "what costs least"),
          clEnumValN(MulMode::Shift, "shift", "shifts and additions"),
          clEnumValN(MulMode::Exponent, "exponent", "additions to exponents"),
          clEnumValN(MulMode::Native, "native", "the target's multiplier"))};
  Option<bool> hasFPU{*this, "target-has-fpu",
                      llvm::cl::desc("The target computes with floats"),
                      llvm::cl::init(true)};
  Option<bool> hasMultiplier{*this, "target-has-multiplier",
                             llvm::cl::desc("The target multiplies integers"),
                             llvm::cl::init(true)};
  Option<bool> hasByteProducts{
      *this, "target-has-byte-products",
      llvm::cl::desc("The target has vectors that sum products of bytes"),
      llvm::cl::init(false)};
  Option<bool> hasLookups{
      *this, "target-has-lookups",
      llvm::cl::desc("The target looks numbers up in vector registers"),
      llvm::cl::init(false)};
  Option<bool> hasByteTables{
      *this, "target-has-byte-tables",
      llvm::cl::desc("The target looks bytes up in tables of 256"),
      llvm::cl::init(false)};
  Option<int64_t> cacheBytes{
      *this, "target-cache-bytes",
      llvm::cl::desc("What the target's last cache holds"),
      llvm::cl::init(kDefaultCacheBytes)};
  Option<int32_t> butterflyRegisters{
      *this, "butterfly-registers",
      llvm::cl::desc("Vectors that a butterfly keeps in registers, or 0"),
      llvm::cl::init(0)};
  Option<bool> hasMasks{
      *this, "target-has-masks",
      llvm::cl::desc("The target adds and subtracts where a mask says so"),
      llvm::cl::init(false)};
  Option<bool> multiplierFree{
      *this, "multiplier-free",
      llvm::cl::desc("Fail if the quantized path multiplies or divides"),
      llvm::cl::init(false)};
  Option<int32_t> lanes{
      *this, "lanes",
      llvm::cl::desc("Outputs that a kernel computes side by side"),
      llvm::cl::init(16)};
  Option<std::string> packing{
      *this, "packing", llvm::cl::desc("Format of packed weights, or auto"),
      llvm::cl::init("auto")};
};

/// Appends the optimize phase: recognized ecolm to fused, folded and packed.
void buildOptimizePipeline(mlir::OpPassManager &manager,
                           const OptimizeOptions &options);

/// Registers `ecolm-optimize-pipeline`.
void registerOptimizePipeline();

} // namespace ecolm

#endif // ECOLM_PIPELINES_OPTIMIZEPIPELINE_H
