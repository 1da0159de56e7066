"""A trace as JSON for programs: `nablastep-trace`, version 1. Floats read back to the same bits."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from nablastep.expressions import Equation
from nablastep.notation import notations
from nablastep.trace.model import Trace, TraceEdit, TraceIteration, TraceStep

VERSION = 1


def json_chunks(trace: Trace) -> Iterator[str]:
    """The document in pieces, each step on a line of its own."""
    network = {"title": trace.network.title, "sizes": list(trace.network.sizes)}
    head = {"format": "nablastep-trace", "version": VERSION, "convention": trace.convention.name, "network": network}
    yield _text(head)[:-1]
    for name, value in (
        ("settings", trace.settings),
        ("batches", [list(batch) for batch in trace.batches]),
        ("initial", {name: json_value(value) for name, value in trace.initial.items()}),
    ):
        yield f',\n "{name}": {_text(value)}'
    yield ',\n "steps": ['
    separator = "\n  "
    for iteration in trace:
        for step in iteration.steps:
            yield separator + _text(_step(iteration, step))
            separator = ",\n  "
    yield "\n ]}\n"


def json_value(value: Any) -> Any:
    """A value as nested lists of numbers; non-finite ones are the strings `inf`, `-inf` and `nan`."""
    plain = value.tolist() if isinstance(value, np.ndarray) else float(value)
    return plain if np.isfinite(value).all() else _with_names(plain)


def _with_names(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_names(entry) for entry in value]
    return value if math.isfinite(value) else str(value)


def _step(iteration: TraceIteration, step: TraceStep) -> dict[str, Any]:
    document: dict[str, Any] = {
        "iteration": step.iteration,
        "step": step.step,
        "phase": step.phase,
        "id": step.id,
    }
    if step.step == 1:
        document["inputs"] = {name: json_value(value) for name, value in iteration.inputs.items()}
    document["equation"] = _written(step.equation)
    if step.definition is not None:
        document["definition"] = _written(step.definition)
    document |= {
        "operands": list(step.operands),
        "dimensions": list(step.dimensions),
        "shape": list(step.shape),
        "value": json_value(step.value),
    }
    edits = [_edit(edit) for edit in iteration.edits if edit.step == step.step]
    if edits:
        document["edits"] = edits
    if step.notes:
        document["notes"] = list(step.notes)
    if step.why is not None:
        document["why"] = _derived(step)
    return document


def _derived(step: TraceStep) -> list[dict[str, Any]]:
    """The derivation as the JSON of `nablastep why` has it."""
    from nablastep.derivations.rendering import why_document

    assert step.why is not None
    routes: list[dict[str, Any]] = why_document(step.id, "", (step.why,))["routes"]
    return routes


def _written(equation: Equation) -> dict[str, str]:
    return {name: writer.equation_text(equation) for name, writer in notations().items()}


def _edit(edit: TraceEdit) -> dict[str, Any]:
    return {"name": edit.name, "indices": list(edit.indices), "value": edit.value}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
