//===- LowBit.cpp - Products with low-bit weights -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts ButterflyFactor, TernaryMatMul, PotMatMul, and the products with
// scales of groups.
//
//===----------------------------------------------------------------------===//

#include "EcoLMConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/ONNX/Evaluate/HostTensor.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include <climits>
#include <cmath>

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// True if every element of `reader` lies in [-limit, limit].
static bool isWithin(const onnx::ElementsReader &reader, int64_t limit) {
  for (int64_t i = 0; i < reader.size(); ++i)
    if (std::abs(reader.getInteger(i)) > limit)
      return false;
  return true;
}

/// True if the first `count` two-bit codes of `bytes` are 0, 1 or 2.
static bool holdsTernaryCodes(const onnx::ElementsReader &bytes,
                              int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    if ((bytes.getInteger(i / 4) >> (i % 4 * 2) & 3) == 3)
      return false;
  return true;
}

/// The ternary weight that `UnpackTernary(codes, shape)` describes, its codes
/// where they lie in the file; null when it describes none.
static Value createUnpackedWeight(onnx::NodeOp unpack,
                                  GraphRewriter &rewriter) {
  Value codes = unpack.getPresentInput(0);
  auto shape = getIntsOrInput(unpack, "", 1);
  ElementsAttr elements = codes ? getConstant(codes) : ElementsAttr();
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  if (!shape || !reader || !reader->getElementType().isUnsignedInteger(8))
    return nullptr;
  std::optional<int64_t> count = onnx::countElements(*shape);
  if (!count || *count / 4 + (*count % 4 != 0) != reader->size() ||
      !holdsTernaryCodes(*reader, *count))
    return nullptr;
  auto type =
      RankedTensorType::get(*shape, TernaryType::get(unpack.getContext()));
  StringRef name = getConstantName(codes);
  name.consume_back(".codes");
  return rewriter.createWeight(codes.getLoc(), name, type, elements,
                               Packing::Codes2);
}

/// The weight that `value` is: ternary if it is unpacked or holds only -1, 0
/// and 1 in bytes, else of its own type; null for a value of the running
/// program that is not a float.
static Value createLowBitWeight(Value value, GraphRewriter &rewriter) {
  if (auto unpack = value.getDefiningOp<onnx::NodeOp>())
    if (unpack.isEcoLM("UnpackTernary"))
      return createUnpackedWeight(unpack, rewriter);
  auto type = cast<RankedTensorType>(value.getType());
  ElementsAttr elements = getConstant(value);
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  if (!reader)
    return type.getElementType().isF32() ? value : Value();
  if (!type.getElementType().isSignlessInteger(8) || !isWithin(*reader, 1))
    return rewriter.createWeightIfConstant(value);
  return rewriter.createWeight(value.getLoc(), getConstantName(value),
                               type.clone(TernaryType::get(value.getContext())),
                               elements, Packing::Bytes);
}

