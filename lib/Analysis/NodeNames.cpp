//===- NodeNames.cpp - What users call operations -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads names off locations, and formats off types.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/NodeNames.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace ecolm;

std::string ecolm::getNameInModel(Operation *op) {
  auto name = op->getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().str() : "";
}

std::string ecolm::getChainName(StringRef begin, StringRef end) {
  if (begin == end)
    return end.str();
  size_t common = 0;
  while (common < std::min(begin.size(), end.size()) &&
         begin[common] == end[common])
    ++common;
  // One may be what the other one is part of.
  StringRef shorter = begin.size() < end.size() ? begin : end;
  StringRef longer = begin.size() < end.size() ? end : begin;
  if (common == shorter.size() && StringRef("./").contains(longer[common]))
    return shorter.str();
  size_t stop = begin.take_front(common).find_last_of("./");
  return (stop == StringRef::npos ? end : begin.take_front(stop)).str();
}

std::string ecolm::describeFormat(Type element) {
  if (isa<TernaryType>(element))
    return "ternary";
  if (auto pot = dyn_cast<PotType>(element))
    return llvm::formatv("pot[{0}, {1}]", pot.getMin(), pot.getMax()).str();
  std::string text;
  llvm::raw_string_ostream(text) << element;
  return text;
}
