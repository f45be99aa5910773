//===- BuildEntryPoint.cpp - The C entry function -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Wraps the lowered @main in the C function that programs call.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Runtime/Model.h"
#include "ecolm/Target/CPU/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/Support/MathExtras.h"
#include <cstddef>

namespace ecolm {
#define GEN_PASS_DEF_BUILDENTRYPOINT
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Caches start on cache lines.
static constexpr int64_t kCacheAlignment = 64;

static_assert(sizeof(void *) != 8 ||
              (offsetof(ecolm_tensor, dims) == 8 &&
               offsetof(ecolm_tensor, data) == 8 + 8 * ECOLM_MAX_RANK));

namespace {

/// Builds one wrapper around `main`, whose type before its lowering was `type`.
class EntryBuilder {
public:
  EntryBuilder(LLVM::LLVMFuncOp main, FunctionType type)
      : main(main), type(type), module(main->getParentOfType<ModuleOp>()),
        b(main.getLoc(), OpBuilder::atBlockEnd(module.getBody())),
        pointer(LLVM::LLVMPointerType::get(b.getContext())),
        i32(b.getI32Type()), i64(b.getI64Type()) {}

  /// int32_t ecolm_forward(ids, count, position, logits, cache, workspace)
  void buildForward() {
    SmallVector<Type> arguments = {pointer, i64,     i64,
                                   pointer, pointer, pointer};
    Block *body =
        begin("ecolm_forward", LLVM::LLVMFunctionType::get(i32, arguments));
    Value ids = body->getArgument(0), count = body->getArgument(1);
    Value position = body->getArgument(2), logits = body->getArgument(3);
    Value cache = body->getArgument(4), workspace = body->getArgument(5);

    ArrayRef<Type> inputs = type.getInputs();
    appendBuffer(inputs[0], ids, {count});
    operands.push_back(position);
    int64_t cacheBytes = 0;
    for (Type input : inputs.drop_front(2).drop_back(2)) {
      auto buffer = cast<MemRefType>(input);
      appendBuffer(buffer, offsetBy(cache, cacheBytes), {});
      cacheBytes =
          llvm::alignTo(cacheBytes + buffer.getNumElements() *
                                         (buffer.getElementTypeBitWidth() / 8),
                        kCacheAlignment);
    }
    appendBuffer(inputs[inputs.size() - 2], logits, {count});
    auto bytes = main->getAttrOfType<IntegerAttr>("ecolm.workspace_bytes");
    appendBuffer(inputs.back(), workspace,
                 {constant(bytes ? bytes.getInt() : 0)});
    auto call = LLVM::CallOp::create(b, main, operands);
    LLVM::ReturnOp::create(b, call.getResult());
    module->setAttr("ecolm.cache_bytes", b.getI64IntegerAttr(cacheBytes));
  }

