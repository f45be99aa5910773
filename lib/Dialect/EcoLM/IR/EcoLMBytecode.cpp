//===- EcoLMBytecode.cpp - Bytecode of types and attributes ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Encodes types and attributes, and guards the version of the encoding.
//
//   version     varint
//   type        kind (TypeCode), then
//     pot         min and max as signed varints, zero as bool, terms as varint
//   attribute   kind (AttributeCode), then
//     packed      packing as varint, lanes as signed varint, since version 2
//                 depth as varint, since version 3 vectors and apart as varints
//     quantizer   min and max as signed varints, rounding, underflow as varints
//     others      the enumeration's value as varint
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMBytecode.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// Numbers in files: never reorder, never reuse.
enum class TypeCode : uint64_t { Ternary = 0, Pot = 1 };

/// Numbers in files: never reorder, never reuse.
enum class AttributeCode : uint64_t {
  Packed = 0,
  Rounding = 1,
  Underflow = 2,
  TernaryRule = 3,
  TernaryScale = 4,
  RotationConvention = 5,
  ShiftRounding = 6,
  Arithmetic = 7,
  Packing = 8,
  LogQuantizer = 9
};

/// The bytecode interface of the dialect.
class EcoLMBytecodeInterface final : public BytecodeDialectInterface {
public:
  explicit EcoLMBytecodeInterface(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  Type readType(DialectBytecodeReader &reader) const final;
  LogicalResult writeType(Type type, DialectBytecodeWriter &writer) const final;
  Attribute readAttribute(DialectBytecodeReader &reader) const final;
  LogicalResult writeAttribute(Attribute attribute,
                               DialectBytecodeWriter &writer) const final;

  void writeVersion(DialectBytecodeWriter &writer) const final;
  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const final;
  LogicalResult upgradeFromVersion(Operation *topLevelOp,
                                   const DialectVersion &version) const final;
};

} // namespace

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Builds a type or attribute that its own verifier has accepted.
template <typename T, typename... Args>
static T getVerified(DialectBytecodeReader &reader, Args... args) {
  return T::getChecked([&] { return reader.emitError(); }, reader.getContext(),
                       args...);
}

static Type readPot(DialectBytecodeReader &reader) {
  int64_t min, max;
  bool zero;
  uint64_t terms;
  if (failed(reader.readSignedVarInt(min)) ||
      failed(reader.readSignedVarInt(max)) || failed(reader.readBool(zero)) ||
      failed(reader.readVarInt(terms)))
    return Type();
  return getVerified<PotType>(reader, static_cast<int32_t>(min),
                              static_cast<int32_t>(max), zero,
                              static_cast<int32_t>(terms));
}

Type EcoLMBytecodeInterface::readType(DialectBytecodeReader &reader) const {
  uint64_t code;
  if (failed(reader.readVarInt(code)))
    return Type();
  switch (static_cast<TypeCode>(code)) {
  case TypeCode::Ternary:
    return TernaryType::get(getContext());
  case TypeCode::Pot:
    return readPot(reader);
  }
  reader.emitError() << "expected the code of an ecolm type, but found "
                     << code;
  return Type();
}

