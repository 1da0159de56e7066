"""How expressions are written. A notation is a module of this package with a `NOTATION`; adding one adds one file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from nablastep.errors import UnknownNameError
from nablastep.notation.writer import Token, Tokens, Writer

__all__ = ["Token", "Tokens", "Writer", "notation_named", "notations"]


@cache
def notations() -> dict[str, Writer]:
    """Every notation by its name, Unicode first."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    writers: list[Writer] = [module.NOTATION for module in modules if hasattr(module, "NOTATION")]
    return {
        writer.name: writer for writer in sorted(writers, key=lambda writer: (writer.name != "unicode", writer.name))
    }


@cache
def notation_named(name: str) -> Writer:
    """The notation of that name; UnknownNameError names those there are."""
    # Most are called like their module: then no other has to be loaded.
    own = importlib.import_module(f"{__name__}.{name}") if (Path(__path__[0]) / f"{name}.py").is_file() else None
    found: Writer | None = getattr(own, "NOTATION", None)
    if found is not None and found.name == name:
        return found
    if name not in notations():
        raise UnknownNameError(f"unknown notation '{name}'; there are {', '.join(notations())}")
    return notations()[name]
