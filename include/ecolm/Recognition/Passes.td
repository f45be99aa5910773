//===- Passes.td - Passes that recognize ideas -------------*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the passes that find an idea in a graph, however it is spelled, and
// write it as the one operator that means it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_RECOGNITION_PASSES
#define ECOLM_RECOGNITION_PASSES

include "mlir/Pass/PassBase.td"

#endif // ECOLM_RECOGNITION_PASSES
