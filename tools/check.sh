#!/usr/bin/env bash
# Installs what is missing, builds everything, runs every test, and counts them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/build.sh

build="${ECOLM_BUILD:-build}"
log="$build/check-ecolm.log"
status=0
# -k 0: the unit tests run although a lit test failed.
cmake --build "$build" --target check-ecolm -- -k 0 2>&1 | tee "$log" || status=$?

# lit says "Passed: 91 (100%)", ctest "100% tests passed, ... out of 7" and
# pytest "300 passed, 2 skipped in 9.1s".
awk -v status="$status" '
  /^ +Passed *: +[0-9]+/ { sub(/.*: */, ""); lit += $1 }
  /^[0-9]+% tests passed.* out of [0-9]+/ { sub(/.*out of /, ""); unit += $1 }
  / passed.* in [0-9.]+s/ { match($0, /[0-9]+ passed/); python += substr($0, RSTART) }
  / skipped.* in [0-9.]+s/ { match($0, /[0-9]+ skipped/); skipped += substr($0, RSTART) }
  END {
    printf "%s: %d tests: %d lit, %d unit, %d Python (%d skipped)\n",
      status ? "FAILED" : "passed", lit + unit + python, lit, unit, python, skipped
    if (!lit || !unit || !python) { print "a part ran no tests"; exit 1 }
  }' "$log" || status=1
exit "$status"
