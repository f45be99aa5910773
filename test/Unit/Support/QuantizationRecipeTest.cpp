//===- QuantizationRecipeTest.cpp - What --quantize may say ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads every word of the recipes, and refuses others.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/QuantizationRecipe.h"
#include "gtest/gtest.h"

using namespace ecolm;
using Method = QuantizationRecipe::Method;

namespace {

QuantizationRecipe read(llvm::StringRef text) {
  llvm::Expected<QuantizationRecipe> recipe = parseRecipe(text);
  EXPECT_TRUE(!!recipe) << llvm::toString(recipe.takeError());
  return recipe ? *recipe : QuantizationRecipe();
}

std::string refuse(llvm::StringRef text) {
  llvm::Expected<QuantizationRecipe> recipe = parseRecipe(text);
  EXPECT_FALSE(!!recipe) << text.str();
  return recipe ? "" : llvm::toString(recipe.takeError());
}

TEST(QuantizationRecipeTest, Defaults) {
  QuantizationRecipe ternary = read("ternary");
  EXPECT_EQ(ternary.method, Method::Ternary);
  EXPECT_EQ(ternary.group, QuantizationRecipe::kTensor);
  EXPECT_EQ(ternary.ternary.rule, TernaryThreshold::AbsMean);
  EXPECT_EQ(ternary.ternary.scaling, TernaryScaling::AbsMeanAbove);
  QuantizationRecipe pot = read("pot4");
  EXPECT_EQ(pot.method, Method::Pot);
  EXPECT_EQ(pot.group, 128);
  EXPECT_EQ(pot.getNumExponents(), 7);
  EXPECT_TRUE(pot.searchesScale);
  QuantizationRecipe int8 = read("int8");
  EXPECT_EQ(int8.method, Method::Integer);
  EXPECT_EQ(int8.group, QuantizationRecipe::kRow);
  EXPECT_FALSE(int8.hasZeroPoint);
  EXPECT_TRUE(read("int4").hasZeroPoint);
  EXPECT_EQ(read("int2").group, 32);
}

TEST(QuantizationRecipeTest, EveryWord) {
  QuantizationRecipe ternary =
      read("ternary:rule=given,threshold=0.25,scale=one,group=row");
  EXPECT_EQ(ternary.ternary.rule, TernaryThreshold::Given);
  EXPECT_EQ(ternary.ternary.threshold, 0.25f);
  EXPECT_EQ(ternary.ternary.scaling, TernaryScaling::One);
  EXPECT_EQ(ternary.group, QuantizationRecipe::kRow);
  EXPECT_EQ(read("ternary:rule=twn").ternary.rule, TernaryThreshold::Twn);
  EXPECT_EQ(read("ternary:rule=half_std").ternary.rule,
            TernaryThreshold::HalfStd);
  EXPECT_EQ(read("ternary:scale=absmean").ternary.scaling,
            TernaryScaling::AbsMean);
  QuantizationRecipe pot =
      read("pot5:zero=no, rounding=nearest_log, scale=max, group=64");
  EXPECT_EQ(pot.getNumExponents(), 16);
  EXPECT_EQ(pot.rounding, PowerRounding::NearestLog);
  EXPECT_FALSE(pot.searchesScale);
  EXPECT_EQ(pot.group, 64);
  EXPECT_EQ(read("pot4:rounding=floor").rounding, PowerRounding::Floor);
  EXPECT_EQ(read("pot4:rounding=ceil,terms=3").terms, 3);
  QuantizationRecipe integer =
      read("int4:zero_point=no,group=tensor,rotate=hadamard");
  EXPECT_FALSE(integer.hasZeroPoint);
  EXPECT_EQ(integer.group, QuantizationRecipe::kTensor);
  using Rotation = QuantizationRecipe::Rotation;
  EXPECT_EQ(integer.rotation, Rotation::Hadamard);
  EXPECT_EQ(read("int4:rotate=none,scales=f32").rotation, Rotation::None);
  EXPECT_EQ(read("int2:rotate=learned").rotation, Rotation::Learned);
  EXPECT_TRUE(read("int4:scales=bf16").hasHalfScales);
}

TEST(QuantizationRecipeTest, RefusesOtherWords) {
  for (const char *method : {"", "pot", "pot1", "pot8", "int3", "float"})
    EXPECT_EQ(refuse(method),
              std::string("unknown method '") + method +
                  "'; expected ternary, pot2 to pot7, int2, int4 or int8");
  EXPECT_EQ(refuse("ternary:zero=yes"),
            "ternary has no 'zero'; it takes rule, scale, threshold, group, "
            "scales and rotate");
  EXPECT_EQ(refuse("pot4:rule=twn"),
            "pot has no 'rule'; it takes zero, rounding, terms, scale, group, "
            "scales and rotate");
  EXPECT_EQ(refuse("int4:terms=2"),
            "int has no 'terms'; it takes zero_point, scale, group, scales and "
            "rotate");
  EXPECT_EQ(refuse("ternary:rule=best"),
            "rule is 'best'; expected absmean, half_std, twn, given");
  EXPECT_EQ(refuse("ternary:threshold=-1"),
            "threshold is '-1'; expected a number that is not negative");
  EXPECT_EQ(refuse("int4:group=0"),
            "group is '0'; expected tensor, row or a number of weights");
  EXPECT_EQ(refuse("pot4:terms=5"), "terms is '5'; expected 1 to 4");
  EXPECT_EQ(refuse("pot4:zero=maybe"), "zero is 'maybe'; expected yes, no");
  EXPECT_EQ(refuse("pot4:terms=2,zero=no"),
            "several terms need a zero; leave out zero=no");
}

} // namespace
