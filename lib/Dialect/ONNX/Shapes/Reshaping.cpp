//===- Reshaping.cpp - Rules of operators that keep the elements -*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Infers Reshape, Flatten, Transpose, Squeeze, Unsqueeze and Expand.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;

namespace ecolm::onnx {
namespace {

/// A product of sizes: a number times symbols, or unknown.
struct Product {
  Dim number = Dim(1);
  SmallVector<StringAttr> symbols;

  void multiplyBy(Dim dim) {
    if (dim.isSymbol())
      symbols.push_back(dim.getSymbol());
    else
      number = multiply(number, dim);
  }
  bool isNumber() const { return symbols.empty() && number.isNumber(); }
  /// The product as one dim: a number, one symbol, or unknown.
  Dim asDim() const {
    if (symbols.empty() || number.isNumber(0))
      return number;
    return symbols.size() == 1 && number.isNumber(1) ? Dim(symbols[0]) : Dim();
  }
};

Product productOf(ArrayRef<Dim> dims) {
  Product product;
  for (Dim dim : dims)
    product.multiplyBy(dim);
  return product;
}

/// Removes the symbols that both have.
void cancel(Product &lhs, Product &rhs) {
  for (size_t i = 0; i < lhs.symbols.size();) {
    auto found = llvm::find(rhs.symbols, lhs.symbols[i]);
    if (found == rhs.symbols.end()) {
      ++i;
      continue;
    }
    rhs.symbols.erase(found);
    lhs.symbols.erase(lhs.symbols.begin() + i);
  }
}

} // namespace

/// The number that `dim` is, or nothing.
static std::optional<int64_t> toOptional(Dim dim) {
  return dim.isNumber() ? std::optional<int64_t>(dim.getNumber())
                        : std::nullopt;
}

/// The dims that `target` asks of a tensor of `dims`: 0 copies, -1 is what is
/// left over.
static FailureOr<Dims> resolveTarget(NodeInference &node, const Dims &dims,
                                     const Dims &target) {
  bool allowZero = node.getInt("allowzero", 0) != 0;
  Dims result;
  std::optional<size_t> rest;
  for (auto [i, dim] : llvm::enumerate(target)) {
    if (dim.isNumber() && (dim.getNumber() < -1 || (dim.isNumber(-1) && rest)))
      return node.emitError()
             << "Reshape expects sizes of 0 or more and at most "
                "one -1, found "
             << describeDims(target);
    if (dim.isNumber(-1))
      rest = i;
    if (dim.isNumber(0) && !allowZero && i >= dims.size())
      return node.emitError()
             << "Reshape to " << describeDims(target) << " copies dimension "
             << i << ", which the input does not have";
    // An unknown entry can be a 0 or a -1 as well, so it is no known size.
    result.push_back(dim.isNumber(0) && !allowZero ? dims[i]
                     : dim.isNumber(-1)            ? Dim(1)
                     : dim.isUnknown()             ? node.freshDim()
                                                   : dim);
  }
  Product have = productOf(dims), want = productOf(result);
  cancel(have, want);
  auto mismatch = [&] {
    return node.emitError()
           << "Reshape of " << describeDims(dims) << " to "
           << describeDims(target) << " changes the number of elements";
  };
  if (!rest) {
    if (have.isNumber() && want.isNumber() &&
        have.number.provablyDiffers(want.number))
      return mismatch();
    bool proven = have.isNumber() && want.isNumber() &&
                  have.number.provablyEquals(want.number);
    if (!proven)
      node.assume("Reshape of " + describeDims(dims) + " to " +
                  describeDims(target) + " keeps the number of elements");
    return result;
  }
  Dim left;
  if (want.isNumber() && !want.number.isNumber(0) && have.number.isNumber()) {
    if (have.number.getNumber() % want.number.getNumber() == 0)
      have.number = divide(have.number, want.number);
    else if (have.isNumber())
      return mismatch();
    else
      have.number = Dim();
    left = have.asDim();
  }
  // Symbols left over divide exactly only if nothing stands below them.
  bool divides = want.symbols.empty() && have.number.isNumber();
  if (!divides)
    node.assume("Reshape of " + describeDims(dims) + " to " +
                describeDims(target) + " keeps the number of elements");
  result[*rest] = left;
  return result;
}

LogicalResult inferReshape(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(1, 1, 1)))
    return failure();
  Type type = node.getInput(0).elementType;
  const Dims *target = node.getElements(1);
  if (!target) {
    // The number of dimensions may be known though their sizes are not.
    Dim rank = node.getDims(1)[0];
    node.assume("Reshape of " + describeDims(node.getDims(0)) +
                " to a computed shape keeps the number of elements");
    return node.setUnknownDims(0, type, toOptional(rank));
  }
  FailureOr<Dims> dims = resolveTarget(node, node.getDims(0), *target);
  if (failed(dims))
    return failure();
  if (dims->size() <= 1)
    node.setElements(0, node.getInput(0).elements);
  return node.setResult(0, type, *dims);
}

LogicalResult inferFlatten(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  ArrayRef<Dim> dims = node.getDims(0);
  int64_t rank = dims.size();
  int64_t axis = node.getInt("axis", 1);
  if (axis < -rank || axis > rank)
    return node.emitError() << "axis " << axis << " is outside a tensor of "
                            << rank << " dimensions";
  axis = axis < 0 ? axis + rank : axis;
  return node.setResult(0, node.getInput(0).elementType,
                        {productOf(dims.take_front(axis)).asDim(),
                         productOf(dims.drop_front(axis)).asDim()});
}

