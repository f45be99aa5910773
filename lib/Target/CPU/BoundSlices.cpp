//===- BoundSlices.cpp - A bound on the slices of a buffer ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives buffers of their own to groups of the slices of a tensor that has many,
// and to long chains of tensors that could share one.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace ecolm {
#define GEN_PASS_DEF_BOUNDSLICES
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

//===----------------------------------------------------------------------===//
// Slices that are read
//===----------------------------------------------------------------------===//

static bool isKnown(tensor::ExtractSliceOp slice) {
  return !ShapedType::isDynamicShape(slice.getStaticOffsets()) &&
         !ShapedType::isDynamicShape(slice.getStaticSizes()) &&
         llvm::all_of(slice.getStaticStrides(),
                      [](int64_t stride) { return stride == 1; });
}

/// The slices of `value` whose places are known, in the order of the program.
static SmallVector<tensor::ExtractSliceOp> collectSlices(Value value) {
  SmallVector<tensor::ExtractSliceOp> slices;
  for (Operation *user : value.getUsers()) {
    auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
    if (slice && slice->getBlock() == value.getParentBlock() && isKnown(slice))
      slices.push_back(slice);
  }
  llvm::sort(slices,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return slices;
}

/// Makes `slices` of one tensor slices of a copy of the box around them:
///
///     |  a  | b | ... |  c |     a and b of the first copy, c of the second
///     '---------'     '----'
///
/// unless they leave more than half of it out, which would be copied in vain.
static bool copyBox(ArrayRef<tensor::ExtractSliceOp> slices) {
  if (slices.size() == 1)
    return false;
  tensor::ExtractSliceOp first = slices[0];
  SmallVector<int64_t> low(first.getStaticOffsets()), high(low.size(), 0);
  int64_t used = 0;
  for (tensor::ExtractSliceOp slice : slices) {
    used += ShapedType::getNumElements(slice.getStaticSizes());
    for (size_t dim = 0; dim < low.size(); ++dim) {
      int64_t offset = slice.getStaticOffsets()[dim];
      low[dim] = std::min(low[dim], offset);
      high[dim] = std::max(high[dim], offset + slice.getStaticSizes()[dim]);
    }
  }
  SmallVector<int64_t> sizes;
  for (auto [from, to] : llvm::zip_equal(low, high))
    sizes.push_back(to - from);
  if (ShapedType::getNumElements(sizes) > 2 * used)
    return false;

  OpBuilder builder(first);
  Location loc = first.getLoc();
  SmallVector<OpFoldResult> ones(low.size(), builder.getIndexAttr(1));
  Value box = tensor::ExtractSliceOp::create(
      builder, loc, first.getSource(),
      getAsIndexOpFoldResult(builder.getContext(), low),
      getAsIndexOpFoldResult(builder.getContext(), sizes), ones);
  Value copy = bufferization::AllocTensorOp::create(
      builder, loc, cast<RankedTensorType>(box.getType()), ValueRange(), box);
  for (tensor::ExtractSliceOp slice : slices) {
    SmallVector<int64_t> offsets;
    for (auto [offset, from] : llvm::zip_equal(slice.getStaticOffsets(), low))
      offsets.push_back(offset - from);
    slice.setStaticOffsets(offsets);
    slice.getSourceMutable().assign(copy);
  }
  return true;
}

/// Bounds the slices of `value`; gives the number of copies.
static unsigned boundReads(Value value, size_t maxSlices) {
  unsigned copies = 0;
  SmallVector<tensor::ExtractSliceOp> slices = collectSlices(value);
  while (slices.size() > maxSlices) {
    unsigned before = copies;
    for (size_t at = 0; at < slices.size(); at += maxSlices)
      copies += copyBox(
          ArrayRef(slices).slice(at, std::min(maxSlices, slices.size() - at)));
    if (copies == before)
      break;
    slices = collectSlices(value);
  }
  return copies;
}

//===----------------------------------------------------------------------===//
// Chains of tensors in one buffer
//===----------------------------------------------------------------------===//

/// The operands of `op` that may share a buffer with a result, and the results:
/// what it is a view of, what it is written over, what becomes a part of it.
static SmallVector<std::pair<OpOperand *, Value>> getShared(Operation *op) {
  SmallVector<std::pair<OpOperand *, Value>> shared;
  if (isa<tensor::ExtractSliceOp, tensor::ExpandShapeOp,
          tensor::CollapseShapeOp, tensor::CastOp, tensor::InsertSliceOp>(op))
    shared.emplace_back(&op->getOpOperand(0), op->getResult(0));
  else if (auto loop = dyn_cast<LoopLikeOpInterface>(op))
    for (auto [init, result] :
         llvm::zip(loop.getInitsMutable(), op->getResults()))
      shared.emplace_back(&init, result);
  else if (auto written = dyn_cast<DestinationStyleOpInterface>(op))
    for (OpOperand &init : written.getDpsInitsMutable())
      if (written.isDpsInit(&init) && isa<TensorType>(init.get().getType()))
        shared.emplace_back(&init, written.getTiedOpResult(&init));
  return shared;
}

/// Bounds how many tensors in a row share a buffer; gives the number of copies.
static unsigned boundChains(Operation *root, unsigned maxChain) {
  DenseMap<Value, unsigned> lengths;
  unsigned copies = 0;
  root->walk([&](Operation *op) {
    // What a loop carries has to be written in place, and so has what the
    // function of a layer is given.
    auto function = dyn_cast_or_null<FunctionOpInterface>(op->getParentOp());
    if (!function || function.isPrivate())
      return;
    for (auto [operand, result] : getShared(op)) {
      unsigned length = lengths.lookup(operand->get()) + 1;
      auto type = dyn_cast<RankedTensorType>(operand->get().getType());
      if (length > maxChain && type) {
        OpBuilder builder(op);
        operand->set(bufferization::AllocTensorOp::create(
            builder, op->getLoc(), type, ValueRange(), operand->get()));
        length = 1;
        ++copies;
      }
      lengths[result] = std::max(lengths.lookup(result), length);
    }
  });
  return copies;
}

/// Hides from which others a size is computed where that takes many steps: to
/// compare two places in a tensor all of them become equations. Gives the
/// number of sizes.
static unsigned boundSizes(Operation *root, unsigned maxSteps) {
  DenseMap<Value, unsigned> steps;
  unsigned hidden = 0;
  root->walk([&](Operation *op) {
    if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op) ||
        !op->getResult(0).getType().isIndex())
      return;
    Value size = op->getResult(0);
    unsigned before = std::max(steps.lookup(op->getOperand(0)),
                               steps.lookup(op->getOperand(1)));
    steps[size] = before + 1;
    if (before < maxSteps)
      return;
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    auto number = arith::IndexCastOp::create(builder, op->getLoc(),
                                             builder.getI64Type(), size);
    auto opaque = arith::IndexCastOp::create(builder, op->getLoc(),
                                             builder.getIndexType(), number);
    size.replaceAllUsesExcept(opaque, number);
    ++hidden;
  });
  return hidden;
}

