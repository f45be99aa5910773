//===- Rules.h - Rules by family -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the shape rules, one group per file.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_DIALECT_ONNX_SHAPES_RULES_H
#define ECOLM_LIB_DIALECT_ONNX_SHAPES_RULES_H

#include "ecolm/Dialect/ONNX/Shapes/NodeInference.h"

namespace ecolm::onnx {

// Elementwise.cpp
mlir::LogicalResult inferUnary(NodeInference &node);
mlir::LogicalResult inferArithmetic(NodeInference &node);
mlir::LogicalResult inferComparison(NodeInference &node);
mlir::LogicalResult inferVariadic(NodeInference &node);
mlir::LogicalResult inferLogic(NodeInference &node);
mlir::LogicalResult inferPredicate(NodeInference &node);
mlir::LogicalResult inferBitwise(NodeInference &node);
mlir::LogicalResult inferBitCast(NodeInference &node);
mlir::LogicalResult inferClip(NodeInference &node);
mlir::LogicalResult inferCastLike(NodeInference &node);
mlir::LogicalResult inferWhere(NodeInference &node);
mlir::LogicalResult inferCast(NodeInference &node);

// Creation.cpp
mlir::LogicalResult inferShape(NodeInference &node);
mlir::LogicalResult inferSize(NodeInference &node);
mlir::LogicalResult inferEyeLike(NodeInference &node);
mlir::LogicalResult inferRange(NodeInference &node);
mlir::LogicalResult inferConstantOfShape(NodeInference &node);

// Reshaping.cpp
mlir::LogicalResult inferReshape(NodeInference &node);
mlir::LogicalResult inferFlatten(NodeInference &node);
mlir::LogicalResult inferTranspose(NodeInference &node);
mlir::LogicalResult inferSqueeze(NodeInference &node);
mlir::LogicalResult inferUnsqueeze(NodeInference &node);
mlir::LogicalResult inferExpand(NodeInference &node);

// Slicing.cpp
mlir::LogicalResult inferGather(NodeInference &node);
mlir::LogicalResult inferSlice(NodeInference &node);
mlir::LogicalResult inferConcat(NodeInference &node);
mlir::LogicalResult inferSplit(NodeInference &node);

// Products.cpp
/// The dims of the product of inputs `left` and `right`.
mlir::FailureOr<Dims> multiplyMatrices(NodeInference &node, unsigned left,
                                       unsigned right);
mlir::LogicalResult inferMatMul(NodeInference &node);
mlir::LogicalResult inferGemm(NodeInference &node);
mlir::LogicalResult inferMatMulInteger(NodeInference &node);
mlir::LogicalResult inferQLinearMatMul(NodeInference &node);

// Einsum.cpp
mlir::LogicalResult inferEinsum(NodeInference &node);

// Indexing.cpp
mlir::LogicalResult inferGatherElements(NodeInference &node);
mlir::LogicalResult inferGatherND(NodeInference &node);
mlir::LogicalResult inferScatterElements(NodeInference &node);
mlir::LogicalResult inferScatterND(NodeInference &node);
mlir::LogicalResult inferTensorScatter(NodeInference &node);

// Selection.cpp
mlir::LogicalResult inferArgExtreme(NodeInference &node);
mlir::LogicalResult inferTopK(NodeInference &node);
mlir::LogicalResult inferNonZero(NodeInference &node);
mlir::LogicalResult inferOneHot(NodeInference &node);
mlir::LogicalResult inferTrilu(NodeInference &node);
mlir::LogicalResult inferCumSum(NodeInference &node);

// Padding.cpp
mlir::LogicalResult inferPad(NodeInference &node);
mlir::LogicalResult inferTile(NodeInference &node);

// Quantization.cpp
mlir::LogicalResult inferQuantizeLinear(NodeInference &node);
mlir::LogicalResult inferDequantizeLinear(NodeInference &node);
mlir::LogicalResult inferDynamicQuantizeLinear(NodeInference &node);

// Reduction.cpp
mlir::LogicalResult inferReduce(NodeInference &node);
mlir::LogicalResult inferSoftmax(NodeInference &node);
mlir::LogicalResult inferLayerNormalization(NodeInference &node);
mlir::LogicalResult inferRMSNormalization(NodeInference &node);

// Attention.cpp
mlir::LogicalResult inferAttention(NodeInference &node);
mlir::LogicalResult inferRotaryEmbedding(NodeInference &node);

// MicrosoftDomain.cpp
mlir::LogicalResult inferFusedUnary(NodeInference &node);
mlir::LogicalResult inferFusedNormalization(NodeInference &node);
mlir::LogicalResult inferEmbedLayerNormalization(NodeInference &node);
mlir::LogicalResult inferGatherBlockQuantized(NodeInference &node);
mlir::LogicalResult inferMatMulNBits(NodeInference &node);
mlir::LogicalResult inferScaledIntegerProduct(NodeInference &node);
mlir::LogicalResult inferMultiHeadAttention(NodeInference &node);
mlir::LogicalResult inferPackedAttention(NodeInference &node);
mlir::LogicalResult inferGroupQueryAttention(NodeInference &node);

// EcoLMDomain.cpp
mlir::LogicalResult inferQuantizer(NodeInference &node);
mlir::LogicalResult inferButterflyFactor(NodeInference &node);
mlir::LogicalResult inferUnpackTernary(NodeInference &node);
mlir::LogicalResult inferLowBitGroupMatMul(NodeInference &node);
mlir::LogicalResult inferLowBitMatMul(NodeInference &node);

} // namespace ecolm::onnx

#endif // ECOLM_LIB_DIALECT_ONNX_SHAPES_RULES_H
