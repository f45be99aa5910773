"""Programs that evaluate tensors: .npy and .npz in and out, and every way to get them wrong."""

import io
import zipfile

import numpy as np
import pytest

import stub_programs as stub
from stub_programs import output, refused

IDS = np.random.default_rng(0).integers(0, 33, (1, 50))


def general_inputs(rows=4):
    """One input of each kind, filled from a fixed seed."""
    draw = np.random.default_rng(1)
    return {
        "x": draw.standard_normal((rows, 3)).astype("f4"),
        "double": draw.standard_normal(5),
        "byte": draw.integers(-128, 128, 6).astype("i1"),
        "ubyte": draw.integers(0, 256, 7).astype("u1"),
        "short": draw.integers(-2**15, 2**15, 8).astype("i2"),
        "int": draw.integers(-2**31, 2**31, 9).astype("i4"),
        "long": draw.integers(-2**63, 2**63 - 1, 10),
        "truth": draw.integers(0, 2, 11).astype(bool),
        "path/like:0": np.array(-7)}


def expected_outputs(inputs):
    names = [name + "_out" for name in inputs]
    names[0], names[-1] = "y", "path/out:0"
    return dict(zip(names, [2 * inputs["x"], *list(inputs.values())[1:]]))


def check_same(found, expected):
    assert sorted(found) == sorted(expected)
    for name, value in expected.items():
        assert found[name].dtype == value.dtype, name
        assert found[name].shape == value.shape, name
        assert np.array_equal(found[name], value), name


@pytest.fixture
def ids(tmp_path):
    np.save(tmp_path / "ids.npy", IDS)
    return tmp_path / "ids.npy"


@pytest.mark.parametrize("chunk", [1, 2, 5, 16, 17, 50])
def test_language_models_evaluate_ids(chunk, ids, tmp_path):
    for arguments in (["--output", tmp_path / "l.npy"], ["--output", f"logits={tmp_path}/l.npy"]):
        assert output("language", "--input", ids, *arguments, "--chunk", chunk) == b""
        logits = np.load(tmp_path / "l.npy")
        assert logits.shape == (1, 50, 33) and logits.dtype == np.float32
        assert np.array_equal(logits[0], stub.logits_of(IDS[0]))
    assert len(list(tmp_path.iterdir())) == 2


