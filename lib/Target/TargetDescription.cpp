//===- TargetDescription.cpp - The machine to compile for -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds LLVM's target for a triple and a CPU name.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/TargetDescription.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace ecolm;

static void initializeTargets() {
  static bool done = [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    InitializeAllAsmParsers();
    return true;
  }();
  (void)done;
}

static std::string getHostFeatures() {
  SubtargetFeatures features;
  for (auto &feature : sys::getHostCPUFeatures())
    features.AddFeature(feature.first(), feature.second);
  return features.getString();
}

/// The three names of `table` that are spelled most like `name`, or nothing
/// if `name` is among them.
template <typename Entry>
static std::string suggest(ArrayRef<Entry> table, StringRef name) {
  SmallVector<std::pair<unsigned, StringRef>> names;
  for (const Entry &entry : table) {
    if (entry.Key == name)
      return "";
    names.push_back({name.edit_distance(entry.Key), entry.Key});
  }
  if (names.empty())
    return "it has no names to choose from";
  sort(names);
  std::string text = "similar names are ";
  for (auto [i, near] : enumerate(ArrayRef(names).take_front(3)))
    text += (i ? ", " : "") + near.second.str();
  return text;
}

/// Reports CPU names and features that the target does not know: LLVM itself
/// would warn and go on.
static Error checkNames(const Target &target, const Triple &triple,
                        StringRef cpu, StringRef features) {
  std::unique_ptr<MCSubtargetInfo> info(
      target.createMCSubtargetInfo(triple, "", ""));
  if (!info)
    return Error::success();
  if (!cpu.empty()) {
    std::string hint = suggest(info->getAllProcessorDescriptions(), cpu);
    if (!hint.empty())
      return createStringError("unknown CPU '" + cpu + "' for target " +
                               triple.str() + "; " + hint +
                               ", and native is this machine");
  }
  for (StringRef feature : split(features, ',')) {
    if (feature.empty())
      continue;
    if (!SubtargetFeatures::hasFlag(feature))
      return createStringError("CPU feature '" + feature +
                               "' needs + or - before its name");
    std::string hint =
        suggest(info->getAllProcessorFeatures(), feature.drop_front());
    if (!hint.empty())
      return createStringError("unknown CPU feature '" + feature.drop_front() +
                               "' for target " + triple.str() + "; " + hint);
  }
  return Error::success();
}

/// Reports a machine that no program can be made for: LLVM would end the
/// process, or pass floats in other registers than the C library does.
static Error checkIsPossible(const Target &target, const Triple &triple,
                             StringRef cpu, StringRef features) {
  std::unique_ptr<MCSubtargetInfo> info(
      target.createMCSubtargetInfo(triple, cpu, features));
  SmallVector<StringRef> needed;
  if (triple.getArch() == Triple::x86_64)
    needed = {"+64bit-mode", "-32bit-mode", "-16bit-mode", "+64bit",
              "+x87",        "+sse2",       "-soft-float"};
  else if (triple.isAArch64())
    needed = {"+fp-armv8", "+neon"};
  else if (triple.isRISCV64() && triple.isOSLinux())
    needed = {"+m", "+a", "+f", "+d"};
  for (StringRef feature : needed)
    if (!info->checkFeatures(feature))
      return createStringError("CPU '" + (cpu.empty() ? "generic" : cpu) +
                               "' with the features that --mattr names is no " +
                               triple.str() + ", whose programs need '" +
                               feature + "'; name another CPU with --mcpu");
  return Error::success();
}

Expected<std::unique_ptr<TargetMachine>>
ecolm::createTargetMachine(const TargetDescription &description) {
  initializeTargets();
  Triple host(sys::getProcessTriple());
  Triple triple(description.triple.empty()
                    ? host.str()
                    : Triple::normalize(description.triple));
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return createStringError("unknown target '" + description.triple +
                             "': LLVM has no back end for it; a target is "
                             "written arch-vendor-os, for example "
                             "x86_64-linux-gnu or riscv32-unknown-elf");

  std::string cpu = description.cpu, features;
  if (cpu == "native") {
    bool same = triple.getArch() == host.getArch();
    cpu = same ? sys::getHostCPUName().str() : "";
    if (same)
      features = getHostFeatures();
  }
  // Linux and its C library ask for these; LLVM's generic processor is less.
  if (triple.isRISCV64() && triple.isOSLinux() &&
      (cpu.empty() || StringRef(cpu).starts_with("generic")))
    features = "+m,+a,+f,+d,+c";
  if (Error error = checkNames(*target, triple, cpu, description.features))
    return std::move(error);
  if (!description.features.empty())
    features += (features.empty() ? "" : ",") + description.features;
  if (Error error = checkIsPossible(*target, triple, cpu, features))
    return std::move(error);

  TargetOptions options;
  // Every sum has one rounding per operation, on every machine.
  options.AllowFPOpFusion = FPOpFusion::Strict;
  options.FunctionSections = true;
  auto level = static_cast<CodeGenOptLevel>(description.optimizationLevel);
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      triple, cpu, features, options, Reloc::PIC_, std::nullopt, level));
  assert(machine && "every initialized target generates code");
  return machine;
}

bool ecolm::isForeign(StringRef triple) {
  return !triple.empty() && Triple(Triple::normalize(triple)).getArch() !=
                                Triple(sys::getProcessTriple()).getArch();
}

