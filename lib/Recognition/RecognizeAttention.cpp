//===- RecognizeAttention.cpp - Attention from its steps ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes products around a softmax as Attention.
//
//===----------------------------------------------------------------------===//

#include "AttentionPattern.h"
#include "NodeMatch.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZEATTENTION
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
/// Turns one pattern into the operands of Attention.
class AttentionBuilder {
public:
  AttentionBuilder(onnx::NodeOp root, AttentionPattern pattern,
                   GraphRewriter &rewriter)
      : root(root), p(std::move(pattern)), rewriter(rewriter),
        loc(root.getLoc()) {}

  /// Why the pattern is no Attention, or nothing if it is one.
  std::optional<std::string> check();
  /// Replaces the root, and says on which evidence.
  std::string build();

private:
  void proveMasks();
  void usePast(onnx::NodeOp keys, onnx::NodeOp values);
  Value makeMask();
  Value makeAdded(const AppliedMask &mask);

  onnx::NodeOp root;
  AttentionPattern p;
  GraphRewriter &rewriter;
  Location loc;
  bool isCausal = false;
  /// Masks that nothing shows to be causal.
  SmallVector<AppliedMask, 2> rest;
  Value pastKey, pastValue;
};
} // namespace

/// What hides a score for good: nothing that is computed reaches it.
static double getLowest(Type type) { return type.isF16() ? -65504 : -1e30; }

/// Concat over the second to last dimension of two values, or null.
static onnx::NodeOp matchAppend(Value value) {
  onnx::NodeOp concat = matchNode(value, "Concat");
  RankedTensorType type = getRankedType(value);
  if (!concat || concat.getInputs().size() != 2 || type.getRank() != 4)
    return nullptr;
  auto axis = normalizeAxis(getInt(concat, "axis", 0), 4);
  return axis == 2 ? concat : onnx::NodeOp();
}

/// Sorts masks that are proved causal from the rest.
void AttentionBuilder::proveMasks() {
  RankedTensorType scores = getRankedType(p.scores);
  int64_t queryDim = getRankedType(p.query).getRank() - 2;
  std::optional<LinearForm> queries = getSizeForm(p.query, queryDim);
  for (const AppliedMask &applied : p.masks) {
    double lowest = getLowest(scores.getElementType());
    auto filled =
        applied.fill ? matchNumber(applied.fill) : std::optional(lowest);
    auto proved = proveCausal(applied.mask, applied.use, lowest);
    if (proved && proved->keepsAll)
      continue;
    RankedTensorType type = getRankedType(applied.mask);
    bool sameRows = proved && queries &&
                    getSizeForm(applied.mask, type.getRank() - 2) == queries;
    if (!sameRows || *filled > lowest || isCausal) {
      rest.push_back(applied);
      continue;
    }
    // Keys behind those of the past, or as many keys as the mask allows more
    // than its queries.
    onnx::NodeOp keys = p.keyOrder.empty() ? matchAppend(p.key) : nullptr;
    onnx::NodeOp values = matchAppend(p.value);
    if (proved->diagonal == LinearForm(0) && !keys && !values) {
      isCausal = true;
    } else if (keys && values &&
               getSizeForm(keys.getInputs()[0], 2) == proved->diagonal &&
               getSizeForm(values.getInputs()[0], 2) == proved->diagonal) {
      isCausal = true;
      usePast(keys, values);
    } else {
      rest.push_back(applied);
    }
  }
}

void AttentionBuilder::usePast(onnx::NodeOp keys, onnx::NodeOp values) {
  pastKey = keys.getInputs()[0], pastValue = values.getInputs()[0];
  p.key = keys.getInputs()[1], p.value = values.getInputs()[1];
}

std::optional<std::string> AttentionBuilder::check() {
  if (!p.problem.empty())
    return p.problem;
  RankedTensorType q = getRankedType(p.query), v = getRankedType(p.value);
  RankedTensorType k = getRankedType(p.key), result = getResultType(root);
  int64_t rank = q.getRank();
  if (!k || !v || k.getRank() != rank || v.getRank() != rank ||
      result.getRank() != rank)
    return "queries, keys and values differ in rank";
  Type type = q.getElementType();
  if (!isa<FloatType>(type) || k.getElementType() != type ||
      v.getElementType() != type || result.getElementType() != type)
    return "queries, keys and values differ in type";
  SmallVector<int64_t> order = p.keyOrder;
  if (order.empty())
    order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (!rewriter.haveSameSize(p.query, 0, p.key, order[0]) ||
      !rewriter.haveSameSize(p.query, 0, p.value, 0))
    return "nothing shows that queries and keys have one batch size";
  if (rank == 4) {
    int64_t heads = q.getDimSize(1), keyHeads = k.getDimSize(order[1]);
    if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(keyHeads) ||
        keyHeads != v.getDimSize(1) || keyHeads < 1 || heads % keyHeads)
      return "its heads are no multiple of those of its keys";
  }
  for (const AppliedMask &applied : p.masks) {
    RankedTensorType mask = getRankedType(applied.mask);
    if (!mask || mask.getRank() > 4 || mask.getRank() < 1)
      return "it has a mask of more than four dimensions, or of none";
  }
  proveMasks();
  return std::nullopt;
}

