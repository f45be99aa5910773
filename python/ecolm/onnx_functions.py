"""The `ai.ecolm` operations as ONNX functions whose bodies are standard operators."""

import onnx
from onnx import AttributeProto, FunctionProto, NodeProto, TensorProto, helper

DOMAIN = "ai.ecolm"
DOMAIN_VERSION = 1
STANDARD_OPSET = 23
IR_VERSION = 11  # of opset 23; each opset from there to 26 has the next

# The smallest f32 whose square is at least 2, and the smallest f32 above 1.
SQRT2_ABOVE = 1.41421365737915039
ONE_ABOVE = 1.00000011920928955


class _Body:
    """Collects the nodes of a function body."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []

    def op(self, kind: str, *inputs: str, out: str = "", **attributes) -> str:
        """Append a standard operator and return the name of its output."""
        out = out or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def tensor(self, kind: int, values: list) -> str:
        """A 1-D constant, or a scalar when `values` is a single number."""
        dims = [len(values)] if isinstance(values, list) else []
        flat = values if isinstance(values, list) else [values]
        return self.op("Constant", value=helper.make_tensor("value", kind, dims, flat))

    def attribute(self, name: str, kind: int, field: str) -> str:
        """The function's attribute `name` as a scalar tensor."""
        out = f"v{len(self.nodes)}"
        node = helper.make_node("Constant", [], [out])
        node.attribute.append(AttributeProto(name=field, ref_attr_name=name, type=kind))
        self.nodes.append(node)
        return out

    def powers_of_two(self, exponents: str) -> str:
        """2^exponents in f32: any sane double Pow rounds to the exact power."""
        wide = self.op("Cast", exponents, to=TensorProto.DOUBLE)
        power = self.op("Pow", self.tensor(TensorProto.DOUBLE, 2.0), wide)
        return self.op("Cast", power, to=TensorProto.FLOAT)

    def pot_values(self, codes: str) -> str:
        """Values of power-of-two codes in the type of x, from the attribute emin."""
        code = self.op("Cast", codes, to=TensorProto.FLOAT)
        emin = self.op("Cast", self.attribute("emin", AttributeProto.INT, "value_int"),
                       to=TensorProto.FLOAT)
        offset = self.op("Sub", emin, self.tensor(TensorProto.FLOAT, 1.0))
        power = self.powers_of_two(self.op("Add", self.op("Abs", code), offset))
        return self.op("CastLike", self.op("Mul", self.op("Sign", code), power), "x")

    def sizes(self, tensor: str, *axes: int) -> str:
        """The sizes of `tensor` along `axes` as a list."""
        return self.op("Gather", self.op("Shape", tensor),
                       self.tensor(TensorProto.INT64, list(axes)))

    def function(self, name: str, inputs: list[str], output: str,
                 attributes: list[str], doc: str) -> FunctionProto:
        """Finish: the nodes so far as a function of our domain."""
        domains = [helper.make_opsetid("", STANDARD_OPSET)]
        if any(node.domain == DOMAIN for node in self.nodes):
            domains.append(helper.make_opsetid(DOMAIN, DOMAIN_VERSION))
        return helper.make_function(DOMAIN, name, inputs, [output], self.nodes, domains,
                                    attributes, doc_string=doc)


