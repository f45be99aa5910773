//===- MatrixQuantizer.cpp - Quantizes matrices of floats -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Quantizes group by group, and searches the scale of each group.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/MatrixQuantizer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Parallel.h"
#include <cmath>

using namespace ecolm;
using llvm::ArrayRef;
using llvm::MutableArrayRef;
using Method = QuantizationRecipe::Method;

/// The scales that are tried: hundredths of that of the largest magnitude
/// (PoTPTQ, arXiv 2507.11959).
static constexpr int kCandidates = 200, kLikelyCandidate = 80;

/// The code of the power of two that stands for `quotient`.
static int8_t roundToPower(float quotient, const QuantizationRecipe &recipe) {
  PowerRange range = {1 - recipe.getNumExponents(), 0,
                      /*clampsUnderflow=*/!recipe.hasZero};
  SignedPower power = quantizeToPower(quotient, recipe.rounding, range);
  // The number nearest to one between 2^(min-1) and 2^min is 2^min.
  if (power.sign == 0 && recipe.rounding == PowerRounding::Nearest &&
      std::fabs(quotient) >= 0.5f * toFloat({1, range.min}))
    power = {quotient < 0 ? -1 : 1, range.min};
  if (power.sign == 0)
    return recipe.hasZero ? 0 : 1;
  return power.sign * (power.exponent - range.min + 1);
}

static float getPower(int8_t code, const QuantizationRecipe &recipe) {
  if (code == 0)
    return 0;
  int32_t exponent = std::abs(code) - recipe.getNumExponents();
  return toFloat({code < 0 ? -1 : 1, exponent});
}

/// The value of one code of `recipe`'s format.
static float getValue(int8_t code, const QuantizationRecipe &recipe) {
  return recipe.method == Method::Pot ? getPower(code, recipe) : code;
}

float ecolm::roundToBFloat16(float value) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  bits += 0x7FFF + (bits >> 16 & 1);
  return llvm::bit_cast<float>(bits & 0xFFFF0000);
}

namespace {

/// Quantizes the elements that share a scale.
class GroupQuantizer {
public:
  GroupQuantizer(ArrayRef<float> values, const QuantizationRecipe &recipe,
                 const InputMoments *inputs)
      : values(values), recipe(recipe), inputs(inputs) {
    auto [least, most] = std::minmax_element(values.begin(), values.end());
    low = *least;
    high = *most;
    largest = std::max(std::fabs(low), std::fabs(high));
  }

  /// Chooses scale and offset and writes the codes of each term.
  void run(MutableArrayRef<MutableArrayRef<int8_t>> codes) {
    if (recipe.method == Method::Ternary) {
      scale = store(ternarize(values, recipe.ternary, codes[0]));
      fitScale(codes);
      return;
    }
    float first = getScaleOfLargest();
    scale = store(first);
    if (recipe.searchesScale && first > 0)
      searchScale(first);
    for (auto [i, value] : llvm::enumerate(values)) {
      float left = value;
      for (MutableArrayRef<int8_t> term : codes) {
        term[i] = encode(left, scale);
        left -= decode(term[i], scale);
      }
    }
    offset = getOffset(scale);
    fitScale(codes);
  }

  float scale = 1, offset = 0;

private:
  /// Takes the first of the candidates of the least error.
  void searchScale(float first) {
    double least = std::numeric_limits<double>::infinity();
    // What is worse than one that is seldom bad need not be summed to its end.
    double bound = getError(store(first * kLikelyCandidate / 100), least);
    for (int i = 1; i <= kCandidates; ++i) {
      float candidate = store(first * i / 100);
      double error = getError(candidate, std::min(bound, least));
      if (error < least) {
        least = error;
        scale = candidate;
      }
    }
  }

  /// `value` as the program will hold it.
  float store(float value) const {
    return recipe.hasHalfScales ? roundToBFloat16(value) : value;
  }

  /// The scale at which no magnitude leaves the format, 1 if all are 0.
  float getScaleOfLargest() const {
    if (recipe.method == Method::Pot)
      return largest > 0 ? largest : 1;
    if (recipe.hasZeroPoint)
      return high > low ? (high - low) / ((1 << recipe.bits) - 1) : 1;
    return largest > 0 ? largest / ((1 << (recipe.bits - 1)) - 1) : 1;
  }

  /// The number that code 0 stands for: the middle of the format is that of the
  /// values.
  float getOffset(float scale) const {
    if (recipe.method != Method::Integer || !recipe.hasZeroPoint)
      return 0;
    // A group of one value is that value.
    return store(high > low ? 0.5f * (low + high) + 0.5f * scale : low);
  }

  int8_t encode(float value, float scale) const {
    if (recipe.method == Method::Pot)
      return roundToPower(value / scale, recipe);
    float least = -static_cast<float>(1 << (recipe.bits - 1));
    float code = std::nearbyint((value - getOffset(scale)) / scale);
    return static_cast<int8_t>(std::clamp(code, least, -least - 1));
  }

  float decode(int8_t code, float scale) const {
    return getValue(code, recipe) * scale + getOffset(scale);
  }

