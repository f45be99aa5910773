//===- EcoLMLinearOps.cpp - Linear maps -----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies butterflies, matrix products and shifts.
//
//===----------------------------------------------------------------------===//

#include "ShapeChecks.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Support/WeightOrder.h"

using namespace mlir;
using namespace ecolm;

Type ecolm::getProductElementType(Type input, Type weights) {
  bool lowBitWeights =
      isa<TernaryType, PotType>(weights) || weights.isSignlessInteger(2) ||
      weights.isSignlessInteger(4) || weights.isSignlessInteger(8);
  if (input.isF32())
    return weights.isF32() || lowBitWeights ? input : Type();
  bool exactInput = isa<PotType>(input) || input.isSignlessInteger(8) ||
                    input.isSignlessInteger(16) || input.isSignlessInteger(32);
  if (exactInput && lowBitWeights)
    return IntegerType::get(input.getContext(), 32);
  return Type();
}

/// Fails unless products of `input` and `weights` add up to `result`.
static LogicalResult verifyProduct(Operation *op, Type input, Type weights,
                                   Type result) {
  Type product = getProductElementType(input, weights);
  if (!product)
    return op->emitOpError() << "expected element types with an exact product, "
                                "but found "
                             << input << " and " << weights;
  if (product != result)
    return op->emitOpError()
           << "expected a result of " << product << " for inputs of " << input
           << " and weights of " << weights << ", but found " << result;
  return success();
}

/// Fails unless `arithmetic` exists for elements of type `type`.
static LogicalResult verifyArithmetic(Operation *op, Arithmetic arithmetic,
                                      Type type) {
  bool fits = arithmetic == Arithmetic::Native ||
              (arithmetic == Arithmetic::ShiftAdd && type.isInteger()) ||
              (arithmetic == Arithmetic::ExponentAdd && type.isF32());
  if (fits)
    return success();
  return op->emitOpError() << "expected "
                           << (type.isF32() ? "native or exponent_add"
                                            : "native or shift_add")
                           << " arithmetic for results of " << type
                           << ", but found " << stringifyArithmetic(arithmetic);
}

/// The shape of a factor, checked to be static, full, and of rank 4, or 5 where
/// stacks are allowed.
static FailureOr<FactorShape> getFactorShape(Operation *op, ShapedType type,
                                             bool allowStacks) {
  ArrayRef<int64_t> shape = type.getShape();
  bool hasStacks = allowStacks && shape.size() == 5;
  if (shape.size() != 4 && !hasStacks)
    return op->emitOpError()
           << "expected a factor of rank 4" << (allowStacks ? " or 5" : "")
           << ", but found rank " << shape.size();
  if (llvm::any_of(shape, [](int64_t size) { return size < 1; }))
    return op->emitOpError() << "expected a factor of static, positive sizes, "
                                "but found "
                             << printShape(shape);
  FactorShape factor;
  if (hasStacks)
    factor.stacks = shape.front();
  shape = shape.take_back(4);
  std::tie(factor.a, factor.b, factor.c, factor.d) =
      std::make_tuple(shape[0], shape[1], shape[2], shape[3]);
  return factor;
}

LogicalResult ButterflyFactorOp::verify() {
  RankedTensorType input = getInput().getType(), result = getType();
  if (failed(verifyHasRows(*this, "an input", input)) ||
      failed(verifyProduct(*this, input.getElementType(),
                           getValues().getType().getElementType(),
                           result.getElementType())))
    return failure();
  FailureOr<FactorShape> factor =
      getFactorShape(*this, getValues().getType(), /*allowStacks=*/false);
  if (failed(factor))
    return failure();
  if (!sizesAgree(input.getShape().back(), factor->getNumInputs()))
    return emitOpError() << "expected a last dimension of "
                         << factor->getNumInputs() << ", but found "
                         << input.getShape().back();
  return verifyLastSize(*this, input, result, factor->getNumOutputs());
}

