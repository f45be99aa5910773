//===- BindEntryBuffers.cpp - Buffers of the caller -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Makes the entry function read and write its caller's buffers.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Dialect/ONNX/IR/QuotedName.h"
#include "ecolm/Runtime/Model.h"
#include "ecolm/Target/CPU/Passes.h"
#include "ecolm/Target/EntryTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringMap.h"

namespace ecolm {
#define GEN_PASS_DEF_BINDENTRYBUFFERS
#include "ecolm/Target/CPU/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

static MemRefType getBufferType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return MemRefType::get(tensor.getShape(), tensor.getElementType());
}

static void bindArguments(func::FuncOp function) {
  Block &body = function.getBody().front();
  ImplicitLocOpBuilder b(function.getLoc(), OpBuilder::atBlockBegin(&body));
  for (BlockArgument argument : body.getArguments()) {
    if (!isa<RankedTensorType>(argument.getType()))
      continue;
    Type tensorType = argument.getType();
    argument.setType(getBufferType(tensorType));
    auto tensor = bufferization::ToTensorOp::create(b, tensorType, argument,
                                                    /*restrict=*/true,
                                                    /*writable=*/false);
    argument.replaceAllUsesExcept(tensor.getResult(), tensor);
  }
}

/// Writes every result to an argument added for it.
static void bindResults(func::FuncOp function) {
  Block &body = function.getBody().front();
  Operation *terminator = body.getTerminator();
  ImplicitLocOpBuilder b(function.getLoc(), terminator);
  for (Value result : terminator->getOperands()) {
    BlockArgument target =
        body.addArgument(getBufferType(result.getType()), function.getLoc());
    bufferization::MaterializeInDestinationOp::create(
        b, TypeRange(), result, target, /*restrict=*/true, /*writable=*/true);
  }
  terminator->setOperands({});
}

/// Returns copies, so that no result shares memory with an argument, a weight
/// or another result.
static void copyResults(func::FuncOp function) {
  Operation *terminator = function.getBody().front().getTerminator();
  ImplicitLocOpBuilder b(function.getLoc(), terminator);
  for (OpOperand &result : terminator->getOpOperands()) {
    auto type = cast<RankedTensorType>(result.get().getType());
    result.set(bufferization::AllocTensorOp::create(b, type, ValueRange(),
                                                    result.get()));
  }
}

/// Dimensions of inputs that share a symbol are one size to the compiler, so
/// the caller's must be.
static void checkSymbols(func::FuncOp function, ArrayRef<Attribute> names) {
  Block &body = function.getBody().front();
  ImplicitLocOpBuilder b(function.getLoc(), OpBuilder::atBlockBegin(&body));
  struct Place {
    std::string input;
    Value size;
  };
  llvm::StringMap<Place> places;
  unsigned number = 0;
  for (BlockArgument argument : body.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      continue;
    std::string input =
        onnx::quoteName(cast<StringAttr>(names[number++]).getValue());
    auto dims = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(),
                                                     onnx::kDimsAttrName);
    for (int64_t d = 0; dims && d < type.getRank(); ++d) {
      StringRef symbol = cast<StringAttr>(dims[d]).getValue();
      if (!type.isDynamicDim(d) || symbol == "?")
        continue;
      Value size = tensor::DimOp::create(b, argument, d);
      auto [place, isFirst] = places.try_emplace(symbol, Place{input, size});
      if (isFirst)
        continue;
      Value same = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, size,
                                         place->second.size);
      cf::AssertOp::create(b, same,
                           "dimension " + std::to_string(d) + " of input " +
                               input + " and the dimension " +
                               onnx::quoteName(symbol) + " of input " +
                               place->second.input + " differ");
    }
  }
}

/// Keeps the names of tensors, and which are unsigned: attributes of arguments
/// and results that LLVM functions do not have.
static void recordNames(ModuleOp module, func::FuncOp function) {
  Builder builder(module.getContext());
  SmallVector<Attribute> inputs, outputs;
  SmallVector<bool> unsignedInputs, unsignedOutputs;
  auto isUnsigned = [](DictionaryAttr attrs) {
    return attrs && attrs.contains("ecolm.unsigned");
  };
  auto nameOf = [&](DictionaryAttr attrs, StringRef otherwise, unsigned i) {
    auto name = attrs ? attrs.getAs<StringAttr>("onnx.name") : StringAttr();
    return name ? name : builder.getStringAttr(otherwise + Twine(i));
  };
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (isa<RankedTensorType>(function.getArgument(i).getType())) {
      inputs.push_back(nameOf(function.getArgAttrDict(i), "input_", i));
      unsignedInputs.push_back(isUnsigned(function.getArgAttrDict(i)));
    }
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    outputs.push_back(nameOf(function.getResultAttrDict(i), "output_", i));
    unsignedOutputs.push_back(isUnsigned(function.getResultAttrDict(i)));
  }
  module->setAttr("ecolm.input_names", builder.getArrayAttr(inputs));
  module->setAttr("ecolm.output_names", builder.getArrayAttr(outputs));
  auto recordFlags = [&](StringRef name, ArrayRef<bool> flags) {
    if (llvm::is_contained(flags, true))
      module->setAttr(name, builder.getDenseBoolArrayAttr(flags));
  };
  recordFlags("ecolm.unsigned_inputs", unsignedInputs);
  recordFlags("ecolm.unsigned_outputs", unsignedOutputs);
}

namespace {
struct BindEntryBuffersPass final
    : ecolm::impl::BindEntryBuffersBase<BindEntryBuffersPass> {
  using Base::Base;

  void runOnOperation() override {
    auto function = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!function) {
      getOperation().emitError("expected a function named main");
      return signalPassFailure();
    }
    if (failed(checkEntryTypes(function, /*inFiles=*/false)))
      return signalPassFailure();
    recordNames(getOperation(), function);
    if (!function->hasAttr("ecolm.language_model"))
      checkSymbols(function, getOperation()
                                 ->getAttrOfType<ArrayAttr>("ecolm.input_names")
                                 .getValue());
    bindArguments(function);
    if (function->hasAttr("ecolm.language_model"))
      bindResults(function);
    else
      copyResults(function);
    Block &body = function.getBody().front();
    function.setType(
        FunctionType::get(&getContext(), body.getArgumentTypes(),
                          body.getTerminator()->getOperandTypes()));
    // Dimension names and the like mean nothing to buffers.
    function.removeArgAttrsAttr();
    function.removeResAttrsAttr();
  }
};
} // namespace
