//===- EcoLMAttributes.cpp - Attributes -----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies and registers the attributes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace ecolm;

#include "ecolm/Dialect/EcoLM/IR/EcoLMEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.cpp.inc"

void EcoLMDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.cpp.inc"
      >();
}

LogicalResult PackedAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 Packing packing, int32_t lanes, int32_t depth,
                                 int64_t vectors, int64_t apart) {
  if (lanes < 0 || lanes > 128 || (lanes & (lanes - 1)))
    return emitError() << "expected lanes to be 0 or a power of two up to 128, "
                          "but found "
                       << lanes;
  if (packing == Packing::Bitplanes && lanes < 8)
    return emitError() << "expected at least 8 lanes for bitplanes, but found "
                       << lanes;
  if (depth != 1 && depth != 4)
    return emitError() << "expected depth 1 or 4, but found " << depth;
  if (depth > 1 &&
      (lanes == 0 || !llvm::is_contained({Packing::Codes2, Packing::Base3,
                                          Packing::Nibbles, Packing::Plain},
                                         packing)))
    return emitError() << "expected lanes of codes2, base3, nibbles or plain "
                          "bytes for depth "
                       << depth;
  if (vectors == 0 && apart == 0)
    return success();
  if (vectors < 1 || apart < 1 || lanes == 0 || depth > 1)
    return emitError() << "expected lanes of depth 1, and at least one vector, "
                          "for chunks";
  return success();
}

LogicalResult
LogQuantizerAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                         int32_t min, int32_t max, Rounding rounding,
                         Underflow underflow) {
  if (min >= -126 && min <= max && max <= 127)
    return success();
  return emitError() << "expected -126 <= min <= max <= 127, but found min = "
                     << min << " and max = " << max;
}

LogicalResult ecolm::verifyPacking(function_ref<InFlightDiagnostic()> emitError,
                                   Packing packing, Type elementType) {
  auto pot = dyn_cast<PotType>(elementType);
  bool ternary = isa<TernaryType>(elementType);
  bool isTwoBits = elementType.isSignlessInteger(2);
  bool isFourBits = elementType.isSignlessInteger(4);
  bool fits = false;
  StringRef wanted;
  switch (packing) {
  case Packing::Bytes:
    // The code sign * (e - min + 1) has to fit into a signed byte.
    fits = ternary || isTwoBits || isFourBits ||
           (pot && pot.getTerms() == 1 && pot.getNumExponents() <= 127);
    wanted = "ternary elements, integers of 2 or 4 bits, or powers of two of "
             "one term and at most 127 exponents,";
    break;
  case Packing::Codes2:
    fits = ternary || isTwoBits;
    wanted = "ternary elements or i2";
    break;
  case Packing::Base3:
  case Packing::Bitplanes:
  case Packing::Planes3:
    fits = ternary;
    wanted = "ternary elements";
    break;
  case Packing::Nibbles:
    fits =
        isFourBits || (pot && pot.getTerms() == 1 && pot.getNumCodes() <= 16);
    wanted = "i4, or powers of two of one term and at most 16 codes,";
    break;
  case Packing::Halves:
  case Packing::Partners:
  case Packing::Floats:
  case Packing::FloatPartners:
    fits = pot && pot.getTerms() == 1 && pot.getNumExponents() <= 127;
    wanted = "powers of two of one term and at most 127 exponents,";
    break;
  case Packing::Plain:
    fits = elementType.isIntOrFloat() && !isTwoBits && !isFourBits;
    wanted = "float or integer elements of whole bytes";
    break;
  }
  if (fits)
    return success();
  return emitError() << "expected " << wanted << " for packing "
                     << stringifyPacking(packing) << ", but found "
                     << elementType;
}

LogicalResult
PackedAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                           function_ref<InFlightDiagnostic()> emitError) const {
  if (failed(verifyPacking(emitError, getPacking(), elementType)))
    return failure();
  if (ShapedType::isDynamicShape(shape))
    return emitError() << "expected a static shape for a packed tensor, but "
                          "found a dynamic one";
  size_t rank = shape.size();
  if (getLanes() > 0 && rank != 2 && rank != 4 && rank != 5)
    return emitError() << "expected rank 2, 4 or 5 for a tensor packed in "
                          "lanes, but found rank "
                       << rank;
  if (getDepth() > 1 && getPacking() == Packing::Plain &&
      !elementType.isInteger(8))
    return emitError() << "expected elements of i8 for plain tiles, but found "
                       << elementType;
  if (getDepth() > 1 && rank != 2)
    return emitError() << "expected a matrix for depth " << getDepth()
                       << ", but found rank " << rank;
  bool isPaired =
      llvm::is_contained({Packing::Halves, Packing::Partners}, getPacking());
  if (isPaired && (!getChunks().isGiven() || getVectors() % 2))
    return emitError() << "expected chunks of an even number of vectors for "
                          "packing "
                       << stringifyPacking(getPacking());
  bool needsChunks = llvm::is_contained(
      {Packing::Planes3, Packing::Floats, Packing::FloatPartners},
      getPacking());
  if (!getChunks().isGiven() && needsChunks)
    return emitError() << "expected chunks for packing "
                       << stringifyPacking(getPacking());
  if (!getChunks().isGiven())
    return success();
  FactorShape factor;
  if (rank == 4)
    factor = {1, shape[0], shape[1], shape[2], shape[3]};
  if (rank != 4 || !fitsChunks(factor, getLanes(), getChunks()))
    return emitError() << "expected a factor of 2 by 2 blocks with partners "
                          "in chunks of "
                       << getVectors() << " vectors, " << getApart()
                       << " apart";
  return success();
}
