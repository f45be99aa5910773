//===- NormalizeButterflies.cpp - One weight less for every output --------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Measures the sums of a butterfly of powers of two, or of ternary weights, in
// units that make one of their two weights 1. An output o with its partner p,
//
//   y[o] = a x[o] + b x[p],   becomes   z[o] = x'[o] + r x'[p]
//
// where x = u x' and y = v z for powers of two v[o] = a u[o], and
// r = b u[p] / v[o]. The last factor takes its inputs back from their units.
// All of these are exact, but where a number leaves the range of f32. Units of
// ternary factors are signs; where a is 0 that of b makes r 1.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Support/WeightPacker.h"
#include "mlir/IR/Builders.h"

namespace ecolm {
#define GEN_PASS_DEF_NORMALIZEBUTTERFLIES
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// How far a unit may be from 1: sums have as many powers of two less to their
/// largest number, and to their smallest.
static constexpr int32_t kLargestUnit = 48;
/// Exponents that the codes of a factor tell apart.
static constexpr int32_t kMostExponents = 127;

namespace {

/// A signed power of two, or 0.
struct Power {
  int32_t exponent = 0;
  bool isNegative = false, isZero = false;

  Power operator*(Power other) const {
    if (isZero || other.isZero)
      return {0, false, true};
    return {exponent + other.exponent, isNegative != other.isNegative};
  }
  Power operator/(Power other) const {
    return *this * Power{-other.exponent, other.isNegative};
  }
};

/// A factor of 2 by 2 blocks, its weights in row-major order.
struct PowerFactor {
  FactorShape shape;
  std::vector<Power> weights;

  /// Of the output's own place, and of its partner.
  Power &at(int64_t output, bool isPartner) {
    int64_t ib = output / shape.d % 2;
    return weights[shape.getSourceIndex(0, output, isPartner ? 1 - ib : ib)];
  }
  int64_t getPartner(int64_t output) const { return output ^ shape.d; }

