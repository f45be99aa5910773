//===- Options.cpp - The command line of ecolm-compile --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The options of the compiler, in groups; LLVM's own stay out of sight.
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Support/Timing.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace ecolm;

/// What a workspace for so many tokens takes is still addressable.
static constexpr int64_t kLargestChunk = 65536;

static constexpr StringLiteral kOverview =
    "Compiles a low-bit language model, or any other model, from ONNX to a "
    "program\n";

static constexpr StringLiteral kExamples = R"(
EXAMPLES:

  ecolm-compile model.onnx -o model                a program: ./model --help
  ecolm-compile model.onnx --check                 what is recognized, what not
  ecolm-compile model.onnx -o model.o --emit=obj --target=riscv32-unknown-elf

--help-hidden lists what prints and times passes, such as --mlir-timing.
)";

namespace {

/// The options, grouped as --help shows them.
struct CommandLine {
  cl::OptionCategory output{"Output"};
  cl::OptionCategory machine{"Machine"};
  cl::OptionCategory arithmetic{"Model"};
  cl::OptionCategory places{"Files and tools"};

  cl::list<std::string> inputs{cl::Positional, cl::desc("<model.onnx>"),
                               cl::cat(places)};
  cl::opt<std::string> file{
      "o", cl::value_desc("file"), cl::cat(output),
      cl::desc("Output file (default: the model's name without .onnx); - is "
               "standard output")};
  cl::opt<EmitKind> emit{
      "emit", cl::desc("What to write"), cl::init(EmitKind::Program),
      cl::cat(output),
      cl::values(
          clEnumValN(EmitKind::Program, "program", "executable (default)"),
          clEnumValN(EmitKind::SharedLibrary, "so",
                     "shared library and C header"),
          clEnumValN(EmitKind::Object, "obj", "object file and C header"),
          clEnumValN(EmitKind::Assembly, "asm", "assembly"),
          clEnumValN(EmitKind::LLVMIR, "llvm", "optimized LLVM IR"),
          clEnumValN(EmitKind::Import, "mlir-import", "onnx dialect"),
          clEnumValN(EmitKind::Recognize, "mlir-recognize",
                     "ecolm and linalg on tensors"),
          clEnumValN(EmitKind::Optimize, "mlir-optimize",
                     "fused, folded and packed"),
          clEnumValN(EmitKind::Lower, "mlir-lower", "LLVM dialect"),
          clEnumValN(EmitKind::PTX, "ptx",
                     "kernels of linear layers for NVIDIA's driver"),
          clEnumValN(EmitKind::SPIRV, "spirv",
                     "kernels of linear layers for Vulkan"),
          clEnumValN(EmitKind::Report, "report", "what was recognized"),
          clEnumValN(EmitKind::ReportJSON, "report-json",
                     "what was recognized, for programs"))};
  cl::opt<bool> check{
      "check", cl::cat(output),
      cl::desc("Say what was recognized and what cannot be compiled "
               "(--emit=report -o -)")};
  cl::opt<std::string> dumpPhases{"dump-phases", cl::value_desc("directory"),
                                  cl::desc("Write the IR after every phase"),
                                  cl::cat(output)};

  cl::opt<std::string> report{
      "report", cl::value_desc("file"), cl::cat(output),
      cl::desc("Write what each layer became: .html, .json or .txt")};
  cl::opt<bool> profile{
      "profile", cl::cat(output),
      cl::desc("Let the program time its layers, for bench --profile")};
  cl::opt<Sanitizer> sanitizer{
      "sanitize", cl::desc("Watch the program while it runs"),
      cl::init(Sanitizer::None), cl::cat(output),
      cl::values(clEnumValN(Sanitizer::Address, "address", "AddressSanitizer"),
                 clEnumValN(Sanitizer::Thread, "thread", "ThreadSanitizer"))};
  cl::opt<std::string> passedRemarks{
      "Rpass", cl::value_desc("regex"), cl::cat(output),
      cl::desc("Show what passes of these names did")};
  cl::opt<std::string> missedRemarks{
      "Rpass-missed", cl::value_desc("regex"), cl::cat(output),
      cl::desc("Show what passes of these names could not do")};

  cl::opt<unsigned> level{"O",
                          cl::desc("Optimization level, 0 to 3"),
                          cl::value_desc("level"),
                          cl::Prefix,
                          cl::init(3),
                          cl::cat(machine)};
  cl::opt<std::string> triple{
      "target", cl::value_desc("triple"),
      cl::desc("Target, as aarch64-linux-gnu (default: this "
               "machine)"),
      cl::cat(machine)};
  cl::opt<std::string> cpu{
      "mcpu", cl::value_desc("name"),
      cl::desc("CPU, or native (default); or several, from the least to "
               "the most, as x86-64,x86-64-v3,znver4"),
      cl::init("native"), cl::cat(machine)};
  cl::opt<std::string> features{"mattr", cl::value_desc("+a,-b"),
                                cl::desc("CPU features to add and to leave"),
                                cl::cat(machine)};

