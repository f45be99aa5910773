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
                                 Packing packing, int32_t lanes) {
  if (lanes < 0 || lanes > 64 || (lanes & (lanes - 1)))
    return emitError() << "expected lanes to be 0 or a power of two up to 64, "
                          "but found "
                       << lanes;
  if (packing == Packing::Bitplanes && lanes < 8)
    return emitError() << "bitplanes need at least 8 lanes, but found "
                       << lanes;
  return success();
}

LogicalResult
PackedAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType,
                           function_ref<InFlightDiagnostic()> emitError) const {
  bool ternary = isa<TernaryType>(elementType);
  bool pot = isa<PotType>(elementType);
  if (!ternary && !pot)
    return emitError() << "a packed layout needs ternary or power-of-two "
                          "elements, but found "
                       << elementType;
  return success();
}
