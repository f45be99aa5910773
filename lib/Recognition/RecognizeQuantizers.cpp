//===- RecognizeQuantizers.cpp - Quantizers of activations ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rewrites nodes that together are a quantizer of activations.
//
//===----------------------------------------------------------------------===//

#include "EcoLMNodes.h"
#include "QuantizerProbes.h"
#include "Region.h"
#include "ScaledProduct.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"
#include "ecolm/Dialect/ONNX/Evaluate/Evaluate.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include "llvm/Support/FormatVariadic.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZEQUANTIZERS
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Columns that a row of a probe has if the model does not say, and at most.
static constexpr int64_t kDefaultColumns = 64, kMaxColumns = 1024;

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// True for operators that a quantizer may be written with: elementwise ones,
/// maxima, and constants of the shape of a value.
static bool mayQuantize(onnx::NodeOp node) {
  static constexpr StringLiteral kOperators[] = {"Abs",
                                                 "Add",
                                                 "And",
                                                 "Cast",
                                                 "CastLike",
                                                 "Ceil",
                                                 "Clip",
                                                 "ConstantOfShape",
                                                 "Div",
                                                 "Equal",
                                                 "Exp",
                                                 "Expand",
                                                 "Floor",
                                                 "Greater",
                                                 "GreaterOrEqual",
                                                 "Identity",
                                                 "Less",
                                                 "LessOrEqual",
                                                 "Log",
                                                 "Max",
                                                 "Min",
                                                 "Mul",
                                                 "Neg",
                                                 "Not",
                                                 "Or",
                                                 "Pow",
                                                 "Reciprocal",
                                                 "ReduceMax",
                                                 "ReduceMin",
                                                 "Relu",
                                                 "Round",
                                                 "Shape",
                                                 "Sign",
                                                 "Sqrt",
                                                 "Sub",
                                                 "Where"};
  return node.getDomain().empty() && onnx::canEvaluate(node) &&
         llvm::is_contained(kOperators, node.getOpType());
}

static bool isReduction(onnx::NodeOp node) {
  return node.getOpType().starts_with("Reduce");
}

/// True if `region` reduces the last axis only, and keeps it.
static bool reducesRows(const ValueRegion &region) {
  auto type = cast<RankedTensorType>(region.input.getType());
  for (onnx::NodeOp node : region.nodes) {
    if (!isReduction(node))
      continue;
    auto axes = getIntsOrInput(node, "axes", 1);
    if (!axes || axes->size() != 1 || !getInt(node, "keepdims", 1) ||
        normalizeAxis(axes->front(), type.getRank()) != type.getRank() - 1)
      return false;
  }
  return true;
}

/// True if `region` could be a quantizer: it keeps the type, and makes steps.
static bool isCandidate(const ValueRegion &region) {
  auto input = dyn_cast<RankedTensorType>(region.input.getType());
  auto output = dyn_cast<RankedTensorType>(region.output.getType());
  auto makesSteps = [](onnx::NodeOp node) {
    return node.getOpType() == "Round" || node.getOpType() == "Floor" ||
           node.getOpType() == "Ceil" || node.getOpType() == "Cast" ||
           node.getOpType().starts_with("Greater") ||
           node.getOpType().starts_with("Less");
  };
  return input && output && input.getElementType().isF32() &&
         input.getShape() == output.getShape() &&
         output.getElementType().isF32() && input.getRank() > 0 &&
         region.nodes.size() > 1 && llvm::any_of(region.nodes, makesSteps) &&
         reducesRows(region);
}

/// Small positive constants in `region`: what its epsilon may be.
static SmallVector<float> collectEpsilons(const ValueRegion &region) {
  SmallVector<float> epsilons;
  for (onnx::NodeOp node : region.nodes)
    for (Value input : node.getInputs())
      if (auto number = dyn_cast_or_null<FloatAttr>(getScalarConstant(input)))
        if (number.getType().isF32() && number.getValueAsDouble() > 0 &&
            number.getValueAsDouble() < 0.1)
          epsilons.push_back(number.getValueAsDouble());
  return epsilons;
}

//===----------------------------------------------------------------------===//
// Probing
//===----------------------------------------------------------------------===//

/// What `region` computes of `values` in `shape`, with leading axes of size one
/// up to its rank.
static std::optional<std::vector<float>> evaluate(const ValueRegion &region,
                                                  ArrayRef<float> values,
                                                  ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(region.input.getType());
  SmallVector<int64_t> full(shape);
  while (static_cast<int64_t>(full.size()) < type.getRank())
    full.insert(full.begin(), 1);
  onnx::HostTensor input(type.getElementType(), full);
  llvm::copy(values, input.get<float>().begin());
  auto output = evaluateRegion(region, input);
  if (!output || output->getShape() != ArrayRef<int64_t>(full) ||
      !output->getElementType().isF32())
    return std::nullopt;
  return std::move(output->get<float>());
}

namespace {

/// The node that a region is, and how it was found.
struct Quantizer {
  std::string opType, evidence, almost;
  SmallVector<NamedAttribute> attrs;
};

} // namespace

