//===- LinearArithmetic.cpp - Operators that add and scale ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Adds terms, and multiplies them by constants.
//
//===----------------------------------------------------------------------===//

#include "LinearRules.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/Shapes/EinsumEquation.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

namespace {
/// A constant of f32 that is small enough to be a factor's.
struct Coefficients {
  SmallVector<int64_t> shape;
  onnx::ElementsReader reader;

  float operator[](int64_t offset) const { return reader.getDouble(offset); }
};
} // namespace

static std::optional<Coefficients> getCoefficients(Value value) {
  ElementsAttr elements = getConstant(value);
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!elements || !type || !type.getElementType().isF32() ||
      type.getNumElements() > kMaxElements * kMaxTerms)
    return std::nullopt;
  auto reader = onnx::ElementsReader::get(elements);
  if (!reader)
    return std::nullopt;
  return Coefficients{SmallVector<int64_t>(type.getShape()), *reader};
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

namespace {
/// `result[out] = sum over k of tensor[..] * constant[..]`, axes named by
/// labels as in Einsum.
struct Contraction {
  SmallVector<char> tensorLabels, constantLabels, outLabels, summedLabels;
};
} // namespace

/// Size of `label`, and the strides that it has in both operands.
struct LabelledAxis {
  int64_t size = 1, tensorStride = 0, constantStride = 0;
  bool isBatch = false;
};

static std::optional<LabelledAxis> findAxis(char label, const LinearTensor &x,
                                            const Coefficients &w,
                                            const Contraction &labels) {
  LabelledAxis axis;
  SmallVector<int64_t> strides = getStrides(x.shape);
  for (auto [i, name] : llvm::enumerate(labels.tensorLabels))
    if (name == label) {
      axis.size = std::max(axis.size, x.shape[i]);
      axis.tensorStride += strides[i];
      axis.isBatch = x.isBatch[i];
    }
  strides = getStrides(w.shape);
  for (auto [i, name] : llvm::enumerate(labels.constantLabels))
    if (name == label) {
      if (axis.isBatch && w.shape[i] != 1)
        return std::nullopt;
      axis.size = std::max(axis.size, w.shape[i]);
      axis.constantStride += strides[i];
    }
  return axis;
}

/// True if at most half the elements of `w` are not 0, as in a factor that is
/// written as a dense matrix. A few of the first tell a matrix that is dense,
/// and leave the rest of it in the file.
static bool isSparse(const Coefficients &w) {
  constexpr int64_t kSample = 64, kFirst = 1 << 16;
  int64_t size = w.reader.size(), numSampled = 0, numNonzero = 0;
  int64_t first = std::min(size, kFirst);
  for (int64_t i = 0; i < first; i += first / kSample | 1)
    numSampled += 1, numNonzero += w[i] != 0;
  if (numNonzero * 4 > numSampled * 3)
    return false;
  numNonzero = 0;
  for (int64_t i = 0; i < size; ++i)
    numNonzero += w[i] != 0;
  return numNonzero * 2 <= size;
}

/// The sum of the products at `offsets` from the given beginnings; without
/// those with 0 if there are others and `skipsZeros`.
static std::optional<LinearTerm>
sumProducts(const LinearTensor &x, const Coefficients &w, int64_t tensorOffset,
            int64_t constantOffset, ArrayRef<int64_t> tensorSteps,
            ArrayRef<int64_t> constantSteps, bool skipsZeros) {
  SmallVector<LinearTerm> summands;
  for (auto [tensorStep, constantStep] :
       llvm::zip_equal(tensorSteps, constantSteps)) {
    bool isLast = constantStep == constantSteps.back();
    if (skipsZeros && w[constantOffset + constantStep] == 0 &&
        !(isLast && summands.empty()))
      continue;
    auto product = x.region->scale(x.terms[tensorOffset + tensorStep],
                                   w[constantOffset + constantStep]);
    if (!product)
      return std::nullopt;
    summands.push_back(*product);
  }
  if (summands.size() == 1)
    return summands[0];
  if (summands.size() > kMaxTerms)
    return std::nullopt;
  return x.region->sum(summands);
}

