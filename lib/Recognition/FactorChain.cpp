//===- FactorChain.cpp - A chain of Kronecker-sparse factors --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Describes chains, and writes them as ButterflyFactor, Gather and Mul.
//
//===----------------------------------------------------------------------===//

#include "FactorChain.h"
#include "EcoLMNodes.h"
#include "LinearMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

bool ChainFactor::isRotation() const {
  if (b != 2 || c != 2)
    return false;
  for (int64_t ia = 0; ia < a; ++ia)
    for (int64_t id = 0; id < d; ++id) {
      auto at = [&](int64_t ib, int64_t ic) -> double {
        return values[((ia * 2 + ib) * 2 + ic) * d + id];
      };
      double rows[3] = {at(0, 0) * at(0, 0) + at(0, 1) * at(0, 1) - 1,
                        at(1, 0) * at(1, 0) + at(1, 1) * at(1, 1) - 1,
                        at(0, 0) * at(1, 0) + at(0, 1) * at(1, 1)};
      for (double distance : rows)
        if (!(std::fabs(distance) < 1e-5))
          return false;
    }
  return true;
}

bool ChainFactor::isTernary() const {
  return llvm::all_of(
      values, [](float value) { return value == 0 || std::fabs(value) == 1; });
}

int64_t FactorChain::countValues() const {
  int64_t count = 0;
  for (const ChainFactor &factor : factors)
    count += factor.values.size();
  return count;
}

int64_t FactorChain::countMixing() const {
  return llvm::count_if(factors, [](auto &f) { return f.isMixing(); });
}

int64_t FactorChain::getLongestSum() const {
  int64_t longest = 0;
  for (const ChainFactor &factor : factors)
    longest = std::max(longest, factor.c);
  return longest;
}

/// The power of two that all values of `factor` have in common, or 1.
static float findCommonPower(const ChainFactor &factor) {
  float power = 0;
  for (float value : factor.values) {
    float magnitude = std::fabs(value);
    if (magnitude == 0)
      continue;
    if (!isExactWeight(magnitude) || (power != 0 && magnitude != power))
      return 1;
    power = magnitude;
  }
  return power == 0 ? 1 : power;
}

void FactorChain::separatePowers() {
  float power = 1;
  for (ChainFactor &factor : factors) {
    float own = findCommonPower(factor);
    for (float &value : factor.values)
      value /= own;
    power *= own;
  }
  if (power == 1)
    return;
  if (scale.empty())
    scale.assign(1, 1.0f);
  for (float &value : scale)
    value *= power;
}

std::string FactorChain::describe() const {
  bool isTernary = llvm::all_of(factors, [](auto &f) { return f.isTernary(); });
  std::string text, strides;
  llvm::raw_string_ostream out(text), list(strides);
  for (const ChainFactor &factor : factors)
    list << (strides.empty() ? "" : ", ") << factor.a << "x" << factor.b << "x"
         << factor.c << "x" << factor.d;
  out << factors.size() << (factors.size() == 1 ? " factor " : " factors ")
      << factors.front().getNumInputs() << " -> "
      << factors.back().getNumOutputs() << " ("
      << (isTernary ? "ternary" : "f32") << "; a x b x c x d: " << strides
      << ")";
  return text;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// The type of `input` with `size` elements along the last axis.
static RankedTensorType resizeLast(Value input, int64_t size) {
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = size;
  return type.clone(shape);
}

static Value createPermutation(GraphRewriter &rewriter, Location loc,
                               StringRef name, Value input,
                               ArrayRef<int64_t> permutation) {
  if (permutation.empty())
    return input;
  Value indices =
      createIntegers(rewriter, loc, (name + ".permutation").str(), permutation);
  return rewriter.createNode(
      loc, "Gather", {input, indices}, resizeLast(input, permutation.size()),
      rewriter.getNamedAttr("axis", rewriter.getI64IntegerAttr(-1)),
      /*like=*/input);
}

static Value createScale(GraphRewriter &rewriter, Location loc, StringRef name,
                         Value input, ArrayRef<float> scale) {
  if (scale.empty())
    return input;
  SmallVector<int64_t> shape;
  if (scale.size() > 1)
    shape.push_back(scale.size());
  Value factor =
      createFloats(rewriter, loc, (name + ".scale").str(), scale, shape);
  return rewriter.createNode(loc, "Mul", {input, factor}, input.getType(), {},
                             /*like=*/input);
}

static Value createFactor(GraphRewriter &rewriter, Location loc, StringRef name,
                          Value input, const ChainFactor &factor) {
  SmallVector<int64_t> shape = {factor.a, factor.b, factor.c, factor.d};
  Value values;
  if (factor.isTernary()) {
    onnx::HostTensor codes(rewriter.getI8Type(), shape);
    llvm::copy(factor.values, codes.get<int64_t>().begin());
    values = createInitializer(rewriter, loc, name, codes);
  } else {
    values = createFloats(rewriter, loc, name, factor.values, shape);
  }
  Value result = rewriter.createNode(loc, "ButterflyFactor", {input, values},
                                     resizeLast(input, factor.getNumOutputs()),
                                     {}, /*like=*/input);
  auto node = result.getDefiningOp<onnx::NodeOp>();
  node.setDomain(onnx::kEcoLMDomain);
  node.setOpset(1);
  return result;
}

Value ecolm::createChain(GraphRewriter &rewriter, Location loc, StringRef name,
                         Value input, const FactorChain &chain) {
  Value value = input;
  for (auto [i, factor] : llvm::enumerate(chain.factors)) {
    std::string own = (name + ".factor_" + Twine(i)).str();
    value = createPermutation(rewriter, loc, own, value, factor.permutation);
    // A factor that mixes nothing is a scale.
    value = factor.b == 1 && factor.c == 1
                ? createScale(rewriter, loc, own, value, factor.values)
                : createFactor(rewriter, loc, own, value, factor);
  }
  value = createPermutation(rewriter, loc, name, value, chain.permutation);
  return createScale(rewriter, loc, name, value, chain.scale);
}
