//===- Variants.cpp - Code for several processors -------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Renames what would collide, and writes the function that chooses:
//
//   ecolm_forward(...):
//     v = ecolm_variant                    // -1 before the first call
//     if v < 0: v = ecolm_variant = ecolm_choose_variant(ecolm_variants, count)
//     return ecolm_forward.v(...)
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/Variants.h"
#include "ecolm/Target/CPU/Passes.h"
#include "ecolm/Target/ModelDescriptor.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;
using namespace ecolm;

static std::string getVariantName(StringRef name, unsigned index) {
  return (name + "." + Twine(index)).str();
}

/// The functions that programs call; a model has one of them.
static constexpr StringLiteral kEntries[] = {"ecolm_forward", "ecolm_run"};

void ecolm::separateVariant(Module &code, unsigned index) {
  // A call that finds no memory says so in one place, whoever made it.
  if (GlobalVariable *bytes =
          code.getGlobalVariable(kMissingBytes, /*AllowInternal=*/true)) {
    bytes->setLinkage(GlobalValue::ExternalLinkage);
    bytes->setVisibility(GlobalValue::HiddenVisibility);
    bytes->setDSOLocal(true);
    if (index > 0)
      bytes->setInitializer(nullptr);
  }
  for (Function &function : code) {
    if (function.isDeclaration() || function.hasLocalLinkage())
      continue;
    function.setName(getVariantName(function.getName(), index));
    function.setVisibility(GlobalValue::HiddenVisibility);
    function.setDSOLocal(true);
  }
}

/// The function `name` of every variant; those of others are declared.
static SmallVector<Function *> collectEntries(Module &first, StringRef name,
                                              unsigned count) {
  SmallVector<Function *> entries = {
      first.getFunction(getVariantName(name, 0))};
  for (unsigned i = 1; entries[0] && i < count; ++i) {
    entries.push_back(Function::Create(entries[0]->getFunctionType(),
                                       GlobalValue::ExternalLinkage,
                                       getVariantName(name, i), first));
    entries.back()->setVisibility(GlobalValue::HiddenVisibility);
    entries.back()->setDSOLocal(true);
  }
  return entries;
}

/// The index of the variant to call, from the block that `b` stands in on.
static Value *chooseVariant(IRBuilder<> &b, Function *dispatcher,
                            unsigned count) {
  Module &module = *dispatcher->getParent();
  LLVMContext &context = module.getContext();
  Type *i32 = b.getInt32Ty();
  auto *chosen = new GlobalVariable(
      module, i32, /*isConstant=*/false, GlobalValue::InternalLinkage,
      ConstantInt::getSigned(i32, -1), "ecolm_variant");
  BasicBlock *start = b.GetInsertBlock();
  BasicBlock *choose = BasicBlock::Create(context, "choose", dispatcher);
  BasicBlock *call = BasicBlock::Create(context, "call", dispatcher);
  // Two threads that choose at once choose the same.
  LoadInst *known = b.CreateAlignedLoad(i32, chosen, Align(4));
  known->setAtomic(AtomicOrdering::Monotonic);
  b.CreateCondBr(b.CreateICmpSGE(known, b.getInt32(0)), call, choose);
  b.SetInsertPoint(choose);
  FunctionCallee ask = module.getOrInsertFunction("ecolm_choose_variant", i32,
                                                  b.getPtrTy(), i32);
  Value *found = b.CreateCall(
      ask, {module.getGlobalVariable(kVariants, /*AllowInternal=*/true),
            b.getInt32(count)});
  b.CreateAlignedStore(found, chosen, Align(4))
      ->setAtomic(AtomicOrdering::Monotonic);
  b.CreateBr(call);
  b.SetInsertPoint(call);
  PHINode *index = b.CreatePHI(i32, 2);
  index->addIncoming(known, start);
  index->addIncoming(found, choose);
  return index;
}

static void addDispatcherOf(Module &first, StringRef name, unsigned count) {
  SmallVector<Function *> entries = collectEntries(first, name, count);
  if (!entries[0])
    return;
  LLVMContext &context = first.getContext();
  auto *dispatcher = Function::Create(
      entries[0]->getFunctionType(), GlobalValue::ExternalLinkage, name, first);
  dispatcher->copyAttributesFrom(entries[0]);
  dispatcher->setVisibility(GlobalValue::DefaultVisibility);
  entries[0]->replaceAllUsesWith(dispatcher);
  IRBuilder<> b(BasicBlock::Create(context, "", dispatcher));
  Value *index = chooseVariant(b, dispatcher, count);
  SmallVector<Value *> arguments;
  for (Argument &argument : dispatcher->args())
    arguments.push_back(&argument);
  SmallVector<BasicBlock *> blocks;
  for (Function *entry : entries) {
    blocks.push_back(BasicBlock::Create(context, "", dispatcher));
    IRBuilder<> at(blocks.back());
    at.CreateRet(at.CreateCall(entry, arguments));
  }
  SwitchInst *choice = b.CreateSwitch(index, blocks[0], count - 1);
  for (unsigned i = 1; i < count; ++i)
    choice->addCase(b.getInt32(i), blocks[i]);
}

void ecolm::addDispatcher(Module &first, unsigned count) {
  for (StringRef name : kEntries)
    addDispatcherOf(first, name, count);
}
