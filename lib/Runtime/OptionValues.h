//===- OptionValues.h - Numbers on the command line ---------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads the value of an option, whole and within its range, or says what to
// give.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_OPTIONVALUES_H
#define ECOLM_LIB_RUNTIME_OPTIONVALUES_H

#include "Errors.h"

#include <stdint.h>

namespace ecolm {
namespace runtime {

/// Reads a decimal whole number from `smallest` to `largest`.
Status parseInteger(const char *option, const char *text, int64_t smallest,
                    int64_t largest, int64_t &value);

/// Reads a number from `smallest` to `largest`.
Status parseReal(const char *option, const char *text, double smallest,
                 double largest, double &value);

/// Reads any 64-bit number without a sign.
Status parseUnsigned(const char *option, const char *text, uint64_t &value);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_OPTIONVALUES_H