LogicalResult ButterflyOp::verify() {
  RankedTensorType input = getInput().getType(), result = getType();
  if (failed(verifyHasRows(*this, "an input", input)) ||
      failed(verifyArithmetic(*this, getArithmetic(), result.getElementType())))
    return failure();
  if (getFactors().empty())
    return emitOpError() << "expected at least one factor, but found none";

  Type partial = input.getElementType();
  FactorShape first, previous;
  for (auto [index, value] : llvm::enumerate(getFactors())) {
    auto type = cast<RankedTensorType>(value.getType());
    FailureOr<FactorShape> factor =
        getFactorShape(*this, type, /*allowStacks=*/true);
    if (failed(factor) ||
        failed(verifyProduct(*this, partial, type.getElementType(),
                             result.getElementType())))
      return failure();
    if (index == 0)
      first = *factor;
    else if (factor->stacks != first.stacks)
      return emitOpError() << "expected " << first.stacks
                           << " stacks in factor " << index << ", but found "
                           << factor->stacks;
    else if (factor->getNumInputs() != previous.getNumOutputs())
      return emitOpError() << "expected factor " << index << " to take "
                           << previous.getNumOutputs() << " inputs, but found "
                           << factor->getNumInputs();
    previous = *factor;
    partial = result.getElementType();
  }

  int64_t inputs = input.getShape().back();
  if (!ShapedType::isDynamic(inputs) && inputs > first.getNumInputs())
    return emitOpError() << "expected at most " << first.getNumInputs()
                         << " inputs, but found " << inputs;
  int64_t outputs = first.stacks * previous.getNumOutputs();
  int64_t last = result.getRank() ? result.getShape().back() : 0;
  if (!ShapedType::isDynamic(last) && last > outputs)
    return emitOpError() << "expected at most " << outputs
                         << " outputs, but found " << last;
  return verifyLastSize(*this, input, result, last);
}

/// Whether weights of `type` times bytes are what instructions for sums of
/// products of bytes do.
static bool areByteFactors(RankedTensorType type) {
  if (llvm::is_contained(type.getShape(), 1))
    return false;
  Type weight = type.getElementType();
  // What is added to make a code positive is the largest power; twice that is a
  // byte.
  if (auto pot = dyn_cast<PotType>(weight))
    return pot.getTerms() == 1 && pot.getNumExponents() <= 7;
  return isa<TernaryType>(weight) || weight.isSignlessInteger(2) ||
         weight.isSignlessInteger(4) || weight.isSignlessInteger(8);
}

bool MatmulOp::isByteProduct() {
  return getInput().getType().getElementType().isSignlessInteger(8) &&
         areByteFactors(getWeights().getType());
}

bool GroupMatmulOp::isByteProduct() {
  return getInput().getType().getElementType().isSignlessInteger(8) &&
         areByteFactors(getWeights().getType());
}

LogicalResult MatmulOp::verify() {
  RankedTensorType input = getInput().getType(), result = getType();
  RankedTensorType weights = getWeights().getType();
  if (failed(verifyHasRows(*this, "an input", input)) ||
      failed(verifyProduct(*this, input.getElementType(),
                           weights.getElementType(),
                           result.getElementType())) ||
      failed(verifyArithmetic(*this, getArithmetic(), result.getElementType())))
    return failure();
  if (failed(verifyShape(*this, "weights", weights,
                         {ShapedType::kDynamic, input.getShape().back()})))
    return failure();
  return verifyLastSize(*this, input, result, weights.getDimSize(0));
}

LogicalResult GroupMatmulOp::verify() {
  RankedTensorType input = getInput().getType();
  RankedTensorType weights = getWeights().getType();
  if (failed(verifyHasRows(*this, "an input", input)) ||
      failed(verifyShape(*this, "weights", weights,
                         {ShapedType::kDynamic, input.getShape().back()})))
    return failure();
  if (failed(
          verifyGroups(*this, weights, getGroup(), getScales(), getOffsets())))
    return failure();
  return verifyLastSize(*this, input, getType(), weights.getDimSize(0));
}

LogicalResult ShiftOp::verify() {
  RankedTensorType type = getType();
  Type element = type.getElementType();
  if (failed(verifyHasRows(*this, "an input", type)) ||
      failed(verifyArithmetic(*this, getArithmetic(), element)))
    return failure();
  if (element.isF32() && getRounding() != ShiftRounding::Floor)
    return emitOpError() << "expected rounding 'floor' for f32, but found '"
                         << stringifyShiftRounding(getRounding()) << "'";
  int64_t count = getExponents().size(), last = type.getShape().back();
  if (count != 1 && count != last)
    return emitOpError() << "expected one exponent or one for each element of "
                            "the last dimension of "
                         << printShape(type.getShape()) << ", but found "
                         << count;
  int32_t bound =
      element.isF32() ? 252 : int32_t(element.getIntOrFloatBitWidth()) - 1;
  for (int32_t exponent : getExponents())
    if (exponent < -bound || exponent > bound)
      return emitOpError() << "expected exponents in [-" << bound << ", "
                           << bound << "] for " << element << ", but found "
                           << exponent;
  return success();
}
