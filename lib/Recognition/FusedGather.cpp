//===- FusedGather.cpp - GatherBlockQuantized -----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes GatherBlockQuantized as Gather of DequantizeLinear.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"
#include "PackedCodes.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// `GatherBlockQuantized(codes, indices, scales, zeros?)`, where `block` codes
/// along an axis share a scale. Codes of ui8 that have 2 or 4 bits, and their
/// zero points, are packed along the last dimension.
class BlockGather {
public:
  BlockGather(onnx::NodeOp node, GraphRewriter &rewriter)
      : f(node, rewriter), bits(getInt(node, "bits", 4)) {}

  LogicalResult expand();

private:
  std::optional<ElementsAttr> unpack(unsigned input, ArrayRef<int64_t> shape);
  Value makeMiddle(ArrayRef<int64_t> shape);

  FusedNode f;
  int64_t bits;
};
} // namespace

/// The bytes of `input` as codes of `shape`; nothing if they do not fit it.
std::optional<ElementsAttr> BlockGather::unpack(unsigned input,
                                                ArrayRef<int64_t> shape) {
  auto code =
      IntegerType::get(f.rewriter.getContext(), bits, IntegerType::Unsigned);
  int64_t perByte = 8 / bits;
  SmallVector<int64_t> stored(shape);
  stored.back() = llvm::divideCeil(shape.back(), perByte);
  if (!onnx::ElementsReader::get(getConstant(f.input(input))) ||
      !f.type(input).getElementType().isUnsignedInteger(8) ||
      f.type(input).getShape() != ArrayRef(stored))
    return std::nullopt;
  return unpackCodes(f.input(input), RankedTensorType::get(shape, code),
                     stored.back() * perByte);
}

/// Zero points of bytes that have none: half of what the bits count to.
Value BlockGather::makeMiddle(ArrayRef<int64_t> shape) {
  auto code =
      IntegerType::get(f.rewriter.getContext(), bits, IntegerType::Unsigned);
  return f.constant(cast<ElementsAttr>(
      DenseElementsAttr::get(RankedTensorType::get(shape, code),
                             APInt(bits, uint64_t(1) << (bits - 1)))));
}

LogicalResult BlockGather::expand() {
  RankedTensorType type = f.type(0), scales = f.type(2);
  int64_t block = getInt(f.node, "block_size", 128);
  if (!isa<IntegerType>(type.getElementType()) || block < 1 ||
      !llvm::is_contained({2, 4, 8}, bits))
    return f.refuse("expects integers of 2, 4 or 8 bits, and a block_size of "
                    "at least 1");
  Value codes = f.input(0), zeros = f.input(3);
  if (type.getElementTypeBitWidth() == 8) {
    if (!type.hasStaticShape() || !scales.hasStaticShape() ||
        scales.getRank() == 0)
      return f.refuse("expects a table and scales of known sizes");
    SmallVector<int64_t> shape(type.getShape());
    shape.back() *= 8 / bits;
    auto table = unpack(0, shape);
    auto offsets =
        zeros ? unpack(3, scales.getShape()) : std::optional<ElementsAttr>();
    if (!table || (zeros && !offsets))
      return f.refuse("has a table or zero points that are not stored, or zero "
                      "points that do not fit the scales");
    codes = f.constant(*table);
    zeros = zeros ? f.constant(*offsets) : makeMiddle(scales.getShape());
  }
  SmallVector<Value> operands = {codes, f.input(2)};
  if (zeros)
    operands.push_back(zeros);
  Value table = f.make("DequantizeLinear", operands,
                       {f.attr("axis", getInt(f.node, "quantize_axis", 1)),
                        f.attr("block_size", block)});
  return f.replace(f.make("Gather", {table, f.input(1)},
                          f.attr("axis", getInt(f.node, "gather_axis", 0))));
}

static LogicalResult expandBlockGather(onnx::NodeOp node,
                                       GraphRewriter &rewriter) {
  return BlockGather(node, rewriter).expand();
}

void ecolm::populateFusedGather(NodeConversions &conversions) {
  conversions.addMicrosoft("GatherBlockQuantized", expandBlockGather);
}
