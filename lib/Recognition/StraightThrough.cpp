//===- StraightThrough.cpp - Straight-through estimators ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Replaces x + (q(x) - x) by q(x) where q makes steps.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZESTRAIGHTTHROUGH
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Nodes of a quantizer that are looked at before the search gives up.
static constexpr size_t kMaxQuantizerNodes = 64;

/// True for operators whose result does not change when an input changes a
/// little.
static bool makesSteps(onnx::NodeOp node) {
  static constexpr StringLiteral kSteps[] = {
      "Ceil", "Equal", "Floor", "Greater",    "GreaterOrEqual",
      "Less", "Round", "Sign",  "LessOrEqual"};
  if (node.isStandard("Cast")) {
    auto type = dyn_cast<TensorType>(node.getResult(0).getType());
    return type && type.getElementType().isInteger();
  }
  return node.getDomain().empty() &&
         llvm::is_contained(kSteps, node.getOpType());
}

/// True if `value` depends on `input`, and does so through steps.
static bool isQuantizerOf(Value value, Value input) {
  SmallVector<Value> worklist = {value};
  llvm::SmallPtrSet<Operation *, 16> visited;
  bool reachesInput = false, hasSteps = false;
  while (!worklist.empty()) {
    Value next = worklist.pop_back_val();
    if (next == input) {
      reachesInput = true;
      continue;
    }
    auto node = next.getDefiningOp<onnx::NodeOp>();
    if (!node || !visited.insert(node).second)
      continue;
    if (visited.size() > kMaxQuantizerNodes)
      return false;
    hasSteps |= makesSteps(node);
    llvm::append_range(worklist, node.getInputs());
  }
  return reachesInput && hasSteps;
}

/// q(x) of `add`, an `Add(x, Sub(q(x), x))` in either order; null if it is
/// none.
static Value findQuantized(onnx::NodeOp add) {
  for (unsigned side : {0, 1}) {
    Value input = add.getInputs()[side];
    auto difference = add.getInputs()[1 - side].getDefiningOp<onnx::NodeOp>();
    if (!difference || !difference.isStandard("Sub") ||
        difference.getInputs().size() != 2 ||
        difference.getInputs()[1] != input)
      continue;
    Value quantized = difference.getInputs()[0];
    if (isQuantizerOf(quantized, input))
      return quantized;
  }
  return nullptr;
}

namespace {
struct RecognizeStraightThrough final
    : ecolm::impl::RecognizeStraightThroughBase<RecognizeStraightThrough> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "straight-through estimator");
    SmallVector<onnx::NodeOp> additions;
    getOperation().walk([&](onnx::NodeOp node) {
      if (node.isStandard("Add") && node.getInputs().size() == 2)
        additions.push_back(node);
    });
    for (onnx::NodeOp add : additions)
      if (Value quantized = findQuantized(add)) {
        SmallVector<Value> operands(add.getInputs());
        notes.found(getNodeName(add),
                    "x + (q(x) - x) is q(x) but for rounding");
        if (quantized.getType() == add.getResult(0).getType()) {
          add.getResult(0).replaceAllUsesWith(quantized);
          add.erase();
        } else {
          // What the file states of the sum's type is kept, to be checked.
          add.setOpType("Identity");
          add.getInputsMutable().assign(quantized);
        }
        for (Value operand : operands)
          if (auto difference = operand.getDefiningOp<onnx::NodeOp>())
            if (difference.use_empty())
              difference.erase();
      }
  }
};
} // namespace
