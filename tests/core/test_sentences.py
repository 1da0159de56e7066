"""The sentences under an equation speak of what the shown convention lays out."""

from __future__ import annotations

import re

import numpy as np
import pytest

import nablastep as ns
from core.support import two_layers
from nablastep.notation import notation_named
from nablastep.transposition import CONVENTIONS
from nablastep.view import View


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("step", ["z1", "z2"])
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_row_or_column_named_is_the_one_that_makes_the_number(convention: str, step: str, samples: int) -> None:
    session = ns.open(two_layers(samples))
    session.goto(step)
    view = View(session, convention)
    layer = int(step[1:])
    weights, sent = np.asarray(view.value(f"W{layer - 1}")), np.asarray(session[f"a{layer - 1}"])
    for cell in np.ndindex(*np.asarray(view.result()).shape):
        said = re.match(r"(Row|Column) (\d+) of (W|Wᵀ), the weights", view.sentence((cell[0], cell[1])))
        assert said is not None
        along, number, name = said.groups()
        shown = weights.T if name == "Wᵀ" else weights
        line = shown[int(number) - 1] if along == "Row" else shown[:, int(number) - 1]
        unit, sample = view.column_cell(view.step.target, (cell[0], cell[1]))
        expected = session[step][unit, sample] - session[f"b{layer - 1}"][unit, 0]
        assert float(line @ sent[:, sample]) == pytest.approx(expected, abs=1e-12)
        # and the letter is the one that the equation has
        assert ("ᵀ" in name) is (f"W⁽{'⁰¹'[layer - 1]}⁾ᵀ" in _text(view))


def _text(view: View) -> str:
    return notation_named("unicode").equation_text(view.equation)
