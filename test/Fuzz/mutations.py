"""Damages ONNX models: fields, edges, shapes, attributes, functions, bytes.

A mutation takes a model and a random generator and changes the model in place. All of
them know the structure of ONNX, except `mutate_field`, which knows that of protobuf,
and `mutate_bytes`, which knows nothing.
"""

import random

import onnx
from onnx import TensorProto, helper

NUMBERS = [0, 1, -1, 2, 3, 5, 7, 8, 64, 127, 255, 256, 2**15, 2**24, 2**31 - 1, 2**31, 2**32]
NUMBERS += [2**40, 2**44, 2**62, 2**63 - 1, -2, -7, -(2**31), -(2**32), -(2**63)]
TEXTS = ["", "x", "..", "/etc/passwd", "a" * 5000, "\x1b[2J\x00", "ai.ecolm", "Constant", "none"]
FILES = ["weights.bin", "../weights.bin", "link.bin", "/dev/zero", "missing.bin", "", "."]
OPERATORS = """Abs Add And ArgMax Attention Cast CastLike Clip Concat ConstantOfShape CumSum
DequantizeLinear Div DynamicQuantizeLinear Einsum Elu Equal Expand Flatten Gather GatherElements
GatherND Gelu Gemm Identity If IsInf LayerNormalization LeakyRelu Less LogSoftmax Loop MatMul
MatMulInteger Max Mean Mod Neg NonZero Not OneHot Pad Pow QLinearMatMul QuantizeLinear
RMSNormalization Range ReduceMax ReduceMean ReduceSum Relu Reshape RotaryEmbedding ScatterElements
ScatterND Shape Size Slice Softmax Split Squeeze Sub Sum Swish TensorScatter Tile TopK Transpose
Trilu Unsqueeze Where Xor BitShift BitCast ButterflyFactor LogQuantize LogQuantizedAttention
PotMatMul TernaryMatMul UnpackTernary""".split()
ATTRIBUTES = """alpha approximate axes axis batch_dims beta block_size direction emax emin
epsilon equation exclusive fmod interleaved is_causal k keepdims kv_num_heads largest mode
num_heads num_outputs output_dtype pads perm q_num_heads reduction reverse rotary_embedding_dim
rounding scale softcap split starts ends to transA underflow upper value""".split()


def number(rng: random.Random) -> int:
    return rng.choice(NUMBERS) if rng.random() < 0.7 else rng.randrange(-4, 70)


def is_repeated(field) -> bool:
    """protobuf spells this in two ways, of which newer versions drop one."""
    if hasattr(field, "is_repeated"):
        return field.is_repeated
    return field.label == field.LABEL_REPEATED


def fields_of(message, found: list) -> list:
    """Every field of `message` and of what is in it that has a value."""
    for field, value in message.ListFields():
        found.append((message, field))
        if field.type == field.TYPE_MESSAGE:
            for item in value if is_repeated(field) else [value]:
                fields_of(item, found)
    return found


def graphs_of(model: onnx.ModelProto) -> list:
    """The graph, the bodies of functions, and all subgraphs."""
    found, pending = [], [model.graph, *model.functions]
    while pending:
        graph = pending.pop()
        found.append(graph)
        pending += [a.g for n in graph.node for a in n.attribute if a.HasField("g")]
    return found


