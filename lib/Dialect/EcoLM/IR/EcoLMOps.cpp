//===- EcoLMOps.cpp - Operations ------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Holds the definitions that TableGen writes for the operations.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace ecolm;

#define GET_OP_CLASSES
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.cpp.inc"