  /// int32_t ecolm_run(const ecolm_tensor *inputs, ecolm_tensor *outputs)
  void buildRun() {
    Block *body = begin("ecolm_run",
                        LLVM::LLVMFunctionType::get(i32, {pointer, pointer}));
    for (auto [i, input] : llvm::enumerate(type.getInputs())) {
      auto buffer = cast<MemRefType>(input);
      Value tensor =
          offsetBy(body->getArgument(0), i * int64_t(sizeof(ecolm_tensor)));
      SmallVector<Value> dynamic;
      for (auto [d, size] : llvm::enumerate(buffer.getShape()))
        if (ShapedType::isDynamic(size))
          dynamic.push_back(LLVM::LoadOp::create(b, i64, dimOf(tensor, d)));
      Value data = LLVM::LoadOp::create(b, pointer, dataOf(tensor));
      appendBuffer(buffer, data, dynamic);
    }
    auto call = LLVM::CallOp::create(b, main, operands);
    Value status = call.getResult();
    if (type.getNumResults() > 0)
      status = LLVM::ExtractValueOp::create(
          b, status, static_cast<int64_t>(type.getNumResults()));
    leaveUnlessOk(status);
    for (auto [i, result] : llvm::enumerate(type.getResults())) {
      Value descriptor = LLVM::ExtractValueOp::create(b, call.getResult(),
                                                      static_cast<int64_t>(i));
      storeResult(
          cast<MemRefType>(result), descriptor,
          offsetBy(body->getArgument(1), i * int64_t(sizeof(ecolm_tensor))));
    }
    LLVM::ReturnOp::create(b, status);
  }

private:
  /// After a failure there is nothing to store.
  void leaveUnlessOk(Value status) {
    Block *before = b.getInsertionBlock();
    Region *region = before->getParent();
    Block *leave = b.createBlock(region, region->end());
    LLVM::ReturnOp::create(b, status);
    Block *store = b.createBlock(region, region->end());
    b.setInsertionPointToEnd(before);
    Value ok = LLVM::ConstantOp::create(b, i32, b.getI32IntegerAttr(ECOLM_OK));
    Value good = LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::eq, status, ok);
    LLVM::CondBrOp::create(b, good, store, leave);
    b.setInsertionPointToStart(store);
  }
  Block *begin(StringRef name, LLVM::LLVMFunctionType functionType) {
    auto function = LLVM::LLVMFuncOp::create(b, name, functionType);
    Block *body = function.addEntryBlock(b);
    b.setInsertionPointToStart(body);
    return body;
  }
  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(b, i64, b.getI64IntegerAttr(value));
  }
  Value offsetBy(Value base, int64_t bytes) {
    return LLVM::GEPOp::create(
        b, pointer, b.getI8Type(), base,
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(bytes)});
  }
  Value dimOf(Value tensor, int64_t d) {
    return offsetBy(tensor, offsetof(ecolm_tensor, dims) + 8 * d);
  }
  Value dataOf(Value tensor) {
    return offsetBy(tensor, 8 + 8 * ECOLM_MAX_RANK);
  }

  /// Appends the expanded descriptor of a dense buffer at `data`.
  void appendBuffer(Type type, Value data, ArrayRef<Value> dynamicSizes) {
    auto buffer = cast<MemRefType>(type);
    SmallVector<Value> sizes, strides(buffer.getRank());
    for (int64_t size : buffer.getShape()) {
      if (ShapedType::isDynamic(size)) {
        sizes.push_back(dynamicSizes.front());
        dynamicSizes = dynamicSizes.drop_front();
      } else {
        sizes.push_back(constant(size));
      }
    }
    Value stride = constant(1);
    for (int64_t d = buffer.getRank() - 1; d >= 0; --d) {
      strides[d] = stride;
      if (d > 0)
        stride = LLVM::MulOp::create(b, stride, sizes[d]);
    }
    operands.append({data, data, constant(0)});
    llvm::append_range(operands, sizes);
    llvm::append_range(operands, strides);
  }

  void storeResult(MemRefType buffer, Value descriptor, Value tensor) {
    Value rank =
        LLVM::ConstantOp::create(b, i32, b.getI32IntegerAttr(buffer.getRank()));
    LLVM::StoreOp::create(b, rank, offsetBy(tensor, 4));
    Value data = LLVM::ExtractValueOp::create(b, descriptor, int64_t(1));
    LLVM::StoreOp::create(b, data, dataOf(tensor));
    for (int64_t d = 0; d < buffer.getRank(); ++d) {
      Value size =
          LLVM::ExtractValueOp::create(b, descriptor, ArrayRef<int64_t>{3, d});
      LLVM::StoreOp::create(b, size, dimOf(tensor, d));
    }
  }

  LLVM::LLVMFuncOp main;
  FunctionType type;
  ModuleOp module;
  ImplicitLocOpBuilder b;
  LLVM::LLVMPointerType pointer;
  Type i32, i64;
  SmallVector<Value> operands;
};

struct BuildEntryPointPass final
    : ecolm::impl::BuildEntryPointBase<BuildEntryPointPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<LLVM::LLVMFuncOp>("main");
    auto type = module->getAttrOfType<TypeAttr>("ecolm.entry");
    if (!main || !type) {
      module.emitError("expected @main in the LLVM dialect and the module "
                       "attribute ecolm.entry");
      return signalPassFailure();
    }
    // The program has a main of its own.
    if (failed(SymbolTable(module).rename(
            main, StringAttr::get(&getContext(), "ecolm_main"))))
      return signalPassFailure();
    EntryBuilder entry(main, cast<FunctionType>(type.getValue()));
    if (main->hasAttr("ecolm.language_model"))
      entry.buildForward();
    else
      entry.buildRun();

    for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
      if (function.isExternal() || function.getName() == "ecolm_forward" ||
          function.getName() == "ecolm_run")
        continue;
      // A layer keeps its own symbol, so that its code can be inspected and a
      // test can call it.
      if (function->hasAttr("ecolm.layer")) {
        function.setNoInline(true);
        function.setVisibility_(LLVM::Visibility::Hidden);
        continue;
      }
      function.setLinkage(LLVM::Linkage::Internal);
    }
  }
};

} // namespace
