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

#include "ecolm/InitAllDialects.h"
#include "ecolm/Pipelines/GPUPipelines.h"
#include "ecolm/Target/GPU/EmitGPU.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mlir/Tools/mlir-translate/Translation.h"

using namespace mlir;

static LogicalResult translateToPTX(ModuleOp module, raw_ostream &output) {
  PassManager manager(module.getContext());
  ecolm::GPUToNVVMOptions options;
  options.allFunctions = true;
  ecolm::buildGPUToNVVMPipeline(manager, options);
  if (failed(manager.run(module)))
    return failure();
  FailureOr<std::string> text = ecolm::emitPTX(module);
  if (failed(text))
    return failure();
  output << *text;
  return success();
}

static LogicalResult translateToSPIRV(ModuleOp module, raw_ostream &output) {
  PassManager manager(module.getContext());
  ecolm::GPUToSPIRVOptions options;
  options.allFunctions = true;
  ecolm::buildGPUToSPIRVPipeline(manager, options);
  if (failed(manager.run(module)))
    return failure();
  auto words = ecolm::emitSPIRV(module);
  if (failed(words))
    return failure();
  output.write(reinterpret_cast<const char *>(words->data()),
               words->size() * sizeof(uint32_t));
  return success();
}

int main(int argc, char **argv) {
  TranslateFromMLIRRegistration ptx(
      "ecolm-to-ptx", "lower every function to kernels and write PTX",
      translateToPTX, ecolm::registerAllDialects);
  TranslateFromMLIRRegistration spirv(
      "ecolm-to-spirv", "lower every function to kernels and write SPIR-V",
      translateToSPIRV, ecolm::registerAllDialects);
  return failed(mlirTranslateMain(argc, argv, "EcoLM translation driver\n"));
}
