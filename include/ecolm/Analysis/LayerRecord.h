//===- LayerRecord.h - One layer as it is compiled --------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Remembers, on the module and in locations, the layers of a model and what
// they cost (docs/Rationale/Reports.md).
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_LAYERRECORD_H
#define ECOLM_ANALYSIS_LAYERRECORD_H

#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace ecolm {

/// The counters of a program that times its layers, one i64 for each of them.
inline constexpr llvm::StringLiteral kLayerTimes = "ecolm_layer_times";

/// One layer. Counts are those of one token, or of one evaluation of a model
/// without tokens, where sizes that are not known count as one.
struct LayerRecord {
  /// Its nodes in the model, and what it is: `matmul`, `attention`, ...
  std::string name, kind;
  /// Where its last node stands in the model, or -1.
  int64_t node = -1;
  /// Number formats of weights and input; empty where there are none.
  std::string format, input;
  /// See KernelChoice.
  std::string kernel, why, missed;
  int64_t inputs = 0, outputs = 0, factors = 0;
  /// Weights, how many of them are zero (-1: not counted), the bytes that they
  /// take in the program and took in the model file.
  int64_t weights = 0, zeros = -1, bytes = 0, sourceBytes = 0;
  /// What the kernel adds and multiplies; products with weights that it does
  /// without multiplying, and those that a dense matrix would take.
  int64_t additions = 0, multiplications = 0, removed = 0, dense = 0;
  /// For every pair of a token and one that it attends to.
  int64_t pairAdditions = 0, pairMultiplications = 0;
  /// Picojoules: of the operations, of those of each pair, of reading the
  /// weights.
  double arithmeticEnergy = 0, pairEnergy = 0, memoryEnergy = 0;
  /// Expected nanoseconds: of a start, of reading the weights, of each token,
  /// of each pair. A call takes start + max(weights, tokens + pairs).
  double startTime = 0, weightTime = 0, tokenTime = 0, pairTime = 0;

  /// Expected nanoseconds of one call for `tokens` tokens from `position` on.
  double getTime(int64_t tokens, int64_t position) const;
};

/// Calls `visit(key, field)` for every field of `record`.
template <typename Record, typename Visitor>
void visitFields(Record &record, Visitor visit) {
  visit("name", record.name);
  visit("kind", record.kind);
  visit("node", record.node);
  visit("format", record.format);
  visit("input_format", record.input);
  visit("inputs", record.inputs);
  visit("outputs", record.outputs);
  visit("factors", record.factors);
  visit("weights", record.weights);
  visit("zeros", record.zeros);
  visit("bytes", record.bytes);
  visit("source_bytes", record.sourceBytes);
  visit("kernel", record.kernel);
  visit("why", record.why);
  visit("missed", record.missed);
  visit("additions", record.additions);
  visit("multiplications", record.multiplications);
  visit("multiplications_removed", record.removed);
  visit("dense_multiplications", record.dense);
  visit("additions_per_pair", record.pairAdditions);
  visit("multiplications_per_pair", record.pairMultiplications);
  visit("arithmetic_energy_pj", record.arithmeticEnergy);
  visit("arithmetic_energy_per_pair_pj", record.pairEnergy);
  visit("memory_energy_pj", record.memoryEnergy);
  visit("start_ns", record.startTime);
  visit("weights_ns", record.weightTime);
  visit("token_ns", record.tokenTime);
  visit("pair_ns", record.pairTime);
}

/// Remembers `layers` as the attribute `ecolm.layers` of `module`.
void rememberLayers(mlir::ModuleOp module, llvm::ArrayRef<LayerRecord> layers);

/// The layers that `module` remembers.
std::vector<LayerRecord> recallLayers(mlir::ModuleOp module);

/// Makes `op` and what is inside it part of layer `index`, which all that
/// conversions make of them is then too.
void markLayer(mlir::Operation *op, int64_t index);

/// The layer that an operation at `loc` is part of, if it is part of one.
std::optional<int64_t> getLayer(mlir::Location loc);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_LAYERRECORD_H