def test_standard_input_and_output(ids):
    with ids.open("rb") as stream:
        logits = output("language", "--input", "-", "--output", "-", stdin=stream)
    assert np.array_equal(np.load(io.BytesIO(logits))[0], stub.logits_of(IDS[0]))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_every_element_type_there_and_back(save, tmp_path):
    inputs = general_inputs()
    save(tmp_path / "in.npz", **inputs)
    output("general", "--input", tmp_path / "in.npz", "--output", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as found:
        check_same(found, expected_outputs(inputs))
    assert zipfile.ZipFile(tmp_path / "out.npz").testzip() is None


def test_tensors_by_name(tmp_path):
    inputs = general_inputs(rows=1000)
    arguments = []
    for i, (name, value) in enumerate(inputs.items()):
        np.save(tmp_path / f"{i}.npy", value)
        arguments += ["--input", f"{name}={tmp_path}/{i}.npy"]
    arguments += ["--output", f"y={tmp_path}/y.npy", "--output", f"path/out:0={tmp_path}/p.npy",
                  "--output", tmp_path / "all.npz"]
    output("general", *arguments)
    expected = expected_outputs(inputs)
    assert np.array_equal(np.load(tmp_path / "y.npy"), expected["y"])
    assert np.load(tmp_path / "p.npy") == -7
    with np.load(tmp_path / "all.npz") as found:
        check_same(found, expected)


def test_empty_tensors(tmp_path):
    inputs = general_inputs(rows=0)
    inputs["long"] = np.zeros(0, "i8")
    np.savez(tmp_path / "in.npz", **inputs)
    output("general", "--input", tmp_path / "in.npz", "--output", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as found:
        check_same(found, expected_outputs(inputs))


def test_files_with_equals_signs(ids, tmp_path):
    ids.rename(tmp_path / "a=b.npy")
    output("language", "--input", "./a=b.npy", "--output", "./c=d.npy", cwd=tmp_path)
    assert (tmp_path / "c=d.npy").exists()
    refused(stub.USAGE, "has no tensor of that name; it has 'input_ids'", "language",
            "--input", "a=b.npy", "--output", "./c.npy", cwd=tmp_path)


def test_equal_results_make_equal_files(ids, tmp_path):
    for name in ("1.npz", "2.npz"):
        output("language", "--input", ids, "--output", tmp_path / name)
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()


@pytest.mark.parametrize("value, words", [
    (IDS.astype("i4"), "input 'input_ids' is int64 (1, ?), but"),
    (IDS.astype("f4"), "holds float32 (1, 50); convert it with numpy's astype('int64')"),
    (IDS[0], "holds int64 (50,); reshape it (? takes any size)"),
    (np.zeros((2, 5), "i8"), "holds int64 (2, 5); reshape it"),
    (np.zeros((1, 0), "i8"), "input 'input_ids' is empty"),
    (np.zeros((1, 65), "i8"), "has 65 tokens and the model's context holds 64"),
    (np.array([[0, 33]]), "holds the token id 33 at index 1; ids run from 0 to 32"),
    (np.array([[-1]]), "holds the token id -1 at index 0"),
    (np.array([[2**31]]), "holds the token id 2147483648"),
    (np.array([[2**63 - 1]]), "holds the token id 9223372036854775807"),
    (IDS.astype(">i8"), "it is big-endian"),
    (np.array([["a"]], object), "it holds Python objects, which"),
    (np.asfortranarray(np.zeros((3, 2), "i8")), "is stored column by column (Fortran order)"),
    (IDS.astype("c8"), "'<c8'")])
def test_inputs_that_are_refused(value, words, tmp_path):
    np.save(tmp_path / "in.npy", value)
    result = tmp_path / "out.npy"
    refused(stub.BAD_INPUT, words, "language", "--input", tmp_path / "in.npy", "--output", result)
    assert not result.exists()


def test_batches_are_refused(tmp_path):
    np.save(tmp_path / "in.npy", np.zeros((2, 5), "i8"))
    refused(stub.BAD_INPUT, "holds 2 sequences; give one at a time, as shape (1, length)",
            "any-batch", "--input", tmp_path / "in.npy", "--output", tmp_path / "out.npy")


def test_matching_inputs_that_are_refused(ids, tmp_path):
    out, npz = ["--output", tmp_path / "o.npz"], tmp_path / "in.npz"
    inputs = general_inputs()
    np.savez(npz, **{name: inputs[name] for name in inputs if name != "short"})
    refused(stub.USAGE, "input 'short' is missing; give it with --input short=FILE.npy",
            "general", "--input", npz, *out)
    refused(stub.USAGE, "input 'x' is given twice; give it once", "general", "--input", npz,
            "--input", npz, *out)
    np.savez(npz, **inputs, extra=np.zeros(1))
    refused(stub.BAD_INPUT, "holds 'extra', which is no input of the model; its inputs are 'x', ",
            "general", "--input", npz, *out)
    np.savez(npz, **{**inputs, "x": np.zeros((4, 2), "f4")})
    refused(stub.BAD_INPUT, "input 'x' is float32 (?, 3), but", "general", "--input", npz, *out)
    refused(stub.USAGE, "does not say which input it is", "general", "--input", ids, *out)
    refused(stub.USAGE, "input 'input_ids' is missing", "language", *out)
    refused(stub.USAGE, "given twice", "language", "--input", ids, "--input", ids, *out)
    refused(stub.USAGE, "the file name is empty", "language", "--input", "input_ids=", *out)
    refused(stub.INPUT_OUTPUT, "No such file", "language", "--input", "none.npy", *out)


def test_outputs_that_are_refused(ids, tmp_path):
    def refuse(name, code, words, *arguments):
        refused(code, words, name, "--input", ids, *arguments)
    refuse("language", stub.USAGE, "there is no place for the results; add")
    refuse("language", stub.USAGE, "no tensor of that name; it has 'logits'", "--output", "y=l.npy")
    refuse("language", stub.USAGE, "a .npz file takes all outputs", "--output", "logits=l.npz")
    refuse("language", stub.USAGE, "two --output options name the file", "--output", "/tmp/l.npy",
           "--output", "logits=/tmp/l.npy")
    refuse("general", stub.USAGE, "does not say which of 9 outputs it is for; write NAME=",
           "--output", "l.npy")
    refuse("language", stub.INPUT_OUTPUT, "': it is a directory", "--output", tmp_path)
    refuse("language", stub.INPUT_OUTPUT, "No space left", "--output", "/dev/full")
    # Of two files either both appear or none.
    refuse("language", stub.INPUT_OUTPUT, "must exist and be writable", "--output",
           tmp_path / "good.npy", "--output", tmp_path / "none" / "bad.npy")
    assert list(tmp_path.iterdir()) == [ids]


@pytest.mark.parametrize("status, code, words", [
    (1, stub.BAD_INPUT, "refused its inputs: an index lies outside the dimension"),
    (2, stub.BAD_INPUT, "refused its inputs: two dimensions that must agree do not"),
    (3, stub.MODEL_FAILURE, "not enough memory to evaluate the model"),
    (77, stub.MODEL_FAILURE, "the unknown status 77"),
    (256, stub.BAD_INPUT, "the model refused its inputs: node 'a': an index is wrong; check"),
    (257, stub.BAD_INPUT, "node 'b': a size is negative; check the shapes and the values"),
    (258, stub.MODEL_FAILURE, "the unknown status 258")])
def test_models_that_fail(status, code, words, tmp_path):
    inputs = general_inputs()
    inputs["x"][0, 0] = 1000 + status
    np.savez(tmp_path / "in.npz", **inputs)
    refused(code, words, "general", "--input", tmp_path / "in.npz",
            "--output", tmp_path / "out.npz")
    assert not (tmp_path / "out.npz").exists()


def test_language_models_that_fail(tmp_path):
    """A later chunk may fail where the first did not."""
    assert stub.run("refuses", "--prompt", "a", "-n", 0).returncode == 0
    done = refused(stub.BAD_INPUT, "node 'lookup\\x1b': it refuses; check", "refuses",
                   "--prompt", "a", "-n", 5)
    assert len(done.stdout) == 2  # the prompt and the token that the first chunk gave
    np.save(tmp_path / "ids.npy", np.zeros((1, 20), np.int64))
    refused(stub.BAD_INPUT, "it refuses", "refuses", "--input", tmp_path / "ids.npy",
            "--output", tmp_path / "logits.npy")
    assert not (tmp_path / "logits.npy").exists()


def test_damaged_files_never_fault(tmp_path):
    """Seeded damage to valid files: done or refused, never a signal."""
    draw = np.random.default_rng(2)
    archive = io.BytesIO()
    np.savez_compressed(archive, input_ids=IDS)
    array = io.BytesIO()
    np.save(array, IDS)
    outcomes = set()
    for name, whole in (("d.npz", archive.getvalue()), ("d.npy", array.getvalue())):
        for _ in range(100):
            damaged = bytearray(whole)
            for _ in range(draw.integers(1, 4)):
                damaged[draw.integers(0, len(damaged))] = draw.integers(0, 256)
            if draw.integers(0, 3) == 0:
                del damaged[draw.integers(0, len(damaged)):]
            (tmp_path / name).write_bytes(damaged)
            done = stub.run("language", "--input", tmp_path / name, "--output", "/dev/null")
            assert done.returncode in (0, stub.USAGE, stub.BAD_INPUT), done
            outcomes.add(done.returncode)
    assert outcomes >= {0, stub.BAD_INPUT}
