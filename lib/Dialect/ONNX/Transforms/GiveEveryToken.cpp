//===- GiveEveryToken.cpp - Logits of every token -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Computes for every token what a language model computes for the last one.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Dialect/ONNX/Transforms/InferShapes.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"

using namespace mlir;

namespace ecolm::onnx {

#define GEN_PASS_DEF_GIVEEVERYTOKEN
#include "ecolm/Dialect/ONNX/Transforms/Passes.h.inc"

namespace {

constexpr int64_t kTokens = 1, kOpset = 13;

bool isConstant(Value value) {
  return isa<NoneType>(value.getType()) || getConstantElements(value);
}

std::optional<int64_t> getOneInteger(Value value) {
  auto integers = value ? getConstantIntegers(value) : std::nullopt;
  return integers && integers->size() == 1 ? std::optional(integers->front())
                                           : std::nullopt;
}

/// True if `node` gives each row of its first operand, of which `x` is the
/// only one that is no constant, a row of its own.
bool treatsRowsAlone(NodeOp node, Value x) {
  static constexpr StringLiteral kElementwise[] = {
      "Add", "Cast", "Clip", "Div", "Identity", "Mul", "Neg", "Sub", "Tanh"};
  if (!node.getDomain().empty() || node.getNumResults() != 1 ||
      !x.hasOneUse() || !llvm::all_of(node.getInputs(), [&](Value input) {
        return input == x || isConstant(input);
      }))
    return false;
  auto getRank = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type ? type.getRank() : 0;
  };
  StringRef op = node.getOpType();
  if (op == "MatMul" || op == "Gemm") {
    auto transposed = dyn_cast_or_null<IntegerAttr>(node.getNodeAttr("transA"));
    return node.getInputs()[0] == x && getRank(node.getInputs()[1]) == 2 &&
           (!transposed || transposed.getInt() == 0) &&
           (node.getInputs().size() < 3 || getRank(node.getInputs()[2]) < 2);
  }
  return llvm::is_contained(kElementwise, op) &&
         llvm::all_of(node.getInputs(), [&](Value input) {
           return input == x || getRank(input) < 2;
         });
}

/// The input of `node` if that gives its last token, which may lose the
/// dimension of tokens, or null.
Value matchLastToken(NodeOp node) {
  if (!node || !node.getDomain().empty() || node.getInputs().empty())
    return nullptr;
  auto getInput = [&](unsigned index) { return node.getPresentInput(index); };
  Value x = node.getInputs()[0];
  auto type = dyn_cast<RankedTensorType>(x.getType());
  if (node.getOpType() == "Squeeze" && getOneInteger(getInput(1)) == kTokens)
    return matchLastToken(x.getDefiningOp<NodeOp>());
  if (!type || type.getRank() != 3)
    return nullptr;
  auto isTokens = [&](std::optional<int64_t> axis) {
    return axis && (*axis == kTokens || *axis == kTokens - type.getRank());
  };
  if (node.getOpType() == "Gather") {
    auto axis = dyn_cast_or_null<IntegerAttr>(node.getNodeAttr("axis"));
    bool isLast =
        axis && isTokens(axis.getInt()) && getOneInteger(getInput(1)) == -1;
    return isLast ? x : Value();
  }
  bool isSlice = node.getOpType() == "Slice" &&
                 static_cast<int64_t>(node.getOpset()) >= 10;
  auto end = isSlice ? getOneInteger(getInput(2)) : std::nullopt;
  bool isLast = end && *end >= std::numeric_limits<int32_t>::max() &&
                getOneInteger(getInput(1)) == -1 &&
                isTokens(getOneInteger(getInput(3))) &&
                (!getInput(4) || getOneInteger(getInput(4)) == 1);
  return isLast ? x : Value();
}

/// The size of the tokens as `dims` has it, or null.
Attribute getTokenDim(Attribute dims) {
  auto list = dyn_cast_or_null<ArrayAttr>(dims);
  return list && list.size() > kTokens ? list[kTokens] : Attribute();
}

struct GiveEveryToken final : impl::GiveEveryTokenBase<GiveEveryToken> {
  using Base::Base;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>(kMainName);
    if (!main || main.isExternal() || !main->hasAttr(kLongestAttrName) ||
        main.getNumResults() != 1)
      return;
    // From the result to the token that is taken.
    Value last = main.getBody().front().getTerminator()->getOperand(0);
    SmallVector<NodeOp> behind;
    Value x;
    while (auto node = last.getDefiningOp<NodeOp>()) {
      x = last.hasOneUse() ? matchLastToken(node) : Value();
      auto input = llvm::find_if_not(node.getInputs(), isConstant);
      if (x || input == node.getInputs().end())
        break;
      if (!treatsRowsAlone(node, *input))
        return;
      behind.push_back(node);
      last = *input;
    }
    if (x && isOfTokens(x, main))
      replaceLast(last, x, behind, main);
  }

private:
  /// True if `x`, the result of a node, is [1, T, N] of the tokens of the ids.
  static bool isOfTokens(Value x, func::FuncOp main) {
    auto type = cast<RankedTensorType>(x.getType());
    auto node = x.getDefiningOp<NodeOp>();
    auto lists =
        node ? node->getAttrOfType<ArrayAttr>(kDimsAttrName) : ArrayAttr();
    Attribute tokens = getTokenDim(main.getArgAttr(0, kDimsAttrName));
    return type.getDimSize(0) == 1 && lists && tokens &&
           getTokenDim(lists[cast<OpResult>(x).getResultNumber()]) == tokens;
  }

  void replaceLast(Value last, Value x, ArrayRef<NodeOp> behind,
                   func::FuncOp main) {
    OpBuilder builder(last.getDefiningOp());
    bool isFlat = cast<RankedTensorType>(last.getType()).getRank() == 2;
    auto changeRank = [&](StringRef op, Value value) -> Value {
      auto type = RankedTensorType::get({1}, builder.getI64Type());
      Value axes =
          InitializerOp::create(builder, value.getLoc(), type,
                                builder.getStringAttr("batch"),
                                DenseElementsAttr::get(type, int64_t(0)))
              .getOutput();
      Type unknown = UnrankedTensorType::get(getElementTypeOrSelf(value));
      return NodeOp::create(builder, value.getLoc(), TypeRange(unknown), op,
                            ValueRange{value, axes}, /*domain=*/"", kOpset,
                            builder.getDictionaryAttr({}), /*graphs=*/nullptr,
                            /*subgraphsCount=*/0)
          .getResult(0);
    };
    // Without a dimension of tokens there is none of the batch now.
    last.replaceAllUsesWith(isFlat ? changeRank("Squeeze", x) : x);
    for (NodeOp node : behind) {
      Value result = node.getResult(0);
      result.setType(UnrankedTensorType::get(getElementTypeOrSelf(result)));
      node->removeAttr(kDimsAttrName);
    }
    Operation *end = main.getBody().front().getTerminator();
    builder.setInsertionPoint(end);
    if (isFlat)
      end->setOperand(0, changeRank("Unsqueeze", end->getOperand(0)));
    main.setType(builder.getFunctionType(main.getArgumentTypes(),
                                         end->getOperandTypes()));
    main.removeResultAttr(0, builder.getStringAttr(kDimsAttrName));
  }
};

} // namespace
} // namespace ecolm::onnx
