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
/// Checks scales of blocks along the axis, or of single elements.
static LogicalResult checkBlocks(NodeInference &node, const Dims &dims,
                                 const Dims &scale) {
  int64_t block = node.getInt("block_size", 0);
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.getInt("axis", 1), static_cast<int64_t>(dims.size()));
  if (failed(axis))
    return failure();
  if (scale.size() != dims.size() || block < 1)
    return node.emitError() << node.getOp().getOpType() << " of "
                            << describeDims(dims) << " does not fit scales "
                            << describeDims(scale) << " of blocks of " << block;
  for (auto [i, pair] : llvm::enumerate(llvm::zip_equal(dims, scale))) {
    auto [dim, scales] = pair;
    Dim size = dim;
    if (static_cast<int64_t>(i) == *axis)
      size = divide(add(size, Dim(block - 1)), Dim(block));
    if (failed(node.unify(size, scales, "number of blocks and scales")))
      return failure();
  }
  return success();
}

static LogicalResult checkParameters(NodeInference &node) {
  if (failed(node.expectInputs(2, 3)))
    return failure();
  const Dims &scale = node.getDims(1);
  bool hasZero = node.getNumInputs() > 2 && node.hasInput(2);
  // One scale and one zero point may be spelled with or without a dimension.
  auto isSingle = [&](unsigned i) {
    return node.getDims(i).empty() ||
           (node.getDims(i).size() == 1 && node.getDims(i)[0].isNumber(1));
  };
  if (hasZero && isSingle(1) && isSingle(2))
    return success();
  if (hasZero && node.getDims(1).empty() && node.getDims(2).size() == 1)
    return node.unify(node.getDims(2)[0], Dim(1), "number of zero points");
  if (hasZero) {
    int64_t rank = node.getInput(1).getRank();
    if (failed(node.expectRank(2, rank, rank)))
      return failure();
    for (auto [scales, zeros] : llvm::zip_equal(scale, node.getDims(2)))
      if (failed(node.unify(scales, zeros, "number of scales and zero points")))
        return failure();
  }
  if (scale.empty() || (scale.size() == 1 && scale[0].isNumber(1)))
    return success();
  const Dims &dims = node.getDims(0);
  if (scale.size() > 1)
    return checkBlocks(node, dims, scale);
  FailureOr<int64_t> axis = node.normalizeAxis(
      node.getInt("axis", 1), static_cast<int64_t>(dims.size()));
  if (failed(axis))
    return failure();
  return node.unify(dims[*axis], scale[0], "size along the axis of scales");
}

LogicalResult inferQuantizeLinear(NodeInference &node) {
  if (failed(checkParameters(node)))
    return failure();
  if (node.getNumInputs() > 2 && node.hasInput(2))
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
  int64_t wanted = node.getInt("output_dtype", 0);
  Type type = getElementType(wanted, node.getOp().getContext());
  return node.setResult(0, type ? type : node.getInput(1).elementType,
                        node.getDims(0));
}

LogicalResult inferDynamicQuantizeLinear(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  Type byte =
      IntegerType::get(node.getOp().getContext(), 8, IntegerType::Unsigned);
  if (failed(node.setResult(1, node.getInput(0).elementType, {})) ||
      failed(node.setResult(2, byte, {})))
    return failure();
  return node.setResult(0, byte, node.getDims(0));
}

} // namespace ecolm::onnx
