//===- Permutations.cpp - Constant permutations of features ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts a Gather that permutes the last axis.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace ecolm;

/// True if `indices` are all numbers below their count, each once.
static bool isPermutation(ArrayRef<int64_t> indices) {
  int64_t count = indices.size();
  llvm::BitVector seen(count);
  for (int64_t index : indices) {
    if (index < 0 || index >= count || seen.test(index))
      return false;
    seen.set(index);
  }
  return true;
}

static bool isBitReversal(ArrayRef<int64_t> indices) {
  if (!llvm::isPowerOf2_64(indices.size()))
    return false;
  unsigned bits = llvm::Log2_64(indices.size());
  for (auto [i, index] : llvm::enumerate(indices)) {
    uint64_t reversed =
        bits ? llvm::reverseBits<uint64_t>(i) >> (64 - bits) : 0;
    if (static_cast<uint64_t>(index) != reversed)
      return false;
  }
  return true;
}

/// Gather(x, p, axis = -1)  ==>  ecolm.permute x, p
static LogicalResult convertGather(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  auto type = cast<RankedTensorType>(input.getType());
  auto indicesType = cast<RankedTensorType>(node.getInputs()[1].getType());
  auto axis = normalizeAxis(getInt(node, "axis", 0), type.getRank());
  if (!axis || *axis != type.getRank() - 1 || indicesType.getRank() != 1 ||
      !type.getElementType().isF32() || getConstant(input))
    return failure();
  int64_t size = type.getShape().back();
  if (size < 2 || indicesType.getDimSize(0) != size)
    return failure();
  auto indices = getIntsOrInput(node, "", 1);
  if (!indices || !isPermutation(*indices))
    return failure();
  bool isReversal = isBitReversal(*indices);
  Value result =
      PermuteOp::create(rewriter, node.getLoc(), type, input, isReversal,
                        isReversal ? DenseI64ArrayAttr()
                                   : rewriter.getDenseI64ArrayAttr(*indices));
  return rewriter.replaceNode(node, result);
}

void ecolm::populatePermutationConversions(NodeConversions &conversions) {
  conversions.add("Gather", convertGather);
}
