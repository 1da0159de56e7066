"""How the nodes of derivations are written, in every notation: each notation's own writer, with a word for each node.

`derivation_notation("unicode")` writes everything that the plain notation writes, and the nodes of `nodes` too.
"""

# ruff: noqa: D102 - one method a node; the nodes are explained where they are defined
from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from nablastep.errors import UnknownNameError
from nablastep.expressions import (
    MINUS_ONE,
    ONE,
    Block,
    Diagonals,
    Divide,
    Expression,
    Factor,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
    Ratio,
    Rearrange,
    Scale,
    Softmax,
    Symbol,
    TimesLog,
    walk,
)
from nablastep.notation import notations
from nablastep.notation.ascii import AsciiWriter
from nablastep.notation.latex import LatexWriter
from nablastep.notation.mathml import MathmlWriter, lifted
from nablastep.notation.numpy_code import NumpyWriter, code_size
from nablastep.notation.spoken import SpokenWriter
from nablastep.notation.unicode import UnicodeWriter, mark_text
from nablastep.notation.writer import RULES, Strength, Token, Tokens, Writer
from nablastep.shapes import rows_and_columns, shape_of
from nablastep.structures import (
    SAMPLE,
    Basis,
    Commutation,
    Delta,
    Diagonal,
    Differential,
    Entry,
    Identity,
    IndexSum,
    Inner,
    Jacobian,
    Kronecker,
    Named,
    Norm,
    OfSample,
    Partial,
    Placed,
    Selection,
    Trace,
    Vec,
)

