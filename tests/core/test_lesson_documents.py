"""Demos and traces as Markdown and LaTeX: order, alternative texts, what can be left out, and that TeX takes them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import nablastep as ns
from nablastep.demo.opening import open_demo
from nablastep.derivations.rendering import why_text
from nablastep.notation.latex_words import latex_words
from nablastep.page.document import page_of_demo
from nablastep.page.lesson import Lesson, Picture, alternative_text
from nablastep.page.lesson_latex import demo_latex
from nablastep.page.lesson_markdown import markdown_lesson
from nablastep.page.moments import moments_of_demo
from nablastep.trace import Trace, written

DEMO = """demo 1
title "A_title with 50% & more"
network mazur
chapter "Forward"
say "1. not a list
  and *no* emphasis"
next 2
chapter "Backward"
goto grad_W1
focus grad_W1[1,0]
say "∂E/∂w5 and ∇W⁽¹⁾₂₁"
why jacobian
"""


def lesson(folder: Path, **options: Any) -> Lesson:
    path = folder / "own.demo"
    path.write_text(DEMO, encoding="utf-8")
    opened = open_demo(path)
    return Lesson(page_of_demo(opened, *moments_of_demo(opened)), **options)


def test_markdown_tells_the_demo_in_order(tmp_path: Path) -> None:
    text = markdown_lesson(lesson(tmp_path, pictures={8: [Picture("own-pictures/08.svg", "the outer product")]}))
    wanted = [
        "# A\\_title with 50% \\& more",
        "## Forward",
        "1\\. not a list and \\*no\\* emphasis",
        "### Step 1: Pre-activation of layer 1",
        "$$z^{(1)} = W^{(0)} a^{(0)} + b^{(0)}$$",
        "| $z^{(1)}$ | 1 |\n|---|---:|\n| 1 | 0.3775 |\n| 2 | 0.3925 |",
        "## Backward",
        "### Step 8: Gradient of the weights into layer 2",
        "∂E/∂w5 and ∇W⁽¹⁾₂₁",
        "![the outer product: The stage in iteration 1, step 8 of 15, backward: ∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ.",
        "| 2 | −0.0226025 | −0.0227402 |",
        "Row 2, column 1: raise this weight and E falls by 0.0226",
        "**Why: Jacobians",
        "**Why an outer product, and why this order?** One number of W⁽¹⁾ reaches E",
    ]
    places = [text.index(words) for words in wanted]
    assert places == sorted(places)
    assert "```" not in text
    assert r"\, " not in text


def test_alternative_texts_say_what_is_seen(tmp_path: Path) -> None:
    moments = lesson(tmp_path).page.moments
    assert alternative_text(moments[0]) == (
        "The stage in iteration 1, step 0 of 15: nothing is computed yet; next is z⁽¹⁾ = W⁽⁰⁾ a⁽⁰⁾ + b⁽⁰⁾."
    )
    assert alternative_text(moments[8]) == (
        "The stage in iteration 1, step 8 of 15, backward: ∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ. "
        "∇W⁽¹⁾ is 0.0821670, 0.0826676; −0.0226025, −0.0227402. E is 0.298371. Its derivation is open."
    )


def test_without_values_there_are_equations_and_no_numbers(tmp_path: Path) -> None:
    text = markdown_lesson(lesson(tmp_path, values=False))
    assert "$$" in text
    assert "0.3775" not in text
    assert not re.search(r"^\|", text, re.MULTILINE)
    for format_name in ("markdown", "latex"):
        bare = "".join(written(Trace(ns.open("mazur"), values=False), format_name))
        assert "0.0821670" in "".join(written(Trace(ns.open("mazur")), format_name))
        assert "0.0821670" not in bare
        assert r"\nabla W^{(1)}" in bare


def test_a_fragment_has_no_preamble(tmp_path: Path) -> None:
    path = tmp_path / "own.demo"
    path.write_text(DEMO, encoding="utf-8")
    for text in (
        demo_latex(open_demo(path), fragment=True),
        "".join(written(Trace(ns.open("xor")), "latex", fragment=True)),
    ):
        assert r"\documentclass" not in text
        assert r"\begin{document}" not in text
        assert r"\usepackage" not in text


def test_words_for_latex() -> None:
    assert latex_words("50% of W⁽⁰⁾₁₂ & σ(z)") == r"50\% of W$^{(0)} _{12}$ \& $\sigma$(z)"
    assert latex_words("∂E/∂w5 → ½ … “x”") == r"$\partial$E/$\partial$w5 $\to$ $\tfrac12$ \dots{} ``x''"
    assert latex_words("λ ᵀ 网") == r"$\lambda$ $^{\mathsf T}$ ?"


# TeX itself

needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex in the path")

HOST = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[a4paper]{geometry}
\usepackage{amsmath,amssymb,graphicx}
\begin{document}
\input{inner}
\end{document}
"""


def complaints(folder: Path, text: str, *, fragment: bool) -> list[str]:
    """What TeX finds wrong, lines that are too wide among it."""
    (folder / "inner.tex").write_text(text, encoding="utf-8")
    (folder / "host.tex").write_text(HOST, encoding="utf-8")
    name = "host.tex" if fragment else "inner.tex"
    command = ["pdflatex", "-draftmode", "-interaction=nonstopmode", name]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    found = [line for line in lines if line.startswith(("!", "Overfull"))]
    return found if found or not done.returncode else lines[-5:]


@needs_tex
@pytest.mark.parametrize(
    ("source", "convention"),
    [("xor", "column"), ("digits-mlp", "row-keras"), ("skinny", "column"), ("two-heads", "column")],
)
@pytest.mark.parametrize("fragment", [False, True])
def test_tex_takes_a_trace_and_no_line_is_too_wide(
    source: str, convention: str, fragment: bool, tmp_path: Path
) -> None:
    trace = Trace(ns.open(source), convention=convention, why=source != "digits-mlp")
    text = "".join(written(trace, "latex", fragment=fragment))
    assert complaints(tmp_path, text, fragment=fragment) == []


@needs_tex
@pytest.mark.parametrize("source", ["attention", "lstm-cell", "hinge", "convolution"])
def test_tex_takes_any_trace_and_derivation_of_equations(source: str, tmp_path: Path) -> None:
    session = ns.open(source)
    last = [step.id for step in session.program.steps if step.phase == "backward"][-2:]
    documents = ["".join(written(Trace(session), "latex")), *(why_text(session, name, format="latex") for name in last)]
    assert [found for text in documents for found in complaints(tmp_path, text, fragment=False)] == []


@needs_tex
@pytest.mark.parametrize("fragment", [False, True])
def test_tex_takes_a_demo(fragment: bool, tmp_path: Path) -> None:
    path = tmp_path / "own.demo"
    path.write_text(DEMO, encoding="utf-8")
    assert complaints(tmp_path, demo_latex(open_demo(path), fragment=fragment), fragment=fragment) == []


@needs_tex
def test_tex_would_complain(tmp_path: Path) -> None:
    text = "".join(written(Trace(ns.open("mazur")), "latex"))
    wide = text.replace(r"\end{document}", r"\noindent\hbox{" + "wide " * 60 + r"}\end{document}")
    assert any(line.startswith("Overfull") for line in complaints(tmp_path, wide, fragment=False))
    assert complaints(tmp_path, text.replace(r"\end{document}", r"\unheardof\end{document}"), fragment=False)
