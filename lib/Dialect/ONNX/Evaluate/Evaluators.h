//===- Evaluators.h - Families of evaluators ------------------ -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares what evaluators see, and the tables of the families.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_EVALUATE_EVALUATORS_H
#define ECOLM_DIALECT_ONNX_EVALUATE_EVALUATORS_H

#include "ecolm/Dialect/ONNX/Evaluate/Evaluate.h"
#include "llvm/ADT/StringMap.h"

namespace ecolm::onnx {

/// One node being evaluated.
struct Evaluation {
  NodeOp node;
  llvm::ArrayRef<const HostTensor *> inputs;
  EvaluationBudget &budget;
  llvm::SmallVector<HostTensor> results = {};

  /// Input `index`, or null when it is omitted or not given.
  const HostTensor *getInput(unsigned index) const {
    return index < inputs.size() ? inputs[index] : nullptr;
  }
  /// Attribute `name` as an integer, or `fallback`.
  int64_t getInt(llvm::StringRef name, int64_t fallback) const;
  /// Integers that are an attribute `name` in old opsets and input `index` in
  /// new ones; nothing if the node gives neither.
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name,
                                                    unsigned index) const;
  /// Appends a result of zeros if the budget allows; else returns null.
  HostTensor *addResult(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
};

/// Fills in the results, or returns false.
using Evaluator = bool (*)(Evaluation &);
using EvaluatorTable = llvm::StringMap<Evaluator>;

/// Adds elementwise operators of one input, and Cast.
void populateUnaryEvaluators(EvaluatorTable &table);
/// Adds arithmetic of two inputs, Min, Max and Clip.
void populateBinaryEvaluators(EvaluatorTable &table);
/// Adds comparisons, logic, bits, shifts and Where.
void populateLogicEvaluators(EvaluatorTable &table);
/// Adds Reduce*, ArgMax, ArgMin and MatMul.
void populateReductionEvaluators(EvaluatorTable &table);
/// Adds operators that move the elements of one input.
void populateMovementEvaluators(EvaluatorTable &table);
/// Adds GatherND, NonZero, ScatterND and ScatterElements.
void populateIndexingEvaluators(EvaluatorTable &table);
/// Adds Concat, Gather, Constant, and operators that make elements.
void populateCreationEvaluators(EvaluatorTable &table);

/// `axis` counted from the front, or nothing if it does not fit `rank`.
std::optional<int64_t> countAxisFromFront(int64_t axis, int64_t rank);

/// The strides of a row-major tensor of `shape`.
llvm::SmallVector<int64_t> getStrides(llvm::ArrayRef<int64_t> shape);

/// Copies `count` elements of `from`, from `source` on, over those of `to`, a
/// tensor of the same element type, from `target` on.
void copyRun(const HostTensor &from, int64_t source, HostTensor &to,
             int64_t target, int64_t count);

/// Copies to `result` in row-major order: element (i0, i1, ...) is that of
/// `input` at `offset + i0 * strides[0] + i1 * strides[1] + ...`.
void copyStrided(const HostTensor &input, int64_t offset,
                 llvm::ArrayRef<int64_t> strides, HostTensor &result);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_EVALUATE_EVALUATORS_H
