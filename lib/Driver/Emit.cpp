//===- Emit.cpp - The emit phase ------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// From the LLVM dialect to IR, assembly, objects, libraries and programs.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Driver/Emit.h"
#include "JoinVariants.h"
#include "ModelInfo.h"
#include "OptionChecks.h"
#include "OutputFile.h"
#include "ecolm/Analysis/RecognitionReport.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/Driver/DeviceCode.h"
#include "ecolm/Driver/Diagnostics.h"
#include "ecolm/Runtime/Model.h"
#include "ecolm/Target/Linker.h"
#include "ecolm/Target/ModelDescriptor.h"
#include "ecolm/Target/ObjectEmitter.h"
#include "ecolm/Target/Variants.h"
#include "ecolm/Target/WeightSection.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

using namespace mlir;
using namespace ecolm;

/// Frees the functions of `module`, which were translated, for LLVM to use
/// their memory; their attributes stay.
static void dropBodies(ModuleOp module) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    function.getBody().dropAllReferences();
    function.getBody().getBlocks().clear();
  }
}

namespace {

/// Temporary files that go when this goes, or when the process is interrupted.
class TemporaryFiles {
public:
  ~TemporaryFiles() {
    for (const std::string &path : paths) {
      llvm::sys::fs::remove(path);
      llvm::sys::DontRemoveFileOnSignal(path);
    }
  }
  /// A new file beside `output`, so that large ones lie where there is room.
  std::string create(StringRef output, StringRef suffix) {
    SmallString<128> path;
    if (llvm::sys::fs::createUniqueFile(output + ".%%%%%%%%" + suffix, path))
      return (output + suffix).str();
    paths.push_back(path.str().str());
    llvm::sys::RemoveFileOnSignal(path);
    return paths.back();
  }

private:
  std::vector<std::string> paths;
};

using Machines = std::vector<std::unique_ptr<llvm::TargetMachine>>;

/// Emits one model, with code for every machine.
class Emitter {
public:
  Emitter(CompiledModel &model, const ImportedTokenizer &tokenizer,
          const CompileOptions &options, const Machines &machines)
      : model(model), module(*model.module), tokenizer(tokenizer),
        options(options), machines(machines), machine(*machines[0]) {}

  LogicalResult emit() {
    if (options.emit == EmitKind::Assembly || options.emit == EmitKind::LLVMIR)
      return emitText();
    std::string code = files.create(options.output, ".code.o");
    std::string weights = files.create(options.output, ".weights.o");
    joinVariants(module, model.others);
    if (failed(writeWeights(weights)) || failed(writeCode(code)))
      return failure();
    std::vector<std::string> objects = {code, weights};
    for (size_t i = 1; i < machines.size(); ++i) {
      objects.push_back(files.create(options.output, ".variant.o"));
      if (failed(writeVariant(i, objects.back())))
        return failure();
    }
    return linkObjects(objects);
  }

private:
  /// The module as optimized LLVM IR, with its descriptor.
  FailureOr<std::unique_ptr<llvm::Module>> translate() {
    std::unique_ptr<llvm::Module> code =
        translateToLLVM(module, context, machine);
    if (!code)
      return failure();
    // Models that do not say their name are called like their file.
    if (!module->hasAttr("ecolm.name"))
      module->setAttr("ecolm.name",
                      StringAttr::get(module.getContext(),
                                      llvm::sys::path::stem(options.input)));
    std::vector<ProcessorNeeds> needs;
    for (const std::unique_ptr<llvm::TargetMachine> &each : machines)
      needs.push_back(getNeeds(*each));
    ModelInfo info =
        describeModel(module, machine, needs, section, tokenizer.summary);
    if (llvm::Error error = defineModelDescriptor(
            module, section, info.text, info.json,
            {tokenizer.table, tokenizer.numIds}, needs, *code))
      return classify(module.emitError(), ErrorClass::Model)
             << llvm::toString(std::move(error));
    if (machines.size() > 1) {
      separateVariant(*code, 0);
      addDispatcher(*code, machines.size());
    }
    if (options.sanitizer == Sanitizer::Address)
      poisonWeightGaps(*code, section.gaps);
    dropBodies(module);
    optimize(*code, machine, options.target.optimizationLevel,
             options.sanitizer);
    return code;
  }

  /// The code of another machine than the first.
  LogicalResult writeVariant(size_t index, StringRef path) {
    std::unique_ptr<llvm::Module> code =
        translateToLLVM(*model.others[index - 1], context, *machines[index]);
    if (!code)
      return failure();
    separateVariant(*code, index);
    dropBodies(*model.others[index - 1]);
    optimize(*code, *machines[index], options.target.optimizationLevel,
             options.sanitizer);
    return emitAs(*code, *machines[index], llvm::CodeGenFileType::ObjectFile,
                  path);
  }

  LogicalResult writeWeights(StringRef path) {
    OwningOpRef<ModuleOp> all = collectWeights(module, model.others);
    return writeOutput(module.getContext(), path,
                       [&](llvm::raw_pwrite_stream &out) -> LogicalResult {
                         auto release = [&](ArrayRef<char> bytes) {
                           model.file->release(bytes);
                         };
                         FailureOr<WeightSectionInfo> written =
                             writeWeightSection(*all, machine.getTargetTriple(),
                                                getELFFlags(machine), out,
                                                release);
                         if (failed(written))
                           return failure();
                         section = *written;
                         return success();
                       });
  }

  LogicalResult writeCode(StringRef path) {
    FailureOr<std::unique_ptr<llvm::Module>> code = translate();
    if (failed(code))
      return failure();
    return emitAs(**code, machine, llvm::CodeGenFileType::ObjectFile, path);
  }

