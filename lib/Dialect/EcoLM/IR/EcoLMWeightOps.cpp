//===- EcoLMWeightOps.cpp - Declared weights ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies that a weight's source bytes can hold it, and uses of weights.
//
//===----------------------------------------------------------------------===//

#include "ShapeChecks.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"

using namespace mlir;
using namespace ecolm;

/// Elements in one byte, or 0 for a packing that is not a format of files.
static int64_t getElementsPerByte(Packing packing) {
  switch (packing) {
  case Packing::Bytes:
    return 1;
  case Packing::Nibbles:
    return 2;
  case Packing::Codes2:
    return 4;
  case Packing::Base3:
    return 5;
  case Packing::Bitplanes:
  case Packing::Planes3:
  case Packing::Plain:
  case Packing::Halves:
  case Packing::Partners:
  case Packing::Floats:
  case Packing::FloatPartners:
    return 0;
  }
  llvm_unreachable("covered switch");
}

/// Checks a source with one element per weight: the weight's shape, transposed
/// if so declared, or one dimension.
static LogicalResult verifyElementwiseSource(WeightOp op, ShapedType type,
                                             ShapedType source) {
  SmallVector<int64_t> shape(type.getShape());
  if (op.getTransposed())
    std::swap(shape[0], shape[1]);
  if (source.getRank() == 1 && source.getNumElements() == type.getNumElements())
    return success();
  return verifyShape(op, "a source", source, shape);
}

LogicalResult WeightOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  ShapedType source = getSource().getShapedType();
  if (getTransposed() && type.getRank() != 2)
    return emitOpError() << "expected a matrix for a transposed source, but "
                            "found rank "
                         << type.getRank();
  if (!getSourcePacking()) {
    if (type.getElementType().isSignlessInteger(2) ||
        type.getElementType().isSignlessInteger(4))
      return emitOpError() << "expected a source packing for elements of "
                           << type.getElementType() << ", but found none";
    if (source.getElementType() != type.getElementType())
      return emitOpError() << "expected a source of " << type.getElementType()
                           << ", but found " << source.getElementType();
    return verifyElementwiseSource(*this, type, source);
  }

  Packing packing = *getSourcePacking();
  int64_t perByte = getElementsPerByte(packing);
  if (perByte == 0)
    return emitOpError() << "expected a source packing of bytes, codes2, base3 "
                            "or nibbles, but found "
                         << stringifyPacking(packing);
  if (failed(verifyPacking([&] { return emitOpError(); }, packing,
                           type.getElementType())))
    return failure();
  if (packing == Packing::Bytes) {
    if (!source.getElementType().isInteger(8))
      return emitOpError() << "expected a source of 8-bit integers, but found "
                           << source.getElementType();
    return verifyElementwiseSource(*this, type, source);
  }
  if (!source.getElementType().isUnsignedInteger(8))
    return emitOpError() << "expected a source of ui8, but found "
                         << source.getElementType();
  int64_t packedSize = llvm::divideCeil(type.getNumElements(), perByte);
  return verifyShape(*this, "a source", source, {packedSize});
}

LogicalResult
GetWeightOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  Operation *symbol =
      symbolTable.lookupNearestSymbolFrom(*this, getWeightAttr());
  auto weight = dyn_cast_or_null<WeightOp>(symbol);
  if (!weight) {
    InFlightDiagnostic error = emitOpError()
                               << "expected " << getWeightAttr()
                               << " to name an ecolm.weight, but found "
                               << (symbol ? "another symbol" : "no symbol");
    if (symbol)
      error.attachNote(symbol->getLoc()) << "the symbol is declared here";
    return error;
  }
  if (weight.getType() != getType()) {
    InFlightDiagnostic error = emitOpError() << "expected the declared type "
                                             << weight.getType()
                                             << ", but found " << getType();
    error.attachNote(weight.getLoc()) << "the weight is declared here";
    return error;
  }
  return success();
}
