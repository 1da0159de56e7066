"""nablastep's core: back-propagation one equation at a time, with NumPy and without a screen.

import nablastep as ns
session = ns.open("mazur")
session.next(5)
session["E"]
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nablastep.errors import (
    CommandError,
    DataError,
    EditError,
    NablastepError,
    NetworkError,
    NotComputed,
    ShapeError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from nablastep.checks import ParameterCheck, gradient_check
    from nablastep.commands import Back, Goto, Next, Redo, Reset, Set, Switch, Train, Undo
    from nablastep.derivations.lines import Line
    from nablastep.derivations.why import why_lines as why
    from nablastep.deriving.answer import Answer, derive
    from nablastep.network import Layer, Network, OptimizerSettings
    from nablastep.session import Branch, Position, Session
    from nablastep.torch_models import from_torch

__version__ = "0.2.0"

__all__ = [
    "Answer",
    "Back",
    "Branch",
    "CommandError",
    "DataError",
    "EditError",
    "Goto",
    "Layer",
    "Line",
    "NablastepError",
    "Network",
    "NetworkError",
    "Next",
    "NotComputed",
    "OptimizerSettings",
    "ParameterCheck",
    "Position",
    "Redo",
    "Reset",
    "Session",
    "Set",
    "ShapeError",
    "Switch",
    "Train",
    "Undo",
    "UnknownNameError",
    "__version__",
    "derive",
    "from_torch",
    "gradient_check",
    "open",
    "why",
]


_COMMANDS = ("Back", "Goto", "Next", "Redo", "Reset", "Set", "Switch", "Train", "Undo")
_LOADED_WHEN_ASKED_FOR = {
    **{name: ("nablastep.commands", name) for name in _COMMANDS},
    **{name: ("nablastep.network", name) for name in ("Layer", "Network", "OptimizerSettings")},
    **{name: ("nablastep.session", name) for name in ("Branch", "Position", "Session")},
    "Line": ("nablastep.derivations.lines", "Line"),
    "ParameterCheck": ("nablastep.checks", "ParameterCheck"),
    "Answer": ("nablastep.deriving.answer", "Answer"),
    "derive": ("nablastep.deriving.answer", "derive"),
    "from_torch": ("nablastep.torch_models", "from_torch"),
    "gradient_check": ("nablastep.checks", "gradient_check"),
    "why": ("nablastep.derivations.why", "why_lines"),
}
"""Errors need no NumPy to be told, and most programs begin without derivations and checks."""


def __getattr__(name: str) -> Any:
    if name not in _LOADED_WHEN_ASKED_FOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _LOADED_WHEN_ASKED_FOR[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    """The API, and nothing else."""
    return sorted(__all__)


def open(source: str | os.PathLike[str] | Network) -> Session:
    """A session on a built-in network's name, a network file, or a Network.

    Raises NetworkError or DataError with the place of the mistake.
    """
    from nablastep.files.built_in import open_network
    from nablastep.network import Network
    from nablastep.session import Session

    if isinstance(source, Network):
        return Session(source)
    return Session(open_network(source))
