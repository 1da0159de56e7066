"""Slips of matrix products, transposes, sums over samples and signs: they need no word about what is multiplied."""

from __future__ import annotations

from collections.abc import Iterator

from nablastep.expressions import (
    COLUMNS,
    ROWS,
    Add,
    Apply,
    Expression,
    Factor,
    Hadamard,
    MatMul,
    Scale,
    Subtract,
    Sum,
    Symbol,
    Total,
    Transpose,
    substitute,
    walk,
)
from nablastep.laws import negate, scale, transpose
from nablastep.slips.case import Case
from nablastep.slips.edits import everywhere
from nablastep.slips.record import Wrong, slip


@slip(
    "sign",
    "the sign is the wrong way round",
    "If this quantity grows a little, does E grow or fall?",
    "Look at each difference: which of the two comes first?",
    shown=True,
)
def SIGN(case: Case) -> Iterator[Wrong]:
    yield negate(case.right), {}
    for wrong in everywhere(case.right, _other_sign):
        yield wrong, {}
    for node in walk(case.right):
        if isinstance(node, Apply) and isinstance(node.x, Scale):
            yield substitute(case.right, {node: Apply(node.function, negate(node.x), node.prime)}), {}


def _other_sign(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Add):
        yield Subtract(node.left, node.right)
    elif isinstance(node, Subtract):
        yield Add(node.left, node.right)
        yield Subtract(node.right, node.left)
    elif isinstance(node, Scale) and isinstance(node.scalar, Factor) and node.scalar.numerator < 0:
        yield negate(node)


@slip(
    "transpose",
    "{factor} is the wrong way round",
    "Write one entry as a sum: does the sum run over the first or the second index of {factor}?",
    "The index that is summed has to be the last of the left factor and the first of the right one.",
    shown=True,
)
def TRANSPOSED_FACTOR(case: Case) -> Iterator[Wrong]:
    def turned(node: Expression) -> Iterator[Expression]:
        if isinstance(node, MatMul):
            yield MatMul(transpose(node.left), node.right)
            yield MatMul(node.left, transpose(node.right))

    for wrong in everywhere(case.right, turned):
        yield wrong, {"factor": _turned_factor(case.right, wrong)}


def _turned_factor(right: Expression, wrong: Expression) -> Symbol | str:
    """The quantity that lies the other way in the wrong formula: a parameter or value rather than a gradient."""
    before, after = _lying(right), _lying(wrong)
    changed = [symbol for symbol in before if before[symbol] != after.get(symbol)]
    return changed[0] if len(changed) == 1 else "a factor"


def _lying(expression: Expression, turned: bool = False) -> dict[Symbol, bool]:
    """How each quantity lies in the formula."""
    if isinstance(expression, Symbol):
        return {expression: turned}
    turned ^= isinstance(expression, Transpose)
    return {symbol: way for operand in expression.operands for symbol, way in _lying(operand, turned).items()}


@slip(
    "lying",
    "this is the right array lying on its side",
    "Whose index counts the rows of the result?",
    "The result has to be laid out like the quantity itself.",
    shown=True,
)
def WHOLE_TRANSPOSED(case: Case) -> Iterator[Wrong]:
    if "1" not in case.target.shape or any(isinstance(node, MatMul) for node in walk(case.right)):
        yield from ((transpose(case.right), {}) for _ in case.target.shape[:1])
        for wrong in everywhere(case.right, lambda node: iter((transpose(node),) if isinstance(node, MatMul) else ())):
            yield wrong, {}


@slip(
    "order",
    "the factors stand in the wrong order",
    "A matrix product does not commute: whose rows are the rows of the result?",
    "Follow one number of the result: which row of which factor made it?",
)
def ORDER(case: Case) -> Iterator[Wrong]:
    def swapped(node: Expression) -> Iterator[Expression]:
        if isinstance(node, MatMul):
            yield MatMul(node.right, node.left)
            yield MatMul(node.right, transpose(node.left))
            yield MatMul(transpose(node.right), node.left)

    for wrong in everywhere(case.right, swapped):
        yield wrong, {}


@slip(
    "transposed-product",
    "a product was transposed factor by factor, without turning their order round",
    "What is the transpose of a product of two matrices?",
    "Entry (i, j) of the transpose is entry (j, i) of the product: which factor gives its rows now?",
)
def TRANSPOSED_PRODUCT(case: Case) -> Iterator[Wrong]:
    def turned(node: Expression) -> Iterator[Expression]:
        if isinstance(node, MatMul):
            yield MatMul(transpose(node.left), transpose(node.right))

    for wrong in everywhere(case.right, turned):
        yield wrong, {}


