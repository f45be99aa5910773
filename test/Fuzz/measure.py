"""What a command takes."""

import json
import subprocess
import sys

# A process of its own: what a fork of this one would be charged is this one's memory.
LAUNCH = """
import json, os, resource, subprocess, sys
bound = int(sys.argv[1])
limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (bound, bound))
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, preexec_fn=limit)
_, status, usage = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime,
                  usage.ru_maxrss // 1024]))
"""


def run(command: list, limit: float) -> tuple[int, float, int, str]:
    """Exit status, processor seconds, resident MiB and diagnostics of a command."""
    launcher = [sys.executable, "-c", LAUNCH, str(int(limit) + 1), *map(str, command)]
    result = subprocess.run(launcher, capture_output=True, text=True, check=True)
    return (*json.loads(result.stdout), result.stderr)
