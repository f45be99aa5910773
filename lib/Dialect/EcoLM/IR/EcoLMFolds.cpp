//===- EcoLMFolds.cpp - Folds ---------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Folds operations that constants or their operands decide.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/PowerOfTwo.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace ecolm;

/// Constants of more elements stay as they are: folding them would make the
/// module larger than the model.
static constexpr int64_t kMaxFoldedElements = 4096;

/// The dialect's word for a rounding as that of the Support library.
static PowerRounding toPowerRounding(Rounding rounding) {
  static_assert(int(Rounding::Floor) == int(PowerRounding::Floor) &&
                int(Rounding::NearestLog) == int(PowerRounding::NearestLog) &&
                int(Rounding::Nearest) == int(PowerRounding::Nearest) &&
                int(Rounding::Ceil) == int(PowerRounding::Ceil));
  return static_cast<PowerRounding>(rounding);
}

/// log_quantize(dequantize(q)) is q: a power of two of the type is its own
/// rounding, and zero stays zero.
OpFoldResult LogQuantizeOp::fold(FoldAdaptor adaptor) {
  auto dequantize = getInput().getDefiningOp<DequantizeOp>();
  if (!dequantize || dequantize.getScale() ||
      dequantize.getCodes().getType() != getType())
    return {};
  return dequantize.getCodes();
}

/// dequantize(log_quantize(constant)) is a constant of f32. The codes between
/// them are not: no attribute of MLIR holds powers of two.
OpFoldResult DequantizeOp::fold(FoldAdaptor adaptor) {
  auto quantize = getCodes().getDefiningOp<LogQuantizeOp>();
  DenseFPElementsAttr input;
  if (!quantize || getScale() ||
      !matchPattern(quantize.getInput(), m_Constant(&input)))
    return {};
  if (!input.isSplat() && input.getNumElements() > kMaxFoldedElements)
    return {};
  auto type = cast<PotType>(quantize.getType().getElementType());
  PowerRange range = {type.getMin(), type.getMax(),
                      quantize.getUnderflow() == Underflow::Clamp};
  PowerRounding rounding = toPowerRounding(quantize.getRounding());
  auto quantizeOne = [&](const APFloat &value) {
    return APFloat(
        toFloat(quantizeToPower(value.convertToFloat(), rounding, range)));
  };
  if (input.isSplat())
    return DenseElementsAttr::get(getType(),
                                  quantizeOne(input.getSplatValue<APFloat>()));
  return DenseElementsAttr::get(
      getType(), llvm::map_to_vector(input.getValues<APFloat>(), quantizeOne));
}

/// A permutation that moves nothing, and two of which the second undoes the
/// first, give their operand.
OpFoldResult PermuteOp::fold(FoldAdaptor adaptor) {
  SmallVector<int64_t> permutation = getPermutation();
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
    return getInput();
  auto inner = getInput().getDefiningOp<PermuteOp>();
  if (!inner)
    return {};
  SmallVector<int64_t> first = inner.getPermutation();
  for (auto [position, index] : llvm::enumerate(permutation))
    if (first[index] != static_cast<int64_t>(position))
      return {};
  return inner.getInput();
}

/// A multiplication by 1 gives its operand.
OpFoldResult ShiftOp::fold(FoldAdaptor adaptor) {
  if (llvm::all_of(getExponents(), [](int32_t e) { return e == 0; }))
    return getInput();
  return {};
}
