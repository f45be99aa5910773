"""The modules of the corpus: one file per theme, each ending in its list `STYLES`."""

import importlib
import pkgutil

from intentions import Style


def all_styles() -> list[Style]:
    """Every style of every file, in the order of their names."""
    found = []
    for file in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{file.name}").STYLES
    names = [style.name for style in found]
    assert len(names) == len(set(names)), "two styles have one name"
    return sorted(found, key=lambda style: style.name)
