//===- OperatorLimits.h - Limits of operators -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the checks that the operator table refers to.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_DIALECT_ONNX_ANALYSIS_OPERATORLIMITS_H
#define ECOLM_LIB_DIALECT_ONNX_ANALYSIS_OPERATORLIMITS_H

#include "ecolm/Dialect/ONNX/Analysis/OperatorTable.h"

namespace ecolm::onnx {

// StandardLimits.cpp
std::optional<Refusal> checkGelu(NodeOp node);
std::optional<Refusal> checkNormalization(NodeOp node);
std::optional<Refusal> checkQuantizeLinear(NodeOp node);
std::optional<Refusal> checkDequantizeLinear(NodeOp node);

// EcoLMLimits.cpp
std::optional<Refusal> checkLogQuantize(NodeOp node);
std::optional<Refusal> checkLogQuantizedAttention(NodeOp node);
std::optional<Refusal> checkButterflyFactor(NodeOp node);
std::optional<Refusal> checkUnpackTernary(NodeOp node);
std::optional<Refusal> checkQuantizeInt8(NodeOp node);
std::optional<Refusal> checkTernaryMatMul(NodeOp node);
std::optional<Refusal> checkTernaryGroupMatMul(NodeOp node);
std::optional<Refusal> checkPotMatMul(NodeOp node);
std::optional<Refusal> checkPotGroupMatMul(NodeOp node);

/// The integer attribute `name`, or `otherwise` if the node has none.
int64_t getIntAttr(NodeOp node, llvm::StringRef name, int64_t otherwise);

} // namespace ecolm::onnx

#endif // ECOLM_LIB_DIALECT_ONNX_ANALYSIS_OPERATORLIMITS_H
