//===- Logic.cpp - Evaluators of comparisons and logic --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates comparisons, logic, bits, shifts and Where.
//
//===----------------------------------------------------------------------===//

#include "Broadcasting.h"

using namespace mlir;

namespace ecolm::onnx {

namespace {

/// A comparison.
struct Predicate {
  bool (*onDouble)(double, double);
  bool (*onInteger)(int64_t, int64_t);
};

template <typename Function>
Predicate compare(Function function) {
  return {function, function};
}

} // namespace

static const llvm::StringMap<Predicate> &getPredicates() {
  static const llvm::StringMap<Predicate> predicates = {
      {"Equal", compare([](auto x, auto y) { return x == y; })},
      {"Less", compare([](auto x, auto y) { return x < y; })},
      {"LessOrEqual", compare([](auto x, auto y) { return x <= y; })},
      {"Greater", compare([](auto x, auto y) { return x > y; })},
      {"GreaterOrEqual", compare([](auto x, auto y) { return x >= y; })},
  };
  return predicates;
}

static bool evaluatePredicate(Evaluation &eval) {
  const HostTensor *lhs = eval.getInput(0), *rhs = eval.getInput(1);
  auto shape = matchPair(lhs, rhs);
  if (!shape)
    return false;
  HostTensor *result =
      eval.addResult(IntegerType::get(eval.node.getContext(), 1), *shape);
  if (!result)
    return false;
  Predicate predicate = getPredicates().lookup(eval.node.getOpType());
  std::visit(
      [&](const auto &left) {
        using Values = std::decay_t<decltype(left)>;
        using T = typename Values::value_type;
        const auto &right = std::get<Values>(rhs->getStorage());
        forEachPair(*lhs, *rhs, *shape, [&](int64_t i, int64_t l, int64_t r) {
          if constexpr (std::is_floating_point_v<T>)
            result->get<uint8_t>()[i] = predicate.onDouble(left[l], right[r]);
          else
            result->get<uint8_t>()[i] = predicate.onInteger(left[l], right[r]);
        });
      },
      lhs->getStorage());
  return true;
}

static bool evaluateLogic(Evaluation &eval) {
  const HostTensor *lhs = eval.getInput(0), *rhs = eval.getInput(1);
  auto shape = matchPair(lhs, rhs);
  if (!shape || !lhs->getElementType().isInteger(1))
    return false;
  HostTensor *result = eval.addResult(lhs->getElementType(), *shape);
  if (!result)
    return false;
  StringRef kind = eval.node.getOpType();
  forEachPair(*lhs, *rhs, *shape, [&](int64_t i, int64_t l, int64_t r) {
    uint8_t x = lhs->get<uint8_t>()[l], y = rhs->get<uint8_t>()[r];
    result->get<uint8_t>()[i] = kind == "And"  ? x & y
                                : kind == "Or" ? x | y
                                               : x ^ y;
  });
  return true;
}

static bool evaluateBitwiseNot(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input || input->isFloat() || input->getElementType().isInteger(1))
    return false;
  HostTensor *result =
      eval.addResult(input->getElementType(), input->getShape());
  if (!result)
    return false;
  llvm::transform(input->get<int64_t>(), result->get<int64_t>().begin(),
                  [](int64_t x) { return ~x; });
  return true;
}

static bool evaluateBitShift(Evaluation &eval) {
  const HostTensor *lhs = eval.getInput(0), *rhs = eval.getInput(1);
  auto shape = matchPair(lhs, rhs);
  auto direction =
      dyn_cast_or_null<StringAttr>(eval.node.getNodeAttr("direction"));
  if (!shape || !direction || !lhs->getElementType().isUnsignedInteger())
    return false;
  HostTensor *result = eval.addResult(lhs->getElementType(), *shape);
  if (!result)
    return false;
  bool isLeft = direction.getValue() == "LEFT";
  forEachPair(*lhs, *rhs, *shape, [&](int64_t i, int64_t l, int64_t r) {
    uint64_t value = lhs->get<int64_t>()[l], count = rhs->get<int64_t>()[r];
    result->get<int64_t>()[i] = count >= 64 ? 0
                                : isLeft    ? value << count
                                            : value >> count;
  });
  return true;
}

static bool evaluateWhere(Evaluation &eval) {
  const HostTensor *condition = eval.getInput(0), *then = eval.getInput(1),
                   *otherwise = eval.getInput(2);
  auto values = matchPair(then, otherwise);
  if (!values || !condition || !condition->getElementType().isInteger(1))
    return false;
  auto shape = broadcast(*values, condition->getShape());
  if (!shape)
    return false;
  HostTensor *result = eval.addResult(then->getElementType(), *shape);
  if (!result)
    return false;
  HostTensor mask = expand(*condition, *shape);
  HostTensor left = expand(*then, *shape), right = expand(*otherwise, *shape);
  std::visit(
      [&](auto &out) {
        using Values = std::decay_t<decltype(out)>;
        const auto &l = std::get<Values>(left.getStorage());
        const auto &r = std::get<Values>(right.getStorage());
        for (size_t i = 0; i < out.size(); ++i)
          out[i] = mask.get<uint8_t>()[i] ? l[i] : r[i];
      },
      result->getStorage());
  return true;
}

void populateLogicEvaluators(EvaluatorTable &table) {
  for (StringRef name : getPredicates().keys())
    table[name] = evaluatePredicate;
  for (StringRef name : {"And", "Or", "Xor"})
    table[name] = evaluateLogic;
  table["BitwiseNot"] = evaluateBitwiseNot;
  table["BitShift"] = evaluateBitShift;
  table["Where"] = evaluateWhere;
}

} // namespace ecolm::onnx
