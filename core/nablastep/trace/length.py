"""How long a document becomes that has every number of a trace in it: estimated, and bounded, before any of it is made.

Text, Markdown and LaTeX shorten large matrices; they need no bound.
"""

from __future__ import annotations

from nablastep.cost import LONGEST_DOCUMENT, LONGEST_PROGRAM, check_length
from nablastep.trace.model import Trace

_NUMBER = 21
"""Bytes of a number in full precision and of what parts it from the next."""

_STEPS = {"json": 750, "python": 70, "pytorch": 80}
"""Bytes of a step without its numbers."""

_MOST = {"json": LONGEST_DOCUMENT, "python": LONGEST_PROGRAM, "pytorch": LONGEST_PROGRAM}


def estimated_length(trace: Trace, format_name: str) -> int:
    """Bytes of the document, about; 0 for a format that shortens."""
    if format_name not in _STEPS:
        return 0
    first, each, steps = trace.counts
    return _NUMBER * first + trace.count * (_NUMBER * each + _STEPS[format_name] * steps)


def check_trace_length(trace: Trace, format_name: str) -> None:
    """Raise CommandError for a document beyond its bound."""
    if format_name in _MOST:
        hint = "fewer iterations need less" if trace.count > 1 else "text, markdown and latex shorten large matrices"
        check_length(estimated_length(trace, format_name), f"this trace as {format_name}", _MOST[format_name], hint)
