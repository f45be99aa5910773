//===- FusedNode.cpp - A fused operator on its way out --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the standard nodes that stand for one fused operator.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"

using namespace mlir;
using namespace ecolm;

SmallVector<Value> FusedNode::makeAll(StringRef op, ValueRange operands,
                                      unsigned numResults,
                                      ArrayRef<NamedAttribute> attrs) {
  Type untyped =
      UnrankedTensorType::get(onnx::UnknownType::get(rewriter.getContext()));
  SmallVector<Value> given(operands);
  for (Value &operand : given)
    if (!operand)
      operand = none();
  auto made = onnx::NodeOp::create(
      rewriter, loc, SmallVector<Type>(numResults, untyped), op, given,
      /*domain=*/"", kStandardOpset, rewriter.getDictionaryAttr(attrs),
      /*graphs=*/nullptr, /*subgraphsCount=*/0);
  return SmallVector<Value>(made.getResults());
}

Value FusedNode::number(Type elementType, double value) {
  auto scalar = RankedTensorType::get({}, elementType);
  Attribute element = rewriter.getFloatAttr(elementType, value);
  return constant(cast<ElementsAttr>(DenseElementsAttr::get(scalar, element)));
}

Value FusedNode::integers(ArrayRef<int64_t> values) {
  return constant(cast<ElementsAttr>(rewriter.getI64TensorAttr(values)));
}

Value FusedNode::constant(ElementsAttr elements) {
  return onnx::InitializerOp::create(rewriter, loc,
                                     cast<RankedTensorType>(elements.getType()),
                                     getNodeName(node), elements);
}

Value FusedNode::none() {
  return onnx::NoneOp::create(rewriter, loc, rewriter.getNoneType());
}

Value FusedNode::size(Value value, int64_t axis) {
  Value shape =
      make("Shape", value, {attr("start", axis), attr("end", axis + 1)});
  return make("Squeeze", {shape, integers({0})});
}

Value FusedNode::range(Value limit) {
  auto scalar = RankedTensorType::get({}, rewriter.getI64Type());
  auto make64 = [&](int64_t value) {
    return constant(cast<ElementsAttr>(
        DenseElementsAttr::get(scalar, ArrayRef<int64_t>(value))));
  };
  return make("Range", {make64(0), limit, make64(1)});
}

SmallVector<Value> FusedNode::split(Value value, ArrayRef<int64_t> sizes,
                                    int64_t axis) {
  return makeAll("Split", {value, integers(sizes)}, sizes.size(),
                 attr("axis", axis));
}

LogicalResult FusedNode::replace(ArrayRef<Value> values) {
  for (auto [result, given] : llvm::zip(node.getResults(), values)) {
    if (!given)
      continue;
    Value value = given;
    // The function returns values of the types that it states.
    if (isa<UnrankedTensorType>(value.getType()))
      value.setType(result.getType());
    rewriter.replaceAllUsesWith(result, value);
  }
  rewriter.eraseOp(node);
  return success();
}
