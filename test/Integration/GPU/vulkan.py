"""Compiles one operation to SPIR-V and runs its kernel on a Vulkan device."""

import os
import subprocess
import tempfile

import numpy as np


def entry_points(words: np.ndarray) -> list[str]:
    """Names of the entry points of a SPIR-V module (OpEntryPoint is opcode 15)."""
    names, at = [], 5
    while at < len(words):
        count, opcode = int(words[at]) >> 16, int(words[at]) & 0xFFFF
        if opcode == 15:
            text = words[at + 3 : at + count].tobytes()
            names.append(text[: text.index(0)].decode())
        at += count
    return names


class Device:
    """Runs modules with the tools of one build."""

    def __init__(self, tools: str):
        self.tools = tools

    def tool(self, name: str) -> str:
        return os.path.join(self.tools, name)

    def run(self, module: str, groups, buffers: list[bytes], output: np.ndarray) -> np.ndarray:
        """Gives `output` as the module's only kernel leaves it in its last buffer."""
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "module.mlir")
            binary = os.path.join(folder, "module.spv")
            with open(source, "w") as file:
                file.write(module)
            subprocess.run(
                [self.tool("ecolm-translate"), "--ecolm-to-spirv", source, "-o", binary], check=True
            )
            (entry,) = entry_points(np.fromfile(binary, np.uint32))
            paths = []
            for index, data in enumerate([*buffers, output.tobytes()]):
                paths.append(os.path.join(folder, f"buffer{index}"))
                with open(paths[-1], "wb") as file:
                    file.write(data)
            subprocess.run(
                [self.tool("ecolm-run-spirv"), binary, entry, *map(str, groups), *paths], check=True
            )
            return np.fromfile(paths[-1], output.dtype).reshape(output.shape)
