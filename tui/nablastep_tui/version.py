"""The version of the program, without loading it."""

from __future__ import annotations


def own_version() -> str:
    """The version, read from the core's source: importing the core would load NumPy."""
    import importlib.util
    import re

    found = importlib.util.find_spec("nablastep")
    source = found.loader.get_source("nablastep") if found and found.loader else ""  # type: ignore[attr-defined]
    version = re.search(r'^__version__ = "([^"]+)"', source or "", re.MULTILINE)
    return version[1] if version else "unknown"
