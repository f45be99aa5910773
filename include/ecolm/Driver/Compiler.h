//===- Compiler.h - The five phases -----------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Drives a model through import, recognize, optimize, lower and emit.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DRIVER_COMPILER_H
#define ECOLM_DRIVER_COMPILER_H

#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Frontend/ONNX/ImportONNX.h"
#include "ecolm/Target/Sanitizers.h"
#include "ecolm/Target/TargetDescription.h"
#include "mlir/Pass/PassManager.h"
#include <functional>
#include <string>

namespace ecolm {

/// What to write.
enum class EmitKind {
  Import,
  Recognize,
  Report,
  ReportJSON,
  Optimize,
  PTX,
  SPIRV,
  Lower,
  LLVMIR,
  Assembly,
  Object,
  SharedLibrary,
  Program
};

/// One compilation.
struct CompileOptions {
  std::string input, output;
  /// A tokenizer.json for the program; empty for what the model brings along.
  std::string tokenizer;
  EmitKind emit = EmitKind::Program;
  TargetDescription target;
  ImportOptions import;
  /// Relative error that the factors of a matrix may have (factor-matrices).
  double factorTolerance = 0;
  /// Recipe for the constant float matrices of products; empty for none. Which
  /// matrices it takes, and which it leaves, by regular expressions.
  std::string quantize, quantizeInclude = ".*", quantizeExclude;
  /// Inputs of the matrices (.npz) to weigh errors by; empty for none.
  std::string calibration;
  /// How quantized layers multiply (ecolm-lower-mul-to-shift).
  MulMode multiplications = MulMode::Auto;
  /// Fail if a multiplication or division is left in the quantized path.
  bool multiplierFree = false;
  /// What the key/value cache of a language model holds.
  CacheType cacheType = CacheType::F32;
  /// Largest number of tokens that one call of the model evaluates.
  int64_t maxChunk = 64;
  /// What the target's last cache holds.
  int64_t cacheBytes = kDefaultCacheBytes;
  /// Where to write what the layers became, as .html, .json or .txt; empty for
  /// nowhere.
  std::string report;
  /// Let the program measure the time of its layers.
  bool profile = false;
  /// What instruments the code and comes along with the program.
  Sanitizer sanitizer = Sanitizer::None;
  /// Remarks to show: regular expressions of what was done and of what was
  /// missed, by the names of passes; empty for none.
  std::string passedRemarks, missedRemarks;
  /// Where to write the IR after every phase; empty for nowhere.
  std::string dumpDirectory;
  /// Linker driver and runtime archive; empty to look for them.
  std::string linker, runtime;
  /// Directory of this executable, next to which the runtime is installed.
  std::string toolDirectory;

  /// Called when a phase starts, and once more with an empty name at the end.
  std::function<void(llvm::StringRef phase)> onPhase;
  /// Lets a tool apply its instruments to a pass manager.
  std::function<llvm::LogicalResult(mlir::PassManager &)> configure;
};

/// A model, and the same for other processors than the first.
struct CompiledModel : ImportedModel {
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> others;
};

/// Compiles a model. Failures are diagnostics in `context`; no partial output
/// is left behind.
llvm::LogicalResult compileModel(mlir::MLIRContext *context,
                                 const CompileOptions &options);

/// Runs the phases up to the one that `options.emit` names, or up to Lower.
mlir::FailureOr<CompiledModel> runPhases(mlir::MLIRContext *context,
                                         const CompileOptions &options);

/// Version of the compiler, as `--version` and compiled programs print it.
llvm::StringRef getCompilerVersion();

} // namespace ecolm

#endif // ECOLM_DRIVER_COMPILER_H
