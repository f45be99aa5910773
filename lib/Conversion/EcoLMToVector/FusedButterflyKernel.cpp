//===- FusedButterflyKernel.cpp - Butterflies in registers ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lowers butterflies whose factors are laid out in chunks (WeightOrder.h): a
// chunk of vectors is read, goes through all factors of a pass in registers,
// and is written. See docs/Rationale/FusedButterflies.md.
//
// Sums of ternary weights are integers of 16 bits as far as their bound allows.
// Two rows share what is read of the weights.
//
//===----------------------------------------------------------------------===//

#include "WeightStream.h"
#include "ecolm/Analysis/AccumulatorBound.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// The vectors of one chunk of one row.
using Chunk = SmallVector<Value>;

/// Rows of a tensor: `at` are their indices, none if it is a row itself.
struct Rows {
  Value tensor;
  SmallVector<Value> at;

  size_t getNumRows() const { return std::max<size_t>(at.size(), 1); }
  Type getElement() const { return getElementTypeOrSelf(tensor.getType()); }
  SmallVector<Value> getIndices(size_t row, Value column) const {
    return at.empty() ? SmallVector<Value>{column}
                      : SmallVector<Value>{at[row], column};
  }
};

/// Factors that are applied while a chunk is in registers, and the types of
/// their sums.
struct Pass {
  ChunkOrder chunks;
  SmallVector<const WeightStream *> factors;
  SmallVector<Type> elements;
};

/// The types of the sums of every factor.
struct SumTypes {
  SmallVector<Type> elements;
  /// Integer sums can be kept as floats.
  bool areExactInFloat = false;
};

/// Emits one butterfly for several rows.
class FusedEmitter {
public:
  FusedEmitter(KernelBuilder &b, ArrayRef<WeightStream> streams,
               const SumTypes &sums, bool hasFMA)
      : b(b), hasFMA(hasFMA), lanes(streams.front().getLanes()),
        size(streams.front().getShape().getNumInputs()),
        hasExactFloats(sums.areExactInFloat) {
    for (auto [stream, element] : llvm::zip_equal(streams, sums.elements)) {
      if (passes.empty() || !(passes.back().chunks == stream.getChunks()))
        passes.push_back({stream.getChunks(), {}, {}});
      passes.back().factors.push_back(&stream);
      passes.back().elements.push_back(element);
    }
  }

  /// `targets`, with the results for `rows` written.
  Value emit(Rows rows, Rows targets) {
    bool isOwned = false;
    for (Pass &pass : passes) {
      isLast = &pass == &passes.back();
      Type element = pass.elements.back();
      if (isLast || (element.isInteger(32) && hasExactFloats))
        element = targets.getElement();
      // A buffer of ours of the right type is written where it is read.
      bool inPlace = isOwned && rows.getElement() == element;
      Rows next = rows;
      if (!inPlace)
        next =
            element == targets.getElement() ? targets : allocate(rows, element);
      next.tensor = emitPass(pass, rows, next, inPlace);
      rows = next;
      isOwned = true;
    }
    return rows.tensor;
  }

private:
  /// As many rows, of elements of `element`.
  Rows allocate(const Rows &rows, Type element) {
    SmallVector<int64_t> shape = {size};
    Rows scratch;
    if (!rows.at.empty())
      shape.insert(shape.begin(), rows.getNumRows());
    for (size_t row = 0; row < rows.at.size(); ++row)
      scratch.at.push_back(b.index(row));
    scratch.tensor = tensor::EmptyOp::create(b, shape, element);
    return scratch;
  }

