//===- QuotedName.h - A model's string in a diagnostic -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Quotes strings that a model chose, so that printing them cannot move a
// terminal's cursor or flood it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_IR_QUOTEDNAME_H
#define ECOLM_DIALECT_ONNX_IR_QUOTEDNAME_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace ecolm::onnx {

/// `name` without control bytes and bytes above ASCII (written `\xNN`), cut
/// after 120 characters.
std::string escapeName(llvm::StringRef name);

/// `escapeName` in single quotes.
std::string quoteName(llvm::StringRef name);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_IR_QUOTEDNAME_H
