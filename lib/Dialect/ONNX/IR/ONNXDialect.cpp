//===- ONNXDialect.cpp - The onnx dialect -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Registers the dialect and checks its attributes on functions and modules.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace ecolm::onnx;

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "ecolm/Dialect/ONNX/IR/ONNXTypes.cpp.inc"

void ONNXDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "ecolm/Dialect/ONNX/IR/ONNXTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ecolm/Dialect/ONNX/IR/ONNXOps.cpp.inc"
      >();
}

/// `dims` of a value of `type`: one string per dimension, the number where the
/// type has a number.
static LogicalResult verifyDims(Operation *op, Attribute dims, Type type) {
  auto array = dyn_cast<ArrayAttr>(dims);
  if (!array || !llvm::all_of(array, llvm::IsaPred<StringAttr>))
    return op->emitOpError("expects 'onnx.dims' to be an array of strings");
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return success();
  if (static_cast<int64_t>(array.size()) != tensor.getRank())
    return op->emitOpError("expects 'onnx.dims' to have ")
           << tensor.getRank() << " entries, found " << array.size();
  for (auto [i, attr] : llvm::enumerate(array)) {
    StringRef text = cast<StringAttr>(attr).getValue();
    int64_t number;
    bool isNumber = !text.getAsInteger(10, number);
    if (isNumber == tensor.isDynamicDim(i) ||
        (isNumber && number != tensor.getDimSize(i)))
      return op->emitOpError("expects entry ")
             << i << " of 'onnx.dims' to agree with " << tensor << ", found \""
             << text << "\"";
  }
  return success();
}

static LogicalResult verifyInterfaceAttr(Operation *op, NamedAttribute attr,
                                         Type type) {
  if (attr.getName() == kDimsAttrName)
    return verifyDims(op, attr.getValue(), type);
  if (attr.getName() != kNameAttrName)
    return op->emitOpError("has no attribute '")
           << attr.getName().strref() << "'";
  if (!isa<StringAttr>(attr.getValue()))
    return op->emitOpError("expects 'onnx.name' to be a string");
  return success();
}

LogicalResult ONNXDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                    unsigned index,
                                                    NamedAttribute attr) {
  // Only functions have attributes on the arguments of a region.
  auto function = cast<FunctionOpInterface>(op);
  return verifyInterfaceAttr(op, attr, function.getArgumentTypes()[index]);
}

LogicalResult ONNXDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                       unsigned index,
                                                       NamedAttribute attr) {
  auto function = cast<FunctionOpInterface>(op);
  return verifyInterfaceAttr(op, attr, function.getResultTypes()[index]);
}

LogicalResult ONNXDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attr) {
  if (attr.getName() != kDimsAttrName)
    return success();
  auto lists = dyn_cast<ArrayAttr>(attr.getValue());
  if (!lists || lists.size() != op->getNumResults())
    return op->emitOpError("expects 'onnx.dims' to have one list per result");
  for (auto [list, type] : llvm::zip_equal(lists, op->getResultTypes()))
    if (failed(verifyDims(op, list, type)))
      return failure();
  return success();
}