def log_quantize() -> FunctionProto:
    """LogQuantize(x) -> y by comparing |x| with every threshold; no logarithm.

    thresholds[k] is the smallest magnitude that maps to 2^(emin+k): 2^emin for
    k = 0 whatever the rounding, else 2^(emin+k-1) times 2 (floor), 1.5
    (nearest), sqrt 2 rounded up (nearest_log) or the float above 1 (ceil).
    """
    b = _Body()
    emin = b.attribute("emin", AttributeProto.INT, "value_int")
    emax = b.attribute("emax", AttributeProto.INT, "value_int")
    one = b.tensor(TensorProto.INT64, 1)
    last = b.tensor(TensorProto.INT64, [-1])
    exponents = b.op("Range", emin, b.op("Add", emax, one), one)
    powers = b.powers_of_two(exponents)
    rounding = b.attribute("rounding", AttributeProto.STRING, "value_string")
    factor = b.tensor(TensorProto.FLOAT, 2.0)
    for mode, value in (("nearest", 1.5), ("nearest_log", SQRT2_ABOVE), ("ceil", ONE_ABOVE)):
        name = b.op("Constant", value_string=mode)
        factor = b.op("Where", b.op("Equal", rounding, name),
                      b.tensor(TensorProto.FLOAT, value), factor)
    zero_index = b.tensor(TensorProto.INT64, [0])
    smallest = b.op("Gather", powers, zero_index)
    below = b.op("Slice", powers, zero_index, last)
    thresholds = b.op("Concat", smallest, b.op("Mul", below, factor), axis=0)
    magnitude = b.op("Abs", "x")
    zero = b.op("CastLike", b.tensor(TensorProto.FLOAT, 0.0), "x")
    reached = b.op("GreaterOrEqual", b.op("Unsqueeze", magnitude, last), thresholds)
    candidates = b.op("Where", reached, powers, b.tensor(TensorProto.FLOAT, 0.0))
    power = b.op("ReduceMax", candidates, last, keepdims=0)
    # Underflow "clamp": a magnitude in (0, 2^emin) becomes 2^emin.
    underflow = b.attribute("underflow", AttributeProto.STRING, "value_string")
    clamps = b.op("Equal", underflow, b.op("Constant", value_string="clamp"))
    tiny = b.op("And", b.op("Less", magnitude, smallest), b.op("Greater", magnitude, zero))
    power = b.op("Where", b.op("And", tiny, clamps), smallest, power)
    signed = b.op("Where", b.op("Less", "x", zero), b.op("Neg", power), power)
    # A code has one zero, which NaN becomes as well: it reaches no threshold.
    b.op("Where", b.op("Greater", power, zero), signed, zero, out="y")
    return b.function("LogQuantize", ["x"], "y", ["emin", "emax", "rounding", "underflow"],
                      "y = sign(x) 2^e, e = log2|x| rounded and clamped to [emin, emax]")


def log_quantized_attention() -> FunctionProto:
    """LogQuantizedAttention(q, k, v) -> y, P V with P = LogQuantize(softmax(scale Q K^T)).

    q (B, T, H D), k and v (B, S, G D): query head h reads key/value head
    h // (H / G), so that the H / G heads of a group are rows of one product.
    With is_causal query t sees the keys up to S - T + t.
    """
    b = _Body()
    last, one = b.tensor(TensorProto.INT64, [-1]), b.tensor(TensorProto.INT64, [1])
    heads = b.op("Unsqueeze", b.attribute("q_num_heads", AttributeProto.INT, "value_int"),
                 b.tensor(TensorProto.INT64, [0]))
    groups = b.op("Unsqueeze", b.attribute("kv_num_heads", AttributeProto.INT, "value_int"),
                  b.tensor(TensorProto.INT64, [0]))
    queries, keys = b.sizes("q", 0, 1), b.sizes("k", 0, 1)
    batch, time = b.sizes("q", 0), b.sizes("q", 1)
    total = b.sizes("k", 1)
    size = b.op("Div", b.sizes("q", 2), heads)
    split = b.op("Concat", keys, groups, last, axis=0)
    q = b.op("Reshape", "q", b.op("Concat", queries, heads, last, axis=0))
    q = b.op("Transpose", q, perm=[0, 2, 1, 3])
    q = b.op("Reshape", q, b.op("Concat", batch, groups, last, size, axis=0))
    k = b.op("Transpose", b.op("Reshape", "k", split), perm=[0, 2, 3, 1])
    v = b.op("Transpose", b.op("Reshape", "v", split), perm=[0, 2, 1, 3])
    scale = b.op("CastLike", b.attribute("scale", AttributeProto.FLOAT, "value_float"), "q")
    scores = b.op("Mul", b.op("MatMul", q, k), scale)
    square = b.op("Concat", batch, heads, time, total, axis=0)
    scores = b.op("Reshape", scores, square)
    zero, step = b.tensor(TensorProto.INT64, 0), b.tensor(TensorProto.INT64, 1)
    columns = b.op("Range", zero, b.op("Squeeze", total), step)
    rows = b.op("Range", zero, b.op("Squeeze", time), step)
    newest = b.op("Unsqueeze", b.op("Add", rows, b.op("Sub", total, time)), one)
    causal = b.op("Cast", b.attribute("is_causal", AttributeProto.INT, "value_int"),
                  to=TensorProto.BOOL)
    hidden = b.op("And", b.op("Greater", columns, newest), causal)
    lowest = b.op("CastLike", b.tensor(TensorProto.FLOAT, float("-inf")), "q")
    p = b.op("Softmax", b.op("Where", hidden, lowest, scores), axis=-1)
    quantizer = helper.make_node("LogQuantize", [p], ["quantized"], domain=DOMAIN)
    for name, kind in (("emin", AttributeProto.INT), ("emax", AttributeProto.INT),
                       ("rounding", AttributeProto.STRING), ("underflow", AttributeProto.STRING)):
        quantizer.attribute.append(AttributeProto(name=name, ref_attr_name=name, type=kind))
    b.nodes.append(quantizer)
    p = b.op("Reshape", "quantized", b.op("Concat", batch, groups, last, total, axis=0))
    y = b.op("Reshape", b.op("MatMul", p, v), b.op("Concat", batch, heads, time, last, axis=0))
    y = b.op("Transpose", y, perm=[0, 2, 1, 3])
    b.op("Reshape", y, b.op("Concat", queries, last, axis=0), out="y")
    return b.function("LogQuantizedAttention", ["q", "k", "v"], "y",
                      ["q_num_heads", "kv_num_heads", "scale", "is_causal",
                       "emin", "emax", "rounding", "underflow"],
                      "y = P v, P = LogQuantize(softmax(scale q k^T)), grouped heads")


