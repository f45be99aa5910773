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

#include "LayoutChooser.h"
#include "ecolm/Analysis/WeightBytes.h"
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

namespace {
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
    if (!symbolizePacking(packing) && packing != "auto")
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

    LayoutChooser chooser(getOperation(),
                          {lanes, packing, byteProducts, lookups, byteTables,
                           cacheBytes, registers, masks, firstCacheBytes});
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
          failed(
              packForReaders(weight, uses, chooser, symbols, packedElements)))
        return signalPassFailure();
    }
    if (packedElements)
      centibitsPerWeight = packedBytes * 800 / packedElements;
  }

private:
  /// Packs `weight` once for its kernels and once for its embeddings. What
  /// takes the declaration itself comes last.
  LogicalResult packForReaders(WeightOp weight, const WeightUses &uses,
                               const LayoutChooser &chooser,
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
    PackingChoice common = chooser.choose(type, uses.kernels);
    for (OpOperand *use : uses.kernels) {
      PackingChoice wanted = chooser.chooseForKernel(*use, common);
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
};

} // namespace
