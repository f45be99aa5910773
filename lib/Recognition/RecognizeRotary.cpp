//===- RecognizeRotary.cpp - Rotary embeddings from their steps -----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes rotations of queries and keys as RotaryEmbedding.
//
//===----------------------------------------------------------------------===//

#include "HalfTable.h"
#include "NodeMatch.h"
#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZEROTARY
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {
/// Turns one pattern into RotaryEmbedding.
class RotaryBuilder {
public:
  RotaryBuilder(onnx::NodeOp root, const RotaryPattern &pattern,
                GraphRewriter &rewriter)
      : root(root), p(pattern), rewriter(rewriter), loc(root.getLoc()) {}

  /// Replaces the root, or says why not.
  StringRef replace();

private:
  Value merge(Value value, RankedTensorType type, Value like = nullptr);
  Value makeShape(RankedTensorType type);

  onnx::NodeOp root;
  const RotaryPattern &p;
  GraphRewriter &rewriter;
  Location loc;
};
} // namespace

/// A list that reshapes what has the same first two dimensions to `type`.
Value RotaryBuilder::makeShape(RankedTensorType type) {
  SmallVector<int64_t> sizes(type.getShape());
  sizes[0] = sizes[1] = 0;
  if (type.getRank() > 3 && type.isDynamicDim(2))
    sizes[2] = 0;
  auto elements = rewriter.getI64TensorAttr(sizes);
  return onnx::InitializerOp::create(rewriter, loc,
                                     cast<RankedTensorType>(elements.getType()),
                                     "shape", cast<ElementsAttr>(elements));
}

Value RotaryBuilder::merge(Value value, RankedTensorType type, Value like) {
  return rewriter.createNode(loc, "Reshape", {value, makeShape(type)}, type, {},
                             like);
}

StringRef RotaryBuilder::replace() {
  RankedTensorType type = getResultType(root);
  int64_t rank = type.getRank();
  if (rank != 3 && rank != 4)
    return "what it turns has neither three nor four dimensions";
  rewriter.setInsertionPoint(root);
  Value x = p.isSplit ? merge(p.x, type, root.getResult(0)) : p.x;
  TableBuilder tables(p, x, rewriter);
  std::optional<int64_t> tokens = tables.findTokens(p.cosine);
  if (!tokens || tokens != tables.findTokens(p.sine))
    return "nothing shows that it has a cosine and a sine for each token";
  Value cosine = tables.build(p.cosine, *tokens);
  Value sine = cosine ? tables.build(p.sine, *tokens) : Value();
  if (!sine)
    return "nothing shows that its cosines and sines repeat as they must";
  // With the tokens before the heads, the heads lie side by side.
  int64_t heads = rank == 4 ? type.getDimSize(2) : 1;
  bool isFlat = *tokens == 1;
  if (isFlat && ShapedType::isDynamic(heads))
    return "the number of its heads is not constant";
  RankedTensorType flat = type;
  if (isFlat && rank == 4)
    flat = RankedTensorType::get({type.getDimSize(0), type.getDimSize(1),
                                  heads * type.getShape().back()},
                                 type.getElementType());
  if (flat != type)
    x = merge(x, flat);
  SmallVector<NamedAttribute> attrs = {rewriter.getNamedAttr(
      "interleaved",
      rewriter.getI64IntegerAttr(p.pairing == Pairing::Neighbours))};
  if (isFlat)
    attrs.push_back(
        rewriter.getNamedAttr("num_heads", rewriter.getI64IntegerAttr(heads)));
  Value result = rewriter.createNode(loc, "RotaryEmbedding", {x, cosine, sine},
                                     flat, attrs);
  if (flat != type)
    result = merge(result, type, root.getResult(0));
  (void)rewriter.replaceNode(root, result);
  return {};
}

namespace {
struct RecognizeRotary final
    : ecolm::impl::RecognizeRotaryBase<RecognizeRotary> {
  using Base::Base;

  void runOnOperation() override {
    RecognitionNotes notes(getOperation(), "rotary embedding");
    GraphRewriter rewriter(getOperation());
    SmallVector<onnx::NodeOp> candidates;
    getOperation().walk([&](onnx::NodeOp node) {
      if (node.getNumResults() == 1 && getRankedType(node.getResult(0)))
        candidates.push_back(node);
    });
    for (onnx::NodeOp node : candidates) {
      std::optional<RotaryPattern> pattern = matchRotary(node);
      if (!pattern)
        continue;
      std::string name = getNodeName(node).str();
      Location loc = node.getLoc();
      StringRef problem = RotaryBuilder(node, *pattern, rewriter).replace();
      if (!problem.empty()) {
        notes.almost(loc, name, problem);
        continue;
      }
      bool isHalves = pattern->pairing == Pairing::Halves;
      notes.found(name, isHalves ? "halves" : "pairs");
      ++numRotaries;
    }
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