def butterfly_factor() -> FunctionProto:
    """ButterflyFactor(x, values) -> y, one Kronecker-sparse factor (a, b, c, d)."""
    b = _Body()
    first, end = b.tensor(TensorProto.INT64, [0]), b.tensor(TensorProto.INT64, [-1])
    batch = b.op("Slice", b.op("Shape", "x"), first, end)
    shape = b.op("Shape", "values")
    blocks = b.op("Gather", shape, b.tensor(TensorProto.INT64, [0, 2, 3]))
    x = b.op("Reshape", "x", b.op("Concat", batch, blocks, axis=0))
    values = b.op("CastLike", "values", "x")
    y = b.op("Einsum", x, values, equation="...acd,abcd->...abd")
    b.op("Reshape", y, b.op("Concat", batch, end, axis=0), out="y")
    return b.function("ButterflyFactor", ["x", "values"], "y", [],
                      "y[(ia b + ib) d + id] = sum_ic values[ia,ib,ic,id] x[(ia c + ic) d + id]")


def unpack_ternary() -> FunctionProto:
    """UnpackTernary(codes, shape) -> w: four 2-bit codes w + 1 a byte, lowest bits first."""
    b = _Body()
    last = b.tensor(TensorProto.INT64, [-1])
    shifts = b.tensor(TensorProto.UINT8, [0, 2, 4, 6])
    pairs = b.op("BitShift", b.op("Unsqueeze", "codes", last), shifts, direction="RIGHT")
    codes = b.op("BitwiseAnd", pairs, b.tensor(TensorProto.UINT8, [3]))
    flat = b.op("Reshape", codes, last)
    count = b.op("ReduceProd", "shape", keepdims=1)
    kept = b.op("Slice", flat, b.tensor(TensorProto.INT64, [0]), count)
    wide = b.op("Cast", kept, to=TensorProto.INT32)
    values = b.op("Sub", wide, b.tensor(TensorProto.INT32, 1))
    b.op("Reshape", b.op("Cast", values, to=TensorProto.INT8), "shape", out="w")
    return b.function("UnpackTernary", ["codes", "shape"], "w", [],
                      "w = codes - 1, reshaped; codes are 2 bits wide, lowest bits first")


def ternary_matmul() -> FunctionProto:
    """TernaryMatMul(x, weight, scale) -> y = (x weight^T) scale."""
    b = _Body()
    weight = b.op("Transpose", b.op("CastLike", "weight", "x"), perm=[1, 0])
    b.op("Mul", b.op("MatMul", "x", weight), "scale", out="y")
    return b.function("TernaryMatMul", ["x", "weight", "scale"], "y", [],
                      "y = (x weight^T) scale; weight (N, K) in {-1, 0, 1}")


def pot_matmul() -> FunctionProto:
    """PotMatMul(x, weight, scale) -> y; a code is 0 or sign (e - emin + 1)."""
    b = _Body()
    product = b.op("MatMul", "x", b.op("Transpose", b.pot_values("weight"), perm=[1, 0]))
    b.op("Mul", product, "scale", out="y")
    return b.function("PotMatMul", ["x", "weight", "scale"], "y", ["emin", "emax"],
                      "y = (x value^T) scale; value is 0 or sign 2^(|code| - 1 + emin)")


