//===- Main.cpp - The main of every program -------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Alone in its object file, so that libraries and host programs can leave it
// out.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"

int main(int argc, char **argv) {
  return ecolm::runtime::runProgram(ecolm_model_descriptor, argc, argv);
}
