//===- PackWeights.cpp - Chooses the layout of weights --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives the weights of kernels the layout in which kernels read them.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/KernelChoice.h"
#include "ecolm/Analysis/WeightBytes.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Support/ButterflyPlan.h"
#include "ecolm/Support/PotPacking.h"
#include "ecolm/Support/WeightPacker.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"

namespace ecolm {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Outputs that a kernel of bytes computes side by side, and the most that one
/// of floats does.
static constexpr int32_t kTileLanes = 16, kFloatLanes = 128;
/// Lanes of kernels, and of those of 16 bits, which read a mask for each.
static constexpr int32_t kFusedLanes = 16, kMaskLanes = 32;

namespace {
/// What the user or chooseTiles asked for; no packing leaves it to the type.
struct PackingChoice {
  std::optional<Packing> packing;
  int32_t lanes;
  int32_t depth = 1;
  ChunkOrder chunks;

  bool operator==(const PackingChoice &other) const {
    return packing == other.packing && lanes == other.lanes &&
           depth == other.depth && chunks == other.chunks;
  }
};

/// One declaration and the operands that read its value: of kernels in lanes,
/// of embeddings in row-major order, and others.
struct WeightUses {
  SmallVector<GetWeightOp> gets;
  SmallVector<OpOperand *> kernels, tables;
  bool hasOtherUses = false;
};
} // namespace

/// Whether `use` is the weight of an operation that becomes a kernel.
static bool isKernelUse(OpOperand &use) {
  return isa<ButterflyOp, ButterflyFactorOp, MatmulOp, GroupMatmulOp>(
             use.getOwner()) &&
         use.getOperandNumber() > 0;
}

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
  if (choice.packing == Packing::Halves || choice.packing == Packing::Partners)
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

/// `type` with the layout that the kernels shall read.
static RankedTensorType getPackedType(RankedTensorType type,
                                      const PackingChoice &choice) {
  Packing packing = choosePacking(type.getElementType(), choice);
  auto encoding =
      PackedAttr::get(type.getContext(), packing, choice.lanes, choice.depth,
                      choice.chunks.vectors, choice.chunks.apart);
  return RankedTensorType::get(type.getShape(), type.getElementType(),
                               encoding);
}

/// Declares `weight` a second time for its kernels.
static WeightOp splitDeclaration(WeightOp weight, SymbolTable &symbols) {
  auto copy = cast<WeightOp>(weight->clone());
  copy.setSymName((weight.getSymName() + "_packed").str());
  symbols.insert(copy, std::next(Block::iterator(weight)));
  return copy;
}

/// Gives the `readers` of `weight` the layout of `packedType`: in a second
/// declaration if `split`, else in its own. Gives the packed declaration.
static WeightOp packWeight(WeightOp weight, ArrayRef<GetWeightOp> gets,
                           ArrayRef<OpOperand *> readers,
                           RankedTensorType packedType, bool split,
                           SymbolTable &symbols) {
  WeightOp packed = split ? splitDeclaration(weight, symbols) : weight;
  packed.setType(packedType);
  if (!split) {
    for (GetWeightOp get : gets)
      get.getResult().setType(packedType);
    return packed;
  }
  for (OpOperand *use : readers) {
    OpBuilder builder(use->getOwner());
    use->set(GetWeightOp::create(builder, use->get().getLoc(), packedType,
                                 packed.getSymName()));
  }
  return packed;
}

namespace {

struct PackWeightsPass final : ecolm::impl::PackWeightsBase<PackWeightsPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    choice.lanes = lanes;
    choice.packing = symbolizePacking(packing);
    if (!choice.packing && packing != "auto")
      return emitError(UnknownLoc::get(context))
             << "unknown packing '" << packing << "'";
    return PackedAttr::verify(
        [&] { return emitError(UnknownLoc::get(context)); }, Packing::Plain,
        lanes, /*depth=*/1, /*vectors=*/0, /*apart=*/0);
  }

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    llvm::MapVector<Operation *, WeightUses> weights;
    for (auto weight : getOperation().getOps<WeightOp>())
      weights[weight];
    getOperation()->walk([&](GetWeightOp get) {
      Operation *weight = symbols.lookup(get.getWeight());
      WeightUses &uses = weights[weight];
      uses.gets.push_back(get);
      for (OpOperand &use : get->getUses()) {
        if (isKernelUse(use))
          uses.kernels.push_back(&use);
        else if (isa<EmbeddingOp>(use.getOwner()) &&
                 use.getOperandNumber() == 1)
          uses.tables.push_back(&use);
        else
          uses.hasOtherUses = true;
      }
    });

