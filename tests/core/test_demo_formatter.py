"""The canonical form: what it is, that it reads back to the same demo, and new expected numbers in place."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nablastep.demo import words
from nablastep.demo.formatter import format_script, format_text, statement_text
from nablastep.demo.language import (
    Back,
    Branch,
    Chapter,
    Close,
    Convention,
    DemoVersion,
    ExpectGradcheck,
    ExpectScreen,
    ExpectShape,
    ExpectValue,
    Focus,
    Goto,
    GotoIteration,
    Include,
    NetworkName,
    Next,
    Notation,
    Note,
    Pause,
    Redo,
    Reset,
    Say,
    SetValue,
    Size,
    Snap,
    Speed,
    Statement,
    Theme,
    Title,
    Train,
    Undo,
    Wait,
    Why,
)
from nablastep.demo.numerals import number_text, read_number
from nablastep.demo.parser import parse_script
from nablastep.demo.problems import DemoErrors
from nablastep.demo.references import Cell, Scalar
from nablastep.demo.rewriting import update_expectations
from nablastep.demo.script import Line, Script
from nablastep.safe_text import is_hidden

UNFORMATTED = """#first
demo   1
network   "mazur"
network   "my network.toml"   # twice is for the loader to judge


chapter "Forward"# tight
say "One
      two

   three"     #   after
next 1
back 01
next   03
wait 1.50
wait 2s
speed 1.0
expect a1[ 0 , 0 ]~0.50 tol 1e-09
expect shape( W1 )=2x3
expect gradcheck<1.0E-6
set learning_rate=+.5
   # indented comment
goto   iteration   40


"""

FORMATTED = """#first
demo 1
network mazur
network "my network.toml"  # twice is for the loader to judge


chapter "Forward"  # tight
say "One
  two

  three"  #   after
