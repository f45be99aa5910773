//===- JsonField.cpp - A field of a JSON file and its place ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks types and ranges.
//
//===----------------------------------------------------------------------===//

#include "JsonField.h"
#include <cmath>

using namespace llvm;
using namespace ecolm;

JsonField JsonField::operator[](StringRef name) const {
  const json::Object *object = value ? value->getAsObject() : nullptr;
  return JsonField(object ? object->get(name) : nullptr,
                   place.empty() ? name : place + "." + name, complaint);
}

JsonField JsonField::operator[](size_t index) const {
  const json::Array *array = value ? value->getAsArray() : nullptr;
  bool exists = array && index < array->size();
  return JsonField(exists ? &(*array)[index] : nullptr,
                   place + "[" + Twine(index) + "]", complaint);
}

size_t JsonField::size() const {
  if (isArray())
    return value->getAsArray()->size();
  complain("expects a list");
  return 0;
}

const json::Object &JsonField::fields() const {
  static const json::Object none;
  if (value && value->getAsObject())
    return *value->getAsObject();
  complain("expects an object");
  return none;
}

StringRef JsonField::string() const {
  if (value)
    if (std::optional<StringRef> text = value->getAsString())
      return *text;
  complain("expects a string");
  return "";
}

bool JsonField::boolean() const {
  if (value)
    if (std::optional<bool> flag = value->getAsBoolean())
      return *flag;
  complain("expects true or false");
  return false;
}

double JsonField::number() const {
  if (value)
    if (std::optional<double> found = value->getAsNumber())
      if (std::isfinite(*found))
        return *found;
  complain("expects a number");
  return 0;
}

uint32_t JsonField::integer(uint32_t limit) const {
  if (value)
    if (std::optional<int64_t> found = value->getAsInteger())
      if (*found >= 0 && *found <= limit)
        return *found;
  complain("expects a whole number from 0 to " + Twine(limit));
  return 0;
}

StringRef JsonField::character() const {
  StringRef text = string();
  // In UTF-8 each character has one byte that is not 0b10xxxxxx.
  if (count_if(text, [](char c) { return (c & 0xC0) != 0x80; }) == 1)
    return text;
  complain("expects one character");
  return " ";
}

StringRef JsonField::string(StringRef otherwise) const {
  return *this ? string() : otherwise;
}

bool JsonField::boolean(bool otherwise) const {
  return *this ? boolean() : otherwise;
}

void JsonField::complain(const Twine &what) const {
  if (complaint.empty())
    complaint = (place.empty() ? Twine(what) : place + ": " + what).str();
}
