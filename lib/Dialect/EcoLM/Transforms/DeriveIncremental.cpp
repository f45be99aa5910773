//===- DeriveIncremental.cpp - Evaluates a sequence piece by piece --------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Turns a whole-sequence causal language model into one that takes the next
// tokens and remembers the keys and values of those before.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Analysis/TokenFlow.h"
#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/Support/MathExtras.h"

namespace ecolm {
#define GEN_PASS_DEF_DERIVEINCREMENTAL
#include "ecolm/Dialect/EcoLM/Transforms/Passes.h.inc"
} // namespace ecolm

using namespace mlir;
using namespace ecolm;

/// Attribute of the function that this pass derived.
static constexpr StringLiteral kLanguageModel = "ecolm.language_model";

/// Attribute of the module with the longest sequence that the model knows.
static constexpr StringLiteral kContextLength = "ecolm.context_length";

/// Positions that lie side by side in a cache of keys: kernels take so many at
/// a time.
static constexpr int64_t kCacheLanes = 16;

/// The runtime gives signed ids; MLIR's integers have no sign.
static bool hasUnsignedIds(func::FuncOp function) {
  return function.getNumArguments() == 1 &&
         function.getArgAttr(0, "ecolm.unsigned");
}

/// Fails unless `function` maps token ids 1x? to logits 1x?xV.
static LogicalResult checkSignature(func::FuncOp function) {
  FunctionType type = function.getFunctionType();
  MLIRContext *context = function.getContext();
  auto ids = RankedTensorType::get({1, ShapedType::kDynamic},
                                   IntegerType::get(context, 64));
  auto logits = type.getNumResults() == 1
                    ? dyn_cast<RankedTensorType>(type.getResult(0))
                    : RankedTensorType();
  if (function.isExternal() || !function.getBody().hasOneBlock() ||
      type.getInputs() != ArrayRef<Type>(ids) || !logits ||
      logits.getRank() != 3 || logits.getDimSize(0) != 1 ||
      !logits.isDynamicDim(1) || !logits.getElementType().isF32())
    return classify(function.emitOpError(), ErrorClass::Unsupported)
           << "expected a body and the type (tensor<1x?xi64>) -> "
              "tensor<1x?xVxf32>, but found "
           << type;
  if (hasUnsignedIds(function))
    return classify(function.emitOpError(), ErrorClass::Unsupported)
           << "expected signed token ids";
  return success();
}

/// What to count from the first of the next tokens instead of 0.
static FailureOr<TokenPlaces> findPlaces(func::FuncOp function,
                                         int64_t context) {
  if (failed(checkSignature(function)))
    return failure();
  return findTokenPlaces(function, context);
}

/// Like `findPlaces`, but with the first error given to the caller instead of
/// the user.
static FailureOr<TokenPlaces>
findPlaces(func::FuncOp function, int64_t context,
           std::optional<std::pair<Location, std::string>> &obstacle) {
  ScopedDiagnosticHandler handler(
      function.getContext(), [&](Diagnostic &diagnostic) {
        if (!obstacle)
          obstacle.emplace(diagnostic.getLocation(), diagnostic.str());
        return success();
      });
  return findPlaces(function, context);
}

/// True if `function` maps token ids ?x? to logits ?x?xV, for any batch.
static bool isLanguageModel(func::FuncOp function) {
  FunctionType type = function.getFunctionType();
  if (type.getNumInputs() != 1 || type.getNumResults() != 1 ||
      hasUnsignedIds(function))
    return false;
  auto ids = dyn_cast<RankedTensorType>(type.getInput(0));
  auto logits = dyn_cast<RankedTensorType>(type.getResult(0));
  auto isOneOrAny = [](int64_t size) {
    return size == 1 || ShapedType::isDynamic(size);
  };
  return ids && logits && ids.getRank() == 2 && logits.getRank() == 3 &&
         ids.getElementType().isInteger(64) &&
         logits.getElementType().isF32() && isOneOrAny(ids.getDimSize(0)) &&
         ids.isDynamicDim(1) && logits.isDynamicDim(1) &&
         !logits.isDynamicDim(2);
}

static Type getElementType(Builder &builder, CacheType type) {
  switch (type) {
  case CacheType::F32:
    return builder.getF32Type();
  case CacheType::F16:
    return builder.getF16Type();
  case CacheType::I8:
    return builder.getI8Type();
  }
  llvm_unreachable("covered switch");
}