next
back
next 3
wait 1.5s
wait 2s
speed 1
expect a1[0,0] ~ 0.5 tol 1e-9
expect shape(W1) = 2x3
expect gradcheck < 1e-6
set learning_rate = 0.5
# indented comment
goto iteration 40
"""


def test_the_canonical_form() -> None:
    assert format_text(UNFORMATTED) == FORMATTED


def test_formatting_twice_changes_nothing_more() -> None:
    assert format_text(FORMATTED) == FORMATTED


def test_an_empty_file_stays_empty() -> None:
    assert format_text("\n\n") == ""


def test_a_broken_demo_is_not_formatted() -> None:
    with pytest.raises(DemoErrors, match=r"^mine\.demo:2:1: unknown verb 'nxet'; did you mean 'next'\?$"):
        format_text("demo 1\nnxet\n", "mine.demo")


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (Next(1), "next"),
        (Back(2), "back 2"),
        (Train(1), "train 1"),
        (Goto("grad_W1"), "goto grad_W1"),
        (GotoIteration(1), "goto iteration 1"),
        (Branch(1), "branch 1"),
        (SetValue(Cell("W0", (0, 1)), 0.1 + 0.2), "set W0[0,1] = 0.30000000000000004"),
        (SetValue(Scalar("learning_rate"), 1.0), "set learning_rate = 1"),
        (Focus(Cell("b0", (1,))), "focus b0[1]"),
        (ExpectValue(Scalar("E"), "~", 0.25, 1e-9), "expect E ~ 0.25 tol 1e-9"),
        (NetworkName("a#b.toml"), 'network "a#b.toml"'),
        (Why(), "why"),
        (Why("index"), "why index"),
        (Wait(0.1), "wait 0.1s"),
        (Undo(), "undo"),
        (Say('a "b" \\\nc'), 'say "a \\"b\\" \\\\\n  c"'),
    ],
)
def test_statements_made_by_a_program(statement: Statement, text: str) -> None:
    assert statement_text(statement) == text
    assert parse_script(text).statements == (statement,)


@pytest.mark.parametrize("text", ["bell \a", "escape \x1b[31m", "turned \u202e", "two\u2028lines"])
def test_a_text_with_control_characters_is_never_written(text: str) -> None:
    with pytest.raises(ValueError, match="a text of a demo holds no control characters"):
        statement_text(Say(text))


# numbers


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (3.0, "3"),
        (-0.0, "-0"),
        (1e-9, "1e-9"),
        (1e16, "1e16"),
        (1.5e300, "1.5e300"),
        (5e-324, "5e-324"),
        (0.1 + 0.2, "0.30000000000000004"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
    ],
)
def test_number_text(number: float, text: str) -> None:
    assert number_text(number) == text


@given(st.floats(allow_nan=False))
def test_numbers_read_back_to_the_same_bits_from_no_more_than_repr(number: float) -> None:
    text = number_text(number)
    assert struct.pack("<d", read_number(text)) == struct.pack("<d", number)
    assert len(text) <= len(repr(number))


# round trips

allowed_characters = st.characters().filter(lambda character: not is_hidden(character))
text_lines = st.text(allowed_characters, max_size=12)


def normalised(lines: list[str]) -> str:
    """The lines as a text of the language: no blanks around line breaks, no empty lines at the ends."""
    return "\n".join(line.strip(" ") for line in lines).strip("\n")


texts = st.lists(text_lines, min_size=1, max_size=4).map(normalised).filter(lambda text: bool(text.strip()))
line_texts = text_lines.filter(lambda text: bool(text.strip()))
counts = st.integers(1, 999_999_999)
finite = st.floats(allow_nan=False, allow_infinity=False)
ids = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
cell_ids = ids.filter(lambda name: name not in words.SCALARS and name not in ("shape", "gradcheck", "screen"))
cells = st.builds(Cell, cell_ids, st.lists(st.integers(0, 999), min_size=1, max_size=2).map(tuple))
values = cells | st.sampled_from(words.SCALARS).map(Scalar)
snap_names = st.from_regex(r"[A-Za-z0-9é_-]([A-Za-z0-9 ._-]{0,20}[A-Za-z0-9_-])?", fullmatch=True)
include_paths = st.from_regex(r"[a-z]{1,5}(/[a-z ]{1,5}){0,2}\.demo", fullmatch=True)

statements = st.one_of(
    st.just(DemoVersion(1)),
    st.builds(Title, texts),
    st.builds(NetworkName, line_texts),
    st.builds(Convention, st.sampled_from(words.CONVENTIONS)),
    st.builds(Size, st.integers(60, 400), st.integers(16, 200)),
    st.builds(Speed, st.floats(0.25, 8)),
    st.builds(Theme, st.sampled_from(words.THEMES)),
    st.builds(Chapter, texts),
    st.builds(Say, texts),
    st.builds(Note, texts),
    st.just(Pause()),
    st.builds(Wait, st.floats(0, 3600, exclude_min=True)),
    st.builds(Next, counts),
    st.builds(Back, counts),
    st.builds(Goto, ids.filter(lambda name: name != "iteration")),
    st.builds(GotoIteration, counts),
    st.builds(Train, counts),
    st.builds(SetValue, cells | st.just(Scalar("learning_rate")), finite),
    st.sampled_from([Undo(), Redo(), Reset(), Close()]),
    st.builds(Branch, counts),
    st.builds(Why, st.none() | st.sampled_from(words.ROUTES)),
    st.builds(Focus, cells),
    st.builds(Notation, st.sampled_from(words.NOTATIONS)),
    st.builds(ExpectValue, values, st.sampled_from([r for r in words.RELATIONS if r != "~"]), st.floats()),
    st.builds(ExpectValue, values, st.just("~"), st.floats(), st.none() | st.floats(0, 1e300)),
    st.builds(ExpectShape, ids, st.integers(1, 999), st.integers(1, 999)),
    st.builds(ExpectGradcheck, st.sampled_from(words.GRADCHECK_RELATIONS), finite),
    st.builds(ExpectScreen, line_texts),
    st.builds(Snap, snap_names),
    st.builds(Include, include_paths),
)
comments = st.none() | text_lines.map(lambda text: text.rstrip(" "))
scripts = st.lists(st.builds(Line, st.none() | statements, comments), max_size=6).map(
    lambda lines: Script(tuple(lines[: max((i + 1 for i, line in enumerate(lines) if line != Line()), default=0)]))
)


@given(scripts)
def test_every_script_reads_back_from_its_canonical_text(script: Script) -> None:
    text = format_script(script)
    assert parse_script(text) == script
    assert format_text(text) == text


symbols = list('\\"#[]()=~<>,.-01x \n\t\u202e\x1b')
demo_words = st.sampled_from(
    [*symbols, "\n  ", 'say "', "expect ", "set ", "W1", "[0,0]", "shape", "goto ", "1e-4", "tol "]
)


@given(st.lists(demo_words | text_lines, max_size=25).map("".join))
def test_any_text_is_a_demo_or_a_list_of_places_without_control_characters(text: str) -> None:
    try:
        script = parse_script(text, "fuzz.demo")
    except DemoErrors as errors:
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
        for error in errors.errors:
            assert error.file == "fuzz.demo"
            assert error.line is not None
            assert error.column is not None
            assert 1 <= error.line <= len(lines)
            assert 1 <= error.column <= len(lines[error.line - 1]) + 1
            assert not any(map(is_hidden, error.message))
        return
    canonical = format_script(script)
    assert parse_script(canonical) == script
    assert format_text(canonical) == canonical


# new expected numbers in place


def test_only_the_number_of_an_expectation_changes() -> None:
    text = (
        "\ufeffdemo 1\r\nexpect  E~0.30  tol 1e-9   # 0.30 once\r\nexpect E = 1.0\r\n\r\n"
        "expect shape(W1)=2x2#c\r\nexpect gradcheck < 1e-6"
    )
    assert update_expectations(text, {2: "0.25", 3: "-inf", 5: "3x2", 6: "1e-7"}) == (
        "\ufeffdemo 1\r\nexpect  E~0.25  tol 1e-9   # 0.30 once\r\nexpect E = -inf\r\n\r\n"
        "expect shape(W1)=3x2#c\r\nexpect gradcheck < 1e-7"
    )


def test_a_first_line_behind_a_byte_order_mark_changes_in_the_right_place() -> None:
    assert update_expectations("\ufeffexpect E = 0.5 # x", {1: "2"}) == "\ufeffexpect E = 2 # x"


def test_without_new_numbers_the_text_stays_byte_for_byte() -> None:
    assert update_expectations(UNFORMATTED, {}) == UNFORMATTED


@pytest.mark.parametrize(
    ("line", "number", "message"),
    [
        (1, "0.5", "line 1 holds no expectation with a number"),
        (3, "0.5", "line 3 holds no expectation with a number"),
        (4, "0.5", "line 4 holds no expectation with a number"),
        (9, "0.5", "line 9 holds no expectation with a number"),
        (2, "half", "is not a number"),
        (5, "0.5", "'0.5' is not a shape such as 2x3"),
    ],
)
def test_a_number_that_cannot_be_placed_is_refused(line: int, number: str, message: str) -> None:
    text = 'demo 1\nexpect E ~ 0.5\nsay "a\n  expect E ~ 0.5"\nexpect shape(W1) = 2x2\n'
    with pytest.raises(ValueError, match=f"^{message}$"):
        update_expectations(text, {line: number})
