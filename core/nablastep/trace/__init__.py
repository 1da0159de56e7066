"""The trace: every step of the first iterations with equation, shapes and numbers, in one format or another.

A format is a module of this package; none knows another. Nothing here knows a terminal: text comes as lines whose
parts have roles, and whoever prints them decides on colours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nablastep.errors import UnknownNameError
from nablastep.field_checks import did_you_mean
from nablastep.notation import notation_named
from nablastep.trace.json_trace import json_chunks
from nablastep.trace.latex_document import latex_chunks
from nablastep.trace.length import check_trace_length
from nablastep.trace.lines import Line, Span, line_text
from nablastep.trace.markdown import markdown_chunks
from nablastep.trace.model import Trace, TraceEdit, TraceIteration, TraceStep
from nablastep.trace.python_program import python_chunks
from nablastep.trace.pytorch_program import pytorch_chunks
from nablastep.trace.spoken_text import spoken_lines
from nablastep.trace.text import NARROWEST, TextTrace

__all__ = [
    "FORMAT_NAMES",
    "Line",
    "Span",
    "Trace",
    "TraceEdit",
    "TraceIteration",
    "TraceStep",
    "line_text",
    "text_lines",
    "written",
]


def _page_chunks(trace: Trace) -> Iterator[str]:
    from nablastep.page.document import trace_page  # a page needs demos and derivations; the others need neither

    return trace_page(trace)


_DOCUMENTS: dict[str, Callable[[Trace], Iterator[str]]] = {
    "json": json_chunks,
    "markdown": markdown_chunks,
    "latex": latex_chunks,
    "python": python_chunks,
    "pytorch": pytorch_chunks,
    "html": _page_chunks,
}

FORMAT_NAMES = ("text", *_DOCUMENTS)


def text_lines(trace: Trace, *, notation: str = "unicode", width: int = NARROWEST) -> Iterator[Line]:
    """The trace as lines for people, at most `width` columns wide, and never less than 80.

    Raises UnknownNameError for an unknown notation, before the first line.
    """
    notation_named(notation)
    return spoken_lines(trace) if notation == "spoken" else TextTrace(trace, notation, width).lines()


def written(
    trace: Trace, format_name: str = "text", *, notation: str = "unicode", fragment: bool = False
) -> Iterator[str]:
    """The trace in a format, in pieces that joined are the whole document; `notation` matters to the text only.

    A `fragment` of LaTeX has no preamble. Raises UnknownNameError for an unknown format or notation, CommandError for
    a document that would be too long; both before the first piece.
    """
    if format_name == "text":
        return (line_text(line) + "\n" for line in text_lines(trace, notation=notation))
    if format_name not in _DOCUMENTS:
        near = did_you_mean(format_name, FORMAT_NAMES)
        raise UnknownNameError(f"unknown format {format_name!r}{near}", hint=f"formats: {', '.join(FORMAT_NAMES)}")
    check_trace_length(trace, format_name)
    return latex_chunks(trace, fragment=True) if fragment else _DOCUMENTS[format_name](trace)
