//===- TokenFlow.h - Whether tokens mix -------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Proves that nothing but causal attention lets one token of a sequence see
// another, so that a model may be evaluated a few tokens at a time.
//
// Follows the dimension that counts tokens from the function's input to its
// result:
//
//   %ids 1x?  -> dimension 1       tensor.dim %ids, 1  -> the number of tokens
//   weights   -> no tokens         ecolm.positions     -> dimension 0
//
// An operation passes if it maps that dimension to one of its result, element
// by element. What depends on the place of a token, and on nothing else of the
// sequence, passes too; docs/Rationale/Incremental.md tells what that is.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_TOKENFLOW_H
#define ECOLM_ANALYSIS_TOKENFLOW_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace ecolm {

/// Where a function counts tokens from the first of the sequence. Evaluated
/// from another token on, it has to count from that one.
struct TokenPlaces {
  /// Counts of the tokens.
  llvm::SmallVector<PositionsOp> positions;
  /// Uses of `linalg.index` that tell a body where its token stands.
  llvm::SmallVector<mlir::OpOperand *> indices;
  /// Slices that take a row of a table for each token, and the dimension of
  /// those rows.
  llvm::SmallVector<std::pair<mlir::tensor::ExtractSliceOp, int64_t>> rows;
};

/// What to change in `function`, whose input is `tensor<1x?xi64>` and whose
/// result has the tokens in dimension 1, so that it may be given a few of at
/// most `context` tokens, if every operation treats each token by itself,
/// causal attention aside. Otherwise fails with an error at the operation that
/// does not and says why.
mlir::FailureOr<TokenPlaces> findTokenPlaces(mlir::func::FuncOp function,
                                             int64_t context);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_TOKENFLOW_H
