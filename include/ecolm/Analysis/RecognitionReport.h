//===- RecognitionReport.h - What a graph became -------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reports which layers were recognized as what, on which evidence.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_RECOGNITIONREPORT_H
#define ECOLM_ANALYSIS_RECOGNITIONREPORT_H

#include "ecolm/Analysis/QuantizedLayers.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/JSON.h"
#include <map>
#include <string>
#include <vector>

namespace ecolm {

/// Attribute of a module: its report as JSON, for phases that no longer see the
/// layers.
inline constexpr llvm::StringLiteral kRecognitionAttrName = "ecolm.recognition";

/// Attribute of a module: what recognition passes found and almost found, an
/// array of dictionaries with `idea`, `name`, and `evidence` or `reason`.
inline constexpr llvm::StringLiteral kRecognitionNotesAttrName =
    "ecolm.recognition_notes";
inline constexpr llvm::StringLiteral kEvidenceKey = "evidence";
inline constexpr llvm::StringLiteral kReasonKey = "reason";

/// An idea that a recognition pass found at a node or tensor of the file, or
/// almost found there.
struct RecognitionNote {
  std::string idea, name;
  /// The evidence, or the reason why it was not enough.
  std::string text;
  bool isFound = false;
};

/// One linear layer as the recognizer understood it.
struct RecognizedLayer {
  /// `butterfly` or `matmul`.
  std::string kind;
  /// Number format of the weights, such as `ternary` or `pot[-7, 0]`.
  std::string format;
  /// Number format of the input: `f32`, or `pot[-6, 3]` when it is quantized.
  std::string input;
  /// `power of two` or `none`.
  std::string scale;
  /// The nodes that showed it: their names in the file, or common beginning.
  std::string evidence;
  /// Features in and out, factors of the product, and weights in all of them.
  int64_t numInputs = 0, numOutputs = 0, numFactors = 1, numWeights = 0;
};

/// Weights of one number format, and the bytes they take in the model file.
struct FormatTotal {
  int64_t numWeights = 0, numBytes = 0;

  double getBitsPerWeight() const {
    return numWeights ? 8.0 * numBytes / numWeights : 0.0;
  }
};

/// What a graph was recognized to be, after the recognize phase.
struct RecognitionReport {
  std::vector<RecognizedLayer> layers;
  std::vector<RecognitionNote> notes;
  /// How often each operation of the dialect occurs.
  llvm::MapVector<llvm::StringRef, int64_t> operations;
  /// Weights by number format.
  std::map<std::string, FormatTotal> formats;
  FormatTotal total;
  /// The matrices that the user had quantized.
  std::vector<QuantizedLayer> quantized;

  /// Writes the report for a reader at a terminal.
  void print(llvm::raw_ostream &out) const;
  /// The report for programs.
  llvm::json::Value toJSON() const;
};

/// Collects the report of `module`, in which linear layers are `ecolm` on
/// tensors.
RecognitionReport collectRecognition(mlir::ModuleOp module);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_RECOGNITIONREPORT_H
