"""The Jacobian route: the gradient is the transposed row ∂E/∂v, the chain rule multiplies Jacobians, and the structure
of each Jacobian makes the product collapse: diagonal → ⊙, W → Wᵀ, aᵀ ⊗ I → outer product, I → itself.

Each node class says what its Jacobian for one sample looks like and why. A new node gets its derivation by an entry in
JACOBIAN_RULES. Layouts: numerator (∂E/∂v is a row) or denominator (a column, everything transposed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nablastep.adjoints import function_body, moves, seed
from nablastep.derivations.collapse import collapsed
from nablastep.derivations.lines import OWN, Draft, Rule
from nablastep.derivations.subject import Subject
from nablastep.derivations.worth import of_sample
from nablastep.expressions import (
    ONE,
    ROWS,
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
    Ratio,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    symbols,
)
from nablastep.laws import negate, scale
from nablastep.shapes import shape_of
from nablastep.structures import (
    SAMPLE,
    Basis,
    Diagonal,
    Entry,
    Identity,
    IndexSum,
    Jacobian,
    Kronecker,
    Vec,
    rows_and_columns,
)
from nablastep.transposition import Convention, transposed

NUMERATOR, DENOMINATOR = "numerator", "denominator"
LAYOUTS = (NUMERATOR, DENOMINATOR)
ERROR = Symbol("E", None, ())


@dataclass(frozen=True)
class JacobianRule:
    """`factor(node, operand, upstream rows so far)` puts the node's Jacobian behind the row of Jacobians before it.

    `local` is that Jacobian itself, or None where it is the identity or a plain number; `structure` names it.
    """

    local: Callable[[Any, int], Expression | None]
    sentence: Callable[[Any, int], str]
    structure: str
    collapse: str


def jacobian_drafts(subject: Subject, layout: str = NUMERATOR) -> tuple[Draft, ...]:
    """The lines from (∂E/∂v)ᵀ to the step's own equation."""
    if subject.through_error:
        found = _through_error(subject, layout)
    elif subject.variable.base == "W":
        found = _through_weights(subject, layout)
    else:
        found = _through_layer(subject, layout)
    return (*found, Draft(subject.gradient, subject.equation.expression, _last_sentence(subject)))


def _last_sentence(subject: Subject) -> str:
    if subject.is_batch and subject.per_sample:
        return "The samples stand side by side as the columns or rows of one matrix: the equation of this step."
    if subject.is_batch:
        return (
            "The sum over the samples is what a matrix product, or a product with ones, adds up: the step's equation."
        )
    return "Written the way the step writes it: the equation of this step."


def _definition(layout: str, base: str) -> Rule:
    def rule(convention: Convention) -> str:
        stands = layout == DENOMINATOR
        lies = convention.transposes_samples
        if stands != lies:
            return f"In {layout} layout ∂E/∂{base} lies as {base} itself does here: it is the gradient."
        turned = "a row" if layout == NUMERATOR else "a column"
        return f"In {layout} layout ∂E/∂{base} is {turned}; the gradient has the shape of {base}, so it is turned."

    return rule


# through a layer: u = f(z) or z = W a + b


def _through_layer(subject: Subject, layout: str) -> list[Draft]:
    numerator = layout == NUMERATOR
    gradient, variable = subject.part(subject.gradient), subject.part(subject.variable)
    target, upstream = subject.part(subject.use.target), subject.part(subject.upstream)
    sums = subject.is_batch and not subject.per_sample

    def summed(x: Expression) -> Expression:
        return IndexSum(SAMPLE, "m", x) if sums else x

    error_row, local = Jacobian(ERROR, target, layout), Jacobian(target, variable, layout)
    structure, rule, sentence = _structure(subject)
    shown_structure = structure if numerator else transposed(structure)
    turned = Transpose(local) if numerator else local
    found = [
        Draft(
            gradient,
            _turned(Jacobian(ERROR, subject.part(subject.variable), layout), layout),
            _definition(layout, subject.variable.base),
        )
    ]
    chain = MatMul(error_row, local) if numerator else MatMul(local, error_row)
    found.append(Draft(gradient, summed(_turned(chain, layout)), _chain_sentence(subject, layout)))
    if numerator:
        found.append(
            Draft(
                gradient,
                summed(MatMul(turned, Transpose(error_row))),
                "A transposed product is the product of the transposes in reverse order.",
            )
        )
    found.append(
        Draft(
            gradient,
            summed(MatMul(turned, upstream)),
            "The derivative of E by the next quantity is its gradient, known already.",
        )
    )
    found.append(Draft(local, shown_structure, sentence, OWN, rule.structure))
    put_in = Transpose(structure) if numerator else shown_structure
    found.append(Draft(gradient, summed(MatMul(put_in, upstream)), _put_in_sentence(rule)))
    found += _collapsing(gradient, structure, upstream, rule, summed)
    return found


