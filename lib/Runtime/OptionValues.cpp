//===- OptionValues.cpp - Numbers on the command line ---------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The C library's number readers with their loopholes closed.
//
//===----------------------------------------------------------------------===//

#include "OptionValues.h"

#include <errno.h>
#include <stdlib.h>

namespace ecolm {
namespace runtime {

/// The C library skips spaces and takes signs, "inf" and hexadecimal; a number
/// of ours begins with a digit, a point or a minus sign.
static bool beginsNumber(const char *text) {
  return (*text >= '0' && *text <= '9') || *text == '.' || *text == '-';
}

Status parseInteger(const char *option, const char *text, int64_t smallest,
                    int64_t largest, int64_t &value) {
  char *end = nullptr;
  errno = 0;
  long long parsed = strtoll(text, &end, 10);
  if (!beginsNumber(text) || *end != '\0' || errno != 0 || parsed < smallest ||
      parsed > largest)
    return Status::failure(ExitCode::Usage,
                           "option --%s is '%s'; give a whole number from %lld "
                           "to %lld",
                           option, text, static_cast<long long>(smallest),
                           static_cast<long long>(largest));
  value = parsed;
  return Status();
}

Status parseReal(const char *option, const char *text, double smallest,
                 double largest, double &value) {
  char *end = nullptr;
  double parsed = strtod(text, &end);
  // Written so that NaN fails.
  if (!beginsNumber(text) || *end != '\0' ||
      !(parsed >= smallest && parsed <= largest))
    return Status::failure(ExitCode::Usage,
                           "option --%s is '%s'; give a number from %g to %g",
                           option, text, smallest, largest);
  value = parsed;
  return Status();
}

Status parseUnsigned(const char *option, const char *text, uint64_t &value) {
  char *end = nullptr;
  errno = 0;
  unsigned long long parsed = strtoull(text, &end, 10);
  // strtoull would take a minus sign and count down from 2^64.
  if (!beginsNumber(text) || *text == '-' || *end != '\0' || errno != 0)
    return Status::failure(ExitCode::Usage,
                           "option --%s is '%s'; give a whole number from 0 to "
                           "18446744073709551615",
                           option, text);
  value = parsed;
  return Status();
}

} // namespace runtime
} // namespace ecolm
