"""What must not reach a terminal as it is: which characters, how they are shown, how long a message becomes."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nablastep.demo.problems import DemoError, DemoErrors
from nablastep.errors import NablastepError
from nablastep.field_checks import FieldError, did_you_mean, text
from nablastep.safe_text import (
    LONGEST_MESSAGE,
    LONGEST_WORD,
    is_hidden,
    shortened,
    shown,
    shown_in_json,
)

DRAWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
"""Signs that Unicode files under invisible and that fonts draw."""

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\xad\U000e0041\U000e007f\u034f\u3164"


def test_everything_that_controls_or_cannot_be_seen_is_hidden() -> None:
    """By Unicode's own categories, up to the hieroglyphs' formats, which fonts draw."""
    for code in range(0x11000):
        character = chr(code)
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in DRAWN:
            assert is_hidden(character), hex(code)
    assert all(map(is_hidden, INVISIBLE))


@pytest.mark.parametrize("character", "aé∇⁽¹⁾ᵀ−½Σ⎡─▀✓⣿中 \xa0\N{GRINNING FACE}\ufe0f")
def test_what_is_drawn_is_not_hidden(character: str) -> None:
    assert not is_hidden(character)


@given(st.text(st.characters(codec=None), max_size=40))
def test_a_shown_text_holds_nothing_hidden(anything: str) -> None:
    assert not any(map(is_hidden, shown(anything)))
    assert shown(shown(anything)) == shown(anything)
    assert shown("".join(c for c in anything if not is_hidden(c))) == "".join(c for c in anything if not is_hidden(c))


def test_escapes_can_be_read() -> None:
    assert shown("\x1b[31m\n\u202e\U000e0041\udc80") == "\\x1b[31m\\n\\u202e\\U000e0041\\udc80"
    assert shown("one\ntwo\x07", keep="\n") == "one\ntwo\\x07"


@given(st.text(max_size=40))
def test_json_keeps_its_value_and_hides_nothing(anything: str) -> None:
    document = shown_in_json(json.dumps({"a": anything}, ensure_ascii=False, indent=1))
    assert json.loads(document) == {"a": anything}
    assert not any(is_hidden(character) for character in document if character != "\n")


@pytest.mark.parametrize("character", INVISIBLE + "\x1b\x00\u202e\u2028")
def test_a_text_of_a_file_holds_nothing_hidden(character: str) -> None:
    with pytest.raises(FieldError, match=rf"without (control|invisible) characters, found U\+{ord(character):04X} at"):
        text(f"a{character}b", ("title",))


@given(st.text(max_size=5000))
def test_a_shortened_text_is_short_and_keeps_both_ends(anything: str) -> None:
    short = shortened(anything)
    assert len(short) <= LONGEST_MESSAGE
    assert short[:20] == anything[:20]
    assert short[-20:] == anything[-20:]
    assert all(len(word) <= LONGEST_WORD for word in short.split(" ")) or len(anything) <= LONGEST_WORD


def test_a_message_names_a_long_word_by_both_its_ends() -> None:
    error = NablastepError(f"unknown key '{'a' * 2500}{'z' * 2500}'; did you mean it?", hint="h" * 5000)
    assert len(str(error)) < 300
    assert "'aaa" in str(error)
    assert "zzz'; did you mean it?" in str(error)
    assert error.hint is not None
    assert len(error.hint) < 500


def test_many_errors_are_some_errors_and_a_count() -> None:
    errors = DemoErrors(DemoError(f"mistake {number}", file="a.demo", line=number) for number in range(1, 1001))
    assert len(errors.errors) == 1000
    assert str(errors).count("mistake") == 20
    assert str(errors).endswith("\nand 980 more errors")


def test_a_near_name_is_looked_for_among_so_many_only() -> None:
    names = [f"column{number}" for number in range(100_000)]
    assert did_you_mean("colunm3", names).startswith("; did you mean 'column")
    assert did_you_mean("x" * 5000, names) == ""
