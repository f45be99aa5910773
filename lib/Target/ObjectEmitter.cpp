//===- ObjectEmitter.cpp - LLVM IR and objects ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Runs LLVM in process.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/ObjectEmitter.h"
#include "ecolm/Conversion/EcoLMToVector/EcoLMToVector.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/StandardInstrumentations.h"
#include "llvm/Support/Error.h"

using namespace mlir;
using namespace ecolm;

/// Instructions of a block and of a function, and arguments of a function or
/// call, from which on the function is not optimized. Kernels are far shorter;
/// so long is the entry function of a model of a hundred layers or a thousand
/// nodes, which does little but call, and what LLVM does to a block takes more
/// than its length.
static constexpr size_t kLongBlock = 1 << 13, kLongFunction = 1 << 14,
                        kManyArguments = 1 << 8;

static bool isLong(const llvm::BasicBlock &block) {
  return block.size() >= kLongBlock ||
         llvm::any_of(block, [](const llvm::Instruction &instruction) {
           auto *call = dyn_cast<llvm::CallBase>(&instruction);
           return call && call->arg_size() >= kManyArguments;
         });
}

static bool isLong(const llvm::Function &function) {
  return function.getInstructionCount() >= kLongFunction ||
         function.arg_size() >= kManyArguments ||
         llvm::any_of(function, [](const llvm::BasicBlock &block) {
           return isLong(block);
         });
}

/// Appends the private constants that `value` reaches and `order` lacks.
static void findConstants(llvm::Value *value,
                          llvm::SetVector<llvm::GlobalVariable *> &order) {
  if (auto *global = dyn_cast<llvm::GlobalVariable>(value)) {
    if (global->hasPrivateLinkage() && global->isConstant())
      order.insert(global);
    return;
  }
  if (auto *constant = dyn_cast<llvm::Constant>(value))
    for (llvm::Value *operand : constant->operands())
      findConstants(operand, order);
}

/// Sorts and names private constants in the order of their first use.
/// Bufferization makes them while it walks a set of pointers, so that two runs
/// of the compiler would write the same program with other offsets.
static void orderConstants(llvm::Module &module) {
  llvm::SetVector<llvm::GlobalVariable *> order;
  for (llvm::Function &function : module)
    for (llvm::BasicBlock &block : function)
      for (llvm::Instruction &instruction : block)
        for (llvm::Value *operand : instruction.operands())
          findConstants(operand, order);
  for (llvm::GlobalVariable *global : order) {
    global->setName("");
    module.removeGlobalVariable(global);
  }
  for (auto [i, global] : llvm::enumerate(order)) {
    module.insertGlobalVariable(global);
    global->setName("constant_" + llvm::Twine(i));
  }
}

/// The lower phase counts in 64 bits everywhere; C's allocator does not on a
/// machine of 32, where such an argument would take the place of two.
static void useSizeType(llvm::Module &module, StringRef allocator) {
  llvm::Function *wide = module.getFunction(allocator);
  llvm::Type *size = module.getDataLayout().getIntPtrType(module.getContext());
  if (!wide || size->isIntegerTy(64))
    return;
  SmallVector<llvm::Type *> parameters(wide->arg_size(), size);
  auto *narrow = llvm::Function::Create(
      llvm::FunctionType::get(wide->getReturnType(), parameters, false),
      wide->getLinkage(), "", module);
  narrow->takeName(wide);
  for (llvm::User *user : llvm::make_early_inc_range(wide->users())) {
    auto *call = cast<llvm::CallInst>(user);
    llvm::IRBuilder<> builder(call);
    SmallVector<llvm::Value *> arguments;
    for (llvm::Value *argument : call->args())
      arguments.push_back(builder.CreateTrunc(argument, size));
    call->replaceAllUsesWith(builder.CreateCall(narrow, arguments));
    call->eraseFromParent();
  }
  wide->eraseFromParent();
}

std::unique_ptr<llvm::Module>
ecolm::translateToLLVM(ModuleOp module, llvm::LLVMContext &context,
                       llvm::TargetMachine &machine) {
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  // The declarations of weights belong to the weight section.
  OwningOpRef<ModuleOp> code = ModuleOp::create(module.getLoc());
  OpBuilder builder(code->getBodyRegion());
  for (Operation &op : module.getBody()->getOperations())
    if (!isa<WeightOp>(op))
      builder.clone(op);

  std::unique_ptr<llvm::Module> result =
      translateModuleToLLVMIR(*code, context, "ecolm");
  if (!result)
    return nullptr;
  orderConstants(*result);
  result->setTargetTriple(machine.getTargetTriple());
  result->setDataLayout(machine.createDataLayout());
  for (StringRef allocator : {"malloc", "aligned_alloc"})
    useSizeType(*result, allocator);
  if (llvm::GlobalVariable *weights =
          result->getGlobalVariable(kWeightSection)) {
    weights->setVisibility(llvm::GlobalValue::HiddenVisibility);
    weights->setDSOLocal(true);
  }
  for (llvm::Function &function : *result) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    // 512-bit vectors hold the 16 lanes of a kernel.
    function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr("min-legal-vector-width", "512");
    if (isLong(function)) {
      function.addFnAttr(llvm::Attribute::OptimizeNone);
      function.addFnAttr(llvm::Attribute::NoInline);
    }
  }
  return result;
}

void ecolm::optimize(llvm::Module &module, llvm::TargetMachine &machine,
                     int level, Sanitizer sanitizer) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  // Without it passes look into functions that ask not to be optimized.
  llvm::PassInstrumentationCallbacks callbacks;
  llvm::OptNoneInstrumentation leaveAlone(/*DebugLogging=*/false);
  leaveAlone.registerCallbacks(callbacks);
  llvm::PassBuilder builder(&machine, llvm::PipelineTuningOptions(),
                            std::nullopt, &callbacks);
  addSanitizer(module, builder, sanitizer);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  const llvm::OptimizationLevel levels[] = {
      llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
      llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  llvm::ModulePassManager passes =
      level == 0 ? builder.buildO0DefaultPipeline(levels[0])
                 : builder.buildPerModuleDefaultPipeline(levels[level]);
  passes.run(module, modules);
}

llvm::Error ecolm::emitCode(llvm::Module &module, llvm::TargetMachine &machine,
                            llvm::CodeGenFileType type,
                            llvm::raw_pwrite_stream &out) {
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, out, nullptr, type))
    return llvm::createStringError("LLVM cannot write this kind of file for " +
                                   machine.getTargetTriple().str() +
                                   "; name another with --emit or --target");
  passes.run(module);
  return llvm::Error::success();
}

llvm::Expected<std::vector<std::string>>
ecolm::findUndefinedSymbols(StringRef path) {
  auto file = llvm::object::ObjectFile::createObjectFile(path);
  if (!file)
    return file.takeError();
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef &symbol : file->getBinary()->symbols()) {
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    llvm::Expected<StringRef> name = symbol.getName();
    if (!flags || !name)
      return llvm::joinErrors(flags.takeError(), name.takeError());
    if (*flags & llvm::object::SymbolRef::SF_Undefined && !name->empty())
      names.push_back(name->str());
  }
  llvm::sort(names);
  return names;
}
