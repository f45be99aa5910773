//===- Signedness.cpp - Unsigned integers ---------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Moves the sign of integers from types to the nodes that compute with them.
//
//===----------------------------------------------------------------------===//

#include "Signedness.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace ecolm;

static constexpr StringLiteral kUnsignedAttrName = "ecolm.unsigned";

static bool isUnsigned(Type type) {
  return getElementTypeOrSelf(type).isUnsignedInteger();
}

/// `type` with signless elements where it had unsigned ones.
static Type withoutSign(Type type) {
  if (!isUnsigned(type))
    return type;
  auto shaped = cast<ShapedType>(type);
  return shaped.clone(IntegerType::get(
      type.getContext(), shaped.getElementType().getIntOrFloatBitWidth()));
}

/// The same bytes as a tensor of signless elements.
static ElementsAttr withoutSign(ElementsAttr elements) {
  auto type = cast<ShapedType>(withoutSign(elements.getType()));
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  if (auto dense = dyn_cast<DenseIntElementsAttr>(elements))
    return cast<ElementsAttr>(dense.bitcast(type.getElementType()));
  return elements;
}

/// Remembers on `node` which of its inputs and outputs are unsigned.
static void rememberSigns(onnx::NodeOp node) {
  SmallVector<bool> flags;
  for (Type type : node->getOperandTypes())
    flags.push_back(isUnsigned(type));
  for (Type type : node->getResultTypes())
    flags.push_back(isUnsigned(type));
  if (llvm::is_contained(flags, true))
    node->setAttr(kUnsignedAttrName,
                  DenseBoolArrayAttr::get(node.getContext(), flags));
}

/// Remembers on `function` which of its arguments and results are unsigned.
static void rememberSigns(func::FuncOp function) {
  auto mark = UnitAttr::get(function.getContext());
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (isUnsigned(type))
      function.setArgAttr(i, kUnsignedAttrName, mark);
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    if (isUnsigned(type))
      function.setResultAttr(i, kUnsignedAttrName, mark);
}

void ecolm::eraseSigns(ModuleOp module) {
  module.walk([](onnx::NodeOp node) { rememberSigns(node); });
  module.walk([](Operation *op) {
    if (auto initializer = dyn_cast<onnx::InitializerOp>(op))
      initializer.setValueAttr(withoutSign(initializer.getValue()));
    for (Value result : op->getResults())
      result.setType(withoutSign(result.getType()));
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        argument.setType(withoutSign(argument.getType()));
  });
  for (auto function : module.getOps<func::FuncOp>()) {
    rememberSigns(function);
    SmallVector<Type> inputs, results;
    for (Type type : function.getArgumentTypes())
      inputs.push_back(withoutSign(type));
    for (Type type : function.getResultTypes())
      results.push_back(withoutSign(type));
    function.setType(FunctionType::get(function.getContext(), inputs, results));
  }
}

static bool findFlag(onnx::NodeOp node, unsigned index) {
  auto flags = node->getAttrOfType<DenseBoolArrayAttr>(kUnsignedAttrName);
  return flags && index < flags.size() && flags[index];
}

bool ecolm::isUnsignedInput(onnx::NodeOp node, unsigned index) {
  return findFlag(node, index);
}

bool ecolm::isUnsignedOutput(onnx::NodeOp node, unsigned index) {
  return findFlag(node, node->getNumOperands() + index);
}
