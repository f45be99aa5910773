//===- ecolm-import.cpp - Reads an ONNX model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads an ONNX model and prints it in the onnx dialect.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Analysis/CheckSupported.h"
#include "ecolm/Dialect/ONNX/Analysis/OperatorTable.h"
#include "ecolm/Dialect/ONNX/Transforms/Passes.h"
#include "ecolm/Frontend/ONNX/ImportONNX.h"
#include "ecolm/Frontend/ONNX/ModelDiagnostics.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace llvm;

static cl::OptionCategory category("ecolm-import options");
static cl::opt<std::string> input(cl::Positional, cl::desc("<model.onnx>"),
                                  cl::cat(category));
static cl::opt<std::string> output("o", cl::init("-"), cl::cat(category),
                                   cl::desc("Where to write the IR"));
static cl::opt<std::string> dataDirectory(
    "data-dir", cl::cat(category),
    cl::desc("Where external data lies (default: beside the model)"));
static cl::opt<bool> inferShapes("infer-shapes", cl::cat(category),
                                 cl::desc("Give every value its type"));
static cl::opt<bool> printOperators(
    "print-operators", cl::cat(category),
    cl::desc("Print the supported operators as a table and stop"));
static cl::opt<bool> printErrors(
    "print-errors", cl::cat(category),
    cl::desc("Print the classes of errors and the limits as tables and stop"));
enum class Check { None, Text, JSON };
static cl::opt<Check>
    check("check", cl::cat(category), cl::ValueOptional,
          cl::desc("Say what cannot be compiled instead of printing the IR"),
          cl::values(clEnumValN(Check::Text, "", "for people"),
                     clEnumValN(Check::Text, "text", "for people"),
                     clEnumValN(Check::JSON, "json", "for programs")));
static cl::opt<bool> debugInfo("debuginfo", cl::cat(category),
                               cl::desc("Print locations"));
static cl::opt<int64_t>
    elide("elide-above", cl::init(64), cl::cat(category),
          cl::desc("Leave out weights of more characters (-1: print all)"));

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv,
                              "reads an ONNX model and prints it\n");
  if (printOperators) {
    ecolm::onnx::printOperatorTable(outs());
    return 0;
  }
  if (printErrors) {
    ecolm::printErrorClasses(outs());
    outs() << "\n";
    ecolm::printLimits(outs());
    return 0;
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ecolm::ModelDiagnosticHandler diagnostics(&context, errs());

  ecolm::ImportOptions options;
  options.dataDirectory = dataDirectory;
  mlir::FailureOr<ecolm::ImportedModel> model =
      ecolm::importONNX(input, &context, options);
  if (mlir::failed(model))
    return 1;
  mlir::PassManager passes(&context);
  if (inferShapes || check != Check::None)
    passes.addPass(ecolm::onnx::createInferShapes());
  if (mlir::failed(passes.run(*model->module)))
    return 1;

  std::string error;
  std::unique_ptr<ToolOutputFile> file = mlir::openOutputFile(output, &error);
  if (!file) {
    errs() << error << "\n";
    return 1;
  }
  if (check != Check::None) {
    ecolm::onnx::SupportReport report =
        ecolm::onnx::checkSupported(*model->module);
    if (check == Check::JSON)
      file->os() << formatv("{0:2}\n", report.toJSON());
    else
      report.print(file->os());
    file->keep();
    return report.isSupported() ? 0 : 3;
  }
  mlir::OpPrintingFlags flags;
  if (elide >= 0)
    flags.elideLargeResourceString(elide);
  if (debugInfo)
    flags.enableDebugInfo();
  model->module->print(file->os(), flags);
  file->keep();
  return 0;
}
