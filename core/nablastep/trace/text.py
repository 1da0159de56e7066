"""A trace as text for people: phases as headings, each step with its equation and the numbers plugged in.

Yields lines whose parts have roles, so that a terminal can colour them. The spoken notation has a module of its own.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nablastep.expressions import Equation, Symbol
from nablastep.notation import Tokens, Writer, notation_named
from nablastep.notation.unicode import dimension_text
from nablastep.trace.bands import Drawing, Frame, drawn
from nablastep.trace.lines import ASCII, BLANK, UNICODE, Line, Span, indented
from nablastep.trace.model import Trace, TraceIteration, TraceStep
from nablastep.trace.plugged import drawn_notation, is_binary, plugged_in
from nablastep.trace.wording import (
    batch_text,
    capitalised,
    closing,
    gradient_sentence,
    heading_of,
    network_sentence,
    opening_notes,
    plain_words,
    sizes_sentence,
)

if TYPE_CHECKING:
    from nablastep.derivations.lines import Route

NARROWEST = 80
INDENT = 5

_PLAIN = {"ascii", "numpy"}


class TextTrace:
    """Writes one trace in one notation for one width (at least 80 columns)."""

    def __init__(self, trace: Trace, notation: str, width: int) -> None:
        self.trace = trace
        self.width = max(NARROWEST, width)
        self.writer: Writer = notation_named(notation)
        self.is_plain = notation in _PLAIN
        self.glyphs = ASCII if self.is_plain else UNICODE
        self.plugged_notation = drawn_notation(notation)

    def lines(self) -> Iterator[Line]:
        """Every line of the trace."""
        yield from self._opening()
        errors: list[float] = []
        for iteration in self.trace:
            yield from self._iteration(iteration)
            errors.append(iteration.error)
        if len(errors) > 1:
            yield BLANK
            yield from self._paragraph(closing(self.trace, errors), "note")

    def _opening(self) -> Iterator[Line]:
        yield from self._paragraph(self.trace.network.title, "title")
        yield BLANK
        yield from self._paragraph(network_sentence(self.trace), "note")
        yield from self._paragraph(sizes_sentence(self.trace, plain=self.is_plain), "note")
        yield from self._paragraph(gradient_sentence(self.trace, self._name_of_gradient()), "note")
        for note in opening_notes(self.trace):
            yield from self._paragraph(plain_words(note) if self.is_plain else note, "note")

    def _name_of_gradient(self) -> str:
        name = self.writer.text(Symbol("x", None, ("n", "1")).gradient)
        return "∇x" if "<" in name else name

    def _paragraph(self, text: str, role: str) -> Iterator[Line]:
        for row in textwrap.wrap(text, NARROWEST):
            yield (Span(row, role),)

    def _note(self, text: str) -> Iterator[Line]:
        for row in textwrap.wrap(plain_words(text) if self.is_plain else text, NARROWEST - INDENT):
            yield indented((Span(row, "note"),), INDENT)

    def _iteration(self, iteration: TraceIteration) -> Iterator[Line]:
        block = 0
        for step in iteration.steps:
            if step.block != block:
                block = step.block
                yield BLANK
                yield self._heading(heading_of(step), batch_text(self.trace, iteration) if block == 1 else "")
                for note in iteration.notes if block == 1 else ():
                    yield from self._note(note)
            yield BLANK
            yield from self._step(step)
            for note in step.notes:
                yield from self._note(note)

    def _heading(self, text: str, detail: str) -> Line:
        detail = f" ({detail})" if detail else ""
        rule = self.glyphs.rule * max(3, NARROWEST - len(text) - len(detail) - 4)
        lead = self.glyphs.rule * 2
        return (Span(f"{lead} ", "rule"), Span(text, "heading"), Span(detail, "note"), Span(f" {rule}", "rule"))

    def _step(self, step: TraceStep) -> Iterator[Line]:
        number = f"{step.step:>{INDENT - 2}}  "
        yield (Span(number, "number"), Span(capitalised(step.title), "name"), Span(f" ({step.id})", "id"))
        yield BLANK
        yield from self._equation(step.equation)
        if step.definition is not None:
            yield from self._equation(step.definition, "by definition ")
        drawing = self._drawing(step)
        for band in drawing.bands:
            yield BLANK
            for line in band:
                yield indented(line, INDENT)
        if drawing.shortened:
            yield from self._note(f"Shortened ({self.glyphs.across} is left out): {', '.join(drawing.shortened)}")
        if step.why is not None:
            yield from self._why(step.why)

    def _why(self, route: Route) -> Iterator[Line]:
        """The derivation of the step's equation: each line, and under it why it follows."""
        yield BLANK
        yield indented((Span(f"Why, by the {route.name} route:", "note"),), INDENT)
        marks = {True: self.glyphs.holds, False: self.glyphs.fails, None: ""}
        for line in route.lines:
            text = f"{line.text(self.writer.name)}  {marks[line.holds]}".rstrip()
            for row in textwrap.wrap(text, self.width - INDENT - 2, subsequent_indent="    "):
                yield indented((Span(row, "equation"),), INDENT + 2)
            for row in textwrap.wrap(line.rule, NARROWEST - INDENT - 6):
                yield indented((Span(row, "reason"),), INDENT + 6)

    def _drawing(self, step: TraceStep) -> Drawing:
        frame = Frame(self.glyphs, str if self.is_plain else dimension_text, self.width - INDENT)
        return drawn(plugged_in(step.equation, step.values, step.value, self.plugged_notation), frame)

    def _equation(self, equation: Equation, prefix: str = "") -> Iterator[Line]:
        """The equation on one line, or broken at operators with the rest set in."""
        rows = [prefix]
        room = self.width - INDENT
        for chunk in _chunks(self.writer.equation_tokens(equation)):
            whole = "".join(chunk)
            # What has no operator at which it could be broken is broken at any of its tokens.
            for part in [whole] if len(whole) + 4 <= room else chunk:
                if len(rows[-1]) + len(part) > room:
                    rows.append("    " + part.lstrip())
                else:
                    rows[-1] += part
        for row in rows:
            yield indented((Span(row, "equation"),), INDENT)


def _chunks(tokens: Tokens) -> list[list[str]]:
    """The tokens' texts between operators, each group with the operator before it."""
    chunks: list[list[str]] = [[]]
    for token in tokens:
        if is_binary(token):
            chunks.append([])
        chunks[-1].append(token.text)
    return chunks
