"""What the longest chains take that the compiler accepts, and twice as long ones that it refuses.

    python3 test/Fuzz/compile_cost.py --compiler build/bin/ecolm-compile [OPERATOR ...]

For each chain of chains.py, in files of less than 1 MiB: the longest that compiles, its processor seconds and resident
MiB, and the most that two, four and eight times as long ones take until they are refused. Fails if one takes more than
docs/Errors.md promises."""

import argparse
import pathlib
import sys
import tempfile

from chains import CHAINS
from measure import run

SECONDS, MIB, LARGEST, NODES = 5, 256, 1 << 20, 9990
ACCEPTED, REFUSED = 0, 5


class Cost:
    """Measures the compiler on one chain, with a folder for its files."""

    def __init__(self, compiler: str, name: str, folder: pathlib.Path):
        self.compiler, self.make, self.folder = compiler, CHAINS[name], folder

    def measure(self, length: int, emit: str = "obj"):
        """Status, seconds and MiB; nothing for a file that is too large to be bounded."""
        data = self.make(length).SerializeToString()
        if len(data) >= LARGEST:
            return None
        path = self.folder / "model.onnx"
        path.write_bytes(data)
        status, seconds, mib, message = run([self.compiler, path, f"--emit={emit}", "-o", self.folder / "out"], 60)
        if status not in (ACCEPTED, REFUSED):
            raise RuntimeError(f"{path}: status {status}: {message}")
        return status, seconds, mib

    def find_longest(self) -> int:
        """The longest chain that is accepted, within 4 percent."""
        accepted, refused = 1, NODES
        while refused - accepted > max(3, accepted // 25):
            length = int((accepted * refused) ** .5) if refused > 4 * accepted else (accepted + refused) // 2
            result = self.measure(length, "mlir-lower")
            accepted, refused = (length, refused) if result and result[0] == ACCEPTED else (accepted, length)
        return accepted


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("operators", nargs="*", default=list(CHAINS), metavar="OPERATOR")
    options = parser.parse_args()
    print("| operator | accepted | seconds | MiB | refused: seconds | MiB |\n|---|--:|--:|--:|--:|--:|")
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name in options.operators:
            cost = Cost(options.compiler, name, pathlib.Path(folder))
            longest = cost.find_longest()
            status, seconds, mib = cost.measure(longest)
            assert status == ACCEPTED, f"{name}: {longest} is refused"
            longer = [cost.measure(longest * times) for times in (2, 4, 8) if longest * times <= NODES]
            refused = [(took, used) for _, took, used in filter(None, longer)]
            most, largest = map(max, zip(*refused)) if refused else (0, 0)
            columns = f"{most:.1f} | {largest}" if refused else "no longer one | "
            print(f"| {name} | {longest} | {seconds:.1f} | {mib} | {columns} |", flush=True)
            failed |= max(seconds, most) > SECONDS or max(mib, largest) > MIB
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
