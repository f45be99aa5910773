//===- RecognizeCausalMasks.cpp - Masks that say what comes first ---------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes causality for the masks of Attention that are proved to say no more.
//
//===----------------------------------------------------------------------===//

#include "IndexForm.h"
#include "MaskPredicate.h"
#include "NodeMatch.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZECAUSALMASKS
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
/// One Attention with a mask.
class MaskedAttention {
public:
  explicit MaskedAttention(onnx::NodeOp node)
      : node(node), operands(node.getInputs()) {
    operands.resize(7);
    for (auto [i, operand] : llvm::enumerate(operands))
      operand = node.getPresentInput(i);
  }

  /// Drops what is proved of the mask. Returns what was found, if anything.
  StringRef simplify(GraphRewriter &rewriter);

private:
  bool takeCausal(Value mask);
  bool usePast(const LinearForm &diagonal);
  void write(GraphRewriter &rewriter);

  onnx::NodeOp node;
  SmallVector<Value> operands;
  bool becomesCausal = false;
};
} // namespace

static constexpr unsigned kMask = 3, kPastKey = 4, kPastValue = 5, kLengths = 6;

/// What hides a score for good: scores do not come near it. -1e9 is what many
/// authors write, bf16 rounds it.
static double getLowest(Type type) { return type.isF16() ? -65504 : -9.9e8; }

/// Concat of two values over the tokens of `[B, H, T, D]`, or null.
static onnx::NodeOp matchAppend(Value value) {
  onnx::NodeOp concat = matchNode(value, "Concat");
  RankedTensorType type = getRankedType(value);
  if (!concat || concat.getInputs().size() != 2 || type.getRank() != 4)
    return nullptr;
  auto axis = normalizeAxis(getInt(concat, "axis", 0), 4);
  return axis == 2 ? concat : onnx::NodeOp();
}

/// True if queries that see `diagonal` keys more than those before them see the
/// past and no more: the one of the node, or one that is found in its keys.
/// There are as many values as keys, so where as many are new the pasts are as
/// long, whatever names the lengths of the two have.
bool MaskedAttention::usePast(const LinearForm &diagonal) {
  if (operands[kPastKey])
    return getSizeForm(operands[kPastKey], 2) == diagonal;
  onnx::NodeOp keys = matchAppend(operands[1]);
  onnx::NodeOp values = matchAppend(operands[2]);
  if (!keys || !values)
    return diagonal == LinearForm(0);
  auto keyPast = getSizeForm(keys.getInputs()[0], 2);
  auto valuePast = getSizeForm(values.getInputs()[0], 2);
  auto newKeys = getSizeForm(keys.getInputs()[1], 2);
  bool areEqual = keyPast == valuePast ||
                  (newKeys && newKeys == getSizeForm(values.getInputs()[1], 2));
  if (!areEqual || (keyPast != diagonal && valuePast != diagonal))
    return false;
  operands[1] = keys.getInputs()[1], operands[2] = values.getInputs()[1];
  operands[kPastKey] = keys.getInputs()[0];
  operands[kPastValue] = values.getInputs()[0];
  return true;
}

/// True if `mask` says nothing, or nothing but causality.
bool MaskedAttention::takeCausal(Value mask) {
  RankedTensorType type = getRankedType(mask), q = getRankedType(operands[0]);
  if (!type || !q)
    return false;
  Type element = type.getElementType();
  MaskUse use = element.isInteger(1) ? MaskUse::Keep : MaskUse::Add;
  auto proved = proveCausal(mask, use, getLowest(element));
  if (!proved || proved->keepsAll || becomesCausal)
    return proved && proved->keepsAll;
  auto queries = getSizeForm(operands[0], q.getRank() - 2);
  if (!queries || getFittingSize(mask, type.getRank() - 2) != queries ||
      !usePast(proved->diagonal))
    return false;
  becomesCausal = true;
  return true;
}

StringRef MaskedAttention::simplify(GraphRewriter &rewriter) {
  becomesCausal = getInt(node, "is_causal", 0);
  bool wasCausal = becomesCausal;
  Value mask = operands[kMask];
  if (!mask || operands[kLengths])
    return {};
  Value rest = mask;
  if (takeCausal(mask)) {
    rest = nullptr;
  } else if (onnx::NodeOp sum = matchNode(mask, "Add")) {
    for (unsigned i : {0u, 1u})
      if (rest == mask && takeCausal(sum.getInputs()[i]))
        rest = sum.getInputs()[1 - i];
  }
  if (rest == mask)
    return {};
  operands[kMask] = rest;
  write(rewriter);
  if (becomesCausal == wasCausal)
    return "a mask that hides nothing";
  if (rest)
    return "causal, and another mask";
  return operands[kPastKey] ? "causal, behind a past" : "causal";
}

void MaskedAttention::write(GraphRewriter &rewriter) {
  rewriter.setInsertionPoint(node);
  while (!operands.back())
    operands.pop_back();
  for (Value &operand : operands)
    if (!operand)
      operand =
          onnx::NoneOp::create(rewriter, node.getLoc(), rewriter.getNoneType());
  node.getInputsMutable().assign(operands);
  operands.resize(7);
  NamedAttrList attrs(node.getAttrs());
  if (becomesCausal)
    attrs.set("is_causal", rewriter.getI64IntegerAttr(1));
  node.setAttrsAttr(attrs.getDictionary(rewriter.getContext()));
}

namespace {
struct RecognizeCausalMasks final
    : ecolm::impl::RecognizeCausalMasksBase<RecognizeCausalMasks> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "mask");
    GraphRewriter rewriter(getOperation());
    getOperation().walk([&](onnx::NodeOp node) {
      if (!node.isStandard("Attention") || node.getInputs().size() <= kMask)
        return;
      StringRef found = MaskedAttention(node).simplify(rewriter);
      if (found.empty()) {
        if (node.getPresentInput(kMask))
          notes.almost(node.getLoc(), getNodeName(node),
                       "nothing shows that its mask is causal");
        return;
      }
      notes.found(getNodeName(node), found);
      ++numMasks;
    });
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
