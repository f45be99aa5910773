//===- Attention.cpp - Attention with masks and caches --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts every Attention that is not the causal one of a language model, by
// its definition, step by step.
//
//===----------------------------------------------------------------------===//

#include "AttentionHeads.h"
#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace ecolm;

namespace {
/// One Attention node on its way through the steps of its definition.
class AttentionSteps {
public:
  AttentionSteps(onnx::NodeOp node, GraphRewriter &rewriter)
      : node(node), rewriter(rewriter), loc(node.getLoc()), b(loc, rewriter) {}

  SmallVector<Value> convert();

private:
  Value createScores();
  Value createBias();
  Value createAllowed(ImplicitLocOpBuilder &inner, ValueRange at, Value offset);
  Value createMaskElement(ImplicitLocOpBuilder &inner, ValueRange at);
  void checkMask();
  Value foldRows(
      Value tensor, double init,
      llvm::function_ref<Value(ImplicitLocOpBuilder &, Value, Value)> step);
  Value createProbabilities(Value scores, Value bias);
  Value createResult(Value probabilities);
  Value createOffset(ImplicitLocOpBuilder &inner, Value batch);

  /// A tensor of one element per query and key.
  Value createMatrix(Type elementType, ScalarBody body) {
    SmallVector<int64_t> shape(4, ShapedType::kDynamic);
    SmallVector<OpFoldResult> sizes = {q.batch, q.heads, q.length, k.length};
    return createIndexed(
        rewriter, loc, RankedTensorType::get(shape, elementType), sizes, body);
  }
  /// The head of keys and values that head `h` of queries reads.
  Value keyHead(ImplicitLocOpBuilder &inner, Value h) {
    Value group = arith::DivUIOp::create(inner, q.heads, k.heads);
    return arith::DivUIOp::create(inner, h, group);
  }
  Value lowest(ImplicitLocOpBuilder &inner, Type type) {
    return createNumber(inner, type, -std::numeric_limits<double>::infinity());
  }

  onnx::NodeOp node;
  GraphRewriter &rewriter;
  Location loc;
  ImplicitLocOpBuilder b;
  /// The type of the results, and that of the steps: f32 for narrower ones.
  Type elementType, type;
  HeadTensor q, k, v;
  Value pastLength;
  SmallVector<Value> maskSizes;
};
} // namespace

/// `sum + x y` in the type of the sum.
static Value addProduct(ImplicitLocOpBuilder &inner, Value sum, Value x,
                        Value y) {
  Value product =
      arith::MulFOp::create(inner, createCast(inner, x, sum.getType()),
                            createCast(inner, y, sum.getType()));
  return arith::AddFOp::create(inner, sum, product);
}

/// `(q sqrt(scale)) . (k sqrt(scale))`, then the soft cap.
Value AttentionSteps::createScores() {
  double softcap = getFloat(node, "softcap", 0);
  Value root;
  if (node.getNodeAttr("scale")) {
    root = createNumber(b, type, std::sqrt(getFloat(node, "scale", 1)));
  } else {
    Value width = arith::IndexCastOp::create(b, b.getI64Type(), q.width);
    Value number = arith::SIToFPOp::create(b, b.getF64Type(), width);
    Value one = createNumber(b, b.getF64Type(), 1);
    number = math::SqrtOp::create(b, math::SqrtOp::create(b, number));
    root = createCast(b, arith::DivFOp::create(b, one, number), type);
  }
  return createMatrix(type, [&](ImplicitLocOpBuilder &inner, ValueRange at) {
    auto add = [&](ImplicitLocOpBuilder &nested, ValueRange d,
                   ValueRange carried) -> SmallVector<Value> {
      Value left = q.read(nested, at[0], at[1], at[2], d[0]);
      Value right = k.read(nested, at[0], keyHead(nested, at[1]), at[3], d[0]);
      left =
          arith::MulFOp::create(nested, createCast(nested, left, type), root);
      right =
          arith::MulFOp::create(nested, createCast(nested, right, type), root);
      return {addProduct(nested, carried[0], left, right)};
    };
    Value sum = createLoops(inner, loc, OpFoldResult(q.width),
                            createNumber(inner, type, 0), add)[0];
    if (softcap <= 0)
      return sum;
    Value cap = createNumber(inner, type, softcap);
    Value bent =
        math::TanhOp::create(inner, arith::DivFOp::create(inner, sum, cap));
    return arith::MulFOp::create(inner, bent, cap).getResult();
  });
}

