//===- EcoLMOps.td - All operations of the dialect -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gathers the operations, for one run of mlir-tblgen.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ECOLM_IR_ECOLMOPS
#define ECOLM_DIALECT_ECOLM_IR_ECOLMOPS

include "ecolm/Dialect/EcoLM/IR/EcoLMQuantizerOps.td"
include "ecolm/Dialect/EcoLM/IR/EcoLMLinearOps.td"
include "ecolm/Dialect/EcoLM/IR/EcoLMModelOps.td"
include "ecolm/Dialect/EcoLM/IR/EcoLMVectorOps.td"

#endif // ECOLM_DIALECT_ECOLM_IR_ECOLMOPS
