//===- Broadcasting.h - Pairs of elements that meet -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Walks two tensors that numpy would broadcast.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_EVALUATE_BROADCASTING_H
#define ECOLM_DIALECT_ONNX_EVALUATE_BROADCASTING_H

#include "Evaluators.h"

namespace ecolm::onnx {

/// The shape that `lhs` and `rhs` broadcast to, or nothing.
std::optional<llvm::SmallVector<int64_t>>
broadcast(llvm::ArrayRef<int64_t> lhs, llvm::ArrayRef<int64_t> rhs);

/// The elements of `input` broadcast to `shape`.
HostTensor expand(const HostTensor &input, llvm::ArrayRef<int64_t> shape);

/// The shape that two inputs of one element type broadcast to; nothing if an
/// input is missing or the types differ.
std::optional<llvm::SmallVector<int64_t>> matchPair(const HostTensor *lhs,
                                                    const HostTensor *rhs);

/// The index in row-major order that each element of `shape` reads from a
/// tensor of shape `own` broadcast to it.
HostTensor getBroadcastIndices(mlir::MLIRContext *context,
                               llvm::ArrayRef<int64_t> own,
                               llvm::ArrayRef<int64_t> shape);

/// Calls `body(i, l, r)` for every element i of `shape`, where element l of
/// `lhs` and r of `rhs` meet.
template <typename Body>
void forEachPair(const HostTensor &lhs, const HostTensor &rhs,
                 llvm::ArrayRef<int64_t> shape, Body body) {
  int64_t size = llvm::product_of(shape);
  bool lhsIsWhole = lhs.size() == size, rhsIsWhole = rhs.size() == size;
  if ((lhsIsWhole || lhs.size() == 1) && (rhsIsWhole || rhs.size() == 1)) {
    for (int64_t i = 0; i < size; ++i)
      body(i, lhsIsWhole ? i : 0, rhsIsWhole ? i : 0);
    return;
  }
  mlir::MLIRContext *context = lhs.getElementType().getContext();
  HostTensor left = getBroadcastIndices(context, lhs.getShape(), shape);
  HostTensor right = getBroadcastIndices(context, rhs.getShape(), shape);
  for (int64_t i = 0; i < size; ++i)
    body(i, left.get<int64_t>()[i], right.get<int64_t>()[i]);
}

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_EVALUATE_BROADCASTING_H
