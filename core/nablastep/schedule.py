"""A learning rate that changes with the iteration: a formula in t, which counts iterations from 1.

Such as 0.5 / (1 + 0.01 t), 0.1 exp(-0.05 t), or where(t > 100, 0.01, 0.1). It stands in the update equations.
"""

from __future__ import annotations

import math
from functools import lru_cache

from nablastep.errors import NablastepError
from nablastep.evaluation import value_of
from nablastep.expressions import Expression, depends_on
from nablastep.field_checks import FieldError, described
from nablastep.formulas.building import build
from nablastep.formulas.parser import parse
from nablastep.formulas.scope import Scope
from nablastep.formulas.syntax import Named, walk
from nablastep.optimizers import UPDATE_COUNT
from nablastep.rewrite import tidied

KEY = ("learning_rate",)


@lru_cache(maxsize=64)
def schedule_expression(text: str) -> Expression:
    """The learning rate as an expression of t. Raises FieldError for what is no formula in t, or negative at once."""
    try:
        parsed = parse(text, names={"t": "t"}).right
        for node in walk(parsed):
            if isinstance(node, Named) and node.name != "t":
                raise FieldError(f"a schedule is a formula in t, the number of the iteration; found {node.name!r}", KEY)
        built = build(parsed, Scope({"t": UPDATE_COUNT}, {}, {}, 0))
    except FieldError:
        raise
    except NablastepError as error:
        where = "" if error.column is None else f"column {error.column}: "
        raise FieldError(f"{where}{error.message}", KEY, hint='such as "0.5 / (1 + 0.01 t)"') from None
    expression = tidied(built.expression)
    if not depends_on(expression, UPDATE_COUNT):
        hint = 'a number stands without quotation marks; a formula has t in it, such as "0.5 / (1 + 0.01 t)"'
        raise FieldError(f"expected a finite number of at least 0, found {described(text)}", KEY, hint=hint)
    first = rate_at(expression, 1)
    if built.shape or not math.isfinite(first) or first < 0:
        raise FieldError(f"expected a finite number of at least 0 for every t, found {first!r} at t = 1", KEY)
    return expression


def rate_at(expression: Expression, iteration: int) -> float:
    """The learning rate in that iteration."""
    return float(value_of(expression, {UPDATE_COUNT.id: iteration}))