static std::string describeProbes(int64_t numProbes, int64_t numFlips) {
  std::string text =
      llvm::formatv("the nodes agree with it at {0} numbers", numProbes).str();
  if (numFlips)
    text += llvm::formatv(", but for {0} next to a threshold", numFlips).str();
  return text;
}

static Quantizer probeLog(const ValueRegion &region) {
  auto finding = probeLogQuantizer([&](ArrayRef<float> values) {
    return evaluate(region, values, static_cast<int64_t>(values.size()));
  });
  Quantizer quantizer;
  quantizer.almost = finding.almost;
  if (!finding.parameters)
    return quantizer;
  auto [range, rounding] = *finding.parameters;
  StringRef roundingName = stringifyRounding(static_cast<Rounding>(rounding));
  StringRef underflow = range.clampsUnderflow ? "clamp" : "zero";
  Builder builder(region.input.getContext());
  quantizer.opType = "LogQuantize";
  quantizer.attrs = {
      builder.getNamedAttr("emin", builder.getI64IntegerAttr(range.min)),
      builder.getNamedAttr("emax", builder.getI64IntegerAttr(range.max)),
      builder.getNamedAttr("rounding", builder.getStringAttr(roundingName)),
      builder.getNamedAttr("underflow", builder.getStringAttr(underflow))};
  quantizer.evidence =
      llvm::formatv("log quantizer, 2^{0} to 2^{1}, rounding {2}, underflow to "
                    "{3}: {4}",
                    range.min, range.max, roundingName,
                    range.clampsUnderflow ? "the smallest" : "zero",
                    describeProbes(finding.numProbes, finding.numFlips))
          .str();
  return quantizer;
}

static Quantizer probeInt8(const ValueRegion &region) {
  int64_t columns =
      cast<RankedTensorType>(region.input.getType()).getShape().back();
  columns = ShapedType::isDynamic(columns) ? kDefaultColumns
                                           : std::min(columns, kMaxColumns);
  auto finding = probeInt8Quantizer(
      [&](ArrayRef<float> values, int64_t rows, int64_t width) {
        return evaluate(region, values, {rows, width});
      },
      columns, collectEpsilons(region));
  Quantizer quantizer;
  quantizer.almost = finding.almost;
  if (!finding.parameters)
    return quantizer;
  Builder builder(region.input.getContext());
  quantizer.opType = "QuantizeInt8";
  quantizer.attrs = {builder.getNamedAttr(
      "epsilon", builder.getF32FloatAttr(finding.parameters->epsilon))};
  quantizer.evidence =
      llvm::formatv("int8 of each row with the scale max|x| / 127: {0}",
                    describeProbes(finding.numProbes, finding.numFlips))
          .str();
  return quantizer;
}

/// The quantizer that `region` is; without an operator if it is none.
static Quantizer probeRegion(const ValueRegion &region) {
  if (llvm::none_of(region.nodes, isReduction))
    return probeLog(region);
  return cast<RankedTensorType>(region.input.getType()).getRank() > 1
             ? probeInt8(region)
             : Quantizer();
}

namespace {
struct RecognizeQuantizers final
    : ecolm::impl::RecognizeQuantizersBase<RecognizeQuantizers> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "quantizer");
    // Codes whose scale comes behind a product: with it they are a quantizer,
    // or it stays where it is.
    OpBuilder builder(&getContext());
    llvm::DenseMap<Operation *, ScaledProduct> products;
    for (const ScaledProduct &product : findScaledProducts(getOperation()))
      products.try_emplace(product.createRows(builder).getDefiningOp(),
                           product);
    NodePositions positions;
    SmallVector<onnx::NodeOp> nodes;
    getOperation().walk([&](onnx::NodeOp node) {
      positions[node] = nodes.size();
      nodes.push_back(node);
    });
    // Last nodes first: a quantizer is found as a whole before its parts.
    llvm::SmallPtrSet<Operation *, 16> taken;
    for (onnx::NodeOp node : llvm::reverse(nodes)) {
      if (taken.contains(node) || node.getNumResults() != 1 ||
          !mayQuantize(node))
        continue;
      Quantizer quantizer;
      auto region = findRegion(node.getResult(0), positions, mayQuantize,
                               [&](const ValueRegion &grown) {
                                 if (!isCandidate(grown))
                                   return false;
                                 Quantizer found = probeRegion(grown);
                                 if (quantizer.almost.empty())
                                   quantizer = found;
                                 if (!found.opType.empty())
                                   quantizer = found;
                                 return !found.opType.empty();
                               });
      if (!region) {
        if (!quantizer.almost.empty())
          notes.almost(node.getLoc(), getNodeName(node), quantizer.almost);
        continue;
      }
      notes.found(getNodeName(node), quantizer.evidence);
      builder.setInsertionPoint(node);
      Value result = createEcoLMNode(
          builder, node.getLoc(), quantizer.opType, region->input,
          cast<RankedTensorType>(region->output.getType()), quantizer.attrs,
          region->output);
      region->output.replaceAllUsesWith(result);
      if (auto product = products.find(node); product != products.end())
        product->second.moveScale(result, builder);
      for (onnx::NodeOp inner : region->nodes)
        taken.insert(inner);
    }
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
