"""ONNX's backend test cases: where they lie, what they hold, and their three forms."""

import dataclasses
import pathlib
import tarfile

import numpy as np
import onnx
from onnx import numpy_helper

MODES = ("static", "dynamic", "constants")


@dataclasses.dataclass
class Case:
    """A model, and inputs and outputs in order; None for what is no tensor."""

    name: str
    model: onnx.ModelProto
    inputs: list[np.ndarray | None]
    outputs: list[np.ndarray | None]

    @property
    def operators(self) -> list[str]:
        """The operators of the graph; the one that the case is named for comes first."""
        kinds = dict.fromkeys(node.op_type for node in self.model.graph.node)
        plain = self.name.replace("_", "")
        return sorted(kinds, key=lambda kind: not plain.startswith("test" + kind.lower()))

    @property
    def feeds(self) -> dict[str, np.ndarray]:
        """Inputs by name."""
        names = [i.name for i in self.model.graph.input]
        return {n: v for n, v in zip(names, self.inputs) if v is not None}


def unpack(source: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The folder of cases in `source`, a folder or an archive that is unpacked to `folder`."""
    if source.is_file():
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        source = folder
    return source / "node" if (source / "node").is_dir() else source


def generate(folder: pathlib.Path, names: list[str] | None = None) -> pathlib.Path:
    """The node cases of the installed onnx package, or those in `names`, written to `folder`."""
    from onnx.backend.test.case import node

    for case in node.collect_testcases(None):
        if names is not None and case.name not in names:
            continue
        data = folder / case.name / "test_data_set_0"
        data.mkdir(parents=True, exist_ok=True)
        (folder / case.name / "model.onnx").write_bytes(case.model.SerializeToString())
        inputs, outputs = case.data_sets[0]
        for kind, protos, values in (("input", case.model.graph.input, inputs),
                                     ("output", case.model.graph.output, outputs)):
            for i, (proto, value) in enumerate(zip(protos, values)):
                (data / f"{kind}_{i}.pb").write_bytes(serialize(value, proto))
    return folder


def serialize(value, proto: onnx.ValueInfoProto) -> bytes:
    """A value as the file of a data set; nothing for what is no tensor."""
    if isinstance(value, onnx.TensorProto):
        return value.SerializeToString()
    if not isinstance(value, np.ndarray | np.generic) or not proto.type.HasField("tensor_type"):
        return b""
    return numpy_helper.from_array(np.asarray(value), proto.name).SerializeToString()


def read_tensors(folder: pathlib.Path, kind: str,
                 protos: list[onnx.ValueInfoProto]) -> list[np.ndarray | None]:
    """The tensors of a data set."""
    values: list[np.ndarray | None] = []
    for i, proto in enumerate(protos):
        file = folder / f"{kind}_{i}.pb"
        is_tensor = proto.type.HasField("tensor_type") and file.exists() and file.stat().st_size
        values.append(numpy_helper.to_array(onnx.load_tensor(str(file))) if is_tensor else None)
    return values


def read_case(folder: pathlib.Path) -> Case:
    """A case with its first data set."""
    model = onnx.load(folder / "model.onnx")
    data = folder / "test_data_set_0"
    return Case(folder.name, model, read_tensors(data, "input", model.graph.input),
                read_tensors(data, "output", model.graph.output))


def name_dims(proto: onnx.ValueInfoProto) -> None:
    """Gives every dimension a name of its own in place of its size."""
    if proto.type.HasField("tensor_type") and proto.type.tensor_type.HasField("shape"):
        for axis, dim in enumerate(proto.type.tensor_type.shape.dim):
            dim.dim_param = f"{proto.name}_{axis}"


def in_mode(case: Case, mode: str) -> Case:
    """The case with its sizes left to the run, or with its inputs in the model."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    graph = model.graph
    if mode == "dynamic":
        for proto in [*graph.input, *graph.output]:
            name_dims(proto)
        del graph.value_info[:]
    elif mode == "constants":
        for name, value in case.feeds.items():
            graph.initializer.append(numpy_helper.from_array(value, name))
        kept = [i for i in graph.input if i.name not in case.feeds]
        del graph.input[:]
        graph.input.extend(kept)
    return dataclasses.replace(case, model=model)
