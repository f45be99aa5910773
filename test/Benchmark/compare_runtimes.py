"""Measures a compiled language model beside ONNX Runtime and, where it can
compile the model, IREE: the same file, in one run, in turn.

    python3 test/Benchmark/compare_runtimes.py MODEL.onnx PROGRAM [--rounds N]

prints the table that docs/Performance.md holds. Peers evaluate the exported
graph as it is, which has no key/value cache: a new token costs them the whole
prefix. Medians over rounds; the peers are PyPI's onnxruntime, and
iree-base-compiler with iree-base-runtime if they are installed."""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnx.inliner
import onnx.reference

POSITION = 224
PREFILL = 224


def read_program(program, threads):
    """One round of the program's own bench."""
    result = json.loads(subprocess.run(
        [program, "bench", "--json", "-t", str(threads)], check=True, capture_output=True,
        text=True).stdout)
    return {"prefill": result["prefill"][-1]["tokens_per_second"],
            "decode": result["decode"][-1]["tokens_per_second"],
            "resident": result["memory"]["peak_resident_bytes"]}


def time_calls(call, seconds=0.5):
    """Median seconds of one call, over at least `seconds` and five calls."""
    call()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure_graph(run, vocabulary):
    ids = np.random.default_rng(0).integers(0, vocabulary, (1, PREFILL), dtype=np.int64)
    seconds = time_calls(lambda: run(ids[:, :PREFILL]))
    step = time_calls(lambda: run(ids[:, :POSITION]))
    return {"prefill": PREFILL / seconds, "decode": 1 / step}


def child_onnxruntime(model, threads):
    """Runs in a process of its own, so that its memory can be read."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options)
    vocabulary = session.get_outputs()[0].shape[-1]
    result = measure_graph(lambda ids: session.run(None, {"input_ids": ids}), vocabulary)
    return result | {"resident": peak_resident(), "version": onnxruntime.__version__}


def child_iree(module, threads):
    import iree.runtime
    # local-task has a worker for every core; local-sync has the caller alone.
    config = iree.runtime.Config("local-sync" if threads == 1 else "local-task")
    context = iree.runtime.SystemContext(config=config)
    context.add_vm_module(iree.runtime.VmModule.mmap(context.instance, module))
    function = next(getattr(context.modules[name], entry)
                    for name in context.modules.keys() if name != "hal"
                    for entry in context.modules[name].vm_module.function_names
                    if not entry.startswith("__") and not entry.endswith("$async"))
    result = measure_graph(lambda ids: np.asarray(function(ids)), 64)
    return result | {"resident": peak_resident(), "version": "3"}


def peak_resident():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def fold_constants(graph, opsets):
    """Computes every node of constants with onnx's reference evaluator; strings among them."""
    known = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    rest = []
    for node in graph.node:
        if not all(name in known for name in node.input if name):
            rest.append(node)
            continue
        single = onnx.helper.make_graph(
            [node], "fold", [onnx.ValueInfoProto(name=name) for name in node.input if name],
            [onnx.ValueInfoProto(name=name) for name in node.output])
        evaluator = onnx.reference.ReferenceEvaluator(
            onnx.helper.make_model(single, opset_imports=opsets))
        values = evaluator.run(None, {name: known[name] for name in node.input if name})
        for name, value in zip(node.output, values):
            value = np.asarray(value)
            # Strings of different lengths have different types otherwise.
            known[name] = value.astype(object) if value.dtype.kind in "US" else value
    read = {name for node in rest for name in node.input}
    del graph.node[:], graph.initializer[:]
    graph.node.extend(rest)
    graph.initializer.extend(onnx.numpy_helper.from_array(value, name)
                             for name, value in known.items() if name in read)


def inline(model):
    """The model without local functions, with constants folded and without what is unused."""
    plain = onnx.inliner.inline_local_functions(onnx.load(model))
    fold_constants(plain.graph, plain.opset_import)
    used = {output.name for output in plain.graph.output}
    kept = []
    for node in reversed(plain.graph.node):
        if used & set(node.output):
            used |= set(node.input)
            kept.append(node)
    del plain.graph.node[:]
    plain.graph.node.extend(reversed(kept))
    return plain


