//===- RunTensors.cpp - The evaluate command ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Tensors from files in, tensors into files out, for models of every kind.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Files.h"
#include "Interrupt.h"
#include "ModelInputs.h"
#include "NpyFile.h"
#include "NpzArchive.h"
#include "Sequence.h"

#include <string.h>

namespace ecolm {
namespace runtime {
namespace {

/// One --output: a file, and the output that goes there (-1: all of them).
struct Destination {
  const char *file;
  int32_t output;
};

/// Understands every --output before anything is computed.
Status planOutputs(const ecolm_model &model, const Array<const char *> &files,
                   Array<Destination> &destinations) {
  if (files.empty())
    return Status::failure(ExitCode::Usage,
                           "there is no place for the results; add --output "
                           "FILE.npy or --output FILE.npz");
  for (const char *argument : files) {
    Destination destination = {};
    if (Status status = splitFileArgument(
            argument, "--output", model.outputs, model.num_outputs,
            &destination.output, &destination.file);
        status.failed())
      return status;
    bool named = destination.output >= 0;
    if (named && isNpz(destination.file))
      return Status::failure(ExitCode::Usage,
                             "--output %s: a .npz file takes all outputs; "
                             "write --output %s",
                             argument, destination.file);
    if (!named && !isNpz(destination.file)) {
      if (model.num_outputs != 1)
        return Status::failure(ExitCode::Usage,
                               "--output %s does not say which of %d outputs "
                               "it is for; write NAME=%s, or a .npz file for "
                               "all",
                               argument, model.num_outputs, destination.file);
      destination.output = 0;
    }
    for (const Destination &other : destinations)
      if (strcmp(other.file, destination.file) == 0)
        return Status::failure(ExitCode::Usage,
                               "two --output options name the file '%s'",
                               destination.file);
    destinations.push(destination);
  }
  return Status();
}

Status writeArray(OutputFile &file, const ecolm_tensor &tensor) {
  Text header;
  appendNpyHeader(header, tensor);
  uint64_t bytes = 0;
  tensorBytes(tensor.dtype, tensor.dims, tensor.rank, &bytes);
  if (Status status = file.write(header.data(), header.size()); status.failed())
    return status;
  return file.write(tensor.data, bytes);
}

Status writeArchive(OutputFile &file, const ecolm_model &model,
                    const TensorList &outputs) {
  NpzWriter archive;
  for (int32_t i = 0; i < model.num_outputs; ++i)
    if (Status status =
            archive.add(file, model.outputs[i].name, outputs[i].get());
        status.failed())
      return status;
  return archive.finish(file);
}

/// Writes all files and only then gives them their names, so that either all
/// of them appear or none.
Status writeOutputs(const ecolm_model &model, const TensorList &outputs,
                    const Array<Destination> &destinations) {
  ObjectArray<OutputFile> files(destinations.size());
  for (size_t i = 0; i < destinations.size(); ++i) {
    const Destination &destination = destinations[i];
    if (Status status = files[i].create(destination.file); status.failed())
      return status;
    Status status =
        destination.output < 0
            ? writeArchive(files[i], model, outputs)
            : writeArray(files[i], outputs[destination.output].get());
    if (status.failed())
      return status;
    if (Status closed = files[i].close(); closed.failed())
      return closed;
  }
  for (size_t i = 0; i < destinations.size(); ++i)
    if (Status status = files[i].commit(); status.failed())
      return status;
  return Status();
}

/// Evaluates the tokens of the only input through `forward`.
Status runLanguageModel(const ecolm_model &model, const Arguments &arguments,
                        const TensorList &inputs, TensorList &outputs) {
  const ecolm_language_model &language = *model.language_model;
  const ecolm_tensor &ids = inputs[0].get();
  if (ids.dims[0] != 1)
    return Status::failure(ExitCode::BadInput,
                           "input '%s' holds %lld sequences; give one at a "
                           "time, as shape (1, length)",
                           model.inputs[0].name,
                           static_cast<long long>(ids.dims[0]));
  const int64_t *tokens = static_cast<const int64_t *>(ids.data);
  Text source;
  source.format("input '%s'", model.inputs[0].name);
  if (Status status =
          checkTokens(language, tokens, ids.dims[1], source.c_str());
      status.failed())
    return status;
  const int64_t dims[3] = {1, ids.dims[1], language.vocabulary_size};
  if (Status status =
          outputs[0].allocate(ECOLM_F32, dims, 3, model.outputs[0].name);
      status.failed())
    return status;
  Sequence sequence;
  if (Status status = sequence.open(model, arguments.chunk); status.failed())
    return status;
  return sequence.append(tokens, ids.dims[1],
                         static_cast<float *>(outputs[0].data()));
}

} // namespace

Status evaluate(const ecolm_model &model, const Arguments &arguments) {
  Array<Destination> destinations;
  if (Status status = planOutputs(model, arguments.outputs, destinations);
      status.failed())
    return status;
  TensorList inputs(static_cast<size_t>(model.num_inputs));
  TensorList outputs(static_cast<size_t>(model.num_outputs));
  if (Status status = loadInputs(model, arguments.inputs, inputs);
      status.failed())
    return status;
  Status status = model.language_model
                      ? runLanguageModel(model, arguments, inputs, outputs)
                      : runModel(model, inputs, outputs);
  if (status.failed())
    return status;
  if (interrupted())
    return Status::quiet(ExitCode::Interrupted);
  return writeOutputs(model, outputs, destinations);
}

} // namespace runtime
} // namespace ecolm
