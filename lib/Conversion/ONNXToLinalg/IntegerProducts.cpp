//===- IntegerProducts.cpp - Products of quantized tensors ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts MatMulInteger and QLinearMatMul.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "Product.h"
#include "Reshaping.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace ecolm;

/// A parameter with one element for each row, `[M]`, as `[M, 1]`.
static Value alignWithRows(onnx::NodeOp node, Value parameter,
                           GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(parameter.getType());
  if (type.getRank() != 1 || type.getDimSize(0) == 1)
    return parameter;
  return insertUnitDims(rewriter, node.getLoc(),
                        rewriter.createWeightIfConstant(parameter), 1);
}

/// Input `index` of `node` less its zero point at `zeroIndex`, as i32.
static Value createDifference(onnx::NodeOp node, unsigned index,
                              unsigned zeroIndex, bool byRow,
                              GraphRewriter &rewriter) {
  Value codes = node.getInputs()[index], zero = node.getPresentInput(zeroIndex);
  auto codeType = cast<RankedTensorType>(codes.getType());
  SmallVector<Value> operands = {codes};
  if (zero)
    operands.push_back(byRow ? alignWithRows(node, zero, rewriter) : zero);
  return createElementwise(
      rewriter, node.getLoc(), operands, codeType.clone(rewriter.getI32Type()),
      [&](ImplicitLocOpBuilder &builder, ValueRange values) {
        Value code = createCast(builder, values[0], builder.getI32Type(),
                                isUnsignedInput(node, index));
        if (!zero)
          return code;
        Value base = createCast(builder, values[1], builder.getI32Type(),
                                isUnsignedInput(node, zeroIndex));
        return arith::SubIOp::create(builder, code, base).getResult();
      });
}

/// The differences `codes - zero` of a constant matrix [K, N] as a weight [N,
/// K] of bytes; null if something is not constant, or does not fit.
static Value createByteMatrix(Value codes, Value zero, bool isUnsigned,
                              GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(codes.getType());
  auto reader = onnx::ElementsReader::get(getConstant(codes));
  if (!reader || type.getRank() != 2 || type.getNumElements() == 0)
    return nullptr;
  auto zeros = zero ? onnx::ElementsReader::get(getConstant(zero))
                    : std::optional<onnx::ElementsReader>();
  int64_t columns = type.getDimSize(1);
  if (zero && (!zeros || (zeros->size() != 1 && zeros->size() != columns)))
    return nullptr;
  // Types have lost their sign; only the node remembers it.
  auto read = [&](const onnx::ElementsReader &from, int64_t i) {
    int64_t value = from.getInteger(i);
    return isUnsigned ? value & 0xFF : value;
  };
  std::vector<char> bytes;
  for (int64_t i = 0; i < reader->size(); ++i) {
    int64_t base =
        zeros ? read(*zeros, zeros->size() == 1 ? 0 : i % columns) : 0;
    int64_t difference = read(*reader, i) - base;
    if (!llvm::isInt<8>(difference))
      return nullptr;
    bytes.push_back(static_cast<char>(difference));
  }
  Type byte = rewriter.getI8Type();
  StringRef name = getConstantName(codes);
  return rewriter.createWeight(
      codes.getLoc(), name,
      RankedTensorType::get({columns, type.getDimSize(0)}, byte),
      makeSource(type.clone(byte), name, bytes), std::nullopt,
      /*transposed=*/true);
}

/// `(lhs - its zero point) @ (rhs - its zero point)` as i32. A constant rhs is
/// a weight, which a kernel reads in its own layout.
static Value createIntegerProduct(onnx::NodeOp node, unsigned lhsIndex,
                                  unsigned rhsIndex, unsigned zeroOffset,
                                  GraphRewriter &rewriter) {
  auto type = getResultType(node).clone(rewriter.getI32Type());
  Value lhs = createDifference(node, lhsIndex, lhsIndex + zeroOffset,
                               /*byRow=*/true, rewriter);
  if (cast<RankedTensorType>(lhs.getType()).getRank() > 1)
    if (Value matrix =
            createByteMatrix(node.getInputs()[rhsIndex],
                             node.getPresentInput(rhsIndex + zeroOffset),
                             isUnsignedInput(node, rhsIndex), rewriter))
      return MatmulOp::create(rewriter, node.getLoc(), type, lhs, matrix);
  Value rhs = createDifference(node, rhsIndex, rhsIndex + zeroOffset,
                               /*byRow=*/false, rewriter);
  return createProduct(node.getLoc(), lhs, rhs, type, rewriter);
}

static LogicalResult convertMatMulInteger(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  return rewriter.replaceNode(node,
                              createIntegerProduct(node, 0, 1, 2, rewriter));
}

/// round((a - za) @ (b - zb) * (sa sb / sy)) + zy, held to the result's range.
static LogicalResult convertQLinearMatMul(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  RankedTensorType type = getResultType(node);
  Value product = createIntegerProduct(node, 0, 3, 2, rewriter);
  SmallVector<Value> operands = {
      product, alignWithRows(node, node.getInputs()[1], rewriter),
      node.getInputs()[4], alignWithRows(node, node.getInputs()[6], rewriter),
      alignWithRows(node, node.getInputs()[7], rewriter)};
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange values) {
    Type wide = builder.getF32Type();
    SmallVector<Value> scales;
    for (Value scale : values.slice(1, 3))
      scales.push_back(createCast(builder, scale, wide));
    Value factor = arith::MulFOp::create(builder, scales[0], scales[1]);
    factor = arith::DivFOp::create(builder, factor, scales[2]);
    Value number = createCast(builder, values[0], wide);
    number = arith::MulFOp::create(builder, number, factor);
    number = math::RoundEvenOp::create(builder, number);
    Value zero = createCast(builder, values[4], wide, isUnsignedInput(node, 7));
    number = arith::AddFOp::create(builder, number, zero);
    return createCast(builder, number, type.getElementType(), false,
                      isUnsignedOutput(node));
  };
  return rewriter.replaceNode(
      node, createElementwise(rewriter, loc, operands, type, body));
}

void ecolm::populateIntegerProductConversions(NodeConversions &conversions) {
  conversions.add("MatMulInteger", convertMatMulInteger);
  conversions.add("QLinearMatMul", convertQLinearMatMul);
}
