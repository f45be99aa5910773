//===- Einsum.cpp - Products and sums by an equation ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Converts Einsum.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseConversion.h"
#include "Indexing.h"
#include "LinalgConversions.h"
#include "SizeArithmetic.h"
#include "ecolm/Dialect/ONNX/Shapes/EinsumEquation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace ecolm;

namespace {
/// Sizes of labels, and for each dimension of each input whether it is one and
/// repeats, where only the run knows.
struct LabelSizes {
  llvm::DenseMap<char, OpFoldResult> sizes;
  SmallVector<SmallVector<Value>> repeats;
};
} // namespace

/// Finds the sizes; unequal ones of one letter stop the program.
static LabelSizes findSizes(onnx::NodeOp node,
                            const onnx::EinsumEquation &equation,
                            GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  SizeArithmetic arithmetic(rewriter, loc);
  LabelSizes found;
  for (auto [input, term] : llvm::zip_equal(node.getInputs(), equation.inputs))
    for (auto [size, label] : llvm::zip_equal(rewriter.getSizes(input), term)) {
      auto [slot, isNew] = found.sizes.try_emplace(label, size);
      if (!isNew)
        slot->second =
            arithmetic.selectEqual(slot->second, 1, size, slot->second);
    }
  for (auto [input, term] :
       llvm::zip_equal(node.getInputs(), equation.inputs)) {
    SmallVector<Value> &repeats = found.repeats.emplace_back();
    for (auto [size, label] : llvm::zip_equal(rewriter.getSizes(input), term)) {
      OpFoldResult own = size;
      auto equals = [&](OpFoldResult other) -> Value {
        return arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::eq,
                                     arithmetic.materialize(own),
                                     arithmetic.materialize(other));
      };
      Value fits = equals(found.sizes[label]);
      repeats.push_back(equals(rewriter.getIndexAttr(1)));
      if (onnx::isEllipsisLabel(label))
        fits = arith::OrIOp::create(rewriter, loc, fits, repeats.back());
      if (!getConstantIntValue(size) ||
          !getConstantIntValue(found.sizes[label]))
        createAssert(rewriter, loc, fits, "sizes of one letter differ");
    }
  }
  return found;
}

/// `result[output] = sum over the other labels of the product of all inputs`.
static LogicalResult convertEinsum(onnx::NodeOp node, GraphRewriter &rewriter) {
  Location loc = node.getLoc();
  SmallVector<int64_t> ranks;
  for (Value input : node.getInputs())
    ranks.push_back(cast<RankedTensorType>(input.getType()).getRank());
  auto equation = onnx::parseEinsum(getString(node, "equation", ""), ranks);
  if (!equation)
    return rewriter.refuse(node, "expects an equation that fits its inputs");
  RankedTensorType type = getResultType(node);
  LabelSizes labels = findSizes(node, *equation, rewriter);
  SmallVector<char> summed = equation->getSummed();
  SmallVector<OpFoldResult> sizes, inner;
  for (char label : equation->output)
    sizes.push_back(labels.sizes[label]);
  for (char label : summed)
    inner.push_back(labels.sizes[label]);
  auto multiply = [&](ImplicitLocOpBuilder &builder,
                      const llvm::DenseMap<char, Value> &at) {
    Value product = createNumber(builder, type.getElementType(), 1);
    Value zero = arith::ConstantIndexOp::create(builder, 0);
    for (auto [i, input] : llvm::enumerate(node.getInputs())) {
      SmallVector<Value> place;
      for (auto [label, single] :
           llvm::zip_equal(equation->inputs[i], labels.repeats[i]))
        place.push_back(
            arith::SelectOp::create(builder, single, zero, at.lookup(label)));
      product = createByType<arith::MulFOp, arith::MulIOp>(
          builder, {product, createExtract(builder, input, place)});
    }
    return product;
  };
  auto body = [&](ImplicitLocOpBuilder &builder, ValueRange outer) -> Value {
    llvm::DenseMap<char, Value> at;
    for (auto [label, index] : llvm::zip_equal(equation->output, outer))
      at[label] = index;
    auto add = [&](ImplicitLocOpBuilder &nested, ValueRange indices,
                   ValueRange carried) -> SmallVector<Value> {
      for (auto [label, index] : llvm::zip_equal(summed, indices))
        at[label] = index;
      return {createByType<arith::AddFOp, arith::AddIOp>(
          nested, {carried[0], multiply(nested, at)})};
    };
    return createLoops(builder, loc, inner,
                       createNumber(builder, type.getElementType(), 0), add)[0];
  };
  return rewriter.replaceNode(node,
                              createIndexed(rewriter, loc, type, sizes, body));
}

void ecolm::populateEinsumConversions(NodeConversions &conversions) {
  conversions.add("Einsum", convertEinsum);
}
