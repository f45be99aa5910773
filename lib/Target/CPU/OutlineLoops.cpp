//===- OutlineLoops.cpp - Loops of large models as functions --------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Moves the loops of a long entry function to functions, which equal layers
// then share.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

namespace ecolm {
#define GEN_PASS_DEF_OUTLINELOOPS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Whether a call can stand for `loop`: it gives no buffer, and whatever ends
/// the entry function from within, a check or a lack of memory, stays there.
static bool canMove(Operation *loop) {
  WalkResult found = loop->walk([](Operation *op) {
    return isa<cf::AssertOp, memref::AllocOp>(op) ? WalkResult::interrupt()
                                                  : WalkResult::advance();
  });
  return llvm::none_of(loop->getResultTypes(), llvm::IsaPred<BaseMemRefType>) &&
         !found.wasInterrupted();
}

/// The values from outside that `loop` uses, in the order of their first use.
static SetVector<Value> collectUses(Operation *loop) {
  SetVector<Value> values;
  values.insert_range(loop->getOperands());
  getUsedValuesDefinedAbove(loop->getRegions(), values);
  return values;
}

namespace {
/// Functions by what they do.
struct EqualFunctions : DenseMapInfo<func::FuncOp> {
  static unsigned getHashValue(func::FuncOp function) {
    llvm::hash_code hash = hash_value(function.getFunctionType());
    for (Operation &op : function.getOps())
      hash = llvm::hash_combine(hash,
                                OperationEquivalence::computeHash(
                                    &op, OperationEquivalence::ignoreHashValue,
                                    OperationEquivalence::ignoreHashValue,
                                    OperationEquivalence::IgnoreLocations));
    return hash;
  }
  static bool isEqual(func::FuncOp lhs, func::FuncOp rhs) {
    if (lhs == rhs)
      return true;
    bool areFunctions = lhs != getEmptyKey() && lhs != getTombstoneKey() &&
                        rhs != getEmptyKey() && rhs != getTombstoneKey();
    return areFunctions && lhs.getFunctionType() == rhs.getFunctionType() &&
           OperationEquivalence::isRegionEquivalentTo(
               &lhs.getBody(), &rhs.getBody(),
               OperationEquivalence::IgnoreLocations);
  }
};

/// Moves loops of a module.
class LoopOutliner {
public:
  explicit LoopOutliner(ModuleOp module) : symbols(module) {}
  void outline(Operation *loop);

private:
  SymbolTable symbols;
  DenseSet<func::FuncOp, EqualFunctions> functions;
};
} // namespace

/// Replaces `loop` by a call of a function that holds it, or an equal loop.
/// Constants and globals are made anew there, so that LLVM sees them.
void LoopOutliner::outline(Operation *loop) {
  SmallVector<Value> arguments;
  SmallVector<Operation *> constants;
  for (Value value : collectUses(loop)) {
    Operation *op = value.getDefiningOp();
    if (op &&
        (op->hasTrait<OpTrait::ConstantLike>() || isa<memref::GetGlobalOp>(op)))
      constants.push_back(op);
    else
      arguments.push_back(value);
  }
  Location loc = loop->getLoc();
  Builder builder(loop->getContext());
  auto function = func::FuncOp::create(
      loc, "ecolm_loop",
      builder.getFunctionType(ValueRange(arguments).getTypes(),
                              loop->getResultTypes()));
  function.setPrivate();
  // Inlined again, the entry function would be as long as before.
  function->setAttr("passthrough", builder.getStrArrayAttr({"noinline"}));
  Block *body = function.addEntryBlock();
  OpBuilder inner = OpBuilder::atBlockBegin(body);
  IRMapping mapping;
  mapping.map(arguments, body->getArguments());
  for (Operation *constant : constants)
    inner.clone(*constant, mapping);
  Operation *copy = inner.clone(*loop, mapping);
  func::ReturnOp::create(inner, loc, copy->getResults());
  auto [kept, isNew] = functions.insert(function);
  if (isNew) {
    symbols.insert(function);
  } else {
    function.erase();
    function = *kept;
  }
  OpBuilder outer(loop);
  auto call = func::CallOp::create(outer, loc, function, arguments);
  loop->replaceAllUsesWith(call);
  loop->erase();
}

namespace {
struct OutlineLoopsPass final
    : ecolm::impl::OutlineLoopsBase<OutlineLoopsPass> {
  using Base::Base;

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal())
      return;
    SmallVector<Operation *> all;
    for (Operation &op : main.getOps())
      if (isa<scf::ForOp, linalg::LinalgOp>(op))
        all.push_back(&op);
    if (all.size() < minLoops)
      return;
    LoopOutliner outliner(getOperation());
    for (Operation *loop : llvm::make_filter_range(all, canMove)) {
      outliner.outline(loop);
      ++numMoved;
    }
  }
};
} // namespace
