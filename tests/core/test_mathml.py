"""MathML: well formed for every equation and derivation, with the same signs as the Unicode notation."""

from __future__ import annotations

import re
import unicodedata
from xml.etree import ElementTree

import numpy as np
import pytest

import nablastep as ns
from covering import covering
from nablastep.derivations.why import why_lines
from nablastep.expressions import Apply, Factor, Function, Number, Scale, Symbol
from nablastep.files.built_in import network_names
from nablastep.notation import notation_named
from nablastep.notation.mathml import lifted, named
from nablastep.program import UPDATE
from nablastep.transposition import CONVENTIONS

MATHML, UNICODE = notation_named("mathml"), notation_named("unicode")
A = Symbol("a", 1, ("n1", "1"))


def signs(text: str) -> str:
    """Letters and operators in reading order, without spaces, brackets and digits, which MathML arranges itself."""
    plain = unicodedata.normalize("NFKC", text).replace("∑", "Σ").replace("²", "2").replace("½", "1/2").replace("√", "")
    return re.sub(r"[\s_()\d/{}⁄,.·⁡⁢\[\]]", "", plain)


def visible(mathml: str) -> str:
    return "".join(ElementTree.fromstring(f"<math>{mathml}</math>").itertext())


@pytest.mark.parametrize("name", network_names())
def test_every_equation_is_well_formed_and_says_what_unicode_says(name: str) -> None:
    for step in ns.open(name).program.steps:
        for convention in CONVENTIONS.values():
            equation = convention.shown_equation(step.equation)
            text = MATHML.equation_text(equation)
            assert text.startswith("<math>")
            assert text.endswith("</math>")
            if step.phase != UPDATE:
                assert sorted(signs(visible(text))) == sorted(signs(UNICODE.equation_text(equation)))


SMALL = [name for name in network_names() if name != "digits-mlp"]


@pytest.mark.parametrize("name", covering(SMALL, SMALL[::2]))
def test_every_line_of_a_derivation_is_well_formed(name: str) -> None:
    session = ns.open(name)
    session.goto("end")
    for step in session.program.steps:
        if step.phase != UPDATE:
            for line in why_lines(session, step.id):
                assert "∂" not in line.text() or "<mfrac>" in line.text("mathml") or "/" not in line.text()
                assert visible(line.text("mathml")).strip()


def test_equations_of_any_kind_are_well_formed() -> None:
    equations = """
    S = A^T A + J
    q = inv(S)
    d = logdet(S) + det(S) + tr(S)
    B = [A, A]
    C = B[0:2, 1:3]
    r = reshape(A, 3, 2)
    p = softmax(A, axis=1)
    k = where(A > 0, A, 0.1 A) + max(A, 0.5 A)
    g = sqrt(abs(A) + 1) / (1 + exp(A))
    E = sum(q) + d + sum(C^2) + sum(r) + sum(p * A) + sum(k) + norm(A) + sum(g)
    """
    given = {"J": np.eye(3)}
    network = ns.Network.from_equations(equations, parameters={"A": [[0.5, -0.2, 0.3], [0.1, 0.8, -0.4]]}, given=given)
    texts = {step.id: MATHML.equation_text(step.equation) for step in ns.open(network).program.steps}
    for text in texts.values():
        ElementTree.fromstring(text)
        assert "<mrow></mrow>" not in text  # no script hangs in the air
    assert texts["q"].endswith("<msup><mrow><mi>S</mi></mrow><mrow><mn>−1</mn></mrow></msup></math>")
    assert "<mtable>" in texts["k"]
    assert "<mi>max</mi>" in texts["k"]


def test_scripts_are_real_scripts() -> None:
    assert lifted("aⱼ⁽²⁾") == "<msubsup><mi>a</mi><mi>j</mi><mn>(2)</mn></msubsup>"
    assert lifted("n₁₂") == "<msub><mi>n</mi><mn>12</mn></msub>"
    assert MATHML.text(ns.open("mazur").program.step("grad_W1").equation.expression) == (
        '<mrow><mo lspace="0" rspace="0">∇</mo><msup><mi>z</mi><mn>(2)</mn></msup></mrow>'
        '<mspace width="0.17em"></mspace>'
        '<msup><mi>a</mi><mrow><mn>(1)</mn><mi mathvariant="normal">T</mi></mrow></msup>'
    )


def test_an_underscore_begins_a_subscript() -> None:
    assert named("W_q") == "<msub><mi>W</mi><mi>q</mi></msub>"
    assert named("∇W_q⁽²⁾ᵀ") == (
        '<mrow><mo lspace="0" rspace="0">∇</mo><msubsup><mi>W</mi><mi>q</mi>'
        '<mrow><mn>(2)</mn><mi mathvariant="normal">T</mi></mrow></msubsup></mrow>'
    )
    assert named("U_fⱼₗ") == (
        "<msub><mi>U</mi><mrow><mi>f</mi><mo>,</mo><mrow><mi>j</mi><mi>l</mi></mrow></mrow></msub>"
    )
    assert named("a⁽¹⁾") == lifted("a⁽¹⁾")


def test_numbers_and_fractions() -> None:
    assert MATHML.text(Factor(-1, 2, ("m",))) == (
        '<mo>−</mo><mfrac><mn>1</mn><mrow><mn>2</mn><mspace width="0.17em"></mspace><mi>m</mi></mrow></mfrac>'
    )
    assert MATHML.text(Number(1e-8)) == "<mn>1</mn><mo>·</mo><msup><mn>10</mn><mn>−8</mn></msup>"


def test_what_has_no_rule_here_is_lifted_from_its_text() -> None:
    strange = Function("lt", "a<b&c", "lt", "lt of")
    text = MATHML.text(Scale(Factor(2), Apply(strange, A)))
    assert "&lt;" in text
    assert "&amp;" in text
    assert visible(text)


def test_tokens_joined_are_the_text_and_name_their_quantities() -> None:
    equation = ns.open("mazur").program.step("grad_W1").equation
    tokens = MATHML.equation_tokens(equation)
    assert "".join(token.text for token in tokens) == MATHML.equation_text(equation)
    assert [token.symbol.id for token in tokens if token.symbol] == ["grad_W1", "grad_z2", "a1"]
