//===- ecolm-translate.cpp - Translates IR to device code -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes the kernels of a module as PTX text or as SPIR-V words.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Driver/DeviceCode.h"
#include "ecolm/InitAllDialects.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mlir/Tools/mlir-translate/Translation.h"

int main(int argc, char **argv) {
  mlir::TranslateFromMLIRRegistration ptx(
      "ecolm-to-ptx", "lower every function to kernels and write PTX",
      ecolm::writePTX, ecolm::registerAllDialects);
  mlir::TranslateFromMLIRRegistration spirv(
      "ecolm-to-spirv", "lower every function to kernels and write SPIR-V",
      ecolm::writeSPIRV, ecolm::registerAllDialects);
  return failed(
      mlir::mlirTranslateMain(argc, argv, "EcoLM translation driver\n"));
}
