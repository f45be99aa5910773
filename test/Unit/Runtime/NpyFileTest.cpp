//===- NpyFileTest.cpp - The .npy reader and writer -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Headers as numpy writes them, headers that it never would, and damage.
//
//===----------------------------------------------------------------------===//

#include "NpyFile.h"
#include "TemporaryFolder.h"
#include "gtest/gtest.h"

#include <cstring>
#include <string>
#include <vector>

using namespace ecolm::runtime;

namespace {

/// A file of version `major` with this header, unpadded, and data.
std::string npy(const std::string &header, const std::string &data,
                int major = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(major);
  file += '\0';
  for (int byte = 0; byte < (major == 1 ? 2 : 4); ++byte)
    file += static_cast<char>(header.size() >> (8 * byte) & 255);
  return file + header + data;
}

std::string header(const std::string &descr, const std::string &shape,
                   const std::string &order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order +
         ", 'shape': " + shape + ", }\n";
}

Status parse(const std::string &bytes, Tensor &tensor) {
  return parseNpy(bytes.data(), bytes.size(), "'x.npy'", tensor);
}

/// The message with which `bytes` is refused; empty when it is not.
std::string refusal(const std::string &bytes) {
  Tensor tensor;
  Status status = parse(bytes, tensor);
  if (status.failed())
    EXPECT_EQ(status.code(), ExitCode::BadInput);
  return status.message();
}

#define EXPECT_REFUSED(bytes, words)                                           \
  EXPECT_NE(refusal(bytes).find(words), std::string::npos) << refusal(bytes)

TEST(NpyFile, ReadsEveryElementType) {
  const struct {
    const char *descr;
    int32_t dtype;
    size_t size;
  } types[] = {
      {"<f4", ECOLM_F32, 4}, {"<f8", ECOLM_F64, 8}, {"|i1", ECOLM_I8, 1},
      {"<i1", ECOLM_I8, 1},  {"|u1", ECOLM_U8, 1},  {"<i2", ECOLM_I16, 2},
      {"<u2", ECOLM_U16, 2}, {"<u4", ECOLM_U32, 4}, {"<u8", ECOLM_U64, 8},
      {"<f2", ECOLM_F16, 2}, {"<i4", ECOLM_I32, 4}, {"<i8", ECOLM_I64, 8},
      {"|b1", ECOLM_BOOL, 1}};
  for (auto type : types) {
    std::string data(6 * type.size, '\1');
    Tensor tensor;
    Status status = parse(npy(header(type.descr, "(2, 3)"), data), tensor);
    ASSERT_FALSE(status.failed()) << status.message();
    EXPECT_EQ(tensor.get().dtype, type.dtype);
    EXPECT_EQ(tensor.get().rank, 2);
    EXPECT_EQ(tensor.get().dims[0], 2);
    EXPECT_EQ(tensor.get().dims[1], 3);
    EXPECT_EQ(std::memcmp(tensor.data(), data.data(), data.size()), 0);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data()) % 64, 0u);
  }
}

TEST(NpyFile, ReadsAllVersionsAndShapes) {
  Tensor tensor;
  for (int major : {1, 2, 3})
    EXPECT_FALSE(
        parse(npy(header("|i1", "(3,)"), "abc", major), tensor).failed());
  EXPECT_FALSE(parse(npy(header("|i1", "()"), "a"), tensor).failed());
  EXPECT_EQ(tensor.get().rank, 0);
  EXPECT_FALSE(parse(npy(header("<f4", "(0, 5)"), ""), tensor).failed());
  EXPECT_EQ(tensor.bytes(), 0u);
  EXPECT_FALSE(
      parse(npy(header("|i1", "(1,1,1,1,1,1,1,2)"), "ab"), tensor).failed());
  // A vector is in both orders at once.
  EXPECT_FALSE(
      parse(npy(header("|i1", "(3,)", "True"), "abc"), tensor).failed());
}

TEST(NpyFile, RefusesWithAReason) {
  EXPECT_REFUSED("", "does not begin with");
  EXPECT_REFUSED("PK\x03\x04 and so on", "does not begin with");
  EXPECT_REFUSED(npy(header("<f4", "(1,)"), "abcd", 4),
                 "its version is not 1.0, 2.0 or 3.0");
  EXPECT_REFUSED(npy(std::string(10001, ' '), ""), "longer than 10000");
  EXPECT_REFUSED(npy(header("<f4", "(1,)"), "abcd").substr(0, 30),
                 "ends within its header");
  EXPECT_REFUSED(npy(header(">f4", "(1,)"), "abcd"),
                 "it is big-endian: convert");
  EXPECT_REFUSED(npy(header("|O", "(1,)"), "abcd"),
                 "it holds Python objects, which");
  EXPECT_REFUSED(npy(header("<c4", "(1,)"), "abcd"),
                 "has element type '<c4', but only float16,");
  EXPECT_REFUSED(npy(header("<c8", "(1,)"), "abcdefgh"),
                 "convert it with numpy's astype");
  EXPECT_REFUSED("", "; write it with numpy.save");
  EXPECT_REFUSED(npy("{'descr': [('a', '<f4')], 'fortran_order': False, "
                     "'shape': (1,), }",
                     "abcd"),
                 "holds a structured array, which");
  EXPECT_REFUSED(npy(header("|i1", "(2, 2)", "True"), "abcd"),
                 "is stored column by column");
  EXPECT_REFUSED(npy(header("|i1", "(1,1,1,1,1,1,1,1,1)"), "a"),
                 "more than 8 dimensions; reshape it");
  EXPECT_REFUSED(npy(header("|b1", "(2,)"), "\1\2"),
                 "a truth value is neither 0 nor 1");
}

