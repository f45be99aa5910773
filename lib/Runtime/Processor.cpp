//===- Processor.cpp - Can this processor run the model -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Asks cpuid, by way of the compiler's own library, or Linux, before model code
// runs. The runtime itself is compiled for the first processor of the family.
//
//===----------------------------------------------------------------------===//

#include "Descriptor.h"

#include "Text.h"

#include <string.h>
#if defined(__aarch64__) || defined(__riscv)
#include <sys/auxv.h>
#endif

namespace ecolm {
namespace runtime {

/// Whether processor and system have the instruction set `name`. One that this
/// runtime does not know is not held against them.
static bool hasFeature(const char *name) {
#if defined(__x86_64__)
#define ECOLM_PROCESSOR_FEATURE(known)                                         \
  if (strcmp(name, known) == 0)                                                \
    return __builtin_cpu_supports(known) != 0;
#elif defined(__aarch64__)
#define ECOLM_AARCH64_FEATURE(known, word, bit)                                \
  if (strcmp(name, known) == 0)                                                \
    return (getauxval(word) >> (bit) & 1) != 0;
#elif defined(__riscv)
#define ECOLM_RISCV_FEATURE(known, word, bit)                                  \
  if (strcmp(name, known) == 0)                                                \
    return (getauxval(word) >> (bit) & 1) != 0;
#endif
#include "ecolm/Runtime/ProcessorFeatures.def"
  static_cast<void>(name);
  return true;
}

/// A processor that every other of the family can stand for.
static const char *leastProcessor() {
#if defined(__x86_64__)
  return "x86-64-v2";
#elif defined(__riscv)
  return "generic-rv64";
#else
  return "generic";
#endif
}

static bool canRun(const ecolm_variant &variant) {
  for (const char *const *name = variant.features; *name; ++name)
    if (!hasFeature(*name))
      return false;
  return true;
}

Status checkProcessor(const ecolm_model &model) {
  if (model.num_variants == 0 || canRun(model.variants[0]))
    return Status();
  Text missing;
  for (const char *const *name = model.variants[0].features; *name; ++name)
    if (!hasFeature(*name))
      missing.format("%s%s", missing.size() ? ", " : "", *name);
  return Status::failure(ExitCode::ModelFailure,
                         "the model was compiled for %s, and this processor "
                         "has no %s; compile it here, or for an older "
                         "processor with --mcpu, such as %s",
                         model.variants[0].cpu, missing.c_str(),
                         leastProcessor());
}

} // namespace runtime
} // namespace ecolm

extern "C" __attribute__((visibility("default"))) int32_t
ecolm_choose_variant(const ecolm_variant *variants, int32_t count) {
  for (int32_t i = count - 1; i > 0; --i)
    if (ecolm::runtime::canRun(variants[i]))
      return i;
  return 0;
}
