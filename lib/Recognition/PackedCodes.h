//===- PackedCodes.h - Several codes to a byte ---------------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Codes as com.microsoft stores them, as tensors of integers of 2, 4 or 8 bits.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_PACKEDCODES_H
#define ECOLM_LIB_RECOGNITION_PACKEDCODES_H

#include "mlir/IR/BuiltinAttributes.h"

namespace ecolm {

/// The codes that the constant `stored` holds in its bytes, the lowest bits
/// first, as a tensor of `type`. Rows are stored `storedWidth` codes wide,
/// which fill whole bytes; the last dimension of `type` may be smaller.
mlir::ElementsAttr unpackCodes(mlir::Value stored, mlir::RankedTensorType type,
                               int64_t storedWidth);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_PACKEDCODES_H
