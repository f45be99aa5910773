//===- WireScanner.cpp - Separates structure from payload -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Walks the messages of onnx.proto that can contain a TensorProto and copies
// everything but `raw_data`.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/ONNX/WireScanner.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace llvm;

namespace ecolm {
namespace {

/// The messages on a path from ModelProto to TensorProto.raw_data.
enum class Message {
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  SparseTensor,
  Function,
  Training
};

/// One arrow of onnx.proto: field `number` of `parent` is a message `child`.
struct Edge {
  Message parent;
  uint32_t number;
  Message child;
  const char *name;
};

constexpr Edge kEdges[] = {
    {Message::Model, 7, Message::Graph, "graph"},
    {Message::Model, 20, Message::Training, "training_info"},
    {Message::Model, 25, Message::Function, "functions"},
    {Message::Training, 1, Message::Graph, "initialization"},
    {Message::Training, 2, Message::Graph, "algorithm"},
    {Message::Function, 7, Message::Node, "node"},
    {Message::Function, 11, Message::Attribute, "attribute_proto"},
    {Message::Graph, 1, Message::Node, "node"},
    {Message::Graph, 5, Message::Tensor, "initializer"},
    {Message::Graph, 15, Message::SparseTensor, "sparse_initializer"},
    {Message::Node, 5, Message::Attribute, "attribute"},
    {Message::Attribute, 5, Message::Tensor, "t"},
    {Message::Attribute, 6, Message::Graph, "g"},
    {Message::Attribute, 10, Message::Tensor, "tensors"},
    {Message::Attribute, 11, Message::Graph, "graphs"},
    {Message::Attribute, 22, Message::SparseTensor, "sparse_tensor"},
    {Message::Attribute, 23, Message::SparseTensor, "sparse_tensors"},
    {Message::SparseTensor, 1, Message::Tensor, "values"},
    {Message::SparseTensor, 2, Message::Tensor, "indices"},
};

constexpr uint32_t kRawDataField = 9;
constexpr unsigned kMaxCountedField = 32;

enum WireType { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

const Edge *findEdge(Message parent, uint64_t field) {
  for (const Edge &edge : kEdges)
    if (edge.parent == parent && edge.number == field)
      return &edge;
  return nullptr;
}

class Scanner {
public:
  Scanner(ArrayRef<char> file, const Limits &limits, StrippedModel &result,
          WireError &error)
      : file(file), limits(limits), result(result), error(error) {}

  bool scanMessage(Message kind, uint64_t begin, uint64_t end, unsigned depth);

private:
  bool fail(uint64_t offset, const Twine &what, bool truncated = false);
  bool exceed(uint64_t offset, const Twine &what);
  bool readVarint(uint64_t &at, uint64_t end, uint64_t &value);
  bool skipScalar(unsigned wireType, uint64_t &at, uint64_t end);
  bool copy(uint64_t begin, uint64_t end);
  bool takePayload(uint64_t begin, uint64_t end);
  bool descend(const Edge &edge, unsigned index, uint64_t begin, uint64_t end,
               unsigned depth);
  bool checkSize();

