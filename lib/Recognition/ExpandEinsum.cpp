//===- ExpandEinsum.cpp - Products that are spelled as Einsum -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Writes an Einsum that is a product of matrices as MatMul.
//
//===----------------------------------------------------------------------===//

#include "FusedNode.h"
#include "NodeMatch.h"
#include "ecolm/Dialect/ONNX/Evaluate/Evaluate.h"
#include "ecolm/Dialect/ONNX/IR/ElementsReader.h"
#include "ecolm/Dialect/ONNX/Shapes/EinsumEquation.h"
#include "ecolm/Recognition/Passes.h"
#include "llvm/ADT/DenseSet.h"

namespace ecolm {
#define GEN_PASS_DEF_EXPANDEINSUM
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

using Labels = SmallVector<char>;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

namespace {

/// An input of an Einsum, and its labels.
struct Factor {
  Value value;
  Labels labels;

  bool has(char label) const { return llvm::is_contained(labels, label); }
};

/// An equation as `left[lead.., summed..] * right[batch.., summed..,
/// columns..]`, which is `[lead.., columns..]`. The last label of `lead` counts
/// the rows; `batch` are those of the others that both factors have.
struct Product {
  Factor left, right;
  Labels lead, batch, summed, columns, output;
  /// The sizes of labels, if both factors agree about them.
  llvm::SmallDenseMap<char, int64_t> sizes;