static std::optional<LinearTensor> contract(const LinearTensor &x,
                                            const Coefficients &w,
                                            const Contraction &labels) {
  LinearTensor result;
  result.region = x.region;
  SmallVector<int64_t> tensorStrides, constantStrides;
  for (char label : labels.outLabels) {
    std::optional<LabelledAxis> axis = findAxis(label, x, w, labels);
    if (!axis)
      return std::nullopt;
    result.shape.push_back(axis->size);
    result.isBatch.push_back(axis->isBatch);
    tensorStrides.push_back(axis->tensorStride);
    constantStrides.push_back(axis->constantStride);
  }
  SmallVector<int64_t> summedShape, tensorSums, constantSums;
  for (char label : labels.summedLabels) {
    std::optional<LabelledAxis> axis = findAxis(label, x, w, labels);
    if (!axis || axis->isBatch)
      return std::nullopt;
    summedShape.push_back(axis->size);
    tensorSums.push_back(axis->tensorStride);
    constantSums.push_back(axis->constantStride);
  }
  std::optional<int64_t> count = countTerms(result.shape);
  std::optional<int64_t> numTerms = countTerms(summedShape);
  if (!count || !numTerms)
    return std::nullopt;
  // A sum over all there is makes a dense matrix, which is no factor unless it
  // is mostly zeros.
  bool isWhole =
      *numTerms > 1 && *numTerms == static_cast<int64_t>(x.terms.size());
  if (isWhole ? !isSparse(w) : *numTerms > kMaxTerms)
    return std::nullopt;
  std::vector<int64_t> tensorOffsets =
      enumerateOffsets(result.shape, tensorStrides);
  std::vector<int64_t> constantOffsets =
      enumerateOffsets(result.shape, constantStrides);
  std::vector<int64_t> tensorSteps = enumerateOffsets(summedShape, tensorSums);
  std::vector<int64_t> constantSteps =
      enumerateOffsets(summedShape, constantSums);
  for (int64_t i = 0; i < *count; ++i) {
    auto term = sumProducts(x, w, tensorOffsets[i], constantOffsets[i],
                            tensorSteps, constantSteps, isWhole);
    if (!term)
      return std::nullopt;
    result.terms.push_back(*term);
  }
  return result;
}

