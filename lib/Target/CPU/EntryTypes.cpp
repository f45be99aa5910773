//===- EntryTypes.cpp - What programs take and give -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks types and ranks of inputs and outputs.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/EntryTypes.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/Runtime/Model.h"

using namespace mlir;
using namespace ecolm;

static bool isProgramElement(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return llvm::is_contained({1u, 2u, 4u, 8u, 16u, 32u, 64u},
                              integer.getWidth());
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(element);
}

static bool isFileElement(Type element) {
  return !element.isBF16() && !element.isInteger(2) && !element.isInteger(4);
}

static LogicalResult checkType(func::FuncOp main, StringRef kind,
                               DictionaryAttr attrs, unsigned number, Type type,
                               bool inFiles) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return success();
  auto name =
      attrs ? attrs.getAs<StringAttr>(onnx::kNameAttrName) : StringAttr();
  std::string text = kind.str() + " " +
                     (name ? onnx::quoteName(name) : std::to_string(number));
  if (!isProgramElement(tensor.getElementType()) ||
      tensor.getRank() > ECOLM_MAX_RANK)
    return emitError(main.getLoc())
           << text << " is a " << type
           << ", but compiled models take and give float32, float64, float16, "
              "bfloat16, bool and integers of 2 to 64 bits of at most "
           << ECOLM_MAX_RANK
           << " dimensions; add a Cast or a Reshape to the model";
  if (inFiles && !isFileElement(tensor.getElementType()))
    return emitError(main.getLoc())
           << text << " has elements of type " << tensor.getElementType()
           << ", which no .npy file holds; add a Cast to the model, or compile "
              "a library with --emit=so";
  return success();
}

LogicalResult ecolm::checkEntryTypes(func::FuncOp main, bool inFiles) {
  bool fits = true;
  for (auto [i, type] : llvm::enumerate(main.getArgumentTypes()))
    fits &= succeeded(
        checkType(main, "input", main.getArgAttrDict(i), i, type, inFiles));
  for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
    fits &= succeeded(
        checkType(main, "output", main.getResultAttrDict(i), i, type, inFiles));
  return success(fits);
}
