//===- JsonField.h - A field of a JSON file and its place -------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Lets readers take what they expect; the first that is otherwise is
// remembered, with its place, and the rest reads as nothing.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_TOKENIZER_JSONFIELD_H
#define ECOLM_LIB_FRONTEND_TOKENIZER_JSONFIELD_H

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/JSON.h"
#include <string>

namespace ecolm {

/// What is wrong with a file; empty for nothing. Holds the first thing only.
using Complaint = std::string;

/// A value, or nothing, at a place of a file.
class JsonField {
public:
  JsonField(const llvm::json::Value *value, llvm::Twine place,
            Complaint &complaint)
      : value(value), place(place.str()), complaint(complaint) {}

  /// Whether there is a value other than null.
  explicit operator bool() const {
    return value && value->kind() != llvm::json::Value::Null;
  }

  /// The field of an object; nothing if it is none or has no such field.
  JsonField operator[](llvm::StringRef name) const;
  /// The element of an array.
  JsonField operator[](size_t index) const;
  /// How many elements an array has; complains if it is none.
  size_t size() const;

  bool isArray() const { return value && value->getAsArray(); }
  /// The fields of an object; complains if it is none.
  const llvm::json::Object &fields() const;

  /// The value of a type; complains if it is of another or missing.
  llvm::StringRef string() const;
  bool boolean() const;
  double number() const;
  /// A whole number from 0 to `limit`.
  uint32_t integer(uint32_t limit) const;
  /// A string that is one character.
  llvm::StringRef character() const;

  /// The value if there is one.
  llvm::StringRef string(llvm::StringRef otherwise) const;
  bool boolean(bool otherwise) const;

  /// Says that this field is wrong: `what` is "names no piece".
  void complain(const llvm::Twine &what) const;

  const std::string &getPlace() const { return place; }

private:
  const llvm::json::Value *value;
  std::string place;
  Complaint &complaint;
};

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_TOKENIZER_JSONFIELD_H
