//===- TokenFlow.cpp - Whether tokens mix ---------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Follows the dimension that counts tokens through a function.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/TokenFlow.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// What a value knows of the tokens.
struct TokenState {
  enum Kind {
    /// Nothing: the same whatever the sequence.
    Independent,
    /// Their number.
    Count,
    /// Something computed from their number.
    FromCount,
    /// A tensor with one place per token along `dim`.
    Tokens
  };
  Kind kind = Independent;
  int64_t dim = 0;

  bool operator==(const TokenState &other) const {
    return kind == other.kind && (kind != Tokens || dim == other.dim);
  }
};

/// Visits the operations of one function in order.
class TokenFlow {
public:
  LogicalResult run(func::FuncOp function);

private:
  LogicalResult visit(Operation &op);
  LogicalResult visitLinalg(linalg::LinalgOp op);
  LogicalResult visitBody(linalg::LinalgOp op, int64_t tokenLoop);
  LogicalResult visitRowwise(Operation *op);
  LogicalResult visitElementwise(Operation *op);
  LogicalResult visitAttention(AttentionOp op);
  LogicalResult visitPositions(PositionsOp op);
  LogicalResult visitDim(tensor::DimOp op);
  LogicalResult visitEmpty(Operation *op, RankedTensorType type,
                           OperandRange sizes);
  LogicalResult visitSlice(tensor::ExtractSliceOp op);
  LogicalResult visitPad(tensor::PadOp op);
  LogicalResult visitReshape(Operation *op, Value source,
                             ArrayRef<ReassociationIndices> groups,
                             bool collapses);
  LogicalResult visitReturn(func::ReturnOp op);

  TokenState get(Value value) const { return states.lookup(value); }
  LogicalResult set(Operation *op, TokenState state) {
    for (Value result : op->getResults())
      states[result] = state;
    return success();
  }
  LogicalResult setTokens(Operation *op, int64_t dim) {
    return set(op, {TokenState::Tokens, dim});
  }
  /// Reports that `op` does not treat tokens one by one.
  LogicalResult fail(Operation *op, const Twine &why) {
    return op->emitOpError() << "keeps the model from being evaluated token by "
                                "token: "
                             << why;
  }

  DenseMap<Value, TokenState> states;
};

} // namespace

/// Whether all dimensions of `group` but `dim` have one element.
static bool isAloneIn(ArrayRef<int64_t> group, int64_t dim,
                      RankedTensorType type) {
  return llvm::all_of(group, [&](int64_t other) {
    return other == dim || type.getDimSize(other) == 1;
  });
}

LogicalResult TokenFlow::visitLinalg(linalg::LinalgOp op) {
  std::optional<int64_t> loop;
  for (OpOperand &operand : op->getOpOperands()) {
    TokenState state = get(operand.get());
    if (state.kind != TokenState::Tokens)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    auto expr = dyn_cast<AffineDimExpr>(map.getResult(state.dim));
    if (!expr || (loop && *loop != expr.getPosition()))
      return fail(op, "it combines different tokens");
    loop = expr.getPosition();
  }
  if (!loop)
    return fail(op, "it computes with the number of tokens");
  if (op.getIteratorTypesArray()[*loop] != utils::IteratorType::parallel)
    return fail(op, "it reduces over tokens");
  for (OpOperand &operand : op->getOpOperands())
    if (get(operand.get()).kind != TokenState::Tokens &&
        op.getMatchingIndexingMap(&operand).isFunctionOfDim(*loop))
      return fail(op, "an operand has places for tokens, but does not come "
                      "from them");
  if (failed(visitBody(op, *loop)))
    return failure();
  for (auto [result, init] :
       llvm::zip(op->getResults(), op.getDpsInitsMutable()))
    for (auto [dim, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(&init).getResults()))
      if (expr.isFunctionOfDim(*loop))
        states[result] = {TokenState::Tokens, static_cast<int64_t>(dim)};
  return success();
}

