//===- ElementTypes.cpp - ONNX data types -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Maps ONNX's numbers of data types to MLIR types.
//
//===----------------------------------------------------------------------===//

#include "ElementTypes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "onnx.pb.h"

using namespace mlir;
using ::onnx::TensorProto;

namespace ecolm {

Type convertElementType(int32_t dataType, MLIRContext *context) {
  auto integer = [&](unsigned width) {
    return IntegerType::get(context, width);
  };
  auto natural = [&](unsigned width) {
    return IntegerType::get(context, width, IntegerType::Unsigned);
  };
  switch (dataType) {
  case TensorProto::FLOAT:
    return Float32Type::get(context);
  case TensorProto::DOUBLE:
    return Float64Type::get(context);
  case TensorProto::FLOAT16:
    return Float16Type::get(context);
  case TensorProto::BFLOAT16:
    return BFloat16Type::get(context);
  case TensorProto::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(context);
  case TensorProto::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case TensorProto::FLOAT8E5M2:
    return Float8E5M2Type::get(context);
  case TensorProto::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case TensorProto::FLOAT8E8M0:
    return Float8E8M0FNUType::get(context);
  case TensorProto::FLOAT4E2M1:
    return Float4E2M1FNType::get(context);
  case TensorProto::BOOL:
    return integer(1);
  case TensorProto::INT2:
    return integer(2);
  case TensorProto::INT4:
    return integer(4);
  case TensorProto::INT8:
    return integer(8);
  case TensorProto::INT16:
    return integer(16);
  case TensorProto::INT32:
    return integer(32);
  case TensorProto::INT64:
    return integer(64);
  case TensorProto::UINT2:
    return natural(2);
  case TensorProto::UINT4:
    return natural(4);
  case TensorProto::UINT8:
    return natural(8);
  case TensorProto::UINT16:
    return natural(16);
  case TensorProto::UINT32:
    return natural(32);
  case TensorProto::UINT64:
    return natural(64);
  default:
    return nullptr;
  }
}

std::string describeDataType(int32_t dataType) {
  // The lite runtime carries no names, so the ones a diagnostic needs are here.
  switch (dataType) {
  case TensorProto::UNDEFINED:
    return "UNDEFINED";
  case TensorProto::STRING:
    return "STRING";
  case TensorProto::COMPLEX64:
    return "COMPLEX64";
  case TensorProto::COMPLEX128:
    return "COMPLEX128";
  default:
    return "number " + std::to_string(dataType);
  }
}

} // namespace ecolm
