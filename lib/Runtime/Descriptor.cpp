//===- Descriptor.cpp - Does the program's model fit the program ----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Every sentence of Model.h about the descriptor, as a check.
//
//===----------------------------------------------------------------------===//

#include "Descriptor.h"

#include "Tensor.h"

namespace ecolm {
namespace runtime {

static Status unfit(const char *what) {
  return Status::failure(ExitCode::ModelFailure,
                         "the compiled model does not fit this program: %s; "
                         "compile the model again",
                         what);
}

static Status checkSpecs(const ecolm_tensor_spec *specs, int32_t count) {
  if (count < 0 || (count > 0 && !specs))
    return unfit("it does not describe its inputs and outputs");
  for (int32_t i = 0; i < count; ++i) {
    if (!specs[i].name || !*specs[i].name)
      return unfit("an input or output has no name");
    if (!findElementType(specs[i].dtype))
      return unfit("an input or output has an unknown element type");
    if (specs[i].rank < 0 || specs[i].rank > ECOLM_MAX_RANK)
      return unfit("an input or output has too many dimensions");
    for (int32_t d = 0; d < specs[i].rank; ++d)
      if (specs[i].dims[d] < -1)
        return unfit("an input or output has a negative dimension");
  }
  return Status();
}

static Status checkLanguageModel(const ecolm_model &model) {
  const ecolm_language_model &language = *model.language_model;
  if (language.vocabulary_size <= 0 || language.context_length <= 0 ||
      language.max_chunk <= 0)
    return unfit("the sizes of its language model are not positive");
  const ecolm_tensor_spec *input = model.inputs, *output = model.outputs;
  if (model.num_inputs != 1 || input->dtype != ECOLM_I64 || input->rank != 2)
    return unfit("a language model has one input of token ids, int64 (1, ?)");
  if (model.num_outputs != 1 || output->dtype != ECOLM_F32 || output->rank != 3)
    return unfit("a language model has one output of logits, float32 (1, ?, "
                 "vocabulary)");
  return Status();
}

Status checkDescriptor(const ecolm_model &model) {
  if (model.abi_version != ECOLM_ABI_VERSION)
    return Status::failure(ExitCode::ModelFailure,
                           "the compiled model speaks version %u of the model "
                           "interface and this program version %u; compile and "
                           "link with the same EcoLM",
                           model.abi_version, ECOLM_ABI_VERSION);
  if (!model.name || !model.info_text || !model.info_json)
    return unfit("it has no name or no description");
  bool isIncremental = model.language_model && model.language_model->forward;
  if ((model.run != nullptr) == isIncremental)
    return unfit("it is neither or both of a language model and a general one");
  if (Status status = checkSpecs(model.inputs, model.num_inputs);
      status.failed())
    return status;
  if (Status status = checkSpecs(model.outputs, model.num_outputs);
      status.failed())
    return status;
  if (model.weight_bytes != 0 && !model.weights)
    return unfit("its weights are missing");
  const ecolm_tokenizer &tokenizer = model.tokenizer;
  if (tokenizer.kind < ECOLM_TOKENIZER_NONE ||
      tokenizer.kind > ECOLM_TOKENIZER_TABLE)
    return unfit("its tokenizer is of an unknown kind");
  if (tokenizer.kind == ECOLM_TOKENIZER_CHARACTER &&
      (tokenizer.size <= 0 || !tokenizer.pieces))
    return unfit("its vocabulary is empty");
  if (tokenizer.kind == ECOLM_TOKENIZER_TABLE &&
      (!tokenizer.table || !tokenizer.code))
    return unfit("its tokenizer is missing");
  if (model.num_checks < 0 || (model.num_checks > 0 && !model.checks))
    return unfit("it does not say what it checks");
  if (model.num_variants < 0 || (model.num_variants > 0 && !model.variants))
    return unfit("it does not say which processors it is for");
  const ecolm_profile *profile = model.profile;
  if (profile &&
      (profile->num_layers <= 0 || !profile->layers || !profile->nanoseconds))
    return unfit("its profile has no layers");
  if (!model.language_model)
    return Status();
  if (Status status = checkLanguageModel(model); status.failed())
    return status;
  if (tokenizer.kind != ECOLM_TOKENIZER_NONE &&
      tokenizer.size > model.language_model->vocabulary_size)
    return unfit("its vocabulary has more pieces than it has logits");
  return Status();
}

Status requireLanguageModel(const ecolm_model &model, const char *purpose) {
  if (model.language_model)
    return Status();
  return Status::failure(ExitCode::Usage,
                         "%s needs a language model, and this program holds "
                         "another kind; evaluate it with --input and --output, "
                         "and see info",
                         purpose);
}

Status explainStatus(const ecolm_model &model, int32_t status) {
  int64_t check = static_cast<int64_t>(status) - ECOLM_FIRST_CHECK;
  if (check >= 0 && check < model.num_checks)
    return Status::failure(ExitCode::BadInput,
                           "the model refused its inputs: %s; check the shapes "
                           "and the values of the inputs",
                           model.checks[check]);
  switch (status) {
  case ECOLM_OK:
    return Status();
  case ECOLM_INDEX_OUT_OF_RANGE:
    return Status::failure(ExitCode::BadInput,
                           "the model refused its inputs: an index lies "
                           "outside the dimension that it selects from; check "
                           "the index tensors");
  case ECOLM_SHAPE_MISMATCH:
    return Status::failure(ExitCode::BadInput,
                           "the model refused its inputs: two dimensions that "
                           "must agree do not; check their shapes");
  case ECOLM_OUT_OF_MEMORY:
    if (model.missing_bytes)
      return Status::failure(ExitCode::ModelFailure,
                             "not enough memory to evaluate the model: one of "
                             "its tensors needs %.0f bytes; make the inputs "
                             "smaller",
                             *model.missing_bytes);
    return Status::failure(ExitCode::ModelFailure,
                           "not enough memory to evaluate the model; make "
                           "the inputs smaller");
  default:
    return Status::failure(ExitCode::ModelFailure,
                           "the model ended with the unknown status %d; "
                           "compile it again",
                           status);
  }
}

} // namespace runtime
} // namespace ecolm
