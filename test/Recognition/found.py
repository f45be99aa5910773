"""What the compiler says that a graph is, counted by idea."""

import collections

from intentions import OPERATIONS


def name_layer(layer: dict) -> str:
    """The idea that a layer of the report is, or nothing for a dense float matrix."""
    family = layer["format"].split("[")[0]
    kinds = {"ternary": "ternary", "pot": "pot"}
    if layer["kind"] == "butterfly":
        return f"{kinds[family]}_butterfly" if family in kinds else "butterfly"
    if family in kinds:
        return kinds[family]
    return "" if family in ("f32", "f16", "bf16", "f64") else "uniform"


def count_found(report: dict) -> dict[str, int]:
    """Ideas in a report of `ecolm-compile --emit=report-json`."""
    counts = collections.Counter(filter(None, map(name_layer, report["layers"])))
    for idea, operation in OPERATIONS.items():
        counts[idea] += report["operations"].get(operation, 0)
    counts["rotary"] = sum("rotary" in note["idea"] for note in report["recognized"])
    counts["almost"] = len(report["almost_recognized"])
    return +counts