/// Gives `attention` a cache of `element` and at least `context` positions, two
/// new arguments.
static CachedAttentionOp addCache(RewriterBase &rewriter, AttentionOp attention,
                                  func::FuncOp function, Value position,
                                  int64_t context, Type element) {
  auto query = cast<RankedTensorType>(attention.getQuery().getType());
  int64_t heads = attention.getHeads(), kvHeads = attention.getKvHeads();
  int64_t features = CachedAttentionOp::getCacheFeatures(
      element, query.getShape().back() / heads);
  auto addArgument = [&](ArrayRef<int64_t> shape) {
    unsigned index = function.getNumArguments();
    (void)function.insertArgument(index, MemRefType::get(shape, element), {},
                                  attention.getLoc());
    return function.getArgument(index);
  };
  int64_t positions = llvm::alignTo(context, kCacheLanes);
  Value keys =
      addArgument({kvHeads, positions / kCacheLanes, features, kCacheLanes});
  Value values = addArgument({kvHeads, positions, features});
  rewriter.setInsertionPoint(attention);
  return rewriter.replaceOpWithNewOp<CachedAttentionOp>(
      attention, attention.getType(), attention.getQuery(), attention.getKey(),
      attention.getValue(), position, keys, values, heads, kvHeads,
      attention.getScale(), attention.getProbabilitiesAttr());
}

/// Counts `places` from `position`.
static void countFrom(RewriterBase &rewriter, const TokenPlaces &places,
                      Value position) {
  for (PositionsOp positions : places.positions)
    rewriter.modifyOpInPlace(
        positions, [&] { positions.getStartMutable().assign(position); });
  for (OpOperand *use : places.indices) {
    rewriter.setInsertionPointAfterValue(use->get());
    Value place = arith::AddIOp::create(rewriter, use->get().getLoc(),
                                        use->get(), position);
    rewriter.modifyOpInPlace(use->getOwner(), [&] { use->set(place); });
  }
  for (auto [slice, dim] : places.rows) {
    SmallVector<OpFoldResult> offsets = slice.getMixedOffsets();
    offsets[dim] = position;
    rewriter.setInsertionPoint(slice);
    rewriter.replaceOpWithNewOp<tensor::ExtractSliceOp>(
        slice, slice.getType(), slice.getSource(), offsets,
        slice.getMixedSizes(), slice.getMixedStrides());
  }
}

/// Rewrites `function` in place for pieces of sequences up to `context` tokens.
/// Gives the number of caches.
static int64_t deriveIncremental(RewriterBase &rewriter, func::FuncOp function,
                                 const TokenPlaces &places, int64_t context,
                                 Type element) {
  unsigned index = function.getNumArguments();
  (void)function.insertArgument(index, rewriter.getIndexType(), {},
                                function.getLoc());
  Value position = function.getArgument(index);
  countFrom(rewriter, places, position);
  int64_t numCaches = 0;
  for (auto attention : llvm::make_early_inc_range(
           function.getBody().front().getOps<AttentionOp>())) {
    addCache(rewriter, attention, function, position, context, element);
    ++numCaches;
  }
  function->setAttr(kLanguageModel, rewriter.getUnitAttr());
  return numCaches;
}

namespace {

struct DeriveIncrementalPass final
    : ecolm::impl::DeriveIncrementalBase<DeriveIncrementalPass> {
  using Base::Base;

  void runOnOperation() override {
    auto derived = getOperation().lookupSymbol<func::FuncOp>(function);
    if (!derived) {
      getOperation().emitError() << "expected a function '" << function << "'";
      return signalPassFailure();
    }
    int64_t context = contextLength;
    if (auto length =
            getOperation()->getAttrOfType<IntegerAttr>(kContextLength);
        context == 0 && length)
      context = length.getInt();
    if (context < 1) {
      getOperation().emitError()
          << "expected the option context-length or the attribute "
          << kContextLength << " to be positive, but found " << context;
      return signalPassFailure();
    }
    FailureOr<TokenPlaces> places = orWholeSequences
                                        ? findPlacesOrWarn(derived, context)
                                        : findPlaces(derived, context);
    if (failed(places) && !orWholeSequences)
      return signalPassFailure();
    if (failed(places))
      return;
    IRRewriter rewriter(&getContext());
    numCaches += deriveIncremental(rewriter, derived, *places, context,
                                   getElementType(rewriter, cacheType));
  }

private:
  /// Leaves a function whole that has to be, and says what that costs.
  FailureOr<TokenPlaces> findPlacesOrWarn(func::FuncOp derived,
                                          int64_t context) {
    std::optional<std::pair<Location, std::string>> obstacle;
    FailureOr<TokenPlaces> places = findPlaces(derived, context, obstacle);
    if (succeeded(places))
      return places;
    bool isModel = isLanguageModel(derived);
    // The location names the node; what became of it means nothing to a user.
    StringRef reason = obstacle->second;
    if (auto [operation, rest] = reason.split("' op "); !rest.empty())
      reason = rest;
    emitWarning(obstacle->first)
        << (isModel ? "every new token will take an evaluation of the whole "
                      "text so far: "
                    : "the program will take tensors and no text: ")
        << (reason.starts_with("keeps") ? "it " : "") << reason;
    if (isModel)
      getOperation()->setAttr("ecolm.whole_sequences",
                              UnitAttr::get(&getContext()));
    return failure();
  }
};

} // namespace