  ArrayRef<char> file;
  const Limits &limits;
  StrippedModel &result;
  WireError &error;
  uint64_t messages = 0;
  SmallVector<std::pair<const char *, unsigned>> path;
};

bool Scanner::fail(uint64_t offset, const Twine &what, bool truncated) {
  error.offset = offset;
  error.what = what.str();
  error.truncated = truncated;
  constexpr size_t kShown = 8;
  for (auto [name, index] : ArrayRef(path).take_front(kShown))
    error.where += (error.where.empty() ? "" : ".") + std::string(name) + "[" +
                   utostr(index) + "]";
  if (path.size() > kShown)
    error.where += "...";
  return false;
}

bool Scanner::exceed(uint64_t offset, const Twine &what) {
  error.beyondLimit = true;
  return fail(offset, what);
}

bool Scanner::readVarint(uint64_t &at, uint64_t end, uint64_t &value) {
  uint64_t start = at;
  value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (at == end)
      return fail(start, "a number is cut off", /*truncated=*/true);
    uint8_t byte = static_cast<uint8_t>(file[at++]);
    if (shift < 64)
      value |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return true;
  }
  return fail(start, "a number is longer than ten bytes");
}

bool Scanner::skipScalar(unsigned wireType, uint64_t &at, uint64_t end) {
  uint64_t ignored;
  if (wireType == Varint)
    return readVarint(at, end, ignored);
  uint64_t size = wireType == Fixed64 ? 8 : 4;
  if (end - at < size)
    return fail(at, "a number is cut off", /*truncated=*/true);
  at += size;
  return true;
}

bool Scanner::checkSize() {
  return result.structure.size() <= limits.maxStructureBytes ||
         exceed(0, "the model's structure without its weights is larger than " +
                       Twine(limits.maxStructureBytes) + " bytes");
}

bool Scanner::copy(uint64_t begin, uint64_t end) {
  if (end - begin > limits.maxStructureBytes)
    return exceed(begin, "a field that is no tensor payload has " +
                             Twine(end - begin) + " bytes");
  result.structure.append(file.data() + begin, end - begin);
  return checkSize();
}

bool Scanner::takePayload(uint64_t begin, uint64_t end) {
  char index[8];
  support::endian::write64le(index, result.payloads.size());
  result.payloads.push_back({begin, end - begin});
  result.structure.push_back(char(kRawDataField << 3 | Bytes));
  result.structure.push_back(8);
  result.structure.append(index, 8);
  return checkSize();
}

/// Copies a nested message. Its length is known only afterwards, so it is
/// written as a varint of five bytes, whatever its value: readers accept
/// leading groups of zeros.
bool Scanner::descend(const Edge &edge, unsigned index, uint64_t begin,
                      uint64_t end, unsigned depth) {
  path.push_back({edge.name, index});
  if (depth == limits.maxDepth)
    return exceed(begin,
                  "messages are nested deeper than " + Twine(limits.maxDepth));
  if (++messages > limits.maxMessages)
    return exceed(begin, "there are more than " + Twine(limits.maxMessages) +
                             " messages");
  uint32_t tag = edge.number << 3 | Bytes;
  while (tag >= 0x80) {
    result.structure.push_back(char(tag | 0x80));
    tag >>= 7;
  }
  result.structure.push_back(char(tag));
  size_t lengthAt = result.structure.size();
  result.structure.append(5, 0);
  if (!scanMessage(edge.child, begin, end, depth + 1))
    return false;
  uint64_t length = result.structure.size() - lengthAt - 5;
  for (unsigned i = 0; i < 5; ++i)
    result.structure[lengthAt + i] =
        char((length >> (7 * i) & 0x7f) | (i < 4 ? 0x80 : 0));
  path.pop_back();
  return checkSize();
}

bool Scanner::scanMessage(Message kind, uint64_t at, uint64_t end,
                          unsigned depth) {
  unsigned counts[kMaxCountedField] = {};
  while (at < end) {
    uint64_t start = at, tag;
    if (!readVarint(at, end, tag))
      return false;
    uint64_t field = tag >> 3;
    unsigned wireType = tag & 7;
    if (field == 0 || tag > UINT32_MAX)
      return fail(start, "there is no field number " + Twine(field));
    if (wireType != Varint && wireType != Fixed64 && wireType != Bytes &&
        wireType != Fixed32)
      return fail(start, "field " + Twine(field) + " has wire type " +
                             Twine(wireType) + ", which ONNX never uses");
    if (kind == Message::Model && (field == 1 || field == 7))
      error.looksLikeModel = true;
    if (wireType != Bytes) {
      if (!skipScalar(wireType, at, end) || !copy(start, at))
        return false;
      continue;
    }
    uint64_t length;
    if (!readVarint(at, end, length))
      return false;
    if (length > end - at)
      return fail(at,
                  "field " + Twine(field) + " says that it has " +
                      Twine(length) + " bytes, but " + Twine(end - at) +
                      " are left",
                  /*truncated=*/true);
    uint64_t valueEnd = at + length;
    const Edge *edge = findEdge(kind, field);
    bool good;
    if (edge)
      good = descend(*edge, counts[field % kMaxCountedField]++, at, valueEnd,
                     depth);
    else if (kind == Message::Tensor && field == kRawDataField)
      good = takePayload(at, valueEnd);
    else
      good = copy(start, valueEnd);
    if (!good)
      return false;
    at = valueEnd;
  }
  return true;
}

} // namespace

LogicalResult stripPayloads(ArrayRef<char> file, const Limits &limits,
                            StrippedModel &result, WireError &error) {
  Scanner scanner(file, limits, result, error);
  return success(scanner.scanMessage(Message::Model, 0, file.size(), 0));
}

} // namespace ecolm