std::string ecolm::getShortTriple(StringRef triple) {
  Triple parts(Triple::normalize(triple));
  std::string name = (parts.getArchName() + "-" + parts.getOSName()).str();
  if (!parts.getEnvironmentName().empty())
    name += "-" + parts.getEnvironmentName().str();
  return name;
}

std::string ecolm::getCrossPackages(StringRef triple) {
  std::string name = getShortTriple(triple);
  if (Triple(triple).isWasm())
    return "wasi-libc, libc++-22-dev-wasm32 and libclang-rt-22-dev-wasm32";
  std::replace(name.begin(), name.end(), '_', '-');
  return "g++-" + name;
}

std::vector<TargetDescription>
ecolm::getVariants(const TargetDescription &description) {
  std::vector<TargetDescription> variants;
  for (StringRef cpu : split(description.cpu, ',')) {
    variants.push_back(description);
    variants.back().cpu = cpu.str();
  }
  return variants;
}

/// The instruction sets of a family that programs look for.
static std::vector<StringRef> getKnownFeatures(const Triple &triple) {
  if (triple.getArch() == Triple::x86_64)
    return {
#define ECOLM_PROCESSOR_FEATURE(name) name,
#include "ecolm/Runtime/ProcessorFeatures.def"
    };
  if (triple.isAArch64())
    return {
#define ECOLM_AARCH64_FEATURE(name, word, bit) name,
#include "ecolm/Runtime/ProcessorFeatures.def"
    };
  if (triple.isRISCV())
    return {
#define ECOLM_RISCV_FEATURE(name, word, bit) name,
#include "ecolm/Runtime/ProcessorFeatures.def"
    };
  return {};
}

ProcessorNeeds ecolm::getNeeds(const TargetMachine &machine) {
  ProcessorNeeds needs;
  StringRef cpu = machine.getTargetCPU();
  needs.cpu = cpu.empty() ? "generic" : cpu.str();
  const MCSubtargetInfo &info = *machine.getMCSubtargetInfo();
  for (StringRef feature : getKnownFeatures(machine.getTargetTriple()))
    if (info.checkFeatures(("+" + feature).str()))
      needs.features.push_back(feature.str());
  return needs;
}

uint32_t ecolm::getELFFlags(const TargetMachine &machine) {
  // As LLVM chooses where nobody names an ABI.
  bool passesDoubles = machine.getTargetTriple().isRISCV() &&
                       machine.getMCSubtargetInfo()->checkFeatures("+d");
  return passesDoubles ? ELF::EF_RISCV_FLOAT_ABI_DOUBLE : 0;
}

static ByteProducts getByteProducts(const TargetMachine &machine) {
  const MCSubtargetInfo &info = *machine.getMCSubtargetInfo();
  const Triple &triple = machine.getTargetTriple();
  if (triple.isX86())
    return info.checkFeatures("+avx512vnni") ? ByteProducts::VNNI
           : info.checkFeatures("+avx2")     ? ByteProducts::AVX2
                                             : ByteProducts::Widened;
  if (triple.isAArch64())
    return info.checkFeatures("+i8mm")      ? ByteProducts::USDOT
           : info.checkFeatures("+dotprod") ? ByteProducts::SDOT
                                            : ByteProducts::NEON;
  // Every target multiplies vectors of words, which these have.
  bool hasVectors = (triple.isRISCV() && info.checkFeatures("+v")) ||
                    (triple.isWasm() && info.checkFeatures("+simd128"));
  return hasVectors ? ByteProducts::Widened : ByteProducts::None;
}

/// How an x86 machine looks numbers up.
static Lookups getLookups(const MCSubtargetInfo &info) {
  if (info.checkFeatures("+avx512vbmi"))
    return Lookups::AVX512VBMI;
  if (info.checkFeatures("+avx512bw"))
    return Lookups::AVX512;
  return info.checkFeatures("+avx2") ? Lookups::AVX2 : Lookups::None;
}

TargetTraits ecolm::getTraits(const TargetMachine &machine) {
  const Triple &triple = machine.getTargetTriple();
  TargetTraits traits;
  if (triple.isRISCV()) {
    const MCSubtargetInfo &info = *machine.getMCSubtargetInfo();
    traits.hasFPU = info.checkFeatures("+f");
    traits.hasMultiplier =
        info.checkFeatures("+m") || info.checkFeatures("+zmmul");
  }
  traits.byteProducts = getByteProducts(machine);
  if (triple.isAArch64()) {
    traits.lookups = Lookups::NEON;
    traits.hasFMA = true;
    traits.butterflyRegisters = 4;
  }
  if (triple.isX86()) {
    const MCSubtargetInfo &info = *machine.getMCSubtargetInfo();
    traits.vectorBits = info.checkFeatures("+avx512f") ? 512
                        : info.checkFeatures("+avx2")  ? 256
                                                       : 128;
    traits.lookups = getLookups(info);
    traits.numRows = 8;
    if (traits.lookups >= Lookups::AVX512)
      traits.numSums = 16;
    traits.hasFMA = info.checkFeatures("+fma");
    // A chunk takes a quarter or half of the registers: two rows share weights.
    traits.hasMasks = info.checkFeatures("+avx512bw");
    if (traits.hasMasks)
      traits.butterflyRegisters = 8;
    else if (info.checkFeatures("+avx2"))
      traits.butterflyRegisters = 4;
  }
  return traits;
}
