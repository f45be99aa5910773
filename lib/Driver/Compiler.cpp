//===- Compiler.cpp - The five phases -------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Runs the pipelines of the phases one after the other.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Driver/Compiler.h"
#include "LayerReport.h"
#include "OutputFile.h"
#include "ecolm/Analysis/RecognitionReport.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Driver/Diagnostics.h"
#include "ecolm/Driver/Emit.h"
#include "ecolm/Driver/Remarks.h"
#include "ecolm/Pipelines/LowerPipeline.h"
#include "ecolm/Pipelines/OptimizePipeline.h"
#include "ecolm/Pipelines/RecognizePipeline.h"
#include "ecolm/Target/EntryTypes.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace ecolm;

StringRef ecolm::getCompilerVersion() { return "0.1.0 (MLIR 22.1)"; }

namespace {

/// The passes of one phase and the form that they leave behind.
struct Phase {
  EmitKind kind;
  StringRef name;
  std::function<void(OpPassManager &)> build;
};

} // namespace

static LogicalResult dump(ModuleOp module, const CompileOptions &options,
                          unsigned number, StringRef name) {
  if (options.dumpDirectory.empty())
    return success();
  if (std::error_code code =
          llvm::sys::fs::create_directories(options.dumpDirectory))
    return emitError(UnknownLoc::get(module.getContext()))
           << "cannot create the directory '" << options.dumpDirectory
           << "': " << code.message() << "; name another with --dump-phases";
  SmallString<128> path(options.dumpDirectory);
  llvm::sys::path::append(path, std::to_string(number) + "-" + name + ".mlir");
  return writeOutput(
      module.getContext(), path, [&](llvm::raw_pwrite_stream &out) {
        OpPrintingFlags flags;
        flags.elideLargeElementsAttrs(32).elideLargeResourceString(64);
        module.print(out, flags);
        return success();
      });
}

static LogicalResult runPhase(ModuleOp module, const Phase &phase,
                              const CompileOptions &options) {
  PassManager manager(module->getName());
  if (options.configure && failed(options.configure(manager)))
    return failure();
  phase.build(manager);
  ErrorClassifier classifier(module.getContext(), ErrorClass::Unsupported);
  return manager.run(module);
}

/// Tells what no program takes or gives before the work of compiling it, and to
/// those who ask for a report.
static LogicalResult checkProgramTypes(ModuleOp module,
                                       const CompileOptions &options) {
  if (!llvm::is_contained(
          {EmitKind::Program, EmitKind::Report, EmitKind::ReportJSON},
          options.emit))
    return success();
  ErrorClassifier classifier(module.getContext(), ErrorClass::Unsupported);
  return checkEntryTypes(module.lookupSymbol<func::FuncOp>(onnx::kMainName),
                         /*inFiles=*/true);
}

static void rememberRecognition(ModuleOp module) {
  std::string text = llvm::formatv("{0}", collectRecognition(module).toJSON());
  module->setAttr(kRecognitionAttrName,
                  StringAttr::get(module.getContext(), text));
}

static FailureOr<ImportedModel>
importClassified(MLIRContext *context, const CompileOptions &options) {
  ErrorClassifier classifier(context, ErrorClass::Model);
  return importONNX(options.input, context, options.import);
}

FailureOr<ImportedModel> ecolm::runPhases(MLIRContext *context,
                                          const CompileOptions &options) {
  auto started = [&](StringRef name) {
    if (options.onPhase)
      options.onPhase(name);
  };
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      createTargetMachine(options.target);
  if (!machine) {
    return LogicalResult(
        classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
        << llvm::toString(machine.takeError()));
  }
  TargetTraits traits = getTraits(**machine);

  started("import");
  FailureOr<ImportedModel> model = importClassified(context, options);
  if (failed(model) || failed(dump(*model->module, options, 1, "import")))
    return failure();

  RecognizeOptions recognize;
  recognize.factorTolerance = options.factorTolerance;
  LowerOptions lower;
  lower.fpu = traits.hasFPU;
  lower.byteProducts = traits.byteProducts;
  lower.lookups = traits.lookups;
  lower.fma = traits.hasFMA;
  lower.sums = traits.numSums;
  lower.maxChunk = options.maxChunk;
  lower.multiplierFree = options.multiplierFree;
  lower.countZeros = !options.report.empty();
  lower.describeLayers = lower.countZeros || !options.missedRemarks.empty() ||
                         !options.passedRemarks.empty();
  lower.timeLayers = options.profile;
  lower.vectorBits = traits.vectorBits;
  OptimizeOptions optimize;
  optimize.mul = options.multiplications;
  optimize.hasFPU = traits.hasFPU;
  optimize.hasMultiplier = traits.hasMultiplier;
  optimize.hasByteProducts =
      traits.byteProducts != ByteProducts::None && !options.multiplierFree;
  optimize.hasLookups =
      traits.lookups != Lookups::None && !options.multiplierFree;
  optimize.hasByteTables =
      traits.lookups == Lookups::AVX512VBMI && !options.multiplierFree;
  optimize.multiplierFree = options.multiplierFree;
  recognize.quantize = options.quantize;
  recognize.quantizeInclude = options.quantizeInclude;
  recognize.quantizeExclude = options.quantizeExclude;
  recognize.calibration = options.calibration;
  const Phase phases[] = {
      {EmitKind::Recognize, "recognize",
       [&](OpPassManager &m) { buildRecognizePipeline(m, recognize); }},
      {EmitKind::Optimize, "optimize",
       [&](OpPassManager &m) { buildOptimizePipeline(m, optimize); }},
      {EmitKind::Lower, "lower", [&](OpPassManager &m) {
         // The exporter says which models are language models.
         lower.incremental = (*model->module)->hasAttr("ecolm.context_length");
         buildLowerPipeline(m, lower);
       }}};
  for (auto [i, phase] : llvm::enumerate(phases)) {
    if (options.emit < phase.kind)
      break;
    started(phase.name);
    if (failed(runPhase(*model->module, phase, options)) ||
        failed(dump(*model->module, options, i + 2, phase.name)))
      return failure();
    if (phase.kind == EmitKind::Recognize &&
        failed(checkProgramTypes(*model->module, options)))
      return failure();
    // Later phases dissolve what was recognized; the program still tells it.
    if (phase.kind == EmitKind::Recognize &&
        options.emit > EmitKind::ReportJSON)
      rememberRecognition(*model->module);
  }
  return model;
}

