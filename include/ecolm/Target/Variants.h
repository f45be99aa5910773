//===- Variants.h - Code for several processors -----------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares how code for several processors shares one program.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_VARIANTS_H
#define ECOLM_TARGET_VARIANTS_H

#include "llvm/IR/Module.h"

namespace ecolm {

/// Gives the definitions of `code`, the variant `index` of several, names of
/// their own, and hides them.
void separateVariant(llvm::Module &code, unsigned index);

/// Gives `first`, which is separate and holds the descriptor, the function that
/// programs call: it calls that of the best of `count` variants, which
/// `ecolm_choose_variant` chooses once.
void addDispatcher(llvm::Module &first, unsigned count);

} // namespace ecolm

#endif // ECOLM_TARGET_VARIANTS_H
