//===- TensorImporter.h - Tensors of a model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns a TensorProto into an elements attribute. Every tensor of a model,
// wherever it stands, passes through this one function.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_TENSORIMPORTER_H
#define ECOLM_LIB_FRONTEND_ONNX_TENSORIMPORTER_H

#include "ImportContext.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "onnx.pb.h"

namespace ecolm {

/// The elements of `tensor`. Data type, shape and the number of bytes have been
/// shown to agree before anything is allocated.
mlir::FailureOr<mlir::ElementsAttr>
importTensor(ImportContext &import, const ::onnx::TensorProto &tensor,
             mlir::Location loc);

/// The type of a tensor of these dimensions, or failure with a diagnostic that
/// calls it `name`.
mlir::FailureOr<mlir::RankedTensorType>
importTensorType(ImportContext &import, const ::onnx::TensorProto &tensor,
                 mlir::Location loc);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_TENSORIMPORTER_H
