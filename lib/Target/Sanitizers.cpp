//===- Sanitizers.cpp - Watching generated code ---------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// LLVM's instrumentation, and what it leaves out of vectors.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/Sanitizers.h"
#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/Instrumentation/AddressSanitizer.h"
#include "llvm/Transforms/Instrumentation/ThreadSanitizer.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace ecolm;

StringRef ecolm::getSanitizerName(Sanitizer sanitizer) {
  return sanitizer == Sanitizer::Address  ? "address"
         : sanitizer == Sanitizer::Thread ? "thread"
                                          : "";
}

namespace {

/// A load or store that ThreadSanitizer's pass passes over.
struct VectorAccess {
  Instruction *instruction;
  /// One address, or one for every lane.
  Value *address;
  /// Which lanes are touched; null for all.
  Value *mask;
  Type *type;
  bool isWrite;
};

/// Tells ThreadSanitizer's runtime of vectors that are longer than 16 bytes or
/// masked, which LLVM's pass ignores: kernels touch memory in little else.
struct WatchVectorsPass : PassInfoMixin<WatchVectorsPass> {
  static bool isRequired() { return true; }

  PreservedAnalyses run(Function &function, FunctionAnalysisManager &) {
    if (!function.hasFnAttribute(Attribute::SanitizeThread))
      return PreservedAnalyses::all();
    SmallVector<VectorAccess> accesses;
    for (Instruction &instruction : instructions(function))
      if (std::optional<VectorAccess> access = findAccess(instruction);
          access && isShared(access->address))
        accesses.push_back(*access);
    for (const VectorAccess &access : accesses)
      watch(access);
    return accesses.empty() ? PreservedAnalyses::all()
                            : PreservedAnalyses::none();
  }

private:
  static std::optional<VectorAccess> findAccess(Instruction &instruction) {
    auto isLong = [&](Type *type) {
      return instruction.getDataLayout().getTypeStoreSize(type) > 16;
    };
    if (auto *load = dyn_cast<LoadInst>(&instruction);
        load && isLong(load->getType()))
      return VectorAccess{load, load->getPointerOperand(), nullptr,
                          load->getType(), false};
    if (auto *store = dyn_cast<StoreInst>(&instruction);
        store && isLong(store->getValueOperand()->getType()))
      return VectorAccess{store, store->getPointerOperand(), nullptr,
                          store->getValueOperand()->getType(), true};
    auto *call = dyn_cast<IntrinsicInst>(&instruction);
    if (!call)
      return std::nullopt;
    switch (call->getIntrinsicID()) {
    case Intrinsic::masked_load:
    case Intrinsic::masked_gather:
      return VectorAccess{call, call->getArgOperand(0), call->getArgOperand(1),
                          call->getType(), false};
    case Intrinsic::masked_store:
    case Intrinsic::masked_scatter:
      return VectorAccess{call, call->getArgOperand(1), call->getArgOperand(2),
                          call->getArgOperand(0)->getType(), true};
    default:
      return std::nullopt;
    }
  }

  /// Weights never change, and what lies on the stack of a thread and goes
  /// nowhere else is its own.
  static bool isShared(Value *address) {
    Value *object = getUnderlyingObject(address);
    if (auto *global = dyn_cast<GlobalVariable>(object))
      return !global->isConstant();
    return !isa<AllocaInst>(object) ||
           PointerMayBeCaptured(object, /*ReturnCaptures=*/true);
  }

  static void watch(const VectorAccess &access) {
    IRBuilder<> builder(access.instruction);
    Module *module = access.instruction->getModule();
    Type *size = builder.getInt64Ty();
    FunctionCallee watcher = module->getOrInsertFunction(
        access.isWrite ? "__tsan_write_range" : "__tsan_read_range",
        builder.getVoidTy(), builder.getPtrTy(), size);
    const DataLayout &layout = module->getDataLayout();
    auto getBytes = [&](Type *type) {
      return ConstantInt::get(size, layout.getTypeStoreSize(type));
    };
    if (!access.mask) {
      builder.CreateCall(watcher, {access.address, getBytes(access.type)});
      return;
    }
    auto *type = cast<FixedVectorType>(access.type);
    Value *elementBytes = getBytes(type->getElementType());
    if (!access.address->getType()->isVectorTy()) {
      // Kernels mask tails: what is touched are the first lanes.
      Value *lanes = builder.CreateBitCast(
          access.mask, builder.getIntNTy(type->getNumElements()));
      Value *count = builder.CreateZExtOrTrunc(
          builder.CreateUnaryIntrinsic(Intrinsic::ctpop, lanes), size);
      Instruction *then = SplitBlockAndInsertIfThen(
          builder.CreateIsNotNull(count), access.instruction->getIterator(),
          /*Unreachable=*/false);
      IRBuilder<> inside(then);
      inside.CreateCall(
          watcher, {access.address, inside.CreateMul(count, elementBytes)});
      return;
    }
    SplitBlockAndInsertForEachLane(
        type->getElementCount(), size, access.instruction->getIterator(),
        [&](IRBuilderBase &atLane, Value *lane) {
          Instruction *then = SplitBlockAndInsertIfThen(
              atLane.CreateExtractElement(access.mask, lane),
              atLane.GetInsertPoint(), /*Unreachable=*/false);
          IRBuilder<> inside(then);
          inside.CreateCall(watcher,
                            {inside.CreateExtractElement(access.address, lane),
                             elementBytes});
        });
  }
};

} // namespace

void ecolm::addSanitizer(Module &module, PassBuilder &builder,
                         Sanitizer sanitizer) {
  if (sanitizer == Sanitizer::None)
    return;
  Attribute::AttrKind mark = sanitizer == Sanitizer::Address
                                 ? Attribute::SanitizeAddress
                                 : Attribute::SanitizeThread;
  for (Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr(mark);
  builder.registerOptimizerLastEPCallback([sanitizer](ModulePassManager &passes,
                                                      OptimizationLevel,
                                                      ThinOrFullLTOPhase) {
    if (sanitizer == Sanitizer::Address) {
      AddressSanitizerOptions options;
      options.UseAfterScope = true;
      passes.addPass(AddressSanitizerPass(options));
      return;
    }
    passes.addPass(ModuleThreadSanitizerPass());
    FunctionPassManager functions;
    functions.addPass(WatchVectorsPass());
    functions.addPass(ThreadSanitizerPass());
    passes.addPass(createModuleToFunctionPassAdaptor(std::move(functions)));
  });
}

void ecolm::poisonWeightGaps(Module &module, WeightGaps gaps) {
  GlobalVariable *weights = module.getGlobalVariable(kWeightSection);
  if (!weights || gaps.empty())
    return;
  Function *constructor = Function::createWithDefaultAttr(
      FunctionType::get(Type::getVoidTy(module.getContext()), false),
      GlobalValue::InternalLinkage, 0, "ecolm_poison_weight_gaps", &module);
  IRBuilder<> builder(BasicBlock::Create(module.getContext(), "", constructor));
  Type *size = builder.getInt64Ty();
  FunctionCallee poison =
      module.getOrInsertFunction("__asan_poison_memory_region",
                                 builder.getVoidTy(), builder.getPtrTy(), size);
  for (auto [offset, bytes] : gaps)
    builder.CreateCall(poison, {builder.CreateConstGEP1_64(builder.getInt8Ty(),
                                                           weights, offset),
                                ConstantInt::get(size, bytes)});
  builder.CreateRetVoid();
  appendToGlobalCtors(module, constructor, /*Priority=*/65535);
}