LogicalResult inferTranspose(NodeInference &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  const Dims &dims = node.getDims(0);
  auto order = node.getInts("perm");
  if (!order)
    order = llvm::to_vector(llvm::reverse(
        llvm::seq<int64_t>(0, static_cast<int64_t>(dims.size()))));
  llvm::SmallBitVector seen(dims.size());
  Dims result;
  for (int64_t axis : *order) {
    if (axis < 0 || axis >= static_cast<int64_t>(dims.size()) ||
        seen.test(axis))
      break;
    seen.set(axis);
    result.push_back(dims[axis]);
  }
  if (result.size() != dims.size() || order->size() != dims.size())
    return node.emitError() << "perm of Transpose is no permutation of "
                            << dims.size() << " dimensions";
  return node.setResult(0, node.getInput(0).elementType, result);
}

/// The axes of Squeeze and Unsqueeze: an attribute before opset 13, an input
/// since. Nothing if they are not known or not given.
static std::optional<SmallVector<int64_t>> findAxes(NodeInference &node) {
  if (auto axes = node.getInts("axes"))
    return axes;
  const Dims *elements =
      node.getNumInputs() > 1 ? node.getElements(1) : nullptr;
  if (!elements || !llvm::all_of(*elements, [](Dim d) { return d.isNumber(); }))
    return std::nullopt;
  return llvm::map_to_vector(*elements, [](Dim d) { return d.getNumber(); });
}

/// The axes as a set; fails if one is out of range or repeated.
static FailureOr<llvm::SmallBitVector>
markAxes(NodeInference &node, ArrayRef<int64_t> axes, int64_t rank) {
  llvm::SmallBitVector marked(rank);
  for (int64_t axis : axes) {
    FailureOr<int64_t> at = node.normalizeAxis(axis, rank);
    if (failed(at))
      return failure();
    if (marked.test(*at))
      return node.emitError() << "axis " << axis << " is given twice";
    marked.set(*at);
  }
  return marked;
}

LogicalResult inferSqueeze(NodeInference &node) {
  if (failed(node.expectInputs(1, 2)))
    return failure();
  const Dims &dims = node.getDims(0);
  auto axes = findAxes(node);
  bool allOnes = !axes && !node.hasInput(1);
  if (!axes && !allOnes) {
    std::optional<int64_t> count;
    if (node.getInput(1).getRank() == 1)
      count = toOptional(node.getDims(1)[0]);
    if (count)
      count = static_cast<int64_t>(dims.size()) - *count;
    return node.setUnknownDims(0, node.getInput(0).elementType, count);
  }
  FailureOr<llvm::SmallBitVector> marked =
      markAxes(node, axes.value_or(SmallVector<int64_t>()), dims.size());
  if (failed(marked))
    return failure();
  Dims result;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    // Whether a symbol is 1 is not known, so neither is the rank.
    if (allOnes && !dim.isNumber())
      return node.setUnknownDims(0, node.getInput(0).elementType, std::nullopt);
    if (!allOnes && marked->test(i) && dim.isNumber() && !dim.isNumber(1))
      return node.emitError() << "Squeeze of dimension " << i << " of "
                              << describeDims(dims) << ", which is not 1";
    if (!allOnes && marked->test(i) && !dim.isNumber() &&
        failed(node.unify(dim, Dim(1), "size of the squeezed dimension")))
      return failure();
    if (allOnes ? !dim.isNumber(1) : !marked->test(i))
      result.push_back(dim);
  }
  node.setElements(0, node.getInput(0).elements);
  return node.setResult(0, node.getInput(0).elementType, result);
}

LogicalResult inferUnsqueeze(NodeInference &node) {
  if (failed(node.expectInputs(1, 2)))
    return failure();
  auto axes = findAxes(node);
  const Dims &dims = node.getDims(0);
  if (!axes) {
    if (!node.hasInput(1) || node.getInput(1).getRank() > 1)
      return node.emitError() << "Unsqueeze expects axes as a list";
    std::optional<int64_t> rank =
        node.getDims(1).empty() ? 1 : toOptional(node.getDims(1)[0]);
    if (rank)
      rank = *rank + static_cast<int64_t>(dims.size());
    return node.setUnknownDims(0, node.getInput(0).elementType, rank);
  }
  FailureOr<llvm::SmallBitVector> marked =
      markAxes(node, *axes, dims.size() + axes->size());
  if (failed(marked))
    return failure();
  Dims result;
  const Dim *next = dims.begin();
  for (unsigned i = 0; i < marked->size(); ++i)
    result.push_back(marked->test(i) ? Dim(1) : *next++);
  if (result.size() == 1)
    node.setElements(0, node.getInput(0).elements);
  return node.setResult(0, node.getInput(0).elementType, result);
}

LogicalResult inferExpand(NodeInference &node) {
  if (failed(node.expectInputs(2, 2)) || failed(node.expectRank(1, 1, 1)))
    return failure();
  const Dims *target = node.getElements(1);
  if (!target) {
    std::optional<int64_t> rank = toOptional(node.getDims(1)[0]);
    if (rank)
      rank = std::max(*rank, node.getInput(0).getRank());
    return node.setUnknownDims(0, node.getInput(0).elementType, rank);
  }
  Dims sizes;
  for (Dim dim : *target)
    sizes.push_back(node.asSize(dim));
  FailureOr<Dims> dims = node.broadcast(node.getDims(0), sizes);
  if (failed(dims))
    return failure();
  return node.setResult(0, node.getInput(0).elementType, *dims);
}

} // namespace ecolm::onnx
