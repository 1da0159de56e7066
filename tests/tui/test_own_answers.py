"""`quiz` with numbers, one's own equations, marks from 1 and whole files; `compare`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from nablastep_tui.cli.main import main

FIELD = Path(__file__).parent.parent / "core" / "field"


def test_numbers_are_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    answer = "[[0.0822, 0.0827], [-0.0226, -0.0227]]"
    assert main(["quiz", "mazur", "grad_W1", "--answer", answer]) == 0
    assert capsys.readouterr().out == "right to the 4 digits given\n"
    assert main(["quiz", "mazur", "grad_W1", "--answer", "[[0.16, 0.17], [-0.05, -0.05]]"]) == 1
    assert "2 times too large" in capsys.readouterr().out


def test_what_is_right_here_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", str(FIELD / "tanh-tanh.toml"), "W1", "--answer", "W1 - 0.1*grad_W1"]) == 0
    out = capsys.readouterr().out
    assert out == "right here\nnote: 0.1 is η here: with the letter it stays right when the number changes\n"


def test_own_equations_are_judged_together(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["quiz", str(FIELD / "one-over-m.toml"), "grad_W1", "--answer", "1/m grad_z2 a1.T"]
    assert main(words) == 1
    capsys.readouterr()
    assert main([*words, "--with", "grad_z2 = a2 - y"]) == 0
    assert "not this file's, but it is consistent" in capsys.readouterr().out


def test_marks_from_1_are_offered_and_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", "mazur", "grad_W2", "--answer", "dz2 a1.T"]) == 2
    assert "say --layers-from 1" in capsys.readouterr().err
    assert main(["quiz", "mazur", "grad_W2", "--answer", "dz2 a1.T", "--layers-from", "1"]) == 0
    assert main(["quiz", "mazur", "W1", "--answer", "W1 - lr dW1"]) == 0
    capsys.readouterr()
    assert main(["quiz", "mazur", "z1", "--answer", "W1 x + b1"]) == 1
    assert "say --layers-from 1" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["quiz"], ["quiz", "mazur"], ["quiz", "mazur", "grad_W1"]])
def test_what_is_missing_is_said(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "missing" in err


def test_a_course_is_judged_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(
        "student,source,id,answer\n"
        "ann,mazur,grad_a1,W1.T @ grad_z2\n"
        'bob,mazur,grad_W1,"[[0.16, 0.17], [-0.05, -0.05]]"\n'
        "cat,mazur,grad_a1,W1 @@ grad_z2\n"
        "dan,nowhere,grad_a1,W1\n"
    )
    assert main(["quiz", "--batch", str(path)]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["student"], row["verdict"], row["cause"]) for row in rows] == [
        ("ann", "right", ""), ("bob", "wrong", "factor"), ("cat", "unreadable", ""), ("dan", "unreadable", ""),
    ]  # fmt: skip
    assert all(row["message"] for row in rows[1:])


def test_a_file_that_is_no_table_of_answers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("name,answer\nann,W1\n")
    assert main(["quiz", "--batch", str(path)]) == 2
    assert "expected the columns source, id, answer, found name, answer" in capsys.readouterr().err
    assert main(["quiz", "--batch", str(tmp_path / "none.csv")]) == 2


def test_compare_finds_the_first_that_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("E = 0.2984\ngrad_a1 = [0.0727, 0.0827]\ngrad_W1 = [[0.0822, 0.0827], [-0.0226, -0.0227]]\n")
    assert main(["compare", "mazur", str(path)]) == 1
    out = capsys.readouterr().out
    assert "it is 2 times too large" in out
    assert "grad_a1 is the first that is wrong, in the order of the program" in out
    path.write_text("E = 0.2984\n")
    assert main(["compare", "mazur", str(path)]) == 0
    assert "right to the 4 digits given" in capsys.readouterr().out
    path.write_text("Q = 0.2984\n")
    assert main(["compare", "mazur", str(path)]) == 2
    assert main(["compare", "mazur", str(tmp_path)]) == 2
