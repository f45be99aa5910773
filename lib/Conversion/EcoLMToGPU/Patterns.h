//===- Patterns.h - Patterns of the conversion ------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the patterns, one group for each family of operations.
//
//===----------------------------------------------------------------------===//

#ifndef LIB_CONVERSION_ECOLMTOGPU_PATTERNS_H
#define LIB_CONVERSION_ECOLMTOGPU_PATTERNS_H

#include "KernelLibrary.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/IR/PatternMatch.h"
#include <optional>
#include <string>

namespace ecolm {

/// Why `op` has no kernel, or nothing when it has one. `workgroupMemory` is the
/// number of bytes that a workgroup may share.
std::optional<std::string> getObstacle(MatmulOp op);
std::optional<std::string> getObstacle(ButterflyOp op, int64_t workgroupMemory);

/// Products with ternary and power-of-two matrices become kernels with one
/// thread for every output.
void populateMatmulToGPUPatterns(mlir::RewritePatternSet &patterns,
                                 KernelLibrary &kernels);

/// Fused butterflies become kernels with one workgroup for every row.
void populateButterflyToGPUPatterns(mlir::RewritePatternSet &patterns,
                                    KernelLibrary &kernels,
                                    int64_t workgroupMemory);

} // namespace ecolm

#endif // LIB_CONVERSION_ECOLMTOGPU_PATTERNS_H
