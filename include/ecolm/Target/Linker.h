//===- Linker.h - Linking ---------------------------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Links objects into programs, shared libraries and single objects.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_LINKER_H
#define ECOLM_TARGET_LINKER_H

#include "ecolm/Target/Sanitizers.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace ecolm {

/// What to make of a set of objects.
enum class LinkKind { Program, SharedLibrary, Object };

/// Where the linker's inputs come from.
struct LinkOptions {
  LinkKind kind = LinkKind::Program;
  /// The compiler driver that links (clang, gcc); empty to look for one.
  std::string driver;
  /// libEcoLMRuntime.a.
  std::string runtime;
  /// `--target=` for a cross link; empty for this machine.
  std::string triple;
  /// Whose runtime comes along.
  Sanitizer sanitizer = Sanitizer::None;
};

/// Links `objects` into `output`, which appears whole or not at all. No shell
/// is involved. Fails with what the linker said.
llvm::Error link(llvm::ArrayRef<std::string> objects, llvm::StringRef output,
                 const LinkOptions &options);

} // namespace ecolm

#endif // ECOLM_TARGET_LINKER_H
