//===- NodeNames.h - What users call operations ----------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the nodes of the model that operations stand for.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_NODENAMES_H
#define ECOLM_ANALYSIS_NODENAMES_H

#include "mlir/IR/Operation.h"
#include <string>

namespace ecolm {

/// The name of the node that `op` comes from, or nothing.
std::string getNameInModel(mlir::Operation *op);

/// What the names of the first and the last part of a chain have in common, up
/// to a full stop; or the name of the last one.
std::string getChainName(llvm::StringRef first, llvm::StringRef last);

/// How reports call numbers of type `element`, such as `pot[-7, 0]`.
std::string describeFormat(mlir::Type element);

} // namespace ecolm

#endif // ECOLM_ANALYSIS_NODENAMES_H
