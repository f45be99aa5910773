//===- ReturnFailedChecks.cpp - Failed checks as a status -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Ends the entry function with a status where a check fails.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Runtime/Model.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "llvm/ADT/StringMap.h"

namespace ecolm {
#define GEN_PASS_DEF_RETURNFAILEDCHECKS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// No buffer is larger: what a product of sizes must stay below, so that its
/// bytes do not overflow.
static constexpr double kLargestBuffer = 1LL << 60;

namespace {

/// Rewrites the checks of one function. Where one fails, the buffers that live
/// there are freed, the last first:
///
///   %a = alloc            ^unwind2(%status):   // %b and %a are there
///   %b = alloc              dealloc %b
///   cond_br %ok,            br ^unwind1(%status)
///     ^rest,              ^unwind1(%status):   // only %a is there
///     ^unwind2(%code)       dealloc %a
///                           br ^unwind0(%status)
///                         ^unwind0(%status):
///                           return %nothing, %status
class CheckRewriter {
public:
  explicit CheckRewriter(func::FuncOp function)
      : function(function), loc(function.getLoc()), b(loc, function),
        i32(b.getI32Type()) {}

  /// Returns what each status from ECOLM_FIRST_CHECK on means.
  SmallVector<StringRef> rewrite() {
    Operation *end = addStatusResult();
    DominanceInfo dominance(function);
    collectBuffers(end, dominance);
    SmallVector<std::pair<cf::AssertOp, unsigned>> checks;
    function.walk([&](cf::AssertOp check) {
      auto *first = llvm::partition_point(buffers, [&](memref::AllocOp buffer) {
        return dominance.properlyDominates(buffer.getOperation(),
                                           check.getOperation());
      });
      checks.push_back({check, first - buffers.begin()});
    });
    if (checks.empty() && buffers.empty())
      return {};
    buildUnwinding();
    if (!buffers.empty())
      declareMissingBytes();
    for (auto [check, alive] : checks)
      if (numbers.try_emplace(check.getMsg(), messages.size()).second)
        messages.push_back(check.getMsg());
    // From the last on: a block that is split gives what is behind away.
    for (auto [check, alive] : llvm::reverse(checks))
      replaceCheck(check, alive);
    for (unsigned i = buffers.size(); i-- > 0;)
      checkMemory(buffers[i], i);
    return std::move(messages);
  }

private:
  Value createStatus(int64_t status) {
    return arith::ConstantIntOp::create(b, i32, status);
  }

  /// The function ends well with ECOLM_OK.
  Operation *addStatusResult() {
    SmallVector<Type> results(function.getResultTypes());
    results.push_back(i32);
    function.setType(b.getFunctionType(function.getArgumentTypes(), results));
    Operation *end = nullptr;
    function.walk([&](func::ReturnOp op) {
      b.setInsertionPoint(op);
      op->insertOperands(op.getNumOperands(), createStatus(ECOLM_OK));
      end = op;
    });
    return end;
  }

  /// Buffers that every successful call allocates: each dominates the next.
  void collectBuffers(Operation *end, DominanceInfo &dominance) {
    function.walk([&](memref::AllocOp alloc) {
      if (dominance.properlyDominates(alloc.getOperation(), end))
        buffers.push_back(alloc);
    });
    llvm::sort(buffers, [&](memref::AllocOp a, memref::AllocOp b) {
      return dominance.properlyDominates(a.getOperation(), b.getOperation());
    });
  }

  void buildUnwinding() {
    LLVMTypeConverter converter(function.getContext());
    for (unsigned i = 0; i <= buffers.size(); ++i) {
      Block *block = b.createBlock(&function.getBody(),
                                   function.getBody().end(), i32, loc);
      Value status = block->getArgument(0);
      unwinding.push_back(block);
      if (i > 0) {
        memref::DeallocOp::create(b, buffers[i - 1]);
        cf::BranchOp::create(b, unwinding[i - 1], status);
        continue;
      }
      SmallVector<Value> results;
      for (Type type : function.getResultTypes().drop_back()) {
        Value nothing = LLVM::ZeroOp::create(b, converter.convertType(type));
        results.push_back(
            UnrealizedConversionCastOp::create(b, type, nothing).getResult(0));
      }
      results.push_back(status);
      func::ReturnOp::create(b, results);
    }
  }

