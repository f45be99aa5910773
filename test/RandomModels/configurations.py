"""What a random model looks like: its sizes, how its parts are spelled, and how it is exported."""

import dataclasses
import random

FAMILIES = ("gpt2", "llama", "bert", "bitnet")


@dataclasses.dataclass(frozen=True)
class Configuration:
    """One model and its export. Every field that a family does not use is drawn all the same."""

    seed: int
    family: str
    # Sizes.
    vocabulary: int
    layers: int
    heads: int
    key_heads: int
    head_size: int
    inner: int
    context: int
    batch: int
    tokens: int
    # How parts are spelled.
    attention: str  # sdpa: torch's function; otherwise products and a softmax
    mask: str  # tril, add, range: how the steps of attention are masked
    scale: str  # scores, query, both: what is scaled
    norm: str  # own: in steps, as checkpoints' code has it; torch: the function
    activation: str
    fused_projections: bool
    rotary: str  # halves, pairs: which elements rotate together
    angles: str  # table, computed
    tied: bool
    bias: bool
    # The export.
    exporter: str  # dynamo, torchscript
    opset: int
    dynamic: bool
    past: bool
    dtype: str  # float32, float16

    @property
    def hidden(self) -> int:
        """The width of the residual stream."""
        return self.heads * self.head_size

    @property
    def name(self) -> str:
        """A name for files and reports."""
        shape = "dynamic" if self.dynamic else "static"
        past = "-past" if self.past else ""
        return f"{self.family}-{self.seed}-{self.exporter}-{self.opset}-{shape}{past}-{self.dtype}"


def draw(seed: int) -> Configuration:
    """The configuration of a seed; families and exporters take turns."""
    r = random.Random(seed)
    family = FAMILIES[seed % 4]
    exporter = ("dynamo", "torchscript")[seed // 4 % 2]
    key_heads = r.choice([1, 1, 2, 3])
    heads = key_heads * r.choice([1, 2, 3]) if family in ("llama", "bitnet") else r.choice([1, 2, 3, 5])
    context = r.choice([13, 64, 97, 280])
    dynamic = r.random() < 0.7
    norm = r.choice(["own", "torch"])
    if exporter == "torchscript" and family in ("llama", "bitnet"):
        norm = "own"  # This exporter does not know torch's RMS norm.
    dtype = "float16" if family != "bitnet" and r.random() < 0.12 else "float32"
    return Configuration(
        seed=seed, family=family, vocabulary=r.choice([2, 17, 61, 96, 131]), layers=r.choice([1, 1, 2, 3]),
        heads=heads, key_heads=key_heads, head_size=r.choice([2, 4, 6, 10, 14, 16, 22]),
        inner=r.choice([1, 7, 31, 40, 65]), context=context, batch=r.choice([1, 1, 2, 3]),
        tokens=r.randint(2, min(context // 2, 20)), attention=r.choice(["sdpa", "steps", "steps"]),
        mask=r.choice(["tril", "add", "range"]), scale=r.choice(["scores", "query", "both"]),
        norm=norm, activation=r.choice(["gelu", "tanh", "new"]),
        fused_projections=r.random() < 0.5, rotary=r.choice(["halves", "halves", "pairs"]),
        angles=r.choice(["table", "computed"]), tied=r.random() < 0.5, bias=r.random() < 0.5,
        exporter=exporter, opset=r.choice([18, 20, 21, 22, 23] if exporter == "dynamo" else [14, 16, 17, 18, 20]),
        dynamic=dynamic, past=family != "bert" and r.random() < 0.5, dtype=dtype)
