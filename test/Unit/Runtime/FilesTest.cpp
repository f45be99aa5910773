//===- FilesTest.cpp - Files appear whole or not at all -------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Temporary names, symbolic links, devices, and disks that are full.
//
//===----------------------------------------------------------------------===//

#include "Files.h"
#include "TemporaryFolder.h"
#include "gtest/gtest.h"

#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace ecolm::runtime;

namespace {

Status writeFile(const std::string &path, const std::string &bytes) {
  OutputFile file;
  if (Status status = file.create(path.c_str()); status.failed())
    return status;
  if (Status status = file.write(bytes.data(), bytes.size()); status.failed())
    return status;
  if (Status status = file.close(); status.failed())
    return status;
  return file.commit();
}

TEST(OutputFile, AppearsWithCommitOnly) {
  TemporaryFolder folder;
  folder.write("out", "old");
  {
    OutputFile file;
    ASSERT_FALSE(file.create(folder.file("out").c_str()).failed());
    ASSERT_FALSE(file.write("new", 3).failed());
    EXPECT_EQ(folder.read("out"), "old");
  }
  // Given up: the old file is there and nothing beside it.
  EXPECT_EQ(folder.read("out"), "old");
  EXPECT_EQ(folder.size(), 1u);
  ASSERT_FALSE(writeFile(folder.file("out"), "new").failed());
  EXPECT_EQ(folder.read("out"), "new");
  EXPECT_EQ(folder.size(), 1u);
}

TEST(OutputFile, HasTheModeOfAnyFile) {
  TemporaryFolder folder;
  mode_t before = umask(027);
  ASSERT_FALSE(writeFile(folder.file("out"), "x").failed());
  umask(before);
  struct stat facts;
  ASSERT_EQ(stat(folder.file("out").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0640u);
}

TEST(OutputFile, FollowsSymbolicLinks) {
  TemporaryFolder folder;
  folder.write("target", "old");
  ASSERT_EQ(symlink("target", folder.file("link").c_str()), 0);
  ASSERT_FALSE(writeFile(folder.file("link"), "new").failed());
  EXPECT_EQ(folder.read("target"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("link")));
}

TEST(OutputFile, LeavesDevicesAlone) {
  struct stat facts;
  ASSERT_FALSE(writeFile("/dev/null", "x").failed());
  ASSERT_EQ(stat("/dev/null", &facts), 0);
  EXPECT_TRUE(S_ISCHR(facts.st_mode));
}

TEST(OutputFile, FullDisk) {
  Status status = writeFile("/dev/full", "x");
  EXPECT_EQ(status.code(), ExitCode::InputOutput);
  EXPECT_STREQ(status.message(),
               "cannot write /dev/full: No space left on device");
}

TEST(OutputFile, PlacesWhereNothingCanBe) {
  TemporaryFolder folder;
  Status status = writeFile(folder.file("none/out"), "x");
  EXPECT_EQ(status.code(), ExitCode::InputOutput);
  EXPECT_NE(std::strstr(status.message(), "none/out"), nullptr);
  status = writeFile(folder.file(""), "x");
  EXPECT_NE(std::strstr(status.message(), "cannot write '"), nullptr);
  EXPECT_NE(std::strstr(status.message(), "': it is a directory"), nullptr);
  EXPECT_EQ(folder.size(), 0u);
}

TEST(OutputFile, SocketsAndPlacesThatAreTakenMeanwhile) {
  TemporaryFolder folder;
  sockaddr_un address = {AF_UNIX, ""};
  std::string path = folder.file("socket");
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::strcpy(address.sun_path, path.c_str());
  int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(
      bind(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address),
      0);
  Status status = writeFile(path, "x");
  close(descriptor);
  EXPECT_EQ(status.message(),
            "cannot open '" + path + "': No such device or address");

  OutputFile file;
  path = folder.file("out");
  ASSERT_FALSE(file.create(path.c_str()).failed());
  ASSERT_FALSE(file.close().failed());
  std::filesystem::create_directory(path);
  EXPECT_EQ(file.commit().message(),
            "cannot write '" + path + "': Is a directory");
}

TEST(ReadFile, FilesOfEverySize) {
  TemporaryFolder folder;
  for (size_t size : {0, 1, 65535, 65536, 65537, 200001}) {
    std::string bytes(size, 'a');
    std::string path = folder.write("in", bytes);
    Array<char> content;
    ASSERT_FALSE(readFile(path.c_str(), content).failed());
    EXPECT_EQ(std::string(content.data(), content.size()), bytes);
  }
  // A file whose size the kernel does not say.
  Array<char> content;
  ASSERT_FALSE(readFile("/proc/self/status", content).failed());
  EXPECT_GT(content.size(), 100u);
}

TEST(ReadFile, Failures) {
  TemporaryFolder folder;
  Array<char> content;
  Status status = readFile(folder.file("none").c_str(), content);
  EXPECT_EQ(status.code(), ExitCode::InputOutput);
  EXPECT_EQ(status.message(), "cannot open '" + folder.file("none") +
                                  "': No such file or directory");
  status = readFile(folder.file("").c_str(), content);
  EXPECT_NE(std::strstr(status.message(), "' is a directory; name a file"),
            nullptr);
  // Nothing is mapped where this file begins.
  status = readFile("/proc/self/mem", content);
  EXPECT_STREQ(status.message(),
               "cannot read '/proc/self/mem': Input/output error");
}

} // namespace
