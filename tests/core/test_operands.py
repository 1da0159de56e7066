"""The operands of a line with the signs between them are the line: put together as written they give its worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from nablastep.derivations.operands import Operand, Reading
from nablastep.derivations.why import why_lines
from nablastep.program import BACKWARD

PYTHON = {
    "·": "@", "⊙": "*", "⊘": "/", "/": "/", "⊗": "//", "+": "+", "−": "-", "⟨": "inner(", "⟩": ")", "(": "(", ")": ")",
    ",": ",", "· 1": "@across", "· 1ᵀ": "@copied", "1ᵀ ·": "down@", "1 ·": "copied@", ")ᵀ": ").turned()",
}  # fmt: skip


class Ones:
    """Products with ones: each adds up along an axis, or (without one) copies, which broadcasting does."""

    def __init__(self, *axes: int | None) -> None:
        self.axes = axes

    def applied(self, x: Any) -> Any:
        for axis in reversed(self.axes):
            x = x if axis is None else np.sum(x, axis=axis, keepdims=True)
        return x

    def __matmul__(self, other: Matrix | Ones) -> Matrix | Ones:
        return Ones(*self.axes, *other.axes) if isinstance(other, Ones) else Matrix(self.applied(other.x))


@dataclass(frozen=True)
class Matrix:
    """An array on which Python's operators are those of the page, with Python's precedence."""

    x: Any

    def __matmul__(self, other: Matrix | Ones) -> Matrix:
        if isinstance(other, Ones):
            return Matrix(other.applied(self.x))
        return Matrix(self.x * other.x if 0 in (np.ndim(self.x), np.ndim(other.x)) else self.x @ other.x)

    def __mul__(self, other: Matrix) -> Matrix:
        return Matrix(self.x * other.x)

    def __truediv__(self, other: Matrix) -> Matrix:
        return Matrix(self.x / other.x)

    def __floordiv__(self, other: Matrix) -> Matrix:
        return Matrix(np.kron(self.x, other.x))

    def __add__(self, other: Matrix) -> Matrix:
        return Matrix(self.x + other.x)

    def __sub__(self, other: Matrix) -> Matrix:
        return Matrix(self.x - other.x)

    def __neg__(self) -> Matrix:
        return Matrix(-self.x)

    def turned(self) -> Matrix:
        return Matrix(self.x.T)


def put_together(reading: Reading) -> Any:
    """What the pieces give, read from left to right with the usual precedence."""
    names: dict[str, Any] = {
        "across": Ones(1), "down": Ones(0), "copied": Ones(None), "inner": lambda a, b: Matrix(np.sum(a.x * b.x)),
    }  # fmt: skip
    code = ""
    for place, piece in enumerate(reading.pieces):
        names[f"x{place}"] = Matrix(piece.value) if isinstance(piece, Operand) else None
        code += f" x{place} " if isinstance(piece, Operand) else PYTHON[piece]
    return eval(code, {}, names).x


@pytest.mark.parametrize(
    ("network", "steps"),
    [
        ("rnn", ("grad_U", "grad_b")),
        ("two-heads", ("grad_K2", "grad_X")),
        ("attention", ("grad_S",)),
        ("batch-norm", ("grad_c",)),
        ("residual", ("grad_x",)),
    ],
)
def test_operands_with_their_signs_give_the_worth_of_the_line(network: str, steps: tuple[str, ...]) -> None:
    session = ns.open(network)
    session.goto("end")
    assert set(steps) <= {step.id for step in session.program.steps if step.phase == BACKWARD}
    written = 0
    for step in steps:
        for line in why_lines(session, step):
            if line.route == "differential" and line.reading.pieces:
                assert line.reading.is_whole, line.text()
                found = np.squeeze(np.broadcast_to(put_together(line.reading), np.shape(line.value)))
                assert np.allclose(found, np.squeeze(line.value), rtol=1e-9, atol=1e-12), line.text()
                written += 1
    assert written >= 3
