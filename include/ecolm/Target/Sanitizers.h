//===- Sanitizers.h - Watching generated code -------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Instruments generated code for AddressSanitizer and ThreadSanitizer.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_SANITIZERS_H
#define ECOLM_TARGET_SANITIZERS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/IR/Module.h"
#include <utility>

namespace llvm {
class PassBuilder;
} // namespace llvm

namespace ecolm {

/// What watches a program while it runs.
enum class Sanitizer { None, Address, Thread };

/// The name of `sanitizer` as compiler drivers spell it in `-fsanitize=`; empty
/// for none.
llvm::StringRef getSanitizerName(Sanitizer sanitizer);

/// Marks the functions of `module`, and lets pipelines that `builder` makes
/// instrument them behind the optimizer.
void addSanitizer(llvm::Module &module, llvm::PassBuilder &builder,
                  Sanitizer sanitizer);

/// Bytes of the weight section that no weight holds: where, and how many.
using WeightGaps = llvm::ArrayRef<std::pair<uint64_t, uint64_t>>;

/// Lets `module` forbid, before anything runs, to read the gaps of the weight
/// section. For AddressSanitizer.
void poisonWeightGaps(llvm::Module &module, WeightGaps gaps);

} // namespace ecolm

#endif // ECOLM_TARGET_SANITIZERS_H
