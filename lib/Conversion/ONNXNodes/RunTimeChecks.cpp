//===- RunTimeChecks.cpp - What only the program can check ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds checks of sizes that the compiler does not know.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Conversion/ONNXNodes/RunTimeChecks.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace ecolm;

void ecolm::createAssert(OpBuilder &builder, Location loc, Value condition,
                         const Twine &message) {
  std::string text = "node " + onnx::quoteName(getLocationName(loc));
  // Nodes without a name are known by their operator and their number, which
  // the importer puts where files have lines.
  auto place = loc->findInstanceOf<FileLineColLoc>();
  if (place && place.getColumn() == 0)
    text += " (number " + std::to_string(place.getLine()) + ")";
  text += (": " + message).str();
  cf::AssertOp::create(builder, loc, condition, text);
}

void ecolm::createSizeCheck(GraphRewriter &rewriter, Location loc,
                            OpFoldResult lhs, OpFoldResult rhs,
                            const Twine &message) {
  std::optional<int64_t> known = getConstantIntValue(lhs);
  if (lhs == rhs || (known && known == getConstantIntValue(rhs)))
    return;
  Value equal = arith::CmpIOp::create(
      rewriter, loc, arith::CmpIPredicate::eq,
      getValueOrCreateConstantIndexOp(rewriter, loc, lhs),
      getValueOrCreateConstantIndexOp(rewriter, loc, rhs));
  createAssert(rewriter, loc, equal, message);
}

void ecolm::createSizeCheck(GraphRewriter &rewriter, Location loc, Value lhs,
                            int64_t lhsDim, Value rhs, int64_t rhsDim,
                            const Twine &message) {
  if (!rewriter.haveSameSize(lhs, lhsDim, rhs, rhsDim))
    createSizeCheck(rewriter, loc, rewriter.getSize(lhs, lhsDim),
                    rewriter.getSize(rhs, rhsDim), message);
}