  cl::opt<double> factorTolerance{
      "factor-matrices", cl::value_desc("error"), cl::init(0.0),
      cl::cat(arithmetic),
      cl::desc("Relative error with which a butterfly may stand for a matrix "
               "(default: 0)")};
  cl::opt<std::string> quantize{
      "quantize", cl::value_desc("recipe"), cl::cat(arithmetic),
      cl::desc("Quantize float matrices: ternary, pot4, int4:group=32, ... "
               "(docs/Quantization.md)")};
  cl::opt<std::string> quantizeInclude{
      "quantize-include", cl::value_desc("regex"), cl::init(".*"),
      cl::cat(arithmetic), cl::desc("Names of matrices to quantize")};
  cl::opt<std::string> quantizeExclude{
      "quantize-exclude", cl::value_desc("regex"), cl::cat(arithmetic),
      cl::desc("Names of matrices to leave as they are")};
  cl::opt<std::string> calibration{
      "calibration", cl::value_desc("file.npz"), cl::cat(arithmetic),
      cl::desc("Inputs of the matrices, to choose scales by")};
  cl::opt<MulMode> multiplications{
      "lower-mul-to-shift", cl::desc("How quantized layers multiply"),
      cl::init(MulMode::Auto), cl::cat(arithmetic),
      cl::values(
          clEnumValN(MulMode::Auto, "auto", "what costs least (default)"),
          clEnumValN(MulMode::Shift, "shift", "shifts and additions"),
          clEnumValN(MulMode::Exponent, "exponent", "additions to exponents"),
          clEnumValN(MulMode::Native, "native", "the target's multiplier"))};
  cl::opt<bool> multiplierFree{
      "multiplier-free", cl::cat(arithmetic),
      cl::desc("Fail if quantized layers still multiply or divide")};
  cl::opt<CacheType> cacheType{
      "cache", cl::desc("What the key/value cache holds"),
      cl::init(CacheType::F32), cl::cat(arithmetic),
      cl::values(clEnumValN(CacheType::F32, "f32", "floats (default)"),
                 clEnumValN(CacheType::F16, "f16", "halves"),
                 clEnumValN(CacheType::I8, "int8", "bytes with scales"))};
  cl::opt<int64_t> cacheBytes{
      "cache-bytes",
      cl::value_desc("bytes"),
      cl::init(kDefaultCacheBytes),
      cl::cat(arithmetic),
      cl::Hidden,
      cl::desc("What the target's last cache holds (default: 32 MiB)")};
  cl::opt<int64_t> maxChunk{
      "max-chunk", cl::value_desc("tokens"), cl::init(64), cl::cat(arithmetic),
      cl::desc("Largest number of tokens in one call (default: 64)")};

  cl::opt<uint64_t> maxNodes{
      "max-nodes",
      cl::value_desc("nodes"),
      cl::init(Limits().maxNodes),
      cl::cat(arithmetic),
      cl::Hidden,
      cl::desc("Largest number of nodes, with functions inlined")};
  cl::opt<uint64_t> maxOperations{
      "max-operations",
      cl::value_desc("operations"),
      cl::init(Limits().maxOperations),
      cl::cat(arithmetic),
      cl::Hidden,
      cl::desc(
          "Largest cost of compiling a small model, in operations; 0 for any")};
  cl::opt<std::string> tokenizer{
      "tokenizer", cl::value_desc("file"), cl::cat(arithmetic),
      cl::desc("Hugging Face's tokenizer.json, for the program to hold")};

  cl::opt<std::string> dataDirectory{
      "data-dir", cl::value_desc("directory"), cl::cat(places),
      cl::desc("Where external data lies (default: beside the model)")};
  cl::opt<std::string> linker{"linker", cl::value_desc("path"),
                              cl::desc("Compiler driver that links"),
                              cl::cat(places)};
  cl::opt<std::string> runtime{"runtime", cl::value_desc("path"),
                               cl::desc("The library libEcoLMRuntime.a"),
                               cl::cat(places)};
  cl::extrahelp examples{kExamples};
};

} // namespace

static StringSet<> getOptionNames() {
  StringSet<> names;
  for (auto &entry : cl::getRegisteredOptions())
    names.insert(entry.first);
  return names;
}

/// Registers MLIR's instruments, which --help-hidden shows, and takes LLVM's
/// options out of every help: hundreds that are global and mean nothing here.
static void arrangeOptions(const StringSet<> &own, const StringSet<> &others) {
  for (auto &entry : cl::getRegisteredOptions()) {
    if (own.contains(entry.first) && !others.contains(entry.first))
      continue;
    bool generic =
        is_contained({"help", "help-hidden", "version"}, entry.first);
    if (!generic)
      entry.second->setHiddenFlag(
          others.contains(entry.first) ? cl::ReallyHidden : cl::Hidden);
  }
}

