//===- OptionChecks.cpp - Options that contradict each other --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Refuses combinations of options before the work of compiling.
//
//===----------------------------------------------------------------------===//

#include "OptionChecks.h"
#include "ecolm/Driver/Diagnostics.h"
#include "ecolm/Driver/Emit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace ecolm;

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

/// Text is of one processor, and so are counters of time.
static LogicalResult checkVariants(MLIRContext *context,
                                   const CompileOptions &options) {
  if (getVariants(options.target).size() == 1 ||
      (options.emit >= EmitKind::Object && !options.profile))
    return success();
  return classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
         << "--mcpu names several processors, which only a program, a library "
            "or an object without --profile has code for; name one";
}

/// The runtime is built with sanitizers for this system only.
static LogicalResult checkSanitizer(MLIRContext *context,
                                    const CompileOptions &options) {
  if (options.sanitizer == Sanitizer::None)
    return success();
  llvm::Triple triple(options.target.triple.empty()
                          ? llvm::sys::getDefaultTargetTriple()
                          : options.target.triple);
  if (triple.getArch() == llvm::Triple::x86_64 && triple.isOSLinux())
    return success();
  return classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
         << "--sanitize watches programs on x86-64 Linux, but found the target "
            "'"
         << triple.str() << "'; leave one of them away";
}

LogicalResult ecolm::checkOptions(MLIRContext *context,
                                  const CompileOptions &options) {
  return success(succeeded(checkInputIsKept(context, options)) &&
                 succeeded(checkKernelsAreChosen(context, options)) &&
                 succeeded(checkVariants(context, options)) &&
                 succeeded(checkSanitizer(context, options)));
}

std::string ecolm::getRuntimePath(const CompileOptions &options) {
  if (!options.runtime.empty())
    return options.runtime;
  SmallString<128> path(llvm::sys::path::parent_path(options.toolDirectory));
  llvm::sys::path::append(path, "lib");
  const std::string &triple = options.target.triple;
  if (isForeign(triple))
    llvm::sys::path::append(path, getShortTriple(triple));
  StringRef sanitizer = getSanitizerName(options.sanitizer);
  llvm::sys::path::append(path, llvm::Twine("libEcoLMRuntime") +
                                    (sanitizer.empty() ? "" : "-") + sanitizer +
                                    ".a");
  return path.str().str();
}

LogicalResult ecolm::checkRuntime(MLIRContext *context,
                                  const CompileOptions &options) {
  std::string runtime = getRuntimePath(options);
  bool isLinked = options.emit == EmitKind::Program ||
                  options.emit == EmitKind::SharedLibrary;
  if (!isLinked || llvm::sys::fs::exists(runtime))
    return success();
  const std::string &triple = options.target.triple;
  std::string remedy = "; name it with --runtime";
  if (isForeign(triple) &&
      llvm::Triple(llvm::Triple::normalize(triple)).getOS() ==
          llvm::Triple::UnknownOS)
    remedy = "; a program needs a system, which " + triple +
             " does not name, and --emit=obj writes what bare machines link";
  else if (isForeign(triple))
    remedy += ", or install " + getCrossPackages(triple) +
              " and build EcoLM again, which builds one for it; --emit=obj "
              "needs none";
  return classify(emitError(UnknownLoc::get(context)), ErrorClass::System)
         << "cannot find the runtime '" << runtime << "'" << remedy;
}
