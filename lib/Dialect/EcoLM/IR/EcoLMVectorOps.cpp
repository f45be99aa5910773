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
