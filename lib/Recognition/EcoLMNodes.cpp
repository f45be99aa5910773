//===- EcoLMNodes.cpp - Makes nodes of the domain ai.ecolm ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the nodes and initializers that recognition passes write.
//
//===----------------------------------------------------------------------===//

#include "EcoLMNodes.h"

using namespace mlir;
using namespace ecolm;

/// The versions of the two domains whose definitions the nodes follow.
static constexpr int64_t kEcoLMOpset = 1, kStandardOpset = 23;

/// The list of dimensions that the operation or function of `value` states.
static ArrayAttr getDims(Value value) {
  if (auto result = dyn_cast<OpResult>(value)) {
    auto lists =
        result.getOwner()->getAttrOfType<ArrayAttr>(onnx::kDimsAttrName);
    if (lists && result.getResultNumber() < lists.size())
      return dyn_cast<ArrayAttr>(lists[result.getResultNumber()]);
  }
  return {};
}

static Value createNode(OpBuilder &builder, Location loc, StringRef domain,
                        int64_t opset, StringRef opType, ValueRange inputs,
                        RankedTensorType type, ArrayRef<NamedAttribute> attrs,
                        Value like) {
  auto node = onnx::NodeOp::create(
      builder, loc, TypeRange(type), opType, inputs, domain, opset,
      builder.getDictionaryAttr(attrs), /*graphs=*/nullptr,
      /*subgraphsCount=*/0);
  if (like)
    if (ArrayAttr dims = getDims(like))
      node->setAttr(onnx::kDimsAttrName, builder.getArrayAttr(dims));
  return node.getResult(0);
}

Value ecolm::createEcoLMNode(OpBuilder &builder, Location loc, StringRef opType,
                             ValueRange inputs, RankedTensorType type,
                             ArrayRef<NamedAttribute> attrs, Value like) {
  return createNode(builder, loc, onnx::kEcoLMDomain, kEcoLMOpset, opType,
                    inputs, type, attrs, like);
}

Value ecolm::createStandardNode(OpBuilder &builder, Location loc,
                                StringRef opType, ValueRange inputs,
                                RankedTensorType type,
                                ArrayRef<NamedAttribute> attrs, Value like) {
  return createNode(builder, loc, /*domain=*/"", kStandardOpset, opType, inputs,
                    type, attrs, like);
}

Value ecolm::createInitializer(OpBuilder &builder, Location loc, StringRef name,
                               const onnx::HostTensor &tensor) {
  return onnx::InitializerOp::create(builder, loc, tensor.getType(),
                                     builder.getStringAttr(name),
                                     tensor.write(name))
      .getOutput();
}

Value ecolm::createIntegers(OpBuilder &builder, Location loc, StringRef name,
                            ArrayRef<int64_t> values) {
  onnx::HostTensor tensor(builder.getI64Type(),
                          {static_cast<int64_t>(values.size())});
  llvm::copy(values, tensor.get<int64_t>().begin());
  return createInitializer(builder, loc, name, tensor);
}

Value ecolm::createFloats(OpBuilder &builder, Location loc, StringRef name,
                          ArrayRef<float> values, ArrayRef<int64_t> shape) {
  onnx::HostTensor tensor(builder.getF32Type(), shape);
  llvm::copy(values, tensor.get<float>().begin());
  return createInitializer(builder, loc, name, tensor);
}