/// How many keys precede the first query.
Value AttentionSteps::createOffset(ImplicitLocOpBuilder &inner, Value batch) {
  if (node.getPresentInput(4))
    return pastLength;
  Value lengths = node.getPresentInput(6);
  if (!lengths)
    return arith::ConstantIndexOp::create(inner, 0);
  Value length = arith::IndexCastOp::create(
      inner, inner.getIndexType(), createExtract(inner, lengths, batch));
  return arith::SubIOp::create(inner, length, q.length);
}

/// True where causality and the windows let the query see the key.
Value AttentionSteps::createAllowed(ImplicitLocOpBuilder &inner, ValueRange at,
                                    Value offset) {
  Value allowed = arith::ConstantIntOp::create(inner, 1, 1);
  Value position = arith::AddIOp::create(inner, at[2], offset);
  Value distance = arith::SubIOp::create(inner, position, at[3]);
  auto require = [&](arith::CmpIPredicate predicate, int64_t bound) {
    Value limit = arith::ConstantIndexOp::create(inner, bound);
    Value holds = arith::CmpIOp::create(inner, predicate, distance, limit);
    allowed = arith::AndIOp::create(inner, allowed, holds);
  };
  if (getInt(node, "is_causal", 0))
    require(arith::CmpIPredicate::sge, 0);
  int64_t left = getInt(node, "left_window_size", -1);
  int64_t right = getInt(node, "right_window_size", -1);
  if (left >= 0)
    require(arith::CmpIPredicate::sle, left);
  if (right >= 0)
    require(arith::CmpIPredicate::sge, -right);
  if (Value lengths = node.getPresentInput(6)) {
    Value length = arith::IndexCastOp::create(
        inner, inner.getIndexType(), createExtract(inner, lengths, at[0]));
    Value filled =
        arith::CmpIOp::create(inner, arith::CmpIPredicate::slt, at[3], length);
    allowed = arith::AndIOp::create(inner, allowed, filled);
  }
  return allowed;
}

/// Stops the program unless the mask broadcasts to queries and keys.
void AttentionSteps::checkMask() {
  Value mask = node.getPresentInput(3);
  if (!mask)
    return;
  SmallVector<Value> wanted = {q.batch, q.heads, q.length, k.length};
  maskSizes = createSizes(rewriter, loc, mask);
  Value one = arith::ConstantIndexOp::create(b, 1);
  ArrayRef<Value> targets = ArrayRef<Value>(wanted).take_back(maskSizes.size());
  for (auto [i, pair] : llvm::enumerate(llvm::zip_equal(maskSizes, targets))) {
    auto [size, target] = pair;
    bool last = i + 1 == maskSizes.size();
    Value fits = arith::CmpIOp::create(
        b, last ? arith::CmpIPredicate::ule : arith::CmpIPredicate::eq, size,
        target);
    Value single =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, size, one);
    createAssert(rewriter, loc, arith::OrIOp::create(b, fits, single),
                 "the mask does not fit queries and keys");
  }
}

