//===- FactorKernel.cpp - One factor on one row ---------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Loops over the outputs of a Kronecker-sparse factor in the order in which its
// weights stand in memory. No index is computed by multiplication: every
// address is a loop counter or a sum, so that multiplier-free code stays so.
//
//===----------------------------------------------------------------------===//

#include "FactorKernel.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ecolm;

namespace {

/// What the loops carry: next weight word, next output, the output row.
struct Cursor {
  Value word, output, row;

  SmallVector<Value> pack() const { return {word, output, row}; }
  static Cursor unpack(ValueRange v) { return {v[0], v[1], v[2]}; }
};

/// Emits the loops of one stack.
class FactorEmitter {
public:
  FactorEmitter(KernelBuilder &b, const WeightStream &weights, Value x,
                int64_t firstInput)
      : b(b), weights(weights), x(x), first(firstInput), s(weights.getShape()) {
    element = cast<RankedTensorType>(x.getType()).getElementType();
    lanes = b.lanesOf(element);
    zero = b.constant(lanes, 0);
  }

  Cursor emit(Cursor cursor) {
    int64_t block = s.b * s.d;
    if (s.d % kLanes == 0)
      return emitWideStride(cursor);
    if (kLanes % s.d == 0 && (block % kLanes == 0 || s.a == 1))
      return emitNarrowStride(cursor);
    if (s.b == s.c && kLanes % block == 0 && s.getNumInputs() % kLanes == 0)
      return emitWindow(cursor);
    return emitScalar(cursor);
  }

private:
  /// sum over ic of w * x, `fetch(at)` giving the lanes of x for the input
  /// element `at = base + ic * d`.
  std::pair<Value, Value> accumulate(Value base, Value word,
                                     function_ref<Value(Value)> fetch) {
    Value end = b.addIndex(base, s.c * s.d);
    SmallVector<Value> sums =
        b.loop(base, end, s.d, {zero, word}, [&](Value at, ValueRange carried) {
          Value acc = weights.accumulate(b, carried[0], fetch(at), carried[1]);
          return SmallVector<Value>{acc,
                                    b.addIndex(carried[1], weights.getStep())};
        });
    return {sums[0], sums[1]};
  }

  Cursor store(Cursor cursor, Value sums, Value word) {
    Value row = b.write(sums, cursor.row, cursor.output);
    return {word, b.addIndex(cursor.output, kLanes), row};
  }

  /// Stride d is a multiple of the lanes: lanes are consecutive elements.
  Cursor emitWideStride(Cursor cursor) {
    int64_t slab = s.c * s.d;
    auto results = b.loop(
        b.index(first), b.index(first + s.getNumInputs()), slab, cursor.pack(),
        [&](Value xa, ValueRange c0) {
          return b.loop(
              b.index(0), b.index(s.b), 1, c0, [&](Value, ValueRange c1) {
                return b.loop(xa, b.addIndex(xa, s.d), kLanes, c1,
                              [&](Value base, ValueRange c2) {
                                Cursor at = Cursor::unpack(c2);
                                auto [sums, word] =
                                    accumulate(base, at.word, [&](Value from) {
                                      return b.read(lanes, x, from);
                                    });
                                return store(at, sums, word).pack();
                              });
              });
        });
    return Cursor::unpack(results);
  }

  /// Stride d divides the lanes: d elements repeat 16 / d times.
  Cursor emitNarrowStride(Cursor cursor) {
    int64_t slab = s.c * s.d;
    auto repeat = [&](Value from) -> Value {
      if (s.d == 1) {
        Value scalar = tensor::ExtractOp::create(b, x, from);
        return vector::BroadcastOp::create(b, lanes, scalar);
      }
      Value run = b.read(VectorType::get(s.d, element), x, from);
      SmallVector<int64_t> pattern;
      for (int64_t lane = 0; lane < kLanes; ++lane)
        pattern.push_back(lane % s.d);
      return vector::ShuffleOp::create(b, run, run, pattern);
    };
    auto results =
        b.loop(b.index(first), b.index(first + s.getNumInputs()), slab,
               cursor.pack(), [&](Value xa, ValueRange c0) {
                 return b.loop(b.index(0), b.index(s.b * s.d), kLanes, c0,
                               [&](Value, ValueRange c1) {
                                 Cursor at = Cursor::unpack(c1);
                                 auto [sums, word] =
                                     accumulate(xa, at.word, repeat);
                                 return store(at, sums, word).pack();
                               });
               });
    return Cursor::unpack(results);
  }

