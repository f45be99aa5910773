#!/usr/bin/env bash
# Installs what is missing and builds everything in build/ (or $ECOLM_BUILD).
# More arguments go to CMake. ECOLM_SKIP_INSTALL=1 installs nothing,
# ECOLM_SKIP_BUILD=1 takes what is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -z "${ECOLM_SKIP_BUILD:-}" ]] || exit 0
bash tools/install-dependencies.sh

build="${ECOLM_BUILD:-build}"
python=python3
[[ -x .venv/bin/python ]] && python=.venv/bin/python
python="$("$python" -c 'import sys; print(sys.executable)')"

compilers=()
if [[ ! -e "$build/CMakeCache.txt" && -z "${CXX:-}" ]]; then
  compilers=(-DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22)
fi
cmake -S . -B "$build" -G Ninja --log-level=WARNING -Wno-dev "${compilers[@]}" \
  -DPython3_EXECUTABLE="$python" "$@"
cmake --build "$build"