//===----------------------------------------------------------------------===//
// Slices that are written
//===----------------------------------------------------------------------===//

namespace {

/// An empty tensor, and how many slices were written to it.
struct Written {
  tensor::EmptyOp empty;
  size_t slices = 0;
};

} // namespace

/// Bounds how many slices are written to one buffer, where those of the parts
/// would become slices of the whole. Gives the parts that are left alone.
static SmallVector<tensor::EmptyOp> boundWrites(Operation *root,
                                                size_t maxSlices) {
  DenseMap<Value, Written> written;
  SmallVector<tensor::EmptyOp> separate;
  root->walk([&](tensor::InsertSliceOp insert) {
    Written whole = written.lookup(insert.getDest());
    if (auto empty = insert.getDest().getDefiningOp<tensor::EmptyOp>())
      whole.empty = empty;
    Written part;
    if (insert.getSource().hasOneUse())
      part = written.lookup(insert.getSource());
    size_t slices = part.empty ? part.slices : 1;
    if (part.empty && whole.slices + slices > maxSlices) {
      separate.push_back(part.empty);
      slices = 1;
    }
    whole.slices += slices;
    written[insert.getResult()] = whole;
  });
  return separate;
}

namespace {
struct BoundSlicesPass final : ecolm::impl::BoundSlicesBase<BoundSlicesPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Value> tensors;
    getOperation()->walk([&](Operation *op) {
      for (Value result : op->getResults())
        if (isa<RankedTensorType>(result.getType()))
          tensors.push_back(result);
    });
    for (Value tensor : tensors)
      numCopies += boundReads(tensor, maxSlices);
    numCopies += boundChains(getOperation(), maxChain);
    numHidden += boundSizes(getOperation(), maxChain);
    for (tensor::EmptyOp empty : boundWrites(getOperation(), maxSlices)) {
      OpBuilder builder(empty);
      auto own = bufferization::AllocTensorOp::create(
          builder, empty.getLoc(), empty.getType(), empty.getDynamicSizes());
      empty.replaceAllUsesWith(own.getResult());
      empty.erase();
      ++numCopies;
    }
  }
};
} // namespace
