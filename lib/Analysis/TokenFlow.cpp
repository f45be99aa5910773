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

#include "TokenFlowVisitor.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace ecolm;

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

/// Whether `use` of a tensor of tokens, in a body, takes an element of the
/// token that the body is about.
bool TokenFlow::readsOwnToken(OpOperand &use, int64_t tokenLoop) {
  auto extract = dyn_cast<tensor::ExtractOp>(use.getOwner());
  TokenState state = get(use.get());
  if (!extract || state.kind != TokenState::Tokens)
    return false;
  auto index = extract.getIndices()[state.dim].getDefiningOp<linalg::IndexOp>();
  return index && static_cast<int64_t>(index.getDim()) == tokenLoop;
}

/// The body may look anything up in weights, and what belongs to its own token.
/// Where it stands counts from the first token.
LogicalResult TokenFlow::visitBody(linalg::LinalgOp op, int64_t tokenLoop) {
  SmallVector<OpOperand *> ownIndices;
  WalkResult result = op->walk([&](Operation *inner) {
    if (inner == op)
      return WalkResult::advance();
    for (OpOperand &use : inner->getOpOperands()) {
      bool isOutside = get(use.get()).kind != TokenState::Independent;
      if (isOutside && !readsOwnToken(use, tokenLoop))
        return WalkResult::interrupt();
      if (isOutside)
        ownIndices.push_back(&inner->getOpOperand(
            1 + static_cast<unsigned>(get(use.get()).dim)));
    }
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return fail(op, "its body reads a value that knows of other tokens");
  op->walk([&](linalg::IndexOp index) {
    if (static_cast<int64_t>(index.getDim()) != tokenLoop)
      return;
    for (OpOperand &use : index->getUses())
      if (!llvm::is_contained(ownIndices, &use))
        places.indices.push_back(&use);
  });
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

/// What of the number of tokens `op` gives if that, and constants, are what it
/// is computed from: all of it for every sequence that the context holds, or
/// only up to some number. Otherwise nothing.
std::optional<TokenState::Kind> TokenFlow::findCount(Operation *op) {
  auto find = [&](Value value) -> std::optional<TokenState::Kind> {
    TokenState::Kind kind = get(value).kind;
    bool isCount = kind == TokenState::Count || kind == TokenState::Clamped;
    return isCount ? std::optional(kind) : std::nullopt;
  };
  if (isa<arith::IndexCastOp>(op))
    return find(op->getOperand(0));
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    // A size is never negative, and so is not counted from the end.
    auto compare = select.getCondition().getDefiningOp<arith::CmpIOp>();
    bool isFalse =
        compare && compare.getPredicate() == arith::CmpIPredicate::slt &&
        find(compare.getLhs()) && matchPattern(compare.getRhs(), m_Zero());
    auto kind = find(select.getFalseValue());
    return isFalse || kind == find(select.getTrueValue()) ? kind : std::nullopt;
  }
  bool isMin = isa<arith::MinSIOp>(op);
  if (!isMin && !isa<arith::MaxSIOp>(op))
    return std::nullopt;
  for (unsigned i : {0u, 1u}) {
    IntegerAttr bound;
    auto kind = find(op->getOperand(i));
    if (!kind || !matchPattern(op->getOperand(1 - i), m_Constant(&bound)))
      continue;
    if (isMin && bound.getInt() < context)
      return TokenState::Clamped;
    // There is at least one token.
    return isMin || bound.getInt() <= 1 ? kind : std::nullopt;
  }
  return std::nullopt;
}

LogicalResult TokenFlow::visitElementwise(Operation *op) {
  if (auto kind = findCount(op))
    return set(op, {*kind});
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
  if (state.kind == TokenState::Count || state.kind == TokenState::Clamped)
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
  places.positions.push_back(op);
  return setTokens(op, 0);
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
      .Case([&](tensor::InsertSliceOp slice) { return visitInsert(slice); })
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

FailureOr<TokenPlaces> TokenFlow::run(func::FuncOp function) {
  states[function.getArgument(0)] = {TokenState::Tokens, 1};
  for (Operation &op : function.getBody().front())
    if (failed(visit(op)))
      return failure();
  return std::move(places);
}

FailureOr<TokenPlaces> ecolm::findTokenPlaces(func::FuncOp function,
                                              int64_t context) {
  return TokenFlow(context).run(function);
}
