//===- ActivationReader.cpp - Reads activations in kernels ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Loads floats, integers and power-of-two codes.
//
//===----------------------------------------------------------------------===//

#include "ActivationReader.h"

#include "ecolm/Dialect/EcoLM/IR/EcoLMTypes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace ecolm;

std::optional<std::string> ecolm::getActivationObstacle(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() == 0 ||
      tensor.isDynamicDim(tensor.getRank() - 1))
    return "the last dimension of its input is not static";
  Type element = tensor.getElementType();
  if (element.isF32() || element.isSignlessInteger(8) ||
      element.isSignlessInteger(16) || element.isSignlessInteger(32))
    return std::nullopt;
  // Codes are single bytes, and their integers must fit 32 bits.
  if (auto pot = dyn_cast<PotType>(element);
      pot && pot.getTerms() == 1 && pot.getNumExponents() <= 31)
    return std::nullopt;
  std::string text;
  llvm::raw_string_ostream(text)
      << "no kernel reads activations of type " << element;
  return text;
}

Type ecolm::getSumType(RankedTensorType type) {
  if (isa<FloatType>(type.getElementType()))
    return type.getElementType();
  return IntegerType::get(type.getContext(), 32);
}

std::string ecolm::getActivationName(RankedTensorType type) {
  if (isa<PotType>(type.getElementType()))
    return "pot";
  std::string text;
  llvm::raw_string_ostream(text) << type.getElementType();
  return text;
}

Value ecolm::loadActivation(GPUKernelBuilder &b, RankedTensorType type,
                            Value rows, Value row, Value column) {
  Value loaded =
      memref::LoadOp::create(b, rows, ValueRange{row, column}).getResult();
  Type sum = getSumType(type);
  if (loaded.getType() != sum)
    loaded = arith::ExtSIOp::create(b, sum, loaded);
  return isa<PotType>(type.getElementType()) ? b.decodePot(loaded) : loaded;
}
