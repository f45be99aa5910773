//===- ConvertForallToRuntime.cpp - Parallel loops on the pool ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns scf.forall into functions that the program's thread pool runs.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

namespace ecolm {
#define GEN_PASS_DEF_CONVERTFORALLTORUNTIME
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

static constexpr StringLiteral kParallelFor = "ecolm_parallel_for";

/// Iterations assumed of a loop whose bounds are not known.
static constexpr int64_t kAssumedTrips = 64;

/// Estimates the scalar operations of one run of `region`.
static int64_t estimateCost(Region &region) {
  int64_t cost = 0;
  for (Operation &op : region.getOps()) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      std::optional<APInt> trips = loop.getStaticTripCount();
      cost += (trips ? trips->getSExtValue() : kAssumedTrips) *
              estimateCost(loop.getRegion());
    } else if (auto call = dyn_cast<func::CallOp>(op)) {
      auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
          call, call.getCalleeAttr());
      cost += callee && !callee.isExternal() ? estimateCost(callee.getBody())
                                             : kAssumedTrips;
    } else {
      ++cost;
      for (Region &nested : op.getRegions())
        cost += estimateCost(nested);
    }
  }
  return cost;
}

namespace {

/// Outlines the loops of one module.
class ForallOutliner {
public:
  explicit ForallOutliner(ModuleOp module)
      : module(module),
        pointer(LLVM::LLVMPointerType::get(module.getContext())),
        typeConverter(module.getContext()) {}

  void outline(scf::ForallOp forall) {
    ImplicitLocOpBuilder b(forall.getLoc(), forall);
    llvm::SetVector<Value> used;
    getUsedValuesDefinedAbove(forall.getRegion(), used);
    SmallVector<Value> bounds = getBounds(b, forall);
    used.insert(bounds.begin(), bounds.end());
    SmallVector<Value> captures;
    SmallVector<Operation *> constants;
    for (Value value : used) {
      if (matchPattern(value, m_Constant()))
        constants.push_back(value.getDefiningOp());
      else
        captures.push_back(value);
    }
    SmallVector<Type> fields;
    for (Value value : captures)
      fields.push_back(typeConverter.convertType(value.getType()));
    auto structure =
        LLVM::LLVMStructType::getLiteral(module.getContext(), fields);

    func::FuncOp body =
        createBody(forall, bounds, captures, constants, structure);
    callPool(b, forall, body, bounds, captures, structure);
    forall.erase();
  }

private:
  static SmallVector<Value> getBounds(ImplicitLocOpBuilder &b,
                                      scf::ForallOp forall) {
    SmallVector<Value> bounds;
    for (OpFoldResult bound : forall.getMixedUpperBound())
      bounds.push_back(getValueOrCreateConstantIndexOp(b, b.getLoc(), bound));
    return bounds;
  }

  /// Alloca in the entry block: the stack does not grow with the loop.
  Value allocate(ImplicitLocOpBuilder &b, scf::ForallOp forall,
                 LLVM::LLVMStructType structure) {
    OpBuilder::InsertionGuard guard(b);
    auto function = forall->getParentOfType<func::FuncOp>();
    b.setInsertionPointToStart(&function.getBody().front());
    Value one = LLVM::ConstantOp::create(b, b.getI64Type(), 1);
    return LLVM::AllocaOp::create(b, pointer, structure, one);
  }

