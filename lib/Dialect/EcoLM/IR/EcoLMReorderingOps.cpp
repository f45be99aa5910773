//===- EcoLMReorderingOps.cpp - Rotations and permutations ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies the operations that pair or move elements of the last dimension.
//
//===----------------------------------------------------------------------===//

#include "ShapeChecks.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace ecolm;

/// The last dimension of `type`, which has one and knows its size.
static FailureOr<int64_t> getStaticLastSize(Operation *op,
                                            RankedTensorType type) {
  if (failed(verifyHasRows(op, "an input", type)))
    return failure();
  int64_t size = type.getShape().back();
  if (ShapedType::isDynamic(size))
    return op->emitOpError() << "expected a static last dimension, but found "
                             << printShape(type.getShape());
  return size;
}

LogicalResult RotateOp::verify() {
  FailureOr<int64_t> size = getStaticLastSize(*this, getType());
  if (failed(size))
    return failure();
  if (*size % 2)
    return emitOpError() << "expected an even last dimension, but found "
                         << *size;
  if (failed(verifyShape(*this, "angles", getAngles().getType(), {*size / 2})))
    return failure();
  if (getStride().has_value() == static_cast<bool>(getPairs()))
    return emitOpError() << "expected either a stride or pairs, but found "
                         << (getPairs() ? "both" : "neither");
  if (getPairs())
    return verifyShape(*this, "pairs", getPairs().getType(), {*size / 2, 2});
  int64_t stride = *getStride();
  if (stride < 1 || *size % (2 * stride))
    return emitOpError() << "expected a stride whose double divides " << *size
                         << ", but found " << stride;
  return success();
}

LogicalResult PermuteOp::verify() {
  FailureOr<int64_t> size = getStaticLastSize(*this, getType());
  if (failed(size))
    return failure();
  if (getBitReversal() == getIndices().has_value())
    return emitOpError()
           << "expected either bit_reversal or indices, but found "
           << (getBitReversal() ? "both" : "neither");
  if (getBitReversal()) {
    if (!llvm::isPowerOf2_64(*size))
      return emitOpError() << "expected a power of two as last dimension for "
                              "bit_reversal, but found "
                           << *size;
    return success();
  }
  ArrayRef<int64_t> indices = *getIndices();
  if (static_cast<int64_t>(indices.size()) != *size)
    return emitOpError() << "expected " << *size << " indices, but found "
                         << indices.size();
  llvm::BitVector seen(*size);
  for (int64_t index : indices) {
    if (index < 0 || index >= *size)
      return emitOpError() << "expected indices in [0, " << *size
                           << "), but found " << index;
    if (seen.test(index))
      return emitOpError() << "expected different indices, but found " << index
                           << " twice";
    seen.set(index);
  }
  return success();
}

SmallVector<int64_t> PermuteOp::getPermutation() {
  if (std::optional<ArrayRef<int64_t>> indices = getIndices())
    return SmallVector<int64_t>(*indices);
  uint64_t size = getType().getShape().back();
  unsigned unusedBits = 64 - llvm::Log2_64(size);
  SmallVector<int64_t> reversed(size, 0);
  for (uint64_t i = 1; i < size; ++i)
    reversed[i] = llvm::reverseBits<uint64_t>(i) >> unusedBits;
  return reversed;
}
