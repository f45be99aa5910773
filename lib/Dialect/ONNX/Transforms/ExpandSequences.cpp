//===- ExpandSequences.cpp - Sequences of tensors as tensors --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Replaces sequences that are taken apart again by slices and joins.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

namespace ecolm::onnx {

#define GEN_PASS_DEF_EXPANDSEQUENCES
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

namespace {

/// The opset whose definitions the nodes made here follow.
constexpr int64_t kOpset = 13;

class Expander {
public:
  explicit Expander(NodeOp node) : node(node), builder(node) {}

  /// `SequenceAt(SplitToSequence(x, sizes), i)` -> `Slice(x)`.
  void expandAt();
  /// `ConcatFromSequence(SequenceConstruct(a, b, ...))` -> `Concat(a, b, ...)`.
  void expandConcat();

private:
  Value createIntegers(int64_t value) {
    auto type = RankedTensorType::get({1}, builder.getI64Type());
    return InitializerOp::create(builder, node.getLoc(), type,
                                 builder.getStringAttr("position"),
                                 DenseElementsAttr::get(type, value))
        .getOutput();
  }
  Value createNode(StringRef opType, ValueRange inputs, Type type,
                   ArrayRef<NamedAttribute> attrs = {}) {
    return NodeOp::create(builder, node.getLoc(), TypeRange(type), opType,
                          inputs, /*domain=*/"", kOpset,
                          builder.getDictionaryAttr(attrs), /*graphs=*/nullptr,
                          /*subgraphsCount=*/0)
        .getResult(0);
  }
  Type getUnknownType() {
    return UnrankedTensorType::get(UnknownType::get(node.getContext()));
  }
  static int64_t getInt(NodeOp from, StringRef name, int64_t fallback) {
    auto attr = dyn_cast_or_null<IntegerAttr>(from.getNodeAttr(name));
    return attr ? attr.getInt() : fallback;
  }
  void replace(Value value) {
    node.getResult(0).replaceAllUsesWith(value);
    node.erase();
  }

  NodeOp node;
  OpBuilder builder;
};

/// The node of the standard domain that defines `value` if it is an `opType`.
NodeOp getDefiner(Value value, StringRef opType) {
  auto node = value.getDefiningOp<NodeOp>();
  return node && node.isStandard(opType) ? node : NodeOp();
}

/// Where element `index` of a sequence begins and ends along the axis, for the
/// `split` input of SplitToSequence, which may be missing.
std::optional<std::pair<int64_t, int64_t>> findPiece(Value split,
                                                     int64_t index) {
  if (index < 0 || index > INT32_MAX)
    return std::nullopt;
  if (!split)
    return std::pair(index, index + 1);
  std::optional<SmallVector<int64_t>> sizes = getConstantIntegers(split);
  if (!sizes || llvm::any_of(*sizes, [](int64_t size) {
        return size < 0 || size > INT32_MAX;
      }))
    return std::nullopt;
  if (cast<RankedTensorType>(split.getType()).getRank() == 0)
    return std::pair(index * sizes->front(), (index + 1) * sizes->front());
  if (index >= static_cast<int64_t>(sizes->size()))
    return std::nullopt;
  int64_t begin = 0;
  for (int64_t i = 0; i < index; ++i)
    begin += (*sizes)[i];
  return std::pair(begin, begin + (*sizes)[index]);
}

void Expander::expandAt() {
  NodeOp split = getDefiner(node.getInputs()[0], "SplitToSequence");
  std::optional<SmallVector<int64_t>> index =
      getConstantIntegers(node.getInputs()[1]);
  if (!split || !index || index->size() != 1)
    return;
  Value sizes = split.getPresentInput(1);
  auto piece = findPiece(sizes, index->front());
  if (!piece)
    return;
  Value axis = createIntegers(getInt(split, "axis", 0));
  // `keepdims` is ignored where sizes are given.
  bool losesAxis = !sizes && getInt(split, "keepdims", 1) == 0;
  Type type = node.getResult(0).getType();
  Value slice = createNode("Slice",
                           {split.getInputs()[0], createIntegers(piece->first),
                            createIntegers(piece->second), axis},
                           losesAxis ? getUnknownType() : type);
  replace(losesAxis ? createNode("Squeeze", {slice, axis}, type) : slice);
}

void Expander::expandConcat() {
  NodeOp sequence = getDefiner(node.getInputs()[0], "SequenceConstruct");
  if (!sequence)
    return;
  SmallVector<Value> parts(sequence.getInputs());
  if (getInt(node, "new_axis", 0)) {
    Value axis = createIntegers(getInt(node, "axis", 0));
    for (Value &part : parts)
      part = createNode("Unsqueeze", {part, axis}, getUnknownType());
  }
  NamedAttribute axis = builder.getNamedAttr(
      "axis", builder.getI64IntegerAttr(getInt(node, "axis", 0)));
  replace(createNode("Concat", parts, node.getResult(0).getType(), axis));
}

struct ExpandSequences final : impl::ExpandSequencesBase<ExpandSequences> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<NodeOp> readers, makers;
    getOperation().walk([&](NodeOp node) {
      if (node.isStandard("SequenceAt") && node.getInputs().size() == 2)
        readers.push_back(node);
      else if (node.isStandard("ConcatFromSequence") &&
               node.getInputs().size() == 1)
        readers.push_back(node);
      else if (node.isStandard("SplitToSequence") ||
               node.isStandard("SequenceConstruct"))
        makers.push_back(node);
    });
    for (NodeOp node : readers) {
      Expander expander(node);
      node.isStandard("SequenceAt") ? expander.expandAt()
                                    : expander.expandConcat();
    }
    for (NodeOp node : makers)
      if (node.use_empty())
        node.erase();
  }
};

} // namespace
} // namespace ecolm::onnx
