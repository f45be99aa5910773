//===- OutputFile.cpp - Files that appear whole ---------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Temporary file, then rename.
//
//===----------------------------------------------------------------------===//

#include "OutputFile.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

using namespace mlir;
using namespace ecolm;

static InFlightDiagnostic cannotWrite(MLIRContext *context, StringRef path,
                                      const Twine &why) {
  return classify(emitError(UnknownLoc::get(context)), ErrorClass::System)
         << "cannot write '" << path << "': " << why
         << "; name a file in a directory that exists, has room and can be "
            "written";
}

/// Whether `path` is a device, a pipe or the like: renaming a file to that
/// name would destroy it.
static bool isSpecialFile(StringRef path) {
  llvm::sys::fs::file_status status;
  return !llvm::sys::fs::status(path, status) &&
         llvm::sys::fs::is_other(status);
}

/// Writes to a stream that cannot be renamed, all at once.
static LogicalResult
writeStream(MLIRContext *context, StringRef path,
            function_ref<LogicalResult(llvm::raw_pwrite_stream &)> write) {
  SmallString<0> text;
  llvm::raw_svector_ostream buffer(text);
  if (failed(write(buffer)))
    return failure();
  std::error_code code;
  llvm::raw_fd_ostream stream(path, code, llvm::sys::fs::CD_OpenExisting);
  if (code)
    return cannotWrite(context, path, code.message());
  stream << text;
  stream.flush();
  if (!stream.has_error())
    return success();
  code = stream.error();
  stream.clear_error();
  return cannotWrite(context, path, code.message());
}

LogicalResult ecolm::checkOutput(MLIRContext *context, StringRef path,
                                 bool isText) {
  if (!isText && path == "-")
    return classify(emitError(UnknownLoc::get(context)), ErrorClass::Usage)
           << "binary files do not go to standard output; name a file with -o";
  if (path == "-" || (isText && isSpecialFile(path)))
    return success();
  if (llvm::sys::fs::is_directory(path))
    return cannotWrite(context, path, "it is a directory");
  if (isSpecialFile(path))
    return cannotWrite(context, path, "it is not a regular file");
  // Only an attempt tells whether files can appear there.
  SmallString<128> attempt;
  if (std::error_code code =
          llvm::sys::fs::createUniqueFile(path + ".%%%%%%%%", attempt))
    return cannotWrite(context, path, code.message());
  llvm::sys::fs::remove(attempt);
  return success();
}

LogicalResult ecolm::writeOutput(
    MLIRContext *context, StringRef path,
    function_ref<LogicalResult(llvm::raw_pwrite_stream &)> write) {
  if (path == "-" || isSpecialFile(path))
    return writeStream(context, path, write);
  SmallString<128> temporary;
  int descriptor;
  if (std::error_code code = llvm::sys::fs::createUniqueFile(
          path + ".%%%%%%%%", descriptor, temporary))
    return cannotWrite(context, path, code.message());
  llvm::sys::RemoveFileOnSignal(temporary);
  llvm::scope_exit cleanUp([&] {
    llvm::sys::fs::remove(temporary);
    llvm::sys::DontRemoveFileOnSignal(temporary);
  });
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  LogicalResult written = write(stream);
  stream.close();
  if (stream.has_error()) {
    std::error_code code = stream.error();
    stream.clear_error();
    return cannotWrite(context, path, code.message());
  }
  if (failed(written))
    return failure();
  if (std::error_code code = llvm::sys::fs::rename(temporary, path))
    return cannotWrite(context, path, code.message());
  return success();
}
