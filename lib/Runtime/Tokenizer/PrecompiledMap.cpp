//===- PrecompiledMap.cpp - SentencePiece's map of characters -------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What sentencepiece's precompiled_charsmap does to text, as the crate
// spm_precompiled does it for tokenizers.
//
//===----------------------------------------------------------------------===//

#include "CharacterClasses.h"
#include "NormalForms.h"

#include <string.h>
#include <utf8proc.h>

namespace ecolm {
namespace runtime {

/// A unit of a darts-clone trie:
///
///   31        30 ...... 10  9           8      7 .... 0
///   not label   offset      offset/256  leaf   label
///
/// and the unit of a leaf holds a value in its low 31 bits. The indices of a
/// map come from a file and may lead out of it.
static size_t offsetOf(uint32_t unit) {
  return static_cast<size_t>(unit >> 10) << ((unit & (1u << 9)) >> 6);
}

/// The string for the shortest beginning of `text` that the map knows, or null.
static const char *findReplacement(const PrecompiledMap &map, const char *text,
                                   size_t size, size_t *length) {
  if (map.numUnits == 0)
    return nullptr;
  size_t node = offsetOf(map.units[0]);
  for (size_t i = 0; i < size && text[i]; ++i) {
    uint8_t label = static_cast<uint8_t>(text[i]);
    node ^= label;
    if (node >= map.numUnits || (map.units[node] & 0x800000FF) != label)
      return nullptr;
    uint32_t unit = map.units[node];
    node ^= offsetOf(unit);
    if (!(unit >> 8 & 1))
      continue;
    size_t value =
        node < map.numUnits ? map.units[node] & 0x7FFFFFFF : SIZE_MAX;
    if (value >= map.stringBytes)
      return nullptr;
    *length = strnlen(map.strings + value, map.stringBytes - value);
    return map.strings + value;
  }
  return nullptr;
}

namespace {

/// Walks over a text, grapheme by grapheme.
class Mapper {
public:
  Mapper(TracedText &result, const TracedText &source,
         const PrecompiledMap &map)
      : result(result), source(source), map(map) {}

  void run() {
    const char *text = source.text.data();
    size_t size = source.text.size();
    size_t begin = 0, at = 0;
    utf8proc_int32_t last = 0, state = 0;
    while (at < size) {
      size_t here = at;
      utf8proc_int32_t next = static_cast<utf8proc_int32_t>(
          findStandIn(nextCodePoint(text, size, at)));
      if (here && utf8proc_grapheme_break_stateful(last, next, &state)) {
        mapGrapheme(begin, here);
        begin = here;
      }
      last = next;
    }
    mapGrapheme(begin, size);
  }

private:
  void mapGrapheme(size_t begin, size_t end) {
    // Longer ones are never in a map of SentencePiece's.
    if (end - begin < 6 && mapPart(begin, end))
      return;
    for (size_t at = begin; at < end;) {
      size_t start = at;
      nextCodePoint(source.text.data(), end, at);
      if (!mapPart(start, at))
        append(source.text.data() + start, at - start, start);
    }
  }

  bool mapPart(size_t begin, size_t end) {
    size_t length = 0;
    const char *found =
        findReplacement(map, source.text.data() + begin, end - begin, &length);
    if (found)
      append(found, length, begin);
    return found;
  }

  void append(const char *bytes, size_t size, size_t sourceBegin) {
    result.text.append(bytes, size);
    if (sourceBegin < source.first)
      result.first = result.text.size();
  }

  TracedText &result;
  const TracedText &source;
  const PrecompiledMap &map;
};

} // namespace

void appendPrecompiled(TracedText &result, const TracedText &source,
                       const PrecompiledMap &map) {
  if (source.text.size())
    Mapper(result, source, map).run();
}

} // namespace runtime
} // namespace ecolm
