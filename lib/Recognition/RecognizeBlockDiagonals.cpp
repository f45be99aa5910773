//===- RecognizeBlockDiagonals.cpp - Blocks of constant matrices ----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Replaces products with block-diagonal matrices by products with the blocks.
//
//===----------------------------------------------------------------------===//

#include "DenseMatrix.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include <numeric>

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZEBLOCKDIAGONALS
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// The columns of the first and the last element of every row that is not 0;
/// -1 for rows of zeros. None where a row is too long for the smaller of two
/// blocks: of a dense matrix only the first row is read.
static SmallVector<std::pair<int64_t, int64_t>>
findSpans(const DenseMatrix &matrix) {
  SmallVector<std::pair<int64_t, int64_t>> spans(matrix.numOutputs, {-1, -1});
  for (int64_t row = 0; row < matrix.numOutputs; ++row) {
    auto isZero = [&](int64_t column) { return matrix.get(row, column) == 0; };
    int64_t first = 0, last = matrix.numInputs - 1;
    while (first <= last && isZero(first))
      ++first;
    while (last > first && isZero(last))
      --last;
    if (2 * (last - first + 1) > matrix.numInputs)
      return {};
    if (first <= last)
      spans[row] = {first, last};
  }
  return spans;
}

/// The most blocks that `matrix` has along its diagonal: 1 if it is dense, or
/// nothing but zeros.
///
///     x x . . . .
///     . x . . . .    3 blocks of 2 x 2
///     . . x x . .
///     . . x . . .
///     . . . . x .
///     . . . . x x
static int64_t countBlocks(const DenseMatrix &matrix) {
  auto spans = findSpans(matrix);
  if (llvm::all_of(spans, [](auto span) { return span.first < 0; }))
    return 1;
  int64_t count = std::gcd(matrix.numOutputs, matrix.numInputs);
  auto isOutside = [&](auto row) {
    auto [first, last] = row.value();
    int64_t block = row.index() / (matrix.numOutputs / count);
    int64_t size = matrix.numInputs / count;
    return first >= 0 && (first / size != block || last / size != block);
  };
  while (count > 1 && (matrix.numOutputs % count || matrix.numInputs % count ||
                       llvm::any_of(llvm::enumerate(spans), isOutside)))
    --count;
  return count;
}

/// The blocks of `matrix` as a factor.
static ChainFactor readBlocks(const DenseMatrix &matrix, int64_t count) {
  ChainFactor factor;
  factor.a = count;
  factor.b = matrix.numOutputs / count;
  factor.c = matrix.numInputs / count;
  for (int64_t row = 0; row < matrix.numOutputs; ++row)
    for (int64_t i = 0; i < factor.c; ++i)
      factor.values.push_back(matrix.get(row, row / factor.b * factor.c + i));
  return factor;
}

namespace {
struct RecognizeBlockDiagonals final
    : ecolm::impl::RecognizeBlockDiagonalsBase<RecognizeBlockDiagonals> {
  using Base::Base;

  void runOnOperation() override {
    GraphRewriter rewriter(getOperation());
    RecognitionNotes notes(getOperation(), "block-diagonal matrix");
    getOperation().walk([&](onnx::NodeOp node) {
      std::optional<DenseMatrix> matrix = getDenseMatrix(node);
      int64_t count = matrix ? countBlocks(*matrix) : 1;
      if (count == 1)
        return;
      FactorChain chain;
      chain.factors.push_back(readBlocks(*matrix, count));
      const ChainFactor &factor = chain.factors.front();
      notes.found(getConstantName(node.getInputs()[1]),
                  Twine(count) + " blocks of " + Twine(factor.b) + " x " +
                      Twine(factor.c) + " in " + Twine(matrix->numOutputs) +
                      " x " + Twine(matrix->numInputs) +
                      "; the same sums without their zeros");
      replaceProduct(node, chain, rewriter);
      ++numFound;
    });
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
