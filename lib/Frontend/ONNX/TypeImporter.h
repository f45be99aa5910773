//===- TypeImporter.h - Types of values -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns a TypeProto into a tensor type and the names of its dimensions.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_TYPEIMPORTER_H
#define ECOLM_LIB_FRONTEND_ONNX_TYPEIMPORTER_H

#include "ImportContext.h"
#include "onnx.pb.h"

namespace ecolm {

/// A type as the file states it.
struct StatedType {
  /// A tensor; unranked without a shape, of `!onnx.unknown` without a data
  /// type.
  mlir::TensorType type;
  /// Number, symbol or "?" per dimension; null without a shape.
  mlir::ArrayAttr dims;
};

/// A tensor about which the file says nothing.
StatedType unknownType(ImportContext &import);

/// The type of the value called `name`. Fails with a diagnostic on sequences,
/// maps, optionals and sparse tensors, unknown data types and bad shapes.
mlir::FailureOr<StatedType> importType(ImportContext &import,
                                       const ::onnx::TypeProto &type,
                                       llvm::StringRef name,
                                       mlir::Location loc);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_TYPEIMPORTER_H
