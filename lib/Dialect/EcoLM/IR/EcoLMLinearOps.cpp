//===- EcoLMLinearOps.cpp - Linear maps -----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies butterflies, rotations, permutations, products and shifts.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

LogicalResult ButterflyFactorOp::verify() { return success(); }

LogicalResult ButterflyOp::verify() { return success(); }

LogicalResult RotateOp::verify() { return success(); }

LogicalResult PermuteOp::verify() { return success(); }

LogicalResult MatmulOp::verify() { return success(); }

LogicalResult ShiftOp::verify() { return success(); }