LogicalResult
EcoLMBytecodeInterface::writeType(Type type,
                                  DialectBytecodeWriter &writer) const {
  if (isa<TernaryType>(type)) {
    writer.writeVarInt(static_cast<uint64_t>(TypeCode::Ternary));
    return success();
  }
  auto pot = cast<PotType>(type);
  writer.writeVarInt(static_cast<uint64_t>(TypeCode::Pot));
  writer.writeSignedVarInt(pot.getMin());
  writer.writeSignedVarInt(pot.getMax());
  writer.writeOwnedBool(pot.getZero());
  writer.writeVarInt(pot.getTerms());
  return success();
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// Reads a word of an enumeration; `symbolize` knows its values.
template <typename Attr, typename Enum>
static Attribute readEnum(DialectBytecodeReader &reader,
                          std::optional<Enum> (*symbolize)(uint32_t)) {
  uint64_t value;
  if (failed(reader.readVarInt(value)))
    return Attribute();
  if (std::optional<Enum> word = symbolize(static_cast<uint32_t>(value)))
    return Attr::get(reader.getContext(), *word);
  reader.emitError() << "expected a value of ecolm." << Attr::getMnemonic()
                     << ", but found " << value;
  return Attribute();
}

/// Whether the version that is read or written is at least `number`.
template <typename ReaderOrWriter>
static bool isSince(ReaderOrWriter &stream, uint64_t number) {
  FailureOr<const DialectVersion *> version =
      stream.template getDialectVersion<EcoLMDialect>();
  return failed(version) ||
         static_cast<const EcoLMDialectVersion *>(*version)->number >= number;
}

/// The versions that first had a depth and chunks in layouts.
static constexpr uint64_t kDepthVersion = 2, kChunksVersion = 3;

static Attribute readPacked(DialectBytecodeReader &reader) {
  auto packing = cast_or_null<PackingAttr>(
      readEnum<PackingAttr>(reader, symbolizePacking));
  int64_t lanes;
  if (!packing || failed(reader.readSignedVarInt(lanes)))
    return Attribute();
  uint64_t depth = 1, vectors = 0, apart = 0;
  if (isSince(reader, kDepthVersion) && failed(reader.readVarInt(depth)))
    return Attribute();
  if (isSince(reader, kChunksVersion) &&
      (failed(reader.readVarInt(vectors)) || failed(reader.readVarInt(apart))))
    return Attribute();
  return getVerified<PackedAttr>(
      reader, packing.getValue(), static_cast<int32_t>(lanes),
      static_cast<int32_t>(depth), static_cast<int64_t>(vectors),
      static_cast<int64_t>(apart));
}

static Attribute readLogQuantizer(DialectBytecodeReader &reader) {
  int64_t min, max;
  if (failed(reader.readSignedVarInt(min)) ||
      failed(reader.readSignedVarInt(max)))
    return Attribute();
  auto rounding = cast_or_null<RoundingAttr>(
      readEnum<RoundingAttr>(reader, symbolizeRounding));
  if (!rounding)
    return Attribute();
  auto underflow = cast_or_null<UnderflowAttr>(
      readEnum<UnderflowAttr>(reader, symbolizeUnderflow));
  if (!underflow)
    return Attribute();
  return getVerified<LogQuantizerAttr>(
      reader, static_cast<int32_t>(min), static_cast<int32_t>(max),
      rounding.getValue(), underflow.getValue());
}

Attribute
EcoLMBytecodeInterface::readAttribute(DialectBytecodeReader &reader) const {
  uint64_t code;
  if (failed(reader.readVarInt(code)))
    return Attribute();
  switch (static_cast<AttributeCode>(code)) {
  case AttributeCode::Packed:
    return readPacked(reader);
  case AttributeCode::Rounding:
    return readEnum<RoundingAttr>(reader, symbolizeRounding);
  case AttributeCode::Underflow:
    return readEnum<UnderflowAttr>(reader, symbolizeUnderflow);
  case AttributeCode::TernaryRule:
    return readEnum<TernaryRuleAttr>(reader, symbolizeTernaryRule);
  case AttributeCode::TernaryScale:
    return readEnum<TernaryScaleAttr>(reader, symbolizeTernaryScale);
  case AttributeCode::RotationConvention:
    return readEnum<RotationConventionAttr>(reader,
                                            symbolizeRotationConvention);
  case AttributeCode::ShiftRounding:
    return readEnum<ShiftRoundingAttr>(reader, symbolizeShiftRounding);
  case AttributeCode::Arithmetic:
    return readEnum<ArithmeticAttr>(reader, symbolizeArithmetic);
  case AttributeCode::Packing:
    return readEnum<PackingAttr>(reader, symbolizePacking);
  case AttributeCode::LogQuantizer:
    return readLogQuantizer(reader);
  }
  reader.emitError() << "expected the code of an ecolm attribute, but found "
                     << code;
  return Attribute();
}

LogicalResult
EcoLMBytecodeInterface::writeAttribute(Attribute attribute,
                                       DialectBytecodeWriter &writer) const {
  if (auto packed = dyn_cast<PackedAttr>(attribute)) {
    writer.writeVarInt(static_cast<uint64_t>(AttributeCode::Packed));
    writer.writeVarInt(static_cast<uint64_t>(packed.getPacking()));
    writer.writeSignedVarInt(packed.getLanes());
    bool hasDepth = isSince(writer, kDepthVersion);
    bool hasChunks = isSince(writer, kChunksVersion);
    if (hasDepth)
      writer.writeVarInt(packed.getDepth());
    if (hasChunks) {
      writer.writeVarInt(packed.getVectors());
      writer.writeVarInt(packed.getApart());
    }
    // What an older version cannot say, it does not leave out.
    return success((hasDepth || packed.getDepth() == 1) &&
                   (hasChunks || !packed.getChunks().isGiven()));
  }
  if (auto quantizer = dyn_cast<LogQuantizerAttr>(attribute)) {
    writer.writeVarInt(static_cast<uint64_t>(AttributeCode::LogQuantizer));
    writer.writeSignedVarInt(quantizer.getMin());
    writer.writeSignedVarInt(quantizer.getMax());
    writer.writeVarInt(static_cast<uint64_t>(quantizer.getRounding()));
    writer.writeVarInt(static_cast<uint64_t>(quantizer.getUnderflow()));
    return success();
  }
  auto writeEnum = [&](AttributeCode code, auto word) {
    writer.writeVarInt(static_cast<uint64_t>(code));
    writer.writeVarInt(static_cast<uint64_t>(word.getValue()));
    return success();
  };
  using Code = AttributeCode;
  return llvm::TypeSwitch<Attribute, LogicalResult>(attribute)
      .Case([&](RoundingAttr a) { return writeEnum(Code::Rounding, a); })
      .Case([&](UnderflowAttr a) { return writeEnum(Code::Underflow, a); })
      .Case([&](TernaryRuleAttr a) { return writeEnum(Code::TernaryRule, a); })
      .Case(
          [&](TernaryScaleAttr a) { return writeEnum(Code::TernaryScale, a); })
      .Case([&](RotationConventionAttr a) {
        return writeEnum(Code::RotationConvention, a);
      })
      .Case([&](ShiftRoundingAttr a) {
        return writeEnum(Code::ShiftRounding, a);
      })
      .Case([&](ArithmeticAttr a) { return writeEnum(Code::Arithmetic, a); })
      .Case([&](PackingAttr a) { return writeEnum(Code::Packing, a); });
}

//===----------------------------------------------------------------------===//
// Versions
//===----------------------------------------------------------------------===//

void EcoLMBytecodeInterface::writeVersion(DialectBytecodeWriter &writer) const {
  // The writer's configuration may ask for another version.
  FailureOr<const DialectVersion *> wanted =
      writer.getDialectVersion<EcoLMDialect>();
  writer.writeVarInt(
      succeeded(wanted)
          ? static_cast<const EcoLMDialectVersion *>(*wanted)->number
          : EcoLMDialectVersion::kCurrent);
}

std::unique_ptr<DialectVersion>
EcoLMBytecodeInterface::readVersion(DialectBytecodeReader &reader) const {
  uint64_t number;
  if (failed(reader.readVarInt(number)))
    return nullptr;
  // Refused here, before types and attributes of an unknown shape are read.
  if (number < 1 || number > EcoLMDialectVersion::kCurrent) {
    reader.emitError() << "expected bytecode of the ecolm dialect in version 1"
                          " to "
                       << EcoLMDialectVersion::kCurrent << ", but found "
                       << number;
    return nullptr;
  }
  return std::make_unique<EcoLMDialectVersion>(number);
}

LogicalResult EcoLMBytecodeInterface::upgradeFromVersion(
    Operation *topLevelOp, const DialectVersion &version) const {
  // What older versions lack, layouts of a depth and chunks, has a value there.
  return success();
}

void EcoLMDialect::registerBytecode() {
  addInterfaces<EcoLMBytecodeInterface>();
}
