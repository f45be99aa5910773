//===- FunctionTable.h - Functions that the model defines -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the model-local function that a node calls.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_FUNCTIONTABLE_H
#define ECOLM_LIB_FRONTEND_ONNX_FUNCTIONTABLE_H

#include "ImportContext.h"
#include "onnx.pb.h"

namespace ecolm {

/// Version of each imported domain; the empty domain is `ai.onnx`.
using OpsetVersions = llvm::StringMap<int64_t>;
/// Stated types by value name.
using TypeTable = llvm::StringMap<const ::onnx::TypeProto *>;

/// A model-local function, with what every call of it needs.
struct ModelFunction {
  const ::onnx::FunctionProto *proto;
  OpsetVersions opsets;
  TypeTable types;
};

/// The empty domain for `ai.onnx`, which is another spelling of it.
inline llvm::StringRef normalizeDomain(llvm::StringRef domain) {
  return domain == "ai.onnx" ? llvm::StringRef() : domain;
}

/// Adds the entries of an opset_import; fails on a domain that comes twice
/// with different versions.
mlir::LogicalResult readOpsets(
    const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &list,
    OpsetVersions &versions, mlir::Location loc);

/// All functions that are to be inlined. Those of the compiler's own domain
/// are not here: their bodies are for other runtimes.
class FunctionTable {
public:
  /// Collects the functions; fails on duplicates and on too many.
  mlir::LogicalResult build(ImportContext &import,
                            const ::onnx::ModelProto &model);
  /// The function that `node` calls, or null if it is an operator.
  const ModelFunction *find(const ::onnx::NodeProto &node) const;

private:
  llvm::StringMap<ModelFunction> functions;
};

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_FUNCTIONTABLE_H
