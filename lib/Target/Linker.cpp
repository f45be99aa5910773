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
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/TargetParser/Host.h"
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

static std::string getRemedy(bool isForeign, const LinkOptions &options) {
  if (isForeign && options.kind != LinkKind::Object)
    return "; linking for " + options.triple +
           " needs its C library, a driver that finds it (--linker) and a "
           "libEcoLMRuntime.a built for it (--runtime), while --emit=obj needs "
           "none of them";
  return "; see that the output has room, or name another driver with --linker";
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

  bool isForeign =
      !options.triple.empty() && Triple(options.triple).getArch() !=
                                     Triple(sys::getProcessTriple()).getArch();
  SmallVector<std::string> arguments = {*driver, "-o", temporary.str().str()};
  if (!options.triple.empty() && StringRef(*driver).contains("clang")) {
    arguments.push_back("--target=" + options.triple);
    // The system's linker knows this machine only.
    if (isForeign)
      arguments.push_back("-fuse-ld=lld");
  }
  if (options.sanitizer != Sanitizer::None && options.kind != LinkKind::Object)
    arguments.push_back(
        ("-fsanitize=" + getSanitizerName(options.sanitizer)).str());
  append_range(arguments, objects);
  switch (options.kind) {
  case LinkKind::Program:
    append_range(arguments,
                 std::initializer_list<std::string>{
                     options.runtime, "-pie", "-Wl,--gc-sections", kNoBuildId,
                     "-Wl,-z,relro,-z,now", "-lm", "-lpthread"});
    break;
  case LinkKind::SharedLibrary:
    append_range(arguments,
                 std::initializer_list<std::string>{
                     // Hosts call it, though the model may not.
                     "-Wl,-u,ecolm_set_threads", options.runtime, "-shared",
                     kNoBuildId, "-Wl,-z,relro,-z,now", "-lm", "-lpthread"});
    break;
  case LinkKind::Object:
    append_range(arguments,
                 std::initializer_list<std::string>{"-r", "-nostdlib"});
    break;
  }
  SmallVector<StringRef> argv(arguments.begin(), arguments.end());
  std::string message;
  std::optional<StringRef> redirects[] = {StringRef(), log.str(), log.str()};
  int status = sys::ExecuteAndWait(*driver, argv, std::nullopt, redirects, 0, 0,
                                   &message);
  if (status != 0)
    return createStringError("linking with '" + *driver + "' failed: " +
                             (message.empty() ? readComplaint(log) : message) +
                             getRemedy(isForeign, options));
  if (std::error_code code = sys::fs::rename(temporary, output))
    return createStringError(code, "cannot write '" + output +
                                       "': " + code.message());
  return Error::success();
}
