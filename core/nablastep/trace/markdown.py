"""A trace as Markdown that GitHub renders: headings, and one ```math block a step."""

from __future__ import annotations

from collections.abc import Iterator

from nablastep.markdown_text import escaped
from nablastep.notation.unicode import dimension_text
from nablastep.trace.mathematics import aligned_block
from nablastep.trace.model import Trace, TraceIteration, TraceStep
from nablastep.trace.wording import (
    batch_text,
    capitalised,
    closing,
    gradient_sentence,
    heading_of,
    network_sentence,
    opening_notes,
    sizes_sentence,
)

_MARKS = {True: " ✓", False: " ✗", None: ""}


def markdown_chunks(trace: Trace) -> Iterator[str]:
    """The document in pieces, step by step."""
    yield f"# {escaped(trace.network.title)}\n\n{escaped(network_sentence(trace))}\n"
    yield f"{escaped(sizes_sentence(trace))}\n{escaped(gradient_sentence(trace, '∇x'))}\n"
    for note in opening_notes(trace):
        yield f"\n{escaped(note)}\n"
    errors: list[float] = []
    for iteration in trace:
        yield from _iteration(trace, iteration)
        errors.append(iteration.error)
    if len(errors) > 1 and trace.with_values:
        yield f"\n{closing(trace, errors)}\n"


def _iteration(trace: Trace, iteration: TraceIteration) -> Iterator[str]:
    block = 0
    for step in iteration.steps:
        if step.block != block:
            block = step.block
            batch = batch_text(trace, iteration) if block == 1 else ""
            yield f"\n## {heading_of(step)}{f' ({batch})' if batch else ''}\n"
            for note in iteration.notes if block == 1 else ():
                yield f"\n{escaped(note)}\n"
        yield _step(step, values=trace.with_values)
        for note in step.notes:
            yield f"\n{escaped(note)}\n"


def _step(step: TraceStep, *, values: bool) -> str:
    shape = ""
    if step.dimensions:
        names = "×".join(dimension_text(dimension) for dimension in step.dimensions)
        shape = f"\n\nShape {names} = {'×'.join(map(str, step.shape))}."
    head = f"\n### {step.step}. {escaped(capitalised(step.title))} (`{step.id}`){shape}\n\n"
    return head + _math(aligned_block(step, values=values)) + _why(step)


def _why(step: TraceStep) -> str:
    if step.why is None:
        return ""
    lines = (
        f"\n{line.number}. {escaped(line.rule)}{_MARKS[line.holds]}\n\n{_math(line.text('latex'))}"
        for line in step.why.lines
    )
    return f"\nWhy, by the {step.why.name} route:\n" + "".join(lines)


def _math(latex: str) -> str:
    """A block of mathematics; GitHub refuses \\operatorname."""
    allowed = latex.replace(r"\operatorname{", r"\mathrm{")
    return f"```math\n{allowed}\n```\n"
