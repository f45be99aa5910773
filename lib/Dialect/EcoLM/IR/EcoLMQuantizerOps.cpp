//===- EcoLMQuantizerOps.cpp - Quantizers ---------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies the quantizers and their inverses.
//
//===----------------------------------------------------------------------===//

#include "ShapeChecks.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

LogicalResult LogQuantizeOp::verify() {
  auto type = cast<PotType>(getType().getElementType());
  if (type.getTerms() != 1)
    return emitOpError() << "expected a result type of one term, but found "
                         << type.getTerms();
  if (!type.getZero())
    return emitOpError() << "expected a result type with zero, but found "
                         << type;
  return verifyShape(*this, "a result", getType(),
                     getInput().getType().getShape());
}

LogicalResult TernaryQuantizeOp::verify() {
  ArrayRef<int64_t> shape = getInput().getType().getShape();
  if (failed(verifyShape(*this, "codes", getCodes().getType(), shape)))
    return failure();

  if (getRule() == TernaryRule::Given && !getThreshold())
    return emitOpError() << "expected a threshold for the rule 'given'";
  if (getRule() != TernaryRule::Given && getThreshold())
    return emitOpError() << "expected no threshold for the rule '"
                         << stringifyTernaryRule(getRule()) << "'";
  // Written so that NaN fails too.
  if (getThreshold() && !(getThreshold()->convertToFloat() >= 0.0f))
    return emitOpError() << "expected a threshold that is not negative, but "
                            "found "
                         << getThresholdAttr();

  int64_t group = getGroup();
  if (group < -1)
    return emitOpError() << "expected a group of -1, 0 or more, but found "
                         << group;
  if (group == 0)
    return verifyShape(*this, "a scale", getScale().getType(), {});
  if (shape.size() != 2)
    return emitOpError() << "expected a matrix where rows or groups have "
                            "scales, but found rank "
                         << shape.size();
  SmallVector<int64_t> scales = {shape[0]};
  if (group > 0)
    scales.push_back(ShapedType::isDynamic(shape[1])
                         ? ShapedType::kDynamic
                         : llvm::divideCeil(shape[1], group));
  return verifyShape(*this, "a scale", getScale().getType(), scales);
}

/// Checks a scale of one number per tensor, per row, or per group of a row.
/// `rows` is the shape without the last dimension, `columns` that dimension.
static LogicalResult verifyScale(Operation *op, ShapedType scale,
                                 ArrayRef<int64_t> rows, int64_t columns) {
  int64_t rank = scale.getRank(), numRowDims = rows.size();
  if (rank == 0)
    return success();
  if (rank == numRowDims)
    return verifyShape(op, "a scale", scale, rows);
  if (rank != numRowDims + 1)
    return op->emitOpError()
           << "expected a scale of rank 0, " << numRowDims << " or "
           << numRowDims + 1 << ", but found rank " << rank;
  int64_t groups = scale.getShape().back();
  SmallVector<int64_t> shape(rows);
  shape.push_back(groups);
  if (failed(verifyShape(op, "a scale", scale, shape)))
    return failure();
  bool known =
      !ShapedType::isDynamic(groups) && !ShapedType::isDynamic(columns);
  if (known && (groups == 0 || columns % groups != 0))
    return op->emitOpError() << "expected the groups of a row to divide its "
                             << columns << " elements, but found " << groups;
  return success();
}

LogicalResult PotQuantizeOp::verify() {
  ArrayRef<int64_t> shape = getInput().getType().getShape();
  if (failed(verifyShape(*this, "codes", getType(), shape)))
    return failure();
  auto type = cast<PotType>(getType().getElementType());
  if (!type.getZero() && getUnderflow() != Underflow::Clamp)
    return emitOpError() << "expected underflow 'clamp' for a type without "
                            "zero, but found '"
                         << stringifyUnderflow(getUnderflow()) << "'";
  ShapedType scale = getScale().getType();
  if (scale.getRank() > 0 && shape.size() != 2)
    return emitOpError() << "expected a matrix where rows or groups have "
                            "scales, but found rank "
                         << shape.size();
  if (scale.getRank() == 0)
    return success();
  return verifyScale(*this, scale, shape.drop_back(), shape.back());
}

LogicalResult QuantizeInt8Op::verify() {
  RankedTensorType input = getInput().getType();
  APFloat epsilon = getEpsilon();
  if (epsilon.isNegative() || !epsilon.isNormal())
    return emitOpError("expects a positive normal epsilon, found ")
           << epsilon.convertToFloat();
  if (failed(verifyHasRows(*this, "an input", input)) ||
      failed(
          verifyShape(*this, "codes", getCodes().getType(), input.getShape())))
    return failure();
  return verifyShape(*this, "a scale", getScale().getType(),
                     input.getShape().drop_back());
}

LogicalResult DequantizeOp::verify() {
  ArrayRef<int64_t> shape = getCodes().getType().getShape();
  if (failed(verifyShape(*this, "a result", getType(), shape)))
    return failure();
  if (!getScale() || getScale().getType().getRank() == 0)
    return success();
  if (failed(verifyHasRows(*this, "codes", getCodes().getType())))
    return failure();
  return verifyScale(*this, getScale().getType(), shape.drop_back(),
                     shape.back());
}