def _put_in_sentence(rule: JacobianRule) -> str:
    if rule is JACOBIAN_RULES[MatMul]:
        return (
            "Put W in for the Jacobian: whether it is transposed follows from the chain rule, not from matching shapes."
        )
    return "Put this matrix in for the Jacobian."


def _collapsing(
    gradient: Expression,
    structure: Expression,
    upstream: Expression,
    rule: JacobianRule,
    summed: Callable[[Expression], Expression],
) -> list[Draft]:
    straight = transposed(structure)
    found: list[Draft] = []
    if straight == structure and not isinstance(structure, Identity):
        found.append(Draft(gradient, summed(MatMul(structure, upstream)), "This matrix is its own transpose."))
    ended = collapsed(MatMul(straight, upstream))
    found.append(Draft(gradient, summed(ended), rule.collapse))
    return found


def _turned(x: Expression, layout: str) -> Expression:
    return Transpose(x) if layout == NUMERATOR else x


def _chain_sentence(subject: Subject, layout: str) -> str:
    grows = "to the right" if layout == NUMERATOR else "to the left"
    if subject.is_batch and not subject.per_sample:
        return f"Chain rule: multiply Jacobians, growing {grows}; every sample is a path of its own, so add them up."
    return f"Chain rule: the Jacobian of a composition is the product of the Jacobians; it grows {grows}."


def _structure(subject: Subject) -> tuple[Expression, JacobianRule, str]:
    """The Jacobian of the forward equation for one sample, with the rule of the node that decides it."""
    path = next(iter(moves(subject.use.expression, subject.variable, subject.upstream)))
    found: Expression | None = None
    decisive = JACOBIAN_RULES[Add]
    sentence = decisive.sentence(None, 0)
    for move in path:
        rule = JACOBIAN_RULES[type(move.node)]
        local = rule.local(of_sample(move.node), move.operand)
        if local is not None:
            found = local if found is None else MatMul(found, local)
            decisive, sentence = rule, rule.sentence(move.node, move.operand)
    if found is None:
        found = Identity(rows_and_columns(subject.use.target)[0])
    return _with_parts(subject, found), decisive, sentence


def _with_parts(subject: Subject, expression: Expression) -> Expression:
    """softmax(zₛ), which the forward pass has computed, as aₛ."""
    replacements = {of_sample(right): of_sample(name) for right, name in subject.known}
    return _replaced(expression, replacements)


def _replaced(expression: Expression, replacements: dict[Expression, Expression]) -> Expression:
    if expression in replacements:
        return replacements[expression]
    if not expression.operands:
        return expression
    return expression.with_operands(tuple(_replaced(operand, replacements) for operand in expression.operands))


# ∇W: the Jacobian by a matrix, as slices and stacked


def _through_weights(subject: Subject, layout: str) -> list[Draft]:
    numerator = layout == NUMERATOR
    weights, target = subject.variable, subject.part(subject.use.target)
    upstream = subject.part(subject.upstream)
    activation = of_sample(next(symbol for symbol in symbols(subject.use.expression) if symbol.base == "a"))
    rows = rows_and_columns(subject.use.target)[0]
    left = Vec(subject.gradient)

    def summed(x: Expression) -> Expression:
        return IndexSum(SAMPLE, "m", x) if subject.is_batch else x

    error_row, local = Jacobian(ERROR, target, layout), Jacobian(target, Vec(weights), layout)
    whole = Jacobian(ERROR, Vec(weights), layout)
    chain = MatMul(error_row, local) if numerator else MatMul(local, error_row)
    turned = Transpose(local) if numerator else local
    structure = Kronecker(Transpose(activation), Identity(rows))
    straight = Kronecker(activation, Identity(rows))
    index = ("i", SAMPLE) if subject.is_batch else ("i", None)
    slices = Jacobian(Entry(subject.use.target, index), weights)
    outer = MatMul(upstream, Transpose(activation))
    rule = JACOBIAN_RULES[MatMul]
    found = [
        Draft(
            slices,
            MatMul(Basis("i", rows), Transpose(activation)),
            _slice_sentence,
            OWN,
            "zero but for one row or column in each slice",
            weights,
        ),
        Draft(
            left,
            _turned(whole, layout),
            "Stack the columns of W into one long vector: then ∂E/∂vec(W) is an ordinary row of numbers.",
            OWN,
        ),
        Draft(left, summed(_turned(chain, layout)), _chain_sentence(subject, layout), OWN),
        Draft(
            left,
            summed(MatMul(turned, upstream)),
            "Transpose the product and give ∂E/∂z its name, the gradient of z.",
            OWN,
        ),
        Draft(local, structure if numerator else straight, rule.sentence(None, 0), OWN, rule.structure),
        Draft(
            left,
            summed(MatMul(straight, upstream)),
            "A Kronecker product transposes factor by factor, so aᵀ ⊗ I turns into a ⊗ I.",
            OWN,
        ),
        Draft(
            left,
            summed(Kronecker(activation, upstream)),
            "(a ⊗ I)(1 ⊗ g) = a ⊗ g: each column of the result is the gradient of z, scaled by one entry of a.",
            OWN,
        ),
        Draft(left, summed(Vec(outer)), rule.collapse, OWN),
    ]
    if subject.is_batch:
        found.append(Draft(subject.gradient, summed(outer), "Un-stack: one outer product for each sample."))
    return found


