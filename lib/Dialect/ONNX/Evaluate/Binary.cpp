//===- Binary.cpp - Evaluators of functions of two numbers ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates arithmetic of two inputs, Min and Max of more, and Clip.
//
//===----------------------------------------------------------------------===//

#include "Broadcasting.h"
#include <cmath>

using namespace mlir;

namespace ecolm::onnx {

namespace {

/// A function of two numbers that may have no result; null where it has no such
/// numbers.
struct BinaryFunction {
  float (*onFloat)(float, float);
  double (*onDouble)(double, double);
  std::optional<int64_t> (*onInteger)(int64_t, int64_t);
};

} // namespace

using MaybeInteger = std::optional<int64_t>;

static MaybeInteger divide(int64_t x, int64_t y) {
  if (y == 0 || (y == -1 && x == INT64_MIN))
    return std::nullopt;
  return x / y;
}

/// The remainder with the sign of the divisor, as Mod without fmod defines it.
static MaybeInteger modulo(int64_t x, int64_t y) {
  if (y == 0 || y == -1)
    return y == 0 ? MaybeInteger() : MaybeInteger(0);
  int64_t rest = x % y;
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

static const llvm::StringMap<BinaryFunction> &getBinaryFunctions() {
  auto minimum = [](auto x, auto y) { return x != x || x < y ? x : y; };
  auto maximum = [](auto x, auto y) { return x != x || x > y ? x : y; };
  auto power = [](auto x, auto y) { return std::pow(x, y); };
  static const llvm::StringMap<BinaryFunction> functions = {
      {"Add",
       {[](float x, float y) { return x + y; },
        [](double x, double y) { return x + y; },
        [](int64_t x, int64_t y) -> MaybeInteger {
          return static_cast<int64_t>(static_cast<uint64_t>(x) + y);
        }}},
      {"Sub",
       {[](float x, float y) { return x - y; },
        [](double x, double y) { return x - y; },
        [](int64_t x, int64_t y) -> MaybeInteger {
          return static_cast<int64_t>(static_cast<uint64_t>(x) - y);
        }}},
      {"Mul",
       {[](float x, float y) { return x * y; },
        [](double x, double y) { return x * y; },
        [](int64_t x, int64_t y) -> MaybeInteger {
          return static_cast<int64_t>(static_cast<uint64_t>(x) * y);
        }}},
      {"Div",
       {[](float x, float y) { return x / y; },
        [](double x, double y) { return x / y; }, divide}},
      {"Pow", {power, power, nullptr}},
      {"Mod", {nullptr, nullptr, modulo}},
      {"Min",
       {minimum, minimum,
        [](int64_t x, int64_t y) -> MaybeInteger { return std::min(x, y); }}},
      {"Max",
       {maximum, maximum,
        [](int64_t x, int64_t y) -> MaybeInteger { return std::max(x, y); }}},
      {"BitwiseAnd",
       {nullptr, nullptr,
        [](int64_t x, int64_t y) -> MaybeInteger { return x & y; }}},
      {"BitwiseOr",
       {nullptr, nullptr,
        [](int64_t x, int64_t y) -> MaybeInteger { return x | y; }}},
      {"BitwiseXor",
       {nullptr, nullptr,
        [](int64_t x, int64_t y) -> MaybeInteger { return x ^ y; }}},
  };
  return functions;
}

/// `function(lhs, rhs)`, or nothing if it is not defined for an element.
static std::optional<HostTensor> combine(const HostTensor &lhs,
                                         const HostTensor &rhs,
                                         const BinaryFunction &function,
                                         EvaluationBudget &budget) {
  auto shape = matchPair(&lhs, &rhs);
  if (!shape || !budget.take(*shape) || lhs.getElementType().isInteger(1))
    return std::nullopt;
  HostTensor result(lhs.getElementType(), *shape);
  bool isDefined = true;
  auto apply = [&](auto zero, auto *compute) {
    using T = decltype(zero);
    if (!compute)
      return void(isDefined = false);
    const std::vector<T> &left = lhs.get<T>(), &right = rhs.get<T>();
    std::vector<T> &out = result.get<T>();
    forEachPair(lhs, rhs, *shape, [&](int64_t i, int64_t l, int64_t r) {
      if constexpr (std::is_same_v<T, int64_t>) {
        MaybeInteger value = compute(left[l], right[r]);
        isDefined &= value.has_value();
        out[i] = value.value_or(0);
      } else {
        out[i] = compute(left[l], right[r]);
      }
    });
  };
  if (!lhs.isFloat())
    apply(int64_t(), function.onInteger);
  else if (lhs.getElementType().isF64())
    apply(double(), function.onDouble);
  else
    apply(float(), function.onFloat);
  if (!isDefined)
    return std::nullopt;
  result.normalize();
  return result;
}

/// `exponent` in the type of the float `base`: Pow takes any other.
static std::optional<HostTensor> convertExponent(const HostTensor &base,
                                                 const HostTensor &exponent) {
  if (!base.isFloat() || exponent.getElementType().isInteger(1))
    return std::nullopt;
  HostTensor converted(base.getElementType(), exponent.getShape());
  std::visit(
      [&](const auto &from) {
        std::visit([&](auto &to) { llvm::copy(from, to.begin()); },
                   converted.getStorage());
      },
      exponent.getStorage());
  converted.normalize();
  return converted;
}

static bool evaluatePow(Evaluation &eval) {
  const HostTensor *base = eval.getInput(0), *exponent = eval.getInput(1);
  if (!base || !exponent || !eval.budget.take(exponent->getShape()))
    return false;
  auto converted = convertExponent(*base, *exponent);
  auto result = converted
                    ? combine(*base, *converted,
                              getBinaryFunctions().lookup("Pow"), eval.budget)
                    : std::nullopt;
  if (result)
    eval.results.push_back(std::move(*result));
  return result.has_value();
}

/// Binary operators, and Min and Max of any number of inputs.
static bool evaluateBinary(Evaluation &eval) {
  if (eval.inputs.empty() || llvm::is_contained(eval.inputs, nullptr) ||
      !eval.budget.take(eval.inputs[0]->getShape()))
    return false;
  BinaryFunction function = getBinaryFunctions().lookup(eval.node.getOpType());
  if (eval.getInt("fmod", 0))
    return false;
  HostTensor result = *eval.inputs[0];
  for (const HostTensor *input : eval.inputs.drop_front()) {
    std::optional<HostTensor> next =
        combine(result, *input, function, eval.budget);
    if (!next)
      return false;
    result = std::move(*next);
  }
  eval.results.push_back(std::move(result));
  return true;
}

//===----------------------------------------------------------------------===//
// Clip
//===----------------------------------------------------------------------===//

/// A bound of Clip: an input of one element in new opsets, an attribute in old
/// ones, nothing if neither is given.
static std::optional<HostTensor> getBound(Evaluation &eval, StringRef name,
                                          unsigned index) {
  const HostTensor *input = eval.getInput(0);
  if (const HostTensor *bound = eval.getInput(index))
    return *bound;
  auto attr = dyn_cast_or_null<FloatAttr>(eval.node.getNodeAttr(name));
  if (!attr || !input->getElementType().isF32())
    return std::nullopt;
  HostTensor bound(input->getElementType(), {});
  bound.get<float>()[0] = attr.getValueAsDouble();
  return bound;
}

static bool evaluateClip(Evaluation &eval) {
  if (!eval.getInput(0))
    return false;
  HostTensor result = *eval.getInput(0);
  for (auto [name, index, kind] :
       {std::tuple("min", 1u, "Max"), std::tuple("max", 2u, "Min")}) {
    std::optional<HostTensor> bound = getBound(eval, name, index);
    if (!bound)
      continue;
    std::optional<HostTensor> next =
        bound->size() == 1
            ? combine(result, *bound, getBinaryFunctions().lookup(kind),
                      eval.budget)
            : std::nullopt;
    if (!next)
      return false;
    SmallVector<int64_t> shape(result.getShape());
    result = std::move(*next);
    result.setShape(shape);
  }
  eval.results.push_back(std::move(result));
  return true;
}

void populateBinaryEvaluators(EvaluatorTable &table) {
  for (StringRef name : getBinaryFunctions().keys())
    table[name] = evaluateBinary;
  table["Pow"] = evaluatePow;
  table["Clip"] = evaluateClip;
}

} // namespace ecolm::onnx
