//===- LayoutChooser.cpp - Layouts that kernels want ----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Tiles for products of bytes and floats, chunks for butterflies in registers,
// and lanes for all others.
//
//===----------------------------------------------------------------------===//

#include "LayoutChooser.h"
#include "ecolm/Analysis/KernelChoice.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Support/ButterflyPlan.h"
#include "ecolm/Support/PotPacking.h"

using namespace mlir;
using namespace ecolm;

/// Outputs that a kernel of bytes computes side by side, and the most that one
/// of floats does.
static constexpr int32_t kTileLanes = 16, kFloatLanes = 128;
/// Lanes of kernels, and of those of 16 bits, which read a mask for each.
static constexpr int32_t kFusedLanes = 16, kMaskLanes = 32;

namespace {
/// What reads a matrix in tiles of depth 4.
enum class TileReader { None, Bytes, Floats };
} // namespace

/// Whether tiles hold elements of type `element`; `perTile` inputs are then
/// one.
static bool fitsTiles(Type element, int64_t &perTile) {
  perTile = 1;
  if (element.isF32())
    return true;
  perTile = 8;
  if (auto pot = dyn_cast<PotType>(element))
    return pot.getTerms() == 1 &&
           fitsNibble(pot.getNumExponents(), pot.getZero());
  if (isa<TernaryType>(element))
    perTile = 16;
  else if (element.isSignlessInteger())
    perTile = 32 / element.getIntOrFloatBitWidth();
  return isa<TernaryType>(element) || element.isSignlessInteger(2) ||
         element.isSignlessInteger(4) || element.isSignlessInteger(8);
}

/// What reads tiles for `matmul`, by the type of its input.
template <typename Op>
static TileReader getReaderOf(Op matmul) {
  if (matmul.isByteProduct())
    return TileReader::Bytes;
  bool isFloat = matmul.getInput().getType().getElementType().isF32();
  return isFloat ? TileReader::Floats : TileReader::None;
}

/// What reads the weight `use`, if its product is native.
static TileReader getTileReader(OpOperand *use, bool isNative) {
  auto weights = cast<RankedTensorType>(use->get().getType());
  int64_t perTile;
  if (use->getOperandNumber() != 1 ||
      !fitsTiles(weights.getElementType(), perTile) ||
      llvm::is_contained(weights.getShape(), 1))
    return TileReader::None;
  if (auto matmul = dyn_cast<MatmulOp>(use->getOwner())) {
    if (matmul.getArithmetic() != Arithmetic::Native)
      return TileReader::None;
    return getReaderOf(matmul);
  }
  auto matmul = dyn_cast<GroupMatmulOp>(use->getOwner());
  // Groups are whole tiles.
  int64_t group = matmul ? matmul.getGroup() : 1;
  if (!matmul || !isNative ||
      (group % perTile && group < weights.getDimSize(1)))
    return TileReader::None;
  return getReaderOf(matmul);
}

/// Whether all factors of `op` are ternary and its sums integers.
static bool isTernaryChain(ButterflyOp op) {
  return op.getType().getElementType().isInteger() &&
         llvm::all_of(op.getFactors().getTypes(), [](Type type) {
           return isa<TernaryType>(getElementTypeOrSelf(type));
         });
}

/// Whether the own weights of `factor` are 1, or for ternary ones not -1.
static bool isNormalized(Value factor) {
  auto get = factor.getDefiningOp<GetWeightOp>();
  return get && get->hasAttr(kUnitDiagonalAttr);
}

/// The format of powers of two that floats are multiplied by. Halves have half
/// the bytes, but making floats of them takes as long as multiplying.
static Packing getPowers(bool isNormalized, bool areFew) {
  if (areFew)
    return isNormalized ? Packing::FloatPartners : Packing::Floats;
  return isNormalized ? Packing::Partners : Packing::Halves;
}

/// The format of `element` in a kernel's weight.
static Packing choosePacking(Type element, const PackingChoice &choice) {
  if (isa<TernaryType>(element)) {
    if (choice.depth > 1)
      return choice.packing.value_or(Packing::Codes2);
    switch (choice.packing.value_or(Packing::Bitplanes)) {
    case Packing::Bytes:
    case Packing::Codes2:
    case Packing::Base3:
    case Packing::Planes3:
      return *choice.packing;
    default:
      // Planes of less than a byte do not exist.
      return choice.lanes < 8 ? Packing::Codes2 : Packing::Bitplanes;
    }
  }
  if (choice.chunks.isGiven() && choice.packing)
    return *choice.packing;
  if (auto pot = dyn_cast<PotType>(element))
    return choice.packing.value_or(Packing::Nibbles) == Packing::Nibbles &&
                   fitsNibble(pot.getNumExponents(), pot.getZero())
               ? Packing::Nibbles
               : Packing::Bytes;
  if (element.isSignlessInteger(2))
    return Packing::Codes2;
  return element.isSignlessInteger(4) ? Packing::Nibbles : Packing::Plain;
}