def _slice_sentence(convention: Convention) -> str:
    line = "column" if convention.transposes_weights else "row"
    return (
        f"Slice by slice: zᵢ reads only {line} i of W, so its derivative by W is a in that {line} and zero elsewhere."
    )


# through E: the row of Jacobians of its operations


def _through_error(subject: Subject, layout: str) -> list[Draft]:
    gradient = subject.part(subject.gradient)
    found = [
        Draft(
            gradient,
            _turned(Jacobian(ERROR, subject.part(subject.variable), layout), layout),
            _definition(layout, subject.variable.base),
        )
    ]
    paths = list(moves(subject.use.expression, subject.variable, seed()))
    named: dict[Expression, Draft] = {}
    rows: list[Expression] = []
    for path in paths:
        row: Expression = ONE
        for move in path:
            node = of_sample(move.node)
            rule = JACOBIAN_RULES[type(move.node)]
            local = rule.local(node, move.operand)
            operand = node.operands[move.operand]
            if local is not None:
                local = _with_parts(subject, local)
                above = Jacobian(node, operand, layout)
                draft = Draft(
                    above,
                    local if layout == NUMERATOR else transposed(local),
                    rule.sentence(node, move.operand),
                    OWN,
                    rule.structure,
                )
                named.setdefault(above, draft)
            row = _behind(row, move.node, node, move.operand, local)
        rows.append(row)
    found += named.values()
    total = rows[0]
    for row in rows[1:]:
        total = Add(total, row)
    column = transposed(total)
    put_in = Transpose(total) if layout == NUMERATOR else column
    found.append(
        Draft(
            gradient,
            put_in,
            "Chain rule: the Jacobians of the operations one after the other, a constant factor in front.",
        )
    )
    found.append(
        Draft(
            gradient, column, "Transpose: the order of the factors turns round, and a diagonal matrix stays as it is."
        )
    )
    found.append(
        Draft(gradient, collapsed(column), "A diagonal matrix times a vector of ones is the vector on its diagonal.")
    )
    return found


def _behind(row: Expression, whole: Expression, node: Expression, operand: int, local: Expression | None) -> Expression:
    """The row of Jacobians with that of one more operation behind it."""
    if isinstance(whole, Scale):
        return scale(whole.scalar, row) if isinstance(row, Factor) else Scale(whole.scalar, row)
    if isinstance(whole, Subtract) and operand == 1:
        return negate(row)
    if isinstance(whole, Sum):
        return row  # the ones appear with the first matrix behind the sum
    if local is None:
        return row
    scalar, rest = (row, None) if shape_of(row) == () else _split(row)
    if rest is None:
        rows = rows_and_columns(local)[0]
        return scale(scalar, local if rows == "1" else Total(local, ROWS))
    return scale(scalar, MatMul(rest, local))


def _split(row: Expression) -> tuple[Expression, Expression | None]:
    return (row.scalar, row.x) if isinstance(row, Scale) else (ONE, row)


# the rules of the nodes


def _slope(node: Apply) -> Expression:
    if node.function.named_derivative:
        return Apply(node.function, node.x, prime=True)
    return function_body(node.function, node.x, prime=True)


