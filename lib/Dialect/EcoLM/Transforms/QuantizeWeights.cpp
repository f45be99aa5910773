//===- QuantizeWeights.cpp - Quantizes constant weights -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Computes quantizers of declared weights and declares their codes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Support/PowerOfTwo.h"
#include "ecolm/Support/TernaryQuantizer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

namespace ecolm {
#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

using Floats = std::vector<float>;
using Codes = std::vector<int8_t>;

/// The floats of `value`, an f32 operand of `op` that is a declared weight or a
/// constant. Fails with an error otherwise.
static FailureOr<Floats> readConstant(Operation *op, Value value,
                                      SymbolTableCollection &symbols) {
  if (WeightOp weight = getDeclaration(value, symbols))
    return readFloats(weight);
  DenseFPElementsAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return op->emitOpError() << "expected weights or a constant to quantize, "
                                "but found a value of the run";
  auto values = constant.getValues<float>();
  return Floats(values.begin(), values.end());
}

/// Declares `codes` as a weight of `type` and gives its value.
static Value declareCodes(OpBuilder &builder, Operation *op, Value input,
                          RankedTensorType type, const Codes &codes,
                          SymbolTableCollection &symbols) {
  auto module = op->getParentOfType<ModuleOp>();
  std::string name = "quantized";
  if (auto get = input.getDefiningOp<GetWeightOp>())
    name = (get.getWeight() + "_codes").str();
  auto bytes = RankedTensorType::get(type.getShape(), builder.getI8Type());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(module.getBody());
  ArrayRef<char> raw(reinterpret_cast<const char *>(codes.data()),
                     codes.size());
  auto weight =
      WeightOp::create(builder, op->getLoc(), builder.getStringAttr(name),
                       TypeAttr::get(type), makeSource(bytes, name, raw),
                       PackingAttr::get(builder.getContext(), Packing::Bytes),
                       /*transposed=*/UnitAttr());
  // Makes the name unique.
  symbols.getSymbolTable(module).insert(weight);
  builder.setInsertionPoint(op);
  return GetWeightOp::create(builder, op->getLoc(), type, weight.getSymName());
}

/// Replaces `op` by codes and a constant scale.
static LogicalResult quantizeTernary(OpBuilder &builder, TernaryQuantizeOp op,
                                     SymbolTableCollection &symbols) {
  FailureOr<Floats> values = readConstant(op, op.getInput(), symbols);
  if (failed(values))
    return failure();
  TernaryRecipe recipe;
  recipe.rule = static_cast<TernaryThreshold>(op.getRule());
  recipe.scaling = static_cast<TernaryScaling>(op.getScaleRule());
  if (std::optional<APFloat> threshold = op.getThreshold())
    recipe.threshold = threshold->convertToFloat();

  // What shares a threshold is contiguous: everything, a row, or a part of one.
  int64_t count = values->size(), group = op.getGroup();
  int64_t row = group == 0 ? count : op.getInput().getType().getShape().back();
  int64_t part = group > 0 ? group : row;
  Codes codes(count);
  Floats scales;
  for (int64_t begin = 0; begin < count; begin += row)
    for (int64_t at = 0; at < row; at += part) {
      int64_t size = std::min(part, row - at);
      scales.push_back(
          ternarize(ArrayRef<float>(*values).slice(begin + at, size), recipe,
                    MutableArrayRef<int8_t>(codes).slice(begin + at, size)));
    }

  builder.setInsertionPoint(op);
  op.getCodes().replaceAllUsesWith(declareCodes(
      builder, op, op.getInput(), op.getCodes().getType(), codes, symbols));
  op.getScale().replaceAllUsesWith(arith::ConstantOp::create(
      builder, op.getLoc(),
      DenseElementsAttr::get(op.getScale().getType(), ArrayRef(scales))));
  op.erase();
  return success();
}

/// The code `sign * (e - min + 1)` of one quotient.
static int8_t quantizeQuotient(float quotient, PotQuantizeOp op, PotType type) {
  if (op.getRoundToInteger())
    quotient = std::nearbyint(quotient);
  PowerRange range = {type.getMin(), type.getMax(),
                      op.getUnderflow() == Underflow::Clamp};
  SignedPower power = quantizeToPower(
      quotient, static_cast<PowerRounding>(op.getRounding()), range);
  if (power.sign == 0)
    return type.getZero() ? 0 : 1;
  return power.sign * (power.exponent - type.getMin() + 1);
}

/// Replaces `op` by its codes.
static LogicalResult quantizePot(OpBuilder &builder, PotQuantizeOp op,
                                 SymbolTableCollection &symbols) {
  auto type = cast<PotType>(op.getType().getElementType());
  if (type.getTerms() != 1)
    return op.emitOpError()
           << "expected powers of two of one term, but found " << type;
  FailureOr<Floats> values = readConstant(op, op.getInput(), symbols);
  FailureOr<Floats> scales = readConstant(op, op.getScale(), symbols);
  if (failed(values) || failed(scales))
    return failure();
  // Scales are in the order of the groups, all of the same size.
  Codes codes(values->size());
  int64_t part = values->empty() ? 1 : values->size() / scales->size();
  for (size_t i = 0, e = codes.size(); i < e; ++i)
    codes[i] = quantizeQuotient((*values)[i] / (*scales)[i / part], op, type);

  builder.setInsertionPoint(op);
  op.getCodes().replaceAllUsesWith(
      declareCodes(builder, op, op.getInput(), op.getType(), codes, symbols));
  op.erase();
  return success();
}

namespace {
struct QuantizeWeights final
    : ecolm::impl::QuantizeWeightsBase<QuantizeWeights> {
  using Base::Base;

  void runOnOperation() override {
    SymbolTableCollection symbols;
    OpBuilder builder(&getContext());
    SmallVector<Operation *> quantizers;
    getOperation().walk([&](Operation *op) {
      if (isa<TernaryQuantizeOp, PotQuantizeOp>(op))
        quantizers.push_back(op);
    });
    for (Operation *op : quantizers) {
      auto ternary = dyn_cast<TernaryQuantizeOp>(op);
      LogicalResult result =
          ternary ? quantizeTernary(builder, ternary, symbols)
                  : quantizePot(builder, cast<PotQuantizeOp>(op), symbols);
      if (failed(result))
        return signalPassFailure();
      ++numQuantized;
    }
  }
};
} // namespace
