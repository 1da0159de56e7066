"""`nablastep derive`: exit codes, numbers from files, what it says where it cannot show mathematics."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nablastep_tui.cli.main import main


def test_one_question_in_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "sum((X w - y)^2) + lambda sum(w^2)", "--by", "w", "--form"]) == 0
    out = capsys.readouterr().out
    assert "\n  ∇w = 2 Xᵀ (X w − y) + 2 λ w\n" in out
    assert "How it got this form" in out
    assert out.count("✓") > 20
    assert "✗" not in out


def test_numbers_come_from_a_file_or_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    A, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -1.0])
    np.savez(tmp_path / "numbers.npz", A=A, x=x, other=np.ones(3))
    question = ["derive", "x^T A x", "--by", "x", "--format", "json", "--route", "none"]
    assert main([*question, "--with", str(tmp_path / "numbers.npz")]) == 0
    first = json.loads(capsys.readouterr().out)
    assert np.allclose(np.ravel(first["results"][0]["value"]), (A + A.T) @ x)
    assert main([*question, "--let", "A=[[1,2],[3,4]], x=[0.5,-1]"]) == 0
    assert json.loads(capsys.readouterr().out) == first


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["s X"], "3: is s a scalar or a vector?", "say --shape s=1"),
        (["X w - y", "--shape", "X=m×n, y=n"], "5: a difference of m×1 and n×1", "say --shape y=m"),
        (["A x", "--second"], "--second needs a number", "there is the Jacobian"),
        (["A x", "--by", "z"], "there is no 'z'", "the variables are A, x"),
        (["x", "--with", "missing.npz"], "missing.npz", ""),
        (["A x", "--open"], "follows a number backward", "--seed G"),
        (["sum(x)", "--open"], "derive --open needs a terminal", ""),
    ],
)
def test_a_mistake_is_one_line_with_its_repair_and_exits_2(
    arguments: list[str], message: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["derive", *arguments]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert message in found.err.splitlines()[0]
    assert hint in found.err


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ("2 A.T @ (A @ x - b)", 0, "right: ∇x = 2 Aᵀ (A x − b)"),
        ("∇x = 2 Aᵀ (A x − b)", 0, "right"),
        ("2 Aᵀ A x - 2 Aᵀ b", 0, "right"),
        ("A^T (A x - b)", 1, "0.5 times what it should be"),
        ("-2 A^T (A x - b)", 1, "sign"),
        ("2 (A x - b)", 1, "this is m×1, and the derivative is n×1"),
        ("2 A^T (A x)", 1, "line by line"),
    ],
)
def test_quiz_judges_the_derivative_of_an_expression(
    answer: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quiz", "--expression", "norm(A x - b)^2", "--by", "x", "--answer", answer]) == code
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["2 C^T (A x - b)", "2 A^T (A x"])
def test_quiz_of_an_expression_says_what_cannot_be_read(answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", "--expression", "norm(A x - b)^2", "--by", "x", "--answer", answer]) == 2
    assert capsys.readouterr().err.startswith("nablastep: ")
