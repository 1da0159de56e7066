"""An expression as a textbook writes it: `2 Xᵀ (X w − y) + 2 λ w`, found by laws, each step with its name.

First laws that look at one node at a time, then sums as wholes: exact factors in front, brackets of products left out,
equal terms added, a factor that all terms share at one end taken out. Nothing here knows where an expression is from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nablastep.deriving.sums import Stage, collected
from nablastep.deriving.textbook_laws import TEXTBOOK_LAWS
from nablastep.expressions import Expression, Symbol, Transpose, substitute
from nablastep.laws import LAWS, Law
from nablastep.shapes import shape_of

MOST_STEPS = 400
"""An expression that needs more applications of laws is left where it is."""


@dataclass(frozen=True)
class Step:
    """What the expression is after a law has been applied wherever it fits."""

    law: str
    expression: Expression


def textbook(expression: Expression, symmetric: Iterable[Symbol] = ()) -> Expression:
    """The expression in its textbook form; `symmetric` names matrices that equal their transposes."""
    return textbook_steps(expression, symmetric)[-1].expression


def textbook_steps(expression: Expression, symmetric: Iterable[Symbol] = ()) -> tuple[Step, ...]:
    """The way there: the expression as it is (`raw`), then after each law that changed it."""
    symmetric = tuple(symmetric)
    found = [Step("raw", expression)]

    def then(law: str, changed: Expression) -> None:
        if changed == found[-1].expression:
            return
        if found[-1].law == law:
            found.pop()
        found.append(Step(law, changed))

    for _ in range(MOST_STEPS):
        before = found[-1].expression
        applied = _first(before, _LAWS)
        if applied is not None:
            then(*applied)
            continue
        then(SYMMETRY, without_transposes(before, symmetric))
        for stage in Stage:
            then(stage.value, collected(found[-1].expression, stage))
        if found[-1].expression == before:
            break
    return tuple(found)


SYMMETRY = "Aᵀ = A for a matrix that is declared symmetric"


def without_transposes(expression: Expression, symmetric: Sequence[Symbol]) -> Expression:
    """The expression with Aᵀ written A for each matrix that is symmetric."""
    return substitute(expression, {Transpose(symbol): symbol for symbol in symmetric})


_COLLECTED_AS_SUMS = {"k x + k y = k (x + y)", "k x + l x = (k + l) x"}
_NO_TRACE_LEFT = {"diag(A B) = (A ⊙ Bᵀ) 1"}
"""Textbooks write tr(A B)."""
_BY_KIND: dict[type[Expression], list[Law]] = {}
_LAWS = tuple(law for law in (*TEXTBOOK_LAWS, *LAWS) if law.name not in _COLLECTED_AS_SUMS | _NO_TRACE_LEFT)
for _law in _LAWS:
    _BY_KIND.setdefault(_law.kind, []).append(_law)


def _first(expression: Expression, laws: Sequence[Law]) -> tuple[str, Expression] | None:
    """The expression after the first law that fits at the innermost place; None if none does."""
    operands = expression.operands
    for place, operand in enumerate(operands):
        inner = _first(operand, laws)
        if inner is not None:
            name, changed = inner
            return name, expression.with_operands((*operands[:place], changed, *operands[place + 1 :]))
    for law in _BY_KIND.get(type(expression), ()):
        found = law.rewrite(expression)
        if found is not None and found != expression and shape_of(found) == shape_of(expression):
            return law.name, found
    return None


Rewrite = Callable[[Expression], Expression | None]
