//===- LayerDescription.cpp - Layers of a lowered model -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Counts what operations on tensors compute.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/LayerDescription.h"
#include "ecolm/Analysis/KernelChoice.h"
#include "ecolm/Analysis/LayerCosts.h"
#include "ecolm/Analysis/NodeNames.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Support/WeightPacker.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

/// Instructions on 16 lanes for 16 elements: of norms, of quantizers by
/// exponent and of others, of an operation of a loop over elements, of an exp
/// in vectors and of a function of libm.
static constexpr double kNorm = 11, kLogQuantizer = 12, kQuantizer = 45;
static constexpr double kSimple = 2, kExp = 20, kLibrary = 450;
/// Of reading an element that an index chooses, which vectors do not.
static constexpr double kGather = 16;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// The product of `sizes`; sizes that are not known count as one, which they
/// are for one token.
static int64_t multiply(ArrayRef<int64_t> sizes) {
  int64_t product = 1;
  for (int64_t size : sizes)
    product *= ShapedType::isDynamic(size) ? 1 : size;
  return product;
}

static ArrayRef<int64_t> getShape(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

/// Rows of `value`: all dimensions but the last.
static int64_t countRows(Value value) {
  ArrayRef<int64_t> shape = getShape(value);
  return shape.empty() ? 1 : multiply(shape.drop_back());
}

/// How many elements of `source`, which is laid out plainly, are zero.
static int64_t countPlainZeros(ArrayRef<char> source, Type element) {
  int64_t bytes = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  int64_t zeros = 0;
  for (size_t at = 0; at + bytes <= source.size(); at += bytes) {
    uint64_t bits = 0;
    std::memcpy(&bits, source.data() + at, bytes);
    // -0 is zero as well.
    if (isa<FloatType>(element))
      bits &= llvm::maskTrailingOnes<uint64_t>(8 * bytes - 1);
    zeros += bits == 0;
  }
  return zeros;
}

/// How many elements of `weight` are zero.
static FailureOr<int64_t> countZerosOf(WeightOp weight,
                                       const WeightDescription &description) {
  FailureOr<WeightBytes> bytes = getSourceBytes(weight);
  if (failed(bytes))
    return failure();
  auto type = cast<RankedTensorType>(weight.getType());
  if (description.kind == ElementKind::Plain)
    return countPlainZeros(bytes->get(), type.getElementType());
  int64_t zeros = 0;
  llvm::Error error =
      readWeightCodes(description, bytes->get(), [&](ArrayRef<int8_t> codes) {
        zeros += llvm::count(codes, int8_t(0));
      });
  if (error) {
    weight.emitOpError() << llvm::toString(std::move(error));
    return failure();
  }
  return zeros;
}

//===----------------------------------------------------------------------===//
// Products with weights
//===----------------------------------------------------------------------===//

/// Adds what `weight` takes to `layer`: as a weight that meets activations, or
/// as a scale or the like.
LogicalResult LayerDescriber::addWeight(WeightOp weight, bool isPart,
                                        LayerRecord &layer) {
  FailureOr<WeightDescription> description = describeWeight(weight);
  if (failed(description))
    return failure();
  seen.insert(weight);
  layer.bytes += getPackedSize(*description);
  layer.sourceBytes += getSourceSize(*description);
  if (!isPart)
    return success();
  layer.weights += description->getNumElements();
  if (!countZeros)
    return success();
  FailureOr<int64_t> zeros = countZerosOf(weight, *description);
  if (failed(zeros))
    return failure();
  layer.zeros = std::max<int64_t>(layer.zeros, 0) + *zeros;
  return success();
}

/// The energy of an addition and of a multiplication of `op`.
static std::pair<double, double> getEnergies(Type input, Type result) {
  if (isa<FloatType>(result))
    return {kEnergy.addFloat, kEnergy.multiplyFloat};
  return {kEnergy.addInt,
          input.isInteger(8) ? kEnergy.multiplyByte : kEnergy.multiplyInt};
}

LogicalResult LayerDescriber::describeProduct(Operation *op,
                                              LayerRecord &layer) {
  KernelChoice choice = chooseKernel(op, instructions);
  layer.kernel = choice.name;
  layer.why = choice.why;
  layer.missed = choice.missed;
  auto group = dyn_cast<GroupMatmulOp>(op);
  OperandRange weights = op->getOperands().drop_front();
  // Factors that were fused are called by what they have in common.
  if (WeightOp first = getDeclaration(weights.front(), symbols);
      first && isa<ButterflyOp>(op))
    layer.name = getChainName(first.getSymName(), layer.name);
  layer.format =
      describeFormat(getElementTypeOrSelf(weights.front().getType()));
  for (auto [i, operand] : llvm::enumerate(weights)) {
    WeightOp weight = getDeclaration(operand, symbols);
    if (!weight)
      continue;
    bool isScale = group && i > 0;
    if (failed(addWeight(weight, !isScale, layer)))
      return failure();
    layer.factors += !isScale;
    if (!isScale &&
        layer.format != describeFormat(getElementTypeOrSelf(operand.getType())))
      layer.format = "mixed";
  }
  int64_t rows = countRows(op->getResult(0));
  int64_t products = rows * layer.weights;
  layer.additions = products;
  (choice.multiplies ? layer.multiplications : layer.removed) = products;
  layer.dense = rows * layer.inputs * layer.outputs;
  layer.tokenTime = products / 16.0 * choice.instructions;
  layer.weightTime = layer.bytes;
  Type input = getElementTypeOrSelf(op->getOperand(0).getType());
  Type result = getElementTypeOrSelf(op->getResult(0).getType());
  auto [add, multiply] =
      group ? getEnergies(input, isa<FloatType>(input)
                                     ? input
                                     : IntegerType::get(op->getContext(), 32))
            : getEnergies(input, result);
  layer.arithmeticEnergy =
      layer.additions * add + layer.multiplications * multiply;
  if (!group)
    return success();
  // A group's sum meets its scale, and its offset the sum of the inputs.
  int64_t scales = rows * getShape(group.getScales())[0] *
                   getShape(group.getScales())[1] *
                   (group.getOffsets() ? 2 : 1);
  layer.additions += scales;
  layer.multiplications += scales;
  layer.arithmeticEnergy += scales * (kEnergy.addFloat + kEnergy.multiplyFloat);
  return success();
}

//===----------------------------------------------------------------------===//
// Other layers
//===----------------------------------------------------------------------===//

static void describeAttention(Operation *op, int64_t heads, int64_t kvHeads,
                              LayerRecord &layer) {
  layer.kernel = "attention";
  layer.why = isa<CachedAttentionOp>(op)
                  ? "keys and values of earlier tokens are kept"
                  : "the whole sequence is there";
  ArrayRef<int64_t> query = getShape(op->getOperand(0));
  ArrayRef<int64_t> key = getShape(op->getOperand(1));
  int64_t products = 2 * query.back();
  layer.pairAdditions = layer.pairMultiplications = products;
  layer.pairTime = products / 16.0 * 4;
  // A softmax for each head.
  layer.pairTime += heads / 16.0 * 2 * kExp;
  layer.pairEnergy = products * (kEnergy.addFloat + kEnergy.multiplyFloat);
  layer.tokenTime = 2 * kvHeads * kSimple;
  bool isKnown =
      !ShapedType::isDynamic(query[1]) && !ShapedType::isDynamic(key[1]);
  if (!isKnown || isa<CachedAttentionOp>(op))
    return;
  // Without tokens there is one evaluation, of pairs that are known.
  int64_t pairs = multiply(query.drop_back()) * key[1];
  layer.additions = layer.multiplications = pairs * products;
  layer.tokenTime += pairs * layer.pairTime;
  layer.pairAdditions = layer.pairMultiplications = 0;
  layer.pairTime = layer.pairEnergy = 0;
}

static void describeNorm(Operation *op, LayerRecord &layer) {
  int64_t elements = multiply(getShape(op->getResult(0)));
  bool isLayerNorm = isa<LayerNormOp>(op);
  layer.kernel = "norm";
  layer.why = "sums of a row in 16 lanes";
  layer.additions = elements * (isLayerNorm ? 4 : 1);
  layer.multiplications = elements * 3;
  layer.tokenTime = elements / 16.0 * kNorm;
}

/// Operations of a loop over elements: sums, products, and the price of all.
static void countLoop(linalg::LinalgOp loop, LayerRecord &layer) {
  int64_t trips = multiply(loop.getStaticLoopRanges());
  for (Operation &op : *loop.getBlock()) {
    bool isSum =
        isa<arith::AddFOp, arith::SubFOp, arith::AddIOp, arith::SubIOp>(op);
    bool isProduct = isa<arith::MulFOp, arith::DivFOp, arith::MulIOp>(op);
    layer.additions += trips * isSum;
    layer.multiplications += trips * isProduct;
    bool isFunction =
        isa<math::MathDialect>(op.getDialect()) &&
        !isa<math::AbsFOp, math::AbsIOp, math::SqrtOp, math::CopySignOp,
             math::FloorOp, math::CeilOp, math::RoundEvenOp>(op);
    layer.tokenTime += trips / 16.0 * (isFunction ? kLibrary : kSimple);
  }
}

/// Whether `loop` reads rows of a weight that indices choose.
static Value getTable(linalg::LinalgOp loop) {
  for (auto extract : loop.getBlock()->getOps<tensor::ExtractOp>())
    if (extract.getTensor().getDefiningOp<GetWeightOp>())
      return extract.getTensor();
  return {};
}

static double getFloatEnergy(const LayerRecord &layer) {
  return layer.additions * kEnergy.addFloat +
         layer.multiplications * kEnergy.multiplyFloat;
}

FailureOr<std::optional<LayerRecord>>
LayerDescriber::describe(Operation *op, Operation *last) {
  LayerRecord layer;
  layer.name = getChainName(getNameInModel(op), getNameInModel(last));
  layer.kind = op->getName().stripDialect().str();
  auto addDimensions = [&] {
    Value input = op->getOperand(0), result = op->getResult(0);
    layer.inputs = multiply(getShape(input).take_back());
    layer.outputs = multiply(getShape(result).take_back());
    layer.input = describeFormat(getElementTypeOrSelf(input.getType()));
  };
  if (isa<ButterflyOp, ButterflyFactorOp, MatmulOp, GroupMatmulOp>(op)) {
    addDimensions();
    if (failed(describeProduct(op, layer)))
      return failure();
    return std::optional(layer);
  }
  if (auto attention = dyn_cast<AttentionOp>(op)) {
    addDimensions();
    describeAttention(op, attention.getHeads(), attention.getKvHeads(), layer);
  } else if (auto attention = dyn_cast<CachedAttentionOp>(op)) {
    addDimensions();
    describeAttention(op, attention.getHeads(), attention.getKvHeads(), layer);
    layer.kind = "attention";
  } else if (isa<LayerNormOp, RmsNormOp>(op)) {
    addDimensions();
    describeNorm(op, layer);
    layer.format = layer.input;
    for (Value operand : op->getOperands().drop_front())
      if (WeightOp weight = getDeclaration(operand, symbols))
        if (failed(addWeight(weight, true, layer)))
          return failure();
  } else if (isa<LogQuantizeOp, TernaryQuantizeOp, PotQuantizeOp,
                 QuantizeInt8Op>(op)) {
    addDimensions();
    layer.kernel = "quantizer";
    layer.why = "every element is rounded";
    layer.tokenTime = multiply(getShape(op->getOperand(0))) / 16.0 *
                      (isa<LogQuantizeOp>(op) ? kLogQuantizer : kQuantizer);
  } else if (auto embedding = dyn_cast<EmbeddingOp>(op)) {
    layer.format =
        describeFormat(embedding.getWeights().getType().getElementType());
    layer.kernel = "rows of codes";
    layer.why = "an index chooses a row";
    layer.outputs = getShape(embedding.getResult()).back();
    int64_t elements = multiply(getShape(embedding.getResult()));
    layer.multiplications = elements;
    layer.additions = embedding.getOffsets() ? elements : 0;
    layer.tokenTime = elements / 16.0 * kGather;
    for (auto [i, operand] : llvm::enumerate(op->getOperands().drop_front()))
      if (WeightOp weight = getDeclaration(operand, symbols))
        if (failed(addWeight(weight, i == 0, layer)))
          return failure();
  } else if (auto loop = dyn_cast<linalg::LinalgOp>(op)) {
    Value table = getTable(loop);
    bool isProduct = linalg::isaContractionOpInterface(loop) &&
                     loop.getNumReductionLoops() > 0;
    if (!table && !isProduct)
      return std::optional<LayerRecord>();
    layer.kind = table ? "embedding" : "product";
    layer.kernel = "plain loops";
    layer.outputs = multiply(getShape(op->getResult(0)).take_back());
    layer.why = table ? "an index chooses a row of floats"
                      : "both operands are computed, or weights of a batch";
    if (isProduct)
      layer.missed = "a product of computed tensors is no part of an attention "
                     "that was recognized; --check says what is missing";
    countLoop(loop, layer);
    if (isProduct)
      layer.tokenTime = layer.multiplications / 16.0 * kScalarInstructions;
    SmallVector<Value> operands(op->getOperands());
    if (table)
      operands.push_back(table);
    for (Value operand : operands)
      if (WeightOp weight = getDeclaration(operand, symbols)) {
        layer.format = describeFormat(getElementTypeOrSelf(operand.getType()));
        if (failed(addWeight(weight, true, layer)))
          return failure();
      }
  } else {
    return std::optional<LayerRecord>();
  }
  layer.arithmeticEnergy = getFloatEnergy(layer);
  return std::optional(layer);
}

void LayerDescriber::addToRest(Operation *op, LayerRecord &rest) {
  if (auto loop = dyn_cast<linalg::LinalgOp>(op))
    countLoop(loop, rest);
  rest.arithmeticEnergy = getFloatEnergy(rest);
}

LogicalResult LayerDescriber::addOtherWeights(ModuleOp module,
                                              LayerRecord &rest) {
  for (auto weight : module.getOps<WeightOp>())
    if (!seen.contains(weight) && failed(addWeight(weight, true, rest)))
      return failure();
  return success();
}