/// What the mask adds: 0 or minus infinity for truths. Past its last column
/// nothing is seen.
Value AttentionSteps::createMaskElement(ImplicitLocOpBuilder &inner,
                                        ValueRange at) {
  Value mask = node.getPresentInput(3);
  if (!mask)
    return createNumber(inner, type, 0);
  SmallVector<Value> place(at.take_back(maskSizes.size()));
  Value one = arith::ConstantIndexOp::create(inner, 1);
  Value zero = arith::ConstantIndexOp::create(inner, 0);
  for (unsigned i = 0; i + 1 < maskSizes.size(); ++i) {
    Value single = arith::CmpIOp::create(inner, arith::CmpIPredicate::eq,
                                         maskSizes[i], one);
    place[i] = arith::SelectOp::create(inner, single, zero, place[i]);
  }
  Value covered = arith::CmpIOp::create(inner, arith::CmpIPredicate::ult, at[3],
                                        maskSizes.back());
  auto read = [&](OpBuilder &nested, Location nestedLoc) {
    ImplicitLocOpBuilder builder(nestedLoc, nested);
    Value element = createExtract(builder, mask, place);
    if (element.getType().isInteger(1))
      element = arith::SelectOp::create(builder, element,
                                        createNumber(builder, type, 0),
                                        lowest(builder, type));
    scf::YieldOp::create(builder, createCast(builder, element, type));
  };
  auto hide = [&](OpBuilder &nested, Location nestedLoc) {
    ImplicitLocOpBuilder builder(nestedLoc, nested);
    scf::YieldOp::create(builder, lowest(builder, type));
  };
  return scf::IfOp::create(inner, covered, read, hide).getResult(0);
}

/// What is added to every score.
Value AttentionSteps::createBias() {
  checkMask();
  return createMatrix(
      type, [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
        Value offset = createOffset(inner, at[0]);
        Value allowed = createAllowed(inner, at, offset);
        return arith::SelectOp::create(
            inner, allowed, createMaskElement(inner, at), lowest(inner, type));
      });
}

/// Folds every row of a matrix of queries and keys.
Value AttentionSteps::foldRows(
    Value tensor, double init,
    llvm::function_ref<Value(ImplicitLocOpBuilder &, Value, Value)> step) {
  Value first = createNumber(b, type, init);
  return createReduction(rewriter, loc, tensor, {3}, type, first,
                         [&](ImplicitLocOpBuilder &inner, ValueRange values) {
                           return step(inner, values[0], values[1]);
                         });
}

/// Softmax over keys; a query that sees no key has probabilities of 0.
Value AttentionSteps::createProbabilities(Value scores, Value bias) {
  auto maximum = [](ImplicitLocOpBuilder &inner, Value x, Value y) -> Value {
    return arith::MaximumFOp::create(inner, x, y);
  };
  constexpr double kLowest = -std::numeric_limits<double>::infinity();
  Value seen = foldRows(bias, kLowest, maximum);
  Value most = foldRows(scores, kLowest, maximum);
  Value powers = createMatrix(
      type, [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
        auto readRow = [&](Value rows) {
          return createExtract(inner, rows, at.drop_back());
        };
        Value row = readRow(seen);
        Value isBlind = arith::CmpFOp::create(inner, arith::CmpFPredicate::OEQ,
                                              row, lowest(inner, type));
        Value score = createExtract(inner, scores, at);
        Value moved = arith::SubFOp::create(inner, score, readRow(most));
        return arith::SelectOp::create(inner, isBlind,
                                       createNumber(inner, type, 0),
                                       math::ExpOp::create(inner, moved));
      });
  auto sumRow = [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
    return sumOverKeys(inner, k.length, type,
                       [&](ImplicitLocOpBuilder &nested, Value j, Value sum) {
                         Value power = createExtract(nested, powers,
                                                     {at[0], at[1], at[2], j});
                         return arith::AddFOp::create(nested, sum, power);
                       });
  };
  SmallVector<int64_t> shape(3, ShapedType::kDynamic);
  SmallVector<OpFoldResult> sizes = {q.batch, q.heads, q.length};
  Value sums = createIndexed(rewriter, loc, RankedTensorType::get(shape, type),
                             sizes, sumRow);
  return createMatrix(
      type, [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
        Value sum = createExtract(inner, sums, at.drop_back());
        Value zero = createNumber(inner, type, 0);
        Value isZero =
            arith::CmpFOp::create(inner, arith::CmpFPredicate::OEQ, sum, zero);
        sum = arith::SelectOp::create(inner, isZero,
                                      createNumber(inner, type, 1), sum);
        return arith::DivFOp::create(inner, createExtract(inner, powers, at),
                                     sum);
      });
}

