//===- TypedData.h - Tensors stored number by number -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lays out the typed fields of a TensorProto as ONNX lays out raw data.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_TYPEDDATA_H
#define ECOLM_LIB_FRONTEND_ONNX_TYPEDDATA_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "onnx.pb.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <vector>

namespace ecolm {

/// Converts `tensor`'s float_data, int32_data, int64_data, double_data or
/// uint64_data, whichever its type asks for, to bytes and hands them to `make`.
/// Fails with a diagnostic when the count differs from the shape's or a number
/// does not fit the type.
mlir::FailureOr<mlir::ElementsAttr>
importTypedData(const ::onnx::TensorProto &tensor, mlir::RankedTensorType type,
                mlir::Location loc,
                llvm::function_ref<mlir::ElementsAttr(std::vector<char>)> make);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_TYPEDDATA_H
