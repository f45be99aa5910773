//===- LinkerTest.cpp - Links that cannot work ----------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Drivers that do not exist, fail or write nothing, and places without room.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Target/Linker.h"
#include "gtest/gtest.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace ecolm;
namespace fs = std::filesystem;

namespace {

class LinkerTest : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "link-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
  }
  void TearDown() override { fs::remove_all(folder); }

  /// A driver that does `command`.
  std::string driver(const std::string &command) {
    fs::path path = folder / "driver";
    std::ofstream(path) << "#!/bin/sh\n" << command << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return path.string();
  }

  /// Why no file `output` can be linked by `driver`.
  std::string refusal(const std::string &output, const std::string &driver) {
    LinkOptions options;
    options.driver = driver;
    return llvm::toString(link({}, (folder / output).string(), options));
  }

  /// Sets an environment variable until the end of the scope.
  struct Variable {
    Variable(const char *name, const std::string &value) : name(name) {
      const char *old = std::getenv(name);
      before = old ? std::optional<std::string>(old) : std::nullopt;
      ::setenv(name, value.c_str(), 1);
    }
    ~Variable() {
      if (before)
        ::setenv(name, before->c_str(), 1);
      else
        ::unsetenv(name);
    }
    const char *name;
    std::optional<std::string> before;
  };

  fs::path folder;
};

TEST_F(LinkerTest, WritesWhatTheDriverWrites) {
  EXPECT_EQ(refusal("out", driver("echo linked > \"$2\"")), "");
  EXPECT_TRUE(fs::exists(folder / "out"));
}

TEST_F(LinkerTest, NamesADriverThatIsMissing) {
  std::string message = refusal("out", (folder / "none").string());
  EXPECT_NE(message.find("cannot find the linker driver '"), std::string::npos);
  Variable path("PATH", folder.string());
  EXPECT_EQ(refusal("out", ""),
            "cannot find a compiler driver to link with (tried clang-22, "
            "clang, gcc and cc); install one or name it with --linker");
}

TEST_F(LinkerTest, RepeatsWhatTheDriverSaid) {
  std::string message = refusal("out", driver("echo no room; exit 1"));
  EXPECT_NE(message.find("failed: no room; see that the output has room, or "
                         "name another driver with --linker"),
            std::string::npos)
      << message;
  message = refusal("out", driver("exit 1"));
  EXPECT_NE(message.find("failed: it said nothing; see"), std::string::npos)
      << message;
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST_F(LinkerTest, NamesThePlaceThatCannotBeWritten) {
  std::string works = driver("exit 0");
  EXPECT_EQ(refusal("none/out", works), "cannot write '" +
                                            (folder / "none/out").string() +
                                            "': No such file or directory");
  fs::create_directory(folder / "taken");
  EXPECT_EQ(refusal("taken", works), "cannot write '" +
                                         (folder / "taken").string() +
                                         "': Is a directory");
  Variable temporary("TMPDIR", (folder / "none").string());
  EXPECT_EQ(refusal("out", works),
            "cannot write a temporary file: No such file or directory");
}

} // namespace
