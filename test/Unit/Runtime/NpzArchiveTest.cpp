//===- NpzArchiveTest.cpp - The .npz reader and writer --------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Archives that we write, damaged byte by byte, and archives that lie.
//
//===----------------------------------------------------------------------===//

#include "NpzArchive.h"
#include "TemporaryFolder.h"
#include "gtest/gtest.h"

#include <cstring>
#include <string>
#include <zlib.h>

using namespace ecolm::runtime;

namespace {

/// Little-endian bytes of a number.
std::string le(uint64_t value, int bytes) {
  std::string result;
  for (int i = 0; i < bytes; ++i)
    result += static_cast<char>(value >> (8 * i) & 255);
  return result;
}

std::string npyOf(const std::string &data) {
  std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (" +
                       std::to_string(data.size()) + ",), }\n";
  return std::string("\x93NUMPY\1\0", 8) + le(header.size(), 2) + header + data;
}

std::string deflated(const std::string &data) {
  std::string packed(data.size() + 100, '\0');
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef *>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// One entry, every field of which a test may falsify.
struct Entry {
  Entry(std::string name, const std::string &content, bool deflate = false)
      : name(std::move(name)), packed(deflate ? deflated(content) : content),
        method(deflate ? 8 : 0), packedBytes(packed.size()),
        bytes(content.size()),
        crc(crc32(0, reinterpret_cast<const Bytef *>(content.data()),
                  static_cast<uInt>(content.size()))) {}

  std::string name, packed;
  uint64_t flags = 0, method, packedBytes, bytes, crc, offset = 0;
};

std::string zip(std::vector<Entry> entries, int count = -1) {
  std::string file, directory;
  for (const Entry &e : entries) {
    std::string shared = le(20, 2) + le(e.flags, 2) + le(e.method, 2) +
                         le(0, 4) + le(e.crc, 4) + le(e.packedBytes, 4) +
                         le(e.bytes, 4) + le(e.name.size(), 2) + le(0, 2);
    directory += le(0x02014b50, 4) + le(20, 2) + shared + le(0, 8) + le(0, 2) +
                 le(e.offset ? e.offset : file.size(), 4) + e.name;
    file += le(0x04034b50, 4) + shared + e.name + e.packed;
  }
  uint64_t number = count < 0 ? entries.size() : static_cast<uint64_t>(count);
  return file + directory + le(0x06054b50, 4) + le(0, 4) + le(number, 2) +
         le(number, 2) + le(directory.size(), 4) + le(file.size(), 4) +
         le(0, 2);
}

/// Reads all of an archive; the message of the first failure.
std::string refusal(const std::string &bytes) {
  static TemporaryFolder folder;
  std::string path = folder.write("x.npz", bytes);
  NpzReader archive;
  Status status = archive.open(path.c_str());
  for (size_t i = 0; !status.failed() && i < archive.size(); ++i) {
    Tensor tensor;
    status = archive.read(i, tensor);
  }
  if (status.failed())
    EXPECT_EQ(status.code(), ExitCode::BadInput);
  return status.message();
}

#define EXPECT_REFUSED(bytes, words)                                           \
  EXPECT_NE(refusal(bytes).find(words), std::string::npos) << refusal(bytes)

TEST(NpzArchive, ReadsStoredAndDeflated) {
  std::string data(1000, 'x');
  TemporaryFolder folder;
  std::string path = folder.write(
      "x.npz", zip({{"a.npy", npyOf(data)}, {"b.npy", npyOf(data), true}}));
  NpzReader archive;
  ASSERT_FALSE(archive.open(path.c_str()).failed());
  ASSERT_EQ(archive.size(), 2u);
  EXPECT_TRUE(archive.isNamed(0, "a"));
  EXPECT_TRUE(archive.isNamed(1, "b"));
  for (size_t i = 0; i < 2; ++i) {
    Tensor tensor;
    ASSERT_FALSE(archive.read(i, tensor).failed());
    EXPECT_EQ(std::string(static_cast<char *>(tensor.data()), 1000), data);
  }
}

TEST(NpzArchive, RefusesWithAReason) {
  std::string array = npyOf("abc");
  auto with = [&](auto change) {
    Entry entry("a.npy", array, true);
    change(entry);
    return zip({entry});
  };
  EXPECT_REFUSED("", "it has no end record, so");
  EXPECT_REFUSED(std::string(5000, 'x'), "it has no end record, so");
  EXPECT_REFUSED(zip({{"a.txt", array}}), "something other than .npy files");
  EXPECT_REFUSED(zip({{".npy", array}}), "something other than .npy files");
  EXPECT_REFUSED(zip({{"a.npy", array}, {"a.npy", array}}),
                 "of its entries have the same name");
  EXPECT_REFUSED(with([](Entry &e) { e.flags = 1; }), "it is encrypted");
  EXPECT_REFUSED(with([](Entry &e) { e.method = 12; }),
                 "by another method than deflate");
  EXPECT_REFUSED(with([](Entry &e) { e.crc ^= 1; }),
                 "the CRC of an entry is wrong");
  EXPECT_REFUSED(with([](Entry &e) { e.bytes -= 1; }),
                 "an entry does not unpack to the size");
  EXPECT_REFUSED(with([](Entry &e) { e.bytes += 1; }),
                 "an entry does not unpack to the size");
  EXPECT_REFUSED(with([](Entry &e) { e.packedBytes -= 1; }),
                 "an entry does not unpack to the size");
  EXPECT_REFUSED(with([](Entry &e) { e.packedBytes += 1; }),
                 "an entry reaches beyond the data");
  EXPECT_REFUSED(with([](Entry &e) { e.bytes = 3u << 30; }),
                 "the sizes of an entry contradict");
  EXPECT_REFUSED(with([](Entry &e) { e.bytes = 0xFFFFFFFF; }),
                 "it is a zip64 archive");
  EXPECT_REFUSED(with([](Entry &e) { e.offset = 3; }), "leads to no entry");
  EXPECT_REFUSED(with([](Entry &e) { e.offset = 1u << 30; }),
                 "leads to no entry");
  EXPECT_REFUSED(zip({{"a.npy", array}}, 2), "its directory is damaged");
  EXPECT_REFUSED(zip({{"a.npy", array}}, 0), "more than it says");
  EXPECT_REFUSED(zip({{"a.npy", array}}, 0xFFFF), "it is a zip64 archive");
  EXPECT_REFUSED(zip({{"a.npy", array}}, 5000),
                 "it holds more than 4096 tensors");
  EXPECT_REFUSED(zip({{"a.npy", "not an array"}}), "entry 'a'");
  EXPECT_REFUSED("", "x.npz' is not a valid .npz file: ");
}

TEST(NpzArchive, RefusesDirectoriesThatLie) {
  std::string file = zip({{"a.npy", npyOf("abc")}});
  size_t directory = file.rfind("PK\1\2"), end = file.rfind("PK\5\6");
  auto with = [&](size_t at, char byte) {
    std::string damaged = file;
    damaged[at] = byte;
    return damaged;
  };
  // A name that is longer than the directory.
  EXPECT_REFUSED(with(directory + 28, 99), "its directory is damaged");
  EXPECT_REFUSED(with(end + 4, 1), "it spans several disks");
  EXPECT_REFUSED(with(end + 12, 1), "does not end where the end record begins");
}

TEST(NpzArchive, DamageIsNoticedAndNeverFaults) {
  std::string array = npyOf("some bytes to find again");
  std::string file = zip({{"a.npy", array, true}, {"b.npy", array}});
  for (size_t length = 0; length < file.size(); ++length)
    EXPECT_NE(refusal(file.substr(0, length)), "") << length;
  for (size_t at = 0; at < file.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      refusal(damaged); // Must return, whatever it says.
    }
  // Every bit of the stored data counts.
  size_t start = file.find(array);
  ASSERT_NE(start, std::string::npos);
  for (size_t at = start; at < start + array.size(); ++at) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    EXPECT_REFUSED(damaged, "the CRC of an entry is wrong");
  }
}

TEST(NpzArchive, WritesWhatItReads) {
  TemporaryFolder folder;
  std::string path = folder.file("out.npz");
  Tensor tensor;
  const int64_t dims[2] = {3, 4};
  ASSERT_FALSE(tensor.allocate(ECOLM_F64, dims, 2, "t").failed());
  std::memset(tensor.data(), 42, tensor.bytes());
  OutputFile file;
  NpzWriter writer;
  ASSERT_FALSE(file.create(path.c_str()).failed());
  ASSERT_FALSE(writer.add(file, "first", tensor.get()).failed());
  ASSERT_FALSE(writer.add(file, "/a/path:0", tensor.get()).failed());
  ASSERT_FALSE(writer.finish(file).failed());
  ASSERT_FALSE(file.close().failed());
  ASSERT_FALSE(file.commit().failed());
  NpzReader archive;
  Status status = archive.open(path.c_str());
  ASSERT_FALSE(status.failed()) << status.message();
  ASSERT_EQ(archive.size(), 2u);
  EXPECT_TRUE(archive.isNamed(0, "first"));
  EXPECT_TRUE(archive.isNamed(1, "/a/path:0"));
  Tensor again;
  ASSERT_FALSE(archive.read(1, again).failed());
  EXPECT_EQ(std::memcmp(again.data(), tensor.data(), tensor.bytes()), 0);
}

TEST(NpzArchive, RefusesToWriteMoreThanFourGibibytes) {
  // The size is looked at before the data, of which there is none here.
  ecolm_tensor huge = {ECOLM_I8, 1, {INT64_C(1) << 33}, nullptr};
  OutputFile file;
  NpzWriter writer;
  Status status = writer.add(file, "huge", huge);
  EXPECT_EQ(status.code(), ExitCode::InputOutput);
  EXPECT_NE(std::strstr(status.message(), "'huge' does not fit in a .npz file"),
            nullptr);
}

} // namespace
