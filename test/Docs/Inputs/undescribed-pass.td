//===- undescribed-pass.td - Planted faults -*- tablegen -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A pass whose description lacks what check_descriptions.py demands.
//
//===----------------------------------------------------------------------===//

include "mlir/Pass/PassBase.td"

def PlantedPass : Pass<"planted-pass"> {
  let summary = "Does something";
  let description = "Precondition: none.";
}
