//===- LayerCosts.h - What layers are expected to cost ----------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the tables of docs/Rationale/Reports.md: energies of operations and
// the speed of a processor that nobody has measured.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_ANALYSIS_LAYERCOSTS_H
#define ECOLM_ANALYSIS_LAYERCOSTS_H

#include <cstdint>

namespace ecolm {

/// Picojoules, from M. Horowitz, ISSCC 2014, figure 1.1.9 (45 nm, 0.9 V).
struct EnergyTable {
  double addByte = 0.03, addInt = 0.1, addFloat = 0.9;
  double multiplyByte = 0.2, multiplyInt = 3.1, multiplyFloat = 3.7;
  /// 64 bits of a cache of 1 MiB, and of DRAM.
  double readCache = 100, readMemory = 1300;
};
inline constexpr EnergyTable kEnergy;

/// The processor that expected times are of.
struct ProcessorModel {
  /// Bits of a vector.
  int64_t vectorBits = 512;
  /// Bytes of all weights, which decide where they are read from.
  int64_t weightBytes = 0;

  /// Nanoseconds of one instruction on 16 lanes of 32 bits.
  double getInstructionTime() const;
  /// Nanoseconds until a loop on one thread runs.
  double getStartTime() const { return 30; }
  /// Bytes read in a nanosecond.
  double getBandwidth() const;
  /// Picojoules of reading one byte of the weights.
  double getReadEnergy() const;
};

/// What an element takes in scalar code that waits for its last sum, in
/// instructions on 16 lanes for 16 elements.
inline constexpr double kScalarInstructions = 128;

} // namespace ecolm

#endif // ECOLM_ANALYSIS_LAYERCOSTS_H
