//===- EcoLMCanonicalization.cpp - Canonicalization patterns --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Merges operations of a kind that follow each other, where the result keeps
// every bit.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/WeightOrder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Permutations
//===----------------------------------------------------------------------===//

/// permute(permute(x, p), q)  ==>  permute(x, p[q])
static LogicalResult mergePermutations(PermuteOp op,
                                       PatternRewriter &rewriter) {
  auto inner = op.getInput().getDefiningOp<PermuteOp>();
  if (!inner)
    return rewriter.notifyMatchFailure(op, "input is not permuted");
  SmallVector<int64_t> first = inner.getPermutation();
  SmallVector<int64_t> merged = llvm::map_to_vector(
      op.getPermutation(), [&](int64_t index) { return first[index]; });
  rewriter.modifyOpInPlace(op, [&] {
    op.getInputMutable().assign(inner.getInput());
    op.setBitReversal(false);
    op.setIndices(merged);
  });
  return success();
}

void PermuteOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                            MLIRContext *context) {
  results.add(mergePermutations);
}

//===----------------------------------------------------------------------===//
// Shifts
//===----------------------------------------------------------------------===//

/// shift x by [3, 3, 3]  ==>  shift x by [3]
static LogicalResult shortenUniformShift(ShiftOp op,
                                         PatternRewriter &rewriter) {
  if (op.getExponents().size() == 1 || !llvm::all_equal(op.getExponents()))
    return rewriter.notifyMatchFailure(op, "exponents differ");
  rewriter.modifyOpInPlace(op, [&] {
    op.setExponents(SmallVector<int32_t>{op.getExponents().front()});
  });
  return success();
}

/// Whether shifting an integer of `width` bits by `first` and then by `second`
/// is one shift. Left shifts drop the same bits, and floor(floor(x / a) / b) is
/// floor(x / ab); a left shift after a right one, or the reverse, loses bits.
static bool mergesExactly(int32_t first, int32_t second, int32_t width,
                          bool bothFloor) {
  if (std::abs(first + second) >= width)
    return false;
  if (first >= 0 && second >= 0)
    return true;
  return first <= 0 && second <= 0 && bothFloor;
}

/// Whether `value` is made of integers of at most 32 bits: 0, or magnitudes
/// between 1 and 2^31 of at most 24 significant bits.
static bool isConvertedInteger(Value value) {
  auto convert = value.getDefiningOp<arith::SIToFPOp>();
  return convert &&
         getElementTypeOrSelf(convert.getIn()).getIntOrFloatBitWidth() <= 32;
}

/// Whether multiplying converted integers by 2^exponent is exact: the smallest
/// stays normal (1 * 2^-126) and the largest finite (2^31 * 2^96 = 2^127).
static bool scalesExactly(int32_t exponent) {
  return exponent >= -126 && exponent <= 96;
}

/// shift(shift(x, a), b)  ==>  shift(x, a + b), where it is exact
static LogicalResult mergeShifts(ShiftOp op, PatternRewriter &rewriter) {
  auto inner = op.getInput().getDefiningOp<ShiftOp>();
  if (!inner || inner.getArithmetic() != op.getArithmetic())
    return rewriter.notifyMatchFailure(op, "no shift of the same arithmetic");

  Type element = op.getType().getElementType();
  if (element.isF32() && !isConvertedInteger(inner.getInput()))
    return rewriter.notifyMatchFailure(op, "the range of the input is unknown");
  bool bothFloor = op.getRounding() == ShiftRounding::Floor &&
                   inner.getRounding() == ShiftRounding::Floor;

  ArrayRef<int32_t> first = inner.getExponents(), second = op.getExponents();
  SmallVector<int32_t> merged(std::max(first.size(), second.size()));
  for (size_t i = 0, e = merged.size(); i < e; ++i) {
    int32_t a = first.size() == 1 ? first[0] : first[i];
    int32_t b = second.size() == 1 ? second[0] : second[i];
    merged[i] = a + b;
    bool exact =
        element.isF32()
            ? scalesExactly(a) && scalesExactly(a + b)
            : mergesExactly(a, b, element.getIntOrFloatBitWidth(), bothFloor);
    if (!exact)
      return rewriter.notifyMatchFailure(op, "one shift would not be exact");
  }
  rewriter.modifyOpInPlace(op, [&] {
    op.getInputMutable().assign(inner.getInput());
    op.setExponents(merged);
  });
  return success();
}

void ShiftOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                          MLIRContext *context) {
  results.add(shortenUniformShift);
  results.add(mergeShifts);
}

//===----------------------------------------------------------------------===//
// Butterflies
//===----------------------------------------------------------------------===//

/// Inputs and outputs of a factor of rank 4.
static FactorShape getFlatFactor(Value factor) {
  ArrayRef<int64_t> shape = cast<ShapedType>(factor.getType()).getShape();
  return FactorShape{1, shape[0], shape[1], shape[2], shape[3]};
}

/// butterfly(butterfly(x, f...), g...)  ==>  butterfly(x, f..., g...)
///
/// Both add in the same order and into the same element type. A cut or pad
/// between them has no place in one butterfly, and stacks would mix.
static LogicalResult mergeButterflies(ButterflyOp op,
                                      PatternRewriter &rewriter) {
  auto inner = op.getInput().getDefiningOp<ButterflyOp>();
  if (!inner || !inner->hasOneUse())
    return rewriter.notifyMatchFailure(op, "no butterfly of a single use");
  if (inner.getArithmetic() != op.getArithmetic() ||
      inner.getType().getElementType() != op.getType().getElementType())
    return rewriter.notifyMatchFailure(op, "arithmetic or elements differ");
  auto isStacked = [](Value factor) {
    return cast<ShapedType>(factor.getType()).getRank() == 5;
  };
  if (llvm::any_of(inner.getFactors(), isStacked) ||
      llvm::any_of(op.getFactors(), isStacked))
    return rewriter.notifyMatchFailure(op, "stacks do not compose");
  int64_t size = inner.getType().getShape().back();
  if (getFlatFactor(inner.getFactors().back()).getNumOutputs() != size ||
      getFlatFactor(op.getFactors().front()).getNumInputs() != size)
    return rewriter.notifyMatchFailure(op, "a cut or pad lies between");

  SmallVector<Value> factors(inner.getFactors());
  llvm::append_range(factors, op.getFactors());
  rewriter.modifyOpInPlace(op, [&] {
    op.getInputMutable().assign(inner.getInput());
    op.getFactorsMutable().assign(factors);
  });
  return success();
}

void ButterflyOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                              MLIRContext *context) {
  results.add(mergeButterflies);
}
