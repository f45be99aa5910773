//===- MappedFile.cpp - A file in memory, read-only -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Opens files without following a model out of its directory, and maps them.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/ONNX/MappedFile.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA1.h"
#include "llvm/Support/SHA256.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llvm;

namespace ecolm {
namespace {

/// A descriptor that closes itself.
struct Descriptor {
  int fd = -1;
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  ~Descriptor() {
    if (fd >= 0)
      ::close(fd);
  }
};

// A FIFO must not block the open, a terminal must not become ours, and no
// child process may inherit the file.
constexpr int kFileFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr int kDirectoryFlags = O_RDONLY | O_CLOEXEC | O_DIRECTORY;

int retryOpen(int directory, const char *name, int flags) {
  int fd;
  do
    fd = ::openat(directory, name, flags);
  while (fd < 0 && errno == EINTR);
  return fd;
}

/// Opens one component after the other and follows none that is a link: what
/// openat2 does, for kernels and sandboxes without it.
int openByComponents(int directory, ArrayRef<StringRef> components) {
  int current = ::dup(directory);
  for (size_t i = 0; i < components.size() && current >= 0; ++i) {
    Descriptor parent(current);
    bool last = i + 1 == components.size();
    current = retryOpen(parent.fd, components[i].str().c_str(),
                        (last ? kFileFlags : kDirectoryFlags) | O_NOFOLLOW);
  }
  return current;
}

int openBeneathDirectory(int directory, const std::string &name,
                         ArrayRef<StringRef> components) {
  open_how how = {};
  how.flags = kFileFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  long fd;
  do
    fd = ::syscall(SYS_openat2, directory, name.c_str(), &how, sizeof(how));
  while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  if (fd < 0 && (errno == ENOSYS || errno == EPERM))
    return openByComponents(directory, components);
  return static_cast<int>(fd);
}

std::string describeErrno() {
  return errno == ELOOP || errno == EXDEV
             ? "is reached through a symbolic link or leaves the directory"
             : std::string("cannot be opened: ") + std::strerror(errno) +
                   "; check its path";
}

template <typename Hash>
std::string hashFile(const MappedFile &file) {
  // Pieces, so that hashing 500 MB does not make 500 MB resident.
  constexpr size_t kPiece = size_t(4) << 20;
  Hash hash;
  for (ArrayRef<char> rest = file.getBytes(); !rest.empty();) {
    ArrayRef<char> piece = rest.take_front(kPiece);
    hash.update(StringRef(piece.data(), piece.size()));
    file.release(piece);
    rest = rest.drop_front(piece.size());
  }
  auto digest = hash.final();
  return toHex(ArrayRef<uint8_t>(digest.data(), digest.size()),
               /*LowerCase=*/true);
}

} // namespace

MappedFile::~MappedFile() {
  if (size)
    ::munmap(const_cast<char *>(data), size);
}

std::shared_ptr<MappedFile> MappedFile::map(int descriptor, bool modelNamed,
                                            std::string &error) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) {
    error = describeErrno();
    return nullptr;
  }
  if (!S_ISREG(status.st_mode)) {
    error = "is not a regular file; name a file";
    return nullptr;
  }
  // A second hard link can be another user's file under a harmless name.
  if (modelNamed && status.st_nlink != 1) {
    error = "has more than one hard link";
    return nullptr;
  }
  size_t size = static_cast<size_t>(status.st_size);
  if (size == 0)
    return std::shared_ptr<MappedFile>(new MappedFile(nullptr, 0));
  void *data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) {
    error = std::string("cannot be mapped: ") + std::strerror(errno);
    return nullptr;
  }
  return std::shared_ptr<MappedFile>(
      new MappedFile(static_cast<const char *>(data), size));
}

std::shared_ptr<MappedFile> MappedFile::open(StringRef path,
                                             std::string &error) {
  Descriptor file(retryOpen(AT_FDCWD, path.str().c_str(), kFileFlags));
  if (file.fd < 0) {
    error = describeErrno();
    return nullptr;
  }
  return map(file.fd, /*modelNamed=*/false, error);
}

std::shared_ptr<MappedFile> MappedFile::openBeneath(StringRef directory,
                                                    StringRef name,
                                                    std::string &error) {
  if (name.empty() || name.contains('\0') || name.contains('\\')) {
    error = "is not a plain file name";
    return nullptr;
  }
  if (name.front() == '/') {
    error = "is an absolute path";
    return nullptr;
  }
  SmallVector<StringRef> components;
  name.split(components, '/', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  llvm::erase(components, ".");
  if (components.empty() || llvm::is_contained(components, "..") ||
      name.back() == '/') {
    error = "leaves the directory or names none of its files";
    return nullptr;
  }
  Descriptor parent(retryOpen(AT_FDCWD,
                              directory.empty() ? "." : directory.str().c_str(),
                              kDirectoryFlags));
  if (parent.fd < 0) {
    error = describeErrno();
    return nullptr;
  }
  Descriptor file(
      openBeneathDirectory(parent.fd, llvm::join(components, "/"), components));
  if (file.fd < 0) {
    error = describeErrno();
    return nullptr;
  }
  return map(file.fd, /*modelNamed=*/true, error);
}

void MappedFile::release(ArrayRef<char> piece) const {
  if (piece.empty())
    return;
  // Whole pages, rounded outwards: a neighbour's page is merely read again.
  uintptr_t page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  uintptr_t begin = reinterpret_cast<uintptr_t>(piece.data()) & ~(page - 1);
  uintptr_t end = reinterpret_cast<uintptr_t>(piece.data() + piece.size());
  ::madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

std::string MappedFile::computeSHA256() const {
  return hashFile<SHA256>(*this);
}

std::string MappedFile::computeSHA1() const { return hashFile<SHA1>(*this); }

} // namespace ecolm
