//===- WeightPacker.cpp - Streams weights into their layout ---------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Walks the kernels' order, reads codes from the source and encodes them.
//
//   source bytes --read--> codes, one chunk --encode--> packed bytes --> sink
//
//===----------------------------------------------------------------------===//

#include "ecolm/Support/WeightPacker.h"
#include "ecolm/Support/IntegerPacking.h"
#include "ecolm/Support/PotPacking.h"
#include "ecolm/Support/TernaryPacking.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace ecolm;
using llvm::ArrayRef;
using llvm::Error;
using llvm::function_ref;
using llvm::SmallVector;

/// Elements of a chunk: whole bytes of every format (a multiple of 4 and 5),
/// whole runs of up to 128 lanes, and below kMaxPackedChunk at 8 bytes each.
static constexpr int64_t kChunkElements = 320 * 256;
static_assert(kChunkElements * 8 <= static_cast<int64_t>(kMaxPackedChunk));

/// Elements of a run when there are no lanes.
static constexpr int64_t kStraightRun = 64;

/// Bytes that `count` elements take in `format`.
static uint64_t getSize(ByteFormat format, int64_t count,
                        int32_t elementBytes) {
  switch (format) {
  case ByteFormat::Bytes:
    return count;
  case ByteFormat::Codes2:
  case ByteFormat::Bitplanes:
    return (count + 3) / 4;
  case ByteFormat::Base3:
    return (count + 4) / 5;
  case ByteFormat::Nibbles:
    return (count + 1) / 2;
  case ByteFormat::Plain:
    return static_cast<uint64_t>(count) * elementBytes;
  }
  return 0;
}

uint64_t ecolm::getSourceSize(const WeightDescription &weight) {
  return getSize(weight.sourceFormat, weight.getNumElements(),
                 weight.elementBytes);
}

uint64_t ecolm::getPackedSize(const WeightDescription &weight) {
  return getSize(weight.format, weight.getNumPackedElements(),
                 weight.elementBytes);
}

template <typename... Ts>
static Error makeError(const char *format, const Ts &...values) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), format,
                                 values...);
}

/// Whether elements of the weight's kind can be written as `format`.
static bool isFormatOfKind(const WeightDescription &weight, ByteFormat format) {
  switch (weight.kind) {
  case ElementKind::Ternary:
    return format == ByteFormat::Bytes || format == ByteFormat::Codes2 ||
           format == ByteFormat::Base3 ||
           (format == ByteFormat::Bitplanes && weight.lanes >= 8);
  case ElementKind::Pot:
    return (format == ByteFormat::Bytes && weight.numExponents <= 127) ||
           (format == ByteFormat::Nibbles &&
            fitsNibble(weight.numExponents, weight.hasZero));
  case ElementKind::Integer:
    return format == ByteFormat::Bytes ||
           (format == ByteFormat::Codes2 && weight.integerBits == 2) ||
           (format == ByteFormat::Nibbles && weight.integerBits == 4);
  case ElementKind::Plain:
    return format == ByteFormat::Plain;
  }
  return false;
}

/// Whether the destination's format has an order of depth 4.
static bool hasTiles(const WeightDescription &weight) {
  return weight.format == ByteFormat::Codes2 ||
         weight.format == ByteFormat::Base3 ||
         weight.format == ByteFormat::Nibbles ||
         (weight.format == ByteFormat::Plain && weight.elementBytes == 1);
}

/// Fails unless the description makes sense.
static Error checkWeight(const WeightDescription &weight) {
  if (!isFormatOfKind(weight, weight.sourceFormat) ||
      weight.sourceFormat == ByteFormat::Bitplanes)
    return makeError("the source's packing does not suit its elements");
  if (!isFormatOfKind(weight, weight.format))
    return makeError("the packing does not suit the weight's elements");
  if (weight.lanes < 0 || weight.lanes > 128 ||
      (weight.lanes & (weight.lanes - 1)))
    return makeError("expected lanes to be 0 or a power of two up to 128, but "
                     "found %d",
                     weight.lanes);
  const FactorShape &shape = weight.shape;
  if (weight.depth != 1 &&
      (weight.depth != 4 || weight.lanes == 0 || shape.stacks != 1 ||
       shape.a != 1 || shape.d != 1 || !hasTiles(weight)))
    return makeError("expected depth 1, or 4 for a matrix in lanes of codes of "
                     "2 or 4 bits, of base 3 or of bytes, but found %d",
                     weight.depth);
  if (weight.transposed && (shape.stacks != 1 || shape.a != 1 || shape.d != 1))
    return makeError("only the source of a matrix can be transposed");
  if (weight.kind == ElementKind::Integer && weight.integerBits != 2 &&
      weight.integerBits != 4)
    return makeError("expected integers of 2 or 4 bits, but found %d",
                     weight.integerBits);
  if (weight.kind == ElementKind::Plain && weight.elementBytes != 1 &&
      weight.elementBytes != 2 && weight.elementBytes != 4 &&
      weight.elementBytes != 8)
    return makeError("expected elements of 1, 2, 4 or 8 bytes, but found %d",
                     weight.elementBytes);
  return Error::success();
}

