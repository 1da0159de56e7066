"""A trace as a PyTorch program: the forward equations in float64, autograd for the gradients, every value asserted.

The backward equations of the trace are not in its code: PyTorch finds the gradients its own way, and both have to
agree. A trace with derivations has those in comments.
Torch is needed where the program is run, not here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from nablastep.errors import CommandError
from nablastep.evaluation import function_sources
from nablastep.expressions import Equation, Expression, symbols
from nablastep.notation.numpy_code import NOTATION, identifier
from nablastep.program import BACKWARD, FORWARD, UPDATE
from nablastep.trace.model import Trace, TraceEdit, TraceIteration, TraceStep
from nablastep.trace.python_program import literal, number_code, why_comments
from nablastep.trace.wording import formula

HEAD = """import math
from math import inf, nan

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

"""

_CHECK = """
checked = 0


def check(name, value, expected):
    # relative 1e-9, absolute 1e-12; infinities are equal to themselves, and so is nan
    global checked
    value, expected = torch.as_tensor(value).detach(), torch.as_tensor(expected, dtype=torch.float64)
    if value.shape != expected.shape:
        raise AssertionError(f"{name} has shape {tuple(value.shape)}, expected {tuple(expected.shape)}")
    if not torch.allclose(value, expected, rtol=1e-9, atol=1e-12, equal_nan=True):
        raise AssertionError(f"PyTorch finds {name} =\\n{value}\\nexpected\\n{expected}")
    checked += value.numel()
"""

_IN_TORCH = {
    "sigmoid": "def sigmoid(x):\n    return torch.sigmoid(x)\n",
    "softplus": "def softplus(x):\n    return torch.nn.functional.softplus(x, threshold=50)\n",
    "normal_cdf": "def normal_cdf(x):\n    return torch.special.ndtr(x)\n",
    "clip": "def clip(x):\n    return torch.clamp(x, -1, 1)\n",
    "softmax": "def softmax(x, axis):\n    return torch.softmax(x, dim=axis)\n",
    "log_sum_exp": "def log_sum_exp(x, axis):\n    return torch.logsumexp(x, dim=axis, keepdim=True)\n",
    "times_log": "def times_log(x, y):\n    return torch.special.xlogy(x, y)\n",
    "patches": (
        "def patches(x, height, width, kernel, stride):\n"
        "    pictures = x.T.reshape(x.shape[1], -1, height, width)\n"
        "    columns = torch.nn.functional.unfold(pictures, kernel, stride=stride)\n"
        "    return columns.permute(1, 0, 2).reshape(columns.shape[1], -1)\n"
    ),
    "placed": (
        "def placed(x, start, size, axis):\n"
        "    above, below = list(x.shape), list(x.shape)\n"
        "    above[axis], below[axis] = start, size - start - x.shape[axis]\n"
        "    return torch.cat((x.new_zeros(above), x, x.new_zeros(below)), dim=axis)\n"
    ),
    "reshape": "def reshape(x, rows, columns):\n    return x.mT.reshape(columns, rows).mT  # column by column\n",
    "diag": ("def diag(x):\n    return torch.diagflat(x) if x.shape[1] == 1 else torch.diagonal(x)[:, None]\n"),
    "logdet": "def logdet(x):\n    return torch.linalg.slogdet(x)[1]\n",
    "commutation": (
        "def commutation(rows, columns):\n"
        '    """K with K vec(X) = vec(X.T) for X of rows x columns."""\n'
        "    places = torch.arange(rows * columns).reshape(columns, rows)\n"
        "    return torch.eye(rows * columns)[places.T.reshape(-1)]\n"
    ),
    "selection": (
        "def selection(move, rows, columns):\n"
        '    """P with P vec(X) = vec(move(X)) for X of rows x columns."""\n'
        "    units = (unit.reshape(columns, rows).T for unit in torch.eye(rows * columns))\n"
        "    return torch.stack([move(unit).T.reshape(-1) for unit in units], dim=1)\n"
    ),
    "ratio": "def ratio(x, y):\n    return torch.where(x == 0, 0.0, x / torch.where(x == 0, 1.0, y))\n",
}
"""PyTorch's own functions for those that the core has written in NumPy."""

_RENAMED = {
    "np.repeat": "_repeat", "np.reshape": "_reshape", "np.linalg": "torch.linalg", "np.concatenate": "torch.cat",
    "np.full": "_full", "np.kron": "_kron", "np.newaxis": "None",
}  # fmt: skip
"""What PyTorch calls otherwise."""
_HELPERS = (
    "def _repeat(x, count, axis):\n    return torch.repeat_interleave(x, count, dim=axis)\n",
    "def _kron(x, y):\n    return torch.kron(x.contiguous(), y.contiguous())\n",
    "def _full(shape, x):\n    return x * torch.ones(shape)\n",
    "def _reshape(x, shape, order):\n    return x.T.reshape(*shape[::-1]).T  # column by column\n",
)
_OF_A_SIZE = re.compile(r"\bnp\.(\w+)\(((?:n|m)?\d*)\)")
"""NumPy's functions take a plain number too; PyTorch's do not."""
_NUMPY_NAME = re.compile(r"\bnp\.\w+")
_DEFINED = re.compile(r"^def (\w+)\(", re.MULTILINE)


def pytorch_chunks(trace: Trace) -> Iterator[str]:
    """The program in pieces. Raises CommandError for interleaved updates, whose gradients are not those of E."""
    if trace.network.order == "interleaved":
        raise CommandError(
            'PyTorch takes all gradients of one E; with order = "interleaved" they are not the gradients of E',
            hint="the format python has the same numbers without PyTorch",
        )
    return _chunks(trace)