    int64_t ternaryElements = 0;
    for (auto &[op, uses] : weights)
      if (auto type = dyn_cast<RankedTensorType>(cast<WeightOp>(op).getType());
          type && isa<TernaryType>(type.getElementType()))
        ternaryElements += type.getNumElements();
    staysInCache = ternaryElements / 4 <= cacheBytes;

    uint64_t packedElements = 0;
    for (auto &[op, uses] : weights) {
      auto weight = cast<WeightOp>(op);
      bool isRead = !uses.kernels.empty() || !uses.tables.empty();
      if (!uses.hasOtherUses && !isRead) {
        for (GetWeightOp get : uses.gets)
          get.erase();
        ++numErased;
        symbols.erase(weight);
        continue;
      }
      if (isRead && !isPacked(weight) &&
          failed(packForReaders(weight, uses, symbols, packedElements)))
        return signalPassFailure();
    }
    if (packedElements)
      centibitsPerWeight = packedBytes * 800 / packedElements;
  }

private:
  /// Packs `weight` once for its kernels and once for its embeddings. What
  /// takes the declaration itself comes last.
  LogicalResult packForReaders(WeightOp weight, const WeightUses &uses,
                               SymbolTable &symbols, uint64_t &elements) {
    auto type = cast<RankedTensorType>(weight.getType());
    auto pack = [&](ArrayRef<OpOperand *> readers, const PackingChoice &choice,
                    bool split) {
      if (readers.empty())
        return success();
      RankedTensorType packedType = getPackedType(type, choice);
      numSplit += split;
      return count(
          packWeight(weight, uses.gets, readers, packedType, split, symbols),
          elements);
    };
    using Group = std::pair<PackingChoice, SmallVector<OpOperand *>>;
    SmallVector<Group> groups;
    PackingChoice common = choice;
    chooseTiles(type, uses.kernels, common);
    for (OpOperand *use : uses.kernels) {
      PackingChoice wanted = chooseForKernel(*use, common);
      auto *group = llvm::find_if(
          groups, [&](Group &group) { return group.first == wanted; });
      if (group == groups.end())
        group = &groups.emplace_back(wanted, SmallVector<OpOperand *>());
      group->second.push_back(use);
    }
    if (!uses.tables.empty())
      groups.push_back(
          {{std::nullopt, /*lanes=*/0, /*depth=*/1, {}}, uses.tables});
    for (auto [i, group] : llvm::enumerate(groups))
      if (failed(pack(group.second, group.first,
                      uses.hasOtherUses || i + 1 < groups.size())))
        return failure();
    for (GetWeightOp get : uses.gets)
      if (get->use_empty())
        get.erase();
    return success();
  }

  /// Makes `choice` that of tiles if all `kernels` read the same ones.
  void chooseTiles(RankedTensorType type, ArrayRef<OpOperand *> kernels,
                   PackingChoice &choice) {
    if (kernels.empty() || choice.packing || choice.lanes != kTileLanes)
      return;
    auto mode = getOperation()->getAttrOfType<StringAttr>(kArithmeticAttr);
    bool isNative = !mode || mode == "auto" || mode == "native";
    TileReader reader = getTileReader(kernels.front(), isNative);
    for (OpOperand *use : kernels.drop_front())
      if (getTileReader(use, isNative) != reader)
        return;
    bool isPot = isa<PotType>(type.getElementType());
    bool isDense = type.getElementType().isF32();
    if (reader == TileReader::Bytes && byteProducts && (!isPot || lookups)) {
      choice.depth = 4;
      // What comes from memory gains from every byte that it does not have;
      // in a cache, two look-ups more cost more. Groups of inputs are seldom
      // multiples of 20.
      if (byteTables && !staysInCache &&
          isa<TernaryType>(type.getElementType()) &&
          llvm::all_of(kernels, [](OpOperand *use) {
            return isa<MatmulOp>(use->getOwner());
          }))
        choice.packing = Packing::Base3;
    }
    if (reader != TileReader::Floats || !lookups)
      return;
    // Several vectors of sums hide the latency of additions, but the padding of
    // the last ones is read as well: an eighth of the matrix at most.
    choice.depth = isDense ? 1 : 4;
    uint64_t outputs = type.getDimSize(0);
    for (int32_t lanes = 2 * kTileLanes; lanes <= kFloatLanes; lanes *= 2)
      if (llvm::alignTo(outputs, lanes) <= outputs + outputs / 8)
        choice.lanes = lanes;
  }

  /// Whether a token finds the weights where the one before it left them.
  bool staysInCache = false;

  /// What the kernel that reads `use` wants: its own chunks, or what is
  /// `common` to all kernels of the weight.
  PackingChoice chooseForKernel(OpOperand &use,
                                const PackingChoice &common) const {
    PackingChoice wanted = common;
    if (choice.packing)
      return wanted;
    auto butterfly = dyn_cast<ButterflyOp>(use.getOwner());
    if (!butterfly || registers == 0 || lanes != kFusedLanes)
      return wanted;
    bool isTernary = isTernaryChain(butterfly);
    if (isTernary && !masks)
      return wanted;
    int32_t lanes = isTernary ? kMaskLanes : kFusedLanes;
    SmallVector<FactorShape> shapes;
    for (Type type : butterfly.getFactors().getTypes())
      shapes.push_back(getFactorShape(cast<RankedTensorType>(type)));
    int64_t size = shapes.front().getNumInputs();
    // Masks take registers of their own, and sums of 32 bits twice as many.
    auto plan =
        planButterfly(shapes, lanes, isTernary ? registers / 2 : registers);
    if (!plan || butterfly.getInput().getType().getShape().back() != size ||
        butterfly.getType().getShape().back() != size)
      return wanted;
    wanted.lanes = lanes;
    wanted.chunks = (*plan)[use.getOperandNumber() - 1];
    bool isNormalized =
        use.get().getDefiningOp<GetWeightOp>()->hasAttr(kUnitDiagonalAttr);
    if (hasFloatPowers(butterfly, use.get()))
      wanted.packing = isNormalized ? Packing::Partners : Packing::Halves;
    else if (isTernary && isNormalized)
      wanted.packing = Packing::Planes3;
    return wanted;
  }

  /// Whether an earlier run chose the layout.
  static bool isPacked(WeightOp weight) {
    auto type = dyn_cast<RankedTensorType>(weight.getType());
    return type && isa_and_nonnull<PackedAttr>(type.getEncoding());
  }

  /// Adds `weight` to the statistics.
  LogicalResult count(WeightOp weight, uint64_t &elements) {
    FailureOr<WeightDescription> description = describeWeight(weight);
    if (failed(description))
      return failure();
    ++numPacked;
    sourceBytes += getSourceSize(*description);
    packedBytes += getPackedSize(*description);
    elements += description->getNumElements();
    remark::passed(weight.getLoc(), remark::RemarkOpts::name("packed").category(
                                        "ecolm-pack-weights"))
        << remark::metric("source-bytes", getSourceSize(*description))
        << remark::metric("packed-bytes", getPackedSize(*description));
    return success();
  }

  PackingChoice choice;
};

} // namespace
