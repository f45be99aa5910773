//===- JoinVariants.h - Modules of several processors -----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Makes what the modules of several processors share.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_DRIVER_JOINVARIANTS_H
#define ECOLM_LIB_DRIVER_JOINVARIANTS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <vector>

namespace ecolm {

using Variants = std::vector<mlir::OwningOpRef<mlir::ModuleOp>>;

/// Lets the sizes that `first` states be enough for `others` too.
void joinVariants(mlir::ModuleOp first, Variants &others);

/// The weights of all modules, each place once, in the order of the section.
mlir::OwningOpRef<mlir::ModuleOp> collectWeights(mlir::ModuleOp first,
                                                 Variants &others);

} // namespace ecolm

#endif // ECOLM_LIB_DRIVER_JOINVARIANTS_H