/// A mask as what is added to the scores: a hidden score becomes the fill, to
/// which every score is too small to add anything.
Value AttentionBuilder::makeAdded(const AppliedMask &applied) {
  Type type = getElementTypeOrSelf(p.scores.getType());
  auto maskType = getRankedType(applied.mask);
  if (applied.use == MaskUse::Add)
    return applied.mask;
  auto scalar = RankedTensorType::get({}, type);
  auto number = [&](double value) -> Value {
    return onnx::InitializerOp::create(
        rewriter, loc, scalar, "mask",
        cast<ElementsAttr>(DenseElementsAttr::get(
            scalar, rewriter.getFloatAttr(type, value))));
  };
  Value kept = number(0), hidden = number(*matchNumber(applied.fill));
  if (applied.use == MaskUse::Hide)
    std::swap(kept, hidden);
  return rewriter.createNode(loc, "Where", {applied.mask, kept, hidden},
                             maskType.clone(type), {}, applied.mask);
}

/// The masks that are left as one operand, or an omitted one.
Value AttentionBuilder::makeMask() {
  Value sum;
  for (const AppliedMask &applied : rest) {
    Value added = makeAdded(applied);
    if (!sum) {
      sum = added;
      continue;
    }
    // Shape inference runs again and finds what the two broadcast to.
    Type untyped =
        UnrankedTensorType::get(getElementTypeOrSelf(added.getType()));
    sum = rewriter.createNode(loc, "Add", {sum, added}, untyped);
  }
  return sum ? sum
             : onnx::NoneOp::create(rewriter, loc, rewriter.getNoneType());
}

std::string AttentionBuilder::build() {
  rewriter.setInsertionPoint(root);
  if (!p.keyOrder.empty()) {
    RankedTensorType k = getRankedType(p.key);
    SmallVector<int64_t> shape = applyPermutation(k.getShape(), p.keyOrder);
    NamedAttribute perm = rewriter.getNamedAttr(
        "perm", rewriter.getDenseI64ArrayAttr(p.keyOrder));
    p.key = rewriter.createNode(loc, "Transpose", p.key, k.clone(shape), perm);
  }
  SmallVector<Value> operands = {p.query, p.key, p.value};
  if (!rest.empty() || pastKey)
    operands.push_back(makeMask());
  if (pastKey)
    operands.append({pastKey, pastValue});
  SmallVector<NamedAttribute> attrs = {rewriter.getNamedAttr(
      "scale", rewriter.getF32FloatAttr(static_cast<float>(p.scale)))};
  if (isCausal)
    attrs.push_back(
        rewriter.getNamedAttr("is_causal", rewriter.getI64IntegerAttr(1)));
  // Without a dimension of heads there is one.
  if (getRankedType(p.query).getRank() == 3)
    for (StringRef name : {"q_num_heads", "kv_num_heads"})
      attrs.push_back(
          rewriter.getNamedAttr(name, rewriter.getI64IntegerAttr(1)));
  Value result = rewriter.createNode(loc, "Attention", operands,
                                     root.getResult(0).getType(), attrs);
  (void)rewriter.replaceNode(root, result);
  std::string evidence = isCausal ? "causal" : "not causal";
  if (!rest.empty())
    evidence += ", with a mask";
  if (pastKey)
    evidence += ", with a past";
  return evidence;
}

namespace {
struct RecognizeAttention final
    : ecolm::impl::RecognizeAttentionBase<RecognizeAttention> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "attention");
    GraphRewriter rewriter(getOperation());
    SmallVector<onnx::NodeOp> products;
    getOperation().walk([&](onnx::NodeOp node) {
      if (node.isStandard("MatMul") && getRankedType(node.getResult(0)))
        products.push_back(node);
    });
    for (onnx::NodeOp node : products) {
      std::optional<AttentionPattern> pattern = matchAttention(node);
      if (!pattern)
        continue;
      std::string name = getNodeName(node).str();
      AttentionBuilder builder(node, *pattern, rewriter);
      if (std::optional<std::string> problem = builder.check()) {
        notes.almost(name, *problem);
        continue;
      }
      notes.found(name, builder.build());
      ++numAttentions;
    }
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
