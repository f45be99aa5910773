//===- LinearAnalysis.cpp - Which values are linear in which --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Applies the rules of linear operators to a graph, front to back.
//
//===----------------------------------------------------------------------===//

#include "LinearAnalysis.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace ecolm;

/// What a term that is kept costs, in terms that are looked at.
static constexpr int64_t kCostOfTerm = 4;

static bool isF32Tensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32();
}

/// The inputs of `node` that may be linear in something.
static SmallVector<Value> getVariableInputs(onnx::NodeOp node) {
  SmallVector<Value> inputs;
  for (Value input : node.getInputs())
    if (isF32Tensor(input) && !getConstant(input))
      inputs.push_back(input);
  return inputs;
}

LinearAnalysis::LinearAnalysis(Block &graph, const GraphRewriter &sizes,
                               int64_t budget)
    : sizes(sizes), budget(budget) {
  for (auto node : graph.getOps<onnx::NodeOp>()) {
    if (this->budget <= 0) {
      end = node;
      return;
    }
    visit(node);
    forget(node);
  }
}

LinearRule LinearAnalysis::findRule(onnx::NodeOp node) const {
  if (!node.getDomain().empty() || node.getNumRegions() != 0)
    return nullptr;
  LinearRule rule = findViewRule(node.getOpType());
  return rule ? rule : findArithmeticRule(node.getOpType());
}

LinearRegion *LinearAnalysis::getOwnRegion(Value value, int64_t numAxes) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() < numAxes)
    return nullptr;
  int64_t count = 1;
  for (int64_t size : type.getShape().take_back(numAxes)) {
    if (size < 2 || size > kMaxFeatures)
      return nullptr;
    count *= size;
  }
  if (count > kMaxFeatures)
    return nullptr;
  std::unique_ptr<LinearRegion> &region = regions[{value, numAxes}];
  if (!region) {
    region = std::make_unique<LinearRegion>(value, numAxes);
    roots[region.get()] = createRoot(*region);
    budget -= count;
  }
  return region.get();
}

const LinearTensor *LinearAnalysis::find(Value value, LinearRegion *region) {
  if (region->getRoot() == value)
    return &roots[region];
  auto tensor = followed.find(value);
  return tensor != followed.end() && tensor->second.region == region
             ? &tensor->second
             : nullptr;
}

bool LinearAnalysis::interpret(onnx::NodeOp node, LinearRule rule,
                               LinearRegion *region) {
  SmallVector<const LinearTensor *> inputs;
  for (Value input : node.getInputs()) {
    bool isVariable = isF32Tensor(input) && !getConstant(input);
    inputs.push_back(isVariable ? find(input, region) : nullptr);
    if (isVariable && !inputs.back())
      return false;
  }
  int64_t numTerms = region->getNumTerms();
  llvm::scope_exit charge(
      [&] { budget -= (region->getNumTerms() - numTerms) * kCostOfTerm; });
  // The inputs are entries of `followed`, which move when it grows.
  SmallVector<LinearTensor> results;
  for (unsigned i = 0; i < node.getNumResults(); ++i) {
    if (!isF32Tensor(node.getResult(i)))
      return false;
    std::optional<LinearTensor> result = rule({node, i, inputs, sizes});
    if (!result)
      return false;
    budget -= result->terms.size();
    assert(result->getRank() == getResultType(node, i).getRank());
    results.push_back(std::move(*result));
  }
  for (auto [value, result] : llvm::zip_equal(node.getResults(), results))
    followed[value] = std::move(result);
  return true;
}

/// Takes `value` for the root. What was just repeated along an axis of its own
/// is a stack of copies, each with weights of its own. A Reshape may join heads
/// and split them into pairs at once.
bool LinearAnalysis::interpretFromOwn(onnx::NodeOp node, LinearRule rule,
                                      Value value) {
  auto tryAxes = [&](int64_t numAxes) {
    LinearRegion *region = getOwnRegion(value, numAxes);
    return region && interpret(node, rule, region);
  };
  auto producer = value.getDefiningOp<onnx::NodeOp>();
  if (producer && producer.isStandard("Expand") && tryAxes(2))
    return true;
  if (tryAxes(1))
    return true;
  // Heads that are only joined are a root behind the Reshape.
  auto type = cast<RankedTensorType>(value.getType());
  return node.isStandard("Reshape") &&
         getResultType(node).getRank() > type.getRank() && tryAxes(2);
}

void LinearAnalysis::visit(onnx::NodeOp node) {
  LinearRule rule = findRule(node);
  SmallVector<Value> inputs = getVariableInputs(node);
  // The first input of a node that moves elements is the tensor, and may be a
  // constant.
  if (!rule || inputs.empty() ||
      (findViewRule(node.getOpType()) && inputs[0] != node.getInputs()[0]))
    return;
  SmallVector<LinearRegion *> candidates;
  for (Value input : inputs)
    if (auto tensor = followed.find(input); tensor != followed.end())
      candidates.push_back(tensor->second.region);
  for (LinearRegion *region : candidates)
    if (interpret(node, rule, region))
      return;
  for (Value input : inputs)
    if (interpretFromOwn(node, rule, input))
      return;
}

/// Sums are kept; of the others, those that the rest of the graph may read.
void LinearAnalysis::forget(onnx::NodeOp node) {
  for (Value result : node.getResults()) {
    auto tensor = followed.find(result);
    if (tensor == followed.end())
      continue;
    std::optional<int32_t> level = tensor->second.getLevel();
    if (level && *level > 0)
      sums[result] = tensor->second;
    pendingUses[result] = std::distance(result.use_begin(), result.use_end());
  }
  for (Value input : node.getInputs()) {
    auto pending = pendingUses.find(input);
    if (pending != pendingUses.end() && --pending->second == 0)
      followed.erase(input);
  }
}
