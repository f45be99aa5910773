//===- EcoLMOps.cpp - Operations ------------------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Holds the definitions that TableGen writes for the operations.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace ecolm;

/// All operands of a list have one type, which is written once.
static ParseResult parseBytes(OpAsmParser &parser,
                              SmallVectorImpl<Type> &codeTypes,
                              SmallVectorImpl<Type> &valueTypes,
                              ArrayRef<OpAsmParser::UnresolvedOperand> codes,
                              ArrayRef<OpAsmParser::UnresolvedOperand> values) {
  Type type;
  if (parser.parseType(type))
    return failure();
  codeTypes.assign(codes.size(), type);
  valueTypes.assign(values.size(), type);
  return success();
}

static void printBytes(OpAsmPrinter &printer, DotOp op, TypeRange codeTypes,
                       TypeRange, OperandRange, OperandRange) {
  printer << codeTypes.front();
}

#define GET_OP_CLASSES
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.cpp.inc"
