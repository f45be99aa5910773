//===- ecolm-run-tokenizer.cpp - Runs a tokenizer.json for tests ----------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Does with a tokenizer.json what a compiled program would, without a model.
//
//   ecolm-run-tokenizer tokenizer.json            serves requests
//   ecolm-run-tokenizer --check tokenizer.json    imports, and says what it is
//
// A request is a letter, a 32-bit size and so many bytes: text to encode (e; E
// adds special tokens) or 32-bit ids to decode (d; D shows special tokens). An
// answer is a 32-bit status, 0 for success, a 32-bit size and ids, text or the
// message of the failure.
//
//===----------------------------------------------------------------------===//

#include "Tokenizer/TableTokenizer.h"
#include "ecolm/Frontend/Tokenizer/ImportTokenizer.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdio>

using namespace ecolm;
using namespace ecolm::runtime;

static bool readExactly(void *bytes, size_t size) {
  return fread(bytes, 1, size, stdin) == size;
}

static void answer(uint32_t status, const void *bytes, uint32_t size) {
  fwrite(&status, sizeof status, 1, stdout);
  fwrite(&size, sizeof size, 1, stdout);
  fwrite(bytes, 1, size, stdout);
  fflush(stdout);
}

static void serve(TableTokenizer &tokenizer) {
  char letter;
  uint32_t size;
  while (readExactly(&letter, 1) && readExactly(&size, sizeof size)) {
    std::string payload(size, '\0');
    if (!readExactly(payload.data(), size))
      return;
    Status status;
    Array<int64_t> ids;
    Text text;
    std::vector<int32_t> narrow;
    if (letter == 'e' || letter == 'E') {
      status = tokenizer.encode(payload.data(), size, letter == 'E', ids);
      narrow.assign(ids.begin(), ids.end());
      text.append(reinterpret_cast<const char *>(narrow.data()),
                  narrow.size() * sizeof(int32_t));
    } else {
      const int32_t *given = reinterpret_cast<const int32_t *>(payload.data());
      for (size_t i = 0; i < size / sizeof(int32_t); ++i)
        ids.push(given[i]);
      status = tokenizer.decode(ids.data(), ids.size(), letter == 'd', text);
    }
    if (status.failed())
      answer(1, status.message(), strlen(status.message()));
    else
      answer(0, text.data(), text.size());
  }
}

int main(int argc, char **argv) {
  bool isCheck = argc == 3 && llvm::StringRef(argv[1]) == "--check";
  llvm::Expected<ImportedTokenizer> imported =
      importTokenizerFile(argv[argc - 1]);
  if (!imported) {
    llvm::errs() << "ecolm-run-tokenizer: error: "
                 << llvm::toString(imported.takeError()) << "\n";
    return 1;
  }
  for (const std::string &remark : imported->remarks)
    llvm::errs() << "ecolm-run-tokenizer: warning: " << remark << "\n";
  TableTokenizer tokenizer(
      *reinterpret_cast<const tokenizer::Table *>(imported->table.data()));
  if (Status status = tokenizer.open(); status.failed()) {
    llvm::errs() << "ecolm-run-tokenizer: error: " << status.message() << "\n";
    return 1;
  }
  if (isCheck)
    llvm::outs() << imported->summary << ", " << imported->table.size()
                 << " bytes\n";
  else
    serve(tokenizer);
  return 0;
}
