//===- LinearMap.cpp - Tensors as sums of features ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Adds and scales the terms of a region.
//
//===----------------------------------------------------------------------===//

#include "LinearMap.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir;
using namespace ecolm;

/// Terms of one region, at most: 14 stages of 16384 pairs are a tenth of it.
static constexpr size_t kMaxRegionTerms = size_t(1) << 22;

bool ecolm::isExactWeight(float weight) {
  int exponent;
  return weight == 0 || std::fabs(std::frexp(weight, &exponent)) == 0.5f;
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

LinearRegion::LinearRegion(Value root, int64_t numAxes)
    : root(root), numAxes(numAxes) {
  auto type = cast<RankedTensorType>(root.getType());
  for (int64_t size : type.getShape().take_back(numAxes))
    numFeatures *= size;
  levels.assign(numFeatures, 0);
  starts.assign(numFeatures + 1, 0);
}

std::optional<LinearTerm> LinearRegion::create(ArrayRef<LinearTerm> summands) {
  if (terms.size() + summands.size() > kMaxRegionTerms)
    return std::nullopt;
  levels.push_back(levels[summands[0].variable] + 1);
  llvm::append_range(terms, summands);
  starts.push_back(terms.size());
  return LinearTerm{static_cast<int32_t>(levels.size() - 1), 1.0f};
}

std::optional<LinearTerm> LinearRegion::sum(ArrayRef<LinearTerm> summands) {
  if (summands.size() > static_cast<size_t>(kMaxTerms))
    return std::nullopt;
  SmallVector<int32_t> variables;
  for (LinearTerm term : summands) {
    if (levels[term.variable] != levels[summands[0].variable])
      return std::nullopt;
    variables.push_back(term.variable);
  }
  llvm::sort(variables);
  if (std::adjacent_find(variables.begin(), variables.end()) != variables.end())
    return std::nullopt;
  return create(summands);
}

std::optional<LinearTerm> LinearRegion::scale(LinearTerm term, float factor) {
  if (!isExactWeight(term.weight) && !isExactWeight(factor)) {
    uint32_t bits = llvm::bit_cast<uint32_t>(term.weight);
    auto [known, isNew] = scaled.try_emplace({term.variable, bits}, 0);
    if (isNew) {
      std::optional<LinearTerm> product = create(term);
      if (!product)
        return std::nullopt;
      known->second = product->variable;
    }
    term = {known->second, 1.0f};
  }
  return LinearTerm{term.variable, term.weight * factor};
}

std::optional<LinearTerm> LinearRegion::add(LinearTerm lhs, LinearTerm rhs) {
  int32_t lhsLevel = levels[lhs.variable], rhsLevel = levels[rhs.variable];
  if (lhsLevel == rhsLevel)
    return sum({lhs, rhs});
  // The sum of two is the same in both orders.
  if (lhsLevel < rhsLevel) {
    std::swap(lhs, rhs);
    std::swap(lhsLevel, rhsLevel);
  }
  if (lhsLevel != rhsLevel + 1 || std::fabs(lhs.weight) != 1.0f)
    return std::nullopt;
  SmallVector<LinearTerm> summands(getTerms(lhs.variable));
  for (LinearTerm &term : summands)
    term.weight *= lhs.weight;
  summands.push_back(rhs);
  return sum(summands);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

std::optional<int32_t> LinearTensor::getLevel() const {
  if (terms.empty())
    return std::nullopt;
  int32_t level = region->getLevel(terms[0].variable);
  for (LinearTerm term : terms)
    if (region->getLevel(term.variable) != level)
      return std::nullopt;
  return level;
}

LinearTensor ecolm::createRoot(LinearRegion &region) {
  auto type = cast<RankedTensorType>(region.getRoot().getType());
  LinearTensor tensor;
  tensor.region = &region;
  for (int64_t size : type.getShape().drop_back(region.getNumAxes())) {
    tensor.shape.push_back(1);
    tensor.isBatch.push_back(size != 1);
  }
  for (int64_t size : type.getShape().take_back(region.getNumAxes())) {
    tensor.shape.push_back(size);
    tensor.isBatch.push_back(false);
  }
  for (int64_t i = 0; i < region.getNumFeatures(); ++i)
    tensor.terms.push_back({static_cast<int32_t>(i), 1.0f});
  return tensor;
}

std::vector<int64_t> ecolm::enumerateOffsets(ArrayRef<int64_t> shape,
                                             ArrayRef<int64_t> strides,
                                             int64_t base) {
  std::vector<int64_t> offsets = {base};
  for (auto [size, stride] : llvm::zip_equal(shape, strides)) {
    std::vector<int64_t> next;
    next.reserve(offsets.size() * size);
    for (int64_t offset : offsets)
      for (int64_t i = 0; i < size; ++i)
        next.push_back(offset + i * stride);
    offsets = std::move(next);
  }
  return offsets;
}

SmallVector<int64_t> ecolm::getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 0);
  int64_t stride = 1;
  for (int64_t axis = shape.size() - 1; axis >= 0; --axis) {
    strides[axis] = shape[axis] == 1 ? 0 : stride;
    stride *= shape[axis];
  }
  return strides;
}