INDEX_GLYPHS = dict(zip("ijklmprstnuvoxeaw", "ᵢⱼₖₗₘₚᵣₛₜₙᵤᵥₒₓₑₐᵂ", strict=True))


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class DerivationWriter(Writer):
    """What all notations share; the class attributes are Unicode's."""

    inner_marks = ("⟨", ", ", "⟩")
    norm_marks = ("‖", "‖")
    trace_name = "tr"
    diagonal_name = "diag"
    vec_name = "vec"
    identity_mark = "I"
    commutation_mark = "K"
    selection_mark = "Π"
    placed_mark = "π"
    kronecker_mark = " ⊗ "
    curly = "∂"
    change_mark = "d"
    dot = " · "

    @classmethod
    def rules(cls) -> Mapping[type[Expression], Callable[[Any, Any], Tokens]]:
        return _ALL_RULES

    def strength(self, expression: Expression) -> Strength:
        if type(expression) in DERIVATION_STRENGTHS:
            return DERIVATION_STRENGTHS[type(expression)]
        if isinstance(expression, Norm) and expression.exponent != 1:
            return Strength.POSTFIX
        if isinstance(expression, TimesLog) and shape_of(expression) == ():
            return Strength.SCALED
        return super().strength(expression)

    def index_text(self, index: str) -> str:
        """A subscript."""
        return INDEX_GLYPHS.get(index, f"_{index}")

    def subscripted(self, symbol: Symbol, indices: str) -> str:
        """The name of a quantity with indices, in the small letters of one sample."""
        small = Symbol(symbol.base, None, ("1", "1"), symbol.prefix)
        mark = "" if symbol.mark is None else mark_text(symbol.mark)
        return self.symbol_text(small) + "".join(self.index_text(index) for index in indices) + mark

    def tilde_text(self, node: Named) -> str:
        """The name of an augmented quantity."""
        return node.unicode

    def product(self, node: MatMul | Hadamard | Divide | Ratio) -> Tokens:
        if isinstance(node, Ratio) and shape_of(node) == ():
            node = Divide(node.left, node.right)
        return super().product(node)

    # the nodes

    def differential(self, node: Differential) -> Tokens:
        if isinstance(node.x, Symbol):
            return (Token(self.change_mark + self.symbol_text(node.x), "symbol", node.x),)
        return self.call(self.change_mark, node.x)

    def of_sample(self, node: OfSample) -> Tokens:
        return (Token(self.subscripted(node.x, SAMPLE), "symbol", node.x),)

    def inner(self, node: Inner) -> Tokens:
        opening, comma, closing = self.inner_marks
        return (Token(opening), *self.tokens(node.left), Token(comma), *self.tokens(node.right), Token(closing))

    def norm(self, node: Norm) -> Tokens:
        opening, closing = self.norm_marks
        return (Token(opening), *self.tokens(node.x), Token(closing + self.exponent_text(node.exponent)))

    def exponent_text(self, exponent: int) -> str:
        """A small whole number above the line; 1 is left out."""
        return "" if exponent == 1 else str(exponent).translate(_RAISED)

    def trace(self, node: Trace) -> Tokens:
        return self.call(self.trace_name, node.x)

    def diagonal(self, node: Diagonal) -> Tokens:
        return self.call(self.diagonal_name, node.x)

    def vec(self, node: Vec) -> Tokens:
        return self.call(self.vec_name, node.x)

    def identity(self, node: Identity) -> Tokens:
        return (Token(self.identity_mark, "ones"),)

    def rearrange(self, node: Rearrange) -> Tokens:
        if isinstance(node.plan, Diagonals) and node.back and isinstance(node.x, Fill) and node.x.scalar == ONE:
            return self.identity(Identity(rows_and_columns(node)[0]))
        return super().rearrange(node)

    def commutation(self, node: Commutation) -> Tokens:
        return (Token(self.commutation_mark, "ones"),)

    def selection(self, node: Selection) -> Tokens:
        mark = self.selection_mark + self.ordinal_text(node.number)
        return (Token(mark + (self.transpose_mark if node.back else ""), "ones"),)

    def ordinal_text(self, number: str) -> str:
        """The number of one of several, behind its letter."""
        return number.translate(_RAISED)

    def placed(self, node: Placed) -> Tokens:
        marks = "".join(self.index_text(index) for index in node.letters)
        return (Token(self.placed_mark + self.ordinal_text(node.number) + marks, "ones"),)

    def kronecker(self, node: Kronecker) -> Tokens:
        left, right = self.wrapped(node.left, Strength.POSTFIX), self.wrapped(node.right, Strength.POSTFIX)
        return (*left, Token(self.kronecker_mark), *right)

    def basis(self, node: Basis) -> Tokens:
        return (Token("e" + self.index_text(node.index), "ones"),)

    def jacobian(self, node: Jacobian) -> Tokens:
        above = self.wrapped(node.numerator, Strength.ATOM, Entry, OfSample)
        return self.fraction(above, self.wrapped(node.denominator, Strength.ATOM, OfSample))

    def fraction(self, above: Tokens, below: Tokens) -> Tokens:
        """∂above/∂below."""
        return (Token(self.curly), *above, Token("/" + self.curly), *below)

    def entry(self, node: Entry) -> Tokens:
        indices = "".join(index for index in node.indices if index is not None)
        if isinstance(node.x, Symbol):
            return (Token(self.subscripted(node.x, indices), "symbol", node.x),)
        marks = Token("".join(self.index_text(index) for index in indices))
        if isinstance(node.x, Softmax | LogSumExp):
            return (*self.tokens(node.x), marks)
        return (*self.with_parts(node.x), marks)

    def with_parts(self, x: Expression) -> Tokens:
        """A matrix that indices stand behind: blocks and slices end in a bracket of their own."""
        tokens = self.tokens(x)
        return tokens if isinstance(x, Rearrange | Block) else self.parenthesised(tokens)

    def partial(self, node: Partial) -> Tokens:
        below = self.tokens(node.denominator)
        if isinstance(node.numerator, Symbol | Entry):
            return self.fraction(self.tokens(node.numerator), below)
        return self.derivative_of(below, self.tokens(node.numerator))

    def derivative_of(self, below: Tokens, operand: Tokens) -> Tokens:
        """∂/∂below [operand]."""
        return (*self.fraction((), below), Token(" ["), *operand, Token("]"))

    def delta(self, node: Delta) -> Tokens:
        return (Token("δ" + self.index_text(node.left) + self.index_text(node.right), "ones"),)

    def index_sum(self, node: IndexSum) -> Tokens:
        return (Token("Σ" + self.index_text(node.index) + " "), *self.summand(node.x))

    def summand(self, x: Expression) -> Tokens:
        """What stands behind a sum sign."""
        tokens = self.tokens(x)
        return self.parenthesised(tokens) if self.strength(x) < Strength.SCALED or self.is_negative(x) else tokens

    def named(self, node: Named) -> Tokens:
        return (Token(self.tilde_text(node), "symbol"),)

    def times_log(self, node: TimesLog) -> Tokens:
        if shape_of(node) != ():
            return super().times_log(node)
        left = self.wrapped(node.left, Strength.POSTFIX)
        return (*left, Token(" "), *self.call(self.log_name, node.right))

    def scaled(self, node: Scale) -> Tokens:
        if (
            node.scalar == MINUS_ONE
            or shape_of(node.x) != ()
            or isinstance(node.scalar, Factor)
            or not _has_index(node)
        ):
            return super().scaled(node)
        return (*self.scalar_factor(node.scalar), Token(self.between(node)), *self.scalar_factor(node.x))

    def between(self, node: Scale) -> str:
        """A dot beside a fraction, else a space."""
        return self.dot if isinstance(node.scalar, Partial) or isinstance(node.x, Partial) else " "

    def scalar_factor(self, x: Expression) -> Tokens:
        """One number in a product of numbers."""
        if isinstance(x, Scale) and not self.is_negative(x):
            return self.tokens(x)
        return self.tokens(x) if isinstance(x, Partial) else self.wrapped(x, Strength.POSTFIX)


