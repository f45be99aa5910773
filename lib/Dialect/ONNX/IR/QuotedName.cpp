//===- QuotedName.cpp - A model's string in a diagnostic -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Escapes and cuts strings that a model chose.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "llvm/ADT/StringExtras.h"

namespace ecolm::onnx {

std::string escapeName(llvm::StringRef name) {
  constexpr size_t kLongest = 120;
  std::string text;
  for (unsigned char c : name.take_front(kLongest)) {
    if (c >= 0x20 && c < 0x7f)
      text.push_back(static_cast<char>(c));
    else
      text += {'\\', 'x', llvm::hexdigit(c >> 4), llvm::hexdigit(c & 15)};
  }
  if (name.size() > kLongest)
    text += "...";
  return text;
}

std::string quoteName(llvm::StringRef name) {
  return "'" + escapeName(name) + "'";
}

} // namespace ecolm::onnx
