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
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace ecolm;

static PackedAttr getLayout(Value weight) {
  auto type = cast<RankedTensorType>(weight.getType());
  return dyn_cast_or_null<PackedAttr>(type.getEncoding());
}

/// Whether `weight` lies in tiles, for kernels that take several rows.
static bool isTiled(Value weight) {
  PackedAttr layout = getLayout(weight);
  return layout && layout.getDepth() > 1;
}

bool ecolm::isForAllRows(MatmulOp matmul) {
  return isTiled(matmul.getWeights());
}

bool ecolm::hasFloatPowers(ButterflyOp op, Value factor) {
  auto pot = dyn_cast<PotType>(getElementTypeOrSelf(factor.getType()));
  return pot && pot.getTerms() == 1 && pot.getNumExponents() <= 127 &&
         op.getType().getElementType().isF32() &&
         op.getArithmetic() == Arithmetic::Native;
}

/// Vector instructions for 16 products with powers of two packed like that.
static double getDecodingInstructions(Packing packing) {
  switch (packing) {
  case Packing::Nibbles:
    return 8;
  case Packing::Halves:
    return 2;
  case Packing::Partners:
  case Packing::Floats:
    return 1;
  case Packing::FloatPartners:
    return 0.5;
  default:
    return 4.5;
  }
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
  if (packing == Packing::Bitplanes || packing == Packing::Planes3) {
    choice.why =
        ("ternary weights choose what sums of " + numbers + " add and subtract")
            .str();
    choice.instructions = packing == Packing::Planes3 ? 4.5 : 6;
  } else if (isa<PotType>(element)) {
    choice.multiplies = isFloat;
    choice.why = isFloat ? "powers of two are decoded to floats and multiplied"
                         : "powers of two are decoded to shifts and signs";
    choice.instructions = getDecodingInstructions(packing);
  } else {
    choice.multiplies = true;
    bool isPlain = packing == Packing::Plain;
    choice.why =
        describeFormat(element) + " weights are multiplied as " + numbers.str();
    choice.instructions = isPlain ? 2.5 : 3;
  }
  return choice;
}

/// The kernel of rows and codes in tiles: bytes are multiplied four at a time,
/// floats by what the codes are looked up to be.
static KernelChoice describeTiles(Value input, Value weight,
                                  StringRef instructions) {
  KernelChoice choice;
  std::string format = describeFormat(getElementTypeOrSelf(weight.getType()));
  choice.multiplies = true;
  if (isa<FloatType>(getElementTypeOrSelf(input.getType()))) {
    choice.name = "float tiles";
    choice.why =
        format + " weights are looked up in a register, for several rows";
    choice.instructions = 1.5;
    return choice;
  }
  choice.name = ("byte products (" + instructions + ")").str();
  choice.why =
      "bytes meet " + format + " weights packed for sums of four products";
  choice.instructions = llvm::StringSwitch<double>(instructions)
                            .Cases({"vnni", "sdot", "usdot"}, 0.7)
                            .Case("avx2", 1)
                            .Case("neon", 1.3)
                            .Default(3);
  return choice;
}

/// Why `op`, a product with a matrix that lies in lanes, has no tiles; or
/// nothing if floats or shifts are what its weights want.
static std::string explainNoTiles(Operation *op, StringRef instructions) {
  Type weight = getElementTypeOrSelf(op->getOperand(1).getType());
  Type input = getElementTypeOrSelf(op->getOperand(0).getType());
  bool isLowBit = isa<TernaryType, PotType>(weight) ||
                  (weight.isInteger() && weight.getIntOrFloatBitWidth() <= 8);
  if (!isLowBit || isa<PotType>(input))
    return ""; // Shifts are what powers of two are for.
  if (isa<FloatType>(input))
    return "the activations are floats; quantized to i8 they would be "
           "multiplied as bytes";
  if (!input.isInteger(8))
    return "the activations have more than 8 bits";
  auto matmul = dyn_cast<MatmulOp>(op);
  bool isByteProduct =
      matmul ? matmul.isByteProduct() : cast<GroupMatmulOp>(op).isByteProduct();
  if (!isByteProduct)
    return isa<PotType>(weight)
               ? "powers of two of so wide a range are no bytes"
               : "a row of one element is no vector";
  if (instructions == "none")
    return "the target has no instructions for sums of products of bytes";
  if (matmul && matmul.getArithmetic() != Arithmetic::Native)
    return "shifts were asked for instead of products";
  return "groups are no whole tiles, the target has no look-ups in registers, "
         "or another operation reads the same weights in another order";
}

KernelChoice ecolm::chooseKernel(Operation *op, StringRef instructions) {
  bool isFloat =
      isa<FloatType>(getElementTypeOrSelf(op->getResult(0).getType()));
  if (isa<MatmulOp, GroupMatmulOp>(op)) {
    bool isGroup = isa<GroupMatmulOp>(op);
    Value input = op->getOperand(0), weights = op->getOperand(1);
    // Scales are floats, whatever the sums are.
    if (isGroup)
      isFloat = isa<FloatType>(getElementTypeOrSelf(input.getType()));
    KernelChoice choice = isTiled(weights)
                              ? describeTiles(input, weights, instructions)
                              : describeLanes(weights, isFloat);
    if (!isTiled(weights))
      choice.missed = explainNoTiles(op, instructions);
    if (isGroup) {
      choice.name = "groups in " + choice.name;
      choice.why += "; every group has a scale";
    }
    return choice;
  }
  // The weights follow the input; a chain is as slow as its slowest factor.
  KernelChoice choice;
  for (Value factor : op->getOperands().drop_front()) {
    KernelChoice own = describeLanes(factor, isFloat);
    if (own.instructions > choice.instructions)
      choice = own;
  }
  bool staysInRegisters =
      llvm::all_of(op->getOperands().drop_front(), [](Value factor) {
        PackedAttr layout = getLayout(factor);
        return layout && layout.getChunks().isGiven();
      });
  if (staysInRegisters) {
    choice.name = "butterfly in registers";
    choice.why = "blocks of 2 by 2 act on a power of two: several factors for "
                 "every load and store";
    choice.instructions = isFloat ? 2.5 : 2;
    return choice;
  }
  choice.name = "butterfly in " + choice.name;
  if (isFloat)
    choice.missed = "sums are floats; activations and weights that prove them "
                    "exact in integers would make them integers";
  return choice;
}
