#!/usr/bin/env bash
# Builds the reader with sanitizers in build/fuzz, proves that they see planted
# faults, and gives it mutants. More arguments go to fuzz.py.
#
#   bash test/Fuzz/fuzz.sh --count 20000 --seed 1 --keep build/fuzz/kept
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build="${ECOLM_FUZZ_BUILD:-build/fuzz}"
python=python3
[[ -x .venv/bin/python ]] && python=.venv/bin/python
python="$("$python" -c 'import sys; print(sys.executable)')"

# Assertions stay on: a cast of the wrong type is a fault even where it does no
# harm. libMLIR is not instrumented, so allocators in its headers must not poison
# memory that it hands out, and nothing asks for the leaks of a process that ends.
# What sanitizers find ends with a status that no refusal has. The flags of
# UndefinedBehaviorSanitizer are LLVM's, whose installed files leave them empty.
[[ -e "$build/CMakeCache.txt" ]] || cmake -S . -B "$build" -G Ninja \
  --log-level=WARNING -Wno-dev -DCMAKE_C_COMPILER=clang-22 \
  -DCMAKE_CXX_COMPILER=clang++-22 -DPython3_EXECUTABLE="$python" \
  "-DLLVM_USE_SANITIZER=Address;Undefined" \
  "-DLLVM_UBSAN_FLAGS=-fsanitize=undefined -fno-sanitize=vptr,function -fno-sanitize-recover=all" \
  "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -UNDEBUG"
cmake --build "$build" --target ecolm-fuzz
export ASAN_OPTIONS=allow_user_poisoning=0:detect_leaks=0:max_allocation_size_mb=1024:quarantine_size_mb=16:exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1:exitcode=99

sanitized=("$python" test/Fuzz/fuzz.py --reader "$build/bin/ecolm-fuzz"
  --address-mib 0 --mib 1024 --seconds 10)
for fault in overflow shift; do
  if "${sanitized[@]}" --models test/Models/butterfly.onnx --count 1 --plant "$fault" > "$build/planted.log"; then
    echo "the sanitizers do not see a planted $fault" && exit 1
  fi
  grep -q "ended with 99" "$build/planted.log" || { cat "$build/planted.log" && exit 1; }
done
exec "${sanitized[@]}" "$@"