/// Labels of the last `rank` axes of a broadcast, counted from the last one.
static SmallVector<char> labelsFromBack(int64_t rank) {
  SmallVector<char> labels;
  for (int64_t i = rank; i > 0; --i)
    labels.push_back(static_cast<char>(i));
  return labels;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The tensor and the constant of a node with one of each.
static std::optional<std::pair<const LinearTensor *, Coefficients>>
getFactors(LinearNode node) {
  if (node.inputs.size() < 2 || !node.inputs[0] == !node.inputs[1])
    return std::nullopt;
  unsigned constant = node.inputs[0] ? 1 : 0;
  auto coefficients = getCoefficients(node.node.getInputs()[constant]);
  if (!coefficients)
    return std::nullopt;
  return std::make_pair(node.inputs[1 - constant], *coefficients);
}

static std::optional<LinearTensor> applyMul(LinearNode node) {
  auto factors = getFactors(node);
  if (!factors)
    return std::nullopt;
  auto &[x, w] = *factors;
  return contract(*x, w,
                  {labelsFromBack(x->getRank()),
                   labelsFromBack(w.shape.size()),
                   labelsFromBack(node.getType().getRank()),
                   {}});
}

/// Division by powers of two, which is multiplication; any other rounds.
static std::optional<LinearTensor> applyDiv(LinearNode node) {
  if (!node.inputs[0] || node.inputs[1])
    return std::nullopt;
  auto exponents = getPowersOfTwo(node.node.getInputs()[1]);
  if (!exponents || exponents->size() != 1)
    return std::nullopt;
  LinearTensor result = *node.inputs[0];
  auto type = cast<RankedTensorType>(node.node.getInputs()[1].getType());
  if (type.getNumElements() != 1 || type.getRank() > result.getRank())
    return std::nullopt;
  for (LinearTerm &term : result.terms)
    term.weight = std::ldexp(term.weight, -(*exponents)[0]);
  return result;
}

static std::optional<LinearTensor> applyNeg(LinearNode node) {
  LinearTensor result = *node.inputs[0];
  for (LinearTerm &term : result.terms)
    term.weight = -term.weight;
  return result;
}

static std::optional<LinearTensor> applyMatMul(LinearNode node) {
  auto factors = getFactors(node);
  if (!factors)
    return std::nullopt;
  auto &[x, w] = *factors;
  int64_t ranks[2] = {x->getRank(), static_cast<int64_t>(w.shape.size())};
  if (ranks[0] < 2 || ranks[1] < 2)
    return std::nullopt;
  SmallVector<char> tensorLabels = labelsFromBack(ranks[0]),
                    constantLabels = labelsFromBack(ranks[1]);
  // Rows of the first, columns of the second; 'k' is summed.
  bool tensorFirst = node.inputs[0] != nullptr;
  (tensorFirst ? tensorLabels : constantLabels).back() = 'k';
  SmallVector<char> &second = tensorFirst ? constantLabels : tensorLabels;
  second[second.size() - 2] = 'k';
  return contract(*x, w,
                  {tensorLabels,
                   constantLabels,
                   labelsFromBack(node.getType().getRank()),
                   {'k'}});
}

static std::optional<LinearTensor> applyGemm(LinearNode node) {
  if (getInt(node.node, "transA", 0) ||
      getFloat(node.node, "alpha", 1.0) != 1.0 ||
      node.node.getPresentInput(2) || !node.inputs[0])
    return std::nullopt;
  auto factors = getFactors(node);
  if (!factors)
    return std::nullopt;
  SmallVector<char> matrix = {'k', 'n'};
  if (getInt(node.node, "transB", 0))
    std::swap(matrix[0], matrix[1]);
  return contract(*factors->first, factors->second,
                  {{'m', 'k'}, matrix, {'m', 'n'}, {'k'}});
}

static std::optional<LinearTensor> applyEinsum(LinearNode node) {
  SmallVector<int64_t> ranks;
  for (Value input : node.node.getInputs())
    ranks.push_back(cast<RankedTensorType>(input.getType()).getRank());
  auto equation =
      onnx::parseEinsum(getString(node.node, "equation", ""), ranks);
  auto factors = getFactors(node);
  if (!equation || !factors || ranks.size() != 2)
    return std::nullopt;
  unsigned tensor = node.inputs[0] ? 0 : 1;
  return contract(*factors->first, factors->second,
                  {equation->inputs[tensor], equation->inputs[1 - tensor],
                   equation->output, equation->getSummed()});
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// A constant 1 as a factor changes nothing: a reduction is a contraction.
static std::optional<LinearTensor> applyReduceSum(LinearNode node) {
  const LinearTensor &x = *node.inputs[0];
  auto axes = getIntsOrInput(node.node, "axes", 1);
  if (!axes || axes->empty())
    return std::nullopt;
  SmallVector<char> labels = labelsFromBack(x.getRank());
  Contraction contraction = {labels, {}, labels, {}};
  for (int64_t axis : *axes) {
    char label = labels[*normalizeAxis(axis, x.getRank())];
    if (llvm::is_contained(contraction.summedLabels, label))
      return std::nullopt;
    contraction.summedLabels.push_back(label);
    llvm::erase(contraction.outLabels, label);
  }
  auto type = RankedTensorType::get({}, node.getType().getElementType());
  auto one = onnx::ElementsReader::get(DenseElementsAttr::get(type, 1.0f));
  std::optional<LinearTensor> sums = contract(x, {{}, *one}, contraction);
  return sums ? reshapeTerms(*sums, node.getType()) : std::nullopt;
}

/// `input` repeated to the shape of a broadcast with `other`.
static std::optional<LinearTensor> broadcastTo(const LinearTensor &input,
                                               const LinearTensor &other) {
  int64_t rank = std::max(input.getRank(), other.getRank());
  SmallVector<int64_t> shape(rank, 1), strides(rank, 0);
  SmallVector<bool> isBatch(rank, false);
  SmallVector<int64_t> own = getStrides(input.shape);
  for (int64_t i = 0; i < rank; ++i) {
    int64_t mine = i - (rank - input.getRank());
    int64_t theirs = i - (rank - other.getRank());
    if (mine >= 0 && theirs >= 0 &&
        input.isBatch[mine] != other.isBatch[theirs])
      return std::nullopt;
    if (mine >= 0) {
      shape[i] = input.shape[mine];
      strides[i] = own[mine];
      isBatch[i] = input.isBatch[mine];
    }
    if (theirs >= 0) {
      shape[i] = std::max(shape[i], other.shape[theirs]);
      isBatch[i] = other.isBatch[theirs];
    }
  }
  if (!countTerms(shape))
    return std::nullopt;
  return pickTerms(input, enumerateOffsets(shape, strides), shape, isBatch);
}

static std::optional<LinearTensor> addTensors(LinearNode node, float sign) {
  if (node.inputs.size() != 2 || !node.inputs[0] || !node.inputs[1])
    return std::nullopt;
  auto lhs = broadcastTo(*node.inputs[0], *node.inputs[1]);
  auto rhs = broadcastTo(*node.inputs[1], *node.inputs[0]);
  if (!lhs || !rhs)
    return std::nullopt;
  for (auto [left, right] : llvm::zip_equal(lhs->terms, rhs->terms)) {
    right.weight *= sign;
    auto sum = lhs->region->add(left, right);
    if (!sum)
      return std::nullopt;
    left = *sum;
  }
  return lhs;
}

static std::optional<LinearTensor> applyAdd(LinearNode node) {
  return addTensors(node, 1.0f);
}

static std::optional<LinearTensor> applySub(LinearNode node) {
  return addTensors(node, -1.0f);
}

LinearRule ecolm::findArithmeticRule(StringRef opType) {
  return llvm::StringSwitch<LinearRule>(opType)
      .Case("Add", applyAdd)
      .Cases({"Sum"}, applyAdd)
      .Case("Sub", applySub)
      .Case("Neg", applyNeg)
      .Case("Mul", applyMul)
      .Case("Div", applyDiv)
      .Case("MatMul", applyMatMul)
      .Case("Gemm", applyGemm)
      .Case("Einsum", applyEinsum)
      .Case("ReduceSum", applyReduceSum)
      .Default(nullptr);
}
