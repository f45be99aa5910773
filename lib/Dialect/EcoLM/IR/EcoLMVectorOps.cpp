//===- EcoLMVectorOps.cpp - Steps of kernels ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies operations on vectors.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

LogicalResult DotOp::verify() {
  if (getCodes().empty())
    return emitOpError() << "expected at least one term";
  int64_t bytes = 4 * getType().getNumElements();
  for (Type type : llvm::drop_begin(getOperandTypes()))
    if (cast<VectorType>(type).getNumElements() != bytes)
      return emitOpError() << "expected vectors of " << bytes
                           << " bytes, four for each lane, but found " << type;
  return success();
}

LogicalResult LookupOp::verify() {
  VectorType table = getTable().getType(), indices = getIndices().getType();
  if (table.getElementTypeBitWidth() != indices.getElementTypeBitWidth())
    return emitOpError() << "expected indices of "
                         << table.getElementTypeBitWidth()
                         << " bits, as the table's elements have, but found "
                         << indices;
  if (table.getNumElements() > 16 && !table.getElementType().isInteger(8))
    return emitOpError() << "expected a table of 16 elements, or of 256 bytes, "
                            "but found "
                         << table;
  VectorType expected = indices.clone(table.getElementType());
  if (getType() != expected)
    return emitOpError() << "expected a result of " << expected
                         << ", but found " << getType();
  return success();
}
