//===- KernelChoice.cpp - Which kernel computes a layer -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the kernel off types, layouts and arithmetic. Prices are what the inner
// loops of lib/Conversion/EcoLMToVector took on one processor with AVX-512, for
// prompts, in instructions of LayerCosts.h: what a compiler and a processor
// make of load, spread, shift and mask is no count of them.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/KernelChoice.h"
#include "ecolm/Analysis/NodeNames.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace ecolm;

static PackedAttr getLayout(Value weight) {
  auto type = cast<RankedTensorType>(weight.getType());
  return dyn_cast_or_null<PackedAttr>(type.getEncoding());
}

bool ecolm::isForAllRows(MatmulOp matmul) {
  PackedAttr layout = getLayout(matmul.getWeights());
  return matmul.isByteProduct() && layout && layout.getDepth() > 1;
}

/// The kernel that computes 16 outputs side by side with one weight after the
/// other, for weights packed like `weight`.
static KernelChoice describeLanes(Value weight, bool isFloat) {
  Type element = getElementTypeOrSelf(weight.getType());
  PackedAttr layout = getLayout(weight);
  Packing packing = layout ? layout.getPacking() : Packing::Plain;
  KernelChoice choice;
  choice.name = ("lanes of " + stringifyPacking(packing)).str();
  StringRef numbers = isFloat ? "floats" : "integers";
  if (packing == Packing::Bitplanes) {
    choice.why =
        ("ternary weights choose what sums of " + numbers + " add and subtract")
            .str();
    choice.instructions = 6;
  } else if (isa<PotType>(element)) {
    choice.multiplies = isFloat;
    choice.why = isFloat ? "powers of two are decoded to floats and multiplied"
                         : "powers of two are decoded to shifts and signs";
    choice.instructions = packing == Packing::Nibbles ? 8 : 4.5;
  } else {
    choice.multiplies = true;
    bool isPlain = packing == Packing::Plain;
    choice.why =
        describeFormat(element) + " weights are multiplied as " + numbers.str();
    choice.instructions = isPlain ? 2.5 : 3;
  }
  return choice;
}

/// Why the matrix product `matmul` is none of bytes, or nothing if floats are
/// what its weights want.
static std::string explainNoBytes(MatmulOp matmul, StringRef instructions) {
  Type weight = matmul.getWeights().getType().getElementType();
  Type input = matmul.getInput().getType().getElementType();
  bool isLowBit = isa<TernaryType, PotType>(weight) ||
                  (weight.isInteger() && weight.getIntOrFloatBitWidth() <= 8);
  if (!isLowBit)
    return "";
  if (isa<FloatType>(input))
    return "the activations are floats; quantized to i8 they would be "
           "multiplied as bytes";
  if (isa<PotType>(input) || isa<PotType>(weight))
    return ""; // Shifts are what powers of two are for.
  if (!input.isInteger(8))
    return "the activations have more than 8 bits";
  if (!matmul.isByteProduct())
    return weight.isInteger(8) ? "the weights have 8 bits, and bytes are "
                                 "multiplied by at most 4"
                               : "a row of one element is no vector";
  if (matmul.getArithmetic() != Arithmetic::Native)
    return instructions == "none"
               ? "the target has no instructions for sums of products of bytes"
               : "shifts were asked for instead of products";
  return "another operation reads the same weights in another order";
}

/// The kernel of f32 rows and codes in tiles of depth 4, for several rows.
static KernelChoice describeFloatTiles(Value weight) {
  KernelChoice choice;
  choice.name = "float tiles";
  choice.why = describeFormat(getElementTypeOrSelf(weight.getType())) +
               " weights are looked up in a register, for several rows";
  choice.instructions = 1.5;
  choice.multiplies = true;
  return choice;
}

static bool isTiled(Value weight) {
  PackedAttr layout = getLayout(weight);
  return layout && layout.getDepth() > 1;
}

static KernelChoice chooseForMatmul(MatmulOp matmul, StringRef instructions) {
  if (!isForAllRows(matmul) && isTiled(matmul.getWeights()))
    return describeFloatTiles(matmul.getWeights());
  if (!isForAllRows(matmul)) {
    KernelChoice choice = describeLanes(
        matmul.getWeights(),
        isa<FloatType>(getElementTypeOrSelf(matmul.getResult().getType())));
    choice.missed = explainNoBytes(matmul, instructions);
    return choice;
  }
  KernelChoice choice;
  choice.name = ("byte products (" + instructions + ")").str();
  choice.why = "bytes meet " +
               describeFormat(matmul.getWeights().getType().getElementType()) +
               " weights packed for sums of four products";
  choice.instructions = instructions == "vnni"   ? 0.7
                        : instructions == "avx2" ? 1
                                                 : 6;
  choice.multiplies = true;
  return choice;
}

KernelChoice ecolm::chooseKernel(Operation *op, StringRef instructions) {
  if (auto matmul = dyn_cast<MatmulOp>(op))
    return chooseForMatmul(matmul, instructions);
  if (auto matmul = dyn_cast<GroupMatmulOp>(op)) {
    Value weights = matmul.getWeights();
    bool isFloat = matmul.getInput().getType().getElementType().isF32();
    KernelChoice choice = isTiled(weights) ? describeFloatTiles(weights)
                                           : describeLanes(weights, isFloat);
    choice.name = "groups in " + choice.name;
    choice.why += "; every group has a scale";
    if (!isTiled(weights))
      choice.missed = "the target has no look-ups in registers, or the groups "
                      "are no whole tiles";
    return choice;
  }
  // The weights follow the input; a chain is as slow as its slowest factor.
  bool isFloat =
      isa<FloatType>(getElementTypeOrSelf(op->getResult(0).getType()));
  KernelChoice choice;
  for (Value factor : op->getOperands().drop_front()) {
    KernelChoice own = describeLanes(factor, isFloat);
    if (own.instructions > choice.instructions)
      choice = own;
  }
  choice.name = "butterfly in " + choice.name;
  if (isFloat)
    choice.missed = "sums are floats; activations and weights that prove them "
                    "exact in integers would make them integers";
  return choice;
}
