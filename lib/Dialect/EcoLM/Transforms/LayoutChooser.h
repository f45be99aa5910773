//===- LayoutChooser.h - Layouts that kernels want ------------ -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Chooses how a weight shall lie in memory, by what reads it and by what the
// target has.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_TRANSFORMS_LAYOUTCHOOSER_H
#define ECOLM_DIALECT_ECOLM_TRANSFORMS_LAYOUTCHOOSER_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"

namespace ecolm {

/// A layout; no packing leaves the format to the elements.
struct PackingChoice {
  std::optional<Packing> packing;
  int32_t lanes;
  int32_t depth = 1;
  ChunkOrder chunks;

  bool operator==(const PackingChoice &other) const {
    return packing == other.packing && lanes == other.lanes &&
           depth == other.depth && chunks == other.chunks;
  }
};

/// Chooses layouts for the weights of one module.
class LayoutChooser {
public:
  /// For a target with these `options`, whose `packing` is a known one or
  /// "auto".
  LayoutChooser(mlir::ModuleOp module, const PackWeightsOptions &options);

  /// What all `kernels` that read a weight of type `type` can share.
  PackingChoice choose(mlir::RankedTensorType type,
                       llvm::ArrayRef<mlir::OpOperand *> kernels) const;

  /// What the kernel that reads `use` wants: its own chunks, or what is
  /// `common` to all kernels of the weight.
  PackingChoice chooseForKernel(mlir::OpOperand &use,
                                const PackingChoice &common) const;

private:
  PackWeightsOptions options;
  std::optional<Packing> packing;
  /// Whether products are computed by multiplying.
  bool isNative;
  /// Whether a token finds ternary weights where the one before it left them.
  bool staysInCache;
  /// Whether the powers of two of all butterflies, as floats, stay in the first
  /// cache.
  bool hasFewPowers;
};

/// `type` with the layout `choice`.
mlir::RankedTensorType getPackedType(mlir::RankedTensorType type,
                                     const PackingChoice &choice);

} // namespace ecolm

#endif // ECOLM_DIALECT_ECOLM_TRANSFORMS_LAYOUTCHOOSER_H
