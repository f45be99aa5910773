//===- MappedFileTest.cpp - Tests of mapped files -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks hashes against published values, page release, and that no swap of a
// file for a link wins the race against its opening.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/ONNX/MappedFile.h"
#include "ecolm/Frontend/ONNX/ModelFile.h"
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>

using namespace ecolm;
namespace fs = std::filesystem;

namespace {

class MappedFileTest : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern =
        (fs::temp_directory_path() / "mapped-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  std::string write(const std::string &name, const std::string &text) {
    std::ofstream(folder / name, std::ios::binary) << text;
    return (folder / name).string();
  }
  static std::string textOf(const MappedFile &file) {
    return std::string(file.getBytes().data(), file.getBytes().size());
  }

  fs::path folder;
  std::string error;
};

TEST_F(MappedFileTest, HashesLikeTheStandardsSay) {
  auto file = MappedFile::open(write("abc", "abc"), error);
  ASSERT_TRUE(file) << error;
  EXPECT_EQ(file->computeSHA256(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177"
            "a9cb410ff61f20015ad");
  EXPECT_EQ(file->computeSHA1(), "a9993e364706816aba3e25717850c26c9cd0d89d");
  auto empty = MappedFile::open(write("empty", ""), error);
  ASSERT_TRUE(empty) << error;
  EXPECT_EQ(empty->computeSHA1(), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST_F(MappedFileTest, KeepsTheBytesAfterTheirPagesAreReleased) {
  std::string text(100000, 'a');
  text[65432] = 'b';
  auto model = ModelFile::open(write("model", text), "", error);
  ASSERT_TRUE(model) << error;
  model->release(model->getBytes().slice(1, 90000));
  char elsewhere[8] = {};
  model->release(elsewhere);
  EXPECT_EQ(textOf(*model->getMapping()), text);
}

TEST_F(MappedFileTest, StaysBeneathTheFolder) {
  write("inside", "inside");
  fs::create_directory(folder / "sub");
  write("sub/deep", "deep");
  fs::create_directory_symlink("sub", folder / "link");
  EXPECT_TRUE(MappedFile::openBeneath(folder.string(), "inside", error));
  EXPECT_TRUE(MappedFile::openBeneath(folder.string(), "./sub/deep", error));
  for (const char *name :
       {"", ".", "..", "/etc/passwd", "../x", "sub/../inside", "sub/", "sub",
        "link/deep", "sub\\deep", "none"})
    EXPECT_FALSE(MappedFile::openBeneath(folder.string(), name, error)) << name;
}

TEST_F(MappedFileTest, SaysThatAFileDoesNotFitTheAddressSpace) {
  std::string path = write("sparse", "");
  fs::resize_file(path, UINT64_C(1) << 40);
  rlimit before, tight;
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  tight = before;
  tight.rlim_cur = UINT64_C(1) << 39;
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &tight), 0);
  EXPECT_FALSE(MappedFile::open(path, error));
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(error, "cannot be mapped: Cannot allocate memory");
}

TEST_F(MappedFileTest, HasALimitOfExternalFiles) {
  write("one", "1");
  write("two", "2");
  auto model = ModelFile::open(write("model", "m"), "", error);
  ASSERT_TRUE(model) << error;
  Limits limits;
  limits.maxExternalFiles = 1;
  EXPECT_TRUE(model->getExternal("one", limits, error));
  EXPECT_TRUE(model->getExternal("one", limits, error));
  EXPECT_FALSE(model->getExternal("two", limits, error));
  EXPECT_EQ(error, "is one file more than the limit of 1");
}

TEST_F(MappedFileTest, LosesNoRaceAgainstASwap) {
  fs::path outside = folder / "outside";
  write("outside", "secret");
  fs::create_directory(folder / "data");
  fs::path target = folder / "data" / "weights";
  std::atomic<bool> stop = false;
  std::thread swapper([&] {
    while (!stop) {
      std::error_code ignored;
      std::ofstream(folder / "fresh") << "public";
      fs::rename(folder / "fresh", target, ignored);
      fs::create_symlink(outside, folder / "trap", ignored);
      fs::rename(folder / "trap", target, ignored);
    }
  });
  for (int i = 0; i < 2000; ++i) {
    auto file =
        MappedFile::openBeneath((folder / "data").string(), "weights", error);
    if (file)
      EXPECT_NE(textOf(*file), "secret");
  }
  stop = true;
  swapper.join();
}

} // namespace
