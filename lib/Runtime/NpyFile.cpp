//===- NpyFile.cpp - One tensor as numpy writes it ------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// A strict reader: what it does not know for certain, it refuses with a reason.
//
//===----------------------------------------------------------------------===//

#include "NpyFile.h"

#include "Files.h"

#include <string.h>

namespace ecolm {
namespace runtime {
namespace {

// A .npy file:
//
//   \x93NUMPY  major minor  length of header   header      data
//   6 bytes    1     1      2 (major 1) or 4   `length`    row-major
//
// where the header is a Python dictionary, padded with spaces and a newline:
//   {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }

/// numpy's own bound on headers from strangers.
constexpr size_t maxHeaderBytes = 10000;

/// The header, and how far it has been read.
struct Cursor {
  const char *next;
  const char *end;

  void skipSpaces() {
    while (next != end && (*next == ' ' || *next == '\n' || *next == '\t'))
      ++next;
  }

  /// Takes `token` if it comes next.
  bool take(const char *token) {
    skipSpaces();
    size_t length = strlen(token);
    if (static_cast<size_t>(end - next) < length ||
        memcmp(next, token, length) != 0)
      return false;
    next += length;
    return true;
  }

  /// Takes a string in quotes; no escapes occur in what is of use here.
  bool takeString(const char **text, size_t *length) {
    skipSpaces();
    if (next == end || (*next != '\'' && *next != '"'))
      return false;
    const char *quote = next;
    *text = next + 1;
    for (++next; next != end && *next != *quote; ++next)
      if (*next == '\\')
        return false;
    if (next == end)
      return false;
    *length = static_cast<size_t>(next++ - *text);
    return true;
  }

