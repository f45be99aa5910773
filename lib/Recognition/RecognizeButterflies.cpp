//===- RecognizeButterflies.cpp - Butterflies by structure ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds chains of sparse factors in what a graph computes, and writes each as
// ButterflyFactor nodes.
//
//===----------------------------------------------------------------------===//

#include "DenseMatrix.h"
#include "EcoLMNodes.h"
#include "FactorLayers.h"
#include "LinearAnalysis.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"
#include "ecolm/Recognition/Passes.h"
#include "ecolm/Recognition/RecognitionNotes.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/SetVector.h"

namespace ecolm {
#define GEN_PASS_DEF_RECOGNIZEBUTTERFLIES
#include "ecolm/Recognition/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Values of one region that are tried in vain, at most.
static constexpr int kMaxRefusals = 32;

namespace {

/// A value that is a chain of factors of a root.
struct Candidate {
  Value output, root;
  int64_t numAxes = 1;
  FactorChain chain;
  /// Nodes between the two.
  size_t numNodes = 0;
  bool isAccepted = false;
};

/// The last value of a region that looked like a butterfly, why it is none, and
/// how many did.
struct Refusal {
  Value output;
  std::string reason;
  int32_t level;
  int count = 0;
};

/// Finds and replaces the butterflies of one graph.
class ButterflySearch {
public:
  ButterflySearch(ModuleOp module, Block &graph, int64_t budget)
      : rewriter(module), notes(module, "butterfly"),
        analysis(graph, rewriter, budget) {}

  /// The number of factors that were written.
  int64_t run();

private:
  void collectCandidates();
  void accept();
  void replace(const Candidate &candidate);
  Value reshape(Value input, RankedTensorType type, ArrayRef<int64_t> dims,
                Value like);
  void noteRefusals();
  size_t cover(Value output, Value root);
  std::optional<SmallVector<int64_t>> findTarget(Value output, Value root,
                                                 int64_t numAxes);
  Candidate *findLinked(Value root);