  /// Goes on with `next`, the start of a block from here on, only if
  /// `condition` holds; else with `otherwise`.
  void branch(Value condition, Operation *next, Block *otherwise,
              ValueRange arguments) {
    Block *block = b.getInsertionBlock();
    Block *rest = block->splitBlock(next);
    b.setInsertionPointToEnd(block);
    cf::CondBranchOp::create(b, condition, rest, ValueRange(), otherwise,
                             arguments);
  }

  /// Goes on with `next` only if `condition` holds; else there is no memory for
  /// `bytes`, an f64, which the caller shall know.
  void branchOnMemory(Value condition, Operation *next, unsigned alive,
                      Value bytes) {
    Block *lack = nullptr;
    {
      OpBuilder::InsertionGuard guard(b);
      lack = b.createBlock(&function.getBody(), function.getBody().end());
      auto pointer = LLVM::LLVMPointerType::get(b.getContext());
      Value place = LLVM::AddressOfOp::create(b, pointer, kMissingBytes);
      LLVM::StoreOp::create(b, bytes, place);
      cf::BranchOp::create(b, unwinding[alive],
                           createStatus(ECOLM_OUT_OF_MEMORY));
    }
    branch(condition, next, lack, {});
  }

  void declareMissingBytes() {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(function);
    LLVM::GlobalOp::create(b, b.getF64Type(), /*isConstant=*/false,
                           LLVM::Linkage::Internal, kMissingBytes,
                           b.getF64FloatAttr(0));
  }

  void replaceCheck(cf::AssertOp check, unsigned alive) {
    b.setInsertionPoint(check);
    Value code = createStatus(ECOLM_FIRST_CHECK + numbers.at(check.getMsg()));
    branch(check.getArg(), check, unwinding[alive], code);
    check.erase();
  }

  /// A buffer too large for memory, or for 64 bits, ends the call too.
  void checkMemory(memref::AllocOp buffer, unsigned alive) {
    b.setInsertionPoint(buffer);
    MemRefType type = buffer.getType();
    double known =
        DataLayout::closest(buffer).getTypeSize(type.getElementType());
    for (int64_t size : type.getShape())
      known *= ShapedType::isDynamic(size) ? 1 : size;
    auto real = [&](double value) {
      return arith::ConstantOp::create(b, b.getF64FloatAttr(value));
    };
    Value bytes = real(known);
    if (!buffer.getDynamicSizes().empty()) {
      Type f64 = b.getF64Type(), i64 = b.getI64Type();
      for (Value size : buffer.getDynamicSizes()) {
        Value integer = arith::IndexCastOp::create(b, i64, size);
        // A negative size is a huge one.
        bytes = arith::MulFOp::create(b, bytes,
                                      arith::UIToFPOp::create(b, f64, integer));
      }
      Value fits = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, bytes,
                                         real(kLargestBuffer));
      branchOnMemory(fits, buffer, alive, bytes);
    }
    b.setInsertionPointAfter(buffer);
    Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value found =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ne, address, zero);
    Operation *next = &*b.getInsertionPoint();
    branchOnMemory(found, next, alive, bytes);
  }

  func::FuncOp function;
  Location loc;
  ImplicitLocOpBuilder b;
  Type i32;
  SmallVector<memref::AllocOp> buffers;
  /// `unwinding[i]` frees the first i buffers and returns its argument.
  SmallVector<Block *> unwinding;
  SmallVector<StringRef> messages;
  llvm::StringMap<int64_t> numbers;
};

struct ReturnFailedChecksPass final
    : ecolm::impl::ReturnFailedChecksBase<ReturnFailedChecksPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main) {
      module.emitError("expected a function @main that runs the checks");
      return signalPassFailure();
    }
    SmallVector<StringRef> messages = CheckRewriter(main).rewrite();
    numChecks += messages.size();
    // Nobody asks a loop body or a layer how it ended.
    WalkResult others = module.walk([](cf::AssertOp check) {
      check.emitOpError("cannot be reported: it lies outside of @main");
      return WalkResult::interrupt();
    });
    if (others.wasInterrupted())
      return signalPassFailure();
    module->setAttr("ecolm.checks",
                    Builder(&getContext()).getStrArrayAttr(messages));
  }
};

} // namespace
