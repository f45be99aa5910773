//===- EcoLMTypes.cpp - Element types -------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Verifies and registers the number formats.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace ecolm;

#define GET_TYPEDEF_CLASSES
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.cpp.inc"

void EcoLMDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.cpp.inc"
      >();
}

LogicalResult PotType::verify(function_ref<InFlightDiagnostic()> emitError,
                              int32_t min, int32_t max, bool zero,
                              int32_t terms) {
  if (min < -126 || max > 127 || min > max)
    return emitError() << "expected -126 <= min <= max <= 127, but found min = "
                       << min << " and max = " << max;
  if (terms < 1 || terms > 4)
    return emitError() << "expected 1 to 4 terms, but found " << terms;
  return success();
}
