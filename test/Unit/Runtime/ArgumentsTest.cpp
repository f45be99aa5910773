//===- ArgumentsTest.cpp - The command line -------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What parses, into what; and what is refused, with which words.
//
//===----------------------------------------------------------------------===//

#include "Arguments.h"
#include "gtest/gtest.h"

#include <string>
#include <vector>

using namespace ecolm::runtime;

namespace {

Status parse(std::vector<std::string> words, Arguments &arguments) {
  static std::vector<std::string> kept; // The result points into it.
  kept = std::move(words);
  kept.insert(kept.begin(), "model");
  std::vector<char *> pointers;
  for (std::string &word : kept)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return parseArguments(static_cast<int>(kept.size()), pointers.data(),
                        arguments);
}

std::string refusal(std::vector<std::string> words) {
  Arguments arguments;
  Status status = parse(std::move(words), arguments);
  EXPECT_EQ(status.code(), ExitCode::Usage);
  return status.message();
}

TEST(Arguments, Generate) {
  Arguments a;
  ASSERT_FALSE(
      parse({"--prompt", "to be", "-n", "12", "--temperature=0.5", "--top-k",
             "40", "--top-p", "0.9", "--seed", "18446744073709551615", "-t3",
             "--tokens", "--logits", "l.npy", "--chunk", "7"},
            a)
          .failed());
  EXPECT_EQ(a.command, GenerateCommand);
  EXPECT_STREQ(a.prompt, "to be");
  EXPECT_EQ(a.maxTokens, 12);
  EXPECT_EQ(a.sampling.temperature, 0.5);
  EXPECT_EQ(a.sampling.topK, 40);
  EXPECT_EQ(a.sampling.topP, 0.9);
  EXPECT_EQ(a.sampling.seed, UINT64_MAX);
  EXPECT_EQ(a.threads, 3);
  EXPECT_TRUE(a.printTokens);
  EXPECT_STREQ(a.logitsFile, "l.npy");
  EXPECT_EQ(a.chunk, 7);
}

TEST(Arguments, Defaults) {
  Arguments a;
  ASSERT_FALSE(parse({"--prompt-file", "-"}, a).failed());
  EXPECT_EQ(a.command, GenerateCommand);
  EXPECT_EQ(a.maxTokens, -1);
  EXPECT_EQ(a.sampling.temperature, 0.8);
  EXPECT_EQ(a.sampling.seed, 0u);
  EXPECT_EQ(a.threads, 0);
}

TEST(Arguments, EvaluateRepeats) {
  Arguments a;
  ASSERT_FALSE(
      parse({"--input", "x=1.npy", "--output", "o.npz", "--input", "y=2.npy"},
            a)
          .failed());
  EXPECT_EQ(a.command, EvaluateCommand);
  ASSERT_EQ(a.inputs.size(), 2u);
  EXPECT_STREQ(a.inputs[1], "y=2.npy");
  ASSERT_EQ(a.outputs.size(), 1u);
}

TEST(Arguments, CommandsComeAnywhere) {
  for (std::vector<std::string> words :
       {std::vector<std::string>{"info", "--json"}, {"--json", "info"}}) {
    Arguments a;
    ASSERT_FALSE(parse(words, a).failed());
    EXPECT_EQ(a.command, InfoCommand);
    EXPECT_TRUE(a.json);
  }
  Arguments a;
  ASSERT_FALSE(parse({"bench", "-p", "32", "-n", "8"}, a).failed());
  EXPECT_EQ(a.command, BenchCommand);
  EXPECT_EQ(a.promptTokens, 32);
  EXPECT_EQ(a.maxTokens, 8);
  Arguments b;
  ASSERT_FALSE(parse({"-p", "32"}, b).failed());
  EXPECT_STREQ(b.prompt, "32");
}

TEST(Arguments, HelpWinsOverTheRest) {
  Arguments a;
  ASSERT_FALSE(parse({"--help", "nonsense", "more"}, a).failed());
  EXPECT_EQ(a.command, HelpCommand);
  Arguments b;
  ASSERT_FALSE(parse({"--version"}, b).failed());
  EXPECT_EQ(b.command, VersionCommand);
}

TEST(Arguments, Refusals) {
  const struct {
    std::vector<std::string> words;
    const char *message;
  } cases[] = {
      {{}, "nothing to do; try --prompt TEXT"},
      {{"--bogus"}, "unknown or ambiguous option '--bogus'"},
      {{"-z"}, "unknown option '-z'"},
      {{"--prompt"}, "option '--prompt' needs a value; see"},
      {{"-n"}, "'-n' needs a value"},
      {{"--tokens=3"}, "option --tokens takes no value; see"},
      {{"frobnicate"}, "unknown command 'frobnicate'"},
      {{"to", "be"}, "unexpected argument 'be'"},
      {{"info", "bench"}, "unexpected argument 'bench'"},
      {{"--prompt", "a", "--prompt-file", "f"}, "exclude each other"},
      {{"--prompt", "a", "--input", "f"},
       "does not belong to generating text (--prompt)"},
      {{"info", "--seed", "1"}, "--seed does not belong to info"},
      {{"selftest", "--json"}, "--json does not belong to selftest"},
      {{"--input", "f", "-n", "3"},
       "to evaluating tensors (--input, --output)"},
      {{"bench", "-p", "text"}, "--prompt-tokens is 'text'"},
      {{"-p", "a", "-n", "-1"}, "is '-1'; give a whole number from"},
      {{"-p", "a", "-n", "1x"}, "--max-tokens is '1x'"},
      {{"-p", "a", "-n", ""}, "--max-tokens is ''"},
      {{"-p", "a", "-n", " 1"}, "--max-tokens is ' 1'"},
      {{"-p", "a", "-n", "99999999999999999999"}, "--max-tokens is '999"},
      {{"-p", "a", "-t", "0"}, "--threads is '0'"},
      {{"-p", "a", "-t", "257"}, "from 1 to 256"},
      {{"-p", "a", "--chunk", "0"}, "--chunk is '0'"},
      {{"-p", "a", "--temperature", "nan"}, "is 'nan'; give a number from"},
      {{"-p", "a", "--temperature", "-0.1"}, "--temperature is '-0.1'"},
      {{"-p", "a", "--temperature", "1e9"}, "from 0 to 100"},
      {{"-p", "a", "--top-p", "1.5"}, "--top-p is '1.5'"},
      {{"-p", "a", "--top-p", ""}, "--top-p is ''"},
      {{"-p", "a", "--top-k", "-1"}, "--top-k is '-1'"},
      {{"-p", "a", "--seed", "-1"}, "--seed is '-1'"},
      {{"-p", "a", "--seed", "18446744073709551616"}, "--seed is '1844"},
  };
  for (const auto &refused : cases)
    EXPECT_NE(refusal(refused.words).find(refused.message), std::string::npos)
        << refusal(refused.words);
}

} // namespace
