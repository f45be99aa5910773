//===- EcoLMQuantizerOps.cpp - Quantizers ---------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies the quantizers and their inverses.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

LogicalResult LogQuantizeOp::verify() { return success(); }

LogicalResult TernaryQuantizeOp::verify() { return success(); }

LogicalResult PotQuantizeOp::verify() { return success(); }

LogicalResult QuantizeInt8Op::verify() { return success(); }

LogicalResult DequantizeOp::verify() { return success(); }

