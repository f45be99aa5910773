//===- Evaluate.cpp - Evaluates nodes at compile time ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the evaluator of a node, and gives evaluators what they share.
//
//===----------------------------------------------------------------------===//

#include "Evaluators.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace ecolm::onnx {

bool EvaluationBudget::take(ArrayRef<int64_t> factors) {
  int64_t count = 1;
  for (int64_t factor : factors)
    if (factor < 0 || llvm::MulOverflow(count, factor, count))
      return false;
  // A result of no element still costs its node.
  count = std::max<int64_t>(count, 1);
  if (count > elements)
    return false;
  elements -= count;
  return true;
}

int64_t Evaluation::getInt(StringRef name, int64_t fallback) const {
  NodeOp op = node;
  auto attr = dyn_cast_or_null<IntegerAttr>(op.getNodeAttr(name));
  return attr ? attr.getInt() : fallback;
}

std::optional<SmallVector<int64_t>> Evaluation::getInts(StringRef name,
                                                        unsigned index) const {
  NodeOp op = node;
  if (auto attr = dyn_cast_or_null<DenseI64ArrayAttr>(op.getNodeAttr(name)))
    return SmallVector<int64_t>(attr.asArrayRef());
  const HostTensor *input = getInput(index);
  if (!input || input->isFloat())
    return std::nullopt;
  SmallVector<int64_t> ints;
  for (int64_t i = 0; i < input->size(); ++i)
    ints.push_back(input->getInteger(i));
  return ints;
}

HostTensor *Evaluation::addResult(Type elementType, ArrayRef<int64_t> shape) {
  if (!HostTensor::canHold(elementType) || !budget.take(shape))
    return nullptr;
  return &results.emplace_back(elementType, shape);
}

std::optional<int64_t> countAxisFromFront(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = static_cast<int64_t>(shape.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

static const EvaluatorTable &getTable() {
  static const EvaluatorTable table = [] {
    EvaluatorTable all;
    populateUnaryEvaluators(all);
    populateBinaryEvaluators(all);
    populateLogicEvaluators(all);
    populateReductionEvaluators(all);
    populateMovementEvaluators(all);
    populateIndexingEvaluators(all);
    populateCreationEvaluators(all);
    return all;
  }();
  return table;
}

bool canEvaluate(NodeOp node) {
  return node.getDomain().empty() && getTable().contains(node.getOpType());
}

std::optional<SmallVector<HostTensor>>
evaluateNode(NodeOp node, ArrayRef<const HostTensor *> inputs,
             EvaluationBudget &budget) {
  if (!canEvaluate(node))
    return std::nullopt;
  Evaluation evaluation{node, inputs, budget};
  if (!getTable().lookup(node.getOpType())(evaluation) ||
      evaluation.results.size() != node.getNumResults())
    return std::nullopt;
  for (HostTensor &result : evaluation.results)
    result.normalize();
  return std::move(evaluation.results);
}

//===----------------------------------------------------------------------===//
// Reordered constants
//===----------------------------------------------------------------------===//

bool isReordering(NodeOp node) {
  static constexpr StringLiteral kReorderings[] = {
      "Cast",    "Flatten",   "Identity", "Reshape",
      "Squeeze", "Transpose", "Unsqueeze"};
  return node.getDomain().empty() && node.getNumResults() == 1 &&
         !node.getInputs().empty() &&
         llvm::is_contained(kReorderings, node.getOpType());
}

Value findReorderedConstant(Value value) {
  for (unsigned i = 0; i <= kMaxReorderings; ++i) {
    if (getConstantElements(value))
      return value;
    auto node = value.getDefiningOp<NodeOp>();
    if (!node || !isReordering(node))
      return nullptr;
    value = node.getInputs()[0];
  }
  return nullptr;
}

std::optional<HostTensor> readReorderedConstant(Value value) {
  SmallVector<NodeOp> path;
  Value constant = findReorderedConstant(value);
  if (!constant)
    return std::nullopt;
  for (Value next = value; next != constant; next = path.back().getInputs()[0])
    path.push_back(next.getDefiningOp<NodeOp>());
  std::optional<HostTensor> tensor =
      HostTensor::read(getConstantElements(constant));
  // The elements exist, so the work is bounded by the file.
  EvaluationBudget budget{INT64_MAX};
  for (NodeOp node : llvm::reverse(path)) {
    if (!tensor)
      return std::nullopt;
    SmallVector<std::optional<HostTensor>> others;
    for (Value input : node.getInputs().drop_front())
      others.push_back(HostTensor::read(getConstantElements(input)));
    SmallVector<const HostTensor *> inputs = {&*tensor};
    for (std::optional<HostTensor> &other : others)
      inputs.push_back(other ? &*other : nullptr);
    auto results = evaluateNode(node, inputs, budget);
    if (!results)
      return std::nullopt;
    tensor = std::move(results->front());
  }
  return tensor;
}

} // namespace ecolm::onnx