def _chunks(trace: Trace) -> Iterator[str]:
    yield f"# {' '.join(trace.network.title.split())}\n"
    yield f"# {trace.count} iteration{'s' if trace.count > 1 else ''}, "
    yield f"convention {trace.convention.name}: {formula(trace, plain=True)}. Printed by nablastep trace.\n"
    yield "# The gradients are PyTorch's own: autograd on the forward equations.\n\n"
    yield f"{HEAD}\n"
    yield "".join(f"{source}\n\n" for source in _functions(trace))
    yield f"{_CHECK.lstrip()}\n\n# sizes\n"
    for name, size in trace.network.dimensions.items():
        yield f"{name} = {size}\n"
    yield "\n# parameters\n"
    for name, value in trace.initial.items():
        if name not in trace.inputs:
            yield f"{identifier(name)} = {_tensor(value)}\n"
    known = {name: value for name, value in trace.initial.items() if name not in trace.inputs}
    for iteration in trace:
        yield from _iteration(iteration, known)
    yield '\nprint(f"all {checked} values hold")\n'


def _functions(trace: Trace) -> list[str]:
    """What the forward equations, their textbook forms and the updates call."""
    expressions: list[Expression] = []
    for step in next(iter(trace)).steps:
        if step.phase != BACKWARD:
            expressions += [step.equation.expression, *([step.definition.expression] if step.definition else [])]
    return torch_functions(function_sources(expressions))


def torch_functions(sources: Iterable[str]) -> list[str]:
    """The sources of NumPy functions as PyTorch has them, and what repeats."""
    found = []
    for source in sources:
        name = _DEFINED.match(source)
        assert name is not None
        found.append(_IN_TORCH.get(name[1]) or in_torch(source))
    return [*_HELPERS, *found]


def in_torch(code: str) -> str:
    """NumPy code as PyTorch's: the names that both have are the same."""
    code = _OF_A_SIZE.sub(lambda found: f"math.{found[1]}({found[2]})" if hasattr(math, found[1]) else found[0], code)
    return _NUMPY_NAME.sub(lambda found: _RENAMED.get(found[0], found[0].replace("np.", "torch.")), code)


def _code(equation: Equation) -> str:
    return in_torch(NOTATION.equation_text(equation))


def _iteration(iteration: TraceIteration, known: dict[str, Any]) -> Iterator[str]:
    yield f"\n# iteration {iteration.number}\n"
    yield f"m = {iteration.sizes['m']}\n"
    yield from (f"{name} = {number_code(value)}\n" for name, value in iteration.settings.items())
    yield from _assignments({**iteration.given, **iteration.inputs}, known)
    yield from _edits(iteration, 0)
    learned = [step.id.removeprefix("grad_") for step in iteration.steps if step.phase == BACKWARD]
    made = {step.id for step in iteration.steps if step.phase == FORWARD}
    for name in learned:
        if name not in made:
            yield f"{identifier(name)} = {identifier(name)}.detach().requires_grad_()\n"
    by_definition: dict[str, str] = {}
    for phase in (FORWARD, BACKWARD, UPDATE):
        yield f"\n# {phase}\n"
        for step in (step for step in iteration.steps if step.phase == phase):
            yield from _step(step, learned, by_definition)
            yield from _edits(iteration, step.step)


def _assignments(values: Mapping[str, Any], known: dict[str, Any]) -> Iterator[str]:
    """A line for each value that is not what it was in the iteration before."""
    for name, value in values.items():
        if name not in known or not np.array_equal(known[name], value):
            known[name] = value
            yield f"{identifier(name)} = {_tensor(value)}\n"


def _step(step: TraceStep, learned: list[str], by_definition: dict[str, str]) -> Iterator[str]:
    name = identifier(step.id)
    if step.phase == UPDATE:
        yield f"with torch.no_grad():\n    {_code(step.equation)}\n"
    elif step.phase == FORWARD:
        yield f"{_code(step.equation)}\n"
        if step.id in learned:
            yield f"{name}.retain_grad()\n"
        if not step.dimensions and not np.ndim(step.value) and step.id not in learned:
            yield f"{name}.backward(retain_graph=True)\n"
        if step.definition is not None:
            yield from _definition(step, by_definition)
    else:
        of = step.id.removeprefix("grad_")
        variable = identifier(of)
        found = f"{variable}.grad"
        if of in by_definition:
            found = f"torch.autograd.grad({by_definition[of]}, {variable}, retain_graph=True)[0]"
        yield f"{why_comments(step)}{name} = {found}\n"
    yield f"check({step.id!r}, {name}, {_expected(step)})\n"


def _definition(step: TraceStep, by_definition: dict[str, str]) -> Iterator[str]:
    """The textbook form of a step, for the gradients of what only it reads."""
    assert step.definition is not None
    name = f"{identifier(step.id)}_by_definition"
    yield f"{name} = {in_torch(NOTATION.text(step.definition.expression))}\n"
    read = {symbol.id for symbol in symbols(step.equation.expression)}
    by_definition |= {each.id: name for each in symbols(step.definition.expression) if each.id not in read}


def _edits(iteration: TraceIteration, step: int) -> Iterator[str]:
    for edit in iteration.edits:
        if edit.step == step:
            yield _edit(edit)


def _edit(edit: TraceEdit) -> str:
    name = identifier(edit.name)
    if not edit.indices:
        return f"{name} = torch.tensor({edit.value!r})\n"
    return f"{name} = {name}.detach().clone()\n{name}[{', '.join(map(str, edit.indices))}] = {edit.value!r}\n"


def _expected(step: TraceStep) -> str:
    return literal(step.value) if np.ndim(step.value) else number_code(step.value)


def _tensor(value: Any) -> str:
    return f"torch.tensor({literal(value) if np.ndim(value) else number_code(value)}, dtype=torch.float64)"
