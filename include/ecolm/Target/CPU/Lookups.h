//===- Lookups.h - How CPUs look numbers up ---------------------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Names the instructions that `ecolm.lookup` can become.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_CPU_LOOKUPS_H
#define ECOLM_TARGET_CPU_LOOKUPS_H

namespace ecolm {

/// How a machine looks numbers up in registers.
enum class Lookups {
  /// It selects by the bits of the index: kernels for it do not look up.
  None,
  /// TBL on 128 bits, of up to 64 bytes.
  NEON,
  /// VPERMPS and VPSHUFB on 256 bits.
  AVX2,
  /// The same on 512 bits.
  AVX512,
  /// VPERMI2B as well, for tables of 256 bytes.
  AVX512VBMI
};

} // namespace ecolm

#endif // ECOLM_TARGET_CPU_LOOKUPS_H
