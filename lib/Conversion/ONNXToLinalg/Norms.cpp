//===- Norms.cpp - Softmax and norms --------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Takes operators that combine reductions apart into nodes.
//
//===----------------------------------------------------------------------===//

#include "LinalgConversions.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// Writes a formula as nodes over axes of one tensor.
class AxisFormula {
public:
  AxisFormula(Value like, Location loc, SmallVector<int64_t> axes,
              GraphRewriter &rewriter)
      : loc(loc), like(like), axes(std::move(axes)), rewriter(rewriter) {
    type = cast<RankedTensorType>(like.getType());
    SmallVector<int64_t> shape(type.getShape());
    for (int64_t axis : this->axes)
      shape[axis] = 1;
    reduced = RankedTensorType::get(shape, type.getElementType());
  }

  /// Operator `op` over the axes, which stay as dimensions of size one.
  Value reduce(StringRef op, Value x) {
    NamedAttribute attr =
        rewriter.getNamedAttr("axes", rewriter.getDenseI64ArrayAttr(axes));
    return rewriter.createNode(loc, op, x, reduced, attr, like);
  }
  /// Operator `op` element by element.
  Value apply(StringRef op, ValueRange operands) {
    bool isReduced = llvm::all_of(operands, [&](Value operand) {
      return operand.getType() == reduced || isScalar(operand);
    });
    return rewriter.createNode(loc, op, operands, isReduced ? reduced : type,
                               {}, like);
  }
  /// A constant.
  Value number(double value) {
    auto scalar = RankedTensorType::get({}, type.getElementType());
    auto elements = DenseElementsAttr::get(
        scalar, rewriter.getFloatAttr(type.getElementType(), value));
    return onnx::InitializerOp::create(rewriter, loc, scalar, "number",
                                       cast<ElementsAttr>(elements));
  }

private:
  static bool isScalar(Value value) {
    return cast<RankedTensorType>(value.getType()).getRank() == 0;
  }

  Location loc;
  Value like;
  SmallVector<int64_t> axes;
  GraphRewriter &rewriter;
  RankedTensorType type, reduced;
};
} // namespace

/// `exp(x - max) / sum(exp(x - max))`, or its logarithm.
template <bool isLogarithm>
static LogicalResult convertSoftmax(onnx::NodeOp node,
                                    GraphRewriter &rewriter) {
  Value x = node.getInputs()[0];
  int64_t rank = cast<RankedTensorType>(x.getType()).getRank();
  bool isOld = static_cast<int64_t>(node.getOpset()) < 13;
  std::optional<int64_t> axis =
      normalizeAxis(getInt(node, "axis", isOld ? 1 : -1), rank);
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  SmallVector<int64_t> axes = {*axis};
  // Before opset 13 all dimensions from the axis on were one.
  if (isOld)
    axes = llvm::to_vector(llvm::seq<int64_t>(*axis, rank));
  AxisFormula f(x, node.getLoc(), axes, rewriter);
  Value shifted = f.apply("Sub", {x, f.reduce("ReduceMax", x)});
  Value exponentials = f.apply("Exp", shifted);
  Value sum = f.reduce("ReduceSum", exponentials);
  Value result = isLogarithm ? f.apply("Sub", {shifted, f.apply("Log", sum)})
                             : f.apply("Div", {exponentials, sum});
  return rewriter.replaceNode(node, result);
}

/// The axes from attribute `axis` to the last one.
static FailureOr<SmallVector<int64_t>>
findTrailingAxes(onnx::NodeOp node, GraphRewriter &rewriter) {
  auto type = cast<RankedTensorType>(node.getInputs()[0].getType());
  std::optional<int64_t> axis =
      normalizeAxis(getInt(node, "axis", -1), type.getRank());
  if (!axis)
    return rewriter.refuse(node, "expects an axis below the rank");
  if (!isa<FloatType>(type.getElementType()))
    return rewriter.refuse(node, "expects elements of a float type");
  return llvm::to_vector(llvm::seq<int64_t>(*axis, type.getRank()));
}

