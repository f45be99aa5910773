//===- Tokenize.cpp - The tokenize and detokenize commands ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Ids are numbers between blanks, on one line.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "Files.h"
#include "ModelTokenizer.h"

#include <errno.h>
#include <string.h>

namespace ecolm {
namespace runtime {

/// The value of an option, or all of standard input.
static Status readGiven(const char *option, Array<char> &content) {
  if (!option)
    return readFile("-", content);
  content.resizeUninitialized(strlen(option));
  memcpy(content.data(), option, content.size());
  return Status();
}

Status tokenize(const ecolm_model &model, const Arguments &arguments) {
  ModelTokenizer tokenizer;
  if (Status status = tokenizer.open(model.tokenizer); status.failed())
    return status;
  Array<char> content;
  if (Status status = readGiven(arguments.text, content); status.failed())
    return status;
  Array<int64_t> ids;
  if (Status status = tokenizer.encode(content.data(), content.size(),
                                       "the text", !arguments.noSpecial, ids);
      status.failed())
    return status;
  Text line;
  for (int64_t id : ids)
    line.format(line.size() ? " %lld" : "%lld", static_cast<long long>(id));
  line.append("\n");
  return writeStandardOutput(line.data(), line.size());
}

static Status parseIds(Array<char> &content, Array<int64_t> &ids) {
  content.push('\0');
  const char *at = content.data();
  for (;;) {
    at += strspn(at, " \t\r\n,");
    if (!*at)
      return Status();
    char *end = nullptr;
    errno = 0;
    int64_t id = strtoll(at, &end, 10);
    if (end == at || errno)
      return Status::failure(ExitCode::BadInput,
                             "the ids hold '%.20s', which is no id; give "
                             "numbers with blanks between",
                             at);
    ids.push(id);
    at = end;
  }
}

Status detokenize(const ecolm_model &model, const Arguments &arguments) {
  ModelTokenizer tokenizer;
  if (Status status = tokenizer.open(model.tokenizer); status.failed())
    return status;
  Array<char> content;
  if (Status status = readGiven(arguments.ids, content); status.failed())
    return status;
  Array<int64_t> ids;
  if (Status status = parseIds(content, ids); status.failed())
    return status;
  Text text;
  if (Status status = tokenizer.decode(ids.data(), ids.size(),
                                       !arguments.keepSpecial, text);
      status.failed())
    return status;
  return writeStandardOutput(text.data(), text.size());
}

} // namespace runtime
} // namespace ecolm
