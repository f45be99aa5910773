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
#include <cmath>

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
  bool hasDefaultScale();
  Value makeMask();
  Value makeAdded(const AppliedMask &mask);

  onnx::NodeOp root;
  AttentionPattern p;
  GraphRewriter &rewriter;
  Location loc;
};
} // namespace

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
    bool isStatic = !ShapedType::isDynamic(heads) &&
                    !ShapedType::isDynamic(keyHeads) && keyHeads > 0;
    bool fits = isStatic ? heads % keyHeads == 0
                         : rewriter.haveSameSize(p.query, 1, p.key, order[1]);
    if (!fits || !rewriter.haveSameSize(p.key, order[1], p.value, 1))
      return "its heads are no multiple of those of its keys";
  }
  for (const AppliedMask &applied : p.masks) {
    RankedTensorType mask = getRankedType(applied.mask);
    if (!mask || mask.getRank() > 4 || mask.getRank() < 1)
      return "it has a mask of more than four dimensions, or of none";
  }
  if (p.scale.exponent != 0 && !hasDefaultScale())
    return "its scale is computed from sizes";
  return std::nullopt;
}

/// True if the scale is `1 / sqrt(size of a head)`, as exactly as the type of
/// the graph's numbers holds it. That is what Attention does without a scale,
/// and without their rounding.
bool AttentionBuilder::hasDefaultScale() {
  int64_t last = getRankedType(p.query).getRank() - 1;
  std::optional<LinearForm> size = getSizeForm(p.query, last);
  bool isNarrow = !getElementTypeOrSelf(p.query.getType()).isF32() &&
                  !getElementTypeOrSelf(p.query.getType()).isF64();
  double slack = isNarrow ? 1e-3 : 1e-6, wanted = 1;
  if (!size)
    return false;
  if (p.scale.exponent != 0) {
    if (p.scale.exponent != -0.5 || !(p.scale.size == *size))
      return false;
  } else if (!size->terms.empty()) {
    return false;
  } else {
    wanted = 1 / std::sqrt(static_cast<double>(size->constant));
  }
  return std::abs(p.scale.factor - wanted) <= slack * wanted;
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

/// The masks as one operand.
Value AttentionBuilder::makeMask() {
  Value sum;
  for (const AppliedMask &applied : p.masks) {
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
  return sum;
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
  if (!p.masks.empty())
    operands.push_back(makeMask());
  SmallVector<NamedAttribute> attrs;
  if (!hasDefaultScale())
    attrs.push_back(rewriter.getNamedAttr(
        "scale", rewriter.getF32FloatAttr(static_cast<float>(p.scale.factor))));
  // Without a dimension of heads there is one.
  if (getRankedType(p.query).getRank() == 3)
    for (StringRef name : {"q_num_heads", "kv_num_heads"})
      attrs.push_back(
          rewriter.getNamedAttr(name, rewriter.getI64IntegerAttr(1)));
  Value result = rewriter.createNode(loc, "Attention", operands,
                                     root.getResult(0).getType(), attrs);
  (void)rewriter.replaceNode(root, result);
  if (p.masks.empty())
    return "softmax of a product";
  return "softmax of a masked product";
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
        notes.almost(node.getLoc(), name, *problem);
        continue;
      }
      notes.found(name, builder.build());
      ++numAttentions;
    }
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
