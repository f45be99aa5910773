"""Says what is not tested where PyPI's `tokenizers` is not installed."""

import importlib.util

NEED_TOKENIZERS = []
if importlib.util.find_spec("tokenizers") is None:
    NEED_TOKENIZERS = ["test_tokenizers.py", "test_tokenizer_programs.py"]
collect_ignore = NEED_TOKENIZERS


def pytest_terminal_summary(terminalreporter):
    if NEED_TOKENIZERS:
        terminalreporter.write_line(
            f"not run, for want of tokenizers: {' '.join(NEED_TOKENIZERS)}")
