//===- DescriptorTest.cpp - What the runtime refuses to drive -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// One broken descriptor for every sentence of Model.h.
//
//===----------------------------------------------------------------------===//

#include "Descriptor.h"
#include "Sequence.h"
#include "Tensor.h"
#include "gtest/gtest.h"

#include <cstring>
#include <string>

using namespace ecolm::runtime;

namespace {

int32_t forward(const int64_t *, int64_t, int64_t, float *, void *, void *) {
  return ECOLM_OK;
}
int32_t run(const ecolm_tensor *, ecolm_tensor *) { return ECOLM_OK; }

const char *const pieces[] = {"a", "b"};
const ecolm_tensor_spec ids = {"ids", ECOLM_I64, 2, {1, -1}};
const ecolm_tensor_spec logits = {"logits", ECOLM_F32, 3, {1, -1, 2}};
const ecolm_language_model language = {2, 8, 4, 64, 64, forward};

/// A sound language model to be broken.
ecolm_model soundModel() {
  ecolm_model model = {};
  model.abi_version = ECOLM_ABI_VERSION;
  model.name = "m";
  model.info_text = model.info_json = "";
  model.num_inputs = model.num_outputs = 1;
  model.inputs = &ids;
  model.outputs = &logits;
  model.language_model = &language;
  model.tokenizer = {ECOLM_TOKENIZER_CHARACTER, 2, pieces, nullptr, nullptr};
  return model;
}

template <typename Change>
std::string refusal(Change change) {
  ecolm_model model = soundModel();
  change(model);
  Status status = checkDescriptor(model);
  EXPECT_EQ(status.code(), ExitCode::ModelFailure);
  return status.message();
}

#define EXPECT_REFUSED(words, ...)                                             \
  do {                                                                         \
    std::string message = refusal([&](ecolm_model &model) { __VA_ARGS__; });   \
    EXPECT_NE(message.find(words), std::string::npos) << message;              \
  } while (false)

TEST(Descriptor, SoundModelsPass) {
  ecolm_model model = soundModel();
  EXPECT_FALSE(checkDescriptor(model).failed());
  model.language_model = nullptr;
  model.run = run;
  EXPECT_FALSE(checkDescriptor(model).failed());
  Status status = requireLanguageModel(model, "this");
  EXPECT_EQ(status.code(), ExitCode::Usage);
  EXPECT_NE(std::strstr(status.message(),
                        "this needs a language model, and this program holds "
                        "another kind; evaluate it"),
            nullptr);
}

TEST(Descriptor, RefusesWithAReason) {
  EXPECT_REFUSED("version 7 of the model interface", model.abi_version = 7);
  EXPECT_REFUSED("it has no name or no description", model.name = nullptr);
  EXPECT_REFUSED("the compiled model does not fit this program: ",
                 model.run = run);
  EXPECT_REFUSED("neither or both", model.run = run);
  EXPECT_REFUSED("neither or both", model.language_model = nullptr);
  EXPECT_REFUSED("does not describe", model.inputs = nullptr);
  EXPECT_REFUSED("does not describe", model.num_outputs = -1);
  EXPECT_REFUSED("weights are missing", model.weight_bytes = 5);
  EXPECT_REFUSED("its tokenizer is of an unknown kind",
                 model.tokenizer.kind = 9);
  EXPECT_REFUSED("vocabulary is empty", model.tokenizer.size = 0);
  EXPECT_REFUSED("its tokenizer is missing",
                 model.tokenizer.kind = ECOLM_TOKENIZER_TABLE);
  EXPECT_REFUSED("it does not say what it checks", model.num_checks = 1);
  EXPECT_REFUSED("it does not say which processors it is for",
                 model.num_variants = 1);
  static const ecolm_profile empty = {};
  EXPECT_REFUSED("its profile has no layers", model.profile = &empty);
  EXPECT_REFUSED("has more pieces than it has", model.tokenizer.size = 3);
  EXPECT_REFUSED("one input of token ids", model.num_inputs = 0);
  EXPECT_REFUSED("has one output of logits, float32 (1, ?",
                 model.num_outputs = 0);
}

TEST(Descriptor, RefusesUnsoundSpecifications) {
  auto withInput = [](auto change) {
    ecolm_tensor_spec spec = ids;
    change(spec);
    return refusal([&](ecolm_model &model) { model.inputs = &spec; });
  };
  using Spec = ecolm_tensor_spec;
  auto has = [](const std::string &message, const char *words) {
    EXPECT_NE(message.find(words), std::string::npos) << message;
  };
  has(withInput([](Spec &s) { s.name = nullptr; }),
      "input or output has no name");
  has(withInput([](Spec &s) { s.dtype = 8; }), "unknown element type");
  has(withInput([](Spec &s) { s.rank = 9; }), "too many dimensions");
  has(withInput([](Spec &s) { s.rank = -1; }), "too many dimensions");
  has(withInput([](Spec &s) { s.dims[1] = -2; }), "negative dimension");
  has(withInput([](Spec &s) { s.dtype = ECOLM_I32; }), "one input of token");
  has(withInput([](Spec &s) { s.rank = 1; }), "one input of token");
}

TEST(Descriptor, RefusesUnsoundLanguageModels) {
  auto with = [](auto change) {
    ecolm_language_model broken = language;
    change(broken);
    return refusal([&](ecolm_model &model) { model.language_model = &broken; });
  };
  using Model = ecolm_language_model;
  for (const std::string &message :
       {with([](Model &m) { m.vocabulary_size = 0; }),
        with([](Model &m) { m.context_length = 0; }),
        with([](Model &m) { m.max_chunk = -1; })})
    EXPECT_NE(message.find("of its language model are not positive"),
              std::string::npos)
        << message;
  std::string message = with([](Model &m) { m.forward = nullptr; });
  EXPECT_NE(message.find("neither or both"), std::string::npos) << message;
}

TEST(Tokens, AreCheckedBeforeTheModelSeesThem) {
  auto check = [](std::vector<int64_t> tokens) {
    return std::string(checkTokens(language, tokens.data(),
                                   static_cast<int64_t>(tokens.size()),
                                   "the prompt")
                           .message());
  };
  EXPECT_EQ(check({0, 1, 1, 0, 0, 0, 0, 0}), "");
  EXPECT_NE(check({}).find("is empty"), std::string::npos);
  EXPECT_NE(check({0, 0, 0, 0, 0, 0, 0, 0, 0}).find("context holds 8"),
            std::string::npos);
  for (int64_t id : {INT64_C(-1), INT64_C(2), INT64_C(1) << 31,
                     INT64_C(1) << 32, INT64_MAX, INT64_MIN})
    EXPECT_NE(check({0, id}).find("at index 1; ids run from 0 to 1"),
              std::string::npos);
}

TEST(Sequence, SaysHowMuchMemoryIsMissing) {
  ecolm_language_model huge = language;
  ecolm_model model = soundModel();
  model.language_model = &huge;
  huge.cache_bytes = UINT64_C(1) << 60;
  Sequence sequence;
  Status status = sequence.open(model, 0);
  EXPECT_EQ(status.code(), ExitCode::ModelFailure);
  EXPECT_NE(std::string(status.message())
                .find("key/value cache needs 1152921504606846976 bytes"),
            std::string::npos);
  huge = language;
  huge.workspace_bytes = UINT64_MAX;
  Sequence other;
  status = other.open(model, 0);
  EXPECT_NE(std::strstr(status.message(), "not enough memory: the workspace"),
            nullptr);
  huge = language;
  huge.vocabulary_size = INT64_C(1) << 61;
  Sequence third;
  status = third.open(model, 0);
  EXPECT_NE(std::strstr(status.message(), "buffer of logits needs"), nullptr);
}

} // namespace
