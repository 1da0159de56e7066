"""What the stage says stands in the text trace too: title, equation, shapes and numbers of every step."""

from __future__ import annotations

import numpy as np
import pytest

import nablastep as ns
from nablastep.files.built_in import network_names
from nablastep.notation import notation_named
from nablastep.trace import Trace, written
from nablastep.view import View
from nablastep.words import step_title

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@pytest.mark.parametrize("network", [name for name in network_names() if name != "digits-mlp"])
@pytest.mark.parametrize("convention", ["column", "row-pytorch"])
def test_the_trace_says_what_the_stage_says(network: str, convention: str) -> None:
    session = ns.open(network)
    text = "".join(written(Trace(session, convention=convention)))
    plain = " ".join(text.split())
    for step in session.program.steps:
        session.next()
        view = View(session, convention)
        assert step_title(step, session.program).lower() in plain.lower()
        assert " ".join(notation_named("unicode").equation_text(view.equation).split()) in plain
        letters = (dimension[0] + dimension[1:].translate(SUBSCRIPTS) for dimension in view.equation.target.shape)
        assert "×".join(letters) in plain
        first = abs(float(np.asarray(view.result()).ravel()[0]))
        if 0.01 <= first < 10:  # others share a power of ten with their matrix
            assert str(round(first, 6))[:5].rstrip("0") in plain