/// The weight of f32 `value` if it holds only 0 and powers of two with at most
/// `kMaxExponents` exponents; ternary if all of those are +-1; else null.
static Value createPowers(Value value, GraphRewriter &rewriter) {
  static constexpr int kMaxExponents = 31;
  ElementsAttr elements = getConstant(value);
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  if (!reader || !reader->getElementType().isF32())
    return nullptr;
  int min = INT_MAX, max = INT_MIN;
  for (int64_t i = 0; i < reader->size(); ++i) {
    double magnitude = std::fabs(reader->getDouble(i));
    int exponent;
    if (magnitude == 0)
      continue;
    if (std::frexp(magnitude, &exponent) != 0.5 || magnitude < 0x1p-126)
      return nullptr;
    min = std::min(min, exponent - 1);
    max = std::max(max, exponent - 1);
    if (max - min >= kMaxExponents)
      return nullptr;
  }
  if (min > max)
    return nullptr;
  auto type = cast<RankedTensorType>(value.getType());
  onnx::HostTensor codes(rewriter.getI8Type(), type.getShape());
  for (int64_t i = 0; i < reader->size(); ++i)
    if (double number = reader->getDouble(i); number != 0)
      codes.get<int64_t>()[i] =
          (std::ilogb(number) - min + 1) * (number < 0 ? -1 : 1);
  Type format = TernaryType::get(value.getContext());
  if (min != 0 || max != 0)
    format = PotType::get(value.getContext(), min, max, /*zero=*/true,
                          /*terms=*/1);
  StringRef name = getConstantName(value);
  return rewriter.createWeight(value.getLoc(), name, type.clone(format),
                               codes.write(name), Packing::Bytes);
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

static LogicalResult refuseWeight(onnx::NodeOp node, GraphRewriter &rewriter) {
  return rewriter.refuse(
      node, "expects its weight to be an initializer: f32, int8, or "
            "UnpackTernary of a uint8 initializer with codes 0, 1 and 2 and a "
            "constant shape");
}

static LogicalResult convertButterflyFactor(onnx::NodeOp node,
                                            GraphRewriter &rewriter) {
  Value values = createPowers(node.getInputs()[1], rewriter);
  if (!values)
    values = createLowBitWeight(node.getInputs()[1], rewriter);
  if (!values)
    return refuseWeight(node, rewriter);
  auto type = cast<RankedTensorType>(values.getType());
  auto input = cast<RankedTensorType>(node.getInputs()[0].getType());
  if (type.getRank() != 4 || input.getRank() < 1)
    return rewriter.refuse(node, "expects values of shape (a, b, c, d)");
  int64_t columns =
      type.getDimSize(0) * type.getDimSize(2) * type.getDimSize(3);
  if (input.getShape().back() != columns)
    return rewriter.refuse(node, "expects an input whose last dimension is "
                                 "a * c * d = " +
                                     Twine(columns));
  Value result =
      ButterflyFactorOp::create(rewriter, node.getLoc(), getResultType(node),
                                node.getInputs()[0], values);
  return rewriter.replaceNode(node, result);
}

/// Replaces `node` by `(input @ weights^T) * scale`.
static LogicalResult replaceByScaledMatmul(onnx::NodeOp node, Value weights,
                                           GraphRewriter &rewriter) {
  RankedTensorType type = getResultType(node);
  auto weightsType = cast<RankedTensorType>(weights.getType());
  auto inputType = cast<RankedTensorType>(node.getInputs()[0].getType());
  if (weightsType.getRank() != 2 || inputType.getRank() < 1 ||
      inputType.getShape().back() != weightsType.getDimSize(1))
    return rewriter.refuse(node, "expects a weight (N, K) and an input whose "
                                 "last dimension is K");
  Value product = MatmulOp::create(rewriter, node.getLoc(), type,
                                   node.getInputs()[0], weights);
  Value scale = node.getPresentInput(2);
  if (!scale)
    return rewriter.replaceNode(node, product);
  rewriter.copyDims(node, product);
  return rewriter.replaceNode(node, rewriter.createNode(node.getLoc(), "Mul",
                                                        {product, scale}, type,
                                                        {}, /*like=*/product));
}

/// Replaces `node` by the product of its input with `weights` and the scales
/// (N, G) of G groups of equal size.
static LogicalResult replaceByGroupMatmul(onnx::NodeOp node, Value weights,
                                          GraphRewriter &rewriter) {
  Value input = node.getInputs()[0];
  auto weightsType = cast<RankedTensorType>(weights.getType());
  auto inputType = cast<RankedTensorType>(input.getType());
  if (weightsType.getRank() != 2 || inputType.getRank() < 1 ||
      inputType.getShape().back() != weightsType.getDimSize(1))
    return rewriter.refuse(node, "expects a weight (N, K) and an input whose "
                                 "last dimension is K");
  Value scales = node.getInputs()[2];
  auto scalesType = cast<RankedTensorType>(scales.getType());
  if (!getConstant(scales) || !scalesType.getElementType().isF32() ||
      scalesType.getRank() != 2 ||
      scalesType.getDimSize(0) != weightsType.getDimSize(0) ||
      scalesType.getDimSize(1) < 1 ||
      weightsType.getDimSize(1) % scalesType.getDimSize(1))
    return rewriter.refuse(node, "expects its scales to be an f32 initializer "
                                 "(N, G) with G a divisor of K");
  if (weightsType.getElementType().isF32())
    return rewriter.refuse(node, "expects low-bit weights");
  Value product = GroupMatmulOp::create(
      rewriter, node.getLoc(), getResultType(node), input, weights,
      rewriter.createWeightIfConstant(scales), /*offsets=*/Value(),
      weightsType.getDimSize(1) / scalesType.getDimSize(1));
  return rewriter.replaceNode(node, product);
}

static LogicalResult convertTernaryMatMul(onnx::NodeOp node,
                                          GraphRewriter &rewriter) {
  Value weights = createLowBitWeight(node.getInputs()[1], rewriter);
  if (!weights)
    return refuseWeight(node, rewriter);
  return replaceByScaledMatmul(node, weights, rewriter);
}

static LogicalResult convertTernaryGroupMatMul(onnx::NodeOp node,
                                               GraphRewriter &rewriter) {
  Value weights = createLowBitWeight(node.getInputs()[1], rewriter);
  if (!weights)
    return refuseWeight(node, rewriter);
  return replaceByGroupMatmul(node, weights, rewriter);
}

/// The weight of a product with powers of two: an int8 code, 0 or
/// `sign * (e - emin + 1)`, is the byte of `!ecolm.pot<min = emin, max =
/// emax>`.
static FailureOr<Value> createPotWeight(onnx::NodeOp node,
                                        GraphRewriter &rewriter) {
  int64_t min = getInt(node, "emin", 0), max = getInt(node, "emax", 0);
  Value codes = node.getInputs()[1];
  ElementsAttr elements = getConstant(codes);
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  if (min < -126 || max > 127 || min > max)
    return rewriter.refuse(node, "expects -126 <= emin <= emax <= 127, found " +
                                     Twine(min) + " and " + Twine(max));
  if (!reader || !reader->getElementType().isSignlessInteger(8) ||
      !isWithin(*reader, max - min + 1))
    return rewriter.refuse(node, "expects an int8 initializer with codes up to "
                                 "emax - emin + 1 = " +
                                     Twine(max - min + 1));
  auto potType = PotType::get(node.getContext(), min, max, /*zero=*/true,
                              /*terms=*/1);
  return rewriter.createWeight(
      codes.getLoc(), getConstantName(codes),
      cast<RankedTensorType>(codes.getType()).clone(potType), elements,
      Packing::Bytes);
}

static LogicalResult convertPotMatMul(onnx::NodeOp node,
                                      GraphRewriter &rewriter) {
  FailureOr<Value> weights = createPotWeight(node, rewriter);
  if (failed(weights))
    return failure();
  return replaceByScaledMatmul(node, *weights, rewriter);
}

static LogicalResult convertPotGroupMatMul(onnx::NodeOp node,
                                           GraphRewriter &rewriter) {
  FailureOr<Value> weights = createPotWeight(node, rewriter);
  if (failed(weights))
    return failure();
  return replaceByGroupMatmul(node, *weights, rewriter);
}

void ecolm::populateLowBitConversions(NodeConversions &conversions) {
  conversions.addEcoLM("ButterflyFactor", convertButterflyFactor);
  conversions.addEcoLM("TernaryMatMul", convertTernaryMatMul);
  conversions.addEcoLM("TernaryGroupMatMul", convertTernaryGroupMatMul);
  conversions.addEcoLM("PotMatMul", convertPotMatMul);
  conversions.addEcoLM("PotGroupMatMul", convertPotGroupMatMul);
}
