//===- ElementsReader.cpp - Reads the elements of an initializer -*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Unpacks numbers from dense attributes and from mapped bytes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/Endian.h"

using namespace mlir;

namespace ecolm::onnx {

std::optional<int64_t> countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape) {
    if (dim < 0)
      return std::nullopt;
    std::optional<int64_t> product = llvm::checkedMul(count, dim);
    if (!product)
      return std::nullopt;
    count = *product;
  }
  return count;
}

std::optional<unsigned> storageBits(Type elementType) {
  if (elementType.isInteger(1))
    return 8;
  if (auto complex = dyn_cast<ComplexType>(elementType)) {
    std::optional<unsigned> half = storageBits(complex.getElementType());
    return half ? std::optional<unsigned>(*half * 2) : std::nullopt;
  }
  if (!elementType.isIntOrFloat())
    return std::nullopt;
  unsigned width = elementType.getIntOrFloatBitWidth();
  switch (width) {
  case 2:
  case 4:
  case 8:
  case 16:
  case 32:
  case 64:
    return width;
  default:
    return std::nullopt;
  }
}

std::optional<int64_t> storageBytes(ShapedType type) {
  if (!type.hasStaticShape())
    return std::nullopt;
  std::optional<int64_t> count = countElements(type.getShape());
  std::optional<unsigned> bits = storageBits(type.getElementType());
  if (!count || !bits)
    return std::nullopt;
  std::optional<int64_t> total = llvm::checkedMul<int64_t>(*count, *bits);
  if (!total)
    return std::nullopt;
  return *total / 8 + (*total % 8 != 0);
}

std::optional<ElementsReader> ElementsReader::get(ShapedType type,
                                                  ArrayRef<char> bytes) {
  std::optional<int64_t> size = storageBytes(type);
  if (!size || isa<ComplexType>(type.getElementType()) ||
      static_cast<int64_t>(bytes.size()) != *size)
    return std::nullopt;
  ElementsReader reader;
  reader.elementType = type.getElementType();
  reader.bits = *storageBits(reader.elementType);
  reader.count = *countElements(type.getShape());
  reader.bytes = bytes;
  return reader;
}

std::optional<ElementsReader> ElementsReader::get(ElementsAttr attr) {
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? get(attr.getShapedType(), blob->getData()) : std::nullopt;
  }
  auto dense = dyn_cast_or_null<DenseElementsAttr>(attr);
  if (!dense || !dense.getElementType().isIntOrFloat())
    return std::nullopt;
  ElementsReader reader;
  reader.dense = dense;
  reader.elementType = dense.getElementType();
  reader.count = dense.getNumElements();
  return reader;
}

// Element i of a packed resource, 4-bit (upper picture) and 2-bit (lower):
//
//   byte   |   i/2    |        byte   |       i/4       |
//   bits   | 7..4 3..0|        bits   |7 6 5 4 3 2 1 0  |
//   i % 2  |  1    0  |        i % 4  | 3   2   1   0   |
//
APInt ElementsReader::getBits(int64_t index) const {
  assert(index >= 0 && index < count && "index outside the tensor");
  if (dense && isa<FloatType>(elementType))
    return dense.getValues<APFloat>()[index].bitcastToAPInt();
  if (dense)
    return dense.getValues<APInt>()[index];
  if (bits < 8) {
    unsigned perByte = 8 / bits;
    unsigned shift = (index % perByte) * bits;
    uint8_t byte = static_cast<uint8_t>(bytes[index / perByte]);
    return APInt(bits, (byte >> shift) & ((1u << bits) - 1));
  }
  const char *data = bytes.data() + index * (bits / 8);
  using namespace llvm::support::endian;
  switch (bits) {
  case 8:
    return APInt(8, static_cast<uint8_t>(*data));
  case 16:
    return APInt(16, read16le(data));
  case 32:
    return APInt(32, read32le(data));
  default:
    return APInt(64, read64le(data));
  }
}

int64_t ElementsReader::getInteger(int64_t index) const {
  APInt value = getBits(index);
  if (elementType.isInteger(1))
    return !value.isZero();
  bool isUnsigned = elementType.isUnsignedInteger();
  return isUnsigned ? static_cast<int64_t>(value.getZExtValue())
                    : value.getSExtValue();
}

double ElementsReader::getDouble(int64_t index) const {
  auto floatType = dyn_cast<FloatType>(elementType);
  if (!floatType) {
    int64_t value = getInteger(index);
    return elementType.isUnsignedInteger(64)
               ? static_cast<double>(static_cast<uint64_t>(value))
               : static_cast<double>(value);
  }
  APFloat value(floatType.getFloatSemantics(), getBits(index));
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

ElementsAttr getConstantElements(Value value) {
  if (auto initializer = value.getDefiningOp<InitializerOp>())
    return initializer.getValue();
  auto node = value.getDefiningOp<NodeOp>();
  if (node && node.isStandard("Constant"))
    return dyn_cast_or_null<ElementsAttr>(node.getNodeAttr("value"));
  return nullptr;
}

std::optional<SmallVector<int64_t>> getConstantIntegers(Value value,
                                                        int64_t limit) {
  ElementsAttr attr = value ? getConstantElements(value) : nullptr;
  std::optional<ElementsReader> reader = ElementsReader::get(attr);
  if (!reader || reader->size() > limit ||
      !isa<IntegerType>(reader->getElementType()))
    return std::nullopt;
  SmallVector<int64_t> result;
  for (int64_t i = 0; i < reader->size(); ++i)
    result.push_back(reader->getInteger(i));
  return result;
}

} // namespace ecolm::onnx
