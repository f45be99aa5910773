//===- SequenceTest.cpp - Tests of sequences ------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks models that are evaluated as a whole for every token.
//
//===----------------------------------------------------------------------===//

#include "Sequence.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <string>

using namespace ecolm::runtime;

static constexpr int64_t kVocabulary = 3;

/// Tokens that the last call was given, and how many logits it gives for each.
static int64_t lastCount = 0;
static int64_t width = kVocabulary;

/// The logits of token t are t, its position, and the sum of the tokens so far.
static int32_t runSum(const ecolm_tensor *inputs, ecolm_tensor *outputs) {
  lastCount = inputs->dims[1];
  const auto *ids = static_cast<const int64_t *>(inputs->data);
  if (ids[0] == 2)
    return ECOLM_OUT_OF_MEMORY;
  outputs->dims[0] = 1;
  outputs->dims[1] = lastCount;
  outputs->dims[2] = width;
  auto *logits =
      static_cast<float *>(malloc(lastCount * kVocabulary * sizeof(float)));
  float sum = 0;
  for (int64_t t = 0; t < lastCount; ++t) {
    sum += ids[t];
    logits[t * kVocabulary] = ids[t];
    logits[t * kVocabulary + 1] = t;
    logits[t * kVocabulary + 2] = sum;
  }
  outputs->data = logits;
  return ECOLM_OK;
}

static ecolm_language_model makeLanguageModel(int64_t context) {
  ecolm_language_model language = {};
  language.vocabulary_size = kVocabulary;
  language.context_length = language.max_chunk = context;
  return language;
}

static ecolm_model makeModel(const ecolm_language_model &language) {
  ecolm_model model = {};
  model.run = runSum;
  model.language_model = &language;
  return model;
}

TEST(WholeSequence, EvaluatesAllTokensForEachNewOne) {
  width = kVocabulary;
  ecolm_language_model language = makeLanguageModel(8);
  ecolm_model model = makeModel(language);
  Sequence sequence;
  ASSERT_FALSE(sequence.open(model, 2).failed());
  const int64_t ids[] = {1, 0, 1};
  float logits[9];
  ASSERT_FALSE(sequence.append(ids, 3, logits).failed());
  EXPECT_EQ(lastCount, 3);
  EXPECT_EQ(logits[1 * kVocabulary + 1], 1.0f);
  EXPECT_EQ(logits[2 * kVocabulary + 2], 2.0f);
  EXPECT_EQ(sequence.lastLogits()[1], 2.0f);
  const int64_t next[] = {1};
  ASSERT_FALSE(sequence.append(next, 1, nullptr).failed());
  EXPECT_EQ(lastCount, 4);
  EXPECT_EQ(sequence.lastLogits()[2], 3.0f);
  sequence.restart();
  ASSERT_FALSE(sequence.append(next, 1, nullptr).failed());
  EXPECT_EQ(lastCount, 1);
}

TEST(WholeSequence, TellsWhatTheModelDid) {
  ecolm_language_model language = makeLanguageModel(8);
  ecolm_model model = makeModel(language);
  Sequence sequence;
  ASSERT_FALSE(sequence.open(model, 0).failed());
  const int64_t refused[] = {2}, accepted[] = {1};
  Status status = sequence.append(refused, 1, nullptr);
  EXPECT_NE(std::string(status.message()).find("not enough memory"),
            std::string::npos);
  width = 4;
  status = sequence.append(accepted, 1, nullptr);
  EXPECT_NE(std::string(status.message())
                .find("the model gave no logits for each token; export it "
                      "again"),
            std::string::npos);
  width = kVocabulary;
}

TEST(WholeSequence, NeedsMemoryForItsTokens) {
  ecolm_language_model language = makeLanguageModel(int64_t(1) << 58);
  ecolm_model model = makeModel(language);
  language.max_chunk = 1;
  Sequence sequence;
  Status status = sequence.open(model, 1);
  EXPECT_NE(std::string(status.message())
                .find("not enough memory: the sequence of tokens needs "
                      "2305843009213693952 bytes"),
            std::string::npos);
}
