"""Writes small ONNX models, most of them broken in exactly one way.

usage: models.py FOLDER KIND...
"""

import importlib
import os
import sys

from kinds import KINDS

for family in "headers graphs tensors external functions unsupported limits".split():
    importlib.import_module(family)


def main():
    for name in sys.argv[2:]:
        with open(os.path.join(sys.argv[1], name + ".onnx"), "wb") as file:
            file.write(KINDS[name]().SerializeToString())


if __name__ == "__main__":
    main()
