//===- QuantizedPath.h - Operations that must not multiply ------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Collects the operations between a quantizer and the float result of the
// linear layer that it feeds.
//
//   x -> log_quantize -> dequantize? -> butterfly | matmul -> sitofp -> scale
//        |------------------ the quantized path ------------------------| ->
//        ...
//
// Once linear layers are functions of their own, the path is the bodies of the
// functions with the unit attribute `ecolm.quantized`, in whatever dialect.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_QUANTIZEDPATH_H
#define ECOLM_ANALYSIS_QUANTIZEDPATH_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SetVector.h"

namespace ecolm {

/// Where the quantized path is looked for.
enum class PathScope {
  /// In functions with the attribute `ecolm.quantized`.
  Functions,
  /// Downstream of quantizers.
  Graph
};

/// Unit attribute of a function that is one quantized linear layer.
inline constexpr llvm::StringLiteral kQuantizedAttr = "ecolm.quantized";

/// The operations under `root` that are on the quantized path, regions and all.
llvm::SetVector<mlir::Operation *> collectQuantizedPath(mlir::Operation *root,
                                                        PathScope scope);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_QUANTIZEDPATH_H
