//===- Einsum.cpp - Rule of Einsum -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers Einsum from its equation.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/Dialect/ONNX/Shapes/EinsumEquation.h"

using namespace mlir;

namespace ecolm::onnx {

LogicalResult inferEinsum(NodeInference &node) {
  unsigned count = std::max(node.getNumInputs(), 1u);
  if (failed(node.expectInputs(count, count)))
    return failure();
  SmallVector<int64_t> ranks;
  for (unsigned i = 0; i < count; ++i) {
    ranks.push_back(node.getInput(i).getRank());
    if (failed(node.expectSameType({0, i})))
      return failure();
  }
  StringRef text = node.getString("equation", "");
  std::optional<EinsumEquation> equation = parseEinsum(text, ranks);
  if (!equation)
    return node.emitError() << "Einsum equation " << quoteName(text)
                            << " does not fit its inputs";
  llvm::DenseMap<char, Dim> sizes;
  for (auto [i, term] : llvm::enumerate(equation->inputs))
    for (auto [dim, label] : llvm::zip_equal(node.getDims(i), term)) {
      auto [slot, isNew] = sizes.try_emplace(label, dim);
      if (isNew)
        continue;
      if (isEllipsisLabel(label)) {
        FailureOr<Dims> joined = node.broadcast(slot->second, dim);
        if (failed(joined))
          return failure();
        slot->second = joined->front();
        continue;
      }
      FailureOr<Dim> same =
          node.unify(slot->second, dim, "size of one letter of the equation");
      if (failed(same))
        return failure();
      slot->second = *same;
    }
  Dims result;
  for (char label : equation->output)
    result.push_back(sizes[label]);
  return node.setResult(0, node.getInput(0).elementType, result);
}

} // namespace ecolm::onnx
