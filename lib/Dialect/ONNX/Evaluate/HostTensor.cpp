//===- HostTensor.cpp - A tensor that the compiler computes ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads, writes and rounds the elements of constants.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Evaluate/HostTensor.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include <cstring>

using namespace mlir;

namespace ecolm::onnx {

/// Tensors up to this size are dense attributes, as the importer writes them.
static constexpr size_t kDenseBytes = 64;

static HostTensor::Storage makeStorage(Type type, size_t size) {
  if (type.isF64())
    return HostTensor::Doubles(size);
  if (isa<FloatType>(type))
    return HostTensor::Floats(size);
  if (type.isInteger(1))
    return HostTensor::Bools(size);
  return HostTensor::Integers(size);
}

HostTensor::HostTensor(Type elementType, ArrayRef<int64_t> shape)
    : elementType(elementType), shape(shape),
      storage(makeStorage(elementType, llvm::product_of(shape))) {}

bool HostTensor::canHold(Type elementType) {
  if (isa<FloatType>(elementType))
    return elementType.isF32() || elementType.isF16() || elementType.isBF16() ||
           elementType.isF64();
  auto type = dyn_cast_or_null<IntegerType>(elementType);
  if (!type)
    return false;
  unsigned width = type.getWidth();
  return width == 1 || width == 8 || width == 16 || width == 32 ||
         (width == 64 && !type.isUnsigned());
}

int64_t HostTensor::size() const { return llvm::product_of(shape); }

void HostTensor::setShape(ArrayRef<int64_t> newShape) {
  shape.assign(newShape.begin(), newShape.end());
}

int64_t HostTensor::getInteger(int64_t index) const {
  if (auto *integers = std::get_if<Integers>(&storage))
    return (*integers)[index];
  return std::get<Bools>(storage)[index];
}

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

static float roundToBF16(float value) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return value;
  bits += 0x7fff + (bits >> 16 & 1);
  return llvm::bit_cast<float>(bits & 0xffff0000);
}

static float roundToF16(float value) {
  return static_cast<float>(static_cast<_Float16>(value));
}

static int64_t wrapInteger(int64_t value, IntegerType type) {
  APInt bits(64, static_cast<uint64_t>(value));
  APInt kept = bits.trunc(type.getWidth());
  return type.isUnsigned() ? kept.getZExtValue() : kept.getSExtValue();
}

void HostTensor::normalize() {
  if (elementType.isBF16() || elementType.isF16()) {
    auto round = elementType.isBF16() ? roundToBF16 : roundToF16;
    for (float &value : get<float>())
      value = round(value);
  }
  auto type = dyn_cast<IntegerType>(elementType);
  if (type && type.getWidth() > 1 && type.getWidth() < 64)
    for (int64_t &value : get<int64_t>())
      value = wrapInteger(value, type);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

std::optional<HostTensor> HostTensor::read(ElementsAttr elements) {
  std::optional<ElementsReader> reader = ElementsReader::get(elements);
  if (!reader || !canHold(reader->getElementType()))
    return std::nullopt;
  HostTensor tensor(reader->getElementType(),
                    elements.getShapedType().getShape());
  ArrayRef<char> bytes = reader->getBytes();
  if (tensor.elementType.isF32() && !bytes.empty()) {
    std::memcpy(tensor.get<float>().data(), bytes.data(), bytes.size());
    return tensor;
  }
  std::visit(
      [&](auto &values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        for (int64_t i = 0; i < reader->size(); ++i)
          if constexpr (std::is_floating_point_v<T>)
            values[i] = static_cast<T>(reader->getDouble(i));
          else if constexpr (std::is_same_v<T, uint8_t>)
            values[i] = reader->getInteger(i) != 0;
          else
            values[i] = reader->getInteger(i);
      },
      tensor.storage);
  return tensor;
}

/// The bits of `value` as `type` is stored.
static APInt getBits(double value, FloatType type) {
  APFloat number(value);
  bool losesInfo;
  number.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return number.bitcastToAPInt();
}

/// The bytes of `tensor` as in a resource.
static std::vector<char> serialize(const HostTensor &tensor) {
  Type type = tensor.getElementType();
  size_t width = llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
  std::vector<char> bytes(tensor.size() * width);
  if (type.isF32()) {
    std::memcpy(bytes.data(), tensor.get<float>().data(), bytes.size());
    return bytes;
  }
  std::visit(
      [&](const auto &values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        for (auto [i, value] : llvm::enumerate(values)) {
          uint64_t bits;
          if constexpr (std::is_floating_point_v<T>)
            bits = getBits(value, cast<FloatType>(type)).getZExtValue();
          else
            bits = static_cast<uint64_t>(value);
          for (size_t byte = 0; byte < width; ++byte)
            bytes[i * width + byte] = static_cast<char>(bits >> 8 * byte);
        }
      },
      tensor.getStorage());
  return bytes;
}

/// A resource is called by letters, digits and '_'.
static std::string makeResourceName(StringRef name) {
  std::string base = "folded_";
  for (char c : name.take_front(100))
    base.push_back(llvm::isAlnum(c) ? c : '_');
  return base;
}

ElementsAttr HostTensor::write(StringRef name) const {
  RankedTensorType type = getType();
  std::vector<char> bytes = serialize(*this);
  if (bytes.size() > kDenseBytes)
    return DenseResourceElementsAttr::get(
        type, makeResourceName(name),
        HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, /*align=*/8,
                                                      /*dataIsMutable=*/false));
  if (elementType.isInteger(1)) {
    SmallVector<bool> values(llvm::map_range(
        get<uint8_t>(), [](uint8_t value) { return value != 0; }));
    return DenseElementsAttr::get(type, values);
  }
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}

} // namespace ecolm::onnx
