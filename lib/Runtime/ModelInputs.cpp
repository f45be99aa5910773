//===- ModelInputs.cpp - Tensors for every input of a model ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Matches files to inputs by name, and tensors to specifications.
//
//===----------------------------------------------------------------------===//

#include "ModelInputs.h"

#include "Descriptor.h"
#include "NpyFile.h"
#include "NpzArchive.h"
#include "Sampler.h"

#include <stdlib.h>
#include <string.h>

namespace ecolm {
namespace runtime {

bool isNpz(const char *file) {
  size_t length = strlen(file);
  return length > 4 && strcmp(file + length - 4, ".npz") == 0;
}

/// Appends `'a', 'b', 'c'`.
static void appendNames(Text &text, const ecolm_tensor_spec *specs,
                        int32_t count) {
  for (int32_t i = 0; i < count; ++i)
    text.format(i ? ", '%s'" : "'%s'", specs[i].name);
}

Status splitFileArgument(const char *argument, const char *option,
                         const ecolm_tensor_spec *specs, int32_t count,
                         int32_t *index, const char **file) {
  *index = -1;
  *file = argument;
  for (int32_t i = 0; i < count; ++i) {
    size_t length = strlen(specs[i].name);
    if (strncmp(argument, specs[i].name, length) != 0 ||
        argument[length] != '=')
      continue;
    *index = i;
    *file = argument + length + 1;
  }
  const char *equals = strchr(argument, '=');
  // A path may hold an equals sign too: ./a=b.npy is one for certain.
  if (*index < 0 && equals && argument[0] != '/' && argument[0] != '.') {
    Text known;
    appendNames(known, specs, count);
    return Status::failure(ExitCode::Usage,
                           "%s %s: the model has no tensor of that name; it "
                           "has %s (a file whose name holds '=' is written "
                           "./file)",
                           option, argument, known.c_str());
  }
  if (**file)
    return Status();
  return Status::failure(ExitCode::Usage, "%s %s: the file name is empty",
                         option, argument);
}

/// Checks a tensor against what the model wants.
static Status checkInput(const ecolm_tensor_spec &spec, const Tensor &tensor,
                         const char *source) {
  const ecolm_tensor &given = tensor.get();
  bool shapeFits = given.rank == spec.rank;
  for (int32_t d = 0; shapeFits && d < spec.rank; ++d)
    shapeFits = spec.dims[d] < 0 || spec.dims[d] == given.dims[d];
  if (given.dtype == spec.dtype && shapeFits)
    return Status();
  Text message;
  message.format("input '%s' is %s ", spec.name,
                 findElementType(spec.dtype)->name);
  appendShape(message, spec.dims, spec.rank);
  message.format(", but '%s' holds %s ", source,
                 findElementType(given.dtype)->name);
  appendShape(message, given.dims, given.rank);
  if (given.dtype != spec.dtype)
    message.format("; convert it with numpy's astype('%s')",
                   findElementType(spec.dtype)->name);
  else
    message.append("; reshape it (? takes any size)");
  return Status::failure(ExitCode::BadInput, "%s", message.c_str());
}

static Status givenTwice(const char *name) {
  return Status::failure(ExitCode::Usage,
                         "input '%s' is given twice; give it once", name);
}

/// Takes every input of the model that the archive holds; anything else in it
/// is a mistake.
static Status loadArchive(const ecolm_model &model, const char *file,
                          TensorList &tensors) {
  NpzReader archive;
  if (Status status = archive.open(file); status.failed())
    return status;
  for (size_t entry = 0; entry < archive.size(); ++entry) {
    int32_t index = 0;
    while (index < model.num_inputs &&
           !archive.isNamed(entry, model.inputs[index].name))
      ++index;
    if (index == model.num_inputs) {
      size_t length = 0;
      const char *name = archive.name(entry, &length);
      Text known;
      appendNames(known, model.inputs, model.num_inputs);
      return Status::failure(ExitCode::BadInput,
                             "'%s' holds '%.*s', which is no input of the "
                             "model; its inputs are %s",
                             file, static_cast<int>(length), name,
                             known.c_str());
    }
    const ecolm_tensor_spec &spec = model.inputs[index];
    if (tensors[index].defined())
      return givenTwice(spec.name);
    if (Status status = archive.read(entry, tensors[index]); status.failed())
      return status;
    if (Status status = checkInput(spec, tensors[index], file); status.failed())
      return status;
  }
  return Status();
}

static Status loadFile(const ecolm_model &model, const char *argument,
                       TensorList &tensors) {
  int32_t index = -1;
  const char *file = nullptr;
  if (Status status = splitFileArgument(argument, "--input", model.inputs,
                                        model.num_inputs, &index, &file);
      status.failed())
    return status;
  if (index < 0 && isNpz(file))
    return loadArchive(model, file, tensors);
  if (index < 0 && model.num_inputs != 1) {
    Text known;
    appendNames(known, model.inputs, model.num_inputs);
    return Status::failure(
        ExitCode::Usage,
        "--input %s does not say which input it is; write "
        "NAME=%s with one of %s",
        file, file, model.num_inputs ? known.c_str() : "no inputs at all");
  }
  const ecolm_tensor_spec &spec = model.inputs[index < 0 ? 0 : index];
  Tensor &tensor = tensors[index < 0 ? 0 : index];
  if (tensor.defined())
    return givenTwice(spec.name);
  if (Status status = readNpy(file, tensor); status.failed())
    return status;
  return checkInput(spec, tensor, file);
}

Status loadInputs(const ecolm_model &model, const Array<const char *> &files,
                  TensorList &tensors) {
  for (const char *argument : files)
    if (Status status = loadFile(model, argument, tensors); status.failed())
      return status;
  for (int32_t i = 0; i < model.num_inputs; ++i)
    if (!tensors[i].defined())
      return Status::failure(ExitCode::Usage,
                             "input '%s' is missing; give it with --input "
                             "%s=FILE.npy",
                             model.inputs[i].name, model.inputs[i].name);
  return Status();
}

Status inventInputs(const ecolm_model &model, uint64_t seed,
                    TensorList &tensors) {
  RandomNumbers random(seed);
  for (int32_t i = 0; i < model.num_inputs; ++i) {
    const ecolm_tensor_spec &spec = model.inputs[i];
    int64_t dims[ECOLM_MAX_RANK] = {};
    for (int32_t d = 0; d < spec.rank; ++d)
      dims[d] = spec.dims[d] < 0 ? 1 : spec.dims[d];
    if (Status status =
            tensors[i].allocate(spec.dtype, dims, spec.rank, spec.name);
        status.failed())
      return status;
    uint64_t bytes = tensors[i].bytes();
    memset(tensors[i].data(), 0, bytes);
    float *single = static_cast<float *>(tensors[i].data());
    double *wide = static_cast<double *>(tensors[i].data());
    if (spec.dtype == ECOLM_F32)
      for (uint64_t e = 0; e < bytes / sizeof(float); ++e)
        single[e] = static_cast<float>(2.0 * random.nextUnit() - 1.0);
    if (spec.dtype == ECOLM_F64)
      for (uint64_t e = 0; e < bytes / sizeof(double); ++e)
        wide[e] = 2.0 * random.nextUnit() - 1.0;
  }
  return Status();
}

Status runModel(const ecolm_model &model, const TensorList &inputs,
                TensorList &outputs) {
  Array<ecolm_tensor> given, results;
  for (int32_t i = 0; i < model.num_inputs; ++i)
    given.push(inputs[i].get());
  for (int32_t i = 0; i < model.num_outputs; ++i) {
    ecolm_tensor empty = {
        model.outputs[i].dtype, model.outputs[i].rank, {}, nullptr};
    results.push(empty);
  }
  if (Status status =
          explainStatus(model, model.run(given.data(), results.data()));
      status.failed())
    return status;
  for (int32_t i = 0; i < model.num_outputs; ++i) {
    uint64_t bytes = 0;
    bool sound = tensorBytes(model.outputs[i].dtype, results[i].dims,
                             model.outputs[i].rank, &bytes) &&
                 (results[i].data || bytes == 0);
    if (!results[i].data)
      results[i].data = allocateAligned(0);
    outputs[i].adopt(results[i]);
    if (!sound || !results[i].data)
      return Status::failure(ExitCode::ModelFailure,
                             "the model returned no valid tensor for output "
                             "'%s'; compile the model again",
                             model.outputs[i].name);
  }
  return Status();
}

} // namespace runtime
} // namespace ecolm
