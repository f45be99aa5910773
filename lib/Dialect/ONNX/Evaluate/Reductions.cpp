//===- Reductions.cpp - Evaluators of reductions and products -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Evaluates Reduce*, ArgMax, ArgMin and MatMul.
//
//===----------------------------------------------------------------------===//

#include "Broadcasting.h"
#include <cmath>
#include <numeric>

using namespace mlir;

namespace ecolm::onnx {

//===----------------------------------------------------------------------===//
// Reduce*
//===----------------------------------------------------------------------===//

namespace {

/// A reduction as `finish(fold(...fold(start, x0), x1 ...), count)`, in double.
struct Reduction {
  double start;
  double (*fold)(double, double);
  double (*finish)(double, int64_t);
};

} // namespace

static double keep(double value, int64_t) { return value; }

static const llvm::StringMap<Reduction> &getReductions() {
  auto add = [](double sum, double x) { return sum + x; };
  auto addSquare = [](double sum, double x) { return sum + x * x; };
  static const llvm::StringMap<Reduction> reductions = {
      {"ReduceL1",
       {0, [](double sum, double x) { return sum + std::fabs(x); }, keep}},
      {"ReduceL2",
       {0, addSquare, [](double sum, int64_t) { return std::sqrt(sum); }}},
      {"ReduceMax",
       {-INFINITY,
        [](double most, double x) { return x != x || x > most ? x : most; },
        keep}},
      {"ReduceMean",
       {0, add, [](double sum, int64_t count) { return sum / count; }}},
      {"ReduceMin",
       {INFINITY,
        [](double least, double x) { return x != x || x < least ? x : least; },
        keep}},
      {"ReduceProd",
       {1, [](double product, double x) { return product * x; }, keep}},
      {"ReduceSum", {0, add, keep}},
      {"ReduceSumSquare", {0, addSquare, keep}},
  };
  return reductions;
}

/// Which axes of `rank` the node reduces, or nothing if it names a wrong one.
static std::optional<SmallVector<bool>> getReducedAxes(const Evaluation &eval,
                                                       int64_t rank) {
  SmallVector<int64_t> axes =
      eval.getInts("axes", 1).value_or(SmallVector<int64_t>());
  SmallVector<bool> isReduced(
      rank, axes.empty() && !eval.getInt("noop_with_empty_axes", 0));
  for (int64_t axis : axes) {
    std::optional<int64_t> fromFront = countAxisFromFront(axis, rank);
    if (!fromFront)
      return std::nullopt;
    isReduced[*fromFront] = true;
  }
  return isReduced;
}

/// `input` with the reduced axes moved behind the others; `kept` gets the shape
/// of the others.
static HostTensor moveToBack(const HostTensor &input, ArrayRef<bool> isReduced,
                             SmallVector<int64_t> &kept) {
  SmallVector<int64_t> strides = getStrides(input.getShape()), order, shape;
  for (bool wanted : {false, true})
    for (int64_t axis = 0; axis < input.getRank(); ++axis)
      if (isReduced[axis] == wanted) {
        order.push_back(strides[axis]);
        shape.push_back(input.getShape()[axis]);
        if (!wanted)
          kept.push_back(input.getShape()[axis]);
      }
  HostTensor result(input.getElementType(), shape);
  copyStrided(input, 0, order, result);
  return result;
}

/// `shape` with the reduced axes of size one, or without them.
static SmallVector<int64_t> getReducedShape(ArrayRef<int64_t> shape,
                                            ArrayRef<bool> isReduced,
                                            bool keepsDims) {
  SmallVector<int64_t> reduced;
  for (auto [size, gone] : llvm::zip_equal(shape, isReduced))
    if (!gone || keepsDims)
      reduced.push_back(gone ? 1 : size);
  return reduced;
}

static bool evaluateReduce(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input || input->getElementType().isInteger(1) ||
      !eval.budget.take(input->getShape()))
    return false;
  auto isReduced = getReducedAxes(eval, input->getRank());
  if (!isReduced)
    return false;
  SmallVector<int64_t> kept;
  HostTensor rows = moveToBack(*input, *isReduced, kept);
  HostTensor *result =
      eval.addResult(input->getElementType(),
                     getReducedShape(input->getShape(), *isReduced,
                                     eval.getInt("keepdims", 1) != 0));
  if (!result || result->size() == 0 || rows.size() == 0)
    return false;
  Reduction reduction = getReductions().lookup(eval.node.getOpType());
  int64_t length = rows.size() / result->size();
  std::visit(
      [&](auto &out) {
        using Values = std::decay_t<decltype(out)>;
        const auto &values = std::get<Values>(rows.getStorage());
        for (size_t row = 0; row < out.size(); ++row) {
          double folded = reduction.start;
          for (int64_t i = 0; i < length; ++i)
            folded = reduction.fold(folded, values[row * length + i]);
          out[row] = static_cast<typename Values::value_type>(
              reduction.finish(folded, length));
        }
      },
      result->getStorage());
  // A double does not hold every sum of long integers.
  return input->isFloat() ||
         llvm::all_of(result->get<int64_t>(),
                      [](int64_t x) { return std::abs(x) < int64_t(1) << 53; });
}

