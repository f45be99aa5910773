//===- IndexForm.h - Tensors that are sums of their indices --- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares tensors of integers whose elements are linear in their place.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_INDEXFORM_H
#define ECOLM_LIB_RECOGNITION_INDEXFORM_H

#include "LinearForm.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "llvm/ADT/SmallVector.h"

namespace ecolm {

/// The element at `i` is `offset + sum of factors[d] * i[d]`.
struct IndexForm {
  llvm::SmallVector<int64_t> factors;
  LinearForm offset;

  /// This form plus `factor` times another, broadcast from the last dimension.
  IndexForm plus(const IndexForm &other, int64_t factor) const;
};

/// The size of dimension `dim` of `value`. Where it has no name of its own, a
/// slice has as many elements as it is asked for, else it fits nothing that is
/// as long.
std::optional<LinearForm> getFittingSize(mlir::Value value, int64_t dim);

/// True if the two are of one size in every dimension that they share, or one
/// of them says 1: no size that the run decides turns out to be 1.
bool broadcastsPlainly(mlir::Value lhs, mlir::Value rhs);

/// The form of a tensor of integers that counts: ranges, their sums and
/// differences, and constants that are such.
std::optional<IndexForm> getIndexForm(mlir::Value value);

/// The form of the result of `node`, which moves the elements of its first
/// input, whose form is `form`, to other places: Unsqueeze, Squeeze, Reshape by
/// dimensions of one, Expand, Transpose, Slice.
std::optional<IndexForm> moveForm(onnx::NodeOp node, const IndexForm &form);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_INDEXFORM_H