  void callPool(ImplicitLocOpBuilder &b, scf::ForallOp forall,
                func::FuncOp body, ValueRange bounds, ValueRange captures,
                LLVM::LLVMStructType structure) {
    Value storage = allocate(b, forall, structure);
    for (auto [i, capture] : llvm::enumerate(captures)) {
      Type field = structure.getBody()[i];
      Value value =
          UnrealizedConversionCastOp::create(b, field, capture).getResult(0);
      Value slot = LLVM::GEPOp::create(
          b, pointer, structure, storage,
          ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
      LLVM::StoreOp::create(b, value, slot);
    }
    Value count = bounds.front();
    for (Value bound : bounds.drop_front())
      count = arith::MulIOp::create(b, count, bound);
    Type i64 = b.getI64Type();
    count = arith::IndexCastOp::create(b, i64, count);
    Value cost =
        arith::ConstantIntOp::create(b, i64, estimateCost(forall.getRegion()));
    Value address =
        func::ConstantOp::create(b, body.getFunctionType(), body.getName());
    address =
        UnrealizedConversionCastOp::create(b, pointer, address).getResult(0);
    func::CallOp::create(b, declarePool(),
                         ValueRange{address, storage, count, cost});
  }

  func::FuncOp declarePool() {
    if (auto found = module.lookupSymbol<func::FuncOp>(kParallelFor))
      return found;
    OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
    Type i64 = b.getI64Type();
    auto declared = func::FuncOp::create(
        b, module.getLoc(), kParallelFor,
        b.getFunctionType({pointer, pointer, i64, i64}, {}));
    declared.setPrivate();
    return declared;
  }

  /// `body(captures, begin, end)`: the iterations of a range, the last
  /// dimension running fastest.
  func::FuncOp createBody(scf::ForallOp forall, ValueRange bounds,
                          ValueRange captures, ArrayRef<Operation *> constants,
                          LLVM::LLVMStructType structure) {
    OpBuilder atEnd = OpBuilder::atBlockEnd(module.getBody());
    Type i64 = atEnd.getI64Type();
    std::string name = "ecolm_parallel_" + std::to_string(count++);
    auto function =
        func::FuncOp::create(atEnd, forall.getLoc(), name,
                             atEnd.getFunctionType({pointer, i64, i64}, {}));
    function.setPrivate();
    Block *entry = function.addEntryBlock();
    ImplicitLocOpBuilder b(forall.getLoc(), OpBuilder::atBlockBegin(entry));

    IRMapping mapping;
    for (Operation *constant : constants)
      b.clone(*constant, mapping);
    for (auto [i, capture] : llvm::enumerate(captures)) {
      Type field = structure.getBody()[i];
      Value slot = LLVM::GEPOp::create(
          b, pointer, structure, entry->getArgument(0),
          ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
      Value value = LLVM::LoadOp::create(b, field, slot);
      mapping.map(capture, UnrealizedConversionCastOp::create(
                               b, capture.getType(), value)
                               .getResult(0));
    }
    Type indexType = b.getIndexType();
    Value begin =
        arith::IndexCastOp::create(b, indexType, entry->getArgument(1));
    Value end = arith::IndexCastOp::create(b, indexType, entry->getArgument(2));
    Value one = arith::ConstantIndexOp::create(b, 1);
    auto loop = scf::ForOp::create(b, begin, end, one);
    func::ReturnOp::create(b);

    b.setInsertionPointToStart(loop.getBody());
    Value rest = loop.getInductionVar();
    SmallVector<Value> at(bounds.size());
    for (int64_t d = bounds.size() - 1; d > 0; --d) {
      Value bound = mapping.lookup(bounds[d]);
      at[d] = arith::RemUIOp::create(b, rest, bound);
      rest = arith::DivUIOp::create(b, rest, bound);
    }
    at[0] = rest;
    mapping.map(forall.getInductionVars(), at);
    for (Operation &op : forall.getBody()->without_terminator())
      b.clone(op, mapping);
    return function;
  }

  ModuleOp module;
  LLVM::LLVMPointerType pointer;
  LLVMTypeConverter typeConverter;
  int64_t count = 0;
};

struct ConvertForallToRuntimePass final
    : ecolm::impl::ConvertForallToRuntimeBase<ConvertForallToRuntimePass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<scf::ForallOp> loops;
    getOperation().walk([&](scf::ForallOp op) { loops.push_back(op); });
    for (scf::ForallOp loop : loops) {
      if (loop.getNumResults()) {
        loop.emitOpError("must be bufferized before it can run in parallel");
        return signalPassFailure();
      }
    }
    ForallOutliner outliner(getOperation());
    for (scf::ForallOp loop : loops)
      outliner.outline(loop);
  }
};

} // namespace