  /// The number of elements of `labels`, or -1 if the run decides.
  int64_t count(ArrayRef<char> labels) const {
    int64_t product = 1;
    for (char label : labels) {
      int64_t size = sizes.lookup(label);
      if (ShapedType::isDynamic(size))
        return -1;
      product *= size;
    }
    return product;
  }
};

} // namespace

static bool hasRepeatedLabel(const Labels &labels) {
  return llvm::any_of(
      labels, [&](char label) { return llvm::count(labels, label) > 1; });
}

/// Sorts the labels of both factors by what they do in a product of matrices;
/// false if some do nothing there.
static bool sortLabels(Product &product) {
  auto isOutput = [&](char label) {
    return llvm::is_contained(product.output, label);
  };
  for (char label : product.left.labels)
    if (!isOutput(label)) {
      if (!product.right.has(label) || onnx::isEllipsisLabel(label))
        return false;
      product.summed.push_back(label);
    }
  for (char label : product.right.labels)
    if (!isOutput(label) && !product.left.has(label))
      return false;
  std::optional<char> row;
  for (char label : product.output) {
    if (!product.left.has(label)) {
      product.columns.push_back(label);
      continue;
    }
    if (!product.right.has(label))
      row = label;
    else
      product.batch.push_back(label);
    product.lead.push_back(label);
  }
  if (!product.batch.empty()) {
    if (!row)
      return false;
    llvm::erase(product.lead, *row);
    product.lead.push_back(*row);
  }
  return !product.summed.empty() && !product.columns.empty();
}

/// Finds the sizes of all labels. False if one letter has two sizes, or may
/// have: MatMul would repeat where Einsum stops the program.
static bool findSizes(Product &product, const GraphRewriter &rewriter) {
  for (const Factor *factor : {&product.right, &product.left}) {
    RankedTensorType type = getRankedType(factor->value);
    for (auto [dim, label] : llvm::enumerate(factor->labels))
      product.sizes[label] = type.getDimSize(dim);
  }
  // A product of single axes checks the size of what it sums.
  if (product.batch.empty() && product.summed.size() == 1)
    return true;
  auto isSafe = [&](char label) {
    auto find = [&](const Factor &factor) {
      return llvm::find(factor.labels, label) - factor.labels.begin();
    };
    return onnx::isEllipsisLabel(label) ||
           rewriter.haveSameSize(product.left.value, find(product.left),
                                 product.right.value, find(product.right));
  };
  return llvm::all_of(product.batch, isSafe) &&
         llvm::all_of(product.summed, isSafe);
}

/// `node` as a product of matrices, if it is one.
static std::optional<Product>
matchProduct(onnx::NodeOp node, const llvm::DenseSet<Value> &constants,
             const GraphRewriter &rewriter) {
  if (node.getInputs().size() != 2)
    return std::nullopt;
  SmallVector<int64_t> ranks;
  for (Value input : node.getInputs()) {
    RankedTensorType type = getRankedType(input);
    if (!type || !isa<FloatType>(type.getElementType()))
      return std::nullopt;
    ranks.push_back(type.getRank());
  }
  auto equation = onnx::parseEinsum(getString(node, "equation", ""), ranks);
  if (!equation || llvm::any_of(equation->inputs, hasRepeatedLabel))
    return std::nullopt;
  Product product;
  product.output = equation->output;
  product.left = {node.getInputs()[0], equation->inputs[0]};
  product.right = {node.getInputs()[1], equation->inputs[1]};
  // Weights stand on the right; else what comes first in the result is left.
  bool isConstant[2] = {constants.contains(product.left.value),
                        constants.contains(product.right.value)};
  bool isWeighted = isConstant[0] != isConstant[1];
  const char *first = llvm::find_if(product.output, [&](char label) {
    return product.left.has(label) != product.right.has(label);
  });
  if (isWeighted ? isConstant[0]
                 : first != product.output.end() && product.right.has(*first))
    std::swap(product.left, product.right);
  if (!sortLabels(product) || !findSizes(product, rewriter))
    return std::nullopt;
  // A batch of stored matrices is a factor, which is read off its equation.
  if (isWeighted && !product.batch.empty())
    return std::nullopt;
  return product;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// `value` with its dimensions, called `labels`, in the order `wanted`.
static Value reorder(FusedNode &f, Value value, ArrayRef<char> labels,
                     ArrayRef<char> wanted) {
  if (labels == wanted)
    return value;
  SmallVector<int64_t> perm;
  for (char label : wanted)
    perm.push_back(llvm::find(labels, label) - labels.begin());
  return f.make("Transpose", value, f.attr("perm", perm));
}

/// `value` in the shape of `kept` dimensions that stay, and `sizes`; null if
/// the run decides more than one of those.
static Value reshape(FusedNode &f, Value value, size_t kept,
                     ArrayRef<int64_t> sizes) {
  if (llvm::count(sizes, -1) > 1)
    return nullptr;
  SmallVector<int64_t> shape(kept, 0);
  llvm::append_range(shape, sizes);
  return f.make("Reshape", {value, f.integers(shape)});
}

static Value createLeft(FusedNode &f, const Product &p) {
  Labels wanted = p.lead;
  llvm::append_range(wanted, p.summed);
  Value left = reorder(f, p.left.value, p.left.labels, wanted);
  return p.summed.size() == 1
             ? left
             : reshape(f, left, p.lead.size(), p.count(p.summed));
}

static Value createRight(FusedNode &f, const Product &p) {
  Labels wanted = p.batch;
  llvm::append_range(wanted, p.summed);
  llvm::append_range(wanted, p.columns);
  Value right = reorder(f, p.right.value, p.right.labels, wanted);
  if (p.summed.size() > 1)
    right = reshape(f, right, p.batch.size(),
                    {p.count(p.summed), p.count(p.columns)});
  else if (p.columns.size() > 1)
    right = reshape(f, right, p.batch.size() + 1, p.count(p.columns));
  // Axes of the batch that only the left has.
  SmallVector<int64_t> repeated;
  for (auto [axis, label] : llvm::enumerate(ArrayRef(p.lead).drop_back()))
    if (!p.batch.empty() && !llvm::is_contained(p.batch, label))
      repeated.push_back(axis);
  return right && !repeated.empty() ? f.unsqueeze(right, repeated) : right;
}

/// Replaces `node` by the product that it is; false if a Reshape would have two
/// sizes that the run decides.
static bool replace(onnx::NodeOp node, const Product &p,
                    GraphRewriter &rewriter) {
  rewriter.setInsertionPoint(node);
  FusedNode f(node, rewriter);
  Value left = createLeft(f, p);
  Value right = left ? createRight(f, p) : Value();
  if (!right)
    return false;
  Value result = f.make("MatMul", {left, right});
  if (p.columns.size() > 1) {
    SmallVector<int64_t> sizes;
    for (char label : p.columns)
      sizes.push_back(p.count(label));
    result = reshape(f, result, p.lead.size(), sizes);
    if (!result)
      return false;
  }
  Labels labels = p.lead;
  llvm::append_range(labels, p.columns);
  result = reorder(f, result, labels, p.output);
  // The next Einsum may ask which of its sizes agree.
  result.setType(node.getResult(0).getType());
  rewriter.copyDims(node, result);
  return succeeded(f.replace(result));
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// The values that depend on constants only.
static llvm::DenseSet<Value> collectConstants(ModuleOp module) {
  llvm::DenseSet<Value> constants;
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    auto node = dyn_cast<onnx::NodeOp>(op);
    auto isKnown = [&](Value input) {
      return isa<NoneType>(input.getType()) || constants.contains(input);
    };
    bool isComputed = node && !node.getInputs().empty() &&
                      onnx::canEvaluate(node) &&
                      llvm::all_of(node.getInputs(), isKnown);
    for (Value result : op->getResults())
      if (isComputed || onnx::getConstantElements(result))
        constants.insert(result);
  });
  return constants;
}

namespace {
struct ExpandEinsum final : ecolm::impl::ExpandEinsumBase<ExpandEinsum> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<onnx::NodeOp> einsums;
    getOperation().walk([&](onnx::NodeOp node) {
      if (node.isStandard("Einsum"))
        einsums.push_back(node);
    });
    if (einsums.empty())
      return;
    llvm::DenseSet<Value> constants = collectConstants(getOperation());
    GraphRewriter rewriter(getOperation());
    for (onnx::NodeOp node : einsums)
      if (auto product = matchProduct(node, constants, rewriter))
        numProducts += replace(node, *product, rewriter);
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
