//===- FactorMatrices.cpp - Butterflies by numbers ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Replaces products with constant matrices that are butterflies.
//
//===----------------------------------------------------------------------===//

#include "ButterflyFactorization.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include "llvm/Support/FormatVariadic.h"

namespace ecolm {
#define GEN_PASS_DEF_FACTORMATRICES
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Errors up to this are worth telling, whatever the user tolerates.
static constexpr double kNotedError = 1e-3;

/// The permutation, with a scale for every output, that `matrix` is.
static std::optional<FactorChain> factorPermutation(const DenseMatrix &matrix) {
  if (matrix.numOutputs != matrix.numInputs || matrix.numInputs < 2)
    return std::nullopt;
  FactorChain chain;
  std::vector<bool> isTaken(matrix.numInputs);
  bool isScaled = false;
  for (int64_t row = 0; row < matrix.numOutputs; ++row) {
    int64_t only = -1;
    for (int64_t column = 0; column < matrix.numInputs; ++column) {
      if (matrix.get(row, column) == 0)
        continue;
      if (only >= 0)
        return std::nullopt;
      only = column;
    }
    if (only < 0 || isTaken[only])
      return std::nullopt;
    isTaken[only] = true;
    chain.permutation.push_back(only);
    chain.scale.push_back(matrix.get(row, only));
    isScaled |= chain.scale.back() != 1;
  }
  if (!isScaled)
    chain.scale.clear();
  return chain;
}

/// Bits that the compiler stores a weight of `matrix` in at least.
static int64_t countBits(const DenseMatrix &matrix) {
  double magnitude = 0;
  for (int64_t i = 0; i < matrix.elements.size(); ++i) {
    double value = std::fabs(matrix.elements.getDouble(i));
    if (value != 0 && magnitude != 0 && value != magnitude)
      return 32;
    magnitude = std::max(magnitude, value);
  }
  return 2;
}

/// True if `chain` takes fewer products and fewer bytes than `matrix`.
static bool pays(const FactorChain &chain, const DenseMatrix &matrix) {
  int64_t bits = 0;
  for (const ChainFactor &factor : chain.factors)
    bits += factor.values.size() * (factor.isTernary() ? 2 : 32);
  int64_t size = matrix.elements.size();
  return chain.countValues() < size && bits < size * countBits(matrix);
}

namespace {
struct FactorMatrices final : ecolm::impl::FactorMatricesBase<FactorMatrices> {
  using Base::Base;

  void runOnOperation() override {
    GraphRewriter rewriter(getOperation());
    RecognitionNotes notes(getOperation(), "butterfly matrix");
    getOperation().walk([&](onnx::NodeOp node) {
      if (std::optional<DenseMatrix> matrix = getDenseMatrix(node))
        visit(node, *matrix, rewriter, notes);
    });
    eraseUnusedNodes(getOperation());
  }

  void visit(onnx::NodeOp node, const DenseMatrix &matrix,
             GraphRewriter &rewriter, RecognitionNotes &notes) {
    StringRef name = getConstantName(node.getInputs()[1]);
    if (auto permutation = factorPermutation(matrix)) {
      notes.found(name,
                  "a permutation of " + Twine(matrix.numInputs) + " features");
      replaceProduct(node, *permutation, rewriter);
      ++numFactored;
      return;
    }
    auto found =
        factorButterfly(matrix, node.getInputs()[0], tolerance,
                        /*limit=*/std::max<double>(tolerance, kNotedError));
    // A single factor is a matrix of blocks.
    if (!found || found->chain.countMixing() < 2)
      return;
    found->chain.separatePowers();
    std::string text =
        found->chain.describe() +
        llvm::formatv(", relative error {0:E1}", found->error).str();
    if (!pays(found->chain, matrix))
      return notes.almost(node.getLoc(), name,
                          text + "; the dense product costs less");
    if (found->error > tolerance)
      return notes.almost(
          node.getLoc(), name,
          text + "; --factor-matrices=" +
              llvm::formatv("{0:E1}", 1.1 * found->error).str() + " takes it");
    notes.found(name, text + "; sums in the order of the factors");
    replaceProduct(node, found->chain, rewriter);
    ++numFactored;
  }
};
} // namespace
