//===- LinearAnalysis.h - Which values are linear in which ---- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Interprets a graph as sparse linear maps between its tensors.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_LINEARANALYSIS_H
#define ECOLM_LIB_RECOGNITION_LINEARANALYSIS_H

#include "LinearRules.h"
#include "llvm/ADT/MapVector.h"
#include <map>
#include <memory>

namespace ecolm {

/// Follows every f32 tensor through the operators that are linear in its last
/// axis, as far as they go, or in the last two where they are copies side by
/// side. What cannot be followed starts a region itself, so
/// every value is linear in the root of at most one region other than itself.
///
/// The work is bounded: by `kMaxElements` and `kMaxTerms` for a node, and by a
/// budget for the graph, after which nothing more is followed.
class LinearAnalysis {
public:
  LinearAnalysis(mlir::Block &graph, const GraphRewriter &sizes,
                 int64_t budget);

  /// Values that are sums of the features of a root, in the order of the graph.
  const llvm::MapVector<mlir::Value, LinearTensor> &getSums() const {
    return sums;
  }

  /// The node at which the budget was spent, or null.
  onnx::NodeOp getEnd() const { return end; }

private:
  void visit(onnx::NodeOp node);
  LinearRule findRule(onnx::NodeOp node) const;
  const LinearTensor *find(mlir::Value value, LinearRegion *region);
  LinearRegion *getOwnRegion(mlir::Value value, int64_t numAxes);
  bool interpretFromOwn(onnx::NodeOp node, LinearRule rule, mlir::Value value);
  bool interpret(onnx::NodeOp node, LinearRule rule, LinearRegion *region);
  void forget(onnx::NodeOp node);

  const GraphRewriter &sizes;
  llvm::DenseMap<mlir::Value, LinearTensor> followed;
  std::map<const LinearRegion *, LinearTensor> roots;
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, std::unique_ptr<LinearRegion>>
      regions;
  llvm::DenseMap<mlir::Value, unsigned> pendingUses;
  llvm::MapVector<mlir::Value, LinearTensor> sums;
  int64_t budget;
  onnx::NodeOp end;
};

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_LINEARANALYSIS_H
