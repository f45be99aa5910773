//===- QuantizationRecipe.cpp - How weights shall be quantized ------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads recipes.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/QuantizationRecipe.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace ecolm;
using llvm::Error;
using llvm::StringRef;
using llvm::Twine;
using Method = QuantizationRecipe::Method;
using Rotation = QuantizationRecipe::Rotation;

static Error makeError(const Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// What `key` may be, or a failure that lists it.
template <typename T>
static Error choose(StringRef key, StringRef value, T &result,
                    llvm::ArrayRef<std::pair<StringRef, T>> choices) {
  llvm::SmallVector<StringRef> names;
  for (auto &[name, choice] : choices) {
    if (value == name) {
      result = choice;
      return Error::success();
    }
    names.push_back(name);
  }
  return makeError(key + " is '" + value + "'; expected " +
                   llvm::join(names, ", "));
}

static Error readFlag(StringRef key, StringRef value, bool &result) {
  return choose<bool>(key, value, result, {{"yes", true}, {"no", false}});
}

static Error readGroup(StringRef value, int64_t &result) {
  if (value == "tensor")
    result = QuantizationRecipe::kTensor;
  else if (value == "row")
    result = QuantizationRecipe::kRow;
  else if (value.getAsInteger(10, result) || result < 1)
    return makeError("group is '" + value +
                     "'; expected tensor, row or a number of weights");
  return Error::success();
}

/// Reads the method and sets what it does unless told otherwise.
static Error readMethod(StringRef text, QuantizationRecipe &recipe) {
  StringRef digits = text;
  if (text == "ternary") {
    recipe.method = Method::Ternary;
    recipe.ternary = {TernaryThreshold::AbsMean, TernaryScaling::AbsMeanAbove};
    return Error::success();
  }
  if (digits.consume_front("pot") && !digits.getAsInteger(10, recipe.bits) &&
      recipe.bits >= 2 && recipe.bits <= 7) {
    recipe.method = Method::Pot;
    recipe.group = 128;
    return Error::success();
  }
  if (digits.consume_front("int") && !digits.getAsInteger(10, recipe.bits) &&
      (recipe.bits == 2 || recipe.bits == 4 || recipe.bits == 8)) {
    recipe.method = Method::Integer;
    recipe.group = recipe.bits == 8 ? QuantizationRecipe::kRow : 32;
    recipe.hasZeroPoint = recipe.bits != 8;
    return Error::success();
  }
  return makeError("unknown method '" + text +
                   "'; expected ternary, pot2 to pot7, int2, int4 or int8");
}

static Error readTernaryKey(StringRef key, StringRef value,
                            QuantizationRecipe &recipe) {
  if (key == "rule")
    return choose<TernaryThreshold>(key, value, recipe.ternary.rule,
                                    {{"absmean", TernaryThreshold::AbsMean},
                                     {"half_std", TernaryThreshold::HalfStd},
                                     {"twn", TernaryThreshold::Twn},
                                     {"given", TernaryThreshold::Given}});
  if (key == "scale")
    return choose<TernaryScaling>(
        key, value, recipe.ternary.scaling,
        {{"one", TernaryScaling::One},
         {"absmean", TernaryScaling::AbsMean},
         {"absmean_above", TernaryScaling::AbsMeanAbove}});
  if (key != "threshold")
    return makeError(
        "ternary has no '" + key +
        "'; it takes rule, scale, threshold, group, scales and rotate");
  double threshold;
  if (value.getAsDouble(threshold) || threshold < 0)
    return makeError("threshold is '" + value +
                     "'; expected a number that is not negative");
  recipe.ternary.threshold = static_cast<float>(threshold);
  return Error::success();
}

static Error readPotKey(StringRef key, StringRef value,
                        QuantizationRecipe &recipe) {
  if (key == "zero")
    return readFlag(key, value, recipe.hasZero);
  if (key == "rounding")
    return choose<PowerRounding>(key, value, recipe.rounding,
                                 {{"nearest", PowerRounding::Nearest},
                                  {"nearest_log", PowerRounding::NearestLog},
                                  {"floor", PowerRounding::Floor},
                                  {"ceil", PowerRounding::Ceil}});
  if (key != "terms")
    return makeError("pot has no '" + key +
                     "'; it takes zero, rounding, terms, scale, group, scales "
                     "and rotate");
  if (value.getAsInteger(10, recipe.terms) || recipe.terms < 1 ||
      recipe.terms > 4)
    return makeError("terms is '" + value + "'; expected 1 to 4");
  return Error::success();
}

static Error readKey(StringRef key, StringRef value,
                     QuantizationRecipe &recipe) {
  if (key == "group")
    return readGroup(value, recipe.group);
  if (key == "scales")
    return choose<bool>(key, value, recipe.hasHalfScales,
                        {{"f32", false}, {"bf16", true}});
  if (key == "rotate")
    return choose<Rotation>(key, value, recipe.rotation,
                            {{"none", Rotation::None},
                             {"hadamard", Rotation::Hadamard},
                             {"learned", Rotation::Learned}});
  if (recipe.method == Method::Ternary)
    return readTernaryKey(key, value, recipe);
  if (key == "scale")
    return choose<bool>(key, value, recipe.searchesScale,
                        {{"max", false}, {"search", true}});
  if (recipe.method == Method::Pot)
    return readPotKey(key, value, recipe);
  if (key == "zero_point")
    return readFlag(key, value, recipe.hasZeroPoint);
  return makeError("int has no '" + key +
                   "'; it takes zero_point, scale, group, scales and rotate");
}

llvm::Expected<QuantizationRecipe> ecolm::parseRecipe(StringRef text) {
  QuantizationRecipe recipe;
  auto [method, settings] = text.split(':');
  if (Error error = readMethod(method, recipe))
    return std::move(error);
  llvm::SmallVector<StringRef> parts;
  settings.split(parts, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    auto [key, value] = part.split('=');
    if (Error error = readKey(key.trim(), value.trim(), recipe))
      return std::move(error);
  }
  if (recipe.terms > 1 && !recipe.hasZero)
    return makeError("several terms need a zero; leave out zero=no");
  return recipe;
}
