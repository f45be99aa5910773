//===- FactorLayers.cpp - Levels of sums as factors -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Divides the levels below a tensor into blocks, and finds their strides.
//
//===----------------------------------------------------------------------===//

#include "FactorLayers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace ecolm;

using Positions = llvm::DenseMap<int32_t, int64_t>;

static llvm::Error fail(const Twine &reason) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), reason.str());
}

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

/// The variables of each level that `output` needs, its own level last.
static llvm::Expected<std::vector<std::vector<int32_t>>>
collectLevels(const LinearTensor &output) {
  const LinearRegion &region = *output.region;
  std::vector<std::vector<int32_t>> levels(1);
  llvm::DenseSet<int32_t> seen;
  for (LinearTerm term : output.terms) {
    if (!seen.insert(term.variable).second)
      return fail("an output occurs twice");
    levels[0].push_back(term.variable);
  }
  for (int32_t left = region.getLevel(levels[0][0]); left > 0; --left) {
    std::vector<int32_t> below;
    for (int32_t variable : levels.back())
      for (LinearTerm term : region.getTerms(variable))
        if (seen.insert(term.variable).second)
          below.push_back(term.variable);
    llvm::sort(below);
    levels.push_back(std::move(below));
  }
  if (static_cast<int64_t>(levels.back().size()) != region.getNumFeatures())
    return fail("only " + Twine(levels.back().size()) + " of " +
                Twine(region.getNumFeatures()) + " features have a part in it");
  std::reverse(levels.begin(), levels.end());
  return levels;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

namespace {
/// Inputs and outputs of which each depends on each.
struct FactorBlock {
  SmallVector<int32_t> inputs, outputs;
};
} // namespace

/// The inputs of one block in the order in which its outputs add them, or by
/// position where outputs do not agree.
static void orderInputs(FactorBlock &block, const LinearRegion &region,
                        const Positions &positions) {
  auto getVariables = [&](int32_t output) {
    return llvm::map_to_vector(region.getTerms(output),
                               [](LinearTerm term) { return term.variable; });
  };
  SmallVector<int32_t> order = getVariables(block.outputs[0]);
  bool agrees = llvm::all_of(block.outputs, [&](int32_t output) {
    return getVariables(output) == ArrayRef<int32_t>(order);
  });
  // A sum of two is the same in both orders.
  if (!agrees || order.size() == 2)
    llvm::sort(order, [&](int32_t lhs, int32_t rhs) {
      return positions.lookup(lhs) < positions.lookup(rhs);
    });
  block.inputs = order;
}

/// The blocks of one level, by the position of their first input.
static llvm::Expected<std::vector<FactorBlock>>
findBlocks(ArrayRef<int32_t> outputs, const LinearRegion &region,
           const Positions &positions) {
  llvm::EquivalenceClasses<int32_t> classes;
  for (int32_t output : outputs) {
    ArrayRef<LinearTerm> terms = region.getTerms(output);
    for (LinearTerm term : terms)
      classes.unionSets(terms[0].variable, term.variable);
  }
  llvm::MapVector<int32_t, FactorBlock> byLeader;
  for (int32_t output : outputs) {
    int32_t input = region.getTerms(output)[0].variable;
    byLeader[classes.getLeaderValue(input)].outputs.push_back(output);
  }
  std::vector<FactorBlock> blocks;
  for (auto &[leader, block] : byLeader) {
    size_t size =
        std::distance(classes.findLeader(leader), classes.member_end());
    for (int32_t output : block.outputs)
      if (region.getTerms(output).size() != size)
        return fail("an output takes " + Twine(region.getTerms(output).size()) +
                    " of " + Twine(size) + " inputs that belong together");
    orderInputs(block, region, positions);
    blocks.push_back(std::move(block));
  }
  for (const FactorBlock &block : blocks)
    if (block.inputs.size() != blocks[0].inputs.size() ||
        block.outputs.size() != blocks[0].outputs.size())
      return fail("it has blocks of " + Twine(blocks[0].outputs.size()) +
                  " x " + Twine(blocks[0].inputs.size()) + " and of " +
                  Twine(block.outputs.size()) + " x " +
                  Twine(block.inputs.size()));
  if (blocks.size() == 1 && blocks[0].inputs.size() > 1)
    return fail("every output takes every input, as in a dense matrix");
  llvm::sort(blocks, [&](const FactorBlock &lhs, const FactorBlock &rhs) {
    return positions.lookup(lhs.inputs[0]) < positions.lookup(rhs.inputs[0]);
  });
  return blocks;
}

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

/// The stride d at which the inputs of `blocks` lie in place, if they do:
/// input ic of block (ia, id) at `(ia * c + ic) * d + id`.
static std::optional<int64_t> findStride(ArrayRef<FactorBlock> blocks,
                                         const Positions &positions) {
  int64_t count = blocks.size(), c = blocks[0].inputs.size();
  if (c == 1)
    return 1;
  int64_t d = positions.lookup(blocks[0].inputs[1]) -
              positions.lookup(blocks[0].inputs[0]);
  if (d < 1 || count % d != 0)
    return std::nullopt;
  // Blocks are sorted by their first input, so (ia, id) counts them.
  for (auto [i, block] : llvm::enumerate(blocks))
    for (auto [ic, input] : llvm::enumerate(block.inputs)) {
      int64_t place = (i / d * c + ic) * d + i % d;
      if (positions.lookup(input) != place)
        return std::nullopt;
    }
  return d;
}

/// Makes the factor of `blocks` and moves `positions` on to their outputs.
static ChainFactor createFactor(ArrayRef<FactorBlock> blocks,
                                const LinearRegion &region,
                                Positions &positions) {
  ChainFactor factor;
  factor.b = blocks[0].outputs.size();
  factor.c = blocks[0].inputs.size();
  std::optional<int64_t> stride = findStride(blocks, positions);
  if (!stride)
    for (const FactorBlock &block : blocks)
      for (int32_t input : block.inputs)
        factor.permutation.push_back(positions.lookup(input));
  factor.d = stride.value_or(1);
  factor.a = blocks.size() / factor.d;
  factor.values.resize(blocks.size() * factor.b * factor.c);
  Positions next;
  for (auto [i, block] : llvm::enumerate(blocks)) {
    int64_t ia = i / factor.d, id = i % factor.d;
    Positions columns;
    for (auto [ic, input] : llvm::enumerate(block.inputs))
      columns[input] = ic;
    for (auto [ib, output] : llvm::enumerate(block.outputs)) {
      int64_t row = ia * factor.b + ib;
      next[output] = row * factor.d + id;
      for (LinearTerm term : region.getTerms(output))
        factor.values[(row * factor.c + columns.lookup(term.variable)) *
                          factor.d +
                      id] = term.weight;
    }
  }
  positions = std::move(next);
  return factor;
}

llvm::Expected<FactorChain> ecolm::readFactors(const LinearTensor &output) {
  const LinearRegion &region = *output.region;
  auto levels = collectLevels(output);
  if (!levels)
    return levels.takeError();
  Positions positions;
  for (int32_t feature : levels->front())
    positions[feature] = feature;
  FactorChain chain;
  for (const std::vector<int32_t> &outputs : llvm::drop_begin(*levels)) {
    auto blocks = findBlocks(outputs, region, positions);
    if (!blocks)
      return fail("in factor " + Twine(chain.factors.size() + 1) + ", " +
                  llvm::toString(blocks.takeError()));
    chain.factors.push_back(createFactor(*blocks, region, positions));
  }
  bool inPlace = true, isScaled = false;
  for (auto [i, term] : llvm::enumerate(output.terms)) {
    int64_t place = positions.lookup(term.variable);
    chain.permutation.push_back(place);
    chain.scale.push_back(term.weight);
    inPlace &= place == static_cast<int64_t>(i);
    isScaled |= term.weight != 1;
  }
  if (inPlace)
    chain.permutation.clear();
  if (!isScaled)
    chain.scale.clear();
  else if (llvm::all_equal(chain.scale))
    chain.scale.resize(1);
  return chain;
}
