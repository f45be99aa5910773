//===- EntryTypes.h - What programs take and give ---------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares which tensors can be inputs and outputs of compiled models.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_ENTRYTYPES_H
#define ECOLM_TARGET_ENTRYTYPES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace ecolm {

/// Fails, with an error for each, if tensors that `main` takes or gives are no
/// input or output of a compiled model or, with `inFiles`, of a program: .npy
/// files have neither bfloat16 nor integers of less than a byte.
llvm::LogicalResult checkEntryTypes(mlir::func::FuncOp main, bool inFiles);

} // namespace ecolm

#endif // ECOLM_TARGET_ENTRYTYPES_H
