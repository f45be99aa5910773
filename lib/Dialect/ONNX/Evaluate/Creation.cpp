//===- Creation.cpp - Evaluators that join or make tensors ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates Concat, Gather, and operators that make elements.
//
//===----------------------------------------------------------------------===//

#include "Evaluators.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"
#include <cmath>

using namespace mlir;

namespace ecolm::onnx {

//===----------------------------------------------------------------------===//
// Concat, Gather
//===----------------------------------------------------------------------===//

static bool evaluateConcat(Evaluation &eval) {
  if (eval.inputs.empty() || llvm::is_contained(eval.inputs, nullptr))
    return false;
  const HostTensor &first = *eval.inputs[0];
  auto axis = countAxisFromFront(eval.getInt("axis", 0), first.getRank());
  if (!axis)
    return false;
  SmallVector<int64_t> shape(first.getShape());
  shape[*axis] = 0;
  for (const HostTensor *input : eval.inputs) {
    SmallVector<int64_t> own(input->getShape());
    if (input->getElementType() != first.getElementType() ||
        own.size() != shape.size())
      return false;
    shape[*axis] += std::exchange(own[*axis], shape[*axis]);
    own[*axis] = shape[*axis];
    if (ArrayRef(own) != ArrayRef(shape))
      return false;
  }
  HostTensor *result = eval.addResult(first.getElementType(), shape);
  if (!result)
    return false;
  int64_t outer = llvm::product_of(ArrayRef(shape).take_front(*axis));
  int64_t row = outer ? result->size() / outer : 0, start = 0;
  for (const HostTensor *input : eval.inputs) {
    int64_t run = outer ? input->size() / outer : 0;
    for (int64_t i = 0; i < outer; ++i)
      copyRun(*input, i * run, *result, i * row + start, run);
    start += run;
  }
  return true;
}

static bool evaluateGather(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0), *indices = eval.getInput(1);
  if (!input || !indices || indices->isFloat())
    return false;
  auto axis = countAxisFromFront(eval.getInt("axis", 0), input->getRank());
  if (!axis)
    return false;
  ArrayRef<int64_t> own = input->getShape();
  SmallVector<int64_t> shape(own.take_front(*axis));
  llvm::append_range(shape, indices->getShape());
  llvm::append_range(shape, own.drop_front(*axis + 1));
  HostTensor *result = eval.addResult(input->getElementType(), shape);
  if (!result)
    return false;
  int64_t outer = llvm::product_of(own.take_front(*axis));
  int64_t run = llvm::product_of(own.drop_front(*axis + 1)), size = own[*axis];
  int64_t target = 0;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < indices->size(); ++i, target += run) {
      std::optional<int64_t> index =
          countAxisFromFront(indices->getInteger(i), size);
      if (!index)
        return false;
      copyRun(*input, (o * size + *index) * run, *result, target, run);
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Operators that make elements
//===----------------------------------------------------------------------===//

static bool evaluateConstantOfShape(Evaluation &eval) {
  auto shape = eval.getInts("", 0);
  if (!shape)
    return false;
  auto value = dyn_cast_or_null<ElementsAttr>(eval.node.getNodeAttr("value"));
  std::optional<HostTensor> element = HostTensor::read(value);
  if (!value)
    element = HostTensor(Float32Type::get(eval.node.getContext()), {});
  if (!element || element->size() != 1)
    return false;
  HostTensor *result = eval.addResult(element->getElementType(), *shape);
  if (result)
    copyStrided(*element, 0, SmallVector<int64_t>(shape->size(), 0), *result);
  return result;
}

static bool evaluateShape(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input)
    return false;
  int64_t rank = input->getRank();
  auto clamp = [&](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  int64_t start = clamp(eval.getInt("start", 0));
  int64_t end = std::max(clamp(eval.getInt("end", rank)), start);
  HostTensor *result =
      eval.addResult(IntegerType::get(eval.node.getContext(), 64), end - start);
  if (result)
    llvm::copy(input->getShape().slice(start, end - start),
               result->get<int64_t>().begin());
  return result;
}

/// The one number of `input` if it is a whole one that floats count with.
static std::optional<int64_t> getWholeNumber(const HostTensor *input) {
  if (!input || input->size() != 1)
    return std::nullopt;
  if (std::holds_alternative<HostTensor::Integers>(input->getStorage()))
    return input->getInteger(0);
  Type type = input->getElementType();
  if (!type.isF32() && !type.isF64())
    return std::nullopt;
  double number =
      type.isF32() ? input->get<float>()[0] : input->get<double>()[0];
  bool isWhole = std::abs(number) <= 1 << 24 && number == std::floor(number);
  return isWhole ? std::optional(static_cast<int64_t>(number)) : std::nullopt;
}

static bool evaluateRange(Evaluation &eval) {
  const HostTensor *start = eval.getInput(0), *limit = eval.getInput(1),
                   *step = eval.getInput(2);
  auto first = getWholeNumber(start), last = getWholeNumber(limit),
       each = getWholeNumber(step);
  if (!first || !last || !each || *each == 0 ||
      limit->getElementType() != start->getElementType() ||
      step->getElementType() != start->getElementType())
    return false;
  __int128 from = *first, to = *last, by = *each;
  __int128 span = by > 0 ? to - from : from - to, stride = by > 0 ? by : -by;
  __int128 count = span <= 0 ? 0 : (span + stride - 1) / stride;
  if (count > eval.budget.elements)
    return false;
  HostTensor *result =
      eval.addResult(start->getElementType(), {static_cast<int64_t>(count)});
  if (!result)
    return false;
  std::visit(
      [&](auto &values) {
        for (size_t i = 0; i < values.size(); ++i)
          values[i] = static_cast<int64_t>(from + by * i);
      },
      result->getStorage());
  return true;
}

static bool evaluateTrilu(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0), *offset = eval.getInput(1);
  if (!input || input->getRank() < 2 || (offset && offset->size() != 1) ||
      !eval.budget.take(input->getShape()))
    return false;
  int64_t columns = input->getShape().back();
  int64_t rows = input->getShape()[input->getRank() - 2];
  int64_t k = offset ? offset->getInteger(0) : 0;
  bool isUpper = eval.getInt("upper", 1);
  eval.results.push_back(*input);
  std::visit(
      [&](auto &values) {
        for (size_t i = 0; i < values.size(); ++i) {
          __int128 diagonal = __int128(i % columns) - (i / columns % rows) - k;
          if (isUpper ? diagonal < 0 : diagonal > 0)
            values[i] = 0;
        }
      },
      eval.results.back().getStorage());
  return true;
}

