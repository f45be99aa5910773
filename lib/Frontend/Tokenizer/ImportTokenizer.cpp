//===- ImportTokenizer.cpp - Reads a tokenizer.json -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Guards the parser, calls the readers, and joins their parts.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/Tokenizer/ImportTokenizer.h"
#include "TokenizerReader.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace ecolm;
using namespace ecolm::tokenizer;

/// Published files nest seven deep and have 33 MB at most. What is built of a
/// file takes twenty times its size in the worst case, and less than 2 GiB in
/// the table.
static constexpr int kMaxDepth = 64;
static constexpr uint64_t kMaxBytes = uint64_t(1) << 26;

/// LLVM's parser calls itself for every bracket, so it is not shown too many.
static bool isTooDeep(StringRef json) {
  int depth = 0;
  bool isInString = false;
  for (size_t i = 0; i < json.size(); ++i) {
    char c = json[i];
    if (isInString) {
      if (c == '\\')
        ++i;
      isInString = c != '"';
    } else if (c == '"') {
      isInString = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth)
        return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

/// The code unit of an escape \uXXXX at `at`, or 0.
static uint32_t readEscape(StringRef json, size_t at) {
  uint32_t unit = 0;
  StringRef digits = json.substr(at + 2, 4);
  bool isEscape = json.substr(at, 2) == "\\u" && digits.size() == 4 &&
                  !digits.getAsInteger(16, unit);
  return isEscape ? unit : 0;
}

/// The text with the pairs of escapes that stand for one character written as
/// that character: LLVM 22's parser reads those from U+20000 on as others.
static std::string joinSurrogates(StringRef json) {
  std::string joined;
  size_t done = 0;
  for (size_t at = json.find('\\'); at < json.size();
       at = json.find('\\', at)) {
    uint32_t high = readEscape(json, at), low = readEscape(json, at + 6);
    if (high < 0xD800 || high > 0xDBFF || low < 0xDC00 || low > 0xDFFF) {
      at += 2;
      continue;
    }
    joined += json.slice(done, at);
    char bytes[UNI_MAX_UTF8_BYTES_PER_CODE_POINT], *end = bytes;
    ConvertCodePointToUTF8(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00),
                           end);
    joined.append(bytes, end);
    done = at += 12;
  }
  joined += json.substr(done);
  return joined;
}

/// Adds text and flags of every id.
static void addPieces(TokenizerParts &parts) {
  Table &head = parts.table.head;
  std::vector<StringRef> texts(head.numIds);
  std::vector<uint8_t> flags(head.numIds);
  for (auto &[text, id] : parts.vocabulary) {
    texts[id] = text;
    flags[id] = KnownPiece;
  }
  for (auto &[id, piece] : parts.added) {
    texts[id] = piece.text;
    flags[id] = piece.flags;
  }
  std::vector<uint32_t> offsets = {0};
  std::string bytes;
  for (StringRef text : texts) {
    bytes += text;
    offsets.push_back(bytes.size());
  }
  head.pieceOffsets = parts.table.add(offsets);
  head.pieceBytes = parts.table.add(StringRef(bytes));
  head.pieceFlags = parts.table.add(flags);
}

Expected<ImportedTokenizer> ecolm::importTokenizer(StringRef json) {
  if (isTooDeep(json))
    return createStringError("nests deeper than " + Twine(kMaxDepth) +
                             " brackets");
  Expected<json::Value> document = json::parse(joinSurrogates(json));
  if (!document)
    return createStringError("is not JSON: " + toString(document.takeError()));
  Complaint complaint;
  JsonField root(&*document, "", complaint);
  root.fields();
  if (JsonField version = root["version"])
    if (version.string() != "1.0")
      version.complain("expects version 1.0");
  TokenizerParts parts;
  readNormalizer(root["normalizer"], parts);
  StringRef name = readModel(root["model"], parts);
  if (complaint.empty())
    readAddedTokens(root["added_tokens"], parts);
  readPreTokenizer(root["pre_tokenizer"], parts);
  readPostProcessor(root["post_processor"], parts);
  readDecoder(root["decoder"], parts);
  for (StringRef ignored : {"truncation", "padding"})
    if (root[ignored])
      parts.remarks.push_back((ignored + ": is ignored").str());
  if (!complaint.empty())
    return createStringError(complaint);
  addPieces(parts);
  uint32_t numIds = parts.table.head.numIds;
  return ImportedTokenizer{parts.table.finish(), numIds,
                           (name + ", " + Twine(numIds) + " ids").str(),
                           std::move(parts.remarks)};
}

Expected<ImportedTokenizer> ecolm::importTokenizerFile(StringRef path) {
  uint64_t size = 0;
  if (!sys::fs::file_size(path, size) && size > kMaxBytes)
    return createStringError("'" + path + "': is larger than " +
                             Twine(kMaxBytes) + " bytes");
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(path);
  if (!file)
    return createStringError(file.getError(),
                             "'" + path + "': the tokenizer cannot be read: " +
                                 file.getError().message());
  Expected<ImportedTokenizer> tokenizer = importTokenizer((*file)->getBuffer());
  if (!tokenizer)
    return createStringError("'" + path +
                             "': " + toString(tokenizer.takeError()));
  return tokenizer;
}