def _has_index(number: Expression) -> bool:
    """Whether a number is written with indices."""
    return any(isinstance(node, Entry | Partial | Delta | IndexSum | Placed) for node in walk(number))


class UnicodeDerivations(DerivationWriter, UnicodeWriter):
    """`∂aⱼ⁽²⁾/∂zᵢ⁽²⁾`."""


class AsciiDerivations(DerivationWriter, AsciiWriter):
    """`da2[j]/dz2[i]`."""

    inner_marks = ("<", ", ", ">")
    norm_marks = ("norm(", ")")
    selection_mark = "Pi"
    curly = "d"
    dot = " * "

    def kronecker(self, node: Kronecker) -> Tokens:
        inside = (*self.tokens(node.left), Token(", "), *self.tokens(node.right))
        return (Token("kron", "function"), *self.parenthesised(inside))

    def strength(self, expression: Expression) -> Strength:
        return Strength.ATOM if isinstance(expression, Kronecker) else super().strength(expression)

    def exponent_text(self, exponent: int) -> str:
        return "" if exponent == 1 else f"^{exponent}"

    def index_text(self, index: str) -> str:
        return index

    def subscripted(self, symbol: Symbol, indices: str) -> str:
        return f"{symbol.id}[{','.join(indices)}]"

    def tilde_text(self, node: Named) -> str:
        return node.ascii

    def entry(self, node: Entry) -> Tokens:
        indices = ",".join(index for index in node.indices if index is not None)
        if isinstance(node.x, Symbol):
            return (Token(f"{node.x.id}[{indices}]", "symbol", node.x),)
        return (*self.with_parts(node.x), Token(f"[{indices}]"))

    def basis(self, node: Basis) -> Tokens:
        return (Token(f"e[{node.index}]", "ones"),)

    def delta(self, node: Delta) -> Tokens:
        return (Token(f"delta[{node.left},{node.right}]", "ones"),)

    def ordinal_text(self, number: str) -> str:
        return number

    def placed(self, node: Placed) -> Tokens:
        return (Token(f"pi{node.number}[{','.join(node.letters)}]", "ones"),)

    def index_sum(self, node: IndexSum) -> Tokens:
        return (Token(f"sum_{node.index} "), *self.summand(node.x))


