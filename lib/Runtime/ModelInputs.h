//===- ModelInputs.h - Tensors for every input of a model ---- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Brings inputs together from files, or invents them, and checks them against
// the model.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_MODELINPUTS_H
#define ECOLM_LIB_RUNTIME_MODELINPUTS_H

#include "Array.h"
#include "Tensor.h"

namespace ecolm {
namespace runtime {

/// One tensor per input of the model, in its order.
using TensorList = ObjectArray<Tensor>;

/// Splits `FILE` or `NAME=FILE`. `*index` becomes the position of NAME among
/// `specs`, or -1 when the whole argument is a file name. `option` is the
/// option's name for messages.
Status splitFileArgument(const char *argument, const char *option,
                         const ecolm_tensor_spec *specs, int32_t count,
                         int32_t *index, const char **file);

/// Whether a file name ends in .npz.
bool isNpz(const char *file);

/// Reads the files that --input names and checks that every input is there.
Status loadInputs(const ecolm_model &model, const Array<const char *> &files,
                  TensorList &tensors);

/// Invents inputs: floats uniform in [-1, 1), zeros for integers, which are
/// indices more often than not. Dynamic dimensions become 1.
Status inventInputs(const ecolm_model &model, uint64_t seed,
                    TensorList &tensors);

/// Evaluates a general model. `outputs` has one tensor per output.
Status runModel(const ecolm_model &model, const TensorList &inputs,
                TensorList &outputs);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_MODELINPUTS_H
