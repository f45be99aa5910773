//===- Remarks.h - Remarks for those who ask --------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns remarks of passes into diagnostics.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DRIVER_REMARKS_H
#define ECOLM_DRIVER_REMARKS_H

#include "mlir/IR/MLIRContext.h"

namespace ecolm {

/// Shows what passes whose names match `passed` did and what those whose names
/// match `missed` could not do, as diagnostics at nodes of the model. Empty
/// expressions show nothing.
llvm::LogicalResult enableRemarks(mlir::MLIRContext &context,
                                  llvm::StringRef passed,
                                  llvm::StringRef missed);

} // namespace ecolm

#endif // ECOLM_DRIVER_REMARKS_H