class LatexDerivations(DerivationWriter, LatexWriter):
    r"""`\frac{\partial a^{(2)}_{j}}{\partial z^{(2)}_{i}}`."""

    norm_marks = (r"\left\lVert ", r"\right\rVert")
    inner_marks = (r"\left\langle ", r",\, ", r"\right\rangle ")
    trace_name = r"\operatorname{tr}"
    diagonal_name = r"\operatorname{diag}"
    vec_name = r"\operatorname{vec}"
    selection_mark = r"\Pi"
    kronecker_mark = r" \otimes "
    curly = r"\partial "
    change_mark = r"\mathrm{d}"
    dot = r" \cdot "

    def exponent_text(self, exponent: int) -> str:
        return "" if exponent == 1 else f"^{{{exponent}}}"

    def index_text(self, index: str) -> str:
        return index

    def subscripted(self, symbol: Symbol, indices: str) -> str:
        small = Symbol(symbol.base, symbol.mark, ("1", "1"), symbol.prefix)
        return self.with_index(small, indices)

    def tilde_text(self, node: Named) -> str:
        return node.latex

    def entry(self, node: Entry) -> Tokens:
        indices = "".join(index for index in node.indices if index is not None)
        if isinstance(node.x, Symbol):
            return (Token(self.subscripted(node.x, indices), "symbol", node.x),)
        return (*self.with_parts(node.x), Token(f"_{{{indices}}}"))

    def selection(self, node: Selection) -> Tokens:
        raised = node.number + (r"\mathsf{T}" if node.back else "")
        return (Token(self.selection_mark + (f"^{{{raised}}}" if raised else ""), "ones"),)

    def placed(self, node: Placed) -> Tokens:
        raised = f"^{{{node.number}}}" if node.number else ""
        return (Token(rf"\pi{raised}_{{{''.join(node.letters)}}}", "ones"),)

    def basis(self, node: Basis) -> Tokens:
        return (Token(f"e_{{{node.index}}}", "ones"),)

    def delta(self, node: Delta) -> Tokens:
        return (Token(rf"\delta_{{{node.left}{node.right}}}", "ones"),)

    def index_sum(self, node: IndexSum) -> Tokens:
        return (Token(rf"\sum_{{{node.index}}} "), *self.summand(node.x))

    def fraction(self, above: Tokens, below: Tokens) -> Tokens:
        return (Token(r"\frac{\partial "), *above, Token(r"}{\partial "), *below, Token("}"))

    def derivative_of(self, below: Tokens, operand: Tokens) -> Tokens:
        return (*self.fraction((), below), Token(r"\left["), *operand, Token(r"\right]"))


class MathmlDerivations(DerivationWriter, MathmlWriter):
    """MathML with stacked fractions; all other nodes are lifted from their Unicode text."""

    def fraction(self, above: Tokens, below: Tokens) -> Tokens:
        curly = Token(lifted(self.curly))
        return self.stacked((curly, *above), (curly, *below))

    def differential(self, node: Differential) -> Tokens:
        change = Token(f'<mi mathvariant="normal">{self.change_mark}</mi>')
        x = self.tokens(node.x)
        return (
            Token("<mrow>"),
            change,
            *(x if isinstance(node.x, Symbol) else self.parenthesised(x)),
            Token("</mrow>"),
        )


