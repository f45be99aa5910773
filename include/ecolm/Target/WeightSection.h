//===- WeightSection.h - The weight section ---------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Streams the weights of a module into a relocatable ELF file.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_WEIGHTSECTION_H
#define ECOLM_TARGET_WEIGHTSECTION_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Triple.h"
#include <array>
#include <functional>
#include <utility>
#include <vector>

namespace ecolm {

/// What was written.
struct WeightSectionInfo {
  uint64_t bytes = 0;
  std::array<uint8_t, 32> sha256 = {};
  /// What lies between and behind weights: where, and how many bytes.
  std::vector<std::pair<uint64_t, uint64_t>> gaps;
};

/// Writes the weights of `module`, whose places `ecolm-place-weights` has set,
/// as an object file for `triple`, with the ELF flags `flags` where it is one,
/// that defines `ecolm_weights`. Bytes flow from
/// each weight's resource through the packer to `out`; no more than one chunk
/// is in memory. `release` is called with a resource's bytes when they are no
/// longer needed, `progress` with the bytes written so far and in all.
mlir::FailureOr<WeightSectionInfo>
writeWeightSection(mlir::ModuleOp module, const llvm::Triple &triple,
                   uint32_t flags, llvm::raw_ostream &out,
                   std::function<void(llvm::ArrayRef<char>)> release = {},
                   std::function<void(uint64_t, uint64_t)> progress = {});

/// Bytes of the weight section of `module`.
uint64_t getWeightSectionSize(mlir::ModuleOp module);

} // namespace ecolm

#endif // ECOLM_TARGET_WEIGHTSECTION_H