static bool evaluateEyeLike(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input || input->getRank() != 2)
    return false;
  Type type =
      eval.node.getNodeAttr("dtype")
          ? getElementType(eval.getInt("dtype", 0), eval.node.getContext())
          : input->getElementType();
  HostTensor *result = type ? eval.addResult(type, input->getShape()) : nullptr;
  if (!result)
    return false;
  int64_t rows = input->getShape()[0], columns = input->getShape()[1];
  int64_t k = eval.getInt("k", 0);
  if (k <= -rows || k >= columns)
    return true;
  std::visit(
      [&](auto &values) {
        for (int64_t row = std::max<int64_t>(0, -k);
             row < rows && row + k < columns; ++row)
          values[row * columns + row + k] = 1;
      },
      result->getStorage());
  return true;
}

/// A Constant in any of its spellings.
static bool evaluateConstant(Evaluation &eval) {
  MLIRContext *context = eval.node.getContext();
  Type f32 = Float32Type::get(context), i64 = IntegerType::get(context, 64);
  NodeOp node = eval.node;
  if (auto value = dyn_cast_or_null<ElementsAttr>(node.getNodeAttr("value"))) {
    std::optional<HostTensor> tensor = HostTensor::read(value);
    if (tensor && eval.budget.take(tensor->getShape()))
      eval.results.push_back(std::move(*tensor));
  } else if (auto number =
                 dyn_cast_or_null<FloatAttr>(node.getNodeAttr("value_float"))) {
    if (HostTensor *result = eval.addResult(f32, {}))
      result->get<float>()[0] = number.getValueAsDouble();
  } else if (auto number =
                 dyn_cast_or_null<IntegerAttr>(node.getNodeAttr("value_int"))) {
    if (HostTensor *result = eval.addResult(i64, {}))
      result->get<int64_t>()[0] = number.getInt();
  } else if (auto list = dyn_cast_or_null<DenseF32ArrayAttr>(
                 node.getNodeAttr("value_floats"))) {
    if (HostTensor *result = eval.addResult(f32, {list.size()}))
      llvm::copy(list.asArrayRef(), result->get<float>().begin());
  } else if (auto list = dyn_cast_or_null<DenseI64ArrayAttr>(
                 node.getNodeAttr("value_ints"))) {
    if (HostTensor *result = eval.addResult(i64, {list.size()}))
      llvm::copy(list.asArrayRef(), result->get<int64_t>().begin());
  }
  return !eval.results.empty();
}

void populateCreationEvaluators(EvaluatorTable &table) {
  table["Concat"] = evaluateConcat;
  table["Constant"] = evaluateConstant;
  table["ConstantOfShape"] = evaluateConstantOfShape;
  table["EyeLike"] = evaluateEyeLike;
  table["Gather"] = evaluateGather;
  table["Range"] = evaluateRange;
  table["Shape"] = evaluateShape;
  table["Trilu"] = evaluateTrilu;
}

} // namespace ecolm::onnx
