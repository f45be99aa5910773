//===- Errors.h - What went wrong, and the exit code it ends with - -*- C++
//-*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Every function of the runtime that can fail returns a Status; the program
// prints it as one paragraph and exits with its code.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_ERRORS_H
#define ECOLM_LIB_RUNTIME_ERRORS_H

namespace ecolm {
namespace runtime {

/// The exit codes of a program. They are part of its interface: see --help.
enum class ExitCode : int {
  Success = 0,
  /// The command line does not say what to do.
  Usage = 2,
  /// A prompt or tensor that this model cannot take.
  BadInput = 3,
  /// A file or stream could not be read or written.
  InputOutput = 4,
  /// The model refused, failed its self-test, or found not enough memory.
  ModelFailure = 5,
  /// SIGINT or SIGTERM; what was printed is whole.
  Interrupted = 130,
  /// Whoever read standard output has gone away.
  ReaderGone = 141
};

/// Success, or a message with an exit code. Owns the message; moves only.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Status &&other) noexcept;
  Status &operator=(Status &&other) noexcept;
  ~Status();

  /// A failure whose message is formatted as by printf: what is wrong, where,
  /// and after a semicolon what to do.
  static Status failure(ExitCode code, const char *format, ...)
      __attribute__((format(printf, 2, 3)));

  /// A failure about which there is nothing to say.
  static Status quiet(ExitCode code);

  bool failed() const { return exitCode != ExitCode::Success; }
  ExitCode code() const { return exitCode; }

  /// Never null; empty for a success and for a quiet failure.
  const char *message() const;

  /// The same failure with `format...: ` before its message. A success and a
  /// quiet failure stay as they are.
  Status in(const char *format, ...) &&__attribute__((format(printf, 2, 3)));

private:
  ExitCode exitCode = ExitCode::Success;
  /// Null when the message itself found no memory.
  char *text = nullptr;
};

/// Names the program in messages from here on (the last part of `path`).
void setProgramName(const char *path);

/// The name set last; "model" before that.
const char *programName();

/// Prints `<program>: error: <message>` to standard error with control bytes
/// escaped, unless the failure is quiet. Returns the exit code.
int report(const Status &status);

/// Prints `<program>: note: <message>` to standard error, escaped likewise.
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// Ends the program because a small allocation of `bytes` bytes failed.
[[noreturn]] void exitOutOfMemory(unsigned long bytes);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_ERRORS_H