@slip(
    "product",
    "the kind of product is wrong: {what}",
    "Is there one path from each entry to its own partner, or a sum over many paths?",
    "{nudge}",
)
def KIND_OF_PRODUCT(case: Case) -> Iterator[Wrong]:
    def other(node: Expression) -> Iterator[Expression]:
        if isinstance(node, MatMul):
            for left in (node.left, transpose(node.left)):
                for right in (node.right, transpose(node.right)):
                    yield Hadamard(left, right)
        if isinstance(node, Hadamard):
            for left in (node.left, transpose(node.left)):
                for right in (node.right, transpose(node.right)):
                    yield MatMul(left, right)
                    yield MatMul(right, left)

    for wrong in everywhere(case.right, other):
        yield wrong, _kinds(case.right, wrong)


def _kinds(right: Expression, wrong: Expression) -> dict[str, Symbol | str]:
    count = [sum(isinstance(node, Hadamard) for node in walk(each)) for each in (right, wrong)]
    if count[1] < count[0]:
        return {
            "what": "a matrix product stands where entry meets entry",
            "nudge": "Nudge one entry: how many entries of the result move?",
        }
    if _is_outer(right):
        return {
            "what": "entry meets entry where every entry meets every other one (an outer product)",
            "nudge": "How many numbers has the result, and which pair of numbers makes each of them?",
        }
    return {
        "what": "entry meets entry where a matrix product adds up over many",
        "nudge": "Over what does one entry of the result add up: units, samples?",
    }


def _is_outer(expression: Expression) -> bool:
    """Whether a column meets a row."""
    from nablastep.shapes import shape_of

    return any(isinstance(node, MatMul) and shape_of(node.left)[-1:] == ("1",) for node in walk(expression))


@slip(
    "added",
    "two factors are added",
    "The chain rule multiplies along a path: where does it add?",
    "It adds over different paths only.",
    shown=True,
)
def ADDED(case: Case) -> Iterator[Wrong]:
    def added(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Hadamard | MatMul):
            yield Add(node.left, node.right)

    for wrong in everywhere(case.right, added):
        yield wrong, {}


@slip(
    "sample-sum",
    "the samples are not added up",
    "The forward pass copies this parameter to every sample: in how many terms of E does it stand?",
    "A quantity that is used m times collects from all m places.",
)
def SAMPLES_NOT_ADDED(case: Case) -> Iterator[Wrong]:
    def dropped(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Total | Sum):
            yield node.x

    for wrong in everywhere(case.right, dropped):
        yield wrong, {}
    totals: dict[Expression, Expression] = {node: node.x for node in walk(case.right) if isinstance(node, Total)}
    if len(totals) > 1:
        yield substitute(case.right, totals), {}


@slip(
    "sum-axis",
    "the sum runs along the wrong axis",
    "Which index counts the samples, and which the units?",
    "What is left has to have one number for each unit.",
)
def WRONG_AXIS(case: Case) -> Iterator[Wrong]:
    def other(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Total):
            yield Total(node.x, ROWS if node.axis == COLUMNS else COLUMNS)
            yield Transpose(Total(node.x, ROWS if node.axis == COLUMNS else COLUMNS))
            yield Sum(node.x)
        elif isinstance(node, Sum):
            yield Total(node.x, ROWS)
            yield Total(node.x, COLUMNS)

    for wrong in everywhere(case.right, other):
        yield wrong, {}


@slip(
    "mean-for-sum",
    "the samples are averaged instead of added",
    "Where does the mean over the samples enter already, and how often should it?",
    "Follow 1/m from E to here.",
    shown=True,
)
def AVERAGED(case: Case) -> Iterator[Wrong]:
    if any("m" in symbol.shape for symbol in case.read) and "m" not in case.target.shape:
        yield scale(Factor(1, 1, ("m",)), case.right), {}


PRODUCT_SLIPS = (
    SIGN, TRANSPOSED_FACTOR, WHOLE_TRANSPOSED, ORDER, TRANSPOSED_PRODUCT, KIND_OF_PRODUCT, ADDED, SAMPLES_NOT_ADDED,
    WRONG_AXIS, AVERAGED,
)  # fmt: skip
