"""The demo language as read: statements, texts, comments, includes, and the reference page's examples."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nablastep.demo import words
from nablastep.demo.grammar import VERBS
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
from nablastep.demo.loader import demo_from_text, load_demo, read_demo_text
from nablastep.demo.network_vocabulary import network_vocabulary
from nablastep.demo.parser import parse_script
from nablastep.demo.problems import DemoErrors
from nablastep.demo.references import Cell, Scalar
from nablastep.demo.script import Header, Line
from nablastep.network import Network
from nablastep.notation import notations
from nablastep.transposition import CONVENTIONS

REFERENCE_PAGE = Path(__file__).parents[2] / "docs" / "demo-language.md"
HEADER = "demo 1\nnetwork mazur\n"

EXAMPLE = """demo 1
title "Forward and back through Mazur's network"
network mazur
size 120x40

chapter "Forward"
say "One sample, two inputs.
  Every number on screen is computed live."
next 3
expect a1[0,0] ~ 0.593269992 tol 1e-9
pause
chapter "Backward"
goto grad_W1
expect grad_W1[0,0] ~ 0.082167041 tol 1e-9
why jacobian
set W1[0,0] = 0.25
snap "after the edit"
"""


def only_statement(text: str) -> Statement:
    (statement,) = parse_script(text).statements
    return statement


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("demo 1", DemoVersion(1)),
        ('title "A title"', Title("A title")),
        ("network mazur", NetworkName("mazur")),
        ('network "my net.toml"', NetworkName("my net.toml")),
        ("network ./nets/my-net.toml", NetworkName("./nets/my-net.toml")),
        ("convention row-keras", Convention("row-keras")),
        ("size 60x16", Size(60, 16)),
        ("size 400x200", Size(400, 200)),
        ("speed 0.25", Speed(0.25)),
        ("speed 8", Speed(8.0)),
        ("theme high-contrast", Theme("high-contrast")),
        ('chapter "Forward"', Chapter("Forward")),
        ('say "Hello"', Say("Hello")),
        ('note "Only for me"', Note("Only for me")),
        ("pause", Pause()),
        ("wait 1.5s", Wait(1.5)),
        ("wait 0.5", Wait(0.5)),
        ("next", Next(1)),
        ("next 3", Next(3)),
        ("back", Back(1)),
        ("back 12", Back(12)),
        ("goto grad_W1", Goto("grad_W1")),
        ("goto start", Goto("start")),
        ("goto end", Goto("end")),
        ("goto iteration 40", GotoIteration(40)),
        ("train 100", Train(100)),
        ("set W1[0,2] = -0.75", SetValue(Cell("W1", (0, 2)), -0.75)),
        ("set b0[1] = 1e-4", SetValue(Cell("b0", (1,)), 1e-4)),
        ("set learning_rate = .5", SetValue(Scalar("learning_rate"), 0.5)),
        ("undo", Undo()),
        ("redo", Redo()),
        ("reset", Reset()),
        ("branch 2", Branch(2)),
        ("why", Why(None)),
        ("why index", Why("index")),
        ("close", Close()),
        ("focus grad_W1[0,1]", Focus(Cell("grad_W1", (0, 1)))),
        ("focus lambda", Focus(Cell("lambda", ()))),
        ("notation latex", Notation("latex")),
        ("expect a1[0,0] ~ 0.5 tol 1e-9", ExpectValue(Cell("a1", (0, 0)), "~", 0.5, 1e-9)),
        ("expect E <= +3.", ExpectValue(Scalar("E"), "<=", 3.0)),
        ("expect learning_rate = 0.5", ExpectValue(Scalar("learning_rate"), "=", 0.5)),
        ("expect iteration > 1", ExpectValue(Scalar("iteration"), ">", 1.0)),
        ("expect step >= 0", ExpectValue(Scalar("step"), ">=", 0.0)),
        ("expect branch < 3", ExpectValue(Scalar("branch"), "<", 3.0)),
        ("expect E = nan", ExpectValue(Scalar("E"), "=", math.nan)),
        ("expect E = -inf", ExpectValue(Scalar("E"), "=", -math.inf)),
        ("expect shape(grad_W1) = 2x3", ExpectShape("grad_W1", 2, 3)),
        ("expect gradcheck < 1e-6", ExpectGradcheck("<", 1e-6)),
        ('expect screen contains "E 0.298"', ExpectScreen("E 0.298")),
        ('snap "after the edit"', Snap("after the edit")),
        ('include "parts/forward.demo"', Include("parts/forward.demo")),
    ],
)
def test_each_verb_becomes_its_statement(text: str, statement: Statement) -> None:
    assert only_statement(text) == statement


def test_blanks_are_free_around_and_between_words() -> None:
    tight = parse_script("set W1[0,1]=0.25\nexpect E~0.3 tol 1\nexpect shape(W1)=2x3").statements
    loose = parse_script(
        "set\tW1 [ 0 , 1 ]  =  0.25\t\nexpect  E  ~  0.3  tol  1\nexpect shape ( W1 ) = 2x3"
    ).statements
    assert tight == loose


def test_expectations_compare_numbers_by_their_bits() -> None:
    value = Scalar("E")
    assert ExpectValue(value, "=", math.nan) == ExpectValue(value, "=", -math.nan)
    assert ExpectValue(value, "=", 0.0) != ExpectValue(value, "=", -0.0)
    assert ExpectValue(value, "=", 0.1) != ExpectValue(value, "=", math.nextafter(0.1, 1))


def test_places_count_lines_and_columns_from_one() -> None:
    script = parse_script("# first\n\nset  W1[0, 12] = 0.25\n", "mine.demo")
    (statement,) = script.statements
    assert isinstance(statement, SetValue)
    assert isinstance(statement.target, Cell)
    assert (statement.place.file, statement.place.line, statement.place.column) == ("mine.demo", 3, 1)
    assert (statement.target.place.line, statement.target.place.column) == (3, 6)
    assert [place.column for place in statement.target.index_places] == [9, 12]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('say "a \\"quoted\\" word and a \\\\ backslash"', 'a "quoted" word and a \\ backslash'),
        ('say "a # is text"  # and this is none', "a # is text"),
        ('say "first  \n    second\n\tthird"', "first\nsecond\nthird"),
        ('say "first\n\n  after an empty line"', "first\n\nafter an empty line"),
        ('say "first\n  # text too\n  next 3"', "first\n# text too\nnext 3"),
        ('say "\n  begins on its own line\n  "', "begins on its own line"),
        ('say " blanks at the ends "', " blanks at the ends "),
        ('say "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ"', "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    assert only_statement(text) == Say(expected)


def test_comments_and_blank_lines_are_kept_with_their_lines() -> None:
    script = parse_script('#!shebang  \n\nnext#tight\n  # indented\nsay "a\n  b"  # after a text\n\n\n')
    assert script.lines == (
        Line(None, "!shebang"),
        Line(),
        Line(Next(1), "tight"),
        Line(None, " indented"),
        Line(Say("a\nb"), " after a text"),
    )


@pytest.mark.parametrize("changed", ["\ufeff" + EXAMPLE, EXAMPLE.replace("\n", "\r\n"), EXAMPLE.rstrip("\n")])
def test_byte_order_mark_line_ends_and_last_newline_make_no_difference(changed: str) -> None:
    assert parse_script(changed) == parse_script(EXAMPLE)


def test_the_contract_s_example_becomes_header_and_statements() -> None:
    demo = demo_from_text(EXAMPLE, "folder/mazur.demo")
    assert demo.header == Header("mazur", "Forward and back through Mazur's network", None, (120, 40))
    assert demo.header.network_place.line == 3
    assert demo.file == "folder/mazur.demo"
    assert demo.statements[:3] == (
        Chapter("Forward"),
        Say("One sample, two inputs.\nEvery number on screen is computed live."),
        Next(3),
    )
    assert [statement.place.line for statement in demo.statements] == [6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17]


def test_a_convention_is_header_first_and_view_later() -> None:
    demo = demo_from_text(HEADER + "convention row-keras\nnext\nconvention column\nconvention row-pytorch\n", "d.demo")
    assert demo.header.convention == "row-keras"
    assert demo.statements == (Next(1), Convention("column"), Convention("row-pytorch"))


def test_the_whole_header() -> None:
    text = '# c\n\ndemo 1\nspeed 1.5\ntheme light\nsize 80x24\nconvention column\ntitle "T"\nnetwork n.toml\n'
    assert demo_from_text(text, "d.demo").header == Header("n.toml", "T", "column", (80, 24), 1.5, "light")


# includes


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.demo").write_text(text, encoding="utf-8")


def errors_of(path: Path) -> list[str]:
    with pytest.raises(DemoErrors) as caught:
        load_demo(path)
    return [str(error).replace(f"{path.parent}/", "") for error in caught.value.errors]


def test_included_statements_stand_in_place_with_their_own_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    write(tmp_path, main=HEADER + 'next\ninclude "parts/one.demo"\nnext 9\n')
    write(tmp_path / "parts", one='demo 1\nsay "one"\ninclude "two.demo"\n', two='convention column\nsay "two"\n')
    demo = load_demo(tmp_path / "main.demo")
    assert demo.statements == (Next(1), Say("one"), Convention("column"), Say("two"), Next(9))
    places = [
        (Path(statement.place.file).relative_to(tmp_path).as_posix(), statement.place.line)
        for statement in demo.statements
    ]
    assert places == [
        ("main.demo", 3),
        ("parts/one.demo", 2),
        ("parts/two.demo", 1),
        ("parts/two.demo", 2),
        ("main.demo", 5),
    ]


def test_a_file_may_be_included_twice_but_not_in_itself(tmp_path: Path) -> None:
    write(tmp_path, main=HEADER + 'include "one.demo"\ninclude "one.demo"\n', one="next\n")
    assert load_demo(tmp_path / "main.demo").statements == (Next(1), Next(1))
    write(tmp_path, one='include "two.demo"\n', two='next\ninclude "one.demo"\n')
    assert errors_of(tmp_path / "main.demo") == [
        "two.demo:2:9: 'one.demo' includes itself: one.demo → two.demo → one.demo"
    ]


def test_errors_of_all_files_come_at_once_each_with_its_file(tmp_path: Path) -> None:
    write(tmp_path, main=HEADER + 'nxet\ninclude "part.demo"\nbakc\n', part="demo 1\nnetwork xor\nsay hello\n")
    assert errors_of(tmp_path / "main.demo") == [
        "main.demo:3:1: unknown verb 'nxet'; did you mean 'next'?",
        "main.demo:5:1: unknown verb 'bakc'; did you mean 'back'?",
        "part.demo:2:1: 'network' belongs to the header of the demo that includes this file",
        "part.demo:3:5: expected a text in quotation marks, found 'hello'",
    ]


def test_a_missing_include_names_one_that_looks_like_it(tmp_path: Path) -> None:
    write(tmp_path, main=HEADER + 'include "forwrad.demo"\ninclude "parts/x.demo"\n', forward="next\n")
    assert errors_of(tmp_path / "main.demo") == [
        "main.demo:3:9: there is no file 'forwrad.demo' beside this one; did you mean 'forward.demo'?",
        "main.demo:4:9: there is no file 'parts/x.demo'",
    ]


def test_a_link_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.demo").write_text("next\n", encoding="utf-8")
    (tmp_path / "inside" / "link.demo").symlink_to(tmp_path / "secret.demo")
    write(tmp_path / "inside", main=HEADER + 'include "link.demo"\n')
    assert errors_of(tmp_path / "inside" / "main.demo") == [
        "main.demo:3:9: 'link.demo' cannot be included: it leads out of the demo's folder"
    ]


def test_includes_are_at_most_eight_deep(tmp_path: Path) -> None:
    for depth in range(9):
        write(tmp_path, **{f"d{depth}": f'include "d{depth + 1}.demo"\n'})
    write(tmp_path, d9="next\n", main=HEADER + 'include "d2.demo"\n', deep=HEADER + 'include "d1.demo"\n')
    assert load_demo(tmp_path / "main.demo").statements == (Next(1),)
    assert errors_of(tmp_path / "deep.demo") == [
        "d8.demo:1:9: 'd9.demo' is included too deep; at most 8 files include one another"
    ]


def test_a_small_demo_cannot_grow_without_bounds(tmp_path: Path) -> None:
    for depth in range(6):
        write(tmp_path, **{f"d{depth}": f'include "d{depth + 1}.demo"\n' * 10})
    write(tmp_path, d6="next\n", main=HEADER + 'include "d0.demo"\n')
    (error,) = errors_of(tmp_path / "main.demo")
    assert error.endswith("more than 1000 files are included, too many for a demo")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'demo 1\nsay "\xff"\n', "bad.demo:2:6: expected UTF-8 text, found the byte 0xFF; save the file as UTF-8"),
        ("demo 1\n".encode("utf-16"), "bad.demo:1:1: expected UTF-8 text, found the byte 0xFF; save the file as UTF-8"),
        (b"#" * 1_000_001, "bad.demo: expected a file of at most 1 MB, found a larger one"),
    ],
)
def test_files_that_are_no_text_or_too_large(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "bad.demo").write_bytes(content)
    assert errors_of(tmp_path / "bad.demo") == [message]


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert errors_of(tmp_path / "none.demo") == ["none.demo: no such file"]
    (tmp_path / "folder.demo").mkdir()
    assert errors_of(tmp_path / "folder.demo") == ["folder.demo: expected a file, found a folder"]


def test_the_text_of_a_file_keeps_its_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "d.demo").write_bytes(b"\xef\xbb\xbfdemo 1\r\n")
    assert read_demo_text(tmp_path / "d.demo") == "\ufeffdemo 1\r\n"


def test_reading_a_demo_loads_no_screen() -> None:
    program = "import sys, nablastep.demo.loader; print({'textual', 'rich', 'typer'} & set(sys.modules))"
    path = str(Path(__file__).parents[2] / "core")
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout.strip() == "set()"


# the words of the language


def test_the_words_are_those_that_the_core_knows() -> None:
    assert tuple(CONVENTIONS) == words.CONVENTIONS
    # A demo's words are fixed with the version of its language; the core may know more notations.
    assert set(words.NOTATIONS) <= set(notations())


def examples() -> list[str]:
    return re.findall(r"^```demo\n(.*?)^```$", REFERENCE_PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_reference_page_has_an_example_of_every_verb_and_form() -> None:
    statements = [statement for example in examples() for statement in parse_script(example).statements]
    assert {statement.verb for statement in statements} == set(VERBS)
    assert {ExpectValue, ExpectShape, ExpectGradcheck, ExpectScreen, GotoIteration} <= set(map(type, statements))


def test_the_reference_page_s_examples_name_what_their_network_has(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "forward.demo").write_text("next\n", encoding="utf-8")
    layers = [
        {"activation": "sigmoid", "W": [[0.15, 0.20], [0.25, 0.30]], "b": [0.35, 0.35]},
        {"activation": "sigmoid", "W": [[0.40, 0.45], [0.50, 0.55]], "b": [0.60, 0.60]},
    ]
    mazur = Network(x=[[0.05, 0.10]], y=[[0.01, 0.99]], loss="half_squared_error", layers=layers)
    for example in examples():
        text = example if "\nnetwork " in example else HEADER + example
        demo = demo_from_text(text, str(tmp_path / "example.demo"), lambda _: network_vocabulary(mazur))
        assert demo.header.network
