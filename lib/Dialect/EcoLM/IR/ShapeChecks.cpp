//===- ShapeChecks.cpp - Questions that verifiers ask about shapes --------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Compares shapes and words the diagnostics about them.
//
//===----------------------------------------------------------------------===//

#include "ShapeChecks.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

bool ecolm::sizesAgree(int64_t lhs, int64_t rhs) {
  return lhs == rhs || ShapedType::isDynamic(lhs) || ShapedType::isDynamic(rhs);
}

std::string ecolm::printShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << '[';
  llvm::interleaveComma(shape, stream, [&](int64_t size) {
    if (ShapedType::isDynamic(size))
      stream << '?';
    else
      stream << size;
  });
  stream << ']';
  return text;
}

LogicalResult ecolm::verifyShape(Operation *op, StringRef what, ShapedType type,
                                 ArrayRef<int64_t> shape) {
  bool agrees = type.getRank() == static_cast<int64_t>(shape.size());
  for (int64_t i = 0, e = shape.size(); agrees && i < e; ++i)
    agrees = sizesAgree(type.getDimSize(i), shape[i]);
  if (agrees)
    return success();
  return op->emitOpError() << "expected " << what << " of shape "
                           << printShape(shape) << ", but found "
                           << printShape(type.getShape());
}

LogicalResult ecolm::verifyLastSize(Operation *op, ShapedType input,
                                    ShapedType result, int64_t last) {
  SmallVector<int64_t> shape(input.getShape().drop_back());
  shape.push_back(last);
  return verifyShape(op, "a result", result, shape);
}

LogicalResult ecolm::verifyHasRows(Operation *op, StringRef what,
                                   ShapedType type) {
  if (type.getRank() > 0)
    return success();
  return op->emitOpError() << "expected " << what
                           << " of at least rank 1, but found rank 0";
}

LogicalResult ecolm::verifyGroups(Operation *op, ShapedType weights,
                                  int64_t group, Value scales, Value offsets) {
  int64_t columns = weights.getDimSize(1);
  int64_t groups = ShapedType::isDynamic(columns)
                       ? ShapedType::kDynamic
                       : llvm::divideCeil(columns, group);
  SmallVector<int64_t> shape = {weights.getDimSize(0), groups};
  if (failed(
          verifyShape(op, "scales", cast<ShapedType>(scales.getType()), shape)))
    return failure();
  return offsets ? verifyShape(op, "offsets",
                               cast<ShapedType>(offsets.getType()), shape)
                 : success();
}