def _product_local(node: MatMul, operand: int) -> Expression | None:
    if operand == 0:
        return Kronecker(Transpose(node.right), Identity(rows_and_columns(node.left)[0]))
    return node.left


def _product_sentence(node: Any, operand: int) -> str:
    if operand == 0:
        return "W a = (aᵀ ⊗ I) vec(W): each block of the Jacobian is the identity times one entry of a, mostly zeros."
    return "The Jacobian of a linear map is its matrix, and z depends on a through W alone."


def _entry_wise_sentence(node: Apply) -> str:
    if isinstance(node.x, Symbol) and node.x.base == "z" and node.function.named_derivative:
        return (
            "f works entry by entry: aᵢ sees only zᵢ, so ∂aᵢ/∂zⱼ is zero whenever i ≠ j and only the diagonal is left."
        )
    return "The function works entry by entry with its own slope, so its Jacobian is diagonal."


def _say(sentence: str) -> Callable[[Any, int], str]:
    return lambda node, operand: sentence


def _nothing(_: Any, __: int) -> Expression | None:
    return None


_DIAGONAL = "diag(u) v multiplies each entry of v by the entry of u beside it: the product collapses to ⊙."

JACOBIAN_RULES: dict[type[Expression], JacobianRule] = {
    Transpose: JacobianRule(_nothing, _say("Turning a vector changes no entry."), "identity", "I does nothing."),
    MatMul: JacobianRule(
        _product_local,
        _product_sentence,
        "dense",
        "Stacked columns that are multiples of one vector are an outer product: v ⊗ u = vec(u vᵀ).",
    ),
    Hadamard: JacobianRule(
        lambda node, operand: Diagonal(node.operands[1 - operand]),
        _say("Multiplying entry by entry by constants is multiplying by a diagonal matrix."),
        "diagonal",
        _DIAGONAL,
    ),
    Divide: JacobianRule(
        lambda node, operand: Diagonal(Divide(_ones_like(node), node.right)),
        _say("Dividing entry by entry is multiplying by a diagonal matrix."),
        "diagonal",
        _DIAGONAL,
    ),
    Ratio: JacobianRule(
        lambda node, operand: Diagonal(Divide(_ones_like(node), node.right)),
        _say("Dividing entry by entry is multiplying by a diagonal matrix."),
        "diagonal",
        _DIAGONAL,
    ),
    TimesLog: JacobianRule(
        lambda node, operand: Diagonal(Ratio(node.left, node.right)),
        _say("The logarithm works entry by entry with slope 1/u, so its Jacobian is diagonal."),
        "diagonal",
        _DIAGONAL,
    ),
    Add: JacobianRule(
        _nothing,
        _say("The quantity is one term of a sum, with the factor 1: each entry moves its own entry, one to one."),
        "identity",
        "I does nothing.",
    ),
    Subtract: JacobianRule(
        _nothing, _say("One term of a difference: the identity, with its sign."), "identity", "I does nothing."
    ),
    Scale: JacobianRule(_nothing, _say("A constant factor stands in front."), "a number", "The factor stays."),
    Apply: JacobianRule(
        lambda node, operand: Diagonal(_slope(node)),
        lambda node, operand: _entry_wise_sentence(node),
        "diagonal",
        _DIAGONAL,
    ),
    Softmax: JacobianRule(
        lambda node, operand: Subtract(Diagonal(node), MatMul(node, Transpose(node))),
        _say(
            "∂pᵢ/∂zⱼ = pᵢ(δᵢⱼ − pⱼ): every output depends on every input, so this matrix is full and ⊙ alone is wrong."
        ),
        "dense, symmetric",
        "Multiply out: diag(p) g = p ⊙ g, and p pᵀ g is p times the one number pᵀ g.",
    ),
    LogSumExp: JacobianRule(
        lambda node, operand: Transpose(Softmax(node.x, node.axis)),
        _say("The slope of lse by an input is the softmax of that input: a row."),
        "a row",
        "The transposed row is the column.",
    ),
    Repeat: JacobianRule(
        _nothing,
        _say("Every sample gets its own copy of b, and each entry moves its own entry, one to one."),
        "identity",
        "I does nothing.",
    ),
    Total: JacobianRule(_nothing, _say("Adding up entries has a row of ones as its Jacobian."), "a row of ones", "1"),
    Sum: JacobianRule(_nothing, _say("Adding up entries has a row of ones as its Jacobian."), "a row of ones", "1"),
}


def _ones_like(node: Expression) -> Expression:
    return Fill(ONE, shape_of(node))