class NumpyDerivations(DerivationWriter, NumpyWriter):
    """Python source in the manner of NumPy; `jacobian` and `partial` stand for derivatives that NumPy cannot take."""

    dot = " * "

    def index_text(self, index: str) -> str:
        return index

    def subscripted(self, symbol: Symbol, indices: str) -> str:
        return f"{symbol.id}[{', '.join(indices)}]"

    def tilde_text(self, node: Named) -> str:
        return node.ascii

    def differential(self, node: Differential) -> Tokens:
        if isinstance(node.x, Symbol):
            return (Token("d_" + node.x.id, "symbol", node.x),)
        return self.named_call("d", node.x)

    def of_sample(self, node: OfSample) -> Tokens:
        place = "[:, [s]]" if node.x.shape[1:] == ("m",) else "[[s], :]"
        return (Token(node.x.id + place, "symbol", node.x),)

    def inner(self, node: Inner) -> Tokens:
        return self.named_call("np.sum", Hadamard(node.left, node.right))

    def trace(self, node: Trace) -> Tokens:
        return self.named_call("np.trace", node.x)

    def diagonal(self, node: Diagonal) -> Tokens:
        return self.named_call("np.diagflat", node.x)

    def vec(self, node: Vec) -> Tokens:
        return (*self.wrapped(node.x, Strength.ATOM), Token('.reshape(-1, 1, order="F")', "function"))

    def norm(self, node: Norm) -> Tokens:
        power = "" if node.exponent == 1 else f" ** {node.exponent}"
        return (Token("np.linalg.norm(", "function"), *self.tokens(node.x), Token(f"){power}"))

    def identity(self, node: Identity) -> Tokens:
        return (Token(f"np.eye({code_size(node.dimension)})", "ones"),)

    def kronecker(self, node: Kronecker) -> Tokens:
        return self.named_call("np.kron", node.left, node.right)

    def basis(self, node: Basis) -> Tokens:
        return (Token(f"np.eye({node.dimension})[:, [{node.index}]]", "ones"),)

    def jacobian(self, node: Jacobian) -> Tokens:
        return self.named_call("jacobian", node.numerator, node.denominator)

    def entry(self, node: Entry) -> Tokens:
        indices = ", ".join(index for index in node.indices if index is not None)
        return (*self.wrapped(node.x, Strength.ATOM), Token(f"[{indices}]"))

    def partial(self, node: Partial) -> Tokens:
        return self.named_call("partial", node.numerator, node.denominator)

    def delta(self, node: Delta) -> Tokens:
        return (Token(f"({node.left} == {node.right})", "ones"),)

    def index_sum(self, node: IndexSum) -> Tokens:
        return (Token("sum("), *self.tokens(node.x), Token(f" for {node.index} in range({node.dimension}))"))

    def times_log(self, node: TimesLog) -> Tokens:
        return NumpyWriter.times_log(self, node)

    def scaled(self, node: Scale) -> Tokens:
        return NumpyWriter.scaled(self, node)

    def strength(self, expression: Expression) -> Strength:
        if isinstance(expression, Differential | Inner | Kronecker | Jacobian | Partial | IndexSum | TimesLog | Vec):
            return Strength.ATOM
        return super().strength(expression)