RankedTensorType ecolm::getPackedType(RankedTensorType type,
                                      const PackingChoice &choice) {
  Packing packing = choosePacking(type.getElementType(), choice);
  auto encoding =
      PackedAttr::get(type.getContext(), packing, choice.lanes, choice.depth,
                      choice.chunks.vectors, choice.chunks.apart);
  return RankedTensorType::get(type.getShape(), type.getElementType(),
                               encoding);
}

/// The bytes that the powers of two of all butterflies of floats take as
/// floats, own weights that are 1 left out.
static int64_t countPowerBytes(ModuleOp module) {
  int64_t bytes = 0;
  module.walk([&](ButterflyOp op) {
    for (Value factor : op.getFactors())
      if (hasFloatPowers(op, factor))
        bytes += cast<RankedTensorType>(factor.getType()).getNumElements() *
                 (isNormalized(factor) ? 2 : 4);
  });
  return bytes;
}

LayoutChooser::LayoutChooser(ModuleOp module, const PackWeightsOptions &options)
    : options(options), packing(symbolizePacking(options.packing)) {
  auto mode = module->getAttrOfType<StringAttr>(kArithmeticAttr);
  isNative = !mode || mode == "auto" || mode == "native";
  int64_t ternaryElements = 0;
  for (auto weight : module.getOps<WeightOp>())
    if (auto type = dyn_cast<RankedTensorType>(weight.getType());
        type && isa<TernaryType>(type.getElementType()))
      ternaryElements += type.getNumElements();
  staysInCache = ternaryElements / 4 <= options.cacheBytes;
  hasFewPowers = countPowerBytes(module) <= options.firstCacheBytes;
}

PackingChoice LayoutChooser::choose(RankedTensorType type,
                                    ArrayRef<OpOperand *> kernels) const {
  PackingChoice choice{packing, options.lanes, /*depth=*/1, {}};
  if (kernels.empty() || choice.packing || choice.lanes != kTileLanes)
    return choice;
  TileReader reader = getTileReader(kernels.front(), isNative);
  for (OpOperand *use : kernels.drop_front())
    if (getTileReader(use, isNative) != reader)
      return choice;
  bool isPot = isa<PotType>(type.getElementType());
  bool isDense = type.getElementType().isF32();
  if (reader == TileReader::Bytes && options.byteProducts &&
      (!isPot || options.lookups)) {
    choice.depth = 4;
    // What comes from memory gains from every byte that it does not have;
    // in a cache, two look-ups more cost more. Groups of inputs are seldom
    // multiples of 20.
    if (options.byteTables && !staysInCache &&
        isa<TernaryType>(type.getElementType()) &&
        llvm::all_of(kernels, [](OpOperand *use) {
          return isa<MatmulOp>(use->getOwner());
        }))
      choice.packing = Packing::Base3;
  }
  if (reader != TileReader::Floats || !options.lookups)
    return choice;
  // Several vectors of sums hide the latency of additions, but the padding of
  // the last ones is read as well: an eighth of the matrix at most.
  choice.depth = isDense ? 1 : 4;
  uint64_t outputs = type.getDimSize(0);
  for (int32_t lanes = 2 * kTileLanes; lanes <= kFloatLanes; lanes *= 2)
    if (llvm::alignTo(outputs, lanes) <= outputs + outputs / 8)
      choice.lanes = lanes;
  return choice;
}

PackingChoice
LayoutChooser::chooseForKernel(OpOperand &use,
                               const PackingChoice &common) const {
  PackingChoice wanted = common;
  if (packing)
    return wanted;
  auto butterfly = dyn_cast<ButterflyOp>(use.getOwner());
  if (!butterfly || options.registers == 0 || options.lanes != kFusedLanes)
    return wanted;
  bool isTernary = isTernaryChain(butterfly);
  if (isTernary && !options.masks)
    return wanted;
  int32_t lanes = isTernary ? kMaskLanes : kFusedLanes;
  SmallVector<FactorShape> shapes;
  for (Type type : butterfly.getFactors().getTypes())
    shapes.push_back(getFactorShape(cast<RankedTensorType>(type)));
  int64_t size = shapes.front().getNumInputs();
  // Masks take registers of their own, and sums of 32 bits twice as many.
  auto plan = planButterfly(
      shapes, lanes, isTernary ? options.registers / 2 : options.registers);
  if (!plan || butterfly.getInput().getType().getShape().back() != size ||
      butterfly.getType().getShape().back() != size)
    return wanted;
  wanted.lanes = lanes;
  wanted.chunks = (*plan)[use.getOperandNumber() - 1];
  bool hasUnits = isNormalized(use.get());
  if (hasFloatPowers(butterfly, use.get()))
    wanted.packing = getPowers(hasUnits, hasFewPowers);
  else if (isTernary && hasUnits)
    wanted.packing = Packing::Planes3;
  return wanted;
}