def quantize_int8() -> FunctionProto:
    """QuantizeInt8(x) -> y, per token: y = clip(round(x s), -128, 127) / s, s = 127 / max|x|."""
    b = _Body()
    last = b.tensor(TensorProto.INT64, [-1])
    largest = b.op("ReduceMax", b.op("Abs", "x"), last, keepdims=1)
    floor = b.op("CastLike", b.tensor(TensorProto.FLOAT, 1e-5), "x")
    scale = b.op("Div", b.op("CastLike", b.tensor(TensorProto.FLOAT, 127.0), "x"),
                 b.op("Max", largest, floor))
    bounds = [b.op("CastLike", b.tensor(TensorProto.FLOAT, value), "x")
              for value in (-128.0, 127.0)]
    code = b.op("Clip", b.op("Round", b.op("Mul", "x", scale)), *bounds)
    b.op("Div", code, scale, out="y")
    return b.function("QuantizeInt8", ["x"], "y", [],
                      "y = clip(round_half_even(x s), -128, 127) / s, s = 127 / max(max|x|, 1e-5)")


def _grouped_product(b: _Body, values: str) -> None:
    """y = sum_g scales[n, g] sum_k x[g, k] values[n, g, k]: values (N, K), scales (N, G)."""
    last = b.tensor(TensorProto.INT64, [-1])
    groups = b.op("Concat", b.op("Shape", "scales"), last, axis=0)
    batch = b.op("Slice", b.op("Shape", "x"), b.tensor(TensorProto.INT64, [0]), last)
    x = b.op("Reshape", "x", b.op("Concat", batch, b.sizes("scales", 1), last, axis=0))
    products = b.op("Einsum", x, b.op("Reshape", values, groups), equation="...gk,ngk->...ng")
    scaled = b.op("Mul", products, b.op("CastLike", "scales", "x"))
    b.op("ReduceSum", scaled, last, keepdims=0, out="y")


def ternary_group_matmul() -> FunctionProto:
    """TernaryGroupMatMul(x, weight, scales) -> y; one scale per group of K / G inputs of a row."""
    b = _Body()
    _grouped_product(b, b.op("CastLike", "weight", "x"))
    return b.function("TernaryGroupMatMul", ["x", "weight", "scales"], "y", [],
                      "y = sum_g scales[n, g] sum_k in g weight[n, k] x[k]; weight in {-1, 0, 1}")


def pot_group_matmul() -> FunctionProto:
    """PotGroupMatMul(x, weight, scales) -> y; codes as in PotMatMul, scales per group."""
    b = _Body()
    _grouped_product(b, b.pot_values("weight"))
    return b.function("PotGroupMatMul", ["x", "weight", "scales"], "y", ["emin", "emax"],
                      "y = sum_g scales[n, g] sum_k in g value[n, k] x[k]; "
                      "value is 0 or sign 2^(|code| - 1 + emin)")


FUNCTIONS = {function().name: function for function in
             (log_quantize, log_quantized_attention, butterfly_factor, unpack_ternary,
              ternary_matmul, pot_matmul, quantize_int8, ternary_group_matmul, pot_group_matmul)}


def make_model(graph: onnx.GraphProto, metadata: dict[str, str] | None = None,
               opset: int = STANDARD_OPSET) -> onnx.ModelProto:
    """A checked model of `graph` with the functions of our domain that it calls.

    An `opset` from 23 to 26 is the model's and its functions': runtimes want them equal.
    """
    functions, wanted = {}, [node.op_type for node in graph.node if node.domain == DOMAIN]
    while wanted:
        name = wanted.pop()
        if name in FUNCTIONS and name not in functions:
            functions[name] = FUNCTIONS[name]()
            wanted += [node.op_type for node in functions[name].node if node.domain == DOMAIN]
            for used in functions[name].opset_import:
                used.version = opset if used.domain == "" else used.version
    contributed = {node.domain for node in graph.node} - {"", DOMAIN}
    model = helper.make_model(
        graph, functions=[functions[name] for name in FUNCTIONS if name in functions],
        opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid(DOMAIN, DOMAIN_VERSION),
                       *(helper.make_opsetid(domain, 1) for domain in sorted(contributed))],
        producer_name="ecolm", ir_version=IR_VERSION + opset - STANDARD_OPSET)
    helper.set_model_props(model, metadata or {})
    onnx.checker.check_model(model, full_check=True)
    return model