/// Fails unless the description makes sense and `source` has its size.
static Error checkSource(const WeightDescription &weight,
                         ArrayRef<char> source) {
  if (Error error = checkWeight(weight))
    return error;
  uint64_t expected = getSourceSize(weight);
  if (source.size() != expected)
    return makeError("expected a source of %llu bytes, but found %llu",
                     static_cast<unsigned long long>(expected),
                     static_cast<unsigned long long>(source.size()));
  if (weight.sourceFormat == ByteFormat::Base3)
    for (char byte : source)
      if (static_cast<uint8_t>(byte) > kMaxBase3Byte)
        return makeError("found byte %d, which no five ternary values have",
                         static_cast<uint8_t>(byte));
  return Error::success();
}

/// forEachRun for a matrix in tiles, each of which is a run.
template <typename Visit>
static void forEachTile(const WeightDescription &weight, Visit visit) {
  const FactorShape &shape = weight.shape;
  TileOrder tile = weight.getTile();
  SmallVector<int64_t> indices(weight.lanes * tile.getNumInputs());
  for (int64_t group = 0; group < shape.getNumGroups(weight.lanes); ++group)
    for (int64_t first = 0; first < shape.c; first += tile.getNumInputs()) {
      for (auto [position, index] : llvm::enumerate(indices)) {
        int64_t output = group * weight.lanes + tile.getLane(position);
        int64_t input = first + tile.getInput(position);
        if (output >= shape.b || input >= shape.c)
          index = -1;
        else
          index = weight.transposed ? input * shape.b + output
                                    : output * shape.c + input;
      }
      visit(ArrayRef<int64_t>(indices));
    }
}

/// Calls `visit` for consecutive runs of the packed stream with the source
/// indices of the run's elements, -1 for padding.
template <typename Visit>
static void forEachRun(const WeightDescription &weight, Visit visit) {
  if (weight.depth > 1)
    return forEachTile(weight, visit);
  const FactorShape &shape = weight.shape;
  SmallVector<int64_t, kStraightRun> indices;
  if (weight.lanes == 0 && !weight.transposed) {
    int64_t size = weight.getNumElements();
    for (int64_t first = 0; first < size; first += kStraightRun) {
      indices.resize(std::min(kStraightRun, size - first));
      for (auto [place, index] : llvm::enumerate(indices))
        index = first + place;
      visit(ArrayRef<int64_t>(indices));
    }
    return;
  }

  // Row-major order of a matrix is the order of one lane.
  int64_t lanes = std::max(weight.lanes, 1);
  // Neighbours in ic stand this far apart in the source.
  int64_t step = weight.transposed ? shape.b : shape.d;
  for (int64_t stack = 0; stack < shape.stacks; ++stack)
    for (int64_t group = 0; group < shape.getNumGroups(lanes); ++group) {
      indices.assign(lanes, -1);
      for (auto [lane, index] : llvm::enumerate(indices))
        if (int64_t output = group * lanes + lane;
            output < shape.getNumOutputs())
          index = weight.transposed ? output
                                    : shape.getSourceIndex(stack, output, 0);
      for (int64_t ic = 0; ic < shape.c; ++ic) {
        visit(ArrayRef<int64_t>(indices));
        for (int64_t &index : indices)
          if (index >= 0)
            index += step;
      }
    }
}

/// Whether `code` is a code of the weight's kind.
static bool isCode(const WeightDescription &weight, int8_t code) {
  if (weight.kind == ElementKind::Integer)
    return llvm::isIntN(weight.integerBits, code);
  if (weight.kind == ElementKind::Ternary)
    return code >= -1 && code <= 1;
  return code <= weight.numExponents && code >= -weight.numExponents &&
         (code || weight.hasZero);
}

/// Gives the codes of the packed stream in chunks to `visit`; `read(index)`
/// gives one code of the source.
template <typename Read>
static Error streamCodes(const WeightDescription &weight, Read read,
                         function_ref<void(ArrayRef<int8_t>)> visit) {
  bool valid = true;
  std::vector<int8_t> chunk;
  chunk.reserve(kChunkElements);
  forEachRun(weight, [&](ArrayRef<int64_t> run) {
    for (int64_t index : run) {
      int8_t code = 0;
      if (index >= 0) {
        code = read(index);
        valid &= isCode(weight, code);
      }
      chunk.push_back(code);
    }
    // Runs are powers of two, or of five bytes of them, so chunks fill exactly.
    if (static_cast<int64_t>(chunk.size()) == kChunkElements) {
      if (valid)
        visit(chunk);
      chunk.clear();
    }
  });
  if (!valid)
    return makeError("the source holds a code that its element type does not "
                     "have");
  if (!chunk.empty())
    visit(chunk);
  return Error::success();
}

