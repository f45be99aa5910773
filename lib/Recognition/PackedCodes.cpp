//===- PackedCodes.cpp - Several codes to a byte --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Copies the codes of rows out of the bytes that they are stored in.
//
//===----------------------------------------------------------------------===//

#include "PackedCodes.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace ecolm;

/// A stored tensor, without the file's name for it.
static ElementsAttr makeResource(RankedTensorType type, ArrayRef<char> bytes) {
  return cast<ElementsAttr>(Attribute(DenseResourceElementsAttr::get(
      type, "repacked",
      HeapAsmResourceBlob::allocateAndCopyInferAlign(bytes))));
}

/// The bytes of a constant of ui8.
static SmallVector<char> readBytes(Value stored) {
  auto reader = onnx::ElementsReader::get(getConstant(stored));
  SmallVector<char> bytes;
  bytes.reserve(reader->size());
  for (int64_t i = 0; i < reader->size(); ++i)
    bytes.push_back(static_cast<char>(reader->getInteger(i)));
  return bytes;
}

ElementsAttr ecolm::unpackCodes(Value stored, RankedTensorType type,
                                int64_t storedWidth) {
  SmallVector<char> bytes = readBytes(stored);
  int64_t width = type.getShape().back();
  if (width == storedWidth)
    return makeResource(type, bytes);
  SmallVector<char> packed(*onnx::storageBytes(type), 0);
  int64_t bits = type.getElementTypeBitWidth();
  int64_t perByte = 8 / bits, mask = (1 << bits) - 1;
  for (int64_t to = 0; to < type.getNumElements(); ++to) {
    int64_t from = to / width * storedWidth + to % width;
    int64_t code = bytes[from / perByte] >> (from % perByte * bits) & mask;
    packed[to / perByte] |= static_cast<char>(code << (to % perByte * bits));
  }
  return makeResource(type, packed);
}
