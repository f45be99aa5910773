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
// codes of 8 / P bits. Lane l of a tile holds, for inputs from `first` on,
//
//     byte 0                          byte 1                          ...
//     first, first + D, first + 2D..  first + 1, first + 1 + D, ...
//
// lowest bits first, so that a mask takes D neighbouring inputs of every lane
// at once and a shift brings the next D. Inputs are padded to P * D.
//
// Lanes past the last output hold the code of zero. With `bitplanes` each run
// of L lanes is L bits "is +1" and then L bits "is -1", lowest bit first.
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
};

} // namespace ecolm

#endif // ECOLM_SUPPORT_WEIGHTORDER_H
