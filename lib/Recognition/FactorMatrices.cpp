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

/// The constant matrix of `node`, a product with one.
static std::optional<DenseMatrix> getMatrix(onnx::NodeOp node) {
  bool isGemm = node.isStandard("Gemm");
  if (!isGemm && !node.isStandard("MatMul"))
    return std::nullopt;
  if (isGemm &&
      (getInt(node, "transA", 0) || getFloat(node, "alpha", 1.0) != 1.0 ||
       getFloat(node, "beta", 1.0) != 1.0))
    return std::nullopt;
  Value weights = node.getInputs()[1];
  auto type = dyn_cast<RankedTensorType>(weights.getType());
  auto inputType = dyn_cast<RankedTensorType>(node.getInputs()[0].getType());
  ElementsAttr elements = getConstant(weights);
  if (!elements || !type || type.getRank() != 2 ||
      !type.getElementType().isF32() || !inputType || inputType.getRank() < 1 ||
      inputType.getShape().back() !=
          type.getDimSize(isGemm && getInt(node, "transB", 0) ? 1 : 0))
    return std::nullopt;
  auto reader = onnx::ElementsReader::get(elements);
  if (!reader || reader->size() == 0)
    return std::nullopt;
  bool outputsFirst = isGemm && getInt(node, "transB", 0);
  return DenseMatrix{*reader, type.getDimSize(outputsFirst ? 0 : 1),
                     type.getDimSize(outputsFirst ? 1 : 0), !outputsFirst};
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

/// Writes `chain` in the place of `node`, with the bias of a Gemm.
static void replaceProduct(onnx::NodeOp node, const FactorChain &chain,
                           GraphRewriter &rewriter) {
  rewriter.setInsertionPoint(node);
  Value result = createChain(rewriter, node.getLoc(), getNodeName(node),
                             node.getInputs()[0], chain);
  if (Value bias = node.getPresentInput(2))
    result = rewriter.createNode(node.getLoc(), "Add", {result, bias},
                                 result.getType(), {}, /*like=*/result);
  rewriter.replaceAllUsesWith(node.getResult(0), result);
}

namespace {
struct FactorMatrices final : ecolm::impl::FactorMatricesBase<FactorMatrices> {
  using Base::Base;

  void runOnOperation() override {
    GraphRewriter rewriter(getOperation());
    RecognitionNotes notes(getOperation(), "butterfly matrix");
    getOperation().walk([&](onnx::NodeOp node) {
      if (std::optional<DenseMatrix> matrix = getMatrix(node))
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
    auto found = factorButterfly(matrix, node.getInputs()[0],
                                 std::max<double>(tolerance, kNotedError));
    if (!found)
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
