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
#include "OptionChecks.h"
#include "OutputFile.h"
#include "ecolm/Analysis/RecognitionReport.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Driver/Diagnostics.h"
#include "ecolm/Driver/Emit.h"
#include "ecolm/Driver/Remarks.h"
#include "ecolm/Pipelines/LowerPipeline.h"
#include "ecolm/Pipelines/OptimizePipeline.h"
#include "ecolm/Pipelines/RecognizePipeline.h"
#include "ecolm/Target/CPU/Passes.h"
#include "ecolm/Target/EntryTypes.h"
#include "mlir/IR/Verifier.h"
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

/// The lower phase is verified once it is over: there a fifth of the time of
/// compiling a model would go to verifying what each of its passes leaves
/// behind, which `ecolm-opt` does.
static LogicalResult runPhase(ModuleOp module, const Phase &phase,
                              const CompileOptions &options) {
  PassManager manager(module->getName());
  manager.enableVerifier(phase.kind != EmitKind::Lower);
  if (options.configure && failed(options.configure(manager)))
    return failure();
  phase.build(manager);
  ErrorClassifier classifier(module.getContext(), ErrorClass::Unsupported);
  return success(succeeded(manager.run(module)) && succeeded(verify(module)));
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

/// Programs run the first code where they can run no other, and else the last
/// that they can.
static LogicalResult
checkOrder(MLIRContext *context,
           ArrayRef<std::unique_ptr<llvm::TargetMachine>> machines) {
  std::vector<ProcessorNeeds> needs;
  for (const std::unique_ptr<llvm::TargetMachine> &machine : machines)
    needs.push_back(getNeeds(*machine));
  auto covers = [](const ProcessorNeeds &more, const ProcessorNeeds &less) {
    return llvm::all_of(less.features, [&](const std::string &feature) {
      return llvm::is_contained(more.features, feature);
    });
  };
  for (size_t i = 1; i < needs.size(); ++i)
    for (size_t earlier = 0; earlier < i; ++earlier)
      if (covers(needs[earlier], needs[i]) ||
          (earlier == 0 && !covers(needs[i], needs[0])))
        return classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
               << "--mcpu names processors of a family from the least to the "
                  "most, each of which can do what the first can and more, but "
                  "found '"
               << needs[i].cpu << "' after '" << needs[earlier].cpu
               << "'; name them in another order";
  return success();
}

/// LLVM's view of each processor that the options name.
static FailureOr<std::vector<std::unique_ptr<llvm::TargetMachine>>>
createMachines(MLIRContext *context, const CompileOptions &options) {
  std::vector<std::unique_ptr<llvm::TargetMachine>> machines;
  for (const TargetDescription &variant : getVariants(options.target)) {
    llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
        createTargetMachine(variant);
    if (!machine)
      return LogicalResult(
          classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
          << llvm::toString(machine.takeError()));
    machines.push_back(std::move(*machine));
  }
  if (failed(checkOrder(context, machines)))
    return failure();
  return machines;
}

/// How many operations the model may become; 0 for any number, of large files.
static uint64_t getMaxOperations(const ModelFile &file,
                                 const CompileOptions &options) {
  bool isSmall = file.getTotalBytes() < 1 << 20;
  return isSmall ? options.import.limits.maxOperations : 0;
}

/// Runs the phases that know the processor.
static LogicalResult runForMachine(ModuleOp module, uint64_t maxOperations,
                                   const llvm::TargetMachine &machine,
                                   const CompileOptions &options,
                                   StringRef suffix) {
  TargetTraits traits = getTraits(machine);
  LowerOptions lower;
  lower.fpu = traits.hasFPU;
  lower.byteProducts = traits.byteProducts;
  lower.lookups = traits.lookups;
  lower.fma = traits.hasFMA;
  lower.sums = traits.numSums;
  lower.cacheType = options.cacheType;
  lower.rows = traits.numRows;
  lower.lowerMasks = traits.lowersMasks;
  lower.maxChunk = options.maxChunk;
  lower.multiplierFree = options.multiplierFree;
  lower.countZeros = !options.report.empty();
  lower.describeLayers = lower.countZeros || !options.missedRemarks.empty() ||
                         !options.passedRemarks.empty();
  lower.timeLayers = options.profile;
  lower.vectorBits = traits.vectorBits;
  lower.maxOperations = maxOperations;
  lower.guard = options.sanitizer == Sanitizer::Address;
  // The exporter says which models are language models.
  lower.incremental = module->hasAttr("ecolm.context_length");
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
  optimize.cacheBytes = options.cacheBytes;
  // GPU kernels do not read chunks, and the address of the second of two rows
  // is a product.
  bool mayFuse = options.emit != EmitKind::PTX &&
                 options.emit != EmitKind::SPIRV && !options.multiplierFree;
  optimize.butterflyRegisters = mayFuse ? traits.butterflyRegisters : 0;
  optimize.hasMasks = traits.hasMasks;
  optimize.multiplierFree = options.multiplierFree;
  const Phase phases[] = {
      {EmitKind::Optimize, "optimize",
       [&](OpPassManager &m) { buildOptimizePipeline(m, optimize); }},
      {EmitKind::Lower, "lower",
       [&](OpPassManager &m) { buildLowerPipeline(m, lower); }}};
  for (auto [i, phase] : llvm::enumerate(phases)) {
    if (options.emit < phase.kind)
      break;
    if (options.onPhase)
      options.onPhase(phase.name);
    if (failed(runPhase(module, phase, options)) ||
        failed(dump(module, options, i + 3, (phase.name + suffix).str())))
      return failure();
  }
  return success();
}

/// Runs those that do not.
static LogicalResult runRecognize(ModuleOp module, uint64_t maxOperations,
                                  const CompileOptions &options) {
  RecognizeOptions recognize;
  recognize.factorTolerance = options.factorTolerance;
  recognize.quantize = options.quantize;
  recognize.quantizeInclude = options.quantizeInclude;
  recognize.quantizeExclude = options.quantizeExclude;
  recognize.calibration = options.calibration;
  recognize.maxOperations = maxOperations;
  Phase phase = {EmitKind::Recognize, "recognize", [&](OpPassManager &m) {
                   buildRecognizePipeline(m, recognize);
                 }};
  if (failed(runPhase(module, phase, options)) ||
      failed(dump(module, options, 2, phase.name)) ||
      failed(checkProgramTypes(module, options)))
    return failure();
  // Later phases dissolve what was recognized; the program still tells it.
  if (options.emit > EmitKind::ReportJSON)
    rememberRecognition(module);
  return success();
}

FailureOr<CompiledModel> ecolm::runPhases(MLIRContext *context,
                                          const CompileOptions &options) {
  auto started = [&](StringRef name) {
    if (options.onPhase)
      options.onPhase(name);
  };
  auto machines = createMachines(context, options);
  if (failed(machines) || failed(checkRuntime(context, options)))
    return failure();

  started("import");
  FailureOr<ImportedModel> imported = importClassified(context, options);
  if (failed(imported) || failed(dump(*imported->module, options, 1, "import")))
    return failure();
  CompiledModel model;
  static_cast<ImportedModel &>(model) = std::move(*imported);
  if (options.emit < EmitKind::Recognize)
    return model;
  started("recognize");
  uint64_t maxOperations = getMaxOperations(*model.file, options);
  if (failed(runRecognize(*model.module, maxOperations, options)))
    return failure();

  SmallVector<ModuleOp> modules = {*model.module};
  for (size_t i = 1; i < machines->size(); ++i) {
    model.others.push_back(model.module->clone());
    modules.push_back(*model.others.back());
  }
  for (auto [i, module] : llvm::enumerate(modules)) {
    // What earlier code has bytes for, later code reads there.
    for (ModuleOp earlier : ArrayRef(modules).take_front(i))
      keepPlaces(earlier, module);
    const llvm::TargetMachine &machine = *(*machines)[i];
    std::string suffix = i ? "." + machine.getTargetCPU().str() : "";
    if (failed(runForMachine(module, maxOperations, machine, options, suffix)))
      return failure();
  }
  return model;
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

/// Writes the report beside what was emitted, of the last processor.
static LogicalResult writeReport(ModuleOp module,
                                 const CompileOptions &options) {
  MLIRContext *context = module.getContext();
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      createTargetMachine(getVariants(options.target).back());
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
      failed(checkOptions(context, options)) ||
      failed(enableRemarks(*context, options.passedRemarks,
                           options.missedRemarks)))
    return failure();
  if (!options.report.empty() &&
      failed(checkOutput(context, options.report, /*isText=*/true)))
    return failure();
  FailureOr<ImportedTokenizer> tokenizer = readTokenizer(context, options);
  if (failed(tokenizer))
    return failure();
  FailureOr<CompiledModel> model = runPhases(context, options);
  if (failed(model))
    return failure();
  if (options.onPhase)
    options.onPhase("emit");
  LogicalResult result = emitModel(*model, *tokenizer, options);
  // What was compiled stays, whatever becomes of its report.
  if (succeeded(result) && !options.report.empty())
    result = writeReport(model->others.empty() ? *model->module
                                               : *model->others.back(),
                         options);
  if (options.onPhase)
    options.onPhase("");
  return result;
}