/// The body may look anything up in weights, but not where its token stands.
LogicalResult TokenFlow::visitBody(linalg::LinalgOp op, int64_t tokenLoop) {
  WalkResult result = op->walk([&](linalg::IndexOp index) {
    return static_cast<int64_t>(index.getDim()) == tokenLoop
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  if (result.wasInterrupted())
    return fail(op, "it uses the place of a token in the sequence");
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (get(value).kind != TokenState::Independent)
      return fail(op, "its body reads a value that knows of other tokens");
  return success();
}

/// Operations on the last dimension; operands but the first are weights.
LogicalResult TokenFlow::visitRowwise(Operation *op) {
  TokenState state = get(op->getOperand(0));
  int64_t rank = cast<RankedTensorType>(op->getOperand(0).getType()).getRank();
  if (state.kind != TokenState::Tokens || state.dim == rank - 1)
    return fail(op, "it combines different tokens");
  for (Value operand : op->getOperands().drop_front()) {
    TokenState other = get(operand);
    bool isRowScale = isa<DequantizeOp>(op) && other == state;
    if (other.kind != TokenState::Independent && !isRowScale)
      return fail(op, "a weight depends on the tokens");
  }
  return set(op, state);
}

LogicalResult TokenFlow::visitElementwise(Operation *op) {
  TokenState state;
  for (Value operand : op->getOperands()) {
    TokenState other = get(operand);
    if (other.kind == TokenState::Independent)
      continue;
    if (state.kind != TokenState::Independent && !(state == other) &&
        (state.kind == TokenState::Tokens || other.kind == TokenState::Tokens))
      return fail(op, "it combines different tokens");
    state = other;
  }
  // Arithmetic on sizes is no size that tokens are known to have.
  if (state.kind == TokenState::Count && !isa<arith::IndexCastOp>(op))
    state.kind = TokenState::FromCount;
  return set(op, state);
}

LogicalResult TokenFlow::visitAttention(AttentionOp op) {
  if (!op.getCausal())
    return fail(op, "it is not causal");
  for (Value operand : op->getOperands())
    if (!(get(operand) == TokenState{TokenState::Tokens, 1}))
      return fail(op, "expected queries, keys and values of the same tokens");
  return setTokens(op, 1);
}

LogicalResult TokenFlow::visitPositions(PositionsOp op) {
  if (get(op.getCount()).kind != TokenState::Count || op.getStart())
    return fail(op, "expected one position for each token, from 0");
  return setTokens(op, 0);
}

LogicalResult TokenFlow::visitDim(tensor::DimOp op) {
  TokenState state = get(op.getSource());
  if (state.kind != TokenState::Tokens || op.getConstantIndex() != state.dim)
    return set(op, {});
  return set(op, {TokenState::Count});
}

/// A tensor without content, or with the same everywhere.
LogicalResult TokenFlow::visitEmpty(Operation *op, RankedTensorType type,
                                    OperandRange sizes) {
  std::optional<int64_t> tokenDim;
  unsigned next = 0;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (!type.isDynamicDim(dim))
      continue;
    TokenState state = get(sizes[next++]);
    if (state.kind == TokenState::Independent)
      continue;
    if (tokenDim || state.kind != TokenState::Count)
      return fail(op, "a size is computed from the number of tokens");
    tokenDim = dim;
  }
  return tokenDim ? setTokens(op, *tokenDim) : set(op, {});
}

LogicalResult TokenFlow::visitSlice(tensor::ExtractSliceOp op) {
  TokenState state = get(op.getSource());
  if (state.kind != TokenState::Tokens)
    return fail(op, "it takes as many rows as there are tokens");
  OpFoldResult size = op.getMixedSizes()[state.dim];
  auto dynamicSize = dyn_cast<Value>(size);
  if (!isZeroInteger(op.getMixedOffsets()[state.dim]) ||
      !isOneInteger(op.getMixedStrides()[state.dim]) || !dynamicSize ||
      get(dynamicSize).kind != TokenState::Count)
    return fail(op, "it takes some of the tokens");
  llvm::SmallBitVector dropped = op.getDroppedDims();
  int64_t before = 0;
  for (int64_t dim = 0; dim < state.dim; ++dim)
    before += dropped.test(dim);
  return setTokens(op, state.dim - before);
}

LogicalResult TokenFlow::visitPad(tensor::PadOp op) {
  TokenState state = get(op.getSource());
  if (state.kind != TokenState::Tokens ||
      !isZeroInteger(op.getMixedLowPad()[state.dim]) ||
      !isZeroInteger(op.getMixedHighPad()[state.dim]))
    return fail(op, "it appends tokens");
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (get(value).kind != TokenState::Independent)
      return fail(op, "its body reads a value that knows of other tokens");
  return set(op, state);
}

LogicalResult TokenFlow::visitReshape(Operation *op, Value source,
                                      ArrayRef<ReassociationIndices> groups,
                                      bool collapses) {
  TokenState state = get(source);
  if (state.kind != TokenState::Tokens)
    return fail(op, "a size is computed from the number of tokens");
  auto wide = cast<RankedTensorType>(collapses ? source.getType()
                                               : op->getResult(0).getType());
  for (auto [narrowDim, group] : llvm::enumerate(groups)) {
    if (collapses && llvm::is_contained(group, state.dim)) {
      if (!isAloneIn(group, state.dim, wide))
        return fail(op, "it merges the tokens with another dimension");
      return setTokens(op, narrowDim);
    }
    if (!collapses && static_cast<int64_t>(narrowDim) == state.dim) {
      for (int64_t dim : group)
        if (wide.isDynamicDim(dim) && isAloneIn(group, dim, wide))
          return setTokens(op, dim);
      return fail(op, "it divides the tokens");
    }
  }
  return fail(op, "it loses the tokens");
}

LogicalResult TokenFlow::visitReturn(func::ReturnOp op) {
  for (Value result : op.getOperands())
    if (!(get(result) == TokenState{TokenState::Tokens, 1}))
      return fail(op, "expected results with the tokens in dimension 1");
  return success();
}

LogicalResult TokenFlow::visit(Operation &op) {
  SetVector<Value> inputs(op.operand_begin(), op.operand_end());
  getUsedValuesDefinedAbove(op.getRegions(), inputs);
  bool independent = llvm::all_of(inputs, [&](Value value) {
    return get(value).kind == TokenState::Independent;
  });
  // A check gives nothing to anyone.
  if (isa<cf::AssertOp>(op))
    return success();
  if (independent && !isa<func::ReturnOp, PositionsOp, AttentionOp>(op))
    return set(&op, {});

  return TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](linalg::LinalgOp linalg) { return visitLinalg(linalg); })
      .Case<LogQuantizeOp, DequantizeOp, QuantizeInt8Op, ButterflyOp,
            ButterflyFactorOp, MatmulOp, GroupMatmulOp, ShiftOp, LayerNormOp,
            RmsNormOp, RotateOp, PermuteOp>(
          [&](Operation *rowwise) { return visitRowwise(rowwise); })
      .Case([&](EmbeddingOp embedding) {
        return set(embedding, get(embedding.getIds()));
      })
      .Case([&](AttentionOp attention) { return visitAttention(attention); })
      .Case([&](PositionsOp positions) { return visitPositions(positions); })
      .Case([&](tensor::DimOp dim) { return visitDim(dim); })
      .Case([&](tensor::EmptyOp empty) {
        return visitEmpty(empty, empty.getType(), empty.getDynamicSizes());
      })
      .Case([&](tensor::SplatOp splat) {
        return visitEmpty(splat, splat.getType(), splat.getDynamicSizes());
      })
      .Case(
          [&](tensor::CastOp cast) { return set(cast, get(cast.getSource())); })
      .Case([&](tensor::ExtractSliceOp slice) { return visitSlice(slice); })
      .Case([&](tensor::PadOp pad) { return visitPad(pad); })
      .Case([&](tensor::CollapseShapeOp reshape) {
        return visitReshape(reshape, reshape.getSrc(),
                            reshape.getReassociationIndices(), true);
      })
      .Case([&](tensor::ExpandShapeOp reshape) {
        return visitReshape(reshape, reshape.getSrc(),
                            reshape.getReassociationIndices(), false);
      })
      .Case([&](func::ReturnOp end) { return visitReturn(end); })
      .Default([&](Operation *other) {
        if (other->hasTrait<OpTrait::Elementwise>() ||
            (isa<arith::ArithDialect>(other->getDialect())))
          return visitElementwise(other);
        return fail(other, "it is not known to treat tokens one by one");
      });
}

LogicalResult TokenFlow::run(func::FuncOp function) {
  states[function.getArgument(0)] = {TokenState::Tokens, 1};
  for (Operation &op : function.getBody().front())
    if (failed(visit(op)))
      return failure();
  return success();
}

LogicalResult ecolm::proveTokensStayApart(func::FuncOp function) {
  return TokenFlow().run(function);
}
