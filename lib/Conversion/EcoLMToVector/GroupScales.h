//===- GroupScales.h - Scales and offsets of groups -------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What kernels of group_matmul do with the sums of a group.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_GROUPSCALES_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_GROUPSCALES_H

#include "WeightStream.h"

namespace ecolm {

/// The scales and offsets of one matrix, packed with 16 lanes.
class GroupScales {
public:
  /// Fails if `scales` or `offsets`, the bytes of those of `op`, are packed
  /// otherwise.
  static llvm::FailureOr<GroupScales> create(KernelBuilder &builder,
                                             GroupMatmulOp op,
                                             mlir::Value scales,
                                             mlir::Value offsets);

  bool hasOffsets() const { return offsets.has_value(); }
  int64_t getNumGroups() const { return scales->getShape().c; }

  /// The word of the first scale of 16 outputs; past the last output, that of
  /// the last ones. A group further is `kLanes` words further.
  mlir::Value getFirst(KernelBuilder &builder, mlir::Value outputs16) const;

  /// y + scale * sum + offset * inputs for the lanes whose scales start at word
  /// `at`; `sum` counts 2^unit, `inputs` is the sum of the group's inputs, f32,
  /// if there are offsets.
  mlir::Value add(KernelBuilder &builder, mlir::Value y, mlir::Value sum,
                  int32_t unit, mlir::Value at, mlir::Value inputs) const;

private:
  std::optional<WeightStream> scales, offsets;
};

/// `sum`, a scalar or lanes, as f32.
mlir::Value toFloat(KernelBuilder &builder, mlir::Value sum);

/// `value` times 2^`unit`; f32.
mlir::Value scaleByUnit(KernelBuilder &builder, mlir::Value value,
                        int32_t unit);

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_GROUPSCALES_H
