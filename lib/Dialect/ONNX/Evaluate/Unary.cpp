//===- Unary.cpp - Evaluators of functions of one number ------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates elementwise operators of one input, and Cast.
//
//===----------------------------------------------------------------------===//

#include "Evaluators.h"
#include "ecolm/Dialect/ONNX/IR/DataTypes.h"
#include <cmath>

using namespace mlir;

namespace ecolm::onnx {

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

namespace {

/// A function of one number; null where it has no such numbers.
struct UnaryFunction {
  float (*onFloat)(float);
  double (*onDouble)(double);
  int64_t (*onInteger)(int64_t);
};

template <typename Function>
UnaryFunction onFloats(Function function) {
  return {function, function, nullptr};
}
template <typename Function>
UnaryFunction onNumbers(Function function) {
  return {function, function, function};
}

} // namespace

template <typename T>
static T negate(T x) {
  if constexpr (std::is_same_v<T, int64_t>)
    return static_cast<int64_t>(-static_cast<uint64_t>(x));
  else
    return -x;
}

static const llvm::StringMap<UnaryFunction> &getUnaryFunctions() {
  static const llvm::StringMap<UnaryFunction> functions = {
      {"Abs", onNumbers([](auto x) { return x < 0 ? negate(x) : x; })},
      {"Ceil", onFloats([](auto x) { return std::ceil(x); })},
      {"Cos", onFloats([](auto x) { return std::cos(x); })},
      {"Erf", onFloats([](auto x) { return std::erf(x); })},
      {"Exp", onFloats([](auto x) { return std::exp(x); })},
      {"Floor", onFloats([](auto x) { return std::floor(x); })},
      {"Log", onFloats([](auto x) { return std::log(x); })},
      {"Neg", onNumbers([](auto x) { return negate(x); })},
      {"Reciprocal", onFloats([](auto x) { return 1 / x; })},
      {"Relu", onNumbers([](auto x) { return x < 0 ? x * 0 : x; })},
      {"Round", onFloats([](auto x) { return std::nearbyint(x); })},
      {"Sigmoid", onFloats([](auto x) { return 1 / (1 + std::exp(-x)); })},
      {"Sign", onNumbers([](auto x) {
         return x != x ? x : static_cast<decltype(x)>((x > 0) - (x < 0));
       })},
      {"Sin", onFloats([](auto x) { return std::sin(x); })},
      {"Sqrt", onFloats([](auto x) { return std::sqrt(x); })},
      {"Tanh", onFloats([](auto x) { return std::tanh(x); })},
  };
  return functions;
}

static bool evaluateUnary(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input)
    return false;
  UnaryFunction function = getUnaryFunctions().lookup(eval.node.getOpType());
  HostTensor *result =
      eval.addResult(input->getElementType(), input->getShape());
  if (!result)
    return false;
  auto apply = [&](auto zero, auto *compute) {
    using T = decltype(zero);
    if (!compute)
      return false;
    llvm::transform(input->get<T>(), result->get<T>().begin(), compute);
    return true;
  };
  if (input->getElementType().isInteger(1))
    return false;
  if (!input->isFloat())
    return apply(int64_t(), function.onInteger);
  return input->getElementType().isF64() ? apply(double(), function.onDouble)
                                         : apply(float(), function.onFloat);
}

static bool evaluateNot(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input || !input->getElementType().isInteger(1))
    return false;
  HostTensor *result =
      eval.addResult(input->getElementType(), input->getShape());
  if (!result)
    return false;
  llvm::transform(input->get<uint8_t>(), result->get<uint8_t>().begin(),
                  [](uint8_t value) { return value ^ 1; });
  return true;
}

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

/// A float as an integer: toward zero; nothing where C++ would not define it.
static std::optional<int64_t> truncate(double value) {
  if (!(std::fabs(value) < 9.0e18))
    return std::nullopt;
  return static_cast<int64_t>(value);
}

/// `input` in elements of `type`.
static bool cast(const HostTensor &input, Type type, Evaluation &eval) {
  HostTensor *result = eval.addResult(type, input.getShape());
  if (!result)
    return false;
  bool isDefined = true;
  std::visit(
      [&](const auto &from, auto &to) {
        using From = typename std::decay_t<decltype(from)>::value_type;
        using To = typename std::decay_t<decltype(to)>::value_type;
        for (size_t i = 0; i < from.size(); ++i)
          if constexpr (std::is_same_v<To, uint8_t>) {
            to[i] = from[i] != 0;
          } else if constexpr (std::is_floating_point_v<From> &&
                               std::is_same_v<To, int64_t>) {
            std::optional<int64_t> value = truncate(from[i]);
            isDefined &= value.has_value();
            to[i] = value.value_or(0);
          } else {
            to[i] = static_cast<To>(from[i]);
          }
      },
      input.getStorage(), result->getStorage());
  return isDefined;
}

static bool evaluateCast(Evaluation &eval) {
  Type type = getElementType(eval.getInt("to", 0), eval.node.getContext());
  return eval.getInput(0) && type && HostTensor::canHold(type) &&
         cast(*eval.getInput(0), type, eval);
}

static bool evaluateCastLike(Evaluation &eval) {
  return eval.getInput(0) && eval.getInput(1) &&
         cast(*eval.getInput(0), eval.getInput(1)->getElementType(), eval);
}

void populateUnaryEvaluators(EvaluatorTable &table) {
  for (StringRef name : getUnaryFunctions().keys())
    table[name] = evaluateUnary;
  table["Cast"] = evaluateCast;
  table["CastLike"] = evaluateCastLike;
  table["Not"] = evaluateNot;
}

} // namespace ecolm::onnx
