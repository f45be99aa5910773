//===- WeightBytes.cpp - The bytes behind a weight ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the declaration behind a value and says what its bytes are.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Support/WeightPacker.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <cstring>

using namespace mlir;
using namespace ecolm;

// The packer knows no dialect, so it has the packings' numbers, not their
// names.
static_assert(static_cast<int>(ByteFormat::Bytes) ==
              static_cast<int>(Packing::Bytes));
static_assert(static_cast<int>(ByteFormat::Codes2) ==
              static_cast<int>(Packing::Codes2));
static_assert(static_cast<int>(ByteFormat::Base3) ==
              static_cast<int>(Packing::Base3));
static_assert(static_cast<int>(ByteFormat::Bitplanes) ==
              static_cast<int>(Packing::Bitplanes));
static_assert(static_cast<int>(ByteFormat::Nibbles) ==
              static_cast<int>(Packing::Nibbles));
static_assert(static_cast<int>(ByteFormat::Plain) ==
              static_cast<int>(Packing::Plain));

static_assert(static_cast<int>(ByteFormat::Halves) ==
              static_cast<int>(Packing::Halves));
static_assert(static_cast<int>(ByteFormat::Partners) ==
              static_cast<int>(Packing::Partners));
static_assert(static_cast<int>(ByteFormat::Planes3) ==
              static_cast<int>(Packing::Planes3));
static_assert(static_cast<int>(ByteFormat::Floats) ==
              static_cast<int>(Packing::Floats));
static_assert(static_cast<int>(ByteFormat::FloatPartners) ==
              static_cast<int>(Packing::FloatPartners));

/// Sources up to this size are written out in the module.
static constexpr size_t kMaxInlineBytes = 64;

WeightOp ecolm::getDeclaration(Value value, SymbolTableCollection &symbols) {
  auto get = value.getDefiningOp<GetWeightOp>();
  if (!get)
    return {};
  return symbols.lookupNearestSymbolFrom<WeightOp>(get, get.getWeightAttr());
}

FactorShape ecolm::getFactorShape(RankedTensorType type) {
  ArrayRef<int64_t> shape = type.getShape();
  switch (shape.size()) {
  case 2:
    return {1, 1, shape[0], shape[1], 1};
  case 4:
    return {1, shape[0], shape[1], shape[2], shape[3]};
  case 5:
    return {shape[0], shape[1], shape[2], shape[3], shape[4]};
  default:
    return {1, 1, type.getNumElements(), 1, 1};
  }
}

FailureOr<WeightDescription> ecolm::describeWeight(WeightOp weight) {
  auto type = cast<RankedTensorType>(weight.getType());
  WeightDescription description;
  description.shape = getFactorShape(type);
  description.transposed = weight->hasAttr("transposed");
  ByteFormat unpacked = ByteFormat::Bytes;
  Type element = type.getElementType();
  if (auto pot = dyn_cast<PotType>(element)) {
    if (pot.getTerms() != 1)
      return weight.emitOpError()
             << "sums of several powers of two have no packed form";
    description.kind = ElementKind::Pot;
    description.minExponent = pot.getMin();
    description.numExponents = pot.getNumExponents();
    description.hasZero = pot.getZero();
  } else if (isa<TernaryType>(element)) {
    description.kind = ElementKind::Ternary;
  } else if (element.isSignlessInteger(2) || element.isSignlessInteger(4)) {
    description.kind = ElementKind::Integer;
    description.integerBits = element.getIntOrFloatBitWidth();
  } else if (element.isIntOrIndexOrFloat()) {
    unpacked = ByteFormat::Plain;
    description.elementBytes =
        element.isIndex()
            ? 8
            : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  } else {
    return weight.emitOpError()
           << "elements of type " << element << " have no bytes";
  }

  description.sourceFormat = description.format = unpacked;
  if (std::optional<Packing> packing = weight.getSourcePacking())
    description.sourceFormat = static_cast<ByteFormat>(*packing);
  if (auto packed = dyn_cast_or_null<PackedAttr>(type.getEncoding())) {
    description.format = static_cast<ByteFormat>(packed.getPacking());
    description.lanes = packed.getLanes();
    description.depth = packed.getDepth();
    description.chunks = packed.getChunks();
  }
  return description;
}

std::optional<WeightBytes> ecolm::findSourceBytes(WeightOp weight) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(weight.getSource())) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      return WeightBytes(blob->getData());
    return std::nullopt;
  }
  auto dense = dyn_cast<DenseElementsAttr>(weight.getSource());
  if (!dense)
    return std::nullopt;
  if (!dense.isSplat())
    return WeightBytes(dense.getRawData());
  std::vector<char> bytes;
  for (int64_t i = 0, size = dense.getNumElements(); i < size; ++i)
    bytes.insert(bytes.end(), dense.getRawData().begin(),
                 dense.getRawData().end());
  return WeightBytes(std::move(bytes));
}

FailureOr<WeightBytes> ecolm::getSourceBytes(WeightOp weight) {
  FailureOr<WeightDescription> description = describeWeight(weight);
  if (failed(description))
    return failure();
  std::optional<WeightBytes> bytes = findSourceBytes(weight);
  if (!bytes)
    return weight.emitOpError() << "the source has no bytes";
  // A resource can be of any size, whatever its type says.
  if (bytes->get().size() != getSourceSize(*description))
    return weight.emitOpError()
           << "the source has " << bytes->get().size()
           << " bytes, but its type asks for " << getSourceSize(*description);
  return std::move(*bytes);
}

FailureOr<std::vector<float>> ecolm::readFloats(WeightOp weight) {
  FailureOr<WeightBytes> bytes = getSourceBytes(weight);
  if (failed(bytes))
    return failure();
  auto type = cast<RankedTensorType>(weight.getType());
  std::vector<float> stored(type.getNumElements());
  std::memcpy(stored.data(), bytes->get().data(),
              stored.size() * sizeof(float));
  if (!weight.getTransposed())
    return stored;
  std::vector<float> values(stored.size());
  int64_t rows = type.getDimSize(0), columns = type.getDimSize(1);
  for (int64_t n = 0; n < rows; ++n)
    for (int64_t k = 0; k < columns; ++k)
      values[n * columns + k] = stored[k * rows + n];
  return values;
}

ElementsAttr ecolm::makeSource(RankedTensorType type, StringRef name,
                               ArrayRef<char> bytes) {
  if (bytes.size() <= kMaxInlineBytes)
    return cast<ElementsAttr>(DenseElementsAttr::getFromRawBuffer(type, bytes));
  return cast<ElementsAttr>(DenseResourceElementsAttr::get(
      type, name, HeapAsmResourceBlob::allocateAndCopyInferAlign(bytes)));
}
