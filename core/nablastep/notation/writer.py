"""How any notation is written: a walk over the tree that yields tokens, with parentheses where they are needed.

A notation is a subclass that says how symbols, numbers and operators look. Tokens remember the symbol that they stand
for, so that a view can colour or link it; their texts joined are the whole text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import IntEnum
from typing import Any, ClassVar

from nablastep.expressions import (
    COLUMNS,
    MINUS_ONE,
    ONE,
    ROWS,
    Add,
    Apply,
    Block,
    Cases,
    Cut,
    Determinant,
    Diagonals,
    Divide,
    Equation,
    Expression,
    Factor,
    Fill,
    Fold,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Number,
    Power,
    Ratio,
    Rearrange,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    Windows,
)
from nablastep.records import record
from nablastep.shapes import shape_of, usual_axis


@record(slots=True)
class Token:
    """A piece of text; `symbol` is the quantity it names, `kind` is symbol, operator, number, ones or function."""

    text: str
    kind: str = "operator"
    symbol: Symbol | None = None


Tokens = tuple[Token, ...]

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
LETTERS_BELOW = dict(zip("ᵢⱼₖₗₘₙₚᵣₛₜ", "ijklmnprst", strict=True))
"""Letters of sums, in the order in which they are taken."""
ASCII_SIGNS = {"×": "*", "−": "-", "Σ": "sum_", "…": "...", **LETTERS_BELOW}


def bracketed_indices(indices: Sequence[int | str]) -> list[tuple[str, int | None]]:
    """`[1,0]`: as files and code name an entry, from 0."""
    pieces: list[tuple[str, int | None]] = []
    for place, index in enumerate(indices):
        pieces += [("," if place else "[", None), (str(index), place)]
    return [*pieces, ("]", None)] if pieces else []


class Strength(IntEnum):
    """How tightly a form binds; a looser one inside a tighter one gets parentheses."""

    SUM = 1
    SCALED = 2
    PRODUCT = 3
    POSTFIX = 4
    ATOM = 5


class Writer:
    """Writes expressions as tokens. Subclasses set the class attributes and override what they say otherwise."""

    name = ""
    on_screens = True
    """Whether people read its text as it stands; markup and speech are for other readers."""
    stacks_fractions = False
    """Whether a quotient by a number stands above and below a line."""
    operators: ClassVar[dict[type[Expression], str]] = {
        MatMul: " ",
        Hadamard: " ⊙ ",
        Divide: " ⊘ ",
        Ratio: " ⊘ ",
        Add: " + ",
        Subtract: " − ",
    }
    over = " / "
    equals = " = "
    becomes = " ← "
    minus = "−"
    transpose_mark = "ᵀ"
    sum_mark = "Σ "
    log_name = "ln"
    log_sum_exp_name = "lse"
    prime_mark = "′"
    indexes_all = False
    """Whether an entry is named with all its indices, those along dimensions of one too."""
    entry_signs: ClassVar[dict[str, str]] = {}
    """What stands for the signs of Unicode in lines of single entries."""

    # what a notation says in its own way

    def symbol_text(self, symbol: Symbol) -> str:
        """The name of a quantity or setting."""
        raise NotImplementedError

    def factor_text(self, factor: Factor) -> str:
        """An exact fraction, without its sign."""
        raise NotImplementedError

    def number_text(self, value: float) -> str:
        """A numeric constant."""
        return repr(value)

    def indexed(self, x: Expression, indices: Sequence[int | str]) -> list[tuple[str, int | None]]:
        """One entry of a matrix, in pieces, each with the place of the index that it writes, or None.

        Indices are counted from 0, or letters; mathematics writes them from 1, as subscripts.
        """
        return [(self.indexed_name(x), None), *self.subscripts(indices)]

    def indexed_name(self, x: Expression) -> str:
        """What an index is put on: a name, or a form that is as tight."""
        return self.symbol_text(x) if isinstance(x, Symbol) else "".join(t.text for t in self.wrapped(x, Strength.ATOM))

    def subscripts(self, indices: Sequence[int | str]) -> list[tuple[str, int | None]]:
        """The indices as pieces, with commas where one of them has two digits."""
        wide = any(isinstance(index, int) and index > 8 for index in indices)
        pieces: list[tuple[str, int | None]] = []
        for place, index in enumerate(indices):
            pieces += [(",", None)] if place and wide else []
            pieces.append((index if isinstance(index, str) else str(index + 1).translate(SUBSCRIPTS), place))
        return pieces

    # the walk

    def text(self, expression: Expression) -> str:
        """The expression as one string."""
        return "".join(token.text for token in self.tokens(expression))

    def equation_text(self, equation: Equation) -> str:
        """The equation as one string."""
        return "".join(token.text for token in self.equation_tokens(equation))

    def equation_tokens(self, equation: Equation) -> Tokens:
        """The whole equation."""
        sign = self.becomes if equation.is_update else self.equals
        return (*self.tokens(equation.target), Token(sign), *self.tokens(equation.expression))

    def tokens(self, expression: Expression) -> Tokens:
        """The expression as tokens."""
        rule: Callable[[Writer, Any], Tokens] = self.rules()[type(expression)]
        return rule(self, expression)

    @classmethod
    def rules(cls) -> Mapping[type[Expression], Callable[[Any, Any], Tokens]]:
        """Which method writes which node."""
        return RULES

    def strength(self, expression: Expression) -> Strength:
        """How tightly the written form of the expression binds."""
        if isinstance(expression, Sum) and shape_of(expression.x) == ("1", "1"):
            return self.strength(expression.x)
        if is_trace(expression):
            return Strength.ATOM
        if isinstance(expression, Fill):
            return self.strength(expression.scalar)
        if self.stacks_fractions and is_fraction(expression):
            return Strength.POSTFIX
        if isinstance(expression, Apply):
            return Strength.ATOM if expression.function.style == "call" else Strength.POSTFIX
        if isinstance(expression, Factor) and (expression.numerator < 0):
            return Strength.SCALED
        return STRENGTHS.get(type(expression), Strength.ATOM)

    def wrapped(self, expression: Expression, weakest: Strength, *also: type[Expression]) -> Tokens:
        """The expression, in parentheses if it binds more loosely than `weakest` and is none of `also`."""
        tokens = self.tokens(expression)
        if self.strength(expression) >= weakest or isinstance(expression, also):
            return tokens
        return self.parenthesised(tokens)

    def parenthesised(self, tokens: Tokens) -> Tokens:
        """( … )."""
        return (Token("("), *tokens, Token(")"))

    # one method a node

    def symbol(self, node: Symbol) -> Tokens:
        return (Token(self.symbol_text(node), "symbol", node),)

    def factor(self, node: Factor) -> Tokens:
        sign = self.minus if node.numerator < 0 else ""
        positive = replace(node, numerator=abs(node.numerator))
        return (Token(sign + self.factor_text(positive), "number"),)

    def number(self, node: Number) -> Tokens:
        return (Token(self.number_text(node.value), "number"),)

    def fill(self, node: Fill) -> Tokens:
        return self.tokens(node.scalar)

    def transpose(self, node: Transpose) -> Tokens:
        return (*self.wrapped(node.x, Strength.POSTFIX), Token(self.transpose_mark))

    def product(self, node: MatMul | Hadamard | Divide | Ratio) -> Tokens:
        # Equal operators chain to the left; mixing ⊙ or ⊘ with a matrix product always gets parentheses.
        chain = (type(node),) if isinstance(node, MatMul | Hadamard) else ()
        if isinstance(node, MatMul) and _row_of_ones(node.left):
            left = self.ones(transposed=True)
        else:
            left = self.wrapped(node.left, Strength.POSTFIX, *chain)
        operator = self.over if is_fraction(node) else self.operators[type(node)]
        return (*left, Token(operator), *self.wrapped(node.right, Strength.POSTFIX))

    def times_log(self, node: TimesLog) -> Tokens:
        left = self.wrapped(node.left, Strength.POSTFIX)
        return (*left, Token(self.operators[Hadamard]), *self.call(self.log_name, node.right))

    def sum_or_difference(self, node: Add | Subtract) -> Tokens:
        right = self.wrapped(node.right, Strength.SCALED)
        if self.strength(node.right) >= Strength.SCALED and self.is_negative(node.right):
            right = self.parenthesised(right)
        return (*self.tokens(node.left), Token(self.operators[type(node)]), *right)

    @staticmethod
    def is_negative(expression: Expression) -> bool:
        """Whether the written form starts with a minus sign."""
        scalar = expression.scalar if isinstance(expression, Scale | Fill) else expression
        if isinstance(scalar, Scale):
            return Writer.is_negative(scalar)
        return isinstance(scalar, Factor) and scalar.numerator < 0

    def scaled(self, node: Scale) -> Tokens:
        inner = _without_sum_of_one(node.x)
        if node.scalar == MINUS_ONE:
            also = () if self.is_negative(inner) else (Scale,)
            return (Token(self.minus), *self.wrapped(inner, Strength.PRODUCT, Sum, *also))
        # Σ takes all that is multiplied behind it.
        also_sum = isinstance(_without_sum_of_one(node.scalar), Sum) and not is_trace(node.scalar)
        fraction = isinstance(node.scalar, Divide | Ratio)  # 1 / s x could be 1 / (s x)
        scalar = self.wrapped(
            node.scalar, Strength.POSTFIX if fraction else Strength.PRODUCT if also_sum else Strength.SCALED
        )
        if self.is_negative(inner):
            x = self.parenthesised(self.tokens(inner))
        else:
            x = self.wrapped(inner, Strength.POSTFIX, MatMul, Sum, Scale)
        return (*scalar, Token(self.operators[MatMul]), *x)

    def power(self, node: Power) -> Tokens:
        return (*self.wrapped(node.scalar, Strength.ATOM), Token("^"), *self.wrapped(node.exponent, Strength.ATOM))

    def function(self, node: Apply) -> Tokens:
        name = self.function_name(node)
        if node.function.style == "postfix" and not node.prime:
            return (*self.base_of_power(node.x), Token(name, "function"))
        if node.function.style == "prefix" and not node.prime:
            return (Token(name, "function"), *self.wrapped(node.x, Strength.ATOM))
        return self.call(name, node.x)

    def base_of_power(self, x: Expression) -> Tokens:
        """What a square is put on. A layer mark is a superscript too: (∇W⁽¹⁾)², not ∇W⁽¹⁾²."""
        marked = isinstance(x, Symbol) and (x.mark is not None or x.prefix != "")
        return self.parenthesised(self.tokens(x)) if marked else self.wrapped(x, Strength.ATOM)

    def function_name(self, node: Apply) -> str:
        """f or f′."""
        return node.function.unicode + (self.prime_mark if node.prime else "")

    def call(self, name: str, argument: Expression) -> Tokens:
        """name(argument)."""
        return (Token(name, "function"), *self.parenthesised(self.tokens(argument)))

    def softmax(self, node: Softmax) -> Tokens:
        return self.along_axis("softmax", node)

    def log_sum_exp(self, node: LogSumExp) -> Tokens:
        return self.along_axis(self.log_sum_exp_name, node)

    def along_axis(self, name: str, node: Softmax | LogSumExp) -> Tokens:
        """name(x), with the axis where it is not the usual one."""
        if node.axis == usual_axis(shape_of(node.x)):
            return self.call(name, node.x)
        return self.listed_call(name, node.x, f"axis={node.axis}")

    def cases(self, node: Cases) -> Tokens:
        if is_maximum(node):
            inside = (*self.tokens(node.positive), Token(", "), *self.tokens(node.otherwise))
            return (Token("max", "function"), *self.parenthesised(inside))
        positive, condition = self.tokens(node.positive), self.tokens(node.condition)
        return (
            Token("("),
            *positive,
            Token(" if "),
            *condition,
            Token(" > 0 else "),
            *self.tokens(node.otherwise),
            Token(")"),
        )

    def ones(self, transposed: bool) -> Tokens:
        """The vector of ones."""
        return (Token("1" + (self.transpose_mark if transposed else ""), "ones"),)

    def repeat(self, node: Repeat) -> Tokens:
        space = Token(self.operators[MatMul])
        if node.axis == COLUMNS:
            return (*self.wrapped(node.x, Strength.POSTFIX), space, *self.ones(transposed=True))
        return self.after_ones(self.ones(transposed=False), node.x)

    def total(self, node: Total) -> Tokens:
        space = Token(self.operators[MatMul])
        if node.axis == COLUMNS:
            return (*self.wrapped(node.x, Strength.POSTFIX), space, *self.ones(transposed=False))
        return self.after_ones(self.ones(transposed=True), node.x)

    def after_ones(self, ones: Tokens, x: Expression) -> Tokens:
        """1 x, or 1(…)."""
        bare = self.strength(x) >= Strength.POSTFIX
        return (*ones, *((Token(self.operators[MatMul]),) if bare else ()), *self.wrapped(x, Strength.POSTFIX))

    # rearrangements: read back by the names that files use

    def dimension_text(self, dimension: str) -> str:
        """The name of a dimension, or of a product of several."""
        return " ".join(dimension.split("·"))

    def rearrange(self, node: Rearrange) -> Tokens:
        plan = node.plan
        match plan:
            case Cut() if not node.back:
                return (*self.wrapped(node.x, Strength.ATOM), Token(self.cut_text(plan)))
            case Cut():
                size = self.dimension_text(plan.before[plan.axis])
                return self.listed_call("placed", node.x, plan.start, size, f"axis={plan.axis}")
            case Diagonals():
                return self.listed_call("diag", node.x)
            case Fold():
                rows, columns = map(self.dimension_text, plan.before if node.back else plan.after)
                return self.listed_call("reshape", node.x, rows, columns)
            case Windows(height=height, width=width, kernel=kernel, stride=stride):
                sizes = map(str, (height, width, kernel, stride))
                return self.listed_call("patches_back" if node.back else "patches", node.x, *sizes)
        raise ValueError(f"no way to write {type(plan).__name__}")

    def cut_text(self, plan: Cut) -> str:
        """`[0:2, :]`."""
        start = "" if plan.start == "0" else self._end_text(plan.start)
        ends = f"{start}:{self._end_text(plan.stop)}"
        return f"[{ends}, :]" if plan.axis == ROWS else f"[:, {ends}]"

    def _end_text(self, end: str) -> str:
        return end if end.isdigit() or not end else self.dimension_text(end)

    def listed_call(self, name: str, x: Expression, *rest: str) -> Tokens:
        """name(x, …)."""
        return (Token(name, "function"), *self.parenthesised((*self.tokens(x), Token("".join(f", {r}" for r in rest)))))

    def block(self, node: Block) -> Tokens:
        between = "; " if node.axis == ROWS else ", "
        return (Token("["), *self.tokens(node.left), Token(between), *self.tokens(node.right), Token("]"))

    def inverse(self, node: Inverse) -> Tokens:
        return (*self.wrapped(node.x, Strength.ATOM), Token("⁻¹"))

    def determinant(self, node: Determinant) -> Tokens:
        return self.call("logdet" if node.log else "det", node.x)

    def sum(self, node: Sum) -> Tokens:
        if shape_of(node.x) == ("1", "1"):
            return self.tokens(node.x)
        if is_trace(node):
            return self.listed_call("tr", node.x.x)  # type: ignore[attr-defined]
        return (Token(self.sum_mark), *self.wrapped(node.x, Strength.POSTFIX))


def is_maximum(node: Cases) -> bool:
    """Whether the larger of two is chosen: where one is above the other, or above 0."""
    zero = isinstance(node.otherwise, Fill) and node.otherwise.scalar == Factor(0)
    own = node.positive if zero or node.otherwise == Factor(0) else Subtract(node.positive, node.otherwise)
    return node.condition == own


def decimal_of(factor: Factor) -> str | None:
    """`0.1` for a fraction that is a short decimal, without sign; None for ½ and ¼, for thirds, and beside sizes."""
    if factor.dimensions or factor.times or factor.denominator in (1, 2, 4):
        return None
    rest = factor.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return plain_number(abs(factor.numerator) / factor.denominator) if rest == 1 else None


def number_above(factor: Factor) -> list[str]:
    """The numerator of a factor, unless it is a 1 before sizes of dimensions."""
    return [] if factor.numerator == 1 and factor.times else [str(factor.numerator)]


def plain_number(value: float) -> str:
    """Six significant digits, without an exponent for numbers that are not far from 1."""
    text = f"{value:.6g}"
    return f"{Decimal(text):f}" if "e" in text and 1e-6 <= abs(value) < 1e15 else text


def _row_of_ones(node: Expression) -> bool:
    """Whether the node is 1ᵀ: in a product the one that adds up has to be told from the number."""
    return isinstance(node, Fill) and node.scalar == ONE and node.shape[:1] == ("1",) != node.shape[1:]


def is_fraction(expression: Expression) -> bool:
    """Whether that is a quotient by a number, which is written with a fraction line."""
    return isinstance(expression, Divide) and shape_of(expression.right) in ((), ("1", "1"))


def is_trace(x: Expression) -> bool:
    """Whether it is the sum of a diagonal."""
    diagonal = x.x if isinstance(x, Sum) else None
    return isinstance(diagonal, Rearrange) and isinstance(diagonal.plan, Diagonals) and not diagonal.back


def _without_sum_of_one(x: Expression) -> Expression:
    """The sum of the entries of a 1×1 matrix is written as that entry, without a Σ that would bind it together."""
    return x.x if isinstance(x, Sum) and shape_of(x.x) == ("1", "1") else x


RULES: dict[type[Expression], Callable[[Any, Any], Tokens]] = {
    Symbol: lambda writer, node: writer.symbol(node),
    Factor: lambda writer, node: writer.factor(node),
    Number: lambda writer, node: writer.number(node),
    Fill: lambda writer, node: writer.fill(node),
    Transpose: lambda writer, node: writer.transpose(node),
    MatMul: lambda writer, node: writer.product(node),
    Hadamard: lambda writer, node: writer.product(node),
    Divide: lambda writer, node: writer.product(node),
    Ratio: lambda writer, node: writer.product(node),
    TimesLog: lambda writer, node: writer.times_log(node),
    Add: lambda writer, node: writer.sum_or_difference(node),
    Subtract: lambda writer, node: writer.sum_or_difference(node),
    Scale: lambda writer, node: writer.scaled(node),
    Power: lambda writer, node: writer.power(node),
    Apply: lambda writer, node: writer.function(node),
    Softmax: lambda writer, node: writer.softmax(node),
    LogSumExp: lambda writer, node: writer.log_sum_exp(node),
    Cases: lambda writer, node: writer.cases(node),
    Repeat: lambda writer, node: writer.repeat(node),
    Total: lambda writer, node: writer.total(node),
    Sum: lambda writer, node: writer.sum(node),
    Rearrange: lambda writer, node: writer.rearrange(node),
    Block: lambda writer, node: writer.block(node),
    Inverse: lambda writer, node: writer.inverse(node),
    Determinant: lambda writer, node: writer.determinant(node),
}

STRENGTHS: dict[type[Expression], Strength] = {
    Add: Strength.SUM,
    Subtract: Strength.SUM,
    Scale: Strength.SCALED,
    Sum: Strength.SCALED,
    MatMul: Strength.PRODUCT,
    Hadamard: Strength.PRODUCT,
    Divide: Strength.PRODUCT,
    Ratio: Strength.PRODUCT,
    TimesLog: Strength.PRODUCT,
    Repeat: Strength.PRODUCT,
    Total: Strength.PRODUCT,
    Transpose: Strength.POSTFIX,
    Power: Strength.POSTFIX,
    Inverse: Strength.POSTFIX,
}
