"""MathML for pages and notebooks: `<math><mrow><mo>∇</mo><msup><mi>W</mi><mn>(1)</mn></msup></mrow>…</math>`.

An equation is a whole `<math>` element, an expression the inside of one. Fractions, roots and scripts are built from
the tree; whatever another notation's writer leaves as Unicode text becomes elements too, its superscript and subscript
characters as real scripts, so that a node without a rule here is still MathML.
"""

from __future__ import annotations

import re
from typing import ClassVar
from xml.sax.saxutils import escape

from nablastep.expressions import (
    Add,
    Apply,
    Cases,
    Divide,
    Equation,
    Expression,
    Factor,
    Hadamard,
    Inverse,
    MatMul,
    Number,
    Power,
    Ratio,
    Subtract,
    Symbol,
    Transpose,
)
from nablastep.notation.unicode import UnicodeWriter, dimension_text
from nablastep.notation.writer import Strength, Token, Tokens, decimal_of, is_fraction, is_maximum, plain_number

_ABOVE = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁻⁺ᵀᵗ′", "0123456789()−+Tt′", strict=True))
_BELOW = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₚᵣₛₜₓ", "0123456789+−ijklmnprstx", strict=True))
_PIECE = re.compile(
    rf"(?P<base>[^\W\d_{''.join(_ABOVE)}{''.join(_BELOW)}]+|\d+(?:\.\d+)?|[^\s{''.join(_ABOVE)}{''.join(_BELOW)}])?"
    rf"(?P<scripts>[{''.join(_ABOVE)}{''.join(_BELOW)}]+)|(?P<word>[^\W\d_]+)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>\S)"
)
_UNDERSCORED = re.compile(
    rf"(?P<before>∇?)(?P<name>[^\W_∇]+)_(?P<word>[^{''.join(_ABOVE)}{''.join(_BELOW)}]+)"
    rf"(?P<below>[{''.join(_BELOW)}]*)(?P<above>[{''.join(_ABOVE)}]*)"
)
_BIG = {"Σ": "∑"}
_PREFIXES = ("∇", "∂")
_MARKUP = ("<m", "</m")
_JUXTAPOSED = '<mspace width="0.17em"></mspace>'
_APPLIED = "<mo>⁡</mo>"
_UPRIGHT_T = '<mi mathvariant="normal">T</mi>'


class MathmlWriter(UnicodeWriter):
    """MathML Core, in pieces that joined are well formed."""

    name = "mathml"
    stacks_fractions = True
    on_screens = False
    operators: ClassVar[dict[type[Expression], str]] = {
        MatMul: _JUXTAPOSED,
        Hadamard: "<mo>⊙</mo>",
        Divide: "<mo>⊘</mo>",
        Ratio: "<mo>⊘</mo>",
        Add: "<mo>+</mo>",
        Subtract: "<mo>−</mo>",
    }
    equals = "<mo>=</mo>"
    becomes = "<mo>←</mo>"
    minus = "<mo>−</mo>"
    sum_mark = "<mo>∑</mo>"

    def equation_tokens(self, equation: Equation) -> Tokens:
        return (Token("<math>"), *super().equation_tokens(equation), Token("</math>"))

    def tokens(self, expression: Expression) -> Tokens:
        return tuple(_as_markup(token) for token in super().tokens(expression))

    def symbol(self, node: Symbol) -> Tokens:
        if node.prefix in {"", "grad"}:
            return (Token(named(self.symbol_text(node)), "symbol", node),)
        plain = named(self.symbol_text(node.bare))
        return (Token(f"<msub><mi>{escape(node.prefix)}</mi>{plain}</msub>", "symbol", node),)

    def parenthesised(self, tokens: Tokens) -> Tokens:
        return (Token("<mrow><mo>(</mo>"), *tokens, Token("<mo>)</mo></mrow>"))

    def factor(self, node: Factor) -> Tokens:
        sign = (Token(self.minus),) if node.numerator < 0 else ()
        decimal = decimal_of(node)
        if decimal is not None:
            return (*sign, Token(f"<mn>{decimal}</mn>", "number"))
        parts = [f"<mn>{node.denominator}</mn>"] if node.denominator != 1 else []
        parts += [lifted(dimension_text(dimension)) for dimension in node.dimensions]
        number = [f"<mn>{abs(node.numerator)}</mn>"] if abs(node.numerator) != 1 or not node.times else []
        above = _JUXTAPOSED.join([*number, *(lifted(dimension_text(dimension)) for dimension in node.times)])
        above = f"<mrow>{above}</mrow>" if node.times else above
        text = f"<mfrac>{above}<mrow>{_JUXTAPOSED.join(parts)}</mrow></mfrac>" if parts else above
        return (*sign, Token(text, "number"))

    def number(self, node: Number) -> Tokens:
        mantissa, _, exponent = plain_number(node.value).replace("-", "−").partition("e")
        ten = f"<mo>·</mo><msup><mn>10</mn><mn>{exponent.replace('−0', '−').lstrip('+0')}</mn></msup>"
        return (Token(f"<mn>{mantissa}</mn>" + (ten if exponent else ""), "number"),)

    def transpose(self, node: Transpose) -> Tokens:
        if isinstance(node.x, Symbol) and node.x.prefix in {"", "grad"}:  # beside the layer's mark, not above it
            return (Token(named(self.symbol_text(node.x) + "ᵀ"), "symbol", node.x),)
        return self.raised(self.wrapped(node.x, Strength.POSTFIX), Token(_UPRIGHT_T))

    def power(self, node: Power) -> Tokens:
        return self.raised(self.wrapped(node.scalar, Strength.ATOM), *self.tokens(node.exponent))

    def raised(self, base: Tokens, *exponent: Token) -> Tokens:
        """The base with a superscript."""
        return (Token("<msup><mrow>"), *base, Token("</mrow><mrow>"), *exponent, Token("</mrow></msup>"))

    def product(self, node: MatMul | Hadamard | Divide | Ratio) -> Tokens:
        if is_fraction(node):
            return self.stacked(self.tokens(node.left), self.tokens(node.right))
        return super().product(node)

    def stacked(self, above: Tokens, below: Tokens) -> Tokens:
        """A fraction."""
        return (Token("<mfrac><mrow>"), *above, Token("</mrow><mrow>"), *below, Token("</mrow></mfrac>"))

    def function(self, node: Apply) -> Tokens:
        if node.function.style == "postfix" and not node.prime:
            mark = Token(_marks(self.function_name(node), _ABOVE), "function")
            return self.raised(self.base_of_power(node.x), mark)
        if node.function.unicode == "√" and not node.prime:
            return (Token("<msqrt>"), *self.tokens(node.x), Token("</msqrt>"))
        return super().function(node)

    def call(self, name: str, argument: Expression) -> Tokens:
        return (Token(lifted(name) + _APPLIED, "function"), *self.parenthesised(self.tokens(argument)))

    def inverse(self, node: Inverse) -> Tokens:
        return self.raised(self.wrapped(node.x, Strength.ATOM), Token("<mn>−1</mn>"))

    def cases(self, node: Cases) -> Tokens:
        if is_maximum(node):
            return super().cases(node)

        def row(value: Expression, *rest: Token) -> Tokens:
            cells = (Token("<mtr><mtd>"), *self.tokens(value), Token("</mtd><mtd>"))
            return (*cells, *rest, Token("</mtd></mtr>"))

        condition = (Token("<mtext>if </mtext>"), *self.tokens(node.condition), Token("<mo>&gt;</mo><mn>0</mn>"))
        return (
            Token("<mrow><mo>{</mo><mtable>"),
            *row(node.positive, *condition),
            *row(node.otherwise, Token("<mtext>else</mtext>")),
            Token("</mtable></mrow>"),
        )

    def ones(self, transposed: bool) -> Tokens:
        one = '<mn class="ones">1</mn>'
        return (Token(f"<msup>{one}{_UPRIGHT_T}</msup>" if transposed else one, "ones"),)


