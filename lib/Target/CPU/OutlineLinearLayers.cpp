//===- OutlineLinearLayers.cpp - Functions of linear layers ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Moves every quantized linear layer into a function that computes one row.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/KernelChoice.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace ecolm {
#define GEN_PASS_DEF_OUTLINELINEARLAYERS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {

/// One quantized linear layer: `steps` in order, from `input` to the result of
/// the last step; `weights` are the get_weight operations it uses.
struct LinearLayer {
  Operation *product;
  Value input;
  SmallVector<Operation *> steps;
  SmallVector<Operation *> weights;
  /// Rows that one call takes; the last call takes what is left.
  int64_t rowsTogether = 1;

  Value getResult() const { return steps.back()->getResult(0); }
};

} // namespace

/// A row of `type`, or any number of rows if a call takes several.
static RankedTensorType getRowType(Type type, const LinearLayer &layer) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape = {tensor.getShape().back()};
  if (layer.rowsTogether > 1)
    shape.insert(shape.begin(), ShapedType::kDynamic);
  return RankedTensorType::get(shape, tensor.getElementType());
}

/// Whether the factors of `product` are laid out in chunks; its kernel then
/// takes two rows at a time.
static bool isFused(Operation *product) {
  return isa<ButterflyOp>(product) &&
         llvm::all_of(product->getOperands().drop_front(), [](Value factor) {
           auto layout = dyn_cast_or_null<PackedAttr>(
               cast<RankedTensorType>(factor.getType()).getEncoding());
           return layout && layout.getChunks().isGiven();
         });
}

static bool isInteger(Operation *product) {
  return getElementTypeOrSelf(product->getResult(0).getType()).isInteger();
}

/// Collects the chain around `product`, a butterfly or matmul with an integer
/// result.
static LinearLayer collectLayer(Operation *product) {
  LinearLayer layer;
  layer.product = product;
  layer.input = product->getOperand(0);
  if (auto quantize = layer.input.getDefiningOp<LogQuantizeOp>()) {
    layer.steps.push_back(quantize);
    layer.input = quantize.getInput();
  }
  for (Value weight : product->getOperands().drop_front())
    layer.weights.push_back(weight.getDefiningOp());
  layer.steps.push_back(product);
  for (Operation *last = product; last->hasOneUse();) {
    Operation *next = *last->getUsers().begin();
    if (!isa<arith::SIToFPOp, ShiftOp>(next))
      break;
    layer.steps.push_back(next);
    last = next;
  }
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(layer.input.getType()).getShape();
  if (isFused(product) && shape.size() > 1 && shape[shape.size() - 2] != 1)
    layer.rowsTogether = 2;
  return layer;
}

/// A function `(row, target) -> row` holding the steps of `layer`.
static func::FuncOp createRowFunction(ModuleOp module, StringRef name,
                                      const LinearLayer &layer) {
  Location loc = layer.getResult().getLoc();
  OpBuilder atEnd = OpBuilder::atBlockEnd(module.getBody());
  RankedTensorType inputType = getRowType(layer.input.getType(), layer);
  RankedTensorType resultType = getRowType(layer.getResult().getType(), layer);
  auto function = func::FuncOp::create(
      atEnd, loc, name,
      atEnd.getFunctionType({inputType, resultType}, resultType));
  function.setPrivate();
  function->setAttr("ecolm.layer", atEnd.getUnitAttr());
  if (layer.rowsTogether > 1)
    function->setAttr("ecolm.max_rows",
                      atEnd.getI64IntegerAttr(layer.rowsTogether));
  if (isInteger(layer.product))
    function->setAttr("ecolm.quantized", atEnd.getUnitAttr());
  // A row lies anywhere in a larger buffer, but its elements are adjacent.
  SmallVector<int64_t> strides(inputType.getRank(), ShapedType::kDynamic);
  strides.back() = 1;
  auto layout = StridedLayoutAttr::get(module.getContext(),
                                       ShapedType::kDynamic, strides);
  for (unsigned i : {0, 1})
    function.setArgAttr(i, "bufferization.buffer_layout", layout);
  function.setArgAttr(0, "bufferization.writable", atEnd.getBoolAttr(false));

  Block *body = function.addEntryBlock();
  ImplicitLocOpBuilder b(loc, OpBuilder::atBlockBegin(body));
  IRMapping mapping;
  mapping.map(layer.input, body->getArgument(0));
  for (Operation *weight : layer.weights)
    b.clone(*weight, mapping);
  for (Operation *step : layer.steps) {
    Operation *row = b.clone(*step, mapping);
    row->getResult(0).setType(getRowType(row->getResult(0).getType(), layer));
  }
  Value row = mapping.lookup(layer.getResult()), result;
  // What is computed element by element is computed where it belongs. A kernel
  // fills its result in a loop, which bufferization does not let it do there.
  if (isa<ButterflyOp, MatmulOp, GroupMatmulOp>(layer.steps.back()))
    result = linalg::CopyOp::create(b, row, body->getArgument(1)).getResult(0);
  else
    result = bufferization::MaterializeInDestinationOp::create(
                 b, resultType, row, body->getArgument(1))
                 .getResult();
  func::ReturnOp::create(b, result);
  return function;
}

