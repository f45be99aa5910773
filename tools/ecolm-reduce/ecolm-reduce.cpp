//===- ecolm-reduce.cpp - Shrinks IR that shows a fault -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Removes what an interestingness script does not need from a `.mlir` file.
//
//===----------------------------------------------------------------------===//

#include "ecolm/InitAllDialects.h"
#include "ecolm/InitAllPasses.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  ecolm::registerAllDialects(registry);
  ecolm::registerAllPasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
