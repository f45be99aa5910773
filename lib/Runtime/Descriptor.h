//===- Descriptor.h - Does the program's model fit the program - -*- C++
//-*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks the descriptor once at the start, so that no other code has to.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_DESCRIPTOR_H
#define ECOLM_LIB_RUNTIME_DESCRIPTOR_H

#include "Errors.h"
#include "ecolm/Runtime/Model.h"

namespace ecolm {
namespace runtime {

/// Fails unless this runtime can drive the model.
Status checkDescriptor(const ecolm_model &model);

/// Fails unless this processor has the instructions that the model needs.
Status checkProcessor(const ecolm_model &model);

/// Fails unless the model is a language model. `purpose` says for what.
Status requireLanguageModel(const ecolm_model &model, const char *purpose);

/// Success, or a failure that says what a status of model code means.
Status explainStatus(const ecolm_model &model, int32_t status);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_DESCRIPTOR_H
