"""Compiles, runs, trains and exports EcoLM models.

The names of `ecolm.compiler` are here too, and take the extension that building
the project makes; training and export do without it.
"""

import pkgutil

# The extension lies in the package's folder of the build.
__path__ = pkgutil.extend_path(__path__, __name__)

_COMPILER = ("CompileError", "Model", "Module", "TensorSpec", "compile", "import_onnx", "load")


def __getattr__(name):
    if name not in _COMPILER:
        raise AttributeError(f"module 'ecolm' has no attribute {name!r}")
    import ecolm.compiler
    return getattr(ecolm.compiler, name)


def __dir__():
    return sorted([*globals(), *_COMPILER])