class SpokenDerivations(DerivationWriter, SpokenWriter):
    """Words."""

    inner_marks = ("the inner product of ", " with ", "")
    trace_name = "the trace of"
    diagonal_name = "the diagonal matrix of"
    vec_name = "the stacked columns of"
    identity_mark = "the identity"
    commutation_mark = "the commutation matrix"
    selection_mark = "the rearrangement P"
    kronecker_mark = " kronecker "
    change_mark = "the change of "
    dot = " times "

    def norm(self, node: Norm) -> Tokens:
        if node.exponent == 2:
            return self.call("the squared norm of", node.x)
        words = self.call("the norm of", node.x)
        return words if node.exponent == 1 else (*self.parenthesised(words), Token(f" to the power of {node.exponent}"))

    def exponent_text(self, exponent: int) -> str:
        return "" if exponent == 1 else " squared" if exponent == 2 else f" to the power of {exponent}"

    def index_text(self, index: str) -> str:
        return index

    def subscripted(self, symbol: Symbol, indices: str) -> str:
        return f"{self.symbol_text(symbol)} sub {' '.join(indices)}"

    def of_sample(self, node: OfSample) -> Tokens:
        return (Token(f"{self.symbol_text(node.x)} of sample s", "symbol", node.x),)

    def tilde_text(self, node: Named) -> str:
        return f"augmented {node.ascii[0]}"

    def entry(self, node: Entry) -> Tokens:
        indices = " ".join(index for index in node.indices if index is not None)
        return (*self.wrapped(node.x, Strength.ATOM), Token(f" sub {indices}"))

    def fraction(self, above: Tokens, below: Tokens) -> Tokens:
        if not above:
            return (Token("the derivative by "), *below)
        return (Token("the derivative of "), *above, Token(" by "), *below)

    def derivative_of(self, below: Tokens, operand: Tokens) -> Tokens:
        return (*self.fraction((), below), Token(" of open "), *operand, Token(" close"))

    def basis(self, node: Basis) -> Tokens:
        return (Token(f"basis vector {node.index}", "ones"),)

    def delta(self, node: Delta) -> Tokens:
        return (Token(f"delta {node.left} {node.right}", "ones"),)

    def ordinal_text(self, number: str) -> str:
        return f" {number}" if number else ""

    def placed(self, node: Placed) -> Tokens:
        return (Token(" ".join(filter(None, ("pi", node.number, "sub", *node.letters))), "ones"),)

    def index_sum(self, node: IndexSum) -> Tokens:
        return (Token(f"the sum over {node.index} of "), *self.summand(node.x))

    def between(self, node: Scale) -> str:
        return " times "


DERIVATION_RULES: dict[type[Expression], Callable[[Any, Any], Tokens]] = {
    Differential: lambda writer, node: writer.differential(node),
    OfSample: lambda writer, node: writer.of_sample(node),
    Inner: lambda writer, node: writer.inner(node),
    Norm: lambda writer, node: writer.norm(node),
    Trace: lambda writer, node: writer.trace(node),
    Diagonal: lambda writer, node: writer.diagonal(node),
    Vec: lambda writer, node: writer.vec(node),
    Identity: lambda writer, node: writer.identity(node),
    Kronecker: lambda writer, node: writer.kronecker(node),
    Commutation: lambda writer, node: writer.commutation(node),
    Selection: lambda writer, node: writer.selection(node),
    Placed: lambda writer, node: writer.placed(node),
    Basis: lambda writer, node: writer.basis(node),
    Jacobian: lambda writer, node: writer.jacobian(node),
    Entry: lambda writer, node: writer.entry(node),
    Partial: lambda writer, node: writer.partial(node),
    Delta: lambda writer, node: writer.delta(node),
    IndexSum: lambda writer, node: writer.index_sum(node),
    Named: lambda writer, node: writer.named(node),
}

_ALL_RULES = ChainMap(DERIVATION_RULES, RULES)

DERIVATION_STRENGTHS: dict[type[Expression], Strength] = {
    Differential: Strength.POSTFIX,
    OfSample: Strength.POSTFIX,
    Kronecker: Strength.PRODUCT,
    Jacobian: Strength.PRODUCT,
    Partial: Strength.PRODUCT,
    IndexSum: Strength.SCALED,
    Entry: Strength.POSTFIX,
}

_WRITERS = (
    UnicodeDerivations,
    AsciiDerivations,
    LatexDerivations,
    MathmlDerivations,
    NumpyDerivations,
    SpokenDerivations,
)


@cache
def derivation_notations() -> dict[str, DerivationWriter]:
    """Every notation by its name, with the nodes of derivations."""
    own: dict[str, DerivationWriter] = {writer.name: writer() for writer in _WRITERS}
    for name, writer in notations().items():
        if name not in own:  # a notation that says nothing of derivations writes their nodes as Unicode does
            own[name] = type(f"{name.title()}Derivations", (DerivationWriter, type(writer)), {})()
    return own


def derivation_notation(name: str) -> DerivationWriter:
    """The notation of that name; UnknownNameError names those there are."""
    if name not in derivation_notations():
        raise UnknownNameError(f"unknown notation '{name}'; there are {', '.join(derivation_notations())}")
    return derivation_notations()[name]
