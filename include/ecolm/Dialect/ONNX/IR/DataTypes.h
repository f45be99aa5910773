//===- DataTypes.h - ONNX data types -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Maps ONNX's numbers of data types, as files and the `to` attribute of Cast
// write them, to MLIR types.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_IR_DATATYPES_H
#define ECOLM_DIALECT_ONNX_IR_DATATYPES_H

#include "mlir/IR/Types.h"
#include <string>

namespace ecolm::onnx {

/// TensorProto.DataType.
enum class DataType : int32_t {
  Undefined = 0,
  Float = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  UInt32 = 12,
  UInt64 = 13,
  Complex64 = 14,
  Complex128 = 15,
  BFloat16 = 16,
  Float8E4M3FN = 17,
  Float8E4M3FNUZ = 18,
  Float8E5M2 = 19,
  Float8E5M2FNUZ = 20,
  UInt4 = 21,
  Int4 = 22,
  Float4E2M1 = 23,
  Float8E8M0 = 24,
  UInt2 = 25,
  Int2 = 26,
};

/// The MLIR type of a data type, or null if the dialect has none (strings,
/// complex numbers, numbers that ONNX has not given out).
mlir::Type getElementType(int64_t dataType, mlir::MLIRContext *context);

/// How a diagnostic calls a data type that has no MLIR type.
std::string describeDataType(int64_t dataType);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_IR_DATATYPES_H
