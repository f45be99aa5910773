//===- ElementTypes.h - ONNX data types -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Maps ONNX's numbers of data types to MLIR types.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_ELEMENTTYPES_H
#define ECOLM_LIB_FRONTEND_ONNX_ELEMENTTYPES_H

#include "mlir/IR/Types.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace ecolm {

/// The MLIR type of TensorProto.DataType `dataType`, or null if the compiler
/// has none (strings, complex numbers, numbers that ONNX has not given out).
mlir::Type convertElementType(int32_t dataType, mlir::MLIRContext *context);

/// ONNX's name of a data type, such as `FLOAT16`, for diagnostics.
std::string describeDataType(int32_t dataType);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_ELEMENTTYPES_H
