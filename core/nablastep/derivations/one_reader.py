"""The closing answer for a quantity that one equation reads, by how it is read there: the node, never a name.

An answer begins with the paths that the scalar chain rule follows, and says in plain words how they become the matrix
term. What it says of rows, columns and samples is read off the shapes.
"""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.derivations.subject import Subject, Use
from nablastep.expressions import (
    Add,
    Apply,
    Divide,
    Expression,
    Hadamard,
    MatMul,
    Ratio,
    Rearrange,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Symbol,
    Transpose,
    Windows,
    depends_on,
    walk,
)
from nablastep.notation.unicode import NOTATION
from nablastep.shapes import shape_of


@dataclass(frozen=True)
class Closing:
    """A question as people ask it, and the answer in a few sentences."""

    question: str
    answer: str


def one_reader_closing(subject: Subject, use: Use) -> Closing:
    """The question that the gradient of such a quantity raises, and its answer."""
    v = subject.variable
    expression = use.expression
    if list(walk(expression)).count(v) > 1:
        return _several_places(subject, use)
    product = next((node for node in walk(expression) if isinstance(node, MatMul) and _is_factor(node, v)), None)
    if product is not None:
        return _product(subject, use, product)
    match _inside(expression, v):
        case Rearrange() as node:
            return _rearranged(subject, use, node)
        case Softmax() as node:
            return _softmax(subject, use, node)
        case Apply() as node:
            return _entry_wise(subject, use, node)
    if any(isinstance(node, Hadamard) and v in node.operands for node in walk(expression)):
        return _stretched(subject)
    if any(isinstance(node, Repeat) and depends_on(node, v) for node in walk(expression)):
        return _copied(subject)
    if isinstance(use.expression, Add) and v in use.expression.operands:
        return _added(subject, use)
    return Closing(
        "Where does this come from?",
        "Every path from a number to E is followed, the slopes along it are multiplied, and the paths are added up. "
        "The matrix form is that sum for all numbers at once.",
    )


def _inside(expression: Expression, v: Symbol) -> Expression:
    """The first node on the way to v that is more than terms and factors around what v goes into, entry by entry."""
    match expression:
        case Apply(_, x) if x != v:
            return _inside(x, v)
        case Add(left, right) | Subtract(left, right) | Hadamard(left, right) if v not in (left, right):
            return _inside(left if depends_on(left, v) else right, v)
        case Scale(scalar, x) if x != v and not depends_on(scalar, v):
            return _inside(x, v)
    return expression


def _text(x: Expression) -> str:
    return NOTATION.text(x)


def _several_places(subject: Subject, use: Use) -> Closing:
    v, u = _text(subject.variable), _text(use.target)
    return Closing(
        f"Why is ∇{v} a sum?",
        f"{v} stands in several places of the equation for {u}. Each place is a path to E of its own, as if another "
        "quantity stood there that happens to have the same numbers; the product rule keeps one term for each place, "
        "and the chain rule adds them up.",
    )


# products


def _is_factor(node: MatMul, v: Symbol) -> bool:
    return any(operand in (v, Transpose(v)) for operand in node.operands)


def _product(subject: Subject, use: Use, product: MatMul) -> Closing:
    """The gradient of a factor is a product too: what it sums over says which question people have."""
    v = subject.variable
    summed = shape_of(product)[0 if product.right in (v, Transpose(v)) else 1]
    if summed == "1" and "1" in v.shape:
        return _scaled(subject, use, product)
    if summed in ("1", subject.samples):
        return _outer(subject, use, product)
    return _passed_back(subject, use, product)


def _made(use: Use, product: MatMul, v: Symbol) -> Expression:
    """What the product is called: u, where u is the product but for terms and factors that v has no part in."""
    node = use.expression
    while node != product:
        match node:
            case Add(left, right) | Subtract(left, right):
                node = left if depends_on(left, v) else right
            case Divide(left, right) | Ratio(left, right) if not depends_on(right, v):
                node = left
            case Scale(scalar, x) if not depends_on(scalar, v):
                node = x
            case _:
                return product
    return use.target


def _scaled(subject: Subject, use: Use, product: MatMul) -> Closing:
    v = subject.variable
    other = product.left if product.right in (v, Transpose(v)) else product.right
    made = _text(_made(use, product, v))
    return Closing(
        f"Why {_text(other)}?",
        f"Each number of {_text(v)} goes into {made} once, multiplied by one number of {_text(other)}: that number "
        f"says how much of it arrives, and the chain rule multiplies it with the gradient of {made}.",
    )


def _outer(subject: Subject, use: Use, product: MatMul) -> Closing:
    v = subject.variable
    other = _text(product.left if product.right in (v, Transpose(v)) else product.right)
    name, made = _text(v), _made(use, product, v)
    gradient = f"∇{_text(made)}" if made == use.target else f"the gradient of {_text(made)}"
    over_batch = subject.samples in shape_of(product)
    several = (
        " Over a batch the inner dimension of the product is m: it adds up one such table for each sample."
        if over_batch
        else ""
    )
    return Closing(
        "Why an outer product, and why this order?",
        f"{'In each sample one' if over_batch else 'One'} number of {name} reaches E through one number of "
        f"{_text(made)} only, and what it adds there is scaled by one number of {other}. So each entry of ∇{name} is "
        f"an entry of {gradient} times an entry of {other}: all pairs make an outer product. The order is that of "
        f"{name}: {_text(subject.equation.expression)} has its rows and its columns.{several}",
    )


