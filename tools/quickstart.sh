#!/usr/bin/env bash
# From a fresh clone to a talking program: installs what is missing, builds the
# compiler, compiles the trained model that test/Models holds, and runs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/build.sh

build="${ECOLM_BUILD:-build}"
set -x
"$build/bin/ecolm-compile" test/Models/ecolm-shakespeare.onnx -o "$build/shakespeare"
"$build/shakespeare" --prompt "To be" -n 300
