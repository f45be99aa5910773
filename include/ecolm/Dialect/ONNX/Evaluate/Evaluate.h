//===- Evaluate.h - Evaluates nodes at compile time ----------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Computes the results of nodes whose inputs are constants.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_EVALUATE_EVALUATE_H
#define ECOLM_DIALECT_ONNX_EVALUATE_EVALUATE_H

#include "ecolm/Dialect/ONNX/Evaluate/HostTensor.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"

namespace ecolm::onnx {

/// How much more may be computed. A hostile file must not make the compiler
/// compute without end, or a tensor without bound.
struct EvaluationBudget {
  /// Elements that may still be computed or read.
  int64_t elements;

  /// Takes `count`, the product of `factors`; false if there is not enough.
  bool take(llvm::ArrayRef<int64_t> factors);
};

/// True if nodes of this operator can be evaluated. DequantizeLinear is not
/// among them: its input is the low-bit weight that others look for.
bool canEvaluate(NodeOp node);

/// The results of `node` for `inputs`, of which an omitted one is null; nothing
/// if the node is not evaluable, is not valid, or costs too much.
///
/// Every operation rounds to its element type, as a run would. Sums and means
/// of floats are added in double and rounded once.
std::optional<llvm::SmallVector<HostTensor>>
evaluateNode(NodeOp node, llvm::ArrayRef<const HostTensor *> inputs,
             EvaluationBudget &budget);

/// True for operators that reorder or cast the elements of their first input.
/// `onnx-fold-constants` leaves at most `kMaxReorderings` of them between a
/// large weight and its reader.
bool isReordering(NodeOp node);
inline constexpr unsigned kMaxReorderings = 16;

/// The initializer or Constant that `value` reads, directly or through
/// reorderings; null if there is none.
mlir::Value findReorderedConstant(mlir::Value value);

/// The elements of `value`, a constant or a reordered one.
std::optional<HostTensor> readReorderedConstant(mlir::Value value);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_EVALUATE_EVALUATE_H
