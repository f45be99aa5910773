//===- Errors.cpp - What went wrong, and the exit code it ends with -------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Owns the text of failures and is the only place that writes to standard
// error.
//
//===----------------------------------------------------------------------===//

#include "Errors.h"

#include "Text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace ecolm {
namespace runtime {

static const char *currentProgramName = "model";

Status::Status(Status &&other) noexcept
    : exitCode(other.exitCode), text(other.text) {
  other.text = nullptr;
}

Status &Status::operator=(Status &&other) noexcept {
  if (this != &other) {
    free(text);
    exitCode = other.exitCode;
    text = other.text;
    other.text = nullptr;
  }
  return *this;
}

Status::~Status() { free(text); }

Status Status::failure(ExitCode code, const char *format, ...) {
  Status status;
  status.exitCode = code;
  va_list arguments;
  va_start(arguments, format);
  if (vasprintf(&status.text, format, arguments) < 0)
    status.text = strdup("not enough memory to say what went wrong");
  va_end(arguments);
  return status;
}

Status Status::quiet(ExitCode code) {
  Status status;
  status.exitCode = code;
  return status;
}

const char *Status::message() const { return text ? text : ""; }

Status Status::in(const char *format, ...) && {
  if (!text)
    return static_cast<Status &&>(*this);
  char *place = nullptr;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&place, format, arguments);
  va_end(arguments);
  if (length < 0)
    return static_cast<Status &&>(*this);
  Status result = failure(exitCode, "%s: %s", place, text);
  free(place);
  return result;
}

void setProgramName(const char *path) {
  if (!path || !*path)
    return;
  const char *slash = strrchr(path, '/');
  currentProgramName = slash && slash[1] ? slash + 1 : path;
}

const char *programName() { return currentProgramName; }

/// A message that cannot be written has no other place to go, so the result
/// of write is of no use here.
static void printParagraph(const char *kind, const char *message) {
  Text line;
  line.appendEscaped(currentProgramName, strlen(currentProgramName));
  line.append(": ");
  line.append(kind);
  line.append(": ");
  line.appendEscaped(message, strlen(message));
  line.append("\n");
  const char *next = line.data();
  size_t left = line.size();
  while (left != 0) {
    ssize_t written = write(STDERR_FILENO, next, left);
    if (written <= 0)
      return;
    next += written;
    left -= static_cast<size_t>(written);
  }
}

int report(const Status &status) {
  if (status.failed() && *status.message())
    printParagraph("error", status.message());
  return static_cast<int>(status.code());
}

void note(const char *format, ...) {
  char *message = nullptr;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&message, format, arguments);
  va_end(arguments);
  if (length < 0)
    return;
  printParagraph("note", message);
  free(message);
}

void exitOutOfMemory(unsigned long bytes) {
  // Formatted on the stack: there may be no memory for anything else.
  char line[160];
  int length = snprintf(line, sizeof line,
                        "%.60s: error: not enough memory for %lu bytes\n",
                        currentProgramName, bytes);
  if (length > 0 && write(STDERR_FILENO, line, static_cast<size_t>(length)) < 0)
    _exit(static_cast<int>(ExitCode::ModelFailure));
  _exit(static_cast<int>(ExitCode::ModelFailure));
}

} // namespace runtime
} // namespace ecolm
