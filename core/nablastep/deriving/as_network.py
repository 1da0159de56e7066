"""A number as a network of equations: its sub-expressions named t1, t2, … one after the other, ready for the stage."""

from __future__ import annotations

from nablastep.deriving.answer import Answer
from nablastep.deriving.derivation import PRODUCT
from nablastep.deriving.kinds import DeriveError
from nablastep.expressions import Expression, Factor, Fill, Hadamard, Number, Scale, Sum, Symbol, Transpose
from nablastep.network import Network
from nablastep.notation.numpy_code import NOTATION
from nablastep.shapes import shape_of


def network_of(answer: Answer) -> Network:
    """The expression step by step, with the variables that are asked for as parameters and the rest as given.

    A vector or a matrix with a seed G is followed back from its inner product with G, whose gradient is the
    vector-Jacobian product. Raises DeriveError for one without, and NetworkError where the equations cannot stand in
    a network.
    """
    reading = answer.reading
    seeds = answer.first.extra if answer.first.kind == PRODUCT else ()
    if shape_of(reading.expression) and not seeds:
        raise DeriveError(
            f"the stage follows a number backward, and {reading.text} is none",
            hint="--seed G follows its inner product with G; without --open there is the Jacobian",
        )
    expression = reading.expression
    for seed in seeds:
        expression = Sum(Hadamard(seed, expression))
    known = (*reading.variables, *seeds)
    taken = {symbol.id for symbol in known}
    steps = _Steps("t" if not any(name.startswith("t") for name in taken) else "part")
    steps.end(expression, next(name for name in ("f", "g", "h", "value") if name not in taken))
    moving = {result.by.id for result in answer.results}
    values = answer.first.values
    return Network.from_equations(
        "\n".join(steps.lines),
        parameters={symbol.id: values[symbol.id] for symbol in known if symbol.id in moving},
        given={symbol.id: values[symbol.id] for symbol in known if symbol.id not in moving},
        title=reading.text,
    )


class _Steps:
    """Sub-expressions with names, each an equation."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.lines: list[str] = []
        self.names: dict[Expression, Symbol] = {}

    def named(self, x: Expression) -> Expression:
        """The expression under a name of its own; what is small stays as it is."""
        if not x.operands or isinstance(x, Fill | Transpose | Factor | Number):
            return x
        if x in self.names:
            return self.names[x]
        own = x.with_operands(tuple(self.named(operand) for operand in x.operands))
        if isinstance(own, Scale) and isinstance(own.scalar, Factor) and not own.x.operands:
            return own
        if isinstance(own, Sum) and shape_of(own.x) == ("1", "1"):
            return own.x if not isinstance(own.x, Symbol) else self.line(x, own)
        return self.line(x, own)

    def end(self, x: Expression, name: str) -> None:
        """The last equation, which says what is differentiated."""
        last = self.named(x)
        if isinstance(last, Symbol) and self.lines and last.id == self.lines[-1].split(" = ")[0]:
            right = self.lines.pop().split(" = ", 1)[1]
        else:
            right = NOTATION.text(last)
        self.lines.append(f"{name} = {right}")

    def line(self, x: Expression, own: Expression) -> Symbol:
        """A further equation, for x, which is written as own."""
        symbol = Symbol(self.letter, len(self.lines) + 1, shape_of(own))
        self.lines.append(f"{symbol.id} = {NOTATION.text(own)}")
        self.names[x] = symbol
        return symbol