def named(text: str) -> str:
    """The name of a quantity; what stands behind an underscore is its subscript: `∇W_q`."""
    found = _UNDERSCORED.fullmatch(text)
    if found is None:
        return lifted(text)
    name, below = _element(found["name"]), f"<mi>{escape(found['word'])}</mi>"
    if found["below"]:
        below = f"<mrow>{below}<mo>,</mo>{_marks(found['below'], _BELOW)}</mrow>"
    above = _marks(found["above"], _ABOVE) if found["above"] else ""
    whole = f"<msubsup>{name}{below}{above}</msubsup>" if above else f"<msub>{name}{below}</msub>"
    return f"<mrow>{_element(found['before'])}{whole}</mrow>" if found["before"] else whole


def lifted(text: str) -> str:
    """Unicode text as MathML: `∇aⱼ⁽²⁾` becomes ∇ and an `a` with both scripts."""
    parts = []
    for match in _PIECE.finditer(text):
        if match["scripts"]:
            parts.append(_scripted(match["base"] or "", match["scripts"]))
        else:
            parts.append(_element(match[0]))
    if len(parts) == 1:
        return parts[0]
    return f"<mrow>{''.join(parts)}</mrow>" if parts else '<mspace width="0.25em"></mspace>'


def _as_markup(token: Token) -> Token:
    if token.text.startswith(_MARKUP):
        return token
    return Token((named if token.symbol else lifted)(token.text), token.kind, token.symbol)


def _scripted(base: str, scripts: str) -> str:
    above = "".join(character for character in scripts if character in _ABOVE)
    below = "".join(character for character in scripts if character in _BELOW)
    inside = _element(base) if base else "<mrow></mrow>"
    if above and below:
        return f"<msubsup>{inside}{_marks(below, _BELOW)}{_marks(above, _ABOVE)}</msubsup>"
    if below:
        return f"<msub>{inside}{_marks(below, _BELOW)}</msub>"
    return f"<msup>{inside}{_marks(above, _ABOVE)}</msup>"


def _marks(characters: str, plain: dict[str, str]) -> str:
    """The element of a script: (1) and 12 are numbers, ij are letters beside each other."""
    text = "".join(plain[character] for character in characters)
    parts = re.findall(r"\(\d+\)|[−+]?\d+|\S", text)
    elements = "".join(_UPRIGHT_T if part == "T" else _element(part) for part in parts)
    return elements if len(parts) == 1 else f"<mrow>{elements}</mrow>"


def _element(text: str) -> str:
    if text in _BIG:
        return f"<mo>{_BIG[text]}</mo>"
    if text[-1].isdigit() or (len(text) > 1 and text.startswith("(")):
        return f"<mn>{text}</mn>"
    if text[0] in _PREFIXES:
        return f'<mo lspace="0" rspace="0">{text}</mo>'
    return f"<mi>{escape(text)}</mi>" if text[0].isalpha() else f"<mo>{escape(text)}</mo>"


NOTATION = MathmlWriter()