  LogicalResult emitAs(llvm::Module &code, llvm::TargetMachine &target,
                       llvm::CodeGenFileType type, StringRef path) {
    return writeOutput(
        module.getContext(), path,
        [&](llvm::raw_pwrite_stream &out) -> LogicalResult {
          if (llvm::Error error = emitCode(code, target, type, out))
            return module.emitError(llvm::toString(std::move(error)));
          return success();
        });
  }

  LogicalResult emitText() {
    section.bytes = getWeightSectionSize(module);
    FailureOr<std::unique_ptr<llvm::Module>> code = translate();
    if (failed(code))
      return failure();
    if (options.emit == EmitKind::Assembly)
      return emitAs(**code, machine, llvm::CodeGenFileType::AssemblyFile,
                    options.output);
    return writeOutput(module.getContext(), options.output,
                       [&](llvm::raw_pwrite_stream &out) {
                         (*code)->print(out, nullptr);
                         return success();
                       });
  }

  LogicalResult linkObjects(ArrayRef<std::string> objects) {
    LinkOptions link;
    link.driver = options.linker;
    link.triple = options.target.triple;
    link.runtime = getRuntimePath(options);
    link.sanitizer = options.sanitizer;
    link.kind = options.emit == EmitKind::Program ? LinkKind::Program
                : options.emit == EmitKind::SharedLibrary
                    ? LinkKind::SharedLibrary
                    : LinkKind::Object;
    if (llvm::Error error = ecolm::link(objects, options.output, link))
      return emitError(UnknownLoc::get(module.getContext()))
             << llvm::toString(std::move(error));
    if (options.emit == EmitKind::Program)
      return success();
    return writeHeader();
  }

  /// The C header goes beside the library or object.
  LogicalResult writeHeader() {
    std::vector<std::string> needed;
    if (options.emit == EmitKind::Object) {
      auto names = findUndefinedSymbols(options.output);
      if (!names)
        return module.emitError(llvm::toString(names.takeError()));
      needed = std::move(*names);
    }
    return writeOutput(module.getContext(), getHeaderPath(options.output),
                       [&](llvm::raw_pwrite_stream &out) {
                         writeModelHeader(module, needed, out);
                         return success();
                       });
  }

  CompiledModel &model;
  ModuleOp module;
  const ImportedTokenizer &tokenizer;
  const CompileOptions &options;
  const Machines &machines;
  /// The first one, for which the descriptor is.
  llvm::TargetMachine &machine;
  llvm::LLVMContext context;
  WeightSectionInfo section;
  TemporaryFiles files;
};

} // namespace

/// Fails if the tokenizer has ids that a language model has no logits for.
static LogicalResult checkVocabulary(ModuleOp module,
                                     const ImportedTokenizer &tokenizer) {
  EntrySignature signature = getEntrySignature(module);
  if (tokenizer.table.empty() ||
      !(signature.isLanguageModel || signature.isWholeLanguageModel))
    return success();
  int64_t logits = signature.outputs[0].type.getShape().back();
  if (tokenizer.numIds > logits)
    return classify(emitError(module.getLoc()), ErrorClass::Usage)
           << "the tokenizer has " << tokenizer.numIds
           << " ids, but the model gives " << logits
           << " logits; it is the tokenizer of another model";
  if (tokenizer.numIds < logits)
    emitRemark(module.getLoc()) << "the tokenizer has " << tokenizer.numIds
                                << " ids, and the model gives " << logits
                                << " logits; those beyond have no text";
  return success();
}

/// Writes what the model was recognized to be.
static LogicalResult writeReport(ModuleOp module,
                                 const CompileOptions &options) {
  RecognitionReport report = collectRecognition(module);
  return writeOutput(module.getContext(), options.output,
                     [&](llvm::raw_pwrite_stream &out) {
                       if (options.emit == EmitKind::Report)
                         report.print(out);
                       else
                         out << llvm::formatv("{0:2}", report.toJSON()) << "\n";
                       return success();
                     });
}

std::string ecolm::getHeaderPath(StringRef output) {
  SmallString<128> path(output);
  llvm::sys::path::replace_extension(path, ".h");
  return path.str().str();
}

LogicalResult ecolm::emitModel(CompiledModel &model,
                               const ImportedTokenizer &tokenizer,
                               const CompileOptions &options) {
  MLIRContext *context = model.module->getContext();
  if (options.emit == EmitKind::Report || options.emit == EmitKind::ReportJSON)
    return writeReport(*model.module, options);
  if (options.emit == EmitKind::PTX || options.emit == EmitKind::SPIRV) {
    ErrorClassifier classifier(context, ErrorClass::Unsupported);
    return writeOutput(
        context, options.output, [&](llvm::raw_pwrite_stream &out) {
          return options.emit == EmitKind::PTX ? writePTX(*model.module, out)
                                               : writeSPIRV(*model.module, out);
        });
  }
  if (options.emit <= EmitKind::Lower)
    return writeOutput(
        context, options.output, [&](llvm::raw_pwrite_stream &out) {
          OpPrintingFlags flags;
          flags.elideLargeElementsAttrs(32).elideLargeResourceString(64);
          model.module->print(out, flags);
          return success();
        });
  Machines machines;
  for (const TargetDescription &variant : getVariants(options.target)) {
    llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
        createTargetMachine(variant);
    if (!machine)
      return emitError(UnknownLoc::get(context))
             << llvm::toString(machine.takeError());
    machines.push_back(std::move(*machine));
  }
  if (failed(checkVocabulary(*model.module, tokenizer)))
    return failure();
  return Emitter(model, tokenizer, options, machines).emit();
}
