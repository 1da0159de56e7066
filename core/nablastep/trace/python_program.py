"""A trace as a Python program that needs only NumPy: the same equations, every value asserted. Running it proves it.

The equations are the `numpy` notation's own lines, in the shown convention; the functions are printed from the source
that the core runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nablastep.evaluation import function_sources
from nablastep.notation.numpy_code import NOTATION, identifier
from nablastep.trace.model import Trace, TraceEdit, TraceIteration, TraceStep
from nablastep.trace.wording import formula

WIDEST_LITERAL = 88

_CHECK = """
checked = 0


def check(name, value, expected):
    # relative 1e-9, absolute 1e-12; infinities are equal to themselves, and so is nan
    global checked
    value, expected = np.asarray(value, dtype=float), np.asarray(expected, dtype=float)
    if value.shape != expected.shape:
        raise AssertionError(f"{name} has shape {value.shape}, expected {expected.shape}")
    if not np.allclose(value, expected, rtol=1e-9, atol=1e-12, equal_nan=True):
        raise AssertionError(f"{name} is\\n{value}\\nexpected\\n{expected}")
    checked += value.size
"""


def python_chunks(trace: Trace) -> Iterator[str]:
    """The program in pieces, step by step."""
    functions = function_sources(trace.expressions())
    yield f"# {' '.join(trace.network.title.split())}\n"
    yield f"# {trace.count} iteration{'s' if trace.count > 1 else ''}, "
    yield f"convention {trace.convention.name}: {formula(trace, plain=True)}. Printed by nablastep trace.\n\n"
    yield "import math\n\n" if any("math." in source for source in functions) else ""
    yield "import numpy as np\nfrom numpy import inf, nan\n\n"
    yield 'np.seterr(all="ignore")  # infinities may arise and are checked like numbers\n\n\n'
    yield "\n\n".join(source.rstrip() + "\n" for source in functions)
    yield f"{_CHECK if not functions else chr(10) + _CHECK}\n\n"
    yield from _start(trace)
    known = {name: value for name, value in trace.initial.items() if name not in trace.inputs}
    for iteration in trace:
        yield from _iteration(iteration, known)
    yield '\nprint(f"all {checked} values hold")\n'


def _start(trace: Trace) -> Iterator[str]:
    """Sizes, parameters and the optimiser's state."""
    yield "# sizes\n"
    for name, size in trace.network.dimensions.items():
        yield f"{name} = {size}\n"
    yield "\n# parameters\n"
    for name, value in trace.initial.items():
        if name not in trace.inputs:
            yield f"{identifier(name)} = {_code(value)}\n"


def _iteration(iteration: TraceIteration, known: dict[str, Any]) -> Iterator[str]:
    yield f"\n# iteration {iteration.number}\n"
    yield from _assignments({"m": iteration.sizes["m"], **iteration.settings}, known)
    yield from _assignments({**iteration.given, **iteration.inputs}, known)
    yield from _edits(iteration, 0)
    block = 0
    for step in iteration.steps:
        if step.block != block:
            block = step.block
            yield f"\n# {step.phase}\n"
        yield _step(step)
        yield from _edits(iteration, step.step)


def _assignments(values: Mapping[str, Any], known: dict[str, Any]) -> Iterator[str]:
    """A line for each value that is not what it was in the iteration before."""
    for name, value in values.items():
        if name not in known or not np.array_equal(known[name], value):
            known[name] = value
            yield f"{identifier(name)} = {_code(value)}\n"


def _step(step: TraceStep) -> str:
    expected = literal(step.value) if np.ndim(step.value) else number_code(step.value)
    assertion = f"check({step.id!r}, {identifier(step.id)}, {expected})"
    return f"{why_comments(step)}{NOTATION.equation_text(step.equation)}\n{assertion}\n"


def why_comments(step: TraceStep) -> str:
    """The derivation as comments, if the trace carries it."""
    if step.why is None:
        return ""
    return "\n" + "".join(f"# {line.text('ascii')}\n#     {line.rule}\n" for line in step.why.lines)


def _edits(iteration: TraceIteration, step: int) -> Iterator[str]:
    for edit in iteration.edits:
        if edit.step == step:
            yield _edit(edit)


def _edit(edit: TraceEdit) -> str:
    name = identifier(edit.name)
    if not edit.indices:
        return f"{name} = {edit.value!r}\n"
    return f"{name} = {name}.copy()\n{name}[{', '.join(map(str, edit.indices))}] = {edit.value!r}\n"


def _code(value: Any) -> str:
    return array_code(value) if np.ndim(value) else number_code(value)


def array_code(value: Any) -> str:
    """The array as code, to the last bit."""
    return f"np.array({literal(value)}, dtype=float)"


def literal(value: Any) -> str:
    """The array as nested lists, a row on a line where it is long."""
    rows = [f"[{', '.join(number_code(number) for number in row)}]" for row in value.tolist()]
    text = f"[{', '.join(rows)}]"
    return text if len(text) <= WIDEST_LITERAL else "[\n    " + ",\n    ".join(rows) + ",\n]"


def number_code(value: float) -> str:
    """The number as code: `inf` and `nan` are names that the program imports."""
    return repr(value)
