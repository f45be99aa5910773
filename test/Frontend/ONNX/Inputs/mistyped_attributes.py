"""Gives every attribute of every supported operator a list of strings, which none is.

usage: mistyped_attributes.py FOLDER < TABLE, where TABLE is what `ecolm-import
--print-operators` prints; writes a model for each and prints their paths.
"""

import os
import sys

from onnx import helper

from kinds import model

for line in sys.stdin.readlines()[2:]:
    operator, domain, opsets, attributes = [cell.strip() for cell in line.split("|")[1:5]]
    domain = "" if domain == "ai.onnx" else domain
    imports = [helper.make_opsetid(domain, int(opsets.split()[-1]))]
    for name in attributes.split():
        node = helper.make_node(operator, ["x"], ["y"], name=name, domain=domain, **{name: ["a", "b"]})
        path = os.path.join(sys.argv[1], f"{domain}{operator}-{name}.onnx")
        with open(path, "wb") as file:
            file.write(model([node], opset_imports=imports, ir_version=10).SerializeToString())
        print(path)
