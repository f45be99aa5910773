//===- Quantization.cpp - Rules of uniform quantization -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers QuantizeLinear and DequantizeLinear.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"

using namespace mlir;

namespace ecolm::onnx {

/// Checks that scale and zero point agree, and that a list of them has one for
/// each index along the axis.
static LogicalResult checkParameters(NodeInference &node) {
  if (failed(node.expectInputs(2, 3)))
    return failure();
  const Dims &scale = node.getDims(1);
  if (node.hasInput(2)) {
    int64_t rank = node.getInput(1).getRank();
    if (failed(node.expectRank(2, rank, rank)))
      return failure();
    for (auto [scales, zeros] : llvm::zip_equal(scale, node.getDims(2)))
      if (failed(node.unify(scales, zeros, "number of scales and zero points")))
        return failure();
  }
  // Of one scale, and of scales of blocks, the axis says nothing here.
  if (scale.size() != 1 || scale[0].isNumber(1))
    return success();
  const Dims &dims = node.getDims(0);
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.getInt("axis", 1), static_cast<int64_t>(dims.size()));
  if (failed(axis))
    return failure();
  return node.unify(dims[*axis], scale[0], "size along the axis of scales");
}

LogicalResult inferQuantizeLinear(NodeInference &node) {
  if (failed(checkParameters(node)))
    return failure();
  if (node.hasInput(2))
    return node.setResult(0, node.getInput(2).elementType, node.getDims(0));
  int64_t wanted = node.getInt("output_dtype", 0);
  if (wanted == 0)
    wanted = static_cast<int64_t>(DataType::UInt8);
  Type type = getElementType(wanted, node.getOp().getContext());
  if (!type)
    return node.emitError() << "QuantizeLinear to data type "
                            << describeDataType(wanted) << " is not supported";
  return node.setResult(0, type, node.getDims(0));
}

LogicalResult inferDequantizeLinear(NodeInference &node) {
  if (failed(checkParameters(node)))
    return failure();
  return node.setResult(0, node.getInput(1).elementType, node.getDims(0));
}

} // namespace ecolm::onnx