TEST(NpyFile, RefusesHeadersThatAreNoDictionary) {
  EXPECT_REFUSED(npy("[1, 2]", ""), "its header is not a dictionary");
  EXPECT_REFUSED(npy("{'descr' '<f4'}", ""), "its header is not a dictionary");
  EXPECT_REFUSED(npy("{'descr': '<f4' 'shape': (1,)}", ""),
                 "its header is not a dictionary");
  EXPECT_REFUSED(npy("{'descr': '<f4'}", ""), "its header lacks descr, ");
  EXPECT_REFUSED(npy(header("|i1", "(1,)") + "x", "a"),
                 "something follows the dictionary");
  EXPECT_REFUSED(npy("{'descr': '|i1', 'descr': '|i1'}", ""),
                 "has an unknown or repeated key");
  EXPECT_REFUSED(npy("{'surprise': 1}", ""), "has an unknown or repeated key");
  EXPECT_REFUSED(npy(header("|i1", "3"), "abc"), "its shape is no tuple");
  EXPECT_REFUSED(npy(header("|i1", "(-1,)"), ""), "holds no number of 63 bits");
  EXPECT_REFUSED(npy(header("|i1", "(1 2)"), "ab"), "not a tuple of numbers");
  EXPECT_REFUSED(npy(header("|i1", "(,)"), "a"), "holds no number of 63 bits");
  EXPECT_REFUSED(npy(header("|i1", "(1,)", "1"), "a"), "neither True nor");
}

TEST(NpyFile, RefusesSizesThatLie) {
  EXPECT_REFUSED(npy(header("<f4", "(2,)"), "abcd"),
                 "its header promises 8 bytes");
  EXPECT_REFUSED(npy(header("<f4", "(1,)"), "abcde"), "and 5 follow");
  EXPECT_REFUSED(npy(header("<f4", "(9223372036854775807, 2)"), ""),
                 "the size of its shape overflows");
  EXPECT_REFUSED(npy(header("<f4", "(9223372036854775808,)"), ""),
                 "its shape holds no number of 63 bits");
  // Four times 2^62 elements of four bytes: 2^66 is 0 modulo 2^64.
  EXPECT_REFUSED(npy(header("<f4", "(4, 4611686018427387904)"), ""),
                 "the size of its shape overflows");
  EXPECT_REFUSED(npy(header("<f4", "(0, 9223372036854775807, 16)"), ""),
                 "the size of its shape overflows");
}

TEST(NpyFile, DamageNeverFaults) {
  std::string file = npy(header("<f4", "(2, 1)"), "abcdefgh");
  for (size_t length = 0; length < file.size(); ++length)
    EXPECT_NE(refusal(file.substr(0, length)), "") << length;
  for (size_t at = 0; at < file.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(value);
      refusal(damaged); // Must return, whatever it says.
    }
}

TEST(NpyFile, WritesWhatItReads) {
  Tensor tensor, again;
  for (int32_t rank = 0; rank <= ECOLM_MAX_RANK; ++rank) {
    const int64_t dims[ECOLM_MAX_RANK] = {1, 2, 1, 3, 1, 1, 1, 1};
    ASSERT_FALSE(tensor.allocate(ECOLM_I32, dims, rank, "t").failed());
    std::memset(tensor.data(), rank, tensor.bytes());
    Text file;
    appendNpyHeader(file, tensor.get());
    EXPECT_EQ(file.size() % 64, 0u);
    file.append(static_cast<const char *>(tensor.data()), tensor.bytes());
    ASSERT_FALSE(parseNpy(file.data(), file.size(), "t", again).failed());
    EXPECT_EQ(again.get().rank, rank);
    EXPECT_EQ(std::memcmp(again.get().dims, tensor.get().dims,
                          sizeof(int64_t) * static_cast<size_t>(rank)),
              0);
    EXPECT_EQ(std::memcmp(again.data(), tensor.data(), tensor.bytes()), 0);
  }
}

TEST(NpyFile, NamesTheFile) {
  TemporaryFolder folder;
  Tensor tensor;
  Status status = readNpy(folder.file("none.npy").c_str(), tensor);
  EXPECT_EQ(status.code(), ExitCode::InputOutput);
  EXPECT_NE(std::strstr(status.message(), "none.npy': No such file"), nullptr);
  std::string path = folder.write("bad.npy", "hello world");
  status = readNpy(path.c_str(), tensor);
  EXPECT_NE(std::strstr(status.message(), path.c_str()), nullptr);
}

} // namespace
