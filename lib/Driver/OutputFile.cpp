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
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

using namespace mlir;
using namespace ecolm;

LogicalResult ecolm::writeOutput(
    MLIRContext *context, StringRef path,
    function_ref<LogicalResult(llvm::raw_pwrite_stream &)> write) {
  auto cannotWrite = [&](std::error_code code) {
    return emitError(UnknownLoc::get(context))
           << "cannot write '" << path << "': " << code.message()
           << "; name a file in a directory that exists and can be written";
  };
  if (path == "-") {
    SmallString<0> text;
    llvm::raw_svector_ostream stream(text);
    if (failed(write(stream)))
      return failure();
    llvm::outs() << text;
    return success();
  }
  // A device or a pipe is written to, not replaced.
  if (llvm::sys::fs::exists(path) && !llvm::sys::fs::is_regular_file(path)) {
    std::error_code code;
    llvm::raw_fd_ostream stream(path, code);
    if (code)
      return cannotWrite(code);
    LogicalResult written = write(stream);
    stream.close();
    if (stream.has_error()) {
      code = stream.error();
      stream.clear_error();
      return cannotWrite(code);
    }
    return written;
  }
  SmallString<128> temporary;
  int descriptor;
  if (std::error_code code = llvm::sys::fs::createUniqueFile(
          path + ".%%%%%%%%", descriptor, temporary))
    return cannotWrite(code);
  llvm::sys::RemoveFileOnSignal(temporary);
  auto cleanUp = llvm::make_scope_exit([&] {
    llvm::sys::fs::remove(temporary);
    llvm::sys::DontRemoveFileOnSignal(temporary);
  });
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  LogicalResult written = write(stream);
  stream.close();
  if (stream.has_error()) {
    std::error_code code = stream.error();
    stream.clear_error();
    return cannotWrite(code);
  }
  if (failed(written))
    return failure();
  if (std::error_code code = llvm::sys::fs::rename(temporary, path))
    return cannotWrite(code);
  return success();
}
