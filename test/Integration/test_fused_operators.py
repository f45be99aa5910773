"""Operators of com.microsoft: programs against onnxruntime, whose operators they are."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from programs import compile_model

KINDS = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64, "int32": TensorProto.INT32}
DRAW = np.random.default_rng(11)


def floats(*shape):
    return DRAW.standard_normal(shape).astype("f4")


class Model:
    """Nodes of com.microsoft, one after another; every result is an output."""

    def __init__(self):
        self.nodes, self.inputs, self.constants, self.outputs = [], {}, {}, []

    def add(self, operator, operands, outputs=1, **attributes):
        """Operands are names of inputs, constants, or None."""
        names = []
        for operand in operands:
            if isinstance(operand, np.ndarray):
                names.append(f"c{len(self.constants)}")
                self.constants[names[-1]] = operand
            else:
                names.append(operand or "")
        results = [f"y{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(operator, names, results, f"{operator}{len(self.nodes)}",
                                           domain="com.microsoft", **attributes))
        self.outputs += results
        return results

    def feed(self, name, array, dims=None):
        """An input, with names for the dims that the run decides."""
        self.inputs[name] = (array, dims or array.shape)
        return name

    def proto(self):
        inputs = [helper.make_tensor_value_info(name, KINDS[str(array.dtype)], dims)
                  for name, (array, dims) in self.inputs.items()]
        outputs = [helper.make_empty_tensor_value_info(name) for name in self.outputs]
        constants = [numpy_helper.from_array(array, name) for name, array in self.constants.items()]
        graph = helper.make_graph(self.nodes, "fused", inputs, outputs, constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20),
                                                       helper.make_opsetid("com.microsoft", 1)], ir_version=10)

    def feeds(self):
        return {name: array for name, (array, _) in self.inputs.items()}

    def check(self, folder, tolerance=2e-5, reference=None):
        """The program gives what onnxruntime gives, of this model or of `reference`."""
        proto, reference = self.proto(), reference or self
        session = onnxruntime.InferenceSession(reference.proto().SerializeToString())
        feeds, expected = self.feeds(), session.run(None, reference.feeds())
        for output, value in zip(proto.graph.output, expected):
            output.type.tensor_type.elem_type = helper.np_dtype_to_tensor_dtype(value.dtype)
        found = compile_model(proto, folder / "program").evaluate(feeds)
        for (name, value), wanted in zip(found.items(), expected):
            assert value.dtype == wanted.dtype and value.shape == wanted.shape, name
            np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance, err_msg=name)


def test_norms_and_activations(tmp_path):
    model = Model()
    x, skip = model.feed("x", floats(2, 5, 12), ["b", "t", 12]), model.feed("skip", floats(2, 5, 12), ["b", "t", 12])
    ids = model.feed("ids", DRAW.integers(0, 9, (2, 5)).astype("i4"), ["b", "t"])
    mask = model.feed("mask", np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], "i4"), ["b", "t"])
    for bias in (None, floats(12)):
        model.add("SkipLayerNormalization", [x, skip, floats(12), floats(12), bias], epsilon=1e-5)
        model.add("SkipSimplifiedLayerNormalization", [x, skip, floats(12), bias], epsilon=1e-6)
        model.add("FastGelu", [x, bias])
    model.add("BiasGelu", [x, floats(12)])
    model.add("Gelu", [x])
    model.add("QuickGelu", [x], alpha=1.5)
    model.add("EmbedLayerNormalization", [ids, ids, floats(9, 12), floats(7, 12), floats(9, 12), floats(12), floats(12),
                                          mask], outputs=2, epsilon=1e-6)
    model.check(tmp_path)


def test_sums_are_results_too(tmp_path):
    model = Model()
    x, skip = model.feed("x", floats(3, 4, 8)), model.feed("skip", floats(3, 4, 8))
    names = model.add("SkipLayerNormalization", [x, skip, floats(8), floats(8), floats(8)], outputs=4, epsilon=1e-5)
    model.nodes[-1].output[1:3] = ["", ""]
    model.outputs = [names[0], names[3]]
    model.check(tmp_path)


def test_products_of_blocks(tmp_path):
    """Every width, every kind of zero points, and columns that do not fill the last block."""
    model, rows = Model(), 6
    for columns in (64, 40):
        a = model.feed(f"a{columns}", floats(3, columns), ["n", columns])
        for bits in (2, 4, 8):
            blocks, size = -(-columns // 32), 32 * bits // 8
            stored = DRAW.integers(0, 256, (rows, blocks, size)).astype("u1")
            scales = (0.1 * floats(rows * blocks)).astype("f4")
            packed = DRAW.integers(0, 256, rows * -(-blocks * bits // 8)).astype("u1")
            zeros = [None, packed] + ([floats(rows * blocks)] if bits == 4 else [])
            for zero in zeros:
                model.add("MatMulNBits", [a, stored, scales, zero, None, floats(rows) if zero is None else None],
                          K=columns, N=rows, bits=bits, block_size=32)
    model.check(tmp_path, tolerance=1e-4)


@pytest.mark.parametrize("width", [64, 40])
def test_gather_of_blocks(width, tmp_path):
    """Every width of codes, with and without zero points, along several axes."""
    model, rows = Model(), 6
    ids = model.feed("ids", np.array([[0, 5, 3], [-1, 2, -6]]), ["b", "t"])
    scales = floats(rows, -(-width // 16))
    for bits in (2, 4, 8):
        table = DRAW.integers(0, 256, (rows, width * bits // 8)).astype("u1")
        zeros = DRAW.integers(0, 256, (rows, -(-scales.shape[1] * bits // 8))).astype("u1")
        for zero in (None, zeros):
            model.add("GatherBlockQuantized", [table, ids, scales, zero], bits=bits, block_size=16)
    for kind, low in (("int4", -8), ("uint4", 0)):
        draw = lambda *shape: DRAW.integers(low, low + 16, shape).astype(kind)  # noqa: E731
        for gather, quantize in ((0, 1), (1, 0), (-1, 2), (0, -1)):
            shape = [8, 8, 8]
            shape[quantize] = 32
            scaled = [*shape]
            scaled[quantize] = 2
            for zero in (None, draw(*scaled)):
                model.add("GatherBlockQuantized", [draw(*shape), ids, floats(*scaled), zero], gather_axis=gather,
                          quantize_axis=quantize, block_size=16)
    model.check(tmp_path)


def test_integer_products(tmp_path):
    model = Model()
    a = model.feed("a", floats(3, 8))
    weight = DRAW.integers(-128, 128, (8, 5)).astype("i1")
    model.add("DynamicQuantizeMatMul", [a, weight, np.array(0.02, "f4"), np.array(3, "i1"), floats(5)])
    model.add("MatMulIntegerToFloat", [DRAW.integers(0, 256, (3, 8)).astype("u1"), weight, np.array(0.1, "f4"),
                                       np.array(0.03, "f4"), np.array(7, "u1"), None, floats(5)])
    model.check(tmp_path)


def test_multi_head_attention(tmp_path):
    model = Model()
    q, k, v = (model.feed(name, floats(2, length, 12), ["b", name + "t", 12])
               for name, length in (("q", 4), ("k", 4), ("v", 4)))
    mask = model.feed("mask", np.array([[1, 1, 1, 0], [1, 1, 1, 1]], "i4"), ["b", "s"])
    longer = model.feed("longer", np.array([[1, 1, 0, 1, 1, 1, 0], [1] * 7], "i4"), ["b", "l"])
    past = [model.feed(name, floats(2, 3, 3, 4), ["b", 3, "p", 4]) for name in ("pk", "pv")]
    model.add("MultiHeadAttention", [q, k, v], num_heads=3)
    model.add("MultiHeadAttention", [q, k, v, floats(36), mask], num_heads=3, scale=0.3)
    model.add("MultiHeadAttention", [q, k, v], num_heads=2, unidirectional=1)
    model.add("MultiHeadAttention", [q, k, v, None, longer, None, *past], outputs=3, num_heads=3)
    model.add("Attention", [q, floats(12, 36), floats(36), mask], num_heads=3)
    lengths = model.feed("lengths", np.array([3, 4], "i4"), ["b"])
    model.add("Attention", [q, floats(12, 36), floats(36), lengths], num_heads=2, unidirectional=1)
    model.check(tmp_path)


def test_packed_heads(tmp_path):
    """Against the same numbers unpacked: onnxruntime has no packed ones on processors."""
    packed, plain = Model(), Model()
    every, both, q = floats(2, 4, 3, 3, 4), floats(2, 5, 3, 2, 4), floats(2, 4, 12)
    cache = [floats(2, 3, 6, 4), floats(2, 3, 6, 4)]
    bias = floats(36)
    rows = lambda x: x.reshape(*x.shape[:2], -1)  # noqa: E731
    mask = np.array([[1, 1, 0, 1, 1], [1] * 5], "i4")
    for model, parts in ((packed, [[every], [q, both], [q, *cache]]),
                         (plain, [[rows(every[:, :, :, i]) for i in range(3)],
                                  [q, *(rows(both[:, :, :, i]) for i in range(2))],
                                  [q, *(rows(x.transpose(0, 2, 1, 3)) for x in cache)]])):
        names = [[model.feed(f"x{i}_{j}", x) for j, x in enumerate(arrays)] for i, arrays in enumerate(parts)]
        names = [[*group, None, None][:3] for group in names]
        added = [bias, bias, bias if model is packed else np.concatenate([bias[:12], 0 * bias[12:]])]
        model.add("MultiHeadAttention", names[0], outputs=3, num_heads=3, unidirectional=1)
        model.add("MultiHeadAttention", [*names[1], None, model.feed("mask", mask)], num_heads=3, scale=0.4)
        for group, values in zip(names, added):
            model.add("MultiHeadAttention", [*group, values], num_heads=3)
    packed.check(tmp_path, reference=plain)


@pytest.mark.parametrize("rotates", [0, 1])
def test_group_query_attention(rotates, tmp_path):
    """Prompts, steps with a past that is full, and with one that has room; rows of several lengths."""
    model = Model()
    tables = [floats(20, 8), floats(20, 8)] if rotates else [None, None]
    def group(tokens, past, last, total, packed=False, **attributes):
        n = len(model.nodes)
        q = model.feed(f"q{n}", floats(2, tokens, 128 if packed else 64))
        k, v = (None, None) if packed else (model.feed(f"{x}{n}", floats(2, tokens, 32)) for x in "kv")
        pasts = [model.feed(f"p{x}{n}", floats(2, 2, past, 16)) for x in "kv"] if past else [None, None]
        rows = model.feed(f"rows{n}", np.array(last, "i4"))
        model.add("GroupQueryAttention", [q, k, v, *pasts, rows, np.array(total, "i4"), *tables], outputs=3,
                  num_heads=4, kv_num_heads=2, do_rotary=rotates, **attributes)
    group(5, 0, [4, 4], 5)
    group(1, 6, [6, 6], 7, packed=True)
    group(1, 8, [6, 3], 7, scale=0.2)
    group(1, 6, [6, 6], 7, local_window_size=3, softcap=2.0)
    model.check(tmp_path)


def test_rotary_embedding(tmp_path):
    model = Model()
    x = model.feed("x", floats(2, 5, 12), ["b", "t", 12])
    positions = model.feed("positions", DRAW.integers(0, 9, (2, 5)), ["b", "t"])
    for interleaved in (0, 1):
        model.add("RotaryEmbedding", [x, positions, floats(9, 3), floats(9, 3)], interleaved=interleaved)
        model.add("RotaryEmbedding", [x, np.array([2]), floats(9, 2), floats(9, 2)], interleaved=interleaved)
    model.check(tmp_path)
