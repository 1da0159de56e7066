"""The words of the derivations: one plain sentence for each line, by route, node and operand, in what is shown.

A sentence names quantities as the line writes them; it knows no layer, no letter and no convention.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from nablastep.derivations.writing import derivation_notation
from nablastep.expressions import (
    COLUMNS,
    Add,
    Apply,
    Block,
    Cases,
    Cut,
    Determinant,
    Diagonals,
    Divide,
    Expression,
    Fill,
    Fold,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Plan,
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
    depends_on,
    walk,
)
from nablastep.notation.unicode import NOTATION
from nablastep.shapes import rows_and_columns
from nablastep.structures import Diagonal, Differential, Identity, Kronecker, Selection

if TYPE_CHECKING:
    from nablastep.derivations.subject import Subject

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

LONGEST = 150
"""Sentences are no longer, so that 80 columns hold them in two lines."""


def name(x: Expression) -> str:
    """A quantity as it is written; anything longer is “this factor”."""
    text = NOTATION.text(x) if isinstance(x, Symbol) else ""
    return text if text else "this factor"


# the index route


def definition(subject: Subject) -> str:
    """Where the route starts."""
    return (
        f"Each entry of ∇{name(subject.variable)} is the derivative of E by the entry of "
        f"{name(subject.variable)} in the same place."
    )


def chain(subject: Subject) -> str:
    """The chain rule as a sum over paths."""
    targets = [name(use.target) for use in subject.uses if use.upstream is not None]
    through = f"every entry of {targets[0]}" if len(targets) == 1 else f"the entries of {_list(targets)}"
    samples = ", in every sample" if subject.over_samples else ""
    return f"Chain rule: add up every path from this number to E, one through {through}{samples}."


def upstream_is_known(subject: Subject) -> str:
    """∇u is there already."""
    names = [f"∇{name(use.target)}" for use in subject.uses if use.upstream is not None]
    return f"The first factor is known already: it is an entry of {_list(names)}."


def put_in(subject: Subject) -> str:
    """The forward equation comes in."""
    if subject.through_error:
        return "Put in the equation of E, written out entry by entry."
    return "Put in the forward equation, written for one entry."


def slope_of_an_entry(subject: Subject) -> str:
    """What the derivative of the written-out entry looks like, by the node that decides it."""
    v = name(subject.variable)
    for use in subject.uses:
        for node in walk(use.expression):
            if isinstance(node, tuple(_SLOPES)) and depends_on(node, subject.variable):
                sentence = _SLOPES[type(node)]
                if isinstance(node, MatMul) and depends_on(node.right, subject.variable):
                    sentence = _RIGHT_FACTOR
                if isinstance(node, Rearrange) and isinstance(node.plan, Diagonals):
                    sentence = _DIAGONAL
                return sentence.format(v=v)
    return (
        f"Only the entry of {v} in the same place counts: its derivative is 1, that of every other 0, which is a delta."
    )


_RIGHT_FACTOR = (
    "The derivative of one entry of {v} by another is a delta: 1 for the same entry, else 0; all the rest stands still."
)
_DIAGONAL = "On a diagonal both indices are the same: of {v} only the entry that the deltas name counts."
_SLOPES: dict[type[Expression], str] = {
    MatMul: "Two entries of {v} are the same number only if both indices match: that is one delta for each index.",
    Apply: (
        "The function works entry by entry and reacts to its own input only: its slope times a delta, no other path."
    ),
    Softmax: (
        "Quotient rule: output j grows with its own input and falls with every input: pⱼ(δⱼᵢ − pᵢ), so "
        "every path counts."
    ),
    LogSumExp: "The slope of lse by one input is the softmax of that input.",
    TimesLog: "The slope of ln u is 1/u, entry by entry, times a delta that says which entry moves.",
    Repeat: "Every copy of {v} moves with it: a delta for the entry, and none for the axis it is copied along.",
    Divide: "Quotient rule, entry by entry, times a delta that says which entry moves.",
    Ratio: "Quotient rule, entry by entry, times a delta that says which entry moves.",
    Hadamard: "Product rule, entry by entry: the other factor stays, times a delta that says which entry moves.",
    Cases: "Which case holds does not change: the slope of that case times a delta.",
    Power: "The slope of a power, times a delta.",
    Rearrange: "Moving entries is linear: π stands still, and the deltas say which entry of {v} is moved.",
    Inverse: "d X⁻¹ = −X⁻¹ dX X⁻¹, entry by entry, with a delta for each index of {v}.",
    Determinant: "d det X = det X · tr(X⁻¹ dX), with a delta for each index of {v}.",
}


def delta(kept: Sequence[tuple[str, str]], place: int) -> str:
    """A delta ends a sum."""
    pairs = " and ".join(f"{index} = {other}" for index, other in kept)
    if place == 0:
        return f"A delta keeps one term of its sum, {pairs}: every other path is zero."
    if place == 1:
        return f"The next delta keeps one term as well, {pairs}."
    return f"Another delta keeps {pairs}, and its sum is gone too."


def with_places(rule: str, numbers: Mapping[tuple[Plan, bool], str]) -> str:
    """The reason of the first line with a π, and what each π is."""
    each = _each_moving("π", numbers)
    return f"{rule.removesuffix('.')}; π is 1 for the place that an entry comes from, else 0: {each}."


def with_selections(rule: str, numbers: Mapping[tuple[Plan, bool], str]) -> str:
    """The reason of the first line with a Π, and what each Π is."""
    said = "" if "Π" in rule else "; Π holds a 1 for each entry that is moved, and zeros"
    return f"{rule.removesuffix('.')}{said}: {_each_moving('Π', numbers)}."


def _each_moving(mark: str, numbers: Mapping[tuple[Plan, bool], str]) -> str:
    each = [
        f"{f'{mark}{number.translate(_RAISED)}' if number else 'it'} {_moving(plan, back=back)}"
        for (plan, back), number in numbers.items()
    ]
    return _list(each, most=len(each))


def _moving(plan: Plan, *, back: bool) -> str:
    """What a rearrangement does, as a predicate."""
    match plan:
        case Cut():
            cut = NOTATION.cut_text(plan)
            return f"puts entries into the block {cut}" if back else f"takes the block {cut}"
        case Fold():
            rows, columns = map(NOTATION.dimension_text, plan.before if back else plan.after)
            return f"lays all entries, column by column, into {rows} rows and {columns} columns"
        case Windows():
            return "adds patches up in their places" if back else "takes the patches under the kernel"
    return "moves entries"


def turned(subject: Subject) -> str:
    """The factors stand as a matrix product wants them."""
    return (
        "A matrix product sums over the last index of its left and the first of its right factor: write the factors so."
    )


def regrouped(matrix: Expression) -> str:
    """What the indices that are left say about the matrices."""
    inner = matrix.x if isinstance(matrix, Scale) else matrix
    has_total = any(isinstance(node, Total | Sum) for node in walk(inner))
    match inner:
        case Hadamard() if has_total:
            return "Equal indices are ⊙; the sum that is left is one number for all of them, which ⊙ alone cannot give."
        case Hadamard() | Ratio() | Divide():
            return "Entry with entry, the same indices and no sum: that is element-wise, ⊙ or ⊘."
        case MatMul() if _is_outer(inner):
            return "Two vectors, two different indices and no sum: that is an outer product."
        case MatMul():
            return "A sum over the index that two factors share, and over nothing else: that is a matrix product."
        case Total():
            return "A sum over one index of a matrix is its product with a vector of ones."
        case Rearrange() if inner.back and isinstance(inner.plan, Windows):
            return "π between two pairs of indices, summed over the places: every patch is added back to its place."
        case Rearrange():
            return "π between two pairs of indices moves entries: each goes back to the place that it came from."
        case Repeat():
            return "An index that the right side does not have: the same entry everywhere along it, x 1ᵀ."
        case Add() | Subtract() if any(isinstance(term, Rearrange) for term in _terms(inner)):
            return (
                "Term by term: a shared summed index is a matrix product, and π moves entries to where they came from."
            )
        case Add() | Subtract() if any(isinstance(node, MatMul) for node in walk(inner)):
            return "Term by term: a sum over an index that two factors share is a matrix product, and the terms add up."
        case Add() | Subtract():
            return "Term by term the same two indices: a sum of whole arrays."
    return "The same formula holds for every entry, so it is entry by entry the formula of whole arrays."


def _terms(x: Expression) -> Iterator[Expression]:
    if isinstance(x, Add | Subtract):
        yield from _terms(x.left)
        yield from _terms(x.right)
    else:
        yield x.x if isinstance(x, Scale) else x


def _is_outer(node: MatMul) -> bool:
    return rows_and_columns(node.left)[1] == "1"


def all_entries(subject: Subject) -> str:
    """The last step from entries to the whole."""
    if subject.per_sample:
        return "All entries of all samples at once, the samples side by side: the equation of this step."
    return "All entries at once: the equation of this step."


def as_the_step_writes_it(reached: Expression, equation: Expression) -> str:
    """The same function in the spelling of the step."""
    del reached, equation
    return "The same sums in the spelling of the step, which is the one that is computed."


# the Jacobian route


def layout_turns(subject: Subject, layout: str, row: bool) -> str:
    """How ∂E/∂v lies, and that the gradient is its transpose."""
    v = name(subject.variable)
    if not row:
        return f"In {layout} layout ∂E/∂{v} is a column, like the stacked {v}: it is the gradient."
    return f"In {layout} layout ∂E/∂{v} is a row; the gradient has the shape of {v}, so it is turned."


def stacked(subject: Subject, layout: str) -> str:
    """A matrix becomes a long column."""
    v = name(subject.variable)
    lies = "row" if layout == "numerator" else "column"
    return f"Stack the columns of {v} into one long vector: then ∂E/∂vec({v}) is an ordinary {lies} of numbers."


def jacobian_chain(subject: Subject) -> str:
    """The chain rule as a product."""
    if subject.over_samples:
        return "Chain rule: the Jacobians are multiplied; every sample is a path of its own, so add them up."
    if len(subject.uses) > 1:
        return "Chain rule: along each way the Jacobians are multiplied, and the ways are added up."
    return "Chain rule: the Jacobian of a composition is the product of the Jacobians."


TRANSPOSED_PRODUCT = "A transposed product is the product of the transposes in reverse order."
UPSTREAM_NAMED = "The derivative of E by the next quantity is its gradient, known already."
PUT_JACOBIAN_IN = (
    "Put this matrix in for the Jacobian: its transpose comes from the chain rule, not from matching shapes."
)
MULTIPLIED_OUT = "Multiply out: diag(u) 1 = u, 1ᵀ diag(u) = uᵀ, and I does nothing."
TURNED_OVER = (
    "Transpose factor by factor; a diagonal matrix stays as it is, and a Kronecker product is "
    "transposed in each factor."
)
UNSTACKED = "Un-stack: the same numbers in the shape of the quantity."


def structure(jacobian: Expression, linear: Expression, variable: Symbol) -> str:
    """Why the Jacobian of a forward equation looks as it does."""
    v = name(variable)
    match linear:
        case MatMul() if isinstance(linear.right, Differential):
            return f"The Jacobian of a linear map is its matrix: {name_or(linear.left)} is what {v} is multiplied with."
        case MatMul() if isinstance(linear.left, Differential):
            return (
                f"In stacked columns vec(A X B) = (Bᵀ ⊗ A) vec(X): each entry of {v} meets one number of the "
                f"other factor, mostly zeros."
            )
        case Rearrange():
            return f"A rearrangement is linear: Π holds a 1 for each entry of {v} that is moved, and zeros."
        case Differential():
            return f"The factor is 1: {v} stands there alone, and each entry moves its own entry, one to one."
        case Repeat():
            return f"Every sample gets a copy of {v}: the identity, once for each copy."
        case Hadamard() if isinstance(jacobian, Diagonal):
            return "Entry by entry: each output sees only the input in its own place, so only the diagonal is left."
    if isinstance(jacobian, Subtract) and any(isinstance(node, MatMul) for node in walk(jacobian)):
        return "Every output depends on every input, so this matrix is full: a diagonal less the product of all pairs."
    if isinstance(jacobian, Diagonal):
        return "Entry by entry: each output sees only the input in its own place, so only the diagonal is left."
    if isinstance(jacobian, Identity):
        return f"The factor is 1: {v} stands there alone, and each entry moves its own entry, one to one."
    return "One Jacobian for each operation on the way, multiplied in the order in which they are applied."


def name_or(x: Expression) -> str:
    """The expression as it is written."""
    return derivation_notation("unicode").text(x)


def structure_name(jacobian: Expression) -> str:
    """One word for what a Jacobian too large to show looks like."""
    match jacobian:
        case Diagonal():
            return "diagonal"
        case Identity():
            return "identity"
        case Kronecker():
            return "one number for each block, the rest zeros"
        case Fill():
            return "ones"
        case Selection():
            return "zeros and ones"
    return "dense"


def collapse(jacobian: Expression) -> str:
    """Why the product of a structured matrix with a vector is written shorter."""
    match jacobian:
        case Diagonal():
            return "diag(u) v multiplies each entry of v by the entry of u beside it: the product collapses to ⊙."
        case Identity():
            return "The identity does nothing."
        case Kronecker():
            return "(B ⊗ A) vec(G) = vec(A G Bᵀ): a Kronecker product on a stacked matrix is a product on both sides."
        case Add() | Subtract():
            return "Multiply out: diag(p) g = p ⊙ g, and p pᵀ g is p times the one number pᵀ g."
        case Selection():
            return "Πᵀ moves every entry back to where it came from, and adds those that came from one place."
        case Fill():
            return "A column of ones times a number is that number everywhere."
    return "Multiply from the right, one matrix after the other."


# the differential route

MEANING = "This is what the gradient means: the change of E is its inner product with any small change."
SEVERAL_MEANINGS = "The change of E is the sum over all that reads it: each gradient's inner product with that change."
ERROR_CHANGE = "Put in the equation of E: dE is its change while only this quantity moves."
TRACE = "An inner product is the trace of a product: ⟨A, B⟩ = tr(AᵀB)."
ROTATION = "A trace may be rotated, tr(ABC) = tr(CAB): the last factor walks to the front."
READ_OFF = "The bracket gives dE for every small change, and only one array does that: read the gradient off."
COLLECTED = "An inner product is linear: brackets with the same change add up."
KNOWN = "The forward pass has computed this already: write its name."


def opened(node: Expression, variable: Symbol) -> str:
    """Why the change of a node is what it is."""
    moving = [operand for operand in node.operands if depends_on(operand, variable)]
    v = name(moving[0]) if moving else name(variable)
    if isinstance(node, MatMul | Hadamard) and len(moving) == 2:
        return "Product rule: first one factor moves, then the other, each time the rest stands still."
    if isinstance(node, Repeat) and node.axis != COLUMNS:
        return "The same change is copied along the axis."
    return _OPENED.get(type(node), "The change of this operation, to first order.").format(v=v)


_OPENED: dict[type[Expression], str] = {
    Transpose: "Transposing is linear: the change is transposed too.",
    MatMul: "Put in the equation and let only {v} move, the rest stands still: the product rule leaves one term.",
    Hadamard: "Product rule, entry by entry; the other factor stands still.",
    Divide: "Quotient rule, entry by entry.",
    Ratio: "Quotient rule, entry by entry.",
    TimesLog: "d ln u = du ⊘ u, entry by entry.",
    Add: "The change of a sum is the sum of the changes; what stands still drops out.",
    Subtract: "The change of a difference is the difference of the changes; what stands still drops out.",
    Scale: "A factor that stands still stays in front of the change.",
    Apply: "The function acts on every entry alone, so each entry's change is its own slope times its own nudge.",
    Softmax: "Quotient rule: each output grows with its own input and falls with the weighted mean of all inputs.",
    LogSumExp: "The slope of lse by an input is that input's softmax: d lse(z) = pᵀ dz.",
    Repeat: "Let only {v} move: the same change is copied to every sample.",
    Total: "The change of a sum is the sum of the changes.",
    Sum: "The change of a sum is the sum of the changes.",
    Cases: "Which case holds does not change, so each entry changes as its case says.",
    Power: "The slope of a power.",
    Rearrange: "Moving entries is linear: the changes are moved alike.",
    Block: "The blocks change each in its own place.",
    Inverse: "From X X⁻¹ = I: the change of an inverse is −X⁻¹ dX X⁻¹.",
    Determinant: "Jacobi: d det X = det X · tr(X⁻¹ dX), and d ln det X = tr(X⁻¹ dX).",
}


def moved(node: Expression, operand: int) -> str:
    """Why a linear node may change sides in an inner product."""
    if isinstance(node, MatMul) and operand == 0:
        return "Read tr(AᵀX) as ⟨A, X⟩ again: multiplying by a matrix moves over as its transpose, on the same side."
    return _MOVED.get(
        type(node), "Each linear map has one that gives the same number from the other side: its adjoint."
    )


_MOVED: dict[type[Expression], str] = {
    Transpose: "⟨G, Xᵀ⟩ = ⟨Gᵀ, X⟩: transposing is its own adjoint.",
    MatMul: "Read tr(AᵀX) as ⟨A, X⟩ again: a matrix in front moves to the other side as its transpose.",
    Hadamard: "Multiplying entry by entry is its own adjoint: ⟨G, X ⊙ c⟩ = ⟨G ⊙ c, X⟩, nothing is transposed.",
    Divide: "Dividing entry by entry is its own adjoint.",
    Ratio: "Dividing entry by entry is its own adjoint.",
    TimesLog: "Multiplying entry by entry is its own adjoint.",
    Add: "An inner product is linear, so a sum splits into brackets.",
    Subtract: "An inner product is linear, so a difference splits and a minus sign moves over.",
    Scale: "A number may stand on either side of a bracket.",
    Repeat: "The adjoint of copying is summing: ⟨G, x 1ᵀ⟩ = ⟨G 1, x⟩.",
    Total: "The adjoint of summing is copying: ⟨g, 1ᵀ X⟩ = ⟨1 g, X⟩.",
    Sum: "A sum over all entries is an inner product with a matrix full of ones.",
    Cases: "Where the other case holds nothing moves: choosing entries is its own adjoint.",
    Fill: "A constant moves as one number: the adjoint adds up all places.",
    Rearrange: "The adjoint of moving entries is moving them back: what came from one place is added up there.",
}


def _list(names: Sequence[str], most: int = 4) -> str:
    shown = list(dict.fromkeys(names))
    if len(shown) > most:
        shown = [*shown[:2], "…", shown[-1]]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
