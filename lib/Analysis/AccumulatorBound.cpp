//===- AccumulatorBound.cpp - How large integer sums can get --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Bounds every partial sum of an integer butterfly or matrix product.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/AccumulatorBound.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Support/WeightPacker.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace ecolm;

uint64_t AccumulatorBound::getMaximum() const {
  return stages.empty() ? 0 : *llvm::max_element(stages);
}

std::optional<unsigned> AccumulatorBound::getIntegerWidth() const {
  if (getMaximum() <= INT16_MAX)
    return 16;
  if (getMaximum() <= INT32_MAX)
    return 32;
  return std::nullopt;
}

bool AccumulatorBound::isExactInFloat() const {
  return getMaximum() < (uint64_t(1) << 24);
}

/// 2^exponent, saturating.
static uint64_t getPower(int64_t exponent) {
  return exponent < 64 ? uint64_t(1) << exponent : UINT64_MAX;
}

/// Largest magnitude of an element of `type` as an integer in its own unit, or
/// nothing if its elements are not integers.
static std::optional<uint64_t> getLargestMagnitude(Type type) {
  if (isa<TernaryType>(type))
    return 1;
  if (auto pot = dyn_cast<PotType>(type))
    return llvm::SaturatingMultiply<uint64_t>(
        getPower(pot.getNumExponents() - 1), pot.getTerms());
  if (type.isSignlessInteger())
    return getPower(type.getIntOrFloatBitWidth() - 1);
  return std::nullopt;
}

/// Magnitude of the weight with `code`.
static uint64_t getMagnitude(Type type, int8_t code) {
  uint64_t magnitude = std::abs(static_cast<int>(code));
  if (!isa<PotType>(type))
    return magnitude;
  return magnitude ? getPower(magnitude - 1) : 0;
}

namespace {
/// The sums of one stage: adds codes in the row-major order of the factor.
class StageSums {
public:
  StageSums(const FactorShape &shape, Type element, ArrayRef<uint64_t> inputs)
      : shape(shape), element(element), inputs(inputs),
        sums(shape.stacks * shape.getNumOutputs()) {}

  /// Adds the next weight's magnitude times the bound of its input.
  void add(uint64_t weight) {
    // Stacks of the first stage read the same input, later ones their own.
    int64_t stackInputs =
        static_cast<int64_t>(inputs.size()) == shape.getNumInputs()
            ? 0
            : stack * shape.getNumInputs();
    uint64_t input = inputs[stackInputs + (ia * shape.c + ic) * shape.d + id];
    uint64_t &sum = sums[stack * shape.getNumOutputs() +
                         (ia * shape.b + ib) * shape.d + id];
    sum = llvm::SaturatingMultiplyAdd(weight, input, sum);
    advance();
  }

  /// Adds every weight as the largest of its type.
  void addLargest(uint64_t weight) {
    for (int64_t i = 0, end = sums.size() * shape.c; i < end; ++i)
      add(weight);
  }

  /// Adds every weight of `description` in `source`.
  llvm::Error addWeights(const WeightDescription &description,
                         ArrayRef<char> source) {
    return readWeightCodes(description, source, [&](ArrayRef<int8_t> codes) {
      for (int8_t code : codes)
        add(getMagnitude(element, code));
    });
  }

  std::vector<uint64_t> take() { return std::move(sums); }

private:
  /// Moves to the next element of (stacks, a, b, c, d).
  void advance() {
    if (++id < shape.d)
      return;
    id = 0;
    if (++ic < shape.c)
      return;
    ic = 0;
    if (++ib < shape.b)
      return;
    ib = 0;
    if (++ia < shape.a)
      return;
    ia = 0;
    ++stack;
  }

  const FactorShape shape;
  Type element;
  ArrayRef<uint64_t> inputs;
  std::vector<uint64_t> sums;
  int64_t stack = 0, ia = 0, ib = 0, ic = 0, id = 0;
};
} // namespace

/// Bounds of the outputs of a factor with the bytes of `weight`, or nothing if
/// they cannot be read; whoever writes them into the program reports that.
static std::optional<std::vector<uint64_t>>
boundByBytes(WeightOp weight, const FactorShape &shape,
             ArrayRef<uint64_t> inputs) {
  // Sums of several powers have no codes that could be read.
  if (!weight)
    return std::nullopt;
  if (auto pot = dyn_cast<PotType>(getElementTypeOrSelf(weight.getType())))
    if (pot.getTerms() != 1)
      return std::nullopt;
  std::optional<WeightBytes> source = findSourceBytes(weight);
  FailureOr<WeightDescription> description = describeWeight(weight);
  if (!source || failed(description))
    return std::nullopt;
  StageSums sums(shape, getElementTypeOrSelf(weight.getType()), inputs);
  if (llvm::Error error = sums.addWeights(*description, source->get())) {
    llvm::consumeError(std::move(error));
    return std::nullopt;
  }
  return sums.take();
}

/// Bounds of the outputs of `factor` for inputs bounded by `inputs`.
static FailureOr<std::vector<uint64_t>>
boundStage(Value factor, ArrayRef<uint64_t> inputs,
           SymbolTableCollection &symbols) {
  auto type = dyn_cast<RankedTensorType>(factor.getType());
  if (!type || !type.hasStaticShape())
    return failure();
  std::optional<uint64_t> largest = getLargestMagnitude(type.getElementType());
  if (!largest)
    return failure();

  FactorShape shape = getFactorShape(type);
  if (std::optional<std::vector<uint64_t>> exact =
          boundByBytes(getDeclaration(factor, symbols), shape, inputs))
    return std::move(*exact);
  StageSums sums(shape, type.getElementType(), inputs);
  sums.addLargest(*largest);
  return sums.take();
}

FailureOr<AccumulatorBound>
ecolm::boundAccumulators(RankedTensorType input, ValueRange factors,
                         SymbolTableCollection &symbols) {
  std::optional<uint64_t> largest = getLargestMagnitude(input.getElementType());
  int64_t width = input.getShape().back();
  if (!largest || factors.empty() || ShapedType::isDynamic(width))
    return failure();
  auto first = dyn_cast<RankedTensorType>(factors.front().getType());
  if (!first || !first.hasStaticShape())
    return failure();

  // What is padded is zero.
  std::vector<uint64_t> bounds(width, *largest);
  bounds.resize(getFactorShape(first).getNumInputs(), 0);
  AccumulatorBound result;
  for (Value factor : factors) {
    FailureOr<std::vector<uint64_t>> next = boundStage(factor, bounds, symbols);
    if (failed(next))
      return failure();
    bounds = std::move(*next);
    result.stages.push_back(*llvm::max_element(bounds));
  }
  return result;
}

FailureOr<AccumulatorBound>
ecolm::boundAccumulators(Operation *op, SymbolTableCollection &symbols) {
  if (!isa<ButterflyOp, ButterflyFactorOp, MatmulOp>(op))
    return failure();
  return boundAccumulators(cast<RankedTensorType>(op->getOperand(0).getType()),
                           op->getOperands().drop_front(), symbols);
}
