//===- EinsumEquation.cpp - Which dimensions Einsum joins -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the equation of Einsum.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Shapes/EinsumEquation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <map>
#include <string>

using namespace llvm;

namespace ecolm::onnx {

static constexpr StringLiteral kEllipsis = "...";

/// The labels of a term; `hidden` dimensions stand behind its ellipsis.
static std::optional<SmallVector<char>> parseTerm(StringRef term,
                                                  int64_t hidden) {
  SmallVector<char> labels;
  while (!term.empty()) {
    if (term.consume_front(kEllipsis)) {
      if (hidden < 0 || hidden > 10)
        return std::nullopt;
      for (int64_t i = hidden; i > 0; --i)
        labels.push_back('0' + (i - 1));
      hidden = -1;
      continue;
    }
    if (!isAlpha(term.front()))
      return std::nullopt;
    labels.push_back(term.front());
    term = term.drop_front();
  }
  return labels;
}

/// The output that an equation without an arrow has: what an ellipsis stands
/// for, then the letters that occur once, in their order.
static SmallVector<char> findImplicitOutput(const EinsumEquation &equation,
                                            int64_t hidden) {
  std::map<char, int> counts;
  for (const SmallVector<char> &term : equation.inputs)
    for (char label : term)
      ++counts[label];
  SmallVector<char> output;
  for (int64_t i = hidden; i > 0; --i)
    output.push_back('0' + (i - 1));
  for (auto [label, count] : counts)
    if (count == 1 && !isEllipsisLabel(label))
      output.push_back(label);
  return output;
}

std::optional<EinsumEquation> parseEinsum(StringRef text,
                                          ArrayRef<int64_t> ranks) {
  std::string tight;
  for (char c : text)
    if (c != ' ')
      tight += c;
  auto [left, right] = StringRef(tight).split("->");
  bool isExplicit = StringRef(tight).contains("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (terms.size() != ranks.size())
    return std::nullopt;
  EinsumEquation equation;
  int64_t most = 0;
  for (auto [term, rank] : llvm::zip_equal(terms, ranks)) {
    int64_t letters = llvm::count_if(term, isAlpha);
    bool hides = term.contains(kEllipsis);
    auto labels = parseTerm(term, hides ? rank - letters : 0);
    if (!labels || static_cast<int64_t>(labels->size()) != rank)
      return std::nullopt;
    most = std::max(most, hides ? rank - letters : 0);
    equation.inputs.push_back(*labels);
  }
  if (!isExplicit) {
    equation.output = findImplicitOutput(equation, most);
    return equation;
  }
  auto output = parseTerm(right, most);
  if (!output)
    return std::nullopt;
  for (auto [i, label] : llvm::enumerate(*output)) {
    bool known = llvm::any_of(equation.inputs, [&](const auto &term) {
      return llvm::is_contained(term, label);
    });
    if (!known || llvm::is_contained(ArrayRef(*output).take_front(i), label))
      return std::nullopt;
  }
  equation.output = *output;
  return equation;
}

SmallVector<char> EinsumEquation::getSummed() const {
  SmallVector<char> summed;
  for (const SmallVector<char> &term : inputs)
    for (char label : term)
      if (!llvm::is_contained(output, label) &&
          !llvm::is_contained(summed, label))
        summed.push_back(label);
  llvm::sort(summed);
  return summed;
}

} // namespace ecolm::onnx
