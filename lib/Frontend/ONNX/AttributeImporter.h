//===- AttributeImporter.h - Attributes of a node -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns AttributeProtos into MLIR attributes.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_ATTRIBUTEIMPORTER_H
#define ECOLM_LIB_FRONTEND_ONNX_ATTRIBUTEIMPORTER_H

#include "ImportContext.h"
#include "onnx.pb.h"

namespace ecolm {

/// What the attribute references of a function body stand for, by name.
using AttributeBindings = llvm::StringMap<const ::onnx::AttributeProto *>;

/// The attributes of one node.
struct NodeAttributes {
  /// Those that are values.
  mlir::DictionaryAttr values;
  /// Those that are graphs, by name, in the order of the file.
  llvm::SmallVector<std::pair<llvm::StringRef, const ::onnx::GraphProto *>>
      graphs;
};

/// The attribute that `attribute` stands for: itself, or what `bindings` hold
/// for its reference. Null if the call leaves the referenced attribute out.
const ::onnx::AttributeProto *
resolveReference(const ::onnx::AttributeProto &attribute,
                 const AttributeBindings *bindings);

/// Imports all attributes of `node`.
mlir::FailureOr<NodeAttributes>
importAttributes(ImportContext &import, const ::onnx::NodeProto &node,
                 const AttributeBindings *bindings, mlir::Location loc);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_ATTRIBUTEIMPORTER_H
