//===- ONNXOps.cpp - Operations of the onnx dialect -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Parses, prints and verifies the operations.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace ecolm::onnx;

#define GET_OP_CLASSES
#include "ecolm/Dialect/ONNX/IR/ONNXOps.cpp.inc"

//===----------------------------------------------------------------------===//
// NodeOp
//===----------------------------------------------------------------------===//

Value NodeOp::getPresentInput(unsigned index) {
  if (index >= getInputs().size())
    return nullptr;
  Value input = getInputs()[index];
  return isa<NoneType>(input.getType()) ? nullptr : input;
}

/// node ::= string `(` operands `)` attr-dict (region (`,` region)*)? `:` type
ParseResult NodeOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr opType;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  FunctionType type;
  if (parser.parseAttribute(opType) ||
      parser.parseOperandList(operands, OpAsmParser::Delimiter::Paren) ||
      parser.parseOptionalAttrDict(result.attributes))
    return failure();
  result.addAttribute(getOpTypeAttrName(result.name), opType);
  do {
    auto region = std::make_unique<Region>();
    OptionalParseResult parsed = parser.parseOptionalRegion(*region);
    if (!parsed.has_value())
      break;
    if (failed(*parsed))
      return failure();
    result.addRegion(std::move(region));
  } while (succeeded(parser.parseOptionalComma()));
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseColonType(type) ||
      parser.resolveOperands(operands, type.getInputs(), loc, result.operands))
    return failure();
  result.addTypes(type.getResults());
  return success();
}

void NodeOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getOpTypeAttr() << '(' << getInputs() << ')';
  SmallVector<StringRef> elided = {getOpTypeAttrName()};
  if (getDomain().empty())
    elided.push_back(getDomainAttrName());
  if (getAttrs().empty())
    elided.push_back(getAttrsAttrName());
  printer.printOptionalAttrDict((*this)->getAttrs(), elided);
  if (!getSubgraphs().empty())
    printer << ' ';
  llvm::interleaveComma(getSubgraphs(), printer,
                        [&](Region &region) { printer.printRegion(region); });
  printer << " : ";
  printer.printFunctionalType(getOperation());
}

LogicalResult NodeOp::verify() {
  if (getOpType().empty())
    return emitOpError("expects an operator name, found an empty one");
  if (static_cast<int64_t>(getOpset()) < 1)
    return emitOpError("expects opset to be at least 1, found ")
           << static_cast<int64_t>(getOpset());
  size_t named = getGraphs() ? getGraphs()->size() : 0;
  if (named != getSubgraphs().size())
    return emitOpError("expects one name in 'graphs' per region, found ")
           << named << " names and " << getSubgraphs().size() << " regions";
  for (Region &region : getSubgraphs())
    if (!region.front().mightHaveTerminator() ||
        !isa<YieldOp>(region.front().getTerminator()))
      return emitOpError("expects every region to end in 'onnx.yield'");
  return success();
}

//===----------------------------------------------------------------------===//
// InitializerOp
//===----------------------------------------------------------------------===//

LogicalResult InitializerOp::verify() {
  auto resource = dyn_cast<DenseResourceElementsAttr>(getValue());
  if (!resource)
    return success();
  std::optional<int64_t> expected = storageBytes(getOutput().getType());
  if (!expected)
    return emitOpError("expects an element type that can be stored, found ")
           << getOutput().getType();
  // A blob may be elided when IR is printed; only one that is there is checked.
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (blob && static_cast<int64_t>(blob->getData().size()) != *expected)
    return emitOpError("expects ")
           << *expected << " bytes for " << getOutput().getType() << ", found "
           << blob->getData().size();
  return success();
}
