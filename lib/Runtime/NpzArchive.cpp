//===- NpzArchive.cpp - Named tensors as numpy writes them ----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Zip by the book (PKWARE APPNOTE 6.3), without zip64, encryption or several
// disks.
//
//===----------------------------------------------------------------------===//

#include "NpzArchive.h"

#include "Deflate.h"
#include "NpyFile.h"

#include <string.h>

namespace ecolm {
namespace runtime {
namespace {

// A zip archive:
//
//   local header, data | local header, data | ... | directory | end record
//
// The directory is the truth; of a local header only its length is of use.
constexpr size_t localHeaderBytes = 30;
constexpr size_t directoryHeaderBytes = 46;
constexpr size_t endRecordBytes = 22;
constexpr uint32_t localSignature = 0x04034b50;
constexpr uint32_t directorySignature = 0x02014b50;
constexpr uint32_t endSignature = 0x06054b50;
constexpr uint16_t storedMethod = 0, deflatedMethod = 8;

/// Deflate packs at most 1032 to 1; an entry that claims more lies.
constexpr uint64_t largestRatio = 1032;

/// Far beyond what a model takes, and names are compared pairwise.
constexpr uint16_t maxEntries = 4096;

uint16_t readU16(const char *at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(at[0]) |
                               static_cast<uint8_t>(at[1]) << 8);
}

uint32_t readU32(const char *at) {
  return readU16(at) | static_cast<uint32_t>(readU16(at + 2)) << 16;
}

void putU16(Text &text, uint32_t value) {
  const char bytes[2] = {static_cast<char>(value & 255),
                         static_cast<char>(value >> 8 & 255)};
  text.append(bytes, 2);
}

void putU32(Text &text, uint32_t value) {
  putU16(text, value & 0xFFFF);
  putU16(text, value >> 16);
}

/// Finds the end record, which only a comment may follow. Returns `size` when
/// there is none.
size_t findEndRecord(const char *bytes, size_t size) {
  for (size_t back = endRecordBytes;
       back <= size && back <= 65535 + endRecordBytes; ++back) {
    const char *at = bytes + size - back;
    if (readU32(at) == endSignature &&
        readU16(at + 20) == back - endRecordBytes)
      return size - back;
  }
  return size;
}

} // namespace

Status NpzReader::malformed(const char *what) const {
  return Status::failure(ExitCode::BadInput,
                         "'%s' is not a valid .npz file: %s; write it with "
                         "numpy.savez",
                         path, what);
}

Status NpzReader::open(const char *archive) {
  path = archive;
  entries.clear();
  if (Status status = readFile(path, content); status.failed())
    return status;
  size_t end = findEndRecord(content.data(), content.size());
  if (end == content.size())
    return malformed("it has no end record, so it was cut off or is no zip "
                     "archive");
  const char *record = content.data() + end;
  uint16_t count = readU16(record + 10);
  uint32_t bytes = readU32(record + 12), start = readU32(record + 16);
  if (count == 0xFFFF || bytes == 0xFFFFFFFF || start == 0xFFFFFFFF)
    return malformed("it is a zip64 archive of more than 4 GiB, which is not "
                     "supported: save each tensor as a .npy file");
  if (readU16(record + 4) != 0 || readU16(record + 6) != 0 ||
      readU16(record + 8) != count)
    return malformed("it spans several disks");
  if (start > end || bytes != end - start)
    return malformed("its directory does not end where the end record begins");
  if (count > maxEntries)
    return malformed("it holds more than 4096 tensors");
  size_t at = start;
  for (uint16_t i = 0; i < count; ++i)
    if (Status status = parseEntry(at, end, start); status.failed())
      return status;
  if (at != end)
    return malformed("its directory holds more than it says");
  return Status();
}

Status NpzReader::parseEntry(size_t &at, size_t directoryEnd, size_t dataEnd) {
  const char *header = content.data() + at;
  if (directoryEnd - at < directoryHeaderBytes ||
      readU32(header) != directorySignature)
    return malformed("its directory is damaged");
  size_t nameLength = readU16(header + 28);
  size_t whole = directoryHeaderBytes + nameLength + readU16(header + 30) +
                 readU16(header + 32);
  if (directoryEnd - at < whole)
    return malformed("its directory is damaged");
  at += whole;

  Entry entry = {
      header + directoryHeaderBytes, nameLength,           nullptr,
      readU32(header + 20),          readU32(header + 24), readU32(header + 16),
      readU16(header + 10)};
  uint32_t offset = readU32(header + 42);
  if (nameLength <= 4 || memcmp(entry.name + nameLength - 4, ".npy", 4) != 0)
    return malformed("it holds something other than .npy files");
  entry.nameLength -= 4;
  if (readU16(header + 8) & 1)
    return malformed("it is encrypted");
  if (entry.method != storedMethod && entry.method != deflatedMethod)
    return malformed("it is compressed by another method than deflate");
  if (entry.packedBytes == 0xFFFFFFFF || entry.bytes == 0xFFFFFFFF ||
      offset == 0xFFFFFFFF)
    return malformed("it is a zip64 archive of more than 4 GiB, which is not "
                     "supported: save each tensor as a .npy file");

  const char *local = content.data() + offset;
  if (offset > dataEnd || dataEnd - offset < localHeaderBytes ||
      readU32(local) != localSignature)
    return malformed("its directory leads to no entry");
  size_t skipped = localHeaderBytes + readU16(local + 26) + readU16(local + 28);
  if (dataEnd - offset < skipped ||
      dataEnd - offset - skipped < entry.packedBytes)
    return malformed("an entry reaches beyond the data");
  entry.data = local + skipped;
  bool possible = entry.method == storedMethod
                      ? entry.bytes == entry.packedBytes
                      : entry.bytes <= entry.packedBytes * largestRatio;
  if (!possible)
    return malformed("the sizes of an entry contradict each other");

  for (const Entry &other : entries)
    if (other.nameLength == entry.nameLength &&
        memcmp(other.name, entry.name, entry.nameLength) == 0)
      return malformed("two of its entries have the same name");
  entries.push(entry);
  return Status();
}

const char *NpzReader::name(size_t i, size_t *length) const {
  *length = entries[i].nameLength;
  return entries[i].name;
}

bool NpzReader::isNamed(size_t i, const char *name) const {
  return strlen(name) == entries[i].nameLength &&
         memcmp(name, entries[i].name, entries[i].nameLength) == 0;
}

Status NpzReader::read(size_t i, Tensor &tensor) const {
  const Entry &entry = entries[i];
  const char *bytes = entry.data;
  Array<char> unpacked;
  if (entry.method == deflatedMethod) {
    if (!canInflate())
      return Status::failure(
          ExitCode::BadInput,
          "'%s' is compressed, and this program was built without zlib; write "
          "it with numpy.savez instead of savez_compressed",
          path);
    unpacked.resizeUninitialized(entry.bytes + 1u);
    if (!inflateExactly(entry.data, entry.packedBytes, unpacked.data(),
                        entry.bytes))
      return malformed("an entry does not unpack to the size it promises");
    bytes = unpacked.data();
  }
  if (crcOf(0, bytes, entry.bytes) != entry.crc)
    return malformed("the CRC of an entry is wrong, so the file is damaged");
  Text name;
  name.format("'%s', entry '", path);
  name.append(entry.name, entry.nameLength);
  name.append("',");
  return parseNpy(bytes, entry.bytes, name.c_str(), tensor);
}

Status NpzWriter::add(OutputFile &file, const char *name,
                      const ecolm_tensor &tensor) {
  Text header;
  appendNpyHeader(header, tensor);
  uint64_t dataBytes = 0;
  tensorBytes(tensor.dtype, tensor.dims, tensor.rank, &dataBytes);
  uint64_t bytes = header.size() + dataBytes;
  size_t nameLength = strlen(name) + 4;
  if (bytes > 0xFFFFFFF0u || offset + bytes > 0xFFFF0000u ||
      nameLength > 0xFFFF || count == maxEntries)
    return Status::failure(ExitCode::InputOutput,
                           "output '%s' does not fit in a .npz file (4 GiB); "
                           "write it to a .npy file of its own",
                           name);
  uint32_t crc =
      crcOf(crcOf(0, header.data(), header.size()), tensor.data, dataBytes);

  // The fields that both headers share.
  Text shared;
  putU16(shared, 20);     // version needed: 2.0
  putU16(shared, 0x0800); // names are UTF-8
  putU16(shared, storedMethod);
  putU16(shared, 0);    // 00:00:00
  putU16(shared, 0x21); // 1980-01-01, so that equal tensors make equal files
  putU32(shared, crc);
  putU32(shared, static_cast<uint32_t>(bytes));
  putU32(shared, static_cast<uint32_t>(bytes));
  putU16(shared, static_cast<uint32_t>(nameLength));
  putU16(shared, 0); // no extra field

  Text local;
  putU32(local, localSignature);
  local.append(shared.data(), shared.size());
  local.append(name);
  local.append(".npy");
  local.append(header.data(), header.size());

  putU32(directory, directorySignature);
  putU16(directory, 20); // made by version 2.0
  directory.append(shared.data(), shared.size());
  putU16(directory, 0); // no comment
  putU16(directory, 0); // disk 0
  putU16(directory, 0); // internal attributes
  putU32(directory, 0); // external attributes
  putU32(directory, static_cast<uint32_t>(offset));
  directory.append(name);
  directory.append(".npy");

  ++count;
  offset += local.size() + dataBytes;
  if (Status status = file.write(local.data(), local.size()); status.failed())
    return status;
  return file.write(tensor.data, dataBytes);
}

Status NpzWriter::finish(OutputFile &file) {
  uint32_t bytes = static_cast<uint32_t>(directory.size());
  putU32(directory, endSignature);
  putU16(directory, 0); // this disk
  putU16(directory, 0); // disk of the directory
  putU16(directory, count);
  putU16(directory, count);
  putU32(directory, bytes);
  putU32(directory, static_cast<uint32_t>(offset));
  putU16(directory, 0); // no comment
  return file.write(directory.data(), directory.size());
}

} // namespace runtime
} // namespace ecolm
