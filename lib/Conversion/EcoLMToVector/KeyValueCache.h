//===- KeyValueCache.h - Keys and values of earlier tokens ------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads and writes caches of f32, f16 or bytes with a scale, all of which
// kernels see as f32.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_KEYVALUECACHE_H
#define ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_KEYVALUECACHE_H

#include "KernelBuilder.h"

namespace ecolm {

/// A key cache memref<groups x blocks x D x 16> and a value cache memref<groups
/// x positions x D>, laid out as `ecolm.cached_attention` says.
struct KeyValueCache {
  mlir::Value keys, values;
  int64_t headSize;

  /// Whether its numbers are multiples of a scale.
  bool hasScales() const;

  /// Stores the features [feature, feature + D) of key[batch, token] and
  /// value[batch, token] as those of `position`.
  void store(KernelBuilder &b, mlir::Value key, mlir::Value value,
             mlir::ValueRange row, mlir::Value feature, mlir::Value group,
             mlir::Value position) const;

  /// Feature `d` of the keys of a block, without their scales.
  mlir::Value loadKeys(KernelBuilder &b, mlir::Value group, mlir::Value block,
                       mlir::Value d) const;
  /// The scales of the keys of a block.
  mlir::Value loadKeyScales(KernelBuilder &b, mlir::Value group,
                            mlir::Value block) const;
  /// `width` features of the value at `position`, without their scale.
  mlir::Value loadValues(KernelBuilder &b, int64_t width, mlir::Value group,
                         mlir::Value position, mlir::Value d) const;
  /// The scale of the value at `position`.
  mlir::Value loadValueScale(KernelBuilder &b, mlir::Value group,
                             mlir::Value position) const;
};

} // namespace ecolm

#endif // ECOLM_LIB_CONVERSION_ECOLMTOVECTOR_KEYVALUECACHE_H