//===----------------------------------------------------------------------===//
// ArgMax, ArgMin
//===----------------------------------------------------------------------===//

static bool evaluateArg(Evaluation &eval) {
  const HostTensor *input = eval.getInput(0);
  if (!input || !input->isFloat() || !eval.budget.take(input->getShape()))
    return false;
  auto axis = countAxisFromFront(eval.getInt("axis", 0), input->getRank());
  if (!axis || eval.getInt("select_last_index", 0))
    return false;
  SmallVector<bool> isReduced(input->getRank(), false);
  isReduced[*axis] = true;
  SmallVector<int64_t> kept;
  HostTensor rows = moveToBack(*input, isReduced, kept);
  HostTensor *result =
      eval.addResult(IntegerType::get(eval.node.getContext(), 64),
                     getReducedShape(input->getShape(), isReduced,
                                     eval.getInt("keepdims", 1) != 0));
  int64_t length = input->getShape()[*axis];
  if (!result || length == 0)
    return false;
  bool wantsMost = eval.node.getOpType() == "ArgMax";
  auto find = [&](const auto &values) {
    for (int64_t row = 0; row < result->size(); ++row) {
      auto begin = values.begin() + row * length, end = begin + length;
      auto best = wantsMost ? std::max_element(begin, end)
                            : std::min_element(begin, end);
      result->get<int64_t>()[row] = best - begin;
    }
  };
  if (input->getElementType().isF64())
    find(rows.get<double>());
  else
    find(rows.get<float>());
  return true;
}

//===----------------------------------------------------------------------===//
// MatMul
//===----------------------------------------------------------------------===//

/// Products of matrices, and of stacks of them that broadcast.
static bool evaluateMatMul(Evaluation &eval) {
  const HostTensor *lhs = eval.getInput(0), *rhs = eval.getInput(1);
  if (!lhs || !rhs || lhs->getRank() < 2 || rhs->getRank() < 2 ||
      lhs->getElementType() != rhs->getElementType() ||
      !lhs->getElementType().isF32())
    return false;
  ArrayRef<int64_t> lhsBatch = lhs->getShape().drop_back(2);
  ArrayRef<int64_t> rhsBatch = rhs->getShape().drop_back(2);
  auto batch = broadcast(lhsBatch, rhsBatch);
  int64_t m = lhs->getShape().drop_back().back(), k = lhs->getShape().back();
  int64_t n = rhs->getShape().back();
  if (!batch || rhs->getShape().drop_back().back() != k)
    return false;
  SmallVector<int64_t> shape = *batch;
  shape.append({m, n, k});
  if (!eval.budget.take(shape))
    return false;
  shape.pop_back();
  HostTensor *result = eval.addResult(lhs->getElementType(), shape);
  if (!result || result->size() == 0 || k == 0)
    return false;
  MLIRContext *context = eval.node.getContext();
  HostTensor left = getBroadcastIndices(context, lhsBatch, *batch);
  HostTensor right = getBroadcastIndices(context, rhsBatch, *batch);
  std::vector<double> sums(n);
  for (int64_t row = 0; row < left.size() * m; ++row) {
    int64_t i = row / m;
    const float *factors =
        &lhs->get<float>()[(left.get<int64_t>()[i] * m + row % m) * k];
    const float *values = &rhs->get<float>()[right.get<int64_t>()[i] * k * n];
    llvm::fill(sums, 0.0);
    for (int64_t j = 0; j < k; ++j)
      for (int64_t column = 0; column < n; ++column)
        sums[column] += double(factors[j]) * values[j * n + column];
    llvm::copy(sums, result->get<float>().begin() + row * n);
  }
  return true;
}

void populateReductionEvaluators(EvaluatorTable &table) {
  for (StringRef name : getReductions().keys())
    table[name] = evaluateReduce;
  table["ArgMax"] = evaluateArg;
  table["ArgMin"] = evaluateArg;
  table["MatMul"] = evaluateMatMul;
}

} // namespace ecolm::onnx
