//===- MergeEqualOperations.cpp - One operation for several that are equal ===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Computes once what several operations without side effects compute, in time
// that does not grow with the number of operations that look alike.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/ScopedHashTable.h"

namespace ecolm {
#define GEN_PASS_DEF_MERGEEQUALOPERATIONS
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

namespace {

/// Operations by what they compute, with their regions and what these capture.
struct EqualOperations : DenseMapInfo<Operation *> {
  static unsigned getHashValue(const Operation *key) {
    auto *outer = const_cast<Operation *>(key);
    llvm::hash_code hash(0);
    outer->walk([&](Operation *op) {
      auto hashOperand = [&](Value value) {
        Operation *owner = value.getParentBlock()->getParentOp();
        return outer->isAncestor(owner)
                   ? llvm::hash_code(0)
                   : OperationEquivalence::directHashValue(value);
      };
      hash = llvm::hash_combine(
          hash, OperationEquivalence::computeHash(
                    op, hashOperand, OperationEquivalence::ignoreHashValue,
                    OperationEquivalence::IgnoreLocations));
    });
    return hash;
  }
  static bool isEqual(const Operation *lhs, const Operation *rhs) {
    if (lhs == rhs)
      return true;
    bool areOperations = lhs != getEmptyKey() && lhs != getTombstoneKey() &&
                         rhs != getEmptyKey() && rhs != getTombstoneKey();
    return areOperations &&
           OperationEquivalence::isEquivalentTo(
               const_cast<Operation *>(lhs), const_cast<Operation *>(rhs),
               OperationEquivalence::IgnoreLocations);
  }
};

using OperationTable =
    llvm::ScopedHashTable<Operation *, Operation *, EqualOperations>;

struct MergeEqualOperationsPass final
    : ecolm::impl::MergeEqualOperationsBase<MergeEqualOperationsPass> {
  using Base::Base;

  void runOnOperation() override {
    OperationTable table;
    merge(getOperation(), table);
  }

private:
  void merge(Operation *outer, OperationTable &table);
  void merge(Block &block, OperationTable &table);
};

} // namespace

/// What a block computes is there for the blocks within it, and for no other:
/// nothing is asked about which of several blocks comes first.
void MergeEqualOperationsPass::merge(Operation *outer, OperationTable &table) {
  // Values of the surroundings may not be used in there.
  OperationTable own;
  bool isolated = outer->hasTrait<OpTrait::IsIsolatedFromAbove>();
  for (Region &region : outer->getRegions())
    for (Block &block : region)
      merge(block, isolated ? own : table);
}

void MergeEqualOperationsPass::merge(Block &block, OperationTable &table) {
  OperationTable::ScopeTy scope(table);
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (isOpTriviallyDead(&op)) {
      op.erase();
      continue;
    }
    merge(&op, table);
    if (op.hasTrait<OpTrait::IsTerminator>() || !isMemoryEffectFree(&op))
      continue;
    if (Operation *earlier = table.lookup(&op)) {
      op.replaceAllUsesWith(earlier);
      op.erase();
      ++numMerged;
    } else {
      table.insert(&op, &op);
    }
  }
}
