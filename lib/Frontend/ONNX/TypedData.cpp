//===- TypedData.cpp - Tensors stored number by number -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Counts, range-checks and packs the numbers of a TensorProto's typed fields.
//
//===----------------------------------------------------------------------===//

#include "TypedData.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using ecolm::onnx::quoteName;
using ::onnx::TensorProto;

namespace ecolm {
namespace {

/// Appends the low `bytes` bytes of `bits`, little-endian.
void append(std::vector<char> &out, uint64_t bits, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    out.push_back(static_cast<char>(bits >> (8 * i)));
}

/// True if `value`, an entry of int32_data, is a value of `type`. Packed and
/// floating-point types store bit patterns.
bool fits(int64_t value, Type type, unsigned storedBits) {
  if (type.isInteger(1))
    return value == 0 || value == 1;
  if (storedBits == 64)
    return true;
  if (storedBits >= 8 && type.isSignlessInteger())
    return llvm::isIntN(storedBits, value);
  return value >= 0 && llvm::isUIntN(std::max(storedBits, 8u), value);
}

template <typename Values>
LogicalResult checkCount(const TensorProto &tensor, const Values &values,
                         RankedTensorType type, uint64_t expected,
                         Location loc) {
  if (static_cast<uint64_t>(values.size()) == expected)
    return success();
  return emitError(loc) << "tensor " << quoteName(tensor.name()) << " of type "
                        << type << " needs " << expected
                        << " numbers, but its data has " << values.size()
                        << "; export the model again";
}

/// Entries of one field, each `storedBits` wide or, when packed, a byte.
template <typename Values>
FailureOr<std::vector<char>>
collect(const TensorProto &tensor, const Values &values, RankedTensorType type,
        unsigned storedBits, Location loc) {
  uint64_t bytesEach = std::max(storedBits / 8, 1u);
  uint64_t expected = *onnx::storageBytes(type) / bytesEach;
  if (failed(checkCount(tensor, values, type, expected, loc)))
    return failure();
  std::vector<char> bytes;
  bytes.reserve(expected * bytesEach);
  for (auto [i, value] : llvm::enumerate(values)) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, float>) {
      append(bytes, llvm::bit_cast<uint32_t>(value), 4);
    } else if constexpr (std::is_same_v<std::decay_t<decltype(value)>,
                                        double>) {
      append(bytes, llvm::bit_cast<uint64_t>(value), 8);
    } else {
      if (!fits(static_cast<int64_t>(value), type.getElementType(), storedBits))
        return emitError(loc)
               << "tensor " << quoteName(tensor.name()) << " of type " << type
               << " holds " << static_cast<int64_t>(value) << " at position "
               << i << ", which does not fit";
      append(bytes, static_cast<uint64_t>(value), bytesEach);
    }
  }
  return bytes;
}

FailureOr<std::vector<char>> collectField(const TensorProto &tensor,
                                          RankedTensorType type, Location loc) {
  unsigned bits = *onnx::storageBits(type.getElementType());
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return collect(tensor, tensor.float_data(), type, bits, loc);
  case TensorProto::DOUBLE:
    return collect(tensor, tensor.double_data(), type, bits, loc);
  case TensorProto::INT64:
    return collect(tensor, tensor.int64_data(), type, bits, loc);
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return collect(tensor, tensor.uint64_data(), type, bits, loc);
  default:
    return collect(tensor, tensor.int32_data(), type, bits, loc);
  }
}

} // namespace

FailureOr<ElementsAttr>
importTypedData(const TensorProto &tensor, RankedTensorType type, Location loc,
                llvm::function_ref<ElementsAttr(std::vector<char>)> make) {
  FailureOr<std::vector<char>> bytes = collectField(tensor, type, loc);
  if (failed(bytes))
    return failure();
  return make(std::move(*bytes));
}

} // namespace ecolm
