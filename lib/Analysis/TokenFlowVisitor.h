//===- TokenFlowVisitor.h - Follows tokens through operations --*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares what the analysis of TokenFlow.h knows of values, and its visits:
// TokenFlow.cpp visits what computes, TokenViews.cpp what makes sizes and
// shapes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_ANALYSIS_TOKENFLOWVISITOR_H
#define ECOLM_LIB_ANALYSIS_TOKENFLOWVISITOR_H

#include "ecolm/Analysis/TokenFlow.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace ecolm {

/// What a value knows of the tokens.
struct TokenState {
  enum Kind {
    /// Nothing: the same whatever the sequence.
    Independent,
    /// Their number.
    Count,
    /// Their number, up to one that is less than the context.
    Clamped,
    /// Something else computed from their number.
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
  explicit TokenFlow(int64_t context) : context(context) {}

  mlir::FailureOr<TokenPlaces> run(mlir::func::FuncOp function);

private:
  llvm::LogicalResult visit(mlir::Operation &op);
  llvm::LogicalResult visitLinalg(mlir::linalg::LinalgOp op);
  llvm::LogicalResult visitBody(mlir::linalg::LinalgOp op, int64_t tokenLoop);
  bool readsOwnToken(mlir::OpOperand &use, int64_t tokenLoop);
  llvm::LogicalResult visitRowwise(mlir::Operation *op);
  llvm::LogicalResult visitElementwise(mlir::Operation *op);
  std::optional<TokenState::Kind> findCount(mlir::Operation *op);
  llvm::LogicalResult visitAttention(AttentionOp op);
  llvm::LogicalResult visitPositions(PositionsOp op);
  llvm::LogicalResult visitDim(mlir::tensor::DimOp op);
  llvm::LogicalResult visitEmpty(mlir::Operation *op,
                                 mlir::RankedTensorType type,
                                 mlir::OperandRange sizes);
  llvm::LogicalResult visitSlice(mlir::tensor::ExtractSliceOp op);
  llvm::LogicalResult visitRows(mlir::tensor::ExtractSliceOp op);
  llvm::LogicalResult visitInsert(mlir::tensor::InsertSliceOp op);
  llvm::LogicalResult visitPad(mlir::tensor::PadOp op);
  llvm::LogicalResult
  visitReshape(mlir::Operation *op, mlir::Value source,
               llvm::ArrayRef<mlir::ReassociationIndices> groups,
               bool collapses);
  llvm::LogicalResult visitReturn(mlir::func::ReturnOp op);

  TokenState get(mlir::Value value) const { return states.lookup(value); }
  llvm::LogicalResult set(mlir::Operation *op, TokenState state) {
    for (mlir::Value result : op->getResults())
      states[result] = state;
    return llvm::success();
  }
  llvm::LogicalResult setTokens(mlir::Operation *op, int64_t dim) {
    return set(op, {TokenState::Tokens, dim});
  }
  /// Reports that `op` does not treat tokens one by one.
  llvm::LogicalResult fail(mlir::Operation *op, const llvm::Twine &why) {
    return op->emitOpError() << "keeps the model from being evaluated token by "
                                "token: "
                             << why;
  }

  int64_t context;
  llvm::DenseMap<mlir::Value, TokenState> states;
  TokenPlaces places;
};

} // namespace ecolm

#endif // ECOLM_LIB_ANALYSIS_TOKENFLOWVISITOR_H
