//===- LayerDescription.h - Layers of a lowered model -----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the layers of a module whose kernels are about to be written.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_LAYERDESCRIPTION_H
#define ECOLM_ANALYSIS_LAYERDESCRIPTION_H

#include "ecolm/Analysis/LayerRecord.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"

namespace ecolm {

class WeightOp;

/// Describes operations, one by one.
class LayerDescriber {
public:
  /// `instructions` names what sums products of bytes on the target. Weights
  /// are read to count their zeros if `countZeros`.
  LayerDescriber(llvm::StringRef instructions, bool countZeros)
      : instructions(instructions), countZeros(countZeros) {}

  /// The layer that `op` computes, which ends in `last`; or nothing if it is
  /// part of the rest. Prices are in instructions on 16 lanes. Fails with an
  /// error at the weights if they have no bytes.
  llvm::FailureOr<std::optional<LayerRecord>> describe(mlir::Operation *op,
                                                       mlir::Operation *last);

  /// Adds `op`, which is no layer, to `rest`.
  void addToRest(mlir::Operation *op, LayerRecord &rest);

  /// Adds the weights of `module` that no layer has to `rest`.
  llvm::LogicalResult addOtherWeights(mlir::ModuleOp module, LayerRecord &rest);

private:
  llvm::LogicalResult addWeight(WeightOp weight, bool isPart,
                                LayerRecord &layer);
  llvm::LogicalResult describeProduct(mlir::Operation *op, LayerRecord &layer);

  llvm::StringRef instructions;
  bool countZeros;
  mlir::SymbolTableCollection symbols;
  llvm::SetVector<mlir::Operation *> seen;
};

} // namespace ecolm

#endif // ECOLM_ANALYSIS_LAYERDESCRIPTION_H
