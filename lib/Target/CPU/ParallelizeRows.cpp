//===- ParallelizeRows.cpp - Rows of elementwise operations ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives the threads of the pool the rows of operations that the entry function
// computes besides its kernels.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"

namespace ecolm {
#define GEN_PASS_DEF_PARALLELIZEROWS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// The product of `a` and `b`, or the largest number.
static int64_t multiply(int64_t a, int64_t b) {
  return llvm::SaturatingMultiply<uint64_t>(a, b) > INT64_MAX ? INT64_MAX
                                                              : a * b;
}

/// The loop of `op` over its rows: the outermost that has more than one turn.
/// None if its turns depend on each other, or are too little for a thread.
static std::optional<unsigned> findRows(linalg::LinalgOp op, int64_t minRow,
                                        int64_t minElements) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  auto *rows = llvm::find_if(ranges, [](int64_t range) { return range != 1; });
  if (rows == ranges.end())
    return std::nullopt;
  unsigned loop = rows - ranges.begin();
  if (op.getIteratorTypesArray()[loop] != utils::IteratorType::parallel)
    return std::nullopt;
  int64_t row = 1;
  for (int64_t range : ArrayRef<int64_t>(ranges).drop_front(loop + 1))
    row = ShapedType::isDynamic(range) ? row : multiply(row, range);
  bool isLarge =
      ShapedType::isDynamic(*rows) || multiply(row, *rows) >= minElements;
  return row >= minRow && isLarge ? std::optional(loop) : std::nullopt;
}

/// Whether `op` ends the entry function: a check, which a thread cannot.
static bool hasCheck(Operation *op) {
  return op->walk([](cf::AssertOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

namespace {
struct ParallelizeRowsPass final
    : ecolm::impl::ParallelizeRowsBase<ParallelizeRowsPass> {
  using Base::Base;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal())
      return;
    IRRewriter rewriter(&getContext());
    for (auto op : llvm::to_vector(main.getOps<linalg::LinalgOp>())) {
      auto rows = findRows(op, minRow, minElements);
      if (!rows || !op.hasPureBufferSemantics() || hasCheck(op))
        continue;
      SmallVector<OpFoldResult> sizes(*rows + 1, rewriter.getIndexAttr(0));
      sizes.back() = rewriter.getIndexAttr(1);
      scf::SCFTilingOptions options;
      options.setTileSizes(sizes);
      options.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp);
      rewriter.setInsertionPoint(op);
      if (failed(scf::tileUsingSCF(
              rewriter, cast<TilingInterface>(op.getOperation()), options)))
        continue;
      rewriter.eraseOp(op);
      ++numParallel;
    }
  }
};
} // namespace
