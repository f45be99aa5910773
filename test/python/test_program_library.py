"""The stub language model as a shared library in a host of another language: this one."""

import _ctypes
import ctypes
import os
import subprocess

import numpy as np
import pytest

import stub_programs as stub

LIBRARY = str(stub.FOLDER / "language.so")


def threads():
    return len(os.listdir("/proc/self/task"))


@pytest.fixture
def library():
    loaded = ctypes.CDLL(LIBRARY)
    yield loaded
    _ctypes.dlclose(loaded._handle)


def test_exports_the_interface_only():
    listing = subprocess.run(["nm", "-D", "--defined-only", LIBRARY], capture_output=True,
                             check=True, text=True)
    names = {line.split()[-1] for line in listing.stdout.splitlines()}
    assert names == {"ecolm_model_descriptor", "ecolm_parallel_for", "ecolm_set_threads"}


def test_parallel_loops_and_unloading():
    before = threads()
    library = ctypes.CDLL(LIBRARY)
    assert library.ecolm_set_threads(4) == 4
    assert threads() == before + 3
    visits = np.zeros(1000, int)
    body_type = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)

    def body(_, begin, end):
        visits[begin:end] += 1

    library.ecolm_parallel_for.argtypes = [body_type, ctypes.c_void_p, ctypes.c_int64,
                                           ctypes.c_int64]
    for _ in range(20):
        library.ecolm_parallel_for(body_type(body), None, 1000, 10**6)
    assert (visits == 20).all()
    # No thread may stay behind in code that is gone.
    _ctypes.dlclose(library._handle)
    assert threads() == before
    with open("/proc/self/maps") as maps:
        assert LIBRARY not in maps.read()


def test_threads_after_a_fork(library):
    assert library.ecolm_set_threads(3) == 3
    child = os.fork()
    if child == 0:
        os._exit(0 if library.ecolm_set_threads(2) == 2 and threads() == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
