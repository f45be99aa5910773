//===- OptionChecks.h - Options that contradict each other ------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares what is asked of options before a compilation.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_DRIVER_OPTIONCHECKS_H
#define ECOLM_LIB_DRIVER_OPTIONCHECKS_H

#include "ecolm/Driver/Compiler.h"

namespace ecolm {

/// Fails if what the options ask for does not go together.
llvm::LogicalResult checkOptions(mlir::MLIRContext *context,
                                 const CompileOptions &options);

/// The archive that a program or library is linked with.
std::string getRuntimePath(const CompileOptions &options);

/// Fails if that is needed and missing, before a large model is compiled.
llvm::LogicalResult checkRuntime(mlir::MLIRContext *context,
                                 const CompileOptions &options);

} // namespace ecolm

#endif // ECOLM_LIB_DRIVER_OPTIONCHECKS_H
