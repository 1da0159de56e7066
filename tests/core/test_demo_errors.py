"""Broken demos: each kind of mistake with its exact message and place, and all of them in one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nablastep.demo.checker import network_source
from nablastep.demo.loader import demo_from_text, load_demo
from nablastep.demo.network_vocabulary import network_vocabulary
from nablastep.demo.parser import parse_script
from nablastep.demo.problems import DemoError, DemoErrors
from nablastep.demo.script import Header
from nablastep.demo.vocabulary import Vocabulary
from nablastep.errors import NablastepError, NetworkError
from nablastep.network import Network

HEADER = "demo 1\nnetwork mazur\n"

# Two inputs, three hidden units, two outputs: no two shapes that a transpose would confuse.
VOCABULARY = Vocabulary(
    ids={
        "E": None,
        "learning_rate": None,
        "a0": (2, 1),
        "z1": (3, 1),
        "a1": (3, 1),
        "z2": (2, 1),
        "a2": (2, 1),
        "W0": (3, 2),
        "b0": (3, 1),
        "W1": (2, 3),
        "b1": (2, 1),
        "grad_a2": (2, 1),
        "grad_z2": (2, 1),
        "grad_W1": (2, 3),
        "grad_b1": (2, 1),
        "grad_W0": (3, 2),
        "x": (4, 2),
        "y": (4, 2),
    },
    editable=frozenset({"W0", "b0", "W1", "b1", "x", "y"}),
    steps=("z1", "a1", "z2", "a2", "E", "grad_a2", "grad_z2", "grad_W1", "grad_b1", "grad_W0", "W1", "b1", "W0", "b0"),
)

GOTO_FORMS = "a step such as grad_W1, 'start', 'end' or 'iteration N'"
GOTO_Z1 = "'goto' takes a step such as 'z1', 'start', 'end' or 'iteration N'"
EDITABLE = "cells of W, b, x and y can, and learning_rate"
CLOSING = "the text is missing; write it in quotation marks"

BROKEN_LINES = [
    # verbs
    ("nxet 3", "1: unknown verb 'nxet'; did you mean 'next'?"),
    ("Next", "1: unknown verb 'Next'; did you mean 'next'?"),
    ("frobnicate", "1: unknown verb 'frobnicate'"),
    ('"hello"', "1: a line begins with a verb, found '\"hello\"'"),
    ("  next 3", "3: a verb stands at the beginning of its line, not indented"),
    ("  hello", "3: this indented line continues nothing: no quotation is open above it"),
    # counts
    ("next 0", "6: '0' is too small; the smallest is 1"),
    ("back -1", "6: '-1' is not a number of steps"),
    ("next 1.5", "6: '1.5' is not a number of steps"),
    ("next 3 4", "8: unexpected '4' after 'next' and what it takes"),
    ("train", "6: a number of iterations is missing"),
    ("train 99999999999", "7: '99999999999' is too large; the largest is 999999999"),
    ("branch", "7: the number of a branch is missing"),
    ("branch 0", "8: '0' is too small; the smallest is 1"),
    ("pause 3", "7: unexpected '3' after 'pause' and what it takes"),
    ("undo 2", "6: unexpected '2' after 'undo' and what it takes"),
    # goto
    ("goto", f"5: 'goto' needs {GOTO_FORMS}"),
    ("goto   # nowhere", f"5: 'goto' needs {GOTO_FORMS}"),
    ("goto grad_W9", "6: unknown step 'grad_W9'; did you mean 'grad_W1'?"),
    ("goto dW1", "6: unknown step 'dW1'; did you mean 'grad_W1'?"),
    ("goto ∇W1", "6: '∇W1' is not an id; did you mean 'grad_W1'?"),
    ("goto strat", "6: unknown step 'strat'; did you mean 'start'?"),
    (
        "goto x",
        "6: 'x' is not a step of this network; 'goto' takes a step such as 'z1', 'start', 'end' or 'iteration N'",
    ),
    ("goto 40", f"6: 'goto' takes {GOTO_FORMS}; did you mean 'goto iteration 40'?"),
    ("goto iteration", "15: the number of an iteration is missing"),
    ("goto iteration 0", "16: '0' is too small; the smallest is 1"),
    ("goto a1[0,0]", "8: unexpected '[0,0]' after 'goto' and what it takes"),
    # set
    ("set", "4: 'set' needs a cell, '=' and a number: set NAME[i,j] = x"),
    ("set W1", "7: expected '=' and a number, found the end of the line"),
    ("set W1[0,0]", "12: expected '=' and a number, found the end of the line"),
    ("set W1[0,0] 0.5", "13: expected '=' and a number, found '0.5'"),
    ("set W1[0,0] = ", "14: expected a number, found the end of the line"),
    ("set W1[0,0] = half", "15: 'half' is not a number"),
    ("set W1[0,0] = −0.5", "15: '−0.5' is not a number; write '-' for the minus sign"),
    ("set W1[0,0] = Infinity", "15: 'Infinity' is not a number; write inf, -inf or nan"),
    ("set W1[0,0] = nan", "15: 'nan' cannot be set; a value is a finite number"),
    (
        "set W1[0,0] = 1e999",
        "15: '1e999' is too large for a number; the largest is about 1.8e308, infinity is 'inf'",
    ),
    ("set W1[0,0] = 1e-999", "15: '1e-999' is too close to zero for a number; write 0"),
    ("set W1[2,0] = 1", "8: row 2 is out of range; W1 has rows 0 to 1"),
    ("set W1[0, 3] = 1", "11: column 3 is out of range; W1 has columns 0 to 2"),
    ("set b0[0,1] = 1", "10: column 1 is out of range; b0 has only column 0"),
    ("set b0[3] = 1", "8: row 3 is out of range; b0 has rows 0 to 2"),
    ("set W1[0] = 1", "5: 'W1[0]' has one index; W1 is 2×3 and takes two"),
    ("set W1[0,0,0] = 1", "12: a cell has at most two indices"),
    ("set W1[-1,0] = 1", "8: '-1' is not an index; indices are whole numbers from 0"),
    ("set W1[0,0 = 1", "12: expected ']', found '= 1'"),
    ("set W1[] = 1", "8: expected an index, found '] = 1'"),
    ("set w1[0,0] = 1", "5: unknown id 'w1'; did you mean 'W1'?"),
    ("set a1[0,0] = 1", f"5: 'a1' is computed and cannot be set; {EDITABLE}"),
    ("set grad_W1[0,0] = 1", "5: 'grad_W1' is computed and cannot be set; did you mean 'W1'?"),
    ("set E = 1", f"5: 'E' cannot be set; {EDITABLE}"),
    ("set iteration = 3", f"5: 'iteration' cannot be set; {EDITABLE}"),
    ("set learning_rat = 1", "5: 'learning_rat' alone is no value; did you mean 'learning_rate'?"),
    ("set learning_rate[0] = 1", "5: 'learning_rate' is a single number; write it without an index"),
    # view
    ("why jacobean", "5: unknown route 'jacobean'; did you mean 'jacobian'?"),
    ("why all", "5: unknown route 'all'; there are index, jacobian and differential"),
    ("focus", "6: 'focus' needs a cell: focus NAME[i,j]"),
    ("focus W1", "9: 'W1' alone is no cell; write one as NAME[i,j]"),
    ("focus W7[0,0]", "7: unknown id 'W7'; did you mean 'W1'?"),
    ("convention row-karas", "12: unknown convention 'row-karas'; did you mean 'row-keras'?"),
    ("notation", "9: the notation is missing; there are unicode, ascii, latex, numpy and spoken"),
    ("notation klingon", "10: unknown notation 'klingon'; there are unicode, ascii, latex, numpy and spoken"),
    # expect
    ("expect", "7: 'expect' needs what is expected: expect VALUE ~ x"),
    ("expect E", "9: expected one of ~ = < <= > >=, found the end of the line"),
    ("expect E ~", "11: expected a number, found the end of the line"),
    ("expect E ~ x", "12: 'x' is not a number"),
    ("expect E == 0.3", "10: unknown relation '==' here; did you mean '='?"),
    ("expect E ≤ 0.3", "10: unknown relation '≤' here; did you mean '<='?"),
    ("expect E != 0.3", "10: unknown relation '!=' here; write one of ~ = < <= > >="),
    ("expect E = 0.3 tol 1", "16: 'tol' belongs to '~', not to '='"),
    ("expect E ~ 0.3 tol -1", "20: a tolerance is a finite number from 0"),
    ("expect E ~ 0.3 tol", "19: expected a number, found the end of the line"),
    ("expect E ~ 0.3 to 1", "16: unexpected 'to 1' after 'expect' and what it takes"),
    ("expect W1 ~ 0.3", "8: 'W1' alone is no value; write NAME[i,j], E, learning_rate, iteration, step or branch"),
    ("expect W1[5,0] ~ 0.3", "11: row 5 is out of range; W1 has rows 0 to 1"),
    ("expect foo[0,0] ~ 0.3", "8: unknown id 'foo'"),
    ("expect x[0,2] ~ 0.3", "12: column 2 is out of range; x has columns 0 to 1"),
    ("expect shape W1 = 2x2", "14: expected '(' and an id, as in expect shape(W1) = 2x2, found 'W1 = 2x2'"),
    ("expect shape(W1) < 2x2", "18: unknown relation '<' here; write '='"),
    ("expect shape(W1) = 2,2", "20: '2,2' is not a shape; write it as 2x3, rows x columns"),
    ("expect shape(W1) =", "19: expected a shape such as 2x3, found the end of the line"),
    ("expect shape(Wl) = 2x2", "14: unknown id 'Wl'; did you mean 'W1'?"),
    ("expect shape(E) = 1x1", "14: 'E' is a single number and has no shape"),
    ("expect gradcheck ~ 1e-6", "18: unknown relation '~' here; write one of < <= > >="),
    ("expect gradcheck", "17: expected one of < <= > >=, found the end of the line"),
    ('expect screen shows "x"', "15: expected 'contains' and a text, found 'shows \"x\"'"),
    ("expect screen contains", f"23: {CLOSING}"),
    ('expect screen contains "a\n  b"', "24: this text must stand on one line"),
    # texts
    ("say", f"4: {CLOSING}"),
    ("say hello", "5: expected a text in quotation marks, found 'hello'"),
    ('say " "', "5: the text is empty"),
    ('say "never closed', "5: the quotation mark is never closed"),
    ('say "a" "b"', "9: unexpected '\"b\"' after 'say' and what it takes"),
    ('say "a\tb"', "7: a tab is not allowed inside a text; use spaces"),
    ('say "new\\nline"', "9: '\\n' is no escape; there are \\\" and \\\\"),
    ('say "\x1b[31mred"', "6: control character U+001B is not allowed in a demo"),
    ('chapter "\u202eturned"', "10: character U+202E (RIGHT-TO-LEFT OVERRIDE) is not allowed in a demo"),
    ("next  # \x07", "9: control character U+0007 is not allowed in a demo"),
    ("next\r3", "5: control character U+000D is not allowed in a demo"),
    # time, files
    ("wait", "5: the time is missing; write it in seconds, as 1.5s"),
    ("wait 500ms", "6: '500ms' is not a time; write it in seconds, as 1.5s"),
    ("wait 0", "6: a wait of 0 s is out of range; it takes more than 0 and at most 3600 seconds"),
    ("snap", f"5: {CLOSING}"),
    ("snap after", "6: expected a text in quotation marks, found 'after'"),
    ('snap "../x"', "6: '../x' cannot name a file: '/' is none of letters, digits, space, '-', '_' and '.'"),
    ('snap ".hidden"', "6: '.hidden' cannot name a file: it neither begins nor ends with a dot or a space"),
    ('snap "a\\\\b"', "6: 'a\\b' cannot name a file: '\\' is none of letters, digits, space, '-', '_' and '.'"),
    ('include "/etc/passwd"', "9: '/etc/passwd' cannot be included: the path must be relative to this file"),
    ('include "C:/x.demo"', "9: 'C:/x.demo' cannot be included: the path must be relative to this file"),
    ('include "a/../../x.demo"', "9: 'a/../../x.demo' cannot be included: '..' would leave the demo's folder"),
    ('include "a\\\\b.demo"', "9: 'a\\b.demo' cannot be included: folders are separated by '/'"),
    ('include "none.demo"', "9: there is no file 'none.demo' beside this one"),
]

BROKEN_HEADERS = [
    (
        "",
        [
            "1:1: the first line that is not a comment must be 'demo 1'",
            "1:1: the network is missing: the header needs a line 'network NAME' or 'network FILE'",
        ],
    ),
    ("# c\nnetwork mazur\n", ["2:1: the first line that is not a comment must be 'demo 1'"]),
    ("network mazur\ndemo 1\n", ["1:1: the first line that is not a comment must be 'demo 1'"]),
    ("demo\nnetwork mazur\n", ["1:5: the version number 1 is missing"]),
    ("demo one\nnetwork mazur\n", ["1:6: 'one' is not the version number 1"]),
    ("demo 2\nwhat is this\n", ["1:1: version 2 of the demo language is not known; this program reads version 1"]),
    ("demo 1\nnext\n", ["1:1: the network is missing: the header needs a line 'network NAME' or 'network FILE'"]),
    ("demo 1\nnetwork\n", ["2:8: the network is missing; write a built-in name or a file"]),
    ("demo 1\nnetwrok mazur\n", ["2:1: unknown verb 'netwrok'; did you mean 'network'?"]),
    ("demo 1\nnetwork a b\n", ["2:11: unexpected 'b' after 'network' and what it takes"]),
    ("demo 1\nnetwork mazur\nnetwork xor\n", ["3:1: 'network' is already given in line 2"]),
    (
        'demo 1\nnetwork mazur\nnext\nsize 80x24\ntitle "late"\n',
        [
            "4:1: 'size' belongs to the header, above the 'next' in line 3",
            "5:1: 'title' belongs to the header, above the 'next' in line 3",
        ],
    ),
    (
        "demo 1\nnetwork mazur\nsize 59x16\nsize 60x201\nsize 80 x 24\nspeed 9\nspeed fast\ntheme pink\n",
        [
            "3:6: '59x16' is too small; the smallest size is 60x16",
            "4:6: '60x201' is too large; the largest size is 400x200",
            "5:6: '80' is not a size; write it as 120x40, columns x rows",
            "6:7: speed 9 is out of range; it goes from 0.25 to 8",
            "7:7: 'fast' is not a number",
            "8:7: unknown theme 'pink'; there are dark, light and high-contrast",
        ],
    ),
]


def errors_of(text: str) -> list[str]:
    with pytest.raises(DemoErrors) as caught:
        demo_from_text(text, "bad.demo", lambda _: VOCABULARY)
    assert str(caught.value).split("\n")[:20] == list(map(str, caught.value.errors))[:20]
    return [str(error).removeprefix("bad.demo:") for error in caught.value.errors]


@pytest.mark.parametrize(("line", "expected"), BROKEN_LINES, ids=[line for line, _ in BROKEN_LINES])
def test_a_broken_line_gives_its_message_and_place(line: str, expected: str) -> None:
    assert errors_of(f"{HEADER}{line}\n") == [f"3:{expected}"]


@pytest.mark.parametrize(("text", "expected"), BROKEN_HEADERS)
def test_a_broken_header_gives_its_messages_and_places(text: str, expected: list[str]) -> None:
    assert errors_of(text) == expected


def test_a_line_below_a_closed_text_continues_nothing() -> None:
    with pytest.raises(DemoErrors) as caught:
        parse_script('say "closed"\n  not text\n', "bad.demo")
    (error,) = caught.value.errors
    assert str(error) == "bad.demo:2:3: this indented line continues nothing: no quotation is open above it"
    assert error.hint == "to continue a text, close its quotation mark at the end of its last line"


def test_a_mistake_in_a_continued_line_has_its_own_line_and_column() -> None:
    assert errors_of(HEADER + 'say "a\n  b \\c\n  d"\n') == ["4:5: '\\c' is no escape; there are \\\" and \\\\"]
    assert errors_of(HEADER + 'say "a\n  b" 7\n') == ["4:6: unexpected '7' after 'say' and what it takes"]
    assert errors_of(HEADER + 'say "a\n  b\x00"\n') == ["4:4: control character U+0000 is not allowed in a demo"]


def test_an_open_quotation_does_not_swallow_the_verbs_below() -> None:
    assert errors_of(HEADER + 'say "open\nnext 3\nnxet\n\n  x') == [
        "3:5: the quotation mark is never closed",
        "5:1: unknown verb 'nxet'; did you mean 'next'?",
        "7:3: this indented line continues nothing: no quotation is open above it",
    ]


def test_all_errors_come_in_one_run_in_the_order_of_their_places() -> None:
    text = 'demo 1\nnetwork mazur\nnxet\nset W1[2,3] = 1\ngoto grad_W9\nsay "\x1b\nwait\nset a1[0,0] = 1\nsize 80x24\n'
    assert errors_of(text) == [
        "3:1: unknown verb 'nxet'; did you mean 'next'?",
        "4:8: row 2 is out of range; W1 has rows 0 to 1",
        "4:10: column 3 is out of range; W1 has columns 0 to 2",
        "5:6: unknown step 'grad_W9'; did you mean 'grad_W1'?",
        "6:5: the quotation mark is never closed",
        "6:6: control character U+001B is not allowed in a demo",
        "7:5: the time is missing; write it in seconds, as 1.5s",
        f"8:5: 'a1' is computed and cannot be set; {EDITABLE}",
        "9:1: 'size' belongs to the header, above the 'set' in line 4",
    ]


def test_a_file_of_nothing_but_errors_is_not_listed_to_its_end() -> None:
    errors = errors_of(HEADER + "x\n" * 200_000)
    assert len(errors) == 1000
    assert errors[0] == "3:1: unknown verb 'x'"
    assert errors[-1] == "1002:1: too many errors; the rest is not listed"


def test_long_words_are_cut_in_messages() -> None:
    assert errors_of(HEADER + "n" * 500) == [f"3:1: unknown verb '{'n' * 39}…'"]


def test_nothing_but_the_syntax_is_checked_without_a_vocabulary() -> None:
    demo = demo_from_text(HEADER + "goto grad_W9\nset a1[7,7] = 1\n", "d.demo")
    assert len(demo.statements) == 2


def test_demo_errors_are_user_mistakes_with_their_place_in_fields() -> None:
    with pytest.raises(NablastepError) as caught:
        parse_script("next\nbakc\n", "some/where.demo")
    assert isinstance(caught.value, DemoErrors)
    (error,) = caught.value.errors
    assert (error.file, error.line, error.column) == ("some/where.demo", 2, 1)
    assert error.hint is not None
    assert error.hint.startswith("the verbs are demo, title, network,")


# the network


def test_the_network_is_a_built_in_name_or_a_file_beside_the_demo(tmp_path: Path) -> None:
    (tmp_path / "mazur").write_text("", encoding="utf-8")

    def source(name: str) -> str | Path:
        demo = demo_from_text(f'demo 1\nnetwork "{name}"\n', str(tmp_path / "d.demo"))
        return network_source(demo.header, ("mazur", "xor"))

    assert source("mazur") == "mazur"
    assert source("./mazur") == tmp_path / "mazur"
    with pytest.raises(DemoError) as caught:
        source("mazzur")
    assert str(caught.value) == (
        f"{tmp_path / 'd.demo'}:2:9: there is no network 'mazzur', neither built in nor a file beside the demo; "
        "did you mean 'mazur'?"
    )
    with pytest.raises(DemoError, match=r"beside the demo; built in are mazur, xor$"):
        source("q" * 5000)


def test_an_unreadable_network_is_one_of_the_errors(tmp_path: Path) -> None:
    def refuse(header: Header) -> Vocabulary:
        network_source(header, ("mazur",))
        raise AssertionError

    def fail_in_file(header: Header) -> Vocabulary:
        raise NetworkError("unknown key 'loos'", file="net.toml", line=3, column=1)

    def fail_somewhere(header: Header) -> Vocabulary:
        raise NetworkError("a layer is missing", hint="write one")

    path = tmp_path / "d.demo"
    path.write_text("demo 1\nnetwork no.toml\nnxet\n", encoding="utf-8")
    unknown_verb = f"{path}:3:1: unknown verb 'nxet'; did you mean 'next'?"
    for vocabulary_of, expected in (
        (
            refuse,
            [
                f"{path}:2:9: there is no network 'no.toml', neither built in nor a file beside the demo; "
                "built in are mazur",
                unknown_verb,
            ],
        ),
        (fail_in_file, [unknown_verb, "net.toml:3:1: unknown key 'loos'"]),
        (fail_somewhere, [f"{path}:2:9: a layer is missing", unknown_verb]),
    ):
        with pytest.raises(DemoErrors) as caught:
            load_demo(path, vocabulary_of)
        assert list(map(str, caught.value.errors)) == expected


def test_the_vocabulary_of_a_network_has_its_ids_shapes_and_steps() -> None:
    layers: list[Mapping[str, object]] = [
        {"activation": "tanh", "W": [[1, 2], [3, 4], [5, 6]], "b": [0, 0, 0], "frozen": ["b"]},
        {"activation": "identity", "W": [[1, 2, 3]]},
    ]
    network = Network(
        x=[[1, 2], [3, 4], [5, 6], [7, 8], [9, 0]],
        y=[[1], [2], [3], [4], [5]],
        loss="half_squared_error",
        layers=layers,
        batch_size=4,
        optimizer={"name": "momentum", "learning_rate": 0.1},
    )
    vocabulary = network_vocabulary(network)
    assert vocabulary.editable == {"W0", "b0", "W1", "x", "y"}
    assert vocabulary.steps[-4:] == ("velocity_W1", "W1", "velocity_W0", "W0")
    shapes = {name: vocabulary.ids[name] for name in ("x", "y", "a0", "a1", "grad_W0", "velocity_W1", "grad_a0", "b0")}
    assert shapes == {
        "x": (5, 2),
        "y": (5, 1),
        "a0": (2, 4),
        "a1": (3, 4),
        "grad_W0": (3, 2),
        "velocity_W1": (1, 3),
        "grad_a0": (2, 4),
        "b0": (3, 1),
    }
    assert vocabulary.ids["E"] is None
    assert "b1" not in vocabulary.ids
