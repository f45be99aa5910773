"""A part of the corpus, and faults that its runner must find."""

import dataclasses

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")

import torch  # noqa: E402
from agreement import difference  # noqa: E402
from corpus import Result, check_style, is_good, share, write_tables  # noqa: E402
from intentions import floats, matches, ordinary, style  # noqa: E402
from styles import all_styles  # noqa: E402

STYLES = {style.name: style for style in all_styles()}
# TorchScript's exporter takes a moment; torch.export a second or more.
QUICK = ["bitnet/report", "bitnet/autograd functions", "threshold/nested where",
         "threshold/two scales", "checkpoint/ternary in f16", "pot/integer first",
         "int8/division", "log/clamped exponent", "norm/root mean square, in f32",
         "attention/one projection, triangle buffer", "ordinary/perceptron",
         "ordinary/gate by thresholds", "ordinary/ternary but for one element"]
SLOW = ["bitnet/plain functions", "threshold/half of std, learned alpha",
        "ordinary/vision block"]


@pytest.mark.parametrize("name, exporter", [(name, "TorchScript") for name in QUICK] +
                         [(name, "torch.export") for name in SLOW])
def test_style(name, exporter):
    result = check_style(STYLES[name], exporter)
    assert result.outcome == "recognized", result


def test_size_of_the_corpus():
    assert sum(not s.ordinary for s in STYLES.values()) >= 60
    assert sum(s.ordinary for s in STYLES.values()) >= 40


def test_a_wrong_intention_is_a_miss():
    right = STYLES["bitnet/plain functions"]
    for intent in ({"ternary": 1}, {"ternary": 2, "int8": 1}, {"pot": 1, "int8": 1}):
        planted = dataclasses.replace(right, intent=intent)
        result = check_style(planted, "TorchScript")
        assert result.outcome == "missed" and not is_good([result]), result


def test_an_ordinary_model_taken_for_more_is_a_false_positive():
    planted = dataclasses.replace(STYLES["checkpoint/ternary, one scale"], ordinary=True, intent={})
    result = check_style(planted, "TorchScript")
    assert result.outcome == "false positive" and not is_good([result]), result


class Differing(torch.nn.Module):
    """Gives the exporter another function than it computes itself."""

    def forward(self, x):
        return x * (2 if torch.onnx.is_in_onnx_export() else 3)


def test_a_wrong_export_does_not_count():
    planted = style("planted/export", Differing, floats(2, 3), ternary=1)
    result = check_style(planted, "TorchScript")
    assert result.outcome == "not exported" and "does not compute" in result.message
    assert share([result]) == 0


def test_differences():
    one = torch.ones(3).numpy()
    assert difference([one], [one]) == 0
    assert difference([one * 1.001], [one]) == pytest.approx(1e-3, rel=1e-3)
    assert difference([one * float("nan")], [one]) == float("inf")
    assert difference([one[:2]], [one]) == float("inf")


def test_matching():
    meant = style("planted/meant", torch.nn.Identity, ternary=1, almost=1)
    assert matches(meant, {"ternary": 1, "almost": 2})
    assert not matches(meant, {"ternary": 1})
    plain = ordinary("planted/plain", torch.nn.Identity, attention=1)
    assert matches(plain, {}) and matches(plain, {"attention": 1, "almost": 3})
    assert not matches(plain, {"attention": 2}) and not matches(plain, {"rotary": 1})


def test_share_and_tables():
    results = [Result("a/b", "TorchScript", 13, False, "1 ternary", outcome)
               for outcome in ["recognized"] * 19 + ["missed", "not exported"]]
    assert share(results) == 0.95 and is_good(results)
    assert not is_good(results + [results[-2]])
    plain = Result("ordinary/c", "TorchScript", 13, True, "nothing", "false positive", "1 pot")
    assert not is_good(results + [plain])
    assert "| modules with an intention | 19 | 1 | 0 | 0 | 0 | 1 | 95.0% |" in write_tables(results)
