//===- EcoLMConversions.h - Families of conversions ----------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the conversions to the ecolm dialect, one function per family.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXTOECOLM_ECOLMCONVERSIONS_H
#define ECOLM_CONVERSION_ONNXTOECOLM_ECOLMCONVERSIONS_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"

namespace ecolm {

/// The log quantizer that `emin`, `emax`, `rounding` and `underflow` of `node`
/// describe; a failure is reported.
llvm::FailureOr<LogQuantizerAttr> findLogQuantizer(onnx::NodeOp node,
                                                   GraphRewriter &rewriter);

/// Adds LogQuantize and QuantizeInt8.
void populateQuantizerConversions(NodeConversions &conversions);

/// Adds ButterflyFactor, TernaryMatMul and PotMatMul, and the products with
/// scales of groups.
void populateLowBitConversions(NodeConversions &conversions);

/// Adds MatMul and Gemm by a constant matrix.
void populateProductConversions(NodeConversions &conversions);

/// Adds Mul and Div by constant powers of two, and DequantizeLinear with scales
/// of type E8M0.
void populateScaleConversions(NodeConversions &conversions);

/// Adds LayerNormalization and RMSNormalization over the last axis.
void populateNormalizationConversions(NodeConversions &conversions);

/// Adds Attention and LogQuantizedAttention.
void populateAttentionConversions(NodeConversions &conversions);

/// Adds Gather where it permutes the last axis by a constant.
void populatePermutationConversions(NodeConversions &conversions);

/// Adds Range where it counts the tokens of a sequence.
void populatePositionConversions(NodeConversions &conversions);

/// Writes what the model's metadata says about a language model into the
/// `ecolm.` attributes of `module`.
llvm::LogicalResult convertMetadata(mlir::ModuleOp module);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXTOECOLM_ECOLMCONVERSIONS_H
