//===- LinearForm.cpp - Sizes as sums of symbols --------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Follows sizes through Shape, Gather, Slice, Concat and arithmetic.
//
//===----------------------------------------------------------------------===//

#include "LinearForm.h"
#include "NodeMatch.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/Shapes/Dim.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace ecolm;

LinearForm LinearForm::plus(const LinearForm &other, int64_t factor) const {
  LinearForm sum = *this;
  sum.constant += factor * other.constant;
  for (auto &[symbol, count] : other.terms) {
    int64_t &own = sum.terms[symbol];
    own += factor * count;
    if (own == 0)
      sum.terms.erase(symbol);
  }
  return sum;
}

static LinearForm makeTerm(StringRef symbol) {
  LinearForm form;
  form.terms[symbol.str()] = 1;
  return form;
}

/// The list of dimensions that inference wrote for `tensor`.
static ArrayAttr getDims(Value tensor) {
  if (auto argument = dyn_cast<BlockArgument>(tensor)) {
    auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
    return function ? function.getArgAttrOfType<ArrayAttr>(
                          argument.getArgNumber(), onnx::kDimsAttrName)
                    : ArrayAttr();
  }
  auto result = cast<OpResult>(tensor);
  auto lists = result.getOwner()->getAttrOfType<ArrayAttr>(onnx::kDimsAttrName);
  return lists && result.getResultNumber() < lists.size()
             ? dyn_cast<ArrayAttr>(lists[result.getResultNumber()])
             : ArrayAttr();
}

std::optional<LinearForm> ecolm::getSizeForm(Value tensor, int64_t dim) {
  tensor = skipIdentities(tensor);
  RankedTensorType type = getRankedType(tensor);
  if (!type || dim < 0 || dim >= type.getRank())
    return std::nullopt;
  if (!type.isDynamicDim(dim))
    return LinearForm(type.getDimSize(dim));
  ArrayAttr dims = getDims(tensor);
  if (!dims || dim >= static_cast<int64_t>(dims.size()))
    return std::nullopt;
  auto symbol = dyn_cast<StringAttr>(dims[dim]);
  if (!symbol || symbol.getValue() == "?")
    return std::nullopt;
  LinearForm form;
  for (StringRef part : onnx::getParts(symbol))
    form = form.plus(makeTerm(part));
  return form;
}

/// Element `index`, counted from the front or the back, of Shape node `shape`.
static std::optional<LinearForm> getShapeElement(onnx::NodeOp shape,
                                                 int64_t index) {
  Value tensor = shape.getInputs()[0];
  RankedTensorType type = getRankedType(tensor);
  if (!type)
    return std::nullopt;
  int64_t rank = type.getRank();
  auto clamp = [&](int64_t place) {
    return std::clamp<int64_t>(place < 0 ? place + rank : place, 0, rank);
  };
  int64_t start = clamp(getInt(shape, "start", 0));
  int64_t end = clamp(getInt(shape, "end", rank));
  std::optional<int64_t> place = normalizeAxis(index, end - start);
  return place ? getSizeForm(tensor, start + *place) : std::nullopt;
}

/// Element `index` of the list of integers `list`.
static std::optional<LinearForm> getElement(Value list, int64_t index) {
  if (onnx::NodeOp shape = matchNode(list, "Shape"))
    return getShapeElement(shape, index);
  auto integers = onnx::getConstantIntegers(skipIdentities(list));
  std::optional<int64_t> place =
      integers ? normalizeAxis(index, integers->size()) : std::nullopt;
  return place ? std::optional<LinearForm>((*integers)[*place]) : std::nullopt;
}

std::optional<LinearForm> ecolm::getIntegerForm(Value value) {
  value = skipIdentities(value);
  RankedTensorType type = getRankedType(value);
  if (!type || !type.getElementType().isInteger() || !type.hasStaticShape() ||
      type.getNumElements() != 1)
    return std::nullopt;
  if (auto integers = onnx::getConstantIntegers(value))
    return LinearForm(integers->front());
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || !node.getDomain().empty())
    return std::nullopt;
  StringRef op = node.getOpType();
  ValueRange inputs = node.getInputs();
  if (op == "Shape")
    return getShapeElement(node, 0);
  if (op == "Squeeze" || op == "Unsqueeze" || op == "Reshape" || op == "Cast")
    return getIntegerForm(inputs[0]);
  if (op == "Gather" || op == "Slice") {
    auto index = onnx::getConstantIntegers(skipIdentities(inputs[1]));
    return index && index->size() == 1 ? getElement(inputs[0], index->front())
                                       : std::nullopt;
  }
  if (op != "Add" && op != "Sub")
    return std::nullopt;
  std::optional<LinearForm> lhs = getIntegerForm(inputs[0]);
  std::optional<LinearForm> rhs = getIntegerForm(inputs[1]);
  if (!lhs || !rhs)
    return std::nullopt;
  return lhs->plus(*rhs, op == "Add" ? 1 : -1);
}
