"""A trace for ears: linear text in sentences, values as lists, nothing drawn. For screen readers and dictation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np

from nablastep.expressions import Symbol, matrix_symbols
from nablastep.notation.spoken import NOTATION
from nablastep.trace.grids import KEPT_COLUMNS, KEPT_ROWS, MOST_COLUMNS, MOST_ROWS
from nablastep.trace.lines import BLANK, Line, Span
from nablastep.trace.model import Trace, TraceIteration, TraceStep
from nablastep.trace.numerals import NumberFormat, format_for
from nablastep.trace.wording import (
    batch_text,
    capitalised,
    closing,
    counted,
    gradient_sentence,
    network_sentence,
    opening_notes,
    plain_words,
)

WIDTH = 80


def spoken_lines(trace: Trace) -> Iterator[Line]:
    """Every line of the trace; paragraphs are broken at 80 columns."""
    yield from _paragraph(trace.network.title, "title")
    yield from _paragraph(network_sentence(trace))
    yield from _paragraph(f"Values are in the convention {trace.convention.name}.")
    if trace.network.batch_size > 1:
        yield from _paragraph(f"m is the number of samples in a batch, {trace.network.batch_size}.")
    yield from _paragraph(gradient_sentence(trace, "The gradient of x"))
    for note in opening_notes(trace):
        yield from _paragraph(_words(note))
    errors: list[float] = []
    for iteration in trace:
        yield from _iteration(trace, iteration)
        errors.append(iteration.error)
    if len(errors) > 1:
        yield BLANK
        yield from _paragraph(closing(trace, errors))


def _iteration(trace: Trace, iteration: TraceIteration) -> Iterator[Line]:
    block = 0
    known: set[str] = set()
    for step in iteration.steps:
        if step.block != block:
            block = step.block
            batch = batch_text(trace, iteration) if block == 1 else ""
            yield BLANK
            yield from _paragraph(
                f"Iteration {step.iteration}, {step.phase}{': ' + batch if batch else ''}.", "heading"
            )
            for note in iteration.notes if block == 1 else ():
                yield from _paragraph(_words(note))
        yield BLANK
        yield from _step(step, len(iteration.steps), known)
        for note in step.notes:
            yield from _paragraph(_words(note))


def _step(step: TraceStep, count: int, known: set[str]) -> Iterator[Line]:
    """The step in sentences. An operand's numbers are said where it is first used, not again after that."""
    yield from _paragraph(f"Step {step.step} of {count}, {step.id}: {step.title}.", "name")
    yield from _paragraph(_sentence(NOTATION.equation_text(step.equation)), "equation")
    if step.definition is not None:
        yield from _paragraph(f"By definition, {NOTATION.equation_text(step.definition)}.", "equation")
    for symbol in matrix_symbols(step.equation.expression):
        if symbol.id not in known:
            yield from _value(symbol, step.values[symbol.id], "is")
    yield from _value(step.equation.target, step.value, "becomes" if step.equation.is_update else "is", "result")
    known.update((*step.operands, step.id))
    if step.why is not None:
        yield from _paragraph(f"Why, by the {step.why.name} route:")
        for line in step.why.lines:
            verdict = {True: " This holds.", False: " This does not hold.", None: ""}[line.holds]
            yield from _paragraph(f"{_sentence(line.text('spoken'))}{verdict}", "equation")
            yield from _paragraph(f"Because: {line.rule}", "reason")


def _words(note: str) -> str:
    """A note without signs: a screen reader may swallow a minus."""
    return plain_words(note.replace("−", "minus "))


def _sentence(text: str) -> str:
    """The text with its full stop; a quantity's letter is never made a capital, which would be another quantity."""
    return (capitalised(text) if text.startswith("the ") else text) + "."


def _value(symbol: Symbol, value: Any, verb: str, role: str = "value") -> Iterator[Line]:
    """What the quantity is: its shape and its numbers, row by row."""
    name = NOTATION.text(symbol)
    if not np.ndim(value):
        yield from _paragraph(_sentence(f"{name} {verb} {_number(value)}"), role)
        return
    rows, columns = value.shape
    number = format_for(value.ravel().tolist())
    shape = f"{counted(rows, 'row')} by {counted(columns, 'column')}"
    if 1 in value.shape:
        numbers = _listed(value.ravel(), number, max(rows, columns))
        yield from _paragraph(_sentence(f"{name} {verb} {shape}: {numbers}"), role)
        return
    yield from _paragraph(_sentence(f"{name} {verb} {shape}"), role)
    shown = range(rows) if rows <= MOST_ROWS else range(KEPT_ROWS)
    for row in shown:
        yield from _paragraph(f"Row {row + 1}: {_listed(value[row], number, columns)}.", role)
    if rows > MOST_ROWS:
        yield from _paragraph(f"And {rows - KEPT_ROWS} more rows.", role)


def _listed(values: Any, number: NumberFormat, count: int) -> str:
    shown = values if count <= MOST_COLUMNS else values[:KEPT_COLUMNS]
    text = ", ".join(_spoken(number.text(float(value))) for value in shown)
    return text if count <= MOST_COLUMNS else f"{text}, and {count - KEPT_COLUMNS} more"


def _number(value: float) -> str:
    return _spoken(format_for((value,)).text(value))


def _spoken(text: str) -> str:
    """The number with its sign, infinity and powers of ten in words: a screen reader may swallow a hyphen."""
    if text.startswith("-"):
        return "minus " + _spoken(text[1:])
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa} times ten to the {_spoken(str(int(exponent)))}"
    return {"inf": "infinity", "nan": "not a number"}.get(text, text)


def _paragraph(text: str, role: str = "note") -> Iterator[Line]:
    for row in textwrap.wrap(text, WIDTH):
        yield (Span(row, role),)
