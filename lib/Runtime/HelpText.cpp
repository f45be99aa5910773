//===- HelpText.cpp - What --help prints ----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// The program's manual; test_program.py holds that it names every option and
// exit code.
//
//===----------------------------------------------------------------------===//

#include "Arguments.h"

namespace ecolm {
namespace runtime {

const char *const helpText =
    R"(usage: %1$s --prompt TEXT [options]          generate text
       %1$s --input FILE --output FILE       evaluate the model on tensors
       %1$s info | bench | selftest          describe, measure, check
       %1$s tokenize | detokenize            text to token ids and back

generate
  -p, --prompt TEXT      text to continue, as UTF-8
      --prompt-file F    read it from a file; - is standard input
  -n, --max-tokens N     tokens to generate (default 200)
      --temperature T    0 takes the most likely token (default 0.8)
      --top-k K          choose among the K most likely; 0 is all (default 0)
      --top-p P          choose among the fewest that reach P (default 1)
      --seed N           same seed, same text, on every machine (default 0)
      --tokens           print token ids instead of text
      --logits F.npy     write the logits of every position

evaluate
      --input F          F.npy for the only input, F.npz for all, NAME=F.npy
                         for one; may be repeated; - is standard input
      --output F         likewise for outputs; - is standard output

info, bench, selftest
      --json             print JSON (info, bench)
  -n, --max-tokens N     tokens to decode (bench), to test with (selftest), or
                         times to run a model that is no language model (bench)
  -p, --prompt-tokens N  tokens to prefill (bench)
      --profile          time of each layer beside what was expected (bench);
                         for programs compiled with --profile
      --input F          inputs, where random ones do not do

tokenize, detokenize
      --text TEXT        text to tokenize (default: standard input)
      --ids "1 2 3"      ids to detokenize (default: standard input)
      --no-special       add no special tokens around a text or prompt
      --keep-special     show special tokens as text

always
  -t, --threads N        threads (default: one per processor)
      --chunk N          evaluate at most N tokens at a time
  -h, --help             this text
      --version          name of the model and version of the program

exit codes
  0 done   2 wrong usage   3 bad input   4 cannot read or write
  5 the model refused, failed its self-test, found not enough memory or needs
    another processor
  130 interrupted   141 the reader of the output has gone
)";

} // namespace runtime
} // namespace ecolm