def compile_with_iree(model, folder):
    """The compiled module, or what went wrong, in IREE's words."""
    inlined, plain = folder / "inlined.onnx", inline(model)
    # It does not compile the model for every length, so it gets one.
    for value in [*plain.graph.input, *plain.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_value = PREFILL
    del plain.graph.value_info[:]
    onnx.save(onnx.shape_inference.infer_shapes(plain, data_prop=True), inlined)
    try:
        for command in (["iree-import-onnx", inlined, "-o", folder / "model.mlir"],
                        ["iree-compile", folder / "model.mlir", "-o", folder / "model.vmfb",
                         "--iree-hal-target-device=local", "--iree-opt-level=O3",
                         "--iree-hal-local-target-device-backends=llvm-cpu",
                         "--iree-llvmcpu-target-cpu=host"]):
            subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    except FileNotFoundError:
        return None, "not installed"
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if "error" in line.lower()]
        return None, (lines or error.stderr.splitlines() or ["failed"])[0].strip()[-160:]
    return folder / "model.vmfb", ""


def run_child(kind, path, threads):
    output = subprocess.run([sys.executable, __file__, "--child", kind, str(path), str(threads)],
                            capture_output=True, text=True)
    if output.returncode:
        return None
    return json.loads(output.stdout.splitlines()[-1])


def median_of(rounds):
    return {key: statistics.median(r[key] for r in rounds)
            for key in rounds[0] if key != "version"}


def print_table(model, program, info, measured, iree_reason):
    size = pathlib.Path(model).stat().st_size
    executable = pathlib.Path(program).stat().st_size
    print("| | program | ONNX Runtime | IREE |\n|---|--:|--:|--:|")
    module = measured.get(("iree", 1), {}).get("file")
    module = f"{module:,} (module)" if module else ""
    print(f"| file (bytes) | {executable:,} (program, weights inside) | {size:,} (model) | {module} |")
    print(f"| bits per weight, linear layers | {info['ternary bits per weight']:.2f} | 32 | |")
    removed = int(info["weight multiplications removed per token"])
    print(f"| multiplications by weights removed, per token | {removed:,} | 0 | 0 |")

    def cell(name, threads, key, scale=1, digits=0):
        found = measured.get((name, threads))
        return f"{found[key] / scale:,.{digits}f}" if found else "-"
    for threads in (1, 2):
        for key, label, scale, digits in (
                ("resident", "peak resident (MiB)", 1 << 20, 1),
                ("prefill", f"prefill of {PREFILL} (tokens/s)", 1, 0),
                ("decode", f"decode at {POSITION} (tokens/s)", 1, 0)):
            cells = " | ".join(cell(name, threads, key, scale, digits)
                               for name in ("program", "onnxruntime", "iree"))
            print(f"| {label}, {threads} thread{'s' * (threads > 1)} | {cells} |")
    if iree_reason:
        print(f"\nIREE does not compile this model: {iree_reason}")


def main():
    if sys.argv[1:2] == ["--child"]:
        kind, path, threads = sys.argv[2:]
        child = child_onnxruntime if kind == "onnxruntime" else child_iree
        print(json.dumps(child(path, int(threads))))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    info = json.loads(subprocess.run([program, "info", "--json"], check=True,
                                     capture_output=True, text=True).stdout)
    with tempfile.TemporaryDirectory() as folder:
        iree_module, iree_reason = compile_with_iree(arguments.model, pathlib.Path(folder))
        rounds = {}
        for _ in range(arguments.rounds):
            for threads in (1, 2):
                results = {"program": read_program(program, threads),
                           "onnxruntime": run_child("onnxruntime", arguments.model, threads)}
                if iree_module:
                    results["iree"] = run_child("iree", iree_module, threads)
                    results["iree"]["file"] = iree_module.stat().st_size
                for name, result in results.items():
                    if result:
                        rounds.setdefault((name, threads), []).append(result)
    print_table(arguments.model, program, info,
                {key: median_of(found) for key, found in rounds.items()}, iree_reason)


if __name__ == "__main__":
    main()