/// streamCodes with the reader of the source's format.
static Error dispatchCodes(const WeightDescription &weight,
                           ArrayRef<char> source,
                           function_ref<void(ArrayRef<int8_t>)> visit) {
  const char *bytes = source.data();
  if (weight.kind == ElementKind::Integer &&
      weight.sourceFormat != ByteFormat::Bytes) {
    int32_t bits = weight.integerBits;
    return streamCodes(
        weight, [=](int64_t i) { return readPackedInteger(bytes, bits, i); },
        visit);
  }
  switch (weight.sourceFormat) {
  case ByteFormat::Codes2:
    return streamCodes(
        weight, [=](int64_t i) { return readCodes2(bytes, i); }, visit);
  case ByteFormat::Base3:
    return streamCodes(
        weight, [=](int64_t i) { return readBase3(bytes, i); }, visit);
  case ByteFormat::Nibbles:
    return streamCodes(
        weight, [=](int64_t i) { return readNibble(bytes, weight.hasZero, i); },
        visit);
  default:
    return streamCodes(
        weight, [=](int64_t i) { return static_cast<int8_t>(bytes[i]); },
        visit);
  }
}

/// Appends one chunk of codes in the destination's format.
static void encode(const WeightDescription &weight, ArrayRef<int8_t> codes,
                   llvm::SmallVectorImpl<char> &out) {
  if (weight.kind == ElementKind::Integer && weight.format != ByteFormat::Bytes)
    return packIntegers(codes, weight.integerBits, out);
  switch (weight.format) {
  case ByteFormat::Codes2:
    return packCodes2(codes, out);
  case ByteFormat::Base3:
    return packBase3(codes, out);
  case ByteFormat::Bitplanes:
    return packBitplanes(codes, weight.lanes, out);
  case ByteFormat::Nibbles:
    return packNibbles(codes, weight.hasZero, out);
  default:
    out.append(codes.begin(), codes.end());
  }
}

/// Streams elements of `Bytes` bytes that are only moved.
template <int Bytes>
static void packPlain(const WeightDescription &weight, ArrayRef<char> source,
                      function_ref<void(ArrayRef<char>)> sink) {
  std::vector<char> chunk(kChunkElements * Bytes);
  size_t used = 0;
  forEachRun(weight, [&](ArrayRef<int64_t> run) {
    for (int64_t index : run) {
      if (index >= 0)
        std::memcpy(&chunk[used], &source[index * Bytes], Bytes);
      else
        std::memset(&chunk[used], 0, Bytes);
      used += Bytes;
    }
    if (used == chunk.size()) {
      sink(chunk);
      used = 0;
    }
  });
  if (used)
    sink(ArrayRef<char>(chunk).take_front(used));
}

Error ecolm::packWeight(const WeightDescription &weight, ArrayRef<char> source,
                        function_ref<void(ArrayRef<char>)> sink) {
  if (Error error = checkSource(weight, source))
    return error;
  if (weight.kind != ElementKind::Plain) {
    SmallVector<char, 0> packed;
    return dispatchCodes(weight, source, [&](ArrayRef<int8_t> codes) {
      packed.clear();
      encode(weight, codes, packed);
      sink(packed);
    });
  }

  if (weight.lanes == 0 && !weight.transposed) {
    // Nothing moves: the mapped file is the stream.
    for (; !source.empty();
         source = source.drop_front(std::min(source.size(), kMaxPackedChunk)))
      sink(source.take_front(kMaxPackedChunk));
    return Error::success();
  }
  switch (weight.elementBytes) {
  case 1:
    packPlain<1>(weight, source, sink);
    break;
  case 2:
    packPlain<2>(weight, source, sink);
    break;
  case 4:
    packPlain<4>(weight, source, sink);
    break;
  default:
    packPlain<8>(weight, source, sink);
  }
  return Error::success();
}

Error ecolm::readWeightCodes(const WeightDescription &weight,
                             ArrayRef<char> source,
                             function_ref<void(ArrayRef<int8_t>)> visit) {
  WeightDescription rowMajor = weight;
  rowMajor.lanes = 0;
  rowMajor.depth = 1;
  if (weight.kind == ElementKind::Plain) {
    // An integer of one byte is its own code.
    rowMajor.format = ByteFormat::Plain;
    if (weight.elementBytes != 1)
      return makeError("only elements of one byte are codes");
    return packWeight(rowMajor, source, [&](ArrayRef<char> chunk) {
      visit(ArrayRef<int8_t>(reinterpret_cast<const int8_t *>(chunk.data()),
                             chunk.size()));
    });
  }
  rowMajor.format = ByteFormat::Bytes;
  if (Error error = checkSource(rowMajor, source))
    return error;
  return dispatchCodes(rowMajor, source, visit);
}
