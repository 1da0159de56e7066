"""The scalar form of one entry: every entry in it is named, whatever way its matrix was rearranged or chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

import nablastep as ns
from nablastep.entries import Part
from nablastep.evaluation import value_of
from nablastep.expressions import Block, Rearrange, walk
from nablastep.notation import notations
from nablastep.origins import origins
from nablastep.program import UPDATE
from nablastep.view import View

EQUATIONS = """
a = tanh(W x[1:5, :] + b)
c = V [a; x[2:4, :]]
k = [U, 2 U]
d = U reshape(W, 2, 6)
f = max(a, 0.1) + where(a > 0.2, a, -a)
g = a ⊙ max(0, 1 - a)
t = reshape(d, 3, 4)
p = diag(W W^T)
q = B x[5, :]
r = patches(x[:4, :], 2, 2, 1, 1)
s = patches(X, 3, 3, 2, 1)
E = sum(c^2) + sum(f) + sum(g) + sum(t^2) + sum(p) + sum(q) + sum(r^2) + sum(s^2) + logdet(W W^T) + sum(k^2)
"""
RUN = r"[₀-₉ᵢⱼₖ,]+"
WITH_INDEX = re.compile(
    rf"(?:\w+)?(?:\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]|\([^()]*(?:\([^()]*\)[^()]*)*\)){RUN}|\w⁽?\d?⁾?{RUN}"
)


def session() -> ns.Session:
    dice = np.random.default_rng(5)
    shapes = {"W": (3, 4), "b": (3, 1), "V": (3, 5), "U": (2, 2), "B": (2, 1)}
    network = ns.Network.from_equations(
        EQUATIONS,
        parameters={name: dice.normal(size=shape).round(2).tolist() for name, shape in shapes.items()},
        given={"X": dice.normal(size=(9, 2)).round(2).tolist()},
        x=dice.normal(size=(2, 6)).round(2).tolist(),
        gradients=["x"],
    )
    return ns.open(network)


def text(parts: tuple[Part, ...]) -> str:
    return "".join(part.text if part.value is None else repr(part.value) for part in parts)


def entries() -> Iterator[tuple[View, tuple[int, int]]]:
    """Every entry of every step up to the last gradient, while it is shown."""
    stepped = session()
    for step in stepped.program.steps:
        if step.phase == UPDATE:
            return
        stepped.next()
        view = View(stepped)
        yield from ((view, (cell[0], cell[1])) for cell in np.ndindex(*np.atleast_2d(view.result()).shape))


def test_every_matrix_is_named_with_an_index() -> None:
    for view, cell in entries():
        entry = view.entry(cell)
        assert entry is not None
        line = text(entry.symbolic)
        assert "operand" not in line, line
        rest = WITH_INDEX.sub("", line.replace("(Wᵀ)⁻¹", "").replace("logdet(W Wᵀ)", "").replace("∇", ""))
        named = re.findall(r"(?<![a-z])[WxabcdfgtpqrskVUBX](?![a-z])", rest)
        assert named == [], (view.step.id, line, rest)


@pytest.mark.parametrize("step", ["c", "grad_W", "grad_x"])
@pytest.mark.parametrize("notation", [name for name, one in notations().items() if one.on_screens])
def test_every_notation_has_a_way_to_write_it(step: str, notation: str) -> None:
    stepped = session()
    stepped.goto(step)
    entry = View(stepped).entry((0, 0), notation)
    assert entry is not None
    assert text(entry.symbolic)


def test_places_that_can_be_told_are_told() -> None:
    stepped = session()
    stepped.goto("grad_x")
    told = {
        "q": "B₁ × x₆₂", "r": "x₂₁", "t": "d₂₂", "k": "U₁₂", "c": "Σᵢ V₁ᵢ [a; x[2:4, :]]ᵢ₂",
        "f": "max(a₁₂, 0.1) + (a₁₂ if a₁₂ − 0.2 > 0 else −a₁₂)",
    }  # fmt: skip
    for step, line in told.items():
        stepped.goto(step)
        entry = View(stepped).entry((0, 1))
        assert entry is not None
        assert text(entry.symbolic) == line


def test_numbers_are_worth_what_stands_behind_them() -> None:
    tried = 0
    for view, cell in entries():
        entry = view.entry(cell)
        assert entry is not None
        line = text(entry.numeric).replace("×", "*").replace("−", "-").replace("²", "**2")
        if "…" in line or "′" in line or "logdet" in line:
            continue
        made = np.asarray(view.made())
        worth = eval(line, {"max": max, "tanh": np.tanh})
        assert worth == pytest.approx(made[cell] if made.ndim else made, rel=1e-9, abs=1e-12), (view.step.id, line)
        tried += 1
    assert tried > 100


def test_an_entry_is_the_sum_of_those_that_it_comes_from() -> None:
    stepped = session()
    stepped.goto("grad_x")
    values, seen = stepped.values, set()
    for step in stepped.program.steps:
        for node in walk(step.equation.expression):
            if not isinstance(node, Rearrange | Block):
                continue
            whole = np.asarray(value_of(node, values))
            for row, column in np.ndindex(*whole.shape):
                found = origins(node, (row, column), values)
                assert found is not None
                terms = [np.asarray(value_of(x, values))[int(at[0] or 0), int(at[1] or 0)] for x, at in found]
                assert sum(terms) == pytest.approx(whole[row, column])
            seen.add((type(node).__name__, type(getattr(node, "plan", None)).__name__, getattr(node, "back", False)))
    assert len(seen) == 9, seen


NESTED = """
P = softmax(A B^T / 2, axis=1)
Q = A softmax(B^T A) B^T
R = P (A softmax(B^T P A) B^T)
E = sum(P) + sum(Q^2) + sum(R^2)
"""


def summed_twice(line: str) -> Iterator[str]:
    """Letters over which is summed within a sum over them: what belongs to which cannot be told."""
    depth, over = 0, dict[int, frozenset[str]]()
    for place, character in enumerate(line):
        depth += {"(": 1, ")": -1}.get(character, 0)
        ends = line[place - 1 : place + 2] in {" + ", " − ", " / "}
        over = {level: letters for level, letters in over.items() if level < depth + (not ends)}
        if character == "Σ":
            letters = re.match("[ᵢⱼₖₗₘₙₚᵣₛₜ]+", line[place + 1 :])
            assert letters is not None, line
            taken = frozenset[str]().union(*over.values())
            yield from (letter for letter in letters[0] if letter in taken or letters[0].count(letter) > 1)
            over[depth] = over.get(depth, frozenset()) | frozenset(letters[0])


def nested_session() -> ns.Session:
    dice = np.random.default_rng(6)
    parameters = {name: dice.normal(size=(3, 2)).round(2).tolist() for name in "AB"}
    return ns.open(ns.Network.from_equations(NESTED, parameters=parameters))


@pytest.mark.parametrize("source", ["two-heads", "convolution", "lstm-cell", "tied-autoencoder", "nested"])
def test_a_sum_within_a_sum_has_a_letter_of_its_own(source: str) -> None:
    stepped = nested_session() if source == "nested" else ns.open(source)
    for step in stepped.program.steps:
        stepped.next()
        line = View(stepped, "column").entry((0, 0))
        assert line is not None
        assert list(summed_twice(text(line.symbolic))) == [], (step.id, text(line.symbolic))


def test_the_letters_of_a_softmax_of_products() -> None:
    stepped = ns.open("two-heads")
    stepped.goto("P1")
    line = View(stepped, "column").entry((0, 0))
    assert line is not None
    assert text(line.symbolic).endswith("Σⱼ exp((Σᵢ Q⁽¹⁾₁ᵢ K⁽¹⁾ⱼᵢ) / √(2))")
    stepped.goto("grad_K2")
    line = View(stepped, "column").entry((0, 0))
    assert line is not None
    assert text(line.symbolic).endswith(" / √(2)) Q⁽²⁾ᵢ₁"), "what is below the line ends before Q"