  Value emitPass(const Pass &pass, const Rows &rows, const Rows &targets,
                 bool inPlace) {
    int64_t apart = pass.chunks.apart;
    // What the loops carry: the target, and the next word of every factor.
    SmallVector<Value> carried = {targets.tensor};
    for (size_t i = 0; i < pass.factors.size(); ++i)
      carried.push_back(b.index(0));
    auto emitChunk = [&](Value base, ValueRange state) {
      Rows target = targets;
      target.tensor = state[0];
      const Rows &source = inPlace ? target : rows;
      SmallVector<Chunk> chunks;
      for (size_t row = 0; row < rows.getNumRows(); ++row)
        chunks.push_back(readChunk(source, row, base, pass));
      SmallVector<Value> next(state);
      for (size_t i = 0; i < pass.factors.size(); ++i)
        next[1 + i] = applyFactor(pass, i, chunks, state[1 + i]);
      for (auto [row, chunk] : llvm::enumerate(chunks))
        target.tensor = writeChunk(chunk, target, row, base, pass);
      next[0] = target.tensor;
      return next;
    };
    int64_t block = pass.chunks.vectors * apart;
    return b.loop(b.index(0), b.index(size), block, carried,
                  [&](Value first, ValueRange outer) {
                    Value end = b.addIndex(first, apart);
                    return b.loop(first, end, lanes, outer, emitChunk);
                  })[0];
  }

  Chunk readChunk(const Rows &rows, size_t row, Value base, const Pass &pass) {
    auto type = VectorType::get(lanes, rows.getElement());
    Value padding = b.constant(rows.getElement(), 0);
    SmallVector<bool> inBounds = {true};
    Chunk chunk;
    for (int64_t k = 0; k < pass.chunks.vectors; ++k) {
      Value column = b.addIndex(base, k * pass.chunks.apart);
      Value vector = vector::TransferReadOp::create(
          b, type, rows.tensor, rows.getIndices(row, column), padding,
          ArrayRef<bool>(inBounds));
      chunk.push_back(convert(vector, pass.elements.front()));
    }
    return chunk;
  }

  /// Whether the sums of `pass`, the last one, may be -0. Those of the
  /// definition start at 0, and are not.
  bool mayBeNegativeZero(const Pass &pass) const {
    const WeightStream &weights = *pass.factors.back();
    return isa<FloatType>(pass.elements.back()) &&
           !(hasFMA && weights.hasPowers() && !weights.hasOnes());
  }

  Value writeChunk(ArrayRef<Value> chunk, Rows rows, size_t row, Value base,
                   const Pass &pass) {
    SmallVector<bool> inBounds = {true};
    for (auto [k, vector] : llvm::enumerate(chunk)) {
      Value value = convert(vector, rows.getElement());
      if (isLast && mayBeNegativeZero(pass))
        value = b.add(value, b.constant(value.getType(), 0));
      Value column = b.addIndex(base, k * pass.chunks.apart);
      rows.tensor = vector::TransferWriteOp::create(
                        b, value, rows.tensor, rows.getIndices(row, column),
                        ArrayRef<bool>(inBounds))
                        .getResult();
    }
    return rows.tensor;
  }

