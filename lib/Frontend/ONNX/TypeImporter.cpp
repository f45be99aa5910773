//===- TypeImporter.cpp - Types of values -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts tensor types and refuses what is no tensor.
//
//===----------------------------------------------------------------------===//

#include "TypeImporter.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"

using namespace mlir;
using ecolm::onnx::quoteName;

namespace ecolm {

StatedType unknownType(ImportContext &import) {
  Type unknown = onnx::UnknownType::get(import.context);
  return {UnrankedTensorType::get(unknown), nullptr};
}

static StringRef describeKind(const ::onnx::TypeProto &type) {
  switch (type.value_case()) {
  case ::onnx::TypeProto::kSequenceType:
    return "a sequence";
  case ::onnx::TypeProto::kMapType:
    return "a map";
  case ::onnx::TypeProto::kOptionalType:
    return "an optional";
  case ::onnx::TypeProto::kSparseTensorType:
    return "a sparse tensor";
  default:
    return "a value without a type";
  }
}

FailureOr<StatedType> importType(ImportContext &import,
                                 const ::onnx::TypeProto &type, StringRef name,
                                 Location loc) {
  if (!type.has_tensor_type())
    return emitError(loc) << quoteName(name) << " is " << describeKind(type)
                          << "; only tensors are supported";
  const auto &tensor = type.tensor_type();
  Type elementType = onnx::UnknownType::get(import.context);
  if (tensor.elem_type() != ::onnx::TensorProto::UNDEFINED)
    elementType = onnx::getElementType(tensor.elem_type(), import.context);
  if (!elementType)
    return emitError(loc) << quoteName(name) << " has data type "
                          << onnx::describeDataType(tensor.elem_type())
                          << ", which is not supported; convert the model to "
                             "float32, and integers to int64, int32 or int8";
  if (!tensor.has_shape())
    return StatedType{UnrankedTensorType::get(elementType), nullptr};

  const auto &dims = tensor.shape().dim();
  if (static_cast<uint64_t>(dims.size()) > import.limits.maxRank)
    return emitLimitError(loc)
           << quoteName(name) << " has " << dims.size()
           << " dimensions, more than the limit of " << import.limits.maxRank;
  Builder builder(import.context);
  SmallVector<int64_t> shape;
  SmallVector<Attribute> names;
  for (const auto &dim : dims) {
    if (dim.has_dim_value() &&
        (dim.dim_value() < 0 || dim.dim_value() > import.limits.maxDim))
      return emitError(loc)
             << quoteName(name) << " has a dimension of size "
             << dim.dim_value() << "; expected 0 to " << import.limits.maxDim;
    int64_t size = dim.has_dim_value() ? dim.dim_value() : ShapedType::kDynamic;
    shape.push_back(size);
    // A symbol that reads as a number would be taken for a size.
    StringRef symbol(dim.dim_param());
    int64_t number;
    bool named = !symbol.empty() && symbol.getAsInteger(10, number) &&
                 symbol.size() <= import.limits.maxNameBytes;
    names.push_back(builder.getStringAttr(dim.has_dim_value() ? Twine(size)
                                          : named             ? Twine(symbol)
                                                              : Twine("?")));
  }
  return StatedType{RankedTensorType::get(shape, elementType),
                    builder.getArrayAttr(names)};
}

} // namespace ecolm
