//===- FusedBlockProducts.cpp - MatMulNBits -------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes MatMulNBits as DequantizeLinear of a stored matrix, and a product.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"
#include "PackedCodes.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

namespace {
/// `A [.., K] . B [N, K]^T`, where every `block` columns of B share a scale:
///
///   B       uint8 [N, blocks, block * bits / 8]   first element lowest
///   scales  float [N, blocks]
///   zeros   uint8 [N, ceil(blocks * bits / 8)], or float [N, blocks]
class BlockProduct {
public:
  BlockProduct(onnx::NodeOp node, GraphRewriter &rewriter)
      : f(node, rewriter), rows(getInt(node, "N", 0)),
        columns(getInt(node, "K", 0)), bits(getInt(node, "bits", 4)),
        block(getInt(node, "block_size", 0)) {}

  LogicalResult expand();

private:
  std::optional<StringRef> findProblem();
  ElementsAttr unpack(Value stored, int64_t width, int64_t rowElements);
  Value makeScales();
  Value makeZeros();
  std::optional<ElementsAttr> findWholeZeros();
  Value makeCorrection(Value scales);

  FusedNode f;
  int64_t rows, columns, bits, block, blocks = 0;
};
} // namespace

std::optional<StringRef> BlockProduct::findProblem() {
  constexpr int64_t kMost = 1 << 24; // So that no product of them overflows.
  if (rows < 1 || columns < 1 || block < 1 || rows > kMost || columns > kMost ||
      block > kMost || !llvm::is_contained({2, 4, 8}, bits))
    return StringRef("expects N, K and block_size from 1 to 2^24, and 2, 4 or "
                     "8 bits");
  if (f.input(4))
    return StringRef("has an order of groups (g_idx)");
  auto stored = onnx::ElementsReader::get(getConstant(f.input(1)));
  auto scales = onnx::ElementsReader::get(getConstant(f.input(2)));
  if (!stored || !scales)
    return StringRef("expects a stored matrix and stored scales");
  blocks = llvm::divideCeil(columns, block);
  if (!stored->getElementType().isInteger(8) || block * bits % 8 ||
      stored->size() != rows * blocks * block * bits / 8 ||
      scales->size() != rows * blocks)
    return StringRef("has a matrix or scales that do not fit N, K and "
                     "block_size");
  if (!f.input(3))
    return std::nullopt;
  auto zeros = onnx::ElementsReader::get(getConstant(f.input(3)));
  bool packed = zeros && isa<IntegerType>(zeros->getElementType());
  int64_t wanted =
      packed ? rows * static_cast<int64_t>(llvm::divideCeil(blocks * bits, 8))
             : rows * blocks;
  if (!zeros || zeros->size() != wanted ||
      (packed && !zeros->getElementType().isInteger(8)))
    return StringRef("has zero points that are not stored, or do not fit N, K "
                     "and block_size");
  return std::nullopt;
}

/// The first `width` elements of rows that are stored `rowElements` wide, as
/// one dense tensor `[N, width]`.
ElementsAttr BlockProduct::unpack(Value stored, int64_t width,
                                  int64_t rowElements) {
  Type code =
      IntegerType::get(f.rewriter.getContext(), bits, IntegerType::Unsigned);
  return unpackCodes(stored, RankedTensorType::get({rows, width}, code),
                     rowElements);
}

/// The scales as `[N, blocks]`.
Value BlockProduct::makeScales() {
  return f.make("Reshape", {f.input(2), f.integers({rows, blocks})});
}

/// The zero points as `[N, blocks]`: those packed, or the middle.
Value BlockProduct::makeZeros() {
  if (f.input(3)) {
    int64_t perByte = 8 / bits;
    return f.constant(unpack(f.input(3), blocks,
                             llvm::divideCeil(blocks, perByte) * perByte));
  }
  Type code =
      IntegerType::get(f.rewriter.getContext(), bits, IntegerType::Unsigned);
  return f.constant(cast<ElementsAttr>(
      DenseElementsAttr::get(RankedTensorType::get({rows, blocks}, code),
                             APInt(bits, 1 << (bits - 1)))));
}

/// Float zero points as codes `[N, blocks]`, if they are whole numbers that
/// codes hold; most writers' are.
std::optional<ElementsAttr> BlockProduct::findWholeZeros() {
  auto zeros = onnx::ElementsReader::get(getConstant(f.input(3)));
  auto type = RankedTensorType::get(
      {rows, blocks},
      IntegerType::get(f.rewriter.getContext(), bits, IntegerType::Unsigned));
  SmallVector<APInt> codes;
  for (int64_t i = 0; i < zeros->size(); ++i) {
    double zero = zeros->getDouble(i);
    if (!(zero >= 0 && zero < (1 << bits) && zero == std::floor(zero)))
      return std::nullopt;
    codes.emplace_back(bits, static_cast<uint64_t>(zero));
  }
  return cast<ElementsAttr>(DenseElementsAttr::get(type, codes));
}

/// What float zero points add to the product: the sum of A over each block,
/// times `zero * scale` of the block.
Value BlockProduct::makeCorrection(Value scales) {
  Value a = f.input(0);
  int64_t rank = f.type(0).getRank(), padding = blocks * block - columns;
  if (padding) {
    SmallVector<int64_t> pads(2 * rank, 0);
    pads.back() = padding;
    a = f.make("Pad", {a, f.integers(pads)});
  }
  SmallVector<int64_t> shape(rank - 1, 0);
  shape.append({blocks, block});
  Value sums =
      f.make("ReduceSum",
             {f.make("Reshape", {a, f.integers(shape)}), f.integers({-1})},
             f.attr("keepdims", int64_t(0)));
  Value zeros = f.make("Reshape", {f.input(3), f.integers({rows, blocks})});
  Value offsets = f.make("Transpose", f.make("Mul", {zeros, scales}),
                         f.attr("perm", {1, 0}));
  return f.make("MatMul", {sums, offsets});
}

/// `MatMulNBits(A, B, scales, zeros?, -, bias?)`
/// -> `MatMul(A, Transpose(DequantizeLinear(B, scales, zeros))) + bias`
LogicalResult BlockProduct::expand() {
  if (std::optional<StringRef> problem = findProblem())
    return f.refuse(*problem);
  Value codes = f.constant(unpack(f.input(1), columns, blocks * block));
  Value scales = makeScales();
  bool floatZeros = f.input(3) && isa<FloatType>(f.type(3).getElementType());
  SmallVector<Value> operands = {codes, scales};
  std::optional<ElementsAttr> wholeZeros =
      floatZeros ? findWholeZeros() : std::nullopt;
  if (wholeZeros)
    operands.push_back(f.constant(*wholeZeros));
  else if (!floatZeros)
    operands.push_back(makeZeros());
  Value matrix =
      f.make("DequantizeLinear", operands,
             {f.attr("axis", int64_t(1)), f.attr("block_size", block)});
  matrix = f.make("Transpose", matrix, f.attr("perm", {1, 0}));
  Value product = f.make("MatMul", {f.input(0), matrix});
  if (floatZeros && !wholeZeros)
    product = f.make("Sub", {product, makeCorrection(scales)});
  return f.replace(f.addInput(product, 5));
}

static LogicalResult expandBlockProduct(onnx::NodeOp node,
                                        GraphRewriter &rewriter) {
  return BlockProduct(node, rewriter).expand();
}

void ecolm::populateFusedBlockProducts(NodeConversions &conversions) {
  conversions.addMicrosoft("MatMulNBits", expandBlockProduct);
}
