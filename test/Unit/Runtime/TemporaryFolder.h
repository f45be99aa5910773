//===- TemporaryFolder.h - A folder that lives as long as a test - -*- C++
//-*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Gives tests of files a place of their own.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_TEST_UNIT_RUNTIME_TEMPORARYFOLDER_H
#define ECOLM_TEST_UNIT_RUNTIME_TEMPORARYFOLDER_H

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>
#include <string>

/// Creates the folder and removes it with all that is in it.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "ecolm-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }

  /// The path of a file in the folder.
  std::string file(const std::string &name) const { return path + "/" + name; }

  /// Writes a file and returns its path.
  std::string write(const std::string &name, const std::string &bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }

  /// The bytes of a file.
  std::string read(const std::string &name) const {
    std::ifstream stream(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  /// The number of files in the folder.
  size_t size() const {
    auto entries = std::filesystem::directory_iterator(path);
    return static_cast<size_t>(std::distance(begin(entries), end(entries)));
  }

private:
  std::string path;
};

#endif // ECOLM_TEST_UNIT_RUNTIME_TEMPORARYFOLDER_H
