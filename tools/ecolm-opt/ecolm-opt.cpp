//===- ecolm-opt.cpp - Runs passes over IR --------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The modular optimizer driver over every dialect and pass of the compiler.
//
//===----------------------------------------------------------------------===//

#include "ecolm/InitAllDialects.h"
#include "ecolm/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  ecolm::registerAllDialects(registry);
  ecolm::registerAllPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "EcoLM optimizer driver\n", registry));
}