/// `x` with elements of `type`.
static Value createCastNode(Value x, Type type, GraphRewriter &rewriter) {
  auto own = cast<RankedTensorType>(x.getType());
  if (own.getElementType() == type)
    return x;
  constexpr int64_t kFloat = 1, kFloat16 = 10, kBFloat16 = 16;
  int64_t to = type.isF32() ? kFloat : type.isF16() ? kFloat16 : kBFloat16;
  NamedAttribute attr =
      rewriter.getNamedAttr("to", rewriter.getI64IntegerAttr(to));
  return rewriter.createNode(x.getLoc(), "Cast", x, own.clone(type), attr, x);
}

/// The input of a norm in the type of its steps, which is f32 for what is
/// narrower.
static Value createWideInput(onnx::NodeOp node, GraphRewriter &rewriter) {
  Value x = node.getInputs()[0];
  Type type = getElementTypeOrSelf(x.getType());
  bool isWide = isa<Float32Type, Float64Type>(type);
  return isWide ? x : createCastNode(x, rewriter.getF32Type(), rewriter);
}

/// `normalized * scale + bias`, inputs 1 and 2, in the type of the node.
static Value createScaled(onnx::NodeOp node, Value normalized,
                          GraphRewriter &rewriter) {
  Value x = node.getInputs()[0];
  Value result =
      createCastNode(normalized, getElementTypeOrSelf(x.getType()), rewriter);
  AxisFormula f(x, node.getLoc(), {}, rewriter);
  if (Value scale = node.getPresentInput(1))
    result = f.apply("Mul", {result, scale});
  if (Value bias = node.getPresentInput(2))
    result = f.apply("Add", {result, bias});
  return result;
}

/// `(x - mean) / sqrt(var + epsilon) * scale + bias`, with the mean and the
/// inverse deviation as further results.
static LogicalResult convertLayerNormalization(onnx::NodeOp node,
                                               GraphRewriter &rewriter) {
  FailureOr<SmallVector<int64_t>> axes = findTrailingAxes(node, rewriter);
  if (failed(axes))
    return failure();
  Value x = createWideInput(node, rewriter);
  AxisFormula f(x, node.getLoc(), *axes, rewriter);
  Value mean = f.reduce("ReduceMean", x);
  Value centered = f.apply("Sub", {x, mean});
  Value variance = f.reduce("ReduceMean", f.apply("Mul", {centered, centered}));
  Value epsilon = f.number(getFloat(node, "epsilon", 1e-5));
  Value deviation = f.apply("Sqrt", f.apply("Add", {variance, epsilon}));
  Value result =
      createScaled(node, f.apply("Div", {centered, deviation}), rewriter);
  SmallVector<Value> results = {result};
  if (node->getNumResults() > 1)
    results.push_back(mean);
  if (node->getNumResults() > 2)
    results.push_back(f.apply("Reciprocal", deviation));
  return rewriter.replaceNode(node, results);
}

/// `x / sqrt(mean(x^2) + epsilon) * scale`.
static LogicalResult convertRMSNormalization(onnx::NodeOp node,
                                             GraphRewriter &rewriter) {
  FailureOr<SmallVector<int64_t>> axes = findTrailingAxes(node, rewriter);
  if (failed(axes))
    return failure();
  Value x = createWideInput(node, rewriter);
  AxisFormula f(x, node.getLoc(), *axes, rewriter);
  Value square = f.reduce("ReduceMean", f.apply("Mul", {x, x}));
  Value epsilon = f.number(getFloat(node, "epsilon", 1e-5));
  Value deviation = f.apply("Sqrt", f.apply("Add", {square, epsilon}));
  return rewriter.replaceNode(
      node, createScaled(node, f.apply("Div", {x, deviation}), rewriter));
}

void ecolm::populateNormDecompositions(NodeConversions &conversions) {
  conversions.add("Softmax", convertSoftmax<false>);
  conversions.add("LogSoftmax", convertSoftmax<true>);
  conversions.add("LayerNormalization", convertLayerNormalization);
  conversions.add("RMSNormalization", convertRMSNormalization);
}
