//===- BenchProfile.h - Times of layers ---------------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Measures the layers of a program that was compiled with --profile.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_BENCHPROFILE_H
#define ECOLM_LIB_RUNTIME_BENCHPROFILE_H

#include "Errors.h"
#include "Sequence.h"
#include "Text.h"

namespace ecolm {
namespace runtime {

/// Fails unless the program was compiled with --profile.
Status requireProfile(const ecolm_model &model);

/// Appends the time of each layer in a prompt of `promptTokens` and in one of
/// `decodeTokens` tokens after it, and its share, measured beside expected.
/// `ids` are as many as both.
Status profileLanguageModel(const ecolm_model &model, Sequence &sequence,
                            const Array<int64_t> &ids, int64_t promptTokens,
                            int64_t decodeTokens, Text &text, bool json);

/// The same for a model without tokens, which `evaluate` evaluates once.
Status profileGeneralModel(const ecolm_model &model,
                           Status (*evaluate)(void *context), void *context,
                           Text &text, bool json);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_BENCHPROFILE_H