def nodes_of(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    return [node for graph in graphs_of(model) for node in graph.node]


def names_of(model: onnx.ModelProto) -> list[str]:
    """Names of values."""
    names = [name for node in nodes_of(model) for name in [*node.input, *node.output]]
    return names + [value.name for value in [*model.graph.input, *model.graph.initializer]] or ["x"]


def scalar(field, rng: random.Random, names: list[str]):
    """A value for a field of protobuf."""
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return rng.choice([0.0, -0.0, 1e-45, 3e38, float("nan"), float("inf")])
    if field.type == field.TYPE_STRING:
        return rng.choice(OPERATORS if field.name == "op_type" else names + TEXTS)
    if field.type == field.TYPE_BYTES:
        return rng.randbytes(rng.choice([0, 1, 7, 8, 64, 1000]))
    if field.type == field.TYPE_ENUM:
        return rng.choice([value.number for value in field.enum_type.values])
    value = number(rng)
    if field.type == field.TYPE_INT32:
        return max(-(2**31), min(2**31 - 1, value))
    return abs(value) if field.type == field.TYPE_UINT64 else value


def mutate_repeated(message, field, rng: random.Random, names: list[str]) -> None:
    items = getattr(message, field.name)
    at, action = rng.randrange(len(items)), rng.random()
    if action < 0.25:
        del items[at]
    elif field.type == field.TYPE_MESSAGE:
        copies = list(items)
        if action < 0.6:
            copies.insert(rng.randrange(len(items) + 1), items[at])
        else:
            rng.shuffle(copies)
        texts = [copy.SerializeToString() for copy in copies]
        del items[:]
        for text in texts:
            items.add().ParseFromString(text)
    elif action < 0.5:
        items.extend([scalar(field, rng, names)] * rng.choice([1, 2, 70]))
    else:
        items[at] = scalar(field, rng, names)


def mutate_field(model: onnx.ModelProto, rng: random.Random) -> None:
    """Any field: cleared, repeated, moved, or set to an extreme."""
    message, field = rng.choice(fields_of(model, []))
    if is_repeated(field):
        mutate_repeated(message, field, rng, names_of(model))
    elif rng.random() < 0.15:
        message.ClearField(field.name)
    elif field.type != field.TYPE_MESSAGE:
        setattr(message, field.name, scalar(field, rng, names_of(model)))


def mutate_edge(model: onnx.ModelProto, rng: random.Random) -> None:
    """An input of a node comes from elsewhere, its own node perhaps."""
    node = rng.choice(nodes_of(model))
    names = names_of(model) + [""]
    which = node.input if rng.random() < 0.8 or not node.output else node.output
    if which and rng.random() < 0.8:
        which[rng.randrange(len(which))] = rng.choice(names)
    else:
        which.append(rng.choice(names))


def mutate_operator(model: onnx.ModelProto, rng: random.Random) -> None:
    """A node becomes another one."""
    node = rng.choice(nodes_of(model))
    node.op_type = rng.choice(OPERATORS)
    node.domain = rng.choice(["", "", "", "ai.ecolm", node.domain])


def mutate_attribute(model: onnx.ModelProto, rng: random.Random) -> None:
    """A node gets an attribute, of the right kind or of another one."""
    node = rng.choice(nodes_of(model))
    name = rng.choice([a.name for a in node.attribute] + ATTRIBUTES)
    for i in reversed(range(len(node.attribute))):
        if node.attribute[i].name == name:
            del node.attribute[i]
    values = [number(rng), [number(rng) for _ in range(rng.randrange(70))], 0.5, [0.5], rng.choice(TEXTS),
              TensorProto(data_type=rng.randrange(28), dims=[abs(number(rng))])]
    value = rng.choice(values[:2] * 3 + values)
    if value == []:
        value = [0]
    node.attribute.append(helper.make_attribute(name, value))


def mutate_type(model: onnx.ModelProto, rng: random.Random) -> None:
    """A value that the model describes gets another type or shape."""
    info = rng.choice([*model.graph.input, *model.graph.output, *model.graph.value_info])
    tensor = info.type.tensor_type
    if rng.random() < 0.3:
        tensor.elem_type = rng.randrange(27)
    elif rng.random() < 0.2 or not tensor.shape.dim:
        tensor.shape.dim.add(dim_value=number(rng))
    elif rng.random() < 0.2:
        tensor.ClearField("shape")
    else:
        dim = rng.choice(tensor.shape.dim)
        if rng.random() < 0.5:
            dim.dim_param = rng.choice(["n", "m", "", "-1", "?", "8"])
        else:
            dim.dim_value = number(rng)


def mutate_tensor(model: onnx.ModelProto, rng: random.Random) -> None:
    """An initializer's type, shape or numbers; axes, sizes and indices among them."""
    tensor = rng.choice(model.graph.initializer)
    action = rng.random()
    if action < 0.2:
        tensor.data_type = rng.randrange(27)
    elif action < 0.4:
        if tensor.dims and rng.random() < 0.7:
            tensor.dims[rng.randrange(len(tensor.dims))] = number(rng)
        else:
            tensor.dims.append(rng.choice([0, 1, number(rng)]))
    elif action < 0.5:
        tensor.raw_data = tensor.raw_data[: rng.randrange(len(tensor.raw_data) + 1)]
    elif tensor.data_type == TensorProto.INT64 and len(tensor.raw_data) >= 8:
        data = bytearray(tensor.raw_data)
        at = rng.randrange(len(data) // 8) * 8
        data[at:at + 8] = number(rng).to_bytes(8, "little", signed=True)
        tensor.raw_data = bytes(data)
    elif tensor.int64_data:
        tensor.int64_data[rng.randrange(len(tensor.int64_data))] = number(rng)
    elif tensor.raw_data:
        data = bytearray(tensor.raw_data)
        data[rng.randrange(len(data))] = rng.randrange(256)
        tensor.raw_data = bytes(data)


def mutate_external(model: onnx.ModelProto, rng: random.Random) -> None:
    """An initializer moves to another file, which may be anything."""
    tensor = rng.choice(model.graph.initializer)
    tensor.data_location = TensorProto.EXTERNAL
    if rng.random() < 0.8:
        tensor.ClearField("raw_data")
    keys = {"location": rng.choice(FILES), "offset": str(number(rng)), "length": str(number(rng)),
            "checksum": "0" * 40, "key": "value"}
    for key in rng.sample(list(keys), rng.randrange(1, 4)):
        tensor.external_data.add(key=key, value=keys[key])


def mutate_function(model: onnx.ModelProto, rng: random.Random) -> None:
    """A node moves to a function, which may call itself; or a function doubles."""
    if model.functions and rng.random() < 0.3:
        model.functions.add().CopyFrom(rng.choice(model.functions))
        return
    node = rng.choice(model.graph.node)
    name, opsets = f"F{len(model.functions)}", [*model.opset_import, helper.make_opsetid("local", 1)]
    function = helper.make_function("local", name, list(dict.fromkeys(node.input)), list(node.output), [node], opsets)
    if rng.random() < 0.2:
        function.node[0].domain, function.node[0].op_type = "local", name
    model.functions.append(function)
    node.domain, node.op_type = "local", name
    model.opset_import.append(opsets[-1])


def mutate_subgraph(model: onnx.ModelProto, rng: random.Random) -> None:
    """A node moves into the branches of an If, again and again perhaps."""
    node = rng.choice(model.graph.node)
    for _ in range(rng.choice([1, 1, 2, 30])):
        outputs = [onnx.ValueInfoProto(name=name) for name in node.output if name]
        branch = helper.make_graph([node], "branch", [], outputs)
        condition = rng.choice(names_of(model)[:20])
        kept = list(node.output)
        made = helper.make_node(rng.choice(["If", "If", "Loop"]), [condition], kept, then_branch=branch, else_branch=branch)
        if made.ByteSize() > 1 << 20:
            return
        node.CopyFrom(made)


def mutate_metadata(model: onnx.ModelProto, rng: random.Random) -> None:
    """The metadata, where the tokenizer and the model's kind stand."""
    keys = ["ecolm.tokenizer", "ecolm.context_length", "ecolm.name", "ecolm.vocabulary"]
    keys += [entry.key for entry in model.metadata_props]
    texts = TEXTS + [str(number(rng)), '{"type": "char", "vocab": []}', "[" * 1000, "{}"]
    kept = [entry for entry in model.metadata_props if rng.random() < 0.7]
    entries = [(entry.key, entry.value) for entry in kept] + [(rng.choice(keys), rng.choice(texts))]
    del model.metadata_props[:]
    for key, value in entries:
        model.metadata_props.add(key=key, value=value)


MUTATIONS = [mutate_field, mutate_field, mutate_edge, mutate_operator, mutate_attribute,
             mutate_attribute, mutate_type, mutate_tensor, mutate_tensor, mutate_external,
             mutate_function, mutate_subgraph, mutate_metadata]


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """Bits, runs of bytes, or the end of the file."""
    changed = bytearray(data or b"\x08")
    at, action = rng.randrange(len(changed)), rng.randrange(5)
    if action == 0:
        changed[at] ^= 1 << rng.randrange(8)
    elif action == 1:
        changed[at] = rng.choice([0, 0x7F, 0x80, 0xFF])
    elif action == 2:
        del changed[at:]
    elif action == 3:
        del changed[at:at + rng.choice([1, 2, 16])]
    else:
        start = rng.randrange(len(changed))
        changed[at:at] = changed[start:start + rng.choice([1, 16, 256])]
    return bytes(changed)


def make_mutant(seed: bytes, rng: random.Random) -> bytes:
    """`seed` after one to four mutations."""
    data = seed
    for _ in range(rng.randrange(1, 5)):
        if rng.random() < 0.1:
            data = mutate_bytes(data, rng)
            continue
        model = onnx.ModelProto()
        try:
            model.ParseFromString(data)
            rng.choice(MUTATIONS)(model, rng)
            data = model.SerializeToString()
        except Exception:  # The part to change is missing, or Python refuses what a file could hold.
            continue
    return data
