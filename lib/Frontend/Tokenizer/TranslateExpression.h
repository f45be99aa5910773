//===- TranslateExpression.h - Oniguruma's expressions in PCRE2's words --*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// tokenizers matches with Oniguruma, programs with PCRE2.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_TOKENIZER_TRANSLATEEXPRESSION_H
#define ECOLM_LIB_FRONTEND_TOKENIZER_TRANSLATEEXPRESSION_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace ecolm {

/// A pattern for PCRE2 (UTF, UCP, MULTILINE) that matches what `pattern`
/// matches in Oniguruma. Refuses what the two read differently and this does
/// not know how to write.
llvm::Expected<std::string> translateExpression(llvm::StringRef pattern);

/// A pattern that matches `text` and nothing else.
std::string quoteExpression(llvm::StringRef text);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_TOKENIZER_TRANSLATEEXPRESSION_H
