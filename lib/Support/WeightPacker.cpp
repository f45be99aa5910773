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

/// forEachRun for a factor in chunks; runs of its own terms are left out where
/// only partners are written.
template <typename Visit>
static void forEachChunkedRun(const WeightDescription &weight, Visit visit) {
  SmallVector<int64_t> indices(weight.lanes);
  bool hasOwn = weight.format != ByteFormat::Partners &&
                weight.format != ByteFormat::FloatPartners;
  int64_t step = hasOwn ? weight.lanes : 2 * weight.lanes;
  for (int64_t first = hasOwn ? 0 : weight.lanes,
               size = weight.getNumElements();
       first < size; first += step) {
    for (auto [lane, index] : llvm::enumerate(indices))
      index = weight.shape.getSourceIndex(weight.chunks, weight.lanes,
                                          first + lane);
    visit(ArrayRef<int64_t>(indices));
  }
}

/// Calls `visit` for consecutive runs of the packed stream with the source
/// indices of the run's elements, -1 for padding.
template <typename Visit>
static void forEachRun(const WeightDescription &weight, Visit visit) {
  if (weight.depth > 1)
    return forEachTile(weight, visit);
  if (weight.chunks.isGiven())
    return forEachChunkedRun(weight, visit);
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
    return llvm::createStringError(
        "the source holds a code that its element type does not have");
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
  case ByteFormat::Planes3:
    return packPlanes3(codes, weight.lanes, out);
  case ByteFormat::Nibbles:
    return packNibbles(codes, weight.hasZero, out);
  case ByteFormat::Halves:
  case ByteFormat::Partners:
    return packHalves(codes, weight.minExponent, weight.lanes, out);
  case ByteFormat::Floats:
  case ByteFormat::FloatPartners:
    return packFloats(codes, weight.minExponent, out);
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

/// Fails unless what the format leaves out of own terms is so for every output:
/// that of partners that they are 1, `planes3` that they are not -1.
static Error checkOwnTerms(const WeightDescription &weight,
                           ArrayRef<char> source) {
  bool isTernary = weight.format == ByteFormat::Planes3, isKept = true;
  int64_t index = 0;
  Error error = readWeightCodes(weight, source, [&](ArrayRef<int8_t> codes) {
    for (int8_t code : codes) {
      int64_t place = index++ / weight.shape.d % 4;
      bool isOwn = place == 0 || place == 3;
      isKept &=
          !isOwn || (isTernary ? code >= 0 : code == 1 - weight.minExponent);
    }
  });
  if (!error && !isKept)
    return llvm::createStringError(
        isTernary ? "expected no -1 on the diagonal of a factor that is packed "
                    "as planes3"
                  : "expected ones on the diagonal of a factor of which only "
                    "partners are packed");
  return error;
}

Error ecolm::packWeight(const WeightDescription &weight, ArrayRef<char> source,
                        function_ref<void(ArrayRef<char>)> sink) {
  if (Error error = checkWeightSource(weight, source))
    return error;
  if (weight.format == ByteFormat::Partners ||
      weight.format == ByteFormat::FloatPartners ||
      weight.format == ByteFormat::Planes3)
    if (Error error = checkOwnTerms(weight, source))
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
  rowMajor.chunks = {};
  if (weight.kind == ElementKind::Plain) {
    // An integer of one byte is its own code.
    rowMajor.format = ByteFormat::Plain;
    if (weight.elementBytes != 1)
      return llvm::createStringError("only elements of one byte are codes");
    return packWeight(rowMajor, source, [&](ArrayRef<char> chunk) {
      visit(ArrayRef<int8_t>(reinterpret_cast<const int8_t *>(chunk.data()),
                             chunk.size()));
    });
  }
  rowMajor.format = ByteFormat::Bytes;
  if (Error error = checkWeightSource(rowMajor, source))
    return error;
  return dispatchCodes(rowMajor, source, visit);
}
