"""Configures lit: which files are tests, and what the words in RUN lines mean."""

import os
import shutil
import subprocess

import lit.formats
import lit.util
from lit.llvm import llvm_config

config.name = "EcoLM"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "Models", "Unit", "lit.cfg.py", "lit.site.cfg.py"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.ecolm_build_root, "test")

# A test may not depend on the language or the place of the machine it runs on.
config.environment["LC_ALL"] = "C"
config.environment["TZ"] = "UTC"
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"
llvm_config.with_environment(
    "PYTHONPATH", os.path.join(config.ecolm_source_root, "python"), append_path=True
)

config.substitutions += [
    ("%python", config.python_executable),
    ("%source_root", config.ecolm_source_root),
    ("%mlir_include", os.path.join(os.path.dirname(config.llvm_tools_dir), "include")),
    ("%models", os.path.join(config.test_source_root, "Models")),
    ("%cxx", config.cxx_compiler),
    ("%ecolm_tools_dir", config.ecolm_tools_dir),
]

# Tools are looked up here and replaced by full paths, so that no test can run
# a tool of another build by accident.
llvm_config.add_tool_substitutions(
    [
        "FileCheck", "not", "split-file", "count", "clang-format", "llvm-objdump",
        "llvm-readelf", "llvm-tblgen", "mlir-tblgen",
    ],
    config.llvm_tools_dir,
)
ecolm_tools = [
    tool
    for tool in sorted(os.listdir(config.ecolm_tools_dir))
    if tool.startswith("ecolm-")
]
llvm_config.add_tool_substitutions(ecolm_tools, config.ecolm_tools_dir)

# Device code: checked by the vendors' own tools where they are installed, and run
# where Vulkan finds a device, which Mesa's lavapipe is on machines without one.
for tool in ["ptxas", "spirv-val"]:
    if shutil.which(tool):
        config.available_features.add(tool)
vulkan_runner = os.path.join(config.ecolm_tools_dir, "ecolm-run-spirv")
if os.path.exists(vulkan_runner):
    probe = subprocess.run([vulkan_runner, "--probe"], capture_output=True)
    if probe.returncode == 0:
        config.available_features.add("vulkan")
