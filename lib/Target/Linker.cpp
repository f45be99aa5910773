//===- Linker.cpp - Linking -----------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Runs the system's compiler driver as a linker.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/Linker.h"
#include "ecolm/Target/TargetDescription.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace ecolm;

/// A build id hashes the whole output, which GNU ld holds in memory for it:
/// linking 500 MB of weights takes 536 MB with one and 78 MB without. Programs
/// carry the hashes of their model and weights instead.
static const char kNoBuildId[] = "-Wl,--build-id=none";

static Expected<std::string> findDriver(StringRef wanted) {
  if (!wanted.empty()) {
    // A path is taken as it is, so look whether it leads anywhere.
    ErrorOr<std::string> found = sys::findProgramByName(wanted);
    if (found && sys::fs::can_execute(*found))
      return *found;
    return createStringError("cannot find the linker driver '" + wanted +
                             "'; name another with --linker");
  }
  for (StringRef name : {"clang-22", "clang", "gcc", "cc"})
    if (ErrorOr<std::string> found = sys::findProgramByName(name))
      return *found;
  return createStringError(
      "cannot find a compiler driver to link with (tried clang-22, clang, gcc "
      "and cc); install one or name it with --linker");
}

/// What a linker complained of, as one line of bearable length.
static std::string readComplaint(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> text = MemoryBuffer::getFile(path);
  if (!text || (*text)->getBuffer().trim().empty())
    return "it said nothing";
  SmallVector<StringRef> lines;
  (*text)->getBuffer().trim().split(lines, '\n', -1, /*KeepEmpty=*/false);
  if (lines.empty())
    return "it said nothing";
  std::string line = join(ArrayRef(lines).take_front(4), "; ");
  return line.size() > 800 ? line.substr(0, 800) + " ..." : line;
}

/// What a linker that knows no foreign C library, or no library of ours, needs.
static std::string getRemedy(bool isForeign, StringRef complaint,
                             const LinkOptions &options) {
  if (complaint.contains("ecolm_table_tokenizer"))
    return "; the runtime for " + options.triple +
           " was built without zlib, PCRE2 and utf8proc, which a "
           "tokenizer.json "
           "needs: see docs/Targets.md, or leave --tokenizer away";
  if (isForeign && options.kind != LinkKind::Object)
    return "; linking for " + options.triple +
           " needs lld and a C library: on Debian lld-22 and " +
           getCrossPackages(options.triple) +
           "; or name a driver that has them with --linker, while --emit=obj "
           "needs neither";
  return "; see that the output has room, or name another driver with --linker";
}

/// What comes behind the objects.
static SmallVector<std::string> getArguments(const LinkOptions &options,
                                             bool isForeign) {
  if (options.kind == LinkKind::Object)
    return {"-r", "-nostdlib"};
  SmallVector<std::string> arguments = {options.runtime, kNoBuildId, "-lm",
                                        "-lpthread"};
  if (options.kind == LinkKind::SharedLibrary)
    // Hosts call it, though the model may not.
    append_range(arguments, std::initializer_list<std::string>{
                                "-shared", "-Wl,-u,ecolm_set_threads"});
  else
    // Nobody knows which C library another machine has.
    append_range(arguments,
                 std::initializer_list<std::string>{
                     isForeign ? "-static" : "-pie", "-Wl,--gc-sections"});
  if (Triple(options.triple).isWasm())
    // As for the threads of the pool; it would be 64 KiB.
    arguments.push_back("-Wl,-z,stack-size=2097152");
  else
    arguments.push_back("-Wl,-z,relro,-z,now");
  return arguments;
}

Error ecolm::link(ArrayRef<std::string> objects, StringRef output,
                  const LinkOptions &options) {
  Expected<std::string> driver = findDriver(options.driver);
  if (!driver)
    return driver.takeError();

  SmallString<128> temporary, log;
  if (std::error_code code = sys::fs::createUniqueFile(
          output + ".%%%%%%%%", temporary,
          sys::fs::all_read | sys::fs::all_write | sys::fs::all_exe))
    return createStringError(code, "cannot write '" + output +
                                       "': " + code.message());
  sys::RemoveFileOnSignal(temporary);
  if (std::error_code code =
          sys::fs::createTemporaryFile("ecolm-link", "log", log))
    return createStringError(code, "cannot write a temporary file: " +
                                       code.message());
  llvm::scope_exit cleanUp([&] {
    sys::fs::remove(temporary);
    sys::fs::remove(log);
    sys::DontRemoveFileOnSignal(temporary);
  });

  bool isForeign = ecolm::isForeign(options.triple);
  SmallVector<std::string> arguments = {*driver, "-o", temporary.str().str()};
  if (!options.triple.empty() && StringRef(*driver).contains("clang")) {
    arguments.push_back("--target=" + options.triple);
    // The system's linker knows this machine only, and clang is about to call
    // WASI by another name than Debian.
    if (isForeign)
      append_range(arguments, std::initializer_list<std::string>{
                                  "-fuse-ld=lld", "-Wno-deprecated"});
  }
  if (options.sanitizer != Sanitizer::None && options.kind != LinkKind::Object)
    arguments.push_back(
        ("-fsanitize=" + getSanitizerName(options.sanitizer)).str());
  append_range(arguments, objects);
  append_range(arguments, getArguments(options, isForeign));
  SmallVector<StringRef> argv(arguments.begin(), arguments.end());
  std::string message;
  std::optional<StringRef> redirects[] = {StringRef(), log.str(), log.str()};
  int status = sys::ExecuteAndWait(*driver, argv, std::nullopt, redirects, 0, 0,
                                   &message);
  if (status != 0) {
    if (message.empty())
      message = readComplaint(log);
    return createStringError("linking with '" + *driver + "' failed: " +
                             message + getRemedy(isForeign, message, options));
  }
  if (std::error_code code = sys::fs::rename(temporary, output))
    return createStringError(code, "cannot write '" + output +
                                       "': " + code.message());
  return Error::success();
}
