//===- QuantizedLayers.h - What quantizing a model cost -------- -*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Remembers, on the module, the matrices that ecolm-quantize-model quantized.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_QUANTIZEDLAYERS_H
#define ECOLM_ANALYSIS_QUANTIZEDLAYERS_H

#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace ecolm {

/// One quantized matrix [N, K] and its distance from the floats of the model.
struct QuantizedLayer {
  /// The weight's name, and the recipe.
  std::string name, recipe;
  int64_t outputs = 0, inputs = 0;
  /// Bits of codes, scales and offsets.
  double bitsPerWeight = 32;
  /// |W - Q| / |W|, Frobenius norms; of rotated weights where they are rotated.
  double relativeError = 0;

  /// Signal to quantization noise in decibels; infinite where nothing was lost.
  double getSignalToNoise() const;
};

/// Remembers `layers` as an attribute of `module`.
void rememberQuantizedLayers(mlir::ModuleOp module,
                             llvm::ArrayRef<QuantizedLayer> layers);

/// The layers that `module` remembers.
std::vector<QuantizedLayer> recallQuantizedLayers(mlir::ModuleOp module);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_QUANTIZEDLAYERS_H
