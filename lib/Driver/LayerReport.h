//===- LayerReport.h - The report of a compilation --------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Collects and writes what --report shows (docs/Rationale/Reports.md).
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_DRIVER_LAYERREPORT_H
#define ECOLM_LIB_DRIVER_LAYERREPORT_H

#include "ecolm/Analysis/LayerRecord.h"
#include "llvm/Support/JSON.h"
#include "llvm/Target/TargetMachine.h"

namespace ecolm {

/// The layers of a compiled model.
struct LayerReport {
  std::string model, compiler, target, cpu;
  /// Bits of the vectors that expected times assume.
  int64_t vectorBits = 0;
  /// Tokens of the context, or 0 if the model knows no tokens; tokens before
  /// the one that is decoded, and those of the prompt.
  int64_t context = 0, decodePosition = 0, promptTokens = 1;
  std::vector<LayerRecord> layers;

  /// Expected nanoseconds of a layer, for a token and for a prompt.
  double getDecodeTime(const LayerRecord &layer) const {
    return layer.getTime(1, decodePosition);
  }
  double getPromptTime(const LayerRecord &layer) const {
    return layer.getTime(promptTokens, 0);
  }
  /// What a token adds and multiplies where it is decoded.
  int64_t getAdditions(const LayerRecord &layer) const {
    return layer.additions + (decodePosition + 1) * layer.pairAdditions;
  }
  int64_t getMultiplications(const LayerRecord &layer) const {
    return layer.multiplications +
           (decodePosition + 1) * layer.pairMultiplications;
  }
  /// Picojoules of the operations of that token.
  double getArithmeticEnergy(const LayerRecord &layer) const {
    return layer.arithmeticEnergy + (decodePosition + 1) * layer.pairEnergy;
  }
  /// The sum of what `get` gives for each layer.
  template <typename Get>
  auto sum(Get get) const {
    decltype(get(layers[0])) total = 0;
    for (const LayerRecord &layer : layers)
      total += get(layer);
    return total;
  }

  /// For a terminal, for programs, and for a browser.
  void print(llvm::raw_ostream &out) const;
  llvm::json::Value toJSON() const;
  void printPage(llvm::raw_ostream &out) const;
};

/// Collects the report of `module`, which went through the lower phase.
LayerReport collectLayers(mlir::ModuleOp module,
                          const llvm::TargetMachine &machine,
                          llvm::StringRef fileName);

} // namespace ecolm

#endif // ECOLM_LIB_DRIVER_LAYERREPORT_H
