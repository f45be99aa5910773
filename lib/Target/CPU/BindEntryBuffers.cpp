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

/// Fails if a program cannot take or give a tensor of this type.
static LogicalResult checkType(func::FuncOp function, StringRef kind,
                               Attribute name, Type type) {
  auto tensor = cast<RankedTensorType>(type);
  Type element = tensor.getElementType();
  bool known = element.isF32() || element.isF64() ||
               element.isSignlessInteger(1) || element.isSignlessInteger(8) ||
               element.isUnsignedInteger(8) || element.isSignlessInteger(16) ||
               element.isSignlessInteger(32) || element.isSignlessInteger(64);
  if (known && tensor.getRank() <= ECOLM_MAX_RANK)
    return success();
  return emitError(function.getLoc())
         << kind << " " << onnx::quoteName(cast<StringAttr>(name).getValue())
         << " is a " << type << ", but compiled models take and give float32, "
         << "float64, int8, int16, int32, int64, uint8 and bool of at most "
         << ECOLM_MAX_RANK
         << " dimensions; add a Cast or a Reshape to the model";
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

/// Keeps the names of tensors, which are attributes of arguments and results
/// that LLVM functions do not have.
static LogicalResult recordNames(ModuleOp module, func::FuncOp function) {
  Builder builder(module.getContext());
  SmallVector<Attribute> inputs, outputs;
  auto nameOf = [&](DictionaryAttr attrs, StringRef otherwise, unsigned i) {
    auto name = attrs ? attrs.getAs<StringAttr>("onnx.name") : StringAttr();
    return name ? name : builder.getStringAttr(otherwise + Twine(i));
  };
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (isa<RankedTensorType>(function.getArgument(i).getType()))
      inputs.push_back(nameOf(function.getArgAttrDict(i), "input_", i));
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    outputs.push_back(nameOf(function.getResultAttrDict(i), "output_", i));
  module->setAttr("ecolm.input_names", builder.getArrayAttr(inputs));
  module->setAttr("ecolm.output_names", builder.getArrayAttr(outputs));
  bool fits = true;
  SmallVector<Type> types = llvm::to_vector(llvm::make_filter_range(
      function.getArgumentTypes(), llvm::IsaPred<RankedTensorType>));
  for (auto [name, type] : llvm::zip_equal(inputs, types))
    fits &= succeeded(checkType(function, "input", name, type));
  for (auto [name, type] : llvm::zip_equal(outputs, function.getResultTypes()))
    fits &= succeeded(checkType(function, "output", name, type));
  return success(fits);
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
    if (failed(recordNames(getOperation(), function)))
      return signalPassFailure();
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