  /// A square block smaller than the lanes: 16 outputs need just the 16 inputs
  /// at the same place, shuffled.
  ///
  ///   b = c = 2, d = 1, ic = 1:   x0 x1 x2 x3 ...  ->  x1 x1 x3 x3 ...
  Cursor emitWindow(Cursor cursor) {
    auto results =
        b.loop(b.index(first), b.index(first + s.getNumInputs()), kLanes,
               cursor.pack(), [&](Value from, ValueRange carried) {
                 Cursor at = Cursor::unpack(carried);
                 Value window = b.read(lanes, x, from);
                 Value acc = zero, word = at.word;
                 for (int64_t ic = 0; ic < s.c; ++ic) {
                   SmallVector<int64_t> pattern;
                   for (int64_t lane = 0; lane < kLanes; ++lane) {
                     int64_t blockStart = lane / (s.b * s.d) * (s.c * s.d);
                     pattern.push_back(blockStart + ic * s.d + lane % s.d);
                   }
                   Value chosen =
                       vector::ShuffleOp::create(b, window, window, pattern);
                   acc = weights.accumulate(b, acc, chosen, word);
                   word = b.addIndex(word, weights.getStep());
                 }
                 return store(at, acc, word).pack();
               });
    return Cursor::unpack(results);
  }

  /// Any shape, one output at a time. The word cursor stays at the first word
  /// of the current group; `lane` walks through the group.
  Cursor emitScalar(Cursor cursor) {
    Value one = b.index(1), last = b.index(kLanes);
    Value zeroScalar = b.constant(element, 0);
    int64_t groupWords = s.c * weights.getStep();
    SmallVector<Value> carried = cursor.pack();
    carried.push_back(b.index(0));
    auto results = b.loop(
        b.index(first), b.index(first + s.getNumInputs()), s.c * s.d, carried,
        [&](Value xa, ValueRange c0) {
          return b.loop(
              b.index(0), b.index(s.b), 1, c0, [&](Value, ValueRange c1) {
                return b.loop(
                    xa, b.addIndex(xa, s.d), 1, c1,
                    [&](Value base, ValueRange c2) {
                      Cursor at = Cursor::unpack(c2);
                      Value lane = c2[3];
                      Value end = b.addIndex(base, s.c * s.d);
                      Value sum = b.loop(
                          base, end, s.d, {zeroScalar, at.word},
                          [&](Value from, ValueRange c3) {
                            Value xi = tensor::ExtractOp::create(b, x, from);
                            Value acc = weights.accumulateLane(b, c3[0], xi,
                                                               c3[1], lane);
                            return SmallVector<Value>{
                                acc, b.addIndex(c3[1], weights.getStep())};
                          })[0];
                      Value row =
                          tensor::InsertOp::create(b, sum, at.row, at.output);
                      Value next = b.add(lane, one);
                      Value wrap = arith::CmpIOp::create(
                          b, arith::CmpIPredicate::eq, next, last);
                      Value nextGroup = b.addIndex(at.word, groupWords);
                      return SmallVector<Value>{
                          arith::SelectOp::create(b, wrap, nextGroup, at.word),
                          b.addIndex(at.output, 1), row,
                          arith::SelectOp::create(b, wrap, b.index(0), next)};
                    });
              });
        });
    return Cursor::unpack(ValueRange(results).take_front(3));
  }

  KernelBuilder &b;
  const WeightStream &weights;
  Value x;
  int64_t first;
  const FactorShape &s;
  Type element;
  VectorType lanes;
  Value zero;
};

} // namespace

Value ecolm::emitFactor(KernelBuilder &b, const WeightStream &weights, Value x,
                        Value result, bool sharedInput) {
  const FactorShape &s = weights.getShape();
  int64_t stackWords = s.getNumGroups(kLanes) * s.c * weights.getStep();
  for (int64_t stack = 0; stack < s.stacks; ++stack) {
    // The padding that one stack writes is overwritten by the next.
    int64_t firstInput = sharedInput ? 0 : stack * s.getNumInputs();
    Cursor cursor{b.index(stack * stackWords),
                  b.index(stack * s.getNumOutputs()), result};
    FactorEmitter emitter(b, weights, x, firstInput);
    result = emitter.emit(cursor).row;
  }
  return result;
}