  /// Makes `scale` that of the least squared error of the sums over the inputs,
  /// given the codes q: of |X w - s X q|^2 it is (w' X'X q) / (q' X'X q).
  void fitScale(ArrayRef<MutableArrayRef<int8_t>> codes) {
    if (!inputs || (recipe.method == Method::Integer && recipe.hasZeroPoint))
      return;
    std::vector<float> levels(values.size());
    for (ArrayRef<int8_t> term : codes)
      for (auto [level, code] : llvm::zip_equal(levels, term))
        level += getValue(code, recipe);
    double fitted = sumOverRows(values, levels) / sumOverRows(levels, levels);
    if (std::isfinite(fitted) && store(fitted) > 0)
      scale = store(fitted);
  }

  /// The product of two groups of weights over the inputs; rows of a matrix
  /// that share a scale meet the same inputs.
  double sumOverRows(ArrayRef<float> a, ArrayRef<float> b) const {
    double sum = 0;
    for (size_t n = inputs->size(); !a.empty();
         a = a.drop_front(n), b = b.drop_front(n))
      sum += inputs->getProduct(a.take_front(n), b.take_front(n));
    return sum;
  }

  double getImportance(int64_t i) const {
    return inputs ? inputs->getImportance(i % inputs->size()) : 1;
  }

  /// The weighted sum of squares, or infinity once it exceeds `bound`.
  double getError(float scale, double bound) const {
    double sum = 0;
    for (auto [i, value] : llvm::enumerate(values)) {
      float left = value;
      for (int32_t term = 0; term < recipe.terms; ++term)
        left -= decode(encode(left, scale), scale);
      sum += getImportance(i) * left * left;
      if (sum > bound)
        return std::numeric_limits<double>::infinity();
    }
    return sum;
  }

  ArrayRef<float> values;
  const QuantizationRecipe &recipe;
  /// Null without calibration.
  const InputMoments *inputs;
  float low, high, largest;
};

} // namespace

QuantizedValues ecolm::quantizeMatrix(ArrayRef<float> values, int64_t columns,
                                      const QuantizationRecipe &recipe,
                                      const InputRows *inputs) {
  QuantizedValues result;
  int64_t count = values.size();
  bool isTensor = recipe.group == QuantizationRecipe::kTensor;
  result.group = recipe.group > 0 ? std::min(recipe.group, columns) : columns;
  result.codes.assign(recipe.terms, std::vector<int8_t>(count));
  // What shares a scale is contiguous: everything, or a part of a row.
  int64_t row = isTensor ? count : columns;
  int64_t part = isTensor ? count : result.group;
  // Every row of the matrix meets the same inputs.
  std::vector<InputMoments> moments;
  for (int64_t at = 0; inputs && at < columns; at += result.group)
    moments.emplace_back(*inputs, at, std::min(result.group, columns - at));
  bool hasOffsets = recipe.method == Method::Integer && recipe.hasZeroPoint;
  int64_t parts = llvm::divideCeil(row, part);
  result.scales.resize(count / row * parts);
  result.offsets.resize(hasOffsets ? result.scales.size() : 0);
  llvm::parallelFor(0, result.scales.size(), [&](size_t i) {
    int64_t at = i % parts * part, begin = i / parts * row + at;
    int64_t size = std::min(part, row - at);
    llvm::SmallVector<MutableArrayRef<int8_t>> codes;
    for (std::vector<int8_t> &term : result.codes)
      codes.push_back(MutableArrayRef(term).slice(begin, size));
    GroupQuantizer group(values.slice(begin, size), recipe,
                         inputs ? &moments[at / result.group] : nullptr);
    group.run(codes);
    result.scales[i] = group.scale;
    if (hasOffsets)
      result.offsets[i] = group.offset;
  });
  return result;
}

std::vector<float> ecolm::dequantizeMatrix(const QuantizedValues &quantized,
                                           int64_t columns,
                                           const QuantizationRecipe &recipe) {
  int64_t count = quantized.codes[0].size();
  int64_t groups = llvm::divideCeil(columns, quantized.group);
  std::vector<float> values(count);
  for (int64_t i = 0; i < count; ++i) {
    float sum = 0;
    for (const std::vector<int8_t> &term : quantized.codes)
      sum += getValue(term[i], recipe);
    int64_t at = quantized.scales.size() == 1
                     ? 0
                     : i / columns * groups + i % columns / quantized.group;
    values[i] = sum * quantized.scales[at];
    if (!quantized.offsets.empty())
      values[i] += quantized.offsets[quantized.offsets.size() == 1 ? 0 : at];
  }
  return values;
}

void ecolm::rotateRows(MutableArrayRef<float> values, int64_t columns) {
  int64_t n = columns & -columns;
  for (size_t block = 0; block < values.size(); block += n) {
    MutableArrayRef<float> part = values.slice(block, n);
    for (int64_t stride = 1; stride < n; stride *= 2)
      for (int64_t i = 0; i < n; ++i)
        if (!(i & stride)) {
          float a = part[i], b = part[i + stride];
          part[i] = a + b;
          part[i + stride] = a - b;
        }
    for (float &value : part)
      value /= static_cast<float>(n);
  }
}