/// The model shall survive its compilation.
static LogicalResult checkInputIsKept(MLIRContext *context,
                                      const CompileOptions &options) {
  SmallVector<std::string> written = {options.output};
  if (options.emit == EmitKind::Object ||
      options.emit == EmitKind::SharedLibrary)
    written.push_back(getHeaderPath(options.output));
  if (!options.report.empty())
    written.push_back(options.report);
  for (const std::string &path : written)
    if (llvm::sys::fs::equivalent(path, options.input))
      return classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
             << "'" << path
             << "' is the model itself, which would be lost; name another file "
                "with -o";
  if (options.report == options.output)
    return classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
           << "'" << options.output
           << "' would hold both the output and its report; name another file "
              "with --report";
  bool hasHeader = written.size() > 1 && written[1] != options.report;
  if (!hasHeader || written[1] != options.output)
    return success();
  return classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
         << "'" << options.output
         << "' is the name of the C header that goes beside the output; name a "
            "file that does not end in .h with -o";
}

/// Reads the tokenizer that the options name, if they name one.
static FailureOr<ImportedTokenizer>
readTokenizer(MLIRContext *context, const CompileOptions &options) {
  if (options.tokenizer.empty())
    return ImportedTokenizer();
  llvm::Expected<ImportedTokenizer> tokenizer =
      importTokenizerFile(options.tokenizer);
  if (!tokenizer) {
    ErrorClass errorClass = ErrorClass::Model;
    std::string text;
    llvm::handleAllErrors(
        tokenizer.takeError(), [&](const llvm::ErrorInfoBase &error) {
          text = error.message();
          if (error.convertToErrorCode() != llvm::inconvertibleErrorCode())
            errorClass = ErrorClass::System;
        });
    classify(emitError(UnknownLoc::get(context)), errorClass)
        << text
        << "; docs/Rationale/Tokenizers.md says what of a tokenizer is read";
    return failure();
  }
  for (const std::string &remark : tokenizer->remarks)
    emitWarning(UnknownLoc::get(context))
        << "'" << options.tokenizer << "': " << remark;
  return std::move(*tokenizer);
}

/// Kernels are chosen in the lower phase.
static LogicalResult checkKernelsAreChosen(MLIRContext *context,
                                           const CompileOptions &options) {
  if (options.emit >= EmitKind::Lower ||
      (options.report.empty() && !options.profile))
    return success();
  return classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
         << (options.profile ? "--profile" : "--report")
         << " is of kernels, and what --emit names is written before they are "
            "chosen; leave --emit away, or name mlir-lower or a later form";
}

/// Writes the report beside what was emitted.
static LogicalResult writeReport(ModuleOp module,
                                 const CompileOptions &options) {
  MLIRContext *context = module.getContext();
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      createTargetMachine(options.target);
  assert(machine && "the phases needed it as well");
  LayerReport report = collectLayers(module, **machine, options.input);
  StringRef ending = llvm::sys::path::extension(options.report);
  return writeOutput(context, options.report,
                     [&](llvm::raw_pwrite_stream &out) {
                       if (ending == ".html")
                         report.printPage(out);
                       else if (ending == ".json")
                         out << llvm::formatv("{0:2}", report.toJSON()) << "\n";
                       else
                         report.print(out);
                       return success();
                     });
}

LogicalResult ecolm::compileModel(MLIRContext *context,
                                  const CompileOptions &options) {
  ErrorClassifier classifier(context, ErrorClass::System);
  bool isText =
      options.emit < EmitKind::Object && options.emit != EmitKind::SPIRV;
  if (failed(checkOutput(context, options.output, isText)) ||
      failed(checkInputIsKept(context, options)) ||
      failed(checkKernelsAreChosen(context, options)) ||
      failed(enableRemarks(*context, options.passedRemarks,
                           options.missedRemarks)))
    return failure();
  if (!options.report.empty() &&
      failed(checkOutput(context, options.report, /*isText=*/true)))
    return failure();
  FailureOr<ImportedTokenizer> tokenizer = readTokenizer(context, options);
  if (failed(tokenizer))
    return failure();
  FailureOr<ImportedModel> model = runPhases(context, options);
  if (failed(model))
    return failure();
  if (options.onPhase)
    options.onPhase("emit");
  LogicalResult result = emitModel(*model, *tokenizer, options);
  // What was compiled stays, whatever becomes of its report.
  if (succeeded(result) && !options.report.empty())
    result = writeReport(*model->module, options);
  if (options.onPhase)
    options.onPhase("");
  return result;
}