/// How many of `together` rows there are from row `first` on, of `rows`.
static OpFoldResult getNumRows(ImplicitLocOpBuilder &b, OpFoldResult rows,
                               Value first, int64_t together) {
  AffineExpr size, at;
  bindDims(b.getContext(), size, at);
  auto map = AffineMap::get(
      2, 0, {b.getAffineConstantExpr(together), size - at}, b.getContext());
  return affine::makeComposedFoldedAffineMin(b, b.getLoc(), map, {rows, first});
}

/// Replaces `layer` by calls of `function`, one per row or several.
static void callPerRow(const LinearLayer &layer, func::FuncOp function) {
  Operation *last = layer.steps.back();
  ImplicitLocOpBuilder b(last->getLoc(), last);
  auto resultType = cast<RankedTensorType>(layer.getResult().getType());
  int64_t leading = resultType.getRank() - 1;

  SmallVector<OpFoldResult> bounds =
      tensor::getMixedSizes(b, b.getLoc(), layer.input);
  bounds.pop_back();
  SmallVector<OpFoldResult> resultSizes(bounds);
  int64_t together = layer.rowsTogether;
  OpFoldResult allRows;
  if (together > 1) {
    allRows = bounds.back();
    AffineExpr size = b.getAffineDimExpr(0);
    bounds.back() = affine::makeComposedFoldedAffineApply(
        b, b.getLoc(), size.ceilDiv(together), {allRows});
  }
  resultSizes.push_back(b.getIndexAttr(resultType.getShape().back()));
  Value init =
      tensor::EmptyOp::create(b, resultSizes, resultType.getElementType());
  if (leading == 0) {
    auto call =
        func::CallOp::create(b, function, ValueRange{layer.input, init});
    layer.getResult().replaceAllUsesWith(call.getResult(0));
    return;
  }
  auto rowOf = [&](ArrayRef<OpFoldResult> at, OpFoldResult count, Type type,
                   auto create) {
    SmallVector<OpFoldResult> offsets(at);
    offsets.push_back(b.getIndexAttr(0));
    SmallVector<OpFoldResult> sizes(leading, b.getIndexAttr(1));
    sizes.back() = count;
    sizes.push_back(
        b.getIndexAttr(cast<RankedTensorType>(type).getShape().back()));
    SmallVector<OpFoldResult> strides(leading + 1, b.getIndexAttr(1));
    return create(offsets, sizes, strides);
  };
  auto forall = scf::ForallOp::create(
      b, bounds, init, std::nullopt,
      [&](OpBuilder &nested, Location, ValueRange args) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(nested.getInsertionBlock());
        SmallVector<OpFoldResult> at(args.begin(), args.begin() + leading);
        OpFoldResult count = b.getIndexAttr(1);
        if (together > 1) {
          Value first = arith::MulIOp::create(
              b, args[leading - 1],
              arith::ConstantIndexOp::create(b, together));
          at.back() = first;
          count = getNumRows(b, allRows, first, together);
        }
        auto sliceRow = [&](Value source) -> Value {
          return rowOf(
              at, count, source.getType(), [&](auto &o, auto &z, auto &s) {
                return tensor::ExtractSliceOp::create(
                    b, getRowType(source.getType(), layer), source, o, z, s);
              });
        };
        Value target = args[leading];
        auto call = func::CallOp::create(
            b, function, ValueRange{sliceRow(layer.input), sliceRow(target)});
        auto inParallel = scf::InParallelOp::create(b);
        b.setInsertionPointToStart(inParallel.getBody());
        rowOf(at, count, target.getType(), [&](auto &o, auto &z, auto &s) {
          return tensor::ParallelInsertSliceOp::create(b, call.getResult(0),
                                                       target, o, z, s);
        });
      });
  layer.getResult().replaceAllUsesWith(forall.getResult(0));
}

namespace {
struct OutlineLinearLayersPass final
    : ecolm::impl::OutlineLinearLayersBase<OutlineLinearLayersPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<Operation *> products;
    module.walk([&](Operation *op) {
      // A kernel of bytes takes all rows together.
      if (auto matmul = dyn_cast<MatmulOp>(op); matmul && isForAllRows(matmul))
        return;
      bool isLayer =
          isa<ButterflyOp, MatmulOp>(op) && (isInteger(op) || isFused(op));
      // One element cannot be told from a dimension that a slice drops.
      auto isRow = [](Value value) {
        return cast<ShapedType>(value.getType()).getShape().back() > 1;
      };
      bool hasRows =
          isLayer && isRow(op->getResult(0)) && isRow(op->getOperand(0));
      if (hasRows && op->getParentOfType<func::FuncOp>().isPublic())
        products.push_back(op);
    });
    numLayers += products.size();
    for (auto [i, product] : llvm::enumerate(products)) {
      LinearLayer layer = collectLayer(product);
      std::string name = "ecolm_linear_" + std::to_string(i);
      callPerRow(layer, createRowFunction(module, name, layer));
      for (Operation *step : llvm::reverse(layer.steps))
        if (step->use_empty())
          step->erase();
    }
  }
};
} // namespace