/// Operations are for those who ask: users of models know nodes.
static void hideOperationsInDiagnostics() {
  cl::Option *option =
      cl::getRegisteredOptions().lookup("mlir-print-op-on-diagnostic");
  static_cast<cl::opt<bool> *>(option)->setInitialValue(false);
}

/// Says what is wrong with the command line.
static std::nullopt_t refuse(const Twine &what) {
  errs() << "ecolm-compile: error: " << what << "; see --help ["
         << getErrorCode(ErrorClass::Usage) << "]\n";
  return std::nullopt;
}

/// What LLVM's parser says, as one line.
static std::nullopt_t refuseParse(StringRef text) {
  text = text.trim();
  if (text.empty()) { // It went to standard error already.
    errs() << "ecolm-compile: note: see --help\n";
    return std::nullopt;
  }
  size_t name = text.find(": ");
  if (name != StringRef::npos)
    text = text.drop_front(name + 2);
  auto [what, hint] = text.split("  Try: '");
  std::string line = what.rtrim(".!").str();
  if (size_t mean = hint.find("id you mean"); mean != StringRef::npos)
    line += "; d" + hint.substr(mean).str();
  line[0] = toLower(line[0]);
  return refuse(line);
}

std::optional<CompileOptions> parseOptions(int argc, char **argv) {
  StringSet<> others = getOptionNames();
  static CommandLine line;
  StringSet<> own = getOptionNames();
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  hideOperationsInDiagnostics();
  arrangeOptions(own, others);
  cl::SetVersionPrinter([](raw_ostream &out) {
    out << "ecolm-compile " << getCompilerVersion() << "\n";
  });
  std::string complaints;
  raw_string_ostream stream(complaints);
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &stream))
    return refuseParse(complaints);

  if (line.inputs.empty())
    return refuse("there is no model to compile; name an ONNX file");
  if (line.inputs.size() > 1)
    return refuse("one model at a time, but found '" + line.inputs[0] +
                  "' and '" + line.inputs[1] + "'");
  if (line.level > 3)
    return refuse("-O takes 0 to 3, but found " + Twine(line.level));
  if (line.cacheBytes < 0)
    return refuse("--cache-bytes takes a number from 0 on, but found " +
                  Twine(line.cacheBytes));
  if (line.maxChunk < 1 || line.maxChunk > kLargestChunk)
    return refuse("--max-chunk takes 1 to " + Twine(kLargestChunk) +
                  ", but found " + Twine(line.maxChunk));

  if (!(line.factorTolerance >= 0 && line.factorTolerance < 1))
    return refuse("--factor-matrices takes an error from 0 to below 1");

  if (StringRef(line.cpu).contains(',') &&
      is_contained(split(line.cpu, ','), StringRef()))
    return refuse("--mcpu has a comma too many: '" + line.cpu + "'");
  StringRef ending = sys::path::extension(line.report);
  if (line.report.getNumOccurrences() &&
      !is_contained({".html", ".json", ".txt"}, ending))
    return refuse("--report takes a file that ends in .html, .json or .txt, "
                  "but found '" +
                  line.report + "'");

  CompileOptions options;
  options.input = line.inputs[0];
  options.tokenizer = line.tokenizer;
  options.output = line.file.empty() ? sys::path::stem(options.input).str()
                                     : line.file.getValue();
  options.emit = line.emit;
  if (line.check) {
    options.emit = EmitKind::Report;
    options.tokenizer = line.tokenizer;
    options.output = line.file.empty() ? "-" : line.file.getValue();
  }
  options.target = {line.triple, line.cpu, line.features,
                    static_cast<int>(line.level)};
  options.factorTolerance = line.factorTolerance;
  options.quantize = line.quantize;
  options.quantizeInclude = line.quantizeInclude;
  options.quantizeExclude = line.quantizeExclude;
  options.calibration = line.calibration;
  options.multiplications = line.multiplications;
  options.multiplierFree = line.multiplierFree;
  options.cacheType = line.cacheType;
  options.cacheBytes = line.cacheBytes;
  options.maxChunk = line.maxChunk;
  options.report = line.report;
  options.profile = line.profile;
  options.sanitizer = line.sanitizer;
  options.passedRemarks = line.passedRemarks;
  options.missedRemarks = line.missedRemarks;
  options.dumpDirectory = line.dumpPhases;
  options.import.dataDirectory = line.dataDirectory;
  options.import.limits.maxNodes = line.maxNodes;
  options.import.limits.maxOperations = line.maxOperations;
  options.linker = line.linker;
  options.runtime = line.runtime;
  return options;
}
