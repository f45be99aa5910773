//===- Broadcasting.cpp - Pairs of elements that meet ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Broadcasts shapes and tensors.
//
//===----------------------------------------------------------------------===//

#include "Broadcasting.h"

using namespace mlir;

namespace ecolm::onnx {

std::optional<SmallVector<int64_t>> broadcast(ArrayRef<int64_t> lhs,
                                              ArrayRef<int64_t> rhs) {
  SmallVector<int64_t> shape(std::max(lhs.size(), rhs.size()), 1);
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t l = i < lhs.size() ? lhs[lhs.size() - 1 - i] : 1;
    int64_t r = i < rhs.size() ? rhs[rhs.size() - 1 - i] : 1;
    if (l != r && l != 1 && r != 1)
      return std::nullopt;
    shape[shape.size() - 1 - i] = l == 1 ? r : l;
  }
  return shape;
}

HostTensor expand(const HostTensor &input, ArrayRef<int64_t> shape) {
  HostTensor result(input.getElementType(), shape);
  SmallVector<int64_t> own = getStrides(input.getShape());
  SmallVector<int64_t> strides(shape.size(), 0);
  size_t offset = shape.size() - own.size();
  for (size_t i = 0; i < own.size(); ++i)
    strides[offset + i] = input.getShape()[i] == 1 ? 0 : own[i];
  copyStrided(input, 0, strides, result);
  return result;
}

std::optional<SmallVector<int64_t>> matchPair(const HostTensor *lhs,
                                              const HostTensor *rhs) {
  if (!lhs || !rhs || lhs->getElementType() != rhs->getElementType())
    return std::nullopt;
  return broadcast(lhs->getShape(), rhs->getShape());
}

HostTensor getBroadcastIndices(MLIRContext *context, ArrayRef<int64_t> own,
                               ArrayRef<int64_t> shape) {
  HostTensor indices(IntegerType::get(context, 64), own);
  for (int64_t i = 0; i < indices.size(); ++i)
    indices.get<int64_t>()[i] = i;
  return expand(indices, shape);
}

} // namespace ecolm::onnx
