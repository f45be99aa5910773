"""Load a model that was compiled to a shared library, and evaluate it.

The structures are those of include/ecolm/Runtime/Model.h.
"""

import ctypes
import pathlib

import numpy as np
from onnx import TensorProto, helper

MAX_RANK = 8
SMALL = {TensorProto.UINT4: 15, TensorProto.INT4: 15, TensorProto.UINT2: 3, TensorProto.INT2: 3}
STATUS = {1: "an index is out of range", 2: "sizes that must agree do not",
          3: "out of memory"}


class TensorSpec(ctypes.Structure):
    """ecolm_tensor_spec"""

    _fields_ = [("name", ctypes.c_char_p), ("dtype", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("dims", ctypes.c_int64 * MAX_RANK)]


class Tensor(ctypes.Structure):
    """ecolm_tensor"""

    _fields_ = [("dtype", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("dims", ctypes.c_int64 * MAX_RANK), ("data", ctypes.c_void_p)]


Run = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.POINTER(Tensor), ctypes.POINTER(Tensor))


class Model(ctypes.Structure):
    """The head of ecolm_model."""

    _fields_ = [("abi_version", ctypes.c_uint32), ("name", ctypes.c_char_p),
                ("info_text", ctypes.c_char_p), ("info_json", ctypes.c_char_p),
                ("num_inputs", ctypes.c_int32), ("num_outputs", ctypes.c_int32),
                ("inputs", ctypes.POINTER(TensorSpec)), ("outputs", ctypes.POINTER(TensorSpec)),
                ("run", Run)]


class ProgramError(Exception):
    """The program says that it cannot evaluate these inputs."""


def dtype_of(code: int) -> np.dtype:
    """numpy's type for an element type of the header, whose numbers are ONNX's."""
    return np.dtype(helper.tensor_dtype_to_np_dtype(code))


def to_memory(array: np.ndarray, code: int) -> np.ndarray:
    """The array as the program wants it: dense, small integers in the low bits of a byte."""
    if code in SMALL:
        array = array.astype(np.int8).view(np.uint8) & SMALL[code]
    return np.ascontiguousarray(array).reshape(array.shape)


def make_tensor(spec: TensorSpec, array: np.ndarray) -> Tensor:
    """A view of `array`, which must lie as the program wants it, as an input."""
    dims = (ctypes.c_int64 * MAX_RANK)(*array.shape)
    return Tensor(spec.dtype, array.ndim, dims, array.ctypes.data)


def read_tensor(spec: TensorSpec, tensor: Tensor) -> np.ndarray:
    """A copy of a result."""
    dtype, shape = dtype_of(spec.dtype), tuple(tensor.dims[:tensor.rank])
    count = int(np.prod(shape, dtype=np.int64))
    if count == 0:
        return np.zeros(shape, dtype)
    data = ctypes.string_at(tensor.data, count * dtype.itemsize)
    if spec.dtype not in SMALL:
        return np.frombuffer(data, dtype).reshape(shape).copy()
    codes = (np.frombuffer(data, np.uint8) & SMALL[spec.dtype]).astype(np.int8)
    if spec.dtype in (TensorProto.INT4, TensorProto.INT2):
        half = (SMALL[spec.dtype] + 1) // 2
        codes = (codes ^ half) - half
    return codes.astype(dtype).reshape(shape)


def evaluate(library: pathlib.Path, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The outputs, in order; inputs that the program does not have are left out."""
    model = Model.in_dll(ctypes.CDLL(str(library)), "ecolm_model_descriptor")
    if not model.run:
        raise ProgramError("the program is a language model and takes no tensors")
    specs = model.inputs[:model.num_inputs]
    arrays = [inputs[spec.name.decode()] for spec in specs]
    for spec, array in zip(specs, arrays):
        if array.dtype != dtype_of(spec.dtype) or array.ndim != spec.rank:
            raise ProgramError(f"input {spec.name.decode()} is {dtype_of(spec.dtype)} of rank "
                               f"{spec.rank}, found {array.dtype} of rank {array.ndim}")
    arrays = [to_memory(array, spec.dtype) for spec, array in zip(specs, arrays)]
    arguments = (Tensor * max(len(specs), 1))(*map(make_tensor, specs, arrays))
    results = (Tensor * max(model.num_outputs, 1))()
    status = model.run(arguments, results)
    if status:
        raise ProgramError(f"the program returned {status}: {STATUS.get(status, 'unknown')}")
    return list(map(read_tensor, model.outputs[:model.num_outputs], results))
