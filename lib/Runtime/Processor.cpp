//===- Processor.cpp - Can this processor run the model -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Asks cpuid, by way of the compiler's own library, before model code runs. The
// runtime itself is compiled for the first x86-64.
//
//===----------------------------------------------------------------------===//

#include "Descriptor.h"

#include "Text.h"

#include <string.h>

namespace ecolm {
namespace runtime {

#ifdef __x86_64__
/// Whether processor and system have the instruction set `name`. One that this
/// runtime does not know is not held against them.
static bool hasFeature(const char *name) {
#define ECOLM_PROCESSOR_FEATURE(known)                                         \
  if (strcmp(name, known) == 0)                                                \
    return __builtin_cpu_supports(known) != 0;
#include "ecolm/Runtime/ProcessorFeatures.def"
  return true;
}
#else
static bool hasFeature(const char *) { return true; }
#endif

Status checkProcessor(const ecolm_model &model) {
  Text missing;
  for (const char *const *name = model.cpu_features; name && *name; ++name)
    if (!hasFeature(*name))
      missing.format("%s%s", missing.size() ? ", " : "", *name);
  if (missing.size() == 0)
    return Status();
  return Status::failure(ExitCode::ModelFailure,
                         "the model was compiled for %s, and this processor "
                         "has no %s; compile it here, or for an older "
                         "processor with --mcpu, such as x86-64-v2",
                         model.cpu, missing.c_str());
}

} // namespace runtime
} // namespace ecolm