  /// The smallest exponent and the largest.
  std::pair<int32_t, int32_t> getRange() const {
    auto [low, high] = std::minmax_element(
        weights.begin(), weights.end(),
        [](Power a, Power b) { return a.exponent < b.exponent; });
    return {low->exponent, high->exponent};
  }
};

} // namespace

/// The factor that `weight` holds, if it is a ternary one or one of powers of
/// two other than 0.
static std::optional<PowerFactor> readFactor(WeightOp weight, bool isTernary) {
  auto type = dyn_cast<RankedTensorType>(weight.getType());
  if (!type || isTernary != isa<TernaryType>(type.getElementType()))
    return std::nullopt;
  auto pot = dyn_cast<PotType>(type.getElementType());
  if (!isTernary && (!pot || pot.getTerms() != 1))
    return std::nullopt;
  int32_t min = isTernary ? 0 : pot.getMin();
  FailureOr<WeightDescription> description = describeWeight(weight);
  std::optional<WeightBytes> source = findSourceBytes(weight);
  if (failed(description) || !source)
    return std::nullopt;
  PowerFactor factor{description->shape, {}};
  bool hasZeros = false;
  llvm::Error error =
      readWeightCodes(*description, source->get(), [&](ArrayRef<int8_t> codes) {
        for (int32_t code : codes) {
          hasZeros |= code == 0;
          factor.weights.push_back(
              {std::abs(code) - 1 + min, code < 0, code == 0});
        }
      });
  if (error) { // Whoever writes the bytes reports that.
    llvm::consumeError(std::move(error));
    return std::nullopt;
  }
  if (hasZeros && !isTernary)
    return std::nullopt;
  return factor;
}

/// The factors of `op`, if all of them pair the elements of one vector.
static std::optional<std::vector<PowerFactor>>
readFactors(ButterflyOp op, bool ternary, SymbolTableCollection &symbols) {
  int64_t size = op.getInput().getType().getShape().back();
  bool isTernary = op.getType().getElementType().isInteger();
  if ((isTernary ? !ternary : !op.getType().getElementType().isF32()) ||
      op.getType().getShape().back() != size ||
      (!isTernary && op.getArithmetic() != Arithmetic::Native) ||
      op.getFactors().size() < 2)
    return std::nullopt;
  std::vector<PowerFactor> factors;
  for (Value value : op.getFactors()) {
    WeightOp weight = getDeclaration(value, symbols);
    std::optional<PowerFactor> factor =
        weight ? readFactor(weight, isTernary) : std::nullopt;
    if (!factor || factor->shape.stacks != 1 || factor->shape.b != 2 ||
        factor->shape.c != 2 || factor->shape.getNumInputs() != size)
      return std::nullopt;
    factors.push_back(std::move(*factor));
  }
  return factors;
}

/// Moves units through `factors`. Fails where they become too large.
static LogicalResult normalize(MutableArrayRef<PowerFactor> factors) {
  std::vector<Power> units(factors.front().shape.getNumInputs());
  for (PowerFactor &factor : factors) {
    bool isLast = &factor == &factors.back();
    std::vector<Power> next(units.size());
    for (int64_t o = 0, size = units.size(); o < size; ++o) {
      Power &own = factor.at(o, /*isPartner=*/false);
      Power &partner = factor.at(o, /*isPartner=*/true);
      own = own * units[o];
      partner = partner * units[factor.getPartner(o)];
      next[o] = !own.isZero ? own : !partner.isZero ? partner : Power();
      if (std::abs(next[o].exponent) > kLargestUnit)
        return failure();
      if (isLast)
        continue;
      own = own / next[o];
      partner = partner / next[o];
    }
    units = std::move(next);
    auto [min, max] = factor.getRange();
    if (min < -126 || max > 127 || max - min >= kMostExponents)
      return failure();
  }
  return success();
}

/// Declares `factor` beside `weight`, which it stands for.
static WeightOp declare(const PowerFactor &factor, WeightOp weight,
                        SymbolTable &symbols) {
  auto [min, max] = factor.getRange();
  auto given = cast<RankedTensorType>(weight.getType());
  Type element = given.getElementType();
  if (isa<PotType>(element))
    element = PotType::get(weight.getContext(), min, max, /*zero=*/false,
                           /*terms=*/1);
  std::vector<char> codes;
  for (Power power : factor.weights) {
    int32_t magnitude = power.isZero ? 0 : power.exponent - min + 1;
    codes.push_back(
        static_cast<char>(power.isNegative ? -magnitude : magnitude));
  }
  OpBuilder builder(weight);
  auto type = RankedTensorType::get(given.getShape(), element);
  std::string name = (weight.getSymName() + "_normalized").str();
  auto normalized =
      WeightOp::create(builder, weight.getLoc(), builder.getStringAttr(name),
                       TypeAttr::get(type),
                       makeSource(type.clone(builder.getI8Type()), name, codes),
                       PackingAttr::get(weight.getContext(), Packing::Bytes),
                       /*transposed=*/UnitAttr());
  symbols.insert(normalized, Block::iterator(weight));
  return normalized;
}

namespace {
struct NormalizeButterfliesPass final
    : ecolm::impl::NormalizeButterfliesBase<NormalizeButterfliesPass> {
  using Base::Base;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SymbolTableCollection collection;
    getOperation()->walk([&](ButterflyOp op) {
      std::optional<std::vector<PowerFactor>> factors =
          readFactors(op, ternary, collection);
      if (!factors || failed(normalize(*factors)))
        return;
      OpBuilder builder(op);
      for (auto [i, factor] : llvm::enumerate(*factors)) {
        WeightOp weight = getDeclaration(op.getFactors()[i], collection);
        WeightOp normalized = declare(factor, weight, symbols);
        auto get =
            GetWeightOp::create(builder, weight.getLoc(), normalized.getType(),
                                normalized.getSymName());
        if (i + 1 < factors->size())
          get->setAttr(kUnitDiagonalAttr, builder.getUnitAttr());
        op.getFactorsMutable().slice(i, 1).assign(get);
      }
      ++numNormalized;
    });
  }
};
} // namespace