  /// `vector` with elements of `element`; integers that become narrower are
  /// known to fit.
  Value convert(Value vector, Type element) {
    Type from = getElementTypeOrSelf(vector.getType());
    Type type = VectorType::get(lanes, element);
    if (from == element)
      return vector;
    if (isa<FloatType>(element))
      return arith::SIToFPOp::create(b, type, vector);
    if (isa<FloatType>(from))
      return arith::FPToSIOp::create(b, type, vector);
    if (from.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
      return arith::ExtSIOp::create(b, type, vector);
    return arith::TruncIOp::create(b, type, vector);
  }

  /// Applies factor `i` of `pass` to the chunks of all rows. Gives the word
  /// behind the weights of the chunk, the first of which is `word`.
  Value applyFactor(const Pass &pass, size_t i, MutableArrayRef<Chunk> chunks,
                    Value word) {
    const WeightStream &weights = *pass.factors[i];
    int64_t d = weights.getShape().d;
    for (Chunk &chunk : chunks)
      for (Value &vector : chunk)
        vector = convert(vector, pass.elements[i]);
    auto addAt = [&](int64_t k, Value own, Value partner) {
      if (weights.hasProducts())
        return weights.addProducts(b, own, partner, word, k, hasFMA,
                                   isLast && i + 1 == pass.factors.size());
      int64_t at = k * weights.getPairStep();
      return addTerms(weights, own, partner, b.addIndex(word, at));
    };
    // Partners follow each other: no more vectors live than there are.
    int64_t distance = d / pass.chunks.apart;
    for (int64_t k = 0; k < pass.chunks.vectors; ++k)
      for (Chunk &chunk : chunks) {
        if (d < lanes) {
          chunk[k] = addAt(k, chunk[k], swapLanes(chunk[k], d));
        } else if ((k & distance) == 0) {
          Value low = chunk[k], high = chunk[k | distance];
          chunk[k] = addAt(k, low, high);
          chunk[k | distance] = addAt(k | distance, high, low);
        }
      }
    return b.addIndex(word, pass.chunks.vectors * weights.getPairStep());
  }

  /// Lane l becomes lane l xor d.
  Value swapLanes(Value vector, int64_t d) {
    SmallVector<int64_t> pattern;
    for (int64_t lane = 0; lane < lanes; ++lane)
      pattern.push_back(lane ^ d);
    return vector::ShuffleOp::create(b, vector, vector, pattern);
  }

  /// The weights at `word` times `own`, plus those that follow times `partner`.
  Value addTerms(const WeightStream &weights, Value own, Value partner,
                 Value word) {
    Value next = b.addIndex(word, weights.getStep());
    Type type = own.getType();
    if (!weights.hasMasks())
      return b.add(weights.multiply(b, own, word),
                   weights.multiply(b, partner, next));
    // Sums and differences where a mask says so. Of floats only a zero may get
    // another sign than in the definition, and that is settled at the end.
    Value zero = b.constant(type, 0);
    Value sum =
        arith::SelectOp::create(b, weights.loadMask(b, word), own, zero);
    if (!weights.hasPositiveOwn())
      sum = subtractWhere(weights.loadMask(b, b.addIndex(word, 1)), sum, own);
    auto [plus, minus] = weights.loadMasks(b, next);
    sum = arith::SelectOp::create(b, plus, b.add(sum, partner), sum);
    return subtractWhere(minus, sum, partner);
  }

  Value subtractWhere(Value mask, Value sum, Value x) {
    Value difference = isa<FloatType>(getElementTypeOrSelf(x.getType()))
                           ? Value(arith::SubFOp::create(b, sum, x))
                           : Value(arith::SubIOp::create(b, sum, x));
    return arith::SelectOp::create(b, mask, difference, sum);
  }

  KernelBuilder &b;
  bool hasFMA;
  int64_t lanes, size;
  SmallVector<Pass> passes;
  bool hasExactFloats, isLast = false;
};

/// Whether every element of `type` fits 16 bits.
bool fitsHalf(Type element) {
  if (auto pot = dyn_cast<PotType>(element))
    return pot.getTerms() == 1 && pot.getNumExponents() <= 15;
  return element.isSignlessInteger(8) || element.isSignlessInteger(16);
}

/// The types of the sums of every factor of `op`: 16 bits as far as they
/// suffice.
SumTypes chooseSumTypes(ButterflyOp op, bool hasHalves) {
  Type element = op.getType().getElementType();
  SumTypes sums{SmallVector<Type>(op.getFactors().size(), element)};
  if (!hasHalves || !fitsHalf(op.getInput().getType().getElementType()))
    return sums;
  SymbolTableCollection symbols;
  FailureOr<AccumulatorBound> bound = boundAccumulators(op, symbols);
  if (failed(bound))
    return sums;
  sums.areExactInFloat = bound->isExactInFloat();
  for (auto [type, largest] : llvm::zip_equal(sums.elements, bound->stages)) {
    if (largest > INT16_MAX)
      break;
    type = IntegerType::get(op.getContext(), 16);
  }
  return sums;
}

/// Where `op` copies its operand to, if that is up to the caller.
Value getDestination(Operation *op) {
  Value target;
  if (auto copy = dyn_cast<linalg::CopyOp>(op))
    target = copy.getOutputs()[0];
  if (auto move = dyn_cast<bufferization::MaterializeInDestinationOp>(op))
    target = move.getDest();
  bool isOfCaller = isa_and_nonnull<BlockArgument>(target) &&
                    isa<TensorType>(target.getType()) &&
                    op->getParentOfType<func::FuncOp>().isPrivate();
  return isOfCaller ? target : Value();
}

/// `op` and what the kernel does with its sums besides: it writes them as
/// floats, and where the function's caller wants them.
SmallVector<Operation *> collectUsers(ButterflyOp op) {
  SmallVector<Operation *> users = {op};
  auto getUser = [&]() -> Operation * {
    Operation *last = users.back();
    return last->hasOneUse() ? *last->user_begin() : nullptr;
  };
  if (auto convert = dyn_cast_or_null<arith::SIToFPOp>(getUser()))
    users.push_back(convert);
  if (Operation *user = getUser(); user && getDestination(user))
    users.push_back(user);
  return users;
}

/// Writes the products of the rows of `input` to `result`: two rows at a time,
/// and what is left one at a time.
Value emitRows(KernelBuilder &b, FusedEmitter &emitter, Value input,
               Value result) {
  auto emitTogether = [&](int64_t count) {
    return [&, count](Value m, ValueRange carried) -> SmallVector<Value> {
      SmallVector<Value> at;
      for (int64_t i = 0; i < count; ++i)
        at.push_back(b.addIndex(m, i));
      return {emitter.emit({input, at}, {carried[0], at})};
    };
  };
  Value count = tensor::DimOp::create(b, input, 0);
  Value odd = arith::AndIOp::create(b, count, b.index(1));
  Value even = arith::SubIOp::create(b, count, odd);
  result = b.loop(b.index(0), even, 2, result, emitTogether(2))[0];
  return b.loop(even, count, 1, result, emitTogether(1))[0];
}

struct FusedButterflyLowering : OpConversionPattern<ButterflyOp> {
  FusedButterflyLowering(const TypeConverter &converter, MLIRContext *context,
                         bool hasFMA)
      : OpConversionPattern(converter, context, /*benefit=*/2), hasFMA(hasFMA) {
  }
  LogicalResult
  matchAndRewrite(ButterflyOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    KernelBuilder b(op.getLoc(), rewriter);
    SmallVector<WeightStream> streams;
    for (auto [factor, bytes] :
         llvm::zip_equal(op.getFactors(), adaptor.getFactors())) {
      auto type = cast<RankedTensorType>(factor.getType());
      FailureOr<WeightStream> stream = WeightStream::create(b, type, bytes);
      if (failed(stream) || !stream->getChunks().isGiven())
        return rewriter.notifyMatchFailure(op, "factors are not in chunks");
      streams.push_back(*stream);
    }
    bool hasHalves = streams.front().getLanes() > kLanes;
    SmallVector<Operation *> users = collectUsers(op);
    Operation *last = users.back();
    auto type = cast<RankedTensorType>(last->getResult(0).getType());
    FusedEmitter emitter(b, streams, chooseSumTypes(op, hasHalves), hasFMA);
    Value input = adaptor.getInput(), result;
    Value target = getDestination(last);
    // The function of a layer takes its rows in a loop of its own.
    bool isLayer = op->getParentOfType<func::FuncOp>().isPrivate();
    if (!target && isLayer && type.getRank() == 2)
      target = tensor::EmptyOp::create(
          b, tensor::getMixedSizes(b, b.getLoc(), input),
          type.getElementType());
    if (target)
      result = type.getRank() == 1 ? emitter.emit({input, {}}, {target, {}})
                                   : emitRows(b, emitter, input, target);
    else
      result = mapRows(b, input, type,
                       [&](KernelBuilder &, ValueRange in,
                           ValueRange out) -> SmallVector<Value> {
                         return {emitter.emit({in[0], {}}, {out[0], {}})};
                       })[0];
    rewriter.replaceOp(last, result);
    for (Operation *user : llvm::drop_begin(llvm::reverse(users)))
      rewriter.eraseOp(user);
    return success();
  }

private:
  bool hasFMA;
};

} // namespace

void ecolm::populateFusedButterflyKernel(const TypeConverter &converter,
                                         RewritePatternSet &patterns,
                                         bool hasFMA) {
  patterns.add<FusedButterflyLowering>(converter, patterns.getContext(),
                                       hasFMA);
}