def _passed_back(subject: Subject, use: Use, product: MatMul) -> Closing:
    v, shown = subject.variable, _text(subject.equation.expression)
    is_right = product.right in (v, Transpose(v))
    other, is_turned = (product.left, product.right != v) if is_right else (product.right, product.left != v)
    made = _made(use, product, v)
    reached = f"one {'column' if is_right else 'row'} of "
    reached = ("" if shape_of(product)[1 if is_right else 0] == "1" else reached) + _text(made)

    # A factor that is read transposed stands on the other side of the transposed product.
    matrix, in_front = (_turned(other), not is_right) if is_turned else (other, is_right)
    line, other_line = ("column", "row") if in_front else ("row", "column")
    way, runs = (
        ("down that column", "along the rows of its left factor")
        if in_front
        else ("along that row", "down the columns of its right factor")
    )
    question, wrong = f"Why {_text(_turned(matrix))}", ""
    if made == use.target and use.upstream is not None:
        upstream = _turned(use.upstream) if is_turned else use.upstream
        question += f", and why {'in front of' if in_front else 'behind'} {_text(upstream)}"
        misfit = _text(MatMul(matrix, upstream) if in_front else MatMul(upstream, matrix))
        wrong = (
            f" It is no choice that shapes make: where {_text(matrix)} is square {misfit} has the right shape too, and "
            "the wrong value."
        )
    return Closing(
        f"{question}?",
        f"Each number of {_text(v)} goes into every number of {reached}, each time by one number of {_text(matrix)}: "
        f"those of one {line}. Adding up these paths to E runs {way}; a matrix product runs {runs}, so the {line}s of "
        f"{_text(matrix)} become {other_line}s: {shown}.{wrong}",
    )


def _turned(x: Expression) -> Expression:
    return x.x if isinstance(x, Transpose) else Transpose(x)


# everything else


def _entry_wise(subject: Subject, use: Use, node: Apply) -> Closing:
    v, u, name = _text(subject.variable), _text(use.target), node.function.unicode
    diagonal = f", diag({name}′({v}))" if node == use.expression else ""
    return Closing(
        "Why ⊙ here and a matrix product elsewhere?",
        f"Each number of {v} has one path to E, through the number of {u} in the same place, so only one slope "
        f"multiplies it. As matrices: the Jacobian is diagonal{diagonal}, and a diagonal matrix times a vector is ⊙. "
        "Softmax does not work entry by entry: there the zeros fill in and ⊙ alone is wrong.",
    )


def _stretched(subject: Subject) -> Closing:
    v = _text(subject.variable)
    return Closing(
        "Why ⊙ here?",
        f"Each number of {v} is multiplied by one other number, the one in the same place, and has no other path to E: "
        "that number is its slope. ⊙ says this for all places at once.",
    )


def _softmax(subject: Subject, use: Use, node: Softmax) -> Closing:
    v, p = _text(subject.variable), _text(use.target)
    line = "column" if node.axis == 0 else "row"
    is_alone = shape_of(node)[1 - node.axis] == "1"
    others, all_of = ("others", f"every number of {p}") if is_alone else (f"others of its {line}", "every one of them")
    return Closing(
        "Why is one slope for each entry not enough here?",
        f"Raising one number of {v} raises its own output and lowers all {others}, so it has a path to E through "
        f"{all_of}. As matrices: the Jacobian{'' if is_alone else f' of one {line}'}, diag(p) − p pᵀ, is full. Its "
        f"product with ∇{p} is ⊙ and one sum, and that sum is what ∇p ⊙ p ⊙ (1 − p) leaves out.",
    )


def _copied(subject: Subject) -> Closing:
    v = _text(subject.variable)
    return Closing(
        f"Why is ∇{v} a sum?",
        f"The forward pass copies {v}; each copy is a path to E of its own, and the paths are added up. The adjoint of "
        "copying is summing: a product with a vector of ones.",
    )


def _added(subject: Subject, use: Use) -> Closing:
    v = _text(subject.variable)
    return Closing(
        f"Why is ∇{v} just {_text(use.upstream) if use.upstream else 'this'}?",
        f"{_text(use.target)} contains {v} once, with the factor 1, so what one of them changes the other does too: "
        "the Jacobian is the identity.",
    )


def _rearranged(subject: Subject, use: Use, node: Rearrange) -> Closing:
    v, u = _text(subject.variable), _text(use.target)
    if isinstance(node.plan, Windows) and not node.back:
        return Closing(
            "How does one go back through a convolution?",
            f"Each number of {v} stands in several patches, the columns of {u}, and reaches E through each of them; "
            "adding up all paths adds every patch of the gradient back to the place that it was cut from. That is the "
            "transpose of cutting out patches; the kernel itself is only a matrix product.",
        )
    return Closing(
        f"Why is ∇{v} made of the entries of ∇{u}?",
        f"{u} holds entries of {v} and nothing else, so each of them has its path to E there, with the slope 1: the "
        "gradient goes back to the place that its entry came from, and entries that were left out get 0.",
    )
