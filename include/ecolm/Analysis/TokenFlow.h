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
// by element.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_TOKENFLOW_H
#define ECOLM_ANALYSIS_TOKENFLOW_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace ecolm {

/// Succeeds if every operation of `function`, whose input is `tensor<1x?xi64>`
/// and whose result has the tokens in dimension 1, treats each token by itself,
/// causal attention aside. Otherwise fails with an error at the operation that
/// does not and says why.
llvm::LogicalResult proveTokensStayApart(mlir::func::FuncOp function);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_TOKENFLOW_H
