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
  Value input;
  SmallVector<Operation *> steps;
  SmallVector<Operation *> weights;

  Value getResult() const { return steps.back()->getResult(0); }
};

} // namespace

static RankedTensorType getRowType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get({tensor.getShape().back()},
                               tensor.getElementType());
}

/// Collects the chain around `product`, a butterfly or matmul with an integer
/// result.
static LinearLayer collectLayer(Operation *product) {
  LinearLayer layer;
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
  return layer;
}

/// A function `(row, target) -> row` holding the steps of `layer`.
static func::FuncOp createRowFunction(ModuleOp module, StringRef name,
                                      const LinearLayer &layer) {
  Location loc = layer.getResult().getLoc();
  OpBuilder atEnd = OpBuilder::atBlockEnd(module.getBody());
  RankedTensorType inputType = getRowType(layer.input.getType());
  RankedTensorType resultType = getRowType(layer.getResult().getType());
  auto function = func::FuncOp::create(
      atEnd, loc, name,
      atEnd.getFunctionType({inputType, resultType}, resultType));
  function.setPrivate();
  function->setAttr("ecolm.quantized", atEnd.getUnitAttr());
  // A row lies anywhere in a larger buffer, but its elements are adjacent.
  auto layout =
      StridedLayoutAttr::get(module.getContext(), ShapedType::kDynamic, {1});
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
    row->getResult(0).setType(getRowType(row->getResult(0).getType()));
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

/// Replaces `layer` by calls of `function`, one per row.
static void callPerRow(const LinearLayer &layer, func::FuncOp function) {
  Operation *last = layer.steps.back();
  ImplicitLocOpBuilder b(last->getLoc(), last);
  auto resultType = cast<RankedTensorType>(layer.getResult().getType());
  int64_t leading = resultType.getRank() - 1;

  SmallVector<OpFoldResult> bounds =
      tensor::getMixedSizes(b, b.getLoc(), layer.input);
  bounds.pop_back();
  SmallVector<OpFoldResult> resultSizes(bounds);
  resultSizes.push_back(b.getIndexAttr(resultType.getShape().back()));
  Value init =
      tensor::EmptyOp::create(b, resultSizes, resultType.getElementType());
  if (leading == 0) {
    auto call =
        func::CallOp::create(b, function, ValueRange{layer.input, init});
    layer.getResult().replaceAllUsesWith(call.getResult(0));
    return;
  }
  auto rowOf = [&](ValueRange at, Type type, auto create) {
    SmallVector<OpFoldResult> offsets(at.begin(), at.end());
    offsets.push_back(b.getIndexAttr(0));
    SmallVector<OpFoldResult> sizes(leading, b.getIndexAttr(1));
    sizes.push_back(
        b.getIndexAttr(cast<RankedTensorType>(type).getShape().back()));
    SmallVector<OpFoldResult> strides(leading + 1, b.getIndexAttr(1));
    return create(offsets, sizes, strides);
  };
  auto sliceRow = [&](Value source, ValueRange at) -> Value {
    return rowOf(at, source.getType(), [&](auto &o, auto &z, auto &s) -> Value {
      return tensor::ExtractSliceOp::create(b, getRowType(source.getType()),
                                            source, o, z, s);
    });
  };
  auto forall = scf::ForallOp::create(
      b, bounds, init, std::nullopt,
      [&](OpBuilder &nested, Location, ValueRange args) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(nested.getInsertionBlock());
        ValueRange at = args.take_front(leading);
        Value target = args[leading];
        auto call = func::CallOp::create(
            b, function,
            ValueRange{sliceRow(layer.input, at), sliceRow(target, at)});
        auto inParallel = scf::InParallelOp::create(b);
        b.setInsertionPointToStart(inParallel.getBody());
        rowOf(at, target.getType(), [&](auto &o, auto &z, auto &s) {
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
      bool quantized =
          isa<ButterflyOp, MatmulOp>(op) &&
          getElementTypeOrSelf(op->getResult(0).getType()).isInteger();
      // One element cannot be told from a dimension that a slice drops.
      auto isRow = [](Value value) {
        return cast<ShapedType>(value.getType()).getShape().back() > 1;
      };
      bool hasRows =
          quantized && isRow(op->getResult(0)) && isRow(op->getOperand(0));
      if (hasRows &&
          !op->getParentOfType<func::FuncOp>()->hasAttr("ecolm.quantized"))
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
