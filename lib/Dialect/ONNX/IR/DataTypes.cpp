//===- DataTypes.cpp - ONNX data types -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Maps ONNX's numbers of data types to MLIR types.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/DataTypes.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

namespace ecolm::onnx {

Type getElementType(int64_t dataType, MLIRContext *context) {
  auto natural = [&](unsigned width) {
    return IntegerType::get(context, width, IntegerType::Unsigned);
  };
  if (dataType < 0 || dataType > static_cast<int64_t>(DataType::Int2))
    return nullptr;
  switch (static_cast<DataType>(dataType)) {
  case DataType::Float:
    return Float32Type::get(context);
  case DataType::Double:
    return Float64Type::get(context);
  case DataType::Float16:
    return Float16Type::get(context);
  case DataType::BFloat16:
    return BFloat16Type::get(context);
  case DataType::Float8E4M3FN:
    return Float8E4M3FNType::get(context);
  case DataType::Float8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case DataType::Float8E5M2:
    return Float8E5M2Type::get(context);
  case DataType::Float8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case DataType::Float8E8M0:
    return Float8E8M0FNUType::get(context);
  case DataType::Float4E2M1:
    return Float4E2M1FNType::get(context);
  case DataType::Bool:
    return IntegerType::get(context, 1);
  case DataType::Int2:
    return IntegerType::get(context, 2);
  case DataType::Int4:
    return IntegerType::get(context, 4);
  case DataType::Int8:
    return IntegerType::get(context, 8);
  case DataType::Int16:
    return IntegerType::get(context, 16);
  case DataType::Int32:
    return IntegerType::get(context, 32);
  case DataType::Int64:
    return IntegerType::get(context, 64);
  case DataType::UInt2:
    return natural(2);
  case DataType::UInt4:
    return natural(4);
  case DataType::UInt8:
    return natural(8);
  case DataType::UInt16:
    return natural(16);
  case DataType::UInt32:
    return natural(32);
  case DataType::UInt64:
    return natural(64);
  case DataType::Undefined:
  case DataType::String:
  case DataType::Complex64:
  case DataType::Complex128:
    return nullptr;
  }
  return nullptr;
}

std::string describeDataType(int64_t dataType) {
  switch (dataType) {
  case static_cast<int64_t>(DataType::Undefined):
    return "UNDEFINED";
  case static_cast<int64_t>(DataType::String):
    return "STRING";
  case static_cast<int64_t>(DataType::Complex64):
    return "COMPLEX64";
  case static_cast<int64_t>(DataType::Complex128):
    return "COMPLEX128";
  default:
    return "number " + std::to_string(dataType);
  }
}

} // namespace ecolm::onnx