  /// Takes a number of decimal digits that fits in 63 bits.
  bool takeNumber(int64_t *number) {
    skipSpaces();
    const char *start = next;
    *number = 0;
    for (; next != end && *next >= '0' && *next <= '9'; ++next)
      if (__builtin_mul_overflow(*number, 10, number) ||
          __builtin_add_overflow(*number, *next - '0', number))
        return false;
    return next != start;
  }
};

/// What a header says.
struct Header {
  const ElementType *type = nullptr;
  bool fortranOrder = false;
  int64_t dims[ECOLM_MAX_RANK] = {};
  int32_t rank = 0;
};

Status malformed(const char *name, const char *what) {
  return Status::failure(ExitCode::BadInput,
                         "%s is not a valid .npy file: %s; write it with "
                         "numpy.save",
                         name, what);
}

Status parseType(Cursor &cursor, const char *name, Header &header) {
  const char *descr = nullptr;
  size_t length = 0;
  if (!cursor.takeString(&descr, &length))
    return Status::failure(ExitCode::BadInput,
                           "%s holds a structured array, which no model takes; "
                           "save one plain array per file",
                           name);
  header.type = findElementTypeByDescr(descr, length);
  if (header.type)
    return Status();
  int shown = length < 20 ? static_cast<int>(length) : 20;
  const char *remedy = "convert it with numpy's astype";
  if (length != 0 && descr[0] == '>')
    remedy = "it is big-endian: convert it with "
             "a.astype(a.dtype.newbyteorder('<'))";
  else if (length != 0 && memchr(descr, 'O', length))
    remedy = "it holds Python objects, which are never loaded: save an array "
             "of numbers";
  return Status::failure(
      ExitCode::BadInput,
      "%s has element type '%.*s', but only float32, float64, int8, int16, "
      "int32, int64, uint8 and bool are supported; %s",
      name, shown, descr, remedy);
}

Status parseShape(Cursor &cursor, const char *name, Header &header) {
  if (!cursor.take("("))
    return malformed(name, "its shape is no tuple");
  for (bool first = true;; first = false) {
    if (cursor.take(")"))
      return Status();
    // (3,) has a comma behind its only number, (2, 3) between two.
    if (!first && !cursor.take(","))
      return malformed(name, "its shape is not a tuple of numbers");
    if (!first && cursor.take(")"))
      return Status();
    int64_t dim = 0;
    if (!cursor.takeNumber(&dim))
      return malformed(name, "its shape holds no number of 63 bits where "
                             "one should be");
    if (header.rank == ECOLM_MAX_RANK)
      return Status::failure(ExitCode::BadInput,
                             "%s has more than %d dimensions; reshape it", name,
                             ECOLM_MAX_RANK);
    header.dims[header.rank++] = dim;
  }
}

/// Takes the value of one key, each of which may come once.
Status parseEntry(Cursor &cursor, const char *name, Header &header,
                  unsigned &seen) {
  const char *key = nullptr;
  size_t length = 0;
  if (!cursor.takeString(&key, &length) || !cursor.take(":"))
    return malformed(name, "its header is not a dictionary");
  auto is = [&](const char *known) {
    return length == strlen(known) && memcmp(key, known, length) == 0;
  };
  unsigned bit = is("descr")           ? 1
                 : is("fortran_order") ? 2
                 : is("shape")         ? 4
                                       : 0;
  if (bit == 0 || (seen & bit))
    return malformed(name, "its header has an unknown or repeated key");
  seen |= bit;
  if (bit == 1)
    return parseType(cursor, name, header);
  if (bit == 4)
    return parseShape(cursor, name, header);
  header.fortranOrder = cursor.take("True");
  if (!header.fortranOrder && !cursor.take("False"))
    return malformed(name, "fortran_order is neither True nor False");
  return Status();
}

Status parseHeader(Cursor cursor, const char *name, Header &header) {
  if (!cursor.take("{"))
    return malformed(name, "its header is not a dictionary");
  unsigned seen = 0;
  while (!cursor.take("}")) {
    if (Status status = parseEntry(cursor, name, header, seen); status.failed())
      return status;
    if (cursor.take(","))
      continue;
    if (!cursor.take("}"))
      return malformed(name, "its header is not a dictionary");
    break;
  }
  cursor.skipSpaces();
  if (cursor.next != cursor.end)
    return malformed(name, "something follows the dictionary in its header");
  if (seen != 7)
    return malformed(name, "its header lacks descr, fortran_order or shape");
  if (header.fortranOrder && header.rank > 1)
    return Status::failure(ExitCode::BadInput,
                           "%s is stored column by column (Fortran order); "
                           "save numpy.ascontiguousarray of it",
                           name);
  return Status();
}

} // namespace

Status parseNpy(const char *bytes, size_t size, const char *name,
                Tensor &tensor) {
  if (size < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
    return malformed(name, "it does not begin with \\x93NUMPY");
  auto byte = [bytes](size_t i) {
    return static_cast<size_t>(static_cast<uint8_t>(bytes[i]));
  };
  size_t major = byte(6), minor = byte(7);
  if (major < 1 || major > 3 || minor != 0)
    return malformed(name, "its version is not 1.0, 2.0 or 3.0");
  size_t start = major == 1 ? 10 : 12;
  size_t length = byte(8) | byte(9) << 8;
  if (major > 1 && size >= 12)
    length |= byte(10) << 16 | byte(11) << 24;
  if (length > maxHeaderBytes)
    return malformed(name, "its header is longer than 10000 bytes");
  if (size < start || size - start < length)
    return malformed(name, "it ends within its header");

  Header header;
  Cursor cursor = {bytes + start, bytes + start + length};
  if (Status status = parseHeader(cursor, name, header); status.failed())
    return status;
  uint64_t expected = 0;
  if (!tensorBytes(header.type->dtype, header.dims, header.rank, &expected))
    return malformed(name, "the size of its shape overflows 64 bits");
  uint64_t present = size - start - length;
  if (present != expected)
    return Status::failure(
        ExitCode::BadInput,
        "%s is not a valid .npy file: its header promises %llu bytes of data "
        "and %llu follow; it was cut off or is not what it says",
        name, static_cast<unsigned long long>(expected),
        static_cast<unsigned long long>(present));

  if (Status status =
          tensor.allocate(header.type->dtype, header.dims, header.rank, name);
      status.failed())
    return status;
  const char *data = bytes + start + length;
  memcpy(tensor.data(), data, expected);
  if (header.type->dtype == ECOLM_BOOL)
    for (uint64_t i = 0; i < expected; ++i)
      if (static_cast<uint8_t>(data[i]) > 1)
        return malformed(name, "a truth value is neither 0 nor 1");
  return Status();
}

void appendNpyHeader(Text &header, const ecolm_tensor &tensor) {
  Text dictionary;
  dictionary.format("{'descr': '%s', 'fortran_order': False, 'shape': ",
                    findElementType(tensor.dtype)->descr);
  appendShape(dictionary, tensor.dims, tensor.rank);
  dictionary.append(", }");
  // Version 1.0: at most 8 dimensions of 19 digits stay far below 65535.
  while ((10 + dictionary.size() + 1) % 64 != 0)
    dictionary.append(" ");
  dictionary.append("\n");
  const char preamble[10] = {'\x93',
                             'N',
                             'U',
                             'M',
                             'P',
                             'Y',
                             1,
                             0,
                             static_cast<char>(dictionary.size() & 255),
                             static_cast<char>(dictionary.size() >> 8)};
  header.append(preamble, sizeof preamble);
  header.append(dictionary.data(), dictionary.size());
}

Status readNpy(const char *path, Tensor &tensor) {
  Array<char> content;
  if (Status status = readFile(path, content); status.failed())
    return status;
  Text name;
  name.format("'%s'", path);
  return parseNpy(content.data(), content.size(), name.c_str(), tensor);
}

} // namespace runtime
} // namespace ecolm