/// Probabilities times values, in the form of the queries.
Value AttentionSteps::createResult(Value probabilities) {
  RankedTensorType resultType = getResultType(node);
  bool isFlat = resultType.getRank() == 3;
  Value wide = arith::MulIOp::create(b, q.heads, v.width);
  SmallVector<OpFoldResult> sizes = {q.batch, q.heads, q.length, v.width};
  if (isFlat)
    sizes = {q.batch, q.length, wide};
  auto body = [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
    Value head, row, column;
    if (isFlat) {
      head = arith::DivUIOp::create(inner, at[2], v.width);
      row = at[1];
      column = arith::RemUIOp::create(inner, at[2], v.width);
    } else {
      head = at[1], row = at[2], column = at[3];
    }
    auto add = [&](ImplicitLocOpBuilder &nested, Value j, Value sum) {
      Value weight =
          createExtract(nested, probabilities, {at[0], head, row, j});
      Value value = v.read(nested, at[0], keyHead(nested, head), j, column);
      return addProduct(nested, sum, weight, value);
    };
    Value sum = sumOverKeys(inner, k.length, type, add);
    return createCast(inner, sum, elementType);
  };
  return createIndexed(rewriter, loc, resultType, sizes, body);
}

SmallVector<Value> AttentionSteps::convert() {
  ValueRange inputs = node.getInputs();
  elementType = getElementTypeOrSelf(inputs[0].getType());
  type = getSumType(elementType);
  int64_t keyHeads = getInt(node, "kv_num_heads", 1);
  q = splitHeads(rewriter, loc, inputs[0], getInt(node, "q_num_heads", 1));
  k = splitHeads(rewriter, loc, inputs[1], keyHeads);
  v = splitHeads(rewriter, loc, inputs[2], keyHeads);
  checkHeads(rewriter, loc, q, k, v);
  Value pastKey = node.getPresentInput(4), pastValue = node.getPresentInput(5);
  if (pastKey && pastValue)
    createSizeCheck(rewriter, loc, pastKey, 2, pastValue, 2,
                    "there is not a past value for every past key");
  k = appendToPast(rewriter, loc, k, pastKey);
  v = appendToPast(rewriter, loc, v, pastValue);
  if (pastKey)
    pastLength = createSizes(rewriter, loc, pastKey)[2];
  Value raw = createScores();
  Value bias = createBias();
  Value scores = createMatrix(
      type, [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
        return arith::AddFOp::create(inner, createExtract(inner, raw, at),
                                     createExtract(inner, bias, at));
      });
  Value probabilities = createProbabilities(scores, bias);
  SmallVector<Value> results = {createResult(probabilities)};
  int64_t mode = getInt(node, "qk_matmul_output_mode", 0);
  Value shown = mode == 3 ? probabilities : mode == 2 ? scores : raw;
  if (node->getNumResults() > 3 && type != elementType)
    shown = createMatrix(
        elementType, [&](ImplicitLocOpBuilder &inner, ValueRange at) -> Value {
          return createCast(inner, createExtract(inner, shown, at),
                            elementType);
        });
  for (Value result : {k.tensor, v.tensor, shown})
    results.push_back(result);
  results.resize(node->getNumResults());
  return results;
}

static LogicalResult convertAttention(onnx::NodeOp node,
                                      GraphRewriter &rewriter) {
  Type result = getResultType(node).getElementType();
  bool fits = isa<FloatType>(result);
  for (Value input : node.getInputs().take_front(3)) {
    auto type = cast<RankedTensorType>(input.getType());
    fits &= type.getElementType() == result &&
            (type.getRank() == 3 || type.getRank() == 4);
  }
  if (!fits)
    return rewriter.refuse(node, "expects queries, keys and values of one "
                                 "float type and of rank 3 or 4");
  return rewriter.replaceNode(node, AttentionSteps(node, rewriter).convert());
}

void ecolm::populateAttentionSteps(NodeConversions &conversions) {
  conversions.add("Attention", convertAttention);
}
