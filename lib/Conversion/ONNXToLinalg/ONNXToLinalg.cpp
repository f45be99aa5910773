//===- ONNXToLinalg.cpp - Rewrites the rest of a graph --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Rewrites the nodes that are ordinary tensor computation.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "LinalgConversions.h"
#include "Signedness.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Conversion/Passes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"

namespace ecolm {
#define GEN_PASS_DEF_CONVERTONNXTOLINALG
#include "ecolm/Conversion/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Constants up to this many elements are written into the program's code.
static constexpr int64_t kMaxInlineElements = 16;

/// `elements` with their numbers in the attribute, if they are few.
static DenseElementsAttr readSmallConstant(ElementsAttr elements) {
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(elements);
  auto type = cast<RankedTensorType>(elements.getShapedType());
  if (!reader || reader->size() > kMaxInlineElements)
    return {};
  SmallVector<Attribute> values;
  Builder builder(type.getContext());
  for (int64_t i = 0; i < reader->size(); ++i) {
    if (auto floatType = dyn_cast<FloatType>(type.getElementType()))
      values.push_back(builder.getFloatAttr(floatType, reader->getDouble(i)));
    else
      values.push_back(
          builder.getIntegerAttr(type.getElementType(), reader->getInteger(i)));
  }
  return DenseElementsAttr::get(type, values);
}

/// True if a program does not hold such elements as the file does: those of 2
/// or 4 bits, and truths that MLIR packs.
static bool isPacked(Value constant) {
  unsigned width =
      getElementTypeOrSelf(constant.getType()).getIntOrFloatBitWidth();
  return width == 2 || width == 4 ||
         (width == 1 && isa<DenseElementsAttr>(getConstant(constant)));
}

/// Elements that a program holds as bytes.
static Value createUnpacked(Value constant, GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(constant.getType());
  std::optional<onnx::ElementsReader> reader =
      onnx::ElementsReader::get(getConstant(constant));
  if (!reader)
    return nullptr;
  SmallVector<int8_t> bytes;
  for (int64_t i = 0; i < reader->size(); ++i)
    bytes.push_back(static_cast<int8_t>(reader->getInteger(i)));
  auto wide = type.clone(rewriter.getI8Type());
  Value weight = rewriter.createWeight(
      constant.getLoc(), getConstantName(constant), wide,
      cast<ElementsAttr>(DenseElementsAttr::get(wide, ArrayRef(bytes))));
  return createElementwise(
      rewriter, constant.getLoc(), weight, type,
      [&](ImplicitLocOpBuilder &builder, ValueRange values) {
        return createCast(builder, values[0], type.getElementType());
      });
}

/// Replaces what is left of the constants: a small one by `arith.constant`, a
/// large one by a weight.
static void convertConstants(ModuleOp module) {
  GraphRewriter rewriter(module);
  SmallVector<Value> constants;
  module.walk([&](Operation *op) {
    if (isa<onnx::InitializerOp, onnx::NodeOp>(op) &&
        op->getNumResults() == 1 && getConstant(op->getResult(0)))
      constants.push_back(op->getResult(0));
  });
  for (Value constant : constants) {
    rewriter.setInsertionPoint(constant.getDefiningOp());
    DenseElementsAttr small = readSmallConstant(getConstant(constant));
    Value replacement;
    if (small)
      replacement =
          arith::ConstantOp::create(rewriter, constant.getLoc(), small);
    else if (isPacked(constant))
      replacement = createUnpacked(constant, rewriter);
    if (!replacement)
      replacement = rewriter.createWeightIfConstant(constant);
    rewriter.replaceOp(constant.getDefiningOp(), replacement);
  }
}

/// True for the tensors that the conversions know how to compute with.
static bool isSupportedType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return isa<NoneType>(type);
  Type element = tensor.getElementType();
  return element.isSignlessInteger() || isa<FloatType>(element);
}

/// Why `node` is still there.
static std::string explain(onnx::NodeOp node) {
  if (auto refusal = node->getAttrOfType<StringAttr>(onnx::kRefusalAttrName))
    return refusal.getValue().str();
  for (Type type : node->getOperandTypes())
    if (!isSupportedType(type))
      return "has an input of a type that is not supported";
  for (Type type : node->getResultTypes())
    if (!isSupportedType(type))
      return "has an output of a type that is not supported";
  if (!node.getSubgraphs().empty())
    return "has a subgraph, and control flow is not supported";
  return "is not supported; export the model with the operators listed in "
         "docs/Operators.md";
}

/// Reports every node that is left; all of them, for the user to see at once.
static LogicalResult reportRemainingNodes(ModuleOp module) {
  bool complete = true;
  module.walk([&](onnx::NodeOp node) {
    complete = false;
    std::string domain =
        node.getDomain().empty()
            ? ""
            : " of domain " + onnx::quoteName(node.getDomain());
    node.emitError() << "cannot compile operator "
                     << onnx::quoteName(node.getOpType()) << domain
                     << ", opset " << node.getOpset() << ": " << explain(node);
  });
  return success(complete);
}

namespace {
struct ConvertONNXToLinalg final
    : ecolm::impl::ConvertONNXToLinalgBase<ConvertONNXToLinalg> {
  using Base::Base;

  void runOnOperation() override {
    NodeConversions conversions;
    populateArithmeticConversions(conversions);
    populateLogicConversions(conversions);
    populateQuantizationConversions(conversions);
    populateActivationConversions(conversions);
    populateReductionConversions(conversions);
    populateNormDecompositions(conversions);
    populateMatrixConversions(conversions);
    populateReshapeConversions(conversions);
    populateShapeConversions(conversions);
    populateMovementConversions(conversions);
    populateSliceConversions(conversions);
    populateGatherConversions(conversions);
    populateScatterConversions(conversions);
    populateSelectionConversions(conversions);
    populatePaddingConversions(conversions);
    populateMaskConversions(conversions);
    populateScanConversions(conversions);
    populateBitConversions(conversions);
    populateEinsumConversions(conversions);
    populateIntegerProductConversions(conversions);
    populateRotaryConversions(conversions);
    populateAttentionSteps(conversions);
    conversions.setTypeFilter(isSupportedType);
    eraseSigns(getOperation());
    conversions.apply(getOperation());
    convertConstants(getOperation());
    if (failed(reportRemainingNodes(getOperation())))
      return signalPassFailure();
    getOperation().walk(
        [](Operation *op) { op->removeAttr(onnx::kDimsAttrName); });
  }
};
} // namespace
