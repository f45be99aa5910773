//===- Region.cpp - A part of a graph with one input ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Grows a region backwards from its output until one value feeds it.
//
//===----------------------------------------------------------------------===//

#include "Region.h"
#include "ecolm/Dialect/ONNX/Evaluate/Evaluate.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace ecolm;

/// Elements that evaluating one region may compute.
static constexpr int64_t kMaxElements = int64_t(1) << 24;

static bool isConstant(Value value) {
  return isa<NoneType>(value.getType()) || onnx::getConstantElements(value);
}

std::optional<ValueRegion>
ecolm::findRegion(Value output, const NodePositions &positions,
                  function_ref<bool(onnx::NodeOp)> isAllowed,
                  function_ref<bool(const ValueRegion &)> isWanted) {
  ValueRegion region;
  region.output = output;
  llvm::SmallSetVector<Value, 8> frontier;
  frontier.insert(output);
  while (true) {
    // The last node first, so that a value is passed only when all that read
    // it are inside.
    onnx::NodeOp last;
    for (Value value : frontier) {
      auto node = value.getDefiningOp<onnx::NodeOp>();
      if (node && node->getBlock() == output.getParentBlock() &&
          (!last || positions.lookup(node) > positions.lookup(last)))
        last = node;
    }
    if (!last || !isAllowed(last) || region.nodes.size() == kMaxRegionNodes)
      return std::nullopt;
    for (Value result : last.getResults())
      frontier.remove(result);
    region.nodes.insert(region.nodes.begin(), last);
    for (Value input : last.getInputs())
      if (!isConstant(input))
        frontier.insert(input);
    if (frontier.empty())
      return std::nullopt;
    region.input = frontier.front();
    if (frontier.size() == 1 && isWanted(region))
      return region;
  }
}

/// The elements of a constant. One that says the same of every element of the
/// region's input says it of an input of any shape, as one element.
static std::optional<onnx::HostTensor> readConstant(Value constant,
                                                    const ValueRegion &region) {
  auto tensor = onnx::HostTensor::read(onnx::getConstantElements(constant));
  auto input = dyn_cast<RankedTensorType>(region.input.getType());
  if (!tensor || !input || tensor->getShape() != input.getShape() ||
      !(tensor->isFloat() || tensor->getElementType().isInteger(1)))
    return tensor;
  std::visit(
      [&](auto &elements) {
        if (elements.empty() || !llvm::all_equal(elements))
          return;
        elements.resize(1);
        tensor->setShape(SmallVector<int64_t>(tensor->getRank(), 1));
      },
      tensor->getStorage());
  return tensor;
}

std::optional<onnx::HostTensor>
ecolm::evaluateRegion(const ValueRegion &region,
                      const onnx::HostTensor &input) {
  llvm::DenseMap<Value, onnx::HostTensor> tensors;
  tensors.try_emplace(region.input, input);
  onnx::EvaluationBudget budget{kMaxElements};
  for (onnx::NodeOp node : region.nodes) {
    SmallVector<const onnx::HostTensor *> inputs;
    for (Value value : node.getInputs()) {
      if (isa<NoneType>(value.getType())) {
        inputs.push_back(nullptr);
        continue;
      }
      if (!tensors.contains(value)) {
        auto constant = readConstant(value, region);
        if (!constant)
          return std::nullopt;
        tensors.try_emplace(value, std::move(*constant));
      }
      inputs.push_back(nullptr);
    }
    // The map has grown as far as it will for this node.
    for (auto [value, tensor] : llvm::zip_equal(node.getInputs(), inputs))
      if (!isa<NoneType>(value.getType()))
        tensor = &tensors.find(value)->second;
    auto results = onnx::evaluateNode(node, inputs, budget);
    if (!results)
      return std::nullopt;
    for (auto [value, tensor] : llvm::zip_equal(node.getResults(), *results))
      tensors.try_emplace(value, std::move(tensor));
  }
  return std::move(tensors.find(region.output)->second);
}
