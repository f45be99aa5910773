//===- TargetDescription.h - The machine to compile for ---------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Names the machine a model is compiled for and makes LLVM's view of it.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TARGET_TARGETDESCRIPTION_H
#define ECOLM_TARGET_TARGETDESCRIPTION_H

#include "ecolm/Target/CPU/ByteProducts.h"
#include "ecolm/Target/CPU/Lookups.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>
#include <string>
#include <vector>

namespace ecolm {

/// A machine, as the user names it.
struct TargetDescription {
  /// Target triple; empty for this machine's.
  std::string triple;
  /// CPU name, or `native` for this machine's; or several with commas between,
  /// from the least to the most.
  std::string cpu = "native";
  /// Additions to the CPU's features, as `+avx2,-fma`.
  std::string features;
  /// 0 to 3.
  int optimizationLevel = 3;
};

/// One description for each CPU that `description` names.
std::vector<TargetDescription>
getVariants(const TargetDescription &description);

/// Whether `triple` is of another processor family than this machine's.
bool isForeign(llvm::StringRef triple);

/// `triple` without a vendor, as Debian and the folders of our runtimes are
/// called: aarch64-linux-gnu.
std::string getShortTriple(llvm::StringRef triple);

/// Debian's packages that a C library for `triple` comes with.
std::string getCrossPackages(llvm::StringRef triple);

/// What passes ask of a machine.
struct TargetTraits {
  bool hasFPU = true;
  bool hasMultiplier = true;
  ByteProducts byteProducts = ByteProducts::None;
  Lookups lookups = Lookups::None;
  /// Multiplies and adds floats in one instruction, of vectors too.
  bool hasFMA = false;
  /// Vectors of 16 floats that half of the registers hold.
  int64_t numSums = 4;
  /// Rows of 16 sums of bytes that share an unpacked tile.
  int64_t numRows = 4;
  /// Bits of the widest vectors.
  int64_t vectorBits = 128;
  /// Vectors of 16 floats that a butterfly keeps in registers; 0 where vectors
  /// are too few or too short to fuse its factors.
  int32_t butterflyRegisters = 0;
  /// Adds and subtracts 16-bit integers where a mask says so.
  bool hasMasks = false;
};

/// What code for a machine needs of a processor.
struct ProcessorNeeds {
  std::string cpu;
  /// Instruction sets of include/ecolm/Runtime/ProcessorFeatures.def.
  std::vector<std::string> features;
};

/// LLVM's view of `description`; fails, saying which names there are, for an
/// unknown triple or CPU. The machine contracts no floating-point operations.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const TargetDescription &description);

/// What code for `machine` needs, as far as programs look for it.
ProcessorNeeds getNeeds(const llvm::TargetMachine &machine);

/// The flags of ELF files for `machine` by which linkers tell what floats are
/// passed in.
uint32_t getELFFlags(const llvm::TargetMachine &machine);

/// The traits of `machine`, read off its subtarget features.
TargetTraits getTraits(const llvm::TargetMachine &machine);

} // namespace ecolm

#endif // ECOLM_TARGET_TARGETDESCRIPTION_H
