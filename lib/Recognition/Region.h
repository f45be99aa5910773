//===- Region.h - A part of a graph with one input ------------ -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Cuts functions of one value out of a graph, and evaluates them.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_REGION_H
#define ECOLM_RECOGNITION_REGION_H

#include "ecolm/Dialect/ONNX/Evaluate/HostTensor.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "llvm/ADT/DenseMap.h"

namespace ecolm {

/// Nodes of one block that compute `output` from `input` and constants.
struct ValueRegion {
  mlir::Value input, output;
  /// In the order of the block.
  llvm::SmallVector<onnx::NodeOp> nodes;
};

/// The position of every node in its block.
using NodePositions = llvm::DenseMap<mlir::Operation *, unsigned>;

/// The smallest region that ends in `output`, has one input, and satisfies
/// `isWanted`; nothing if a node is none that `isAllowed`, or there are more
/// than `kMaxRegionNodes`.
inline constexpr size_t kMaxRegionNodes = 24;
std::optional<ValueRegion>
findRegion(mlir::Value output, const NodePositions &positions,
           llvm::function_ref<bool(onnx::NodeOp)> isAllowed,
           llvm::function_ref<bool(const ValueRegion &)> isWanted);

/// What `region` computes of `input`, or nothing if it cannot be evaluated.
std::optional<onnx::HostTensor> evaluateRegion(const ValueRegion &region,
                                               const onnx::HostTensor &input);

} // namespace ecolm

#endif // ECOLM_RECOGNITION_REGION_H
