//===- WeightPacker.h - Streams weights into their layout -------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rewrites a weight from the bytes of the model file to the bytes that a kernel
// reads, a megabyte at a time: the packed tensor never exists in memory.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_WEIGHTPACKER_H
#define ECOLM_SUPPORT_WEIGHTPACKER_H

#include "ecolm/Support/WeightFormat.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace ecolm {

/// No chunk that packWeight gives to its sink is larger than this.
inline constexpr size_t kMaxPackedChunk = size_t(1) << 20;

/// Bytes of the source of `weight`.
uint64_t getSourceSize(const WeightDescription &weight);

/// Bytes of `weight` once packed.
uint64_t getPackedSize(const WeightDescription &weight);

/// Fails, saying why, unless `weight` can be packed from `source`.
llvm::Error checkWeightSource(const WeightDescription &weight,
                              llvm::ArrayRef<char> source);

/// Gives the packed bytes of `weight` to `sink`, in order and in chunks. Fails,
/// saying why, if the formats do not go together, `source` has another size
/// than getSourceSize, or it holds a code that its format does not have; the
/// chunks given so far are then worthless.
llvm::Error packWeight(const WeightDescription &weight,
                       llvm::ArrayRef<char> source,
                       llvm::function_ref<void(llvm::ArrayRef<char>)> sink);

/// Gives the codes of `weight` in row-major order of the tensor (that is, not
/// transposed) to `visit`, in chunks, straight from the source's bytes.
llvm::Error
readWeightCodes(const WeightDescription &weight, llvm::ArrayRef<char> source,
                llvm::function_ref<void(llvm::ArrayRef<int8_t>)> visit);

/// The inverse of packWeight: codes (one byte each) or plain elements in
/// row-major order of the tensor, padding dropped.
llvm::Expected<std::vector<char>> unpackWeight(const WeightDescription &weight,
                                               llvm::ArrayRef<char> packed);

} // namespace ecolm

#endif // ECOLM_SUPPORT_WEIGHTPACKER_H
