//===- TensorImporter.cpp - Tensors of a model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks a tensor's type, shape and size, and maps or copies its bytes.
//
//===----------------------------------------------------------------------===//

#include "TensorImporter.h"
#include "ExternalData.h"
#include "TypedData.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace mlir;
using ecolm::onnx::quoteName;
using ::onnx::TensorProto;

namespace ecolm {
namespace {

/// Tensors up to this size become dense attributes: scalars, axes, shapes.
constexpr size_t kDenseBytes = 64;

/// A resource name that is a fixed function of the tensor's name and those
/// before it, made of letters, digits and `_` only.
std::string makeResourceName(ImportContext &import, StringRef name) {
  std::string base;
  for (char c : name.take_front(100))
    base.push_back(llvm::isAlnum(c) ? c : '_');
  if (base.empty() || llvm::isDigit(base.front()))
    base.insert(0, "_");
  std::string candidate = base;
  unsigned &next = import.nextNumber[base];
  while (!import.resourceNames.insert(candidate).second)
    candidate = base + "_" + llvm::utostr(next++);
  return candidate;
}

DenseElementsAttr makeDense(RankedTensorType type, ArrayRef<char> bytes) {
  auto reader = onnx::ElementsReader::get(type, bytes);
  auto floatType = dyn_cast<FloatType>(type.getElementType());
  if (floatType) {
    SmallVector<APFloat> values;
    for (int64_t i = 0; i < reader->size(); ++i)
      values.emplace_back(floatType.getFloatSemantics(), reader->getBits(i));
    return DenseElementsAttr::get(type, values);
  }
  unsigned width = type.getElementTypeBitWidth();
  SmallVector<APInt> values;
  for (int64_t i = 0; i < reader->size(); ++i) {
    APInt bits = reader->getBits(i);
    values.push_back(width == 1 ? APInt(1, !bits.isZero()) : bits);
  }
  return DenseElementsAttr::get(type, values);
}

/// An attribute over bytes that a mapping holds. The blob shares the mapping,
/// so no order of destruction leaves it dangling.
ElementsAttr makeMapped(ImportContext &import, StringRef name,
                        RankedTensorType type, const MappedBytes &data) {
  if (data.bytes.size() <= kDenseBytes)
    return makeDense(type, data.bytes);
  auto keepAlive = [owner = data.owner](void *, size_t, size_t) {};
  return DenseResourceElementsAttr::get(
      type, makeResourceName(import, name),
      UnmanagedAsmResourceBlob::allocateWithAlign(data.bytes, /*align=*/1,
                                                  std::move(keepAlive)));
}

/// The payload that the wire scanner took out of `tensor`.
FailureOr<MappedBytes> findPayload(ImportContext &import,
                                   const TensorProto &tensor, Location loc) {
  const std::string &index = tensor.raw_data();
  uint64_t number = index.size() == 8
                        ? llvm::support::endian::read64le(index.data())
                        : import.payloads.size();
  if (number >= import.payloads.size())
    return emitError(loc) << "tensor " << quoteName(tensor.name())
                          << " has a payload that the reader did not find";
  ByteRange range = import.payloads[number];
  return MappedBytes{import.file.getBytes().slice(range.offset, range.length),
                     import.file.getMapping()};
}

LogicalResult checkOneSource(const TensorProto &tensor, bool isExternal,
                             Location loc) {
  unsigned typed =
      (tensor.float_data_size() > 0) + (tensor.int32_data_size() > 0) +
      (tensor.int64_data_size() > 0) + (tensor.double_data_size() > 0) +
      (tensor.uint64_data_size() > 0) + (tensor.string_data_size() > 0);
  if (tensor.has_segment())
    return emitError(loc) << "tensor " << quoteName(tensor.name())
                          << " is stored in segments, which is not supported; "
                             "store it in one piece";
  if (typed + tensor.has_raw_data() + isExternal > 1)
    return emitError(loc) << "tensor " << quoteName(tensor.name())
                          << " holds its data more than once; expected one of "
                             "raw_data, typed data and external data";
  return success();
}

} // namespace

FailureOr<RankedTensorType> importTensorType(ImportContext &import,
                                             const TensorProto &tensor,
                                             Location loc) {
  Type elementType = onnx::getElementType(tensor.data_type(), import.context);
  if (!elementType)
    return emitError(loc) << "tensor " << quoteName(tensor.name())
                          << " has data type "
                          << onnx::describeDataType(tensor.data_type())
                          << ", which is not supported; convert the model to "
                             "float32, and integers to int64, int32 or int8";
  if (static_cast<uint64_t>(tensor.dims_size()) > import.limits.maxRank)
    return emitLimitError(loc)
           << "tensor " << quoteName(tensor.name()) << " has "
           << tensor.dims_size() << " dimensions, more than the limit of "
           << import.limits.maxRank;
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  for (int64_t dim : shape)
    if (dim < 0 || dim > import.limits.maxDim)
      return emitError(loc) << "tensor " << quoteName(tensor.name())
                            << " has a dimension of size " << dim
                            << "; expected 0 to " << import.limits.maxDim;
  std::optional<int64_t> count = onnx::countElements(shape);
  if (!count || *count > import.limits.maxElements)
    return emitLimitError(loc)
           << "tensor " << quoteName(tensor.name())
           << " has more elements than the limit of "
           << import.limits.maxElements
           << "; export the model again with sizes that fit a "
              "machine";
  return RankedTensorType::get(shape, elementType);
}

FailureOr<ElementsAttr> importTensor(ImportContext &import,
                                     const TensorProto &tensor, Location loc) {
  FailureOr<RankedTensorType> type = importTensorType(import, tensor, loc);
  if (failed(type))
    return failure();
  bool isExternal = tensor.data_location() == TensorProto::EXTERNAL;
  if (failed(checkOneSource(tensor, isExternal, loc)))
    return failure();
  uint64_t expected = *onnx::storageBytes(*type);
  if (!isExternal && !tensor.has_raw_data())
    return importTypedData(
        tensor, *type, loc, [&](std::vector<char> bytes) -> ElementsAttr {
          if (bytes.size() <= kDenseBytes)
            return makeDense(*type, bytes);
          return DenseResourceElementsAttr::get(
              *type, makeResourceName(import, tensor.name()),
              HeapAsmResourceBlob::allocateAndCopyWithAlign(
                  bytes, /*align=*/8, /*dataIsMutable=*/false));
        });
  FailureOr<MappedBytes> data =
      isExternal ? findExternalData(import, tensor, expected, loc)
                 : findPayload(import, tensor, loc);
  if (failed(data))
    return failure();
  if (data->bytes.size() != expected)
    return emitError(loc) << "tensor " << quoteName(tensor.name())
                          << " of type " << *type << " needs " << expected
                          << " bytes, but its raw data has "
                          << data->bytes.size() << "; export the model again";
  return makeMapped(import, tensor.name(), *type, *data);
}

} // namespace ecolm
