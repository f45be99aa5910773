//===- WeightOrder.h - Order in which kernels read weights ------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// States, for weights packed with `lanes = L > 0`, in which order the elements
// of a factor or a matrix stand in memory. The packer writes this order and
// every kernel reads it as one stream.
//
// A factor of shape (a, b, c, d) has a*b*d outputs; output
//
//   o = (ia * b + ib) * d + id   is the sum over ic of   v[ia, ib, ic, id] * x
//
// A matrix [N, K] is the factor (1, N, K, 1). Outputs are taken in groups of L:
//
//     stack 0                                  stack 1 ...
//     group 0            group 1      ...      (only for rank-5 factors)
//     ic=0   ic=1   ...  ic=0  ic=1
//     |----| |----|      |----|
//     lanes  lanes       lanes          lane l of group g is output g * L + l
//
// With depth D > 1 a matrix is read in tiles: D bytes of every lane, each of P
// codes of 8 / P bits, or with `base3` of P = 5 digits to the base 3. Lane l of
// a tile holds, for inputs from `first` on,
//
//     byte 0                          byte 1                          ...
//     first, first + D, first + 2D..  first + 1, first + 1 + D, ...
//
// lowest bits first, so that a mask takes D neighbouring inputs of every lane
// at once and a shift brings the next D. Inputs are padded to P * D.
//
// Factors that are applied together are read in chunks: V vectors of L outputs,
// `apart` outputs from each other, which stay in registers through all factors
// of a pass. With b = c = 2 a sum has two terms, that of the input at the
// output's own place and that of its partner, d places away:
//
//     chunk 0                                    chunk 1 ...
//     outputs 0..L-1     apart..apart+L-1   ...
//     own    partner     own    partner
//     |----| |-----|     |----| |-----|
//
// Chunks follow each other as their first outputs do.
//
// Lanes past the last output hold the code of zero. With `bitplanes` each run
// of L lanes is L bits "is +1" and then L bits "is -1", lowest bit first; with
// `planes3` own terms have the former only.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_SUPPORT_WEIGHTORDER_H
#define ECOLM_SUPPORT_WEIGHTORDER_H

#include <cstdint>

namespace ecolm {

/// The order of a matrix within its tiles.
struct TileOrder {
  int64_t depth = 1, codesPerByte = 1;

  /// Inputs of a tile.
  int64_t getNumInputs() const { return depth > 1 ? depth * codesPerByte : 1; }
  int64_t getPaddedInputs(int64_t inputs) const {
    return (inputs + getNumInputs() - 1) / getNumInputs() * getNumInputs();
  }
  /// Lane, and input counted from the tile's first, of the element at
  /// `position` of a tile.
  int64_t getLane(int64_t position) const { return position / getNumInputs(); }
  int64_t getInput(int64_t position) const {
    return position % codesPerByte * depth + position / codesPerByte % depth;
  }
};

/// The order of a factor that is read in chunks of `vectors` vectors; none if
/// that is 0.
struct ChunkOrder {
  int64_t vectors = 0, apart = 0;

  bool isGiven() const { return vectors > 0; }
  bool operator==(const ChunkOrder &other) const {
    return vectors == other.vectors && apart == other.apart;
  }
  /// First output of chunk `number` of vectors of `lanes`.
  int64_t getFirstOutput(int64_t number, int64_t lanes) const {
    int64_t perBlock = apart / lanes;
    return number / perBlock * (vectors * apart) + number % perBlock * lanes;
  }
};

/// Shape of one Kronecker-sparse factor, or of a matrix as (1, N, K, 1).
struct FactorShape {
  int64_t stacks = 1, a = 1, b = 1, c = 1, d = 1;

  int64_t getNumInputs() const { return a * c * d; }
  int64_t getNumOutputs() const { return a * b * d; }

  /// Groups of `lanes` outputs in one stack, the last one padded.
  int64_t getNumGroups(int64_t lanes) const {
    return (getNumOutputs() + lanes - 1) / lanes;
  }
  /// Elements of the packed stream, padding included.
  int64_t getNumPackedElements(int64_t lanes) const {
    return stacks * getNumGroups(lanes) * c * lanes;
  }
  /// Row-major index of the value that multiplies input `ic` for `output`.
  int64_t getSourceIndex(int64_t stack, int64_t output, int64_t ic) const {
    int64_t id = output % d, ib = output / d % b, ia = output / (d * b);
    return (((stack * a + ia) * b + ib) * c + ic) * d + id;
  }
  /// Row-major index of the value at `position` of a stream in `chunks`.
  int64_t getSourceIndex(ChunkOrder chunks, int64_t lanes,
                         int64_t position) const {
    int64_t run = position / lanes, term = run % 2;
    int64_t vector = run / 2 % chunks.vectors;
    int64_t chunk = run / (2 * chunks.vectors);
    int64_t output = chunks.getFirstOutput(chunk, lanes) +
                     vector * chunks.apart + position % lanes;
    int64_t ib = output / d % 2;
    return getSourceIndex(0, output, term == 0 ? ib : 1 - ib);
  }
};

/// Whether `shape` can be read in `chunks` of vectors of `lanes` outputs: it
/// has blocks of 2 by 2, chunks are whole, and every output has its partner in
/// its chunk.
inline bool fitsChunks(const FactorShape &shape, int64_t lanes,
                       ChunkOrder chunks) {
  int64_t vectors = chunks.vectors, apart = chunks.apart;
  bool isPaired =
      shape.stacks == 1 && shape.b == 2 && shape.c == 2 && shape.d > 0;
  if (!isPaired || lanes <= 0 || vectors <= 0 || apart <= 0 || apart % lanes ||
      shape.getNumOutputs() % (vectors * apart))
    return false;
  bool isWithinVector = lanes % (2 * shape.d) == 0;
  bool isAmongVectors =
      shape.d % apart == 0 && vectors % (2 * (shape.d / apart)) == 0;
  return isWithinVector || isAmongVectors;
}

} // namespace ecolm

#endif // ECOLM_SUPPORT_WEIGHTORDER_H