  GraphRewriter rewriter;
  RecognitionNotes notes;
  LinearAnalysis analysis;
  std::vector<Candidate> candidates;
  /// Where a candidate of that output is.
  llvm::DenseMap<Value, size_t> indices;
  llvm::DenseSet<Operation *> covered;
  /// By root.
  llvm::MapVector<Value, Refusal> refusals;
};

} // namespace

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

/// The dims to which the result of a chain at `root` must be reshaped to be
/// `output`: 0 for a dim that stays, -1 for one that follows. Empty if none
/// must; nothing if that cannot be said.
std::optional<SmallVector<int64_t>>
ButterflySearch::findTarget(Value output, Value root, int64_t numAxes) {
  auto type = cast<RankedTensorType>(output.getType());
  auto rootType = cast<RankedTensorType>(root.getType());
  int64_t numBatch = rootType.getRank() - numAxes;
  SmallVector<int64_t> target;
  bool stays = type.getRank() == numBatch + 1;
  // The only dim of a batch is what it was: no element is lost.
  bool isOnly = numBatch == 1 && stays &&
                type.isDynamicDim(0) == rootType.isDynamicDim(0);
  for (int64_t i = 0; i < type.getRank(); ++i) {
    bool isSame =
        i < numBatch && (isOnly || rewriter.haveSameSize(output, i, root, i));
    stays &= isSame || i == type.getRank() - 1;
    if (isSame)
      target.push_back(0);
    else
      target.push_back(type.isDynamicDim(i) ? -1 : type.getDimSize(i));
  }
  if (stays)
    return SmallVector<int64_t>();
  return llvm::count(target, -1) > 1 ? std::nullopt : std::optional(target);
}

/// True if all axes of the batch come before those of features.
static bool isInNaturalLayout(const LinearTensor &tensor) {
  bool seenFeatures = false;
  for (auto [batch, size] : llvm::zip_equal(tensor.isBatch, tensor.shape)) {
    if (batch && seenFeatures)
      return false;
    seenFeatures |= size > 1;
  }
  return true;
}

/// True for a node that asks for the dims of its input only.
static bool isShape(Operation *op) {
  auto node = dyn_cast<onnx::NodeOp>(op);
  return node && node.isStandard("Shape");
}

/// Marks the nodes from `output` up to `root` that nobody else reads; gives
/// their number.
size_t ButterflySearch::cover(Value output, Value root) {
  llvm::SetVector<Operation *> nodes;
  nodes.insert(output.getDefiningOp());
  for (size_t i = 0; i < nodes.size(); ++i) {
    covered.insert(nodes[i]);
    for (Value input : nodes[i]->getOperands()) {
      auto node = input.getDefiningOp<onnx::NodeOp>();
      if (!node || input == root || getConstant(input) ||
          !getElementTypeOrSelf(input.getType()).isF32())
        continue;
      if (llvm::all_of(node->getUsers(), [&](Operation *user) {
            return nodes.contains(user) || isShape(user);
          }))
        nodes.insert(node);
    }
  }
  return nodes.size();
}

void ButterflySearch::collectCandidates() {
  for (auto &[value, tensor] : llvm::reverse(analysis.getSums())) {
    Operation *node = value.getDefiningOp();
    if (covered.contains(node) || llvm::all_of(value.getUsers(), isShape) ||
        !isInNaturalLayout(tensor))
      continue;
    Value root = tensor.region->getRoot();
    int64_t numAxes = tensor.region->getNumAxes();
    auto refusal = refusals.find(root);
    if (!findTarget(value, root, numAxes) ||
        (refusal != refusals.end() && refusal->second.count >= kMaxRefusals))
      continue;
    llvm::Expected<FactorChain> chain = readFactors(tensor);
    if (!chain) {
      std::string reason = llvm::toString(chain.takeError());
      if (*tensor.getLevel() > 1)
        ++refusals.try_emplace(root, Refusal{value, reason, *tensor.getLevel()})
              .first->second.count;
      continue;
    }
    if (refusal != refusals.end() &&
        refusal->second.level <= *tensor.getLevel())
      refusals.erase(root);
    indices[value] = candidates.size();
    chain->separatePowers();
    candidates.push_back(
        {value, root, numAxes, std::move(*chain), cover(value, root)});
  }
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

/// The candidate from whose output `root` comes through operators that are no
/// products: a quantizer, a bias, a nonlinearity. Null if there is none.
Candidate *ButterflySearch::findLinked(Value root) {
  static constexpr int kMaxSteps = 32;
  for (int step = 0; step < kMaxSteps; ++step) {
    auto known = indices.find(root);
    if (known != indices.end())
      return &candidates[known->second];
    auto node = root.getDefiningOp<onnx::NodeOp>();
    if (!node || node.getInputs().empty() || node.isStandard("MatMul") ||
        node.isStandard("Gemm"))
      return nullptr;
    root = node.getInputs()[0];
  }
  return nullptr;
}

/// Two factors that mix make a butterfly, also with a quantizer between them;
/// one does if it rotates.
void ButterflySearch::accept() {
  for (Candidate &candidate : candidates) {
    int64_t mixing = candidate.chain.countMixing();
    bool rotates = llvm::any_of(candidate.chain.factors, [](auto &factor) {
      return factor.isRotation();
    });
    candidate.isAccepted |= mixing > 1 || rotates;
    Candidate *before = mixing > 0 ? findLinked(candidate.root) : nullptr;
    if (before && before->chain.countMixing() > 0)
      candidate.isAccepted = before->isAccepted = true;
  }
}

//===----------------------------------------------------------------------===//
// Replacement
//===----------------------------------------------------------------------===//

Value ButterflySearch::reshape(Value input, RankedTensorType type,
                               ArrayRef<int64_t> dims, Value like) {
  Value shape = createIntegers(rewriter, input.getLoc(), "shape", dims);
  return rewriter.createNode(input.getLoc(), "Reshape", {input, shape}, type,
                             {}, like);
}

void ButterflySearch::replace(const Candidate &candidate) {
  auto node = candidate.output.getDefiningOp<onnx::NodeOp>();
  rewriter.setInsertionPoint(node);
  Value input = candidate.root;
  if (candidate.numAxes > 1) {
    auto type = cast<RankedTensorType>(input.getType());
    SmallVector<int64_t> sizes(type.getShape().drop_back(candidate.numAxes));
    SmallVector<int64_t> dims(sizes.size(), 0);
    sizes.push_back(candidate.chain.factors.front().getNumInputs());
    dims.push_back(sizes.back());
    input = reshape(input, type.clone(sizes), dims, nullptr);
  }
  Value result = createChain(rewriter, node.getLoc(), getNodeName(node), input,
                             candidate.chain);
  SmallVector<int64_t> target =
      *findTarget(candidate.output, candidate.root, candidate.numAxes);
  if (!target.empty())
    result = reshape(result, cast<RankedTensorType>(candidate.output.getType()),
                     target, /*like=*/candidate.output);
  rewriter.replaceAllUsesWith(candidate.output, result);
}

void ButterflySearch::noteRefusals() {
  for (auto &[root, refusal] : refusals)
    notes.almost(refusal.output.getLoc(),
                 getNodeName(refusal.output.getDefiningOp<onnx::NodeOp>()),
                 refusal.reason);
  if (onnx::NodeOp end = analysis.getEnd())
    notes.almost(end.getLoc(), getNodeName(end),
                 "nothing was looked for from here on, the graph is too large");
}

int64_t ButterflySearch::run() {
  collectCandidates();
  accept();
  noteRefusals();
  int64_t count = 0;
  // Last to first: a chain may start at a value that is replaced after it.
  for (const Candidate &candidate : candidates) {
    StringRef name =
        getNodeName(candidate.output.getDefiningOp<onnx::NodeOp>());
    std::string found = candidate.chain.describe();
    if (!candidate.isAccepted) {
      // One constant matrix is looked at by its numbers.
      if (candidate.chain.countMixing() > 0 &&
          !refusals.contains(candidate.root) &&
          !getDenseMatrix(candidate.output.getDefiningOp<onnx::NodeOp>()))
        notes.almost(candidate.output.getLoc(), name,
                     found + ": a single factor that does not rotate");
      continue;
    }
    int64_t longest = candidate.chain.getLongestSum();
    notes.found(name, found + ", from " + Twine(candidate.numNodes) +
                          " nodes; " +
                          (longest <= 2 ? Twine("the same bits")
                                        : "sums of " + Twine(longest) +
                                              " in the canonical order"));
    count += candidate.chain.factors.size();
    replace(candidate);
  }
  return count;
}

namespace {
struct RecognizeButterflies final
    : ecolm::impl::RecognizeButterfliesBase<RecognizeButterflies> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal())
        numFactors +=
            ButterflySearch(getOperation(), function.getBody().front(), budget)
                .run();
    eraseUnusedNodes(getOperation());
  }
};
} // namespace
