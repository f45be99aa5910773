//===- Files.cpp - Whole files in, whole files out ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// System calls on files, with every outcome checked.
//
//===----------------------------------------------------------------------===//

#include "Files.h"

#include "Interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ecolm {
namespace runtime {

void occupyStandardStreams() {
  for (int stream = 0; stream < 3; ++stream)
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      // The lowest free number is `stream`. Read-only, so that printing to a
      // closed standard output is still an error. On failure there is nothing
      // left to protect: nothing else can be opened either.
      if (open("/dev/null", O_RDONLY) < 0)
        return;
}

static Status cannotRead(const char *name) {
  return Status::failure(ExitCode::InputOutput, "cannot read '%s': %s", name,
                         strerror(errno));
}

static Status cannotWrite(const char *name) {
  return Status::failure(ExitCode::InputOutput, "cannot write '%s': %s", name,
                         strerror(errno));
}

static Status readDescriptor(int descriptor, const char *path,
                             Array<char> &content) {
  struct stat facts;
  if (fstat(descriptor, &facts) != 0)
    return cannotRead(path);
  if (S_ISDIR(facts.st_mode))
    return Status::failure(ExitCode::InputOutput,
                           "'%s' is a directory; name a file", path);
  // The size is only where to start: pipes have none and files can grow.
  size_t expected = S_ISREG(facts.st_mode) && facts.st_size > 0
                        ? static_cast<size_t>(facts.st_size)
                        : 0;
  content.clear();
  content.reserve(expected + 1);
  size_t filled = 0;
  for (;;) {
    size_t room = filled < expected ? expected - filled + 1 : 65536;
    content.resizeUninitialized(filled + room);
    ssize_t got = read(descriptor, content.data() + filled, room);
    if (got < 0 && errno == EINTR) {
      if (interrupted())
        return Status::quiet(ExitCode::Interrupted);
      continue;
    }
    if (got < 0)
      return cannotRead(path);
    filled += static_cast<size_t>(got);
    content.resizeUninitialized(filled);
    if (got == 0)
      return Status();
  }
}

Status readFile(const char *path, Array<char> &content) {
  if (strcmp(path, "-") == 0)
    return readDescriptor(STDIN_FILENO, "standard input", content);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return Status::failure(ExitCode::InputOutput, "cannot open '%s': %s", path,
                           strerror(errno));
  Status status = readDescriptor(descriptor, path, content);
  close(descriptor);
  return status;
}

Status writeAll(int descriptor, const void *bytes, size_t size,
                const char *name) {
  const char *next = static_cast<const char *>(bytes);
  while (size != 0) {
    ssize_t written = write(descriptor, next, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0 && errno == EPIPE)
      return Status::quiet(ExitCode::ReaderGone);
    if (written < 0)
      return Status::failure(ExitCode::InputOutput, "cannot write %s: %s", name,
                             strerror(errno));
    next += written;
    size -= static_cast<size_t>(written);
  }
  return Status();
}

Status writeStandardOutput(const void *bytes, size_t size) {
  return writeAll(STDOUT_FILENO, bytes, size, "standard output");
}

OutputFile::~OutputFile() {
  if (descriptor >= 0)
    ::close(descriptor);
  if (temporary)
    unlink(temporary);
  free(temporary);
  free(target);
}

// WASI knows neither links nor modes nor copies of descriptors.
#ifdef __wasi__
static char *followLinks(const char *path) { return strdup(path); }

static int copyStandardOutput() { return STDOUT_FILENO; }

/// Creates a file whose name ends in six digits instead of as many X.
static int createUnique(char *name) {
  char *digits = name + strlen(name) - 6;
  for (int number = 0; number < 1000000; ++number) {
    snprintf(digits, 7, "%06d", number);
    int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (descriptor >= 0 || errno != EEXIST)
      return descriptor;
  }
  return -1;
}
#else
/// The name that `path` leads to once symbolic links are followed. A link to
/// nothing yet, and a plain new name, are themselves.
static char *followLinks(const char *path) {
  char *resolved = realpath(path, nullptr);
  return resolved ? resolved : strdup(path);
}

static int copyStandardOutput() {
  return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

static int createUnique(char *name) {
  int descriptor = mkostemp(name, O_CLOEXEC);
  if (descriptor < 0)
    return descriptor;
  // mkostemp makes private files; this one shall be like any other. The mask
  // can only be read by setting it.
  mode_t mask = umask(0);
  umask(mask);
  if (fchmod(descriptor, 0666 & ~mask) == 0)
    return descriptor;
  int error = errno;
  ::close(descriptor);
  unlink(name);
  errno = error;
  return -1;
}
#endif

Status OutputFile::create(const char *path) {
  name = path;
  if (strcmp(path, "-") == 0) {
    name = "standard output";
    descriptor = copyStandardOutput();
    return descriptor >= 0 ? Status() : cannotWrite(name);
  }
  struct stat facts;
  if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode)) {
    if (S_ISDIR(facts.st_mode))
      return Status::failure(ExitCode::InputOutput,
                             "cannot write '%s': it is a directory", path);
    descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
      return Status::failure(ExitCode::InputOutput, "cannot open '%s': %s",
                             path, strerror(errno));
    return Status();
  }
  target = followLinks(path);
  if (!target || asprintf(&temporary, "%s.XXXXXX", target) < 0) {
    temporary = nullptr;
    exitOutOfMemory(PATH_MAX);
  }
  descriptor = createUnique(temporary);
  if (descriptor < 0) {
    free(temporary);
    temporary = nullptr;
    return Status::failure(ExitCode::InputOutput,
                           "cannot create a file beside '%s': %s; the "
                           "directory must exist and be writable",
                           path, strerror(errno));
  }
  return Status();
}

Status OutputFile::write(const void *bytes, size_t size) {
  return writeAll(descriptor, bytes, size, name);
}

Status OutputFile::close() {
  int closing = descriptor;
  descriptor = -1;
  if (::close(closing) != 0 && errno != EINTR)
    return cannotWrite(name);
  return Status();
}

Status OutputFile::commit() {
  if (!temporary)
    return Status();
  if (rename(temporary, target) != 0)
    return cannotWrite(name);
  free(temporary);
  temporary = nullptr;
  return Status();
}

} // namespace runtime
} // namespace ecolm
