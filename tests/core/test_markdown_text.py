"""Text that Markdown shows as it stands."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nablastep.markdown_text import escaped, link_target


@pytest.mark.parametrize("mark", "\\\\`*_{}[]<>#|~$&!")
def test_a_special_character_is_escaped(mark: str) -> None:
    assert escaped(f"a{mark}b") == f"a\\{mark}b"


@pytest.mark.parametrize(
    ("line", "expected"),
    [("1. a", "1\\. a"), ("12) a", "12\\) a"), ("- a", "\\- a"), ("+ a", "\\+ a"), ("x - y", "x - y")],
)
def test_what_would_begin_a_list_does_not(line: str, expected: str) -> None:
    assert escaped(line) == expected
    assert escaped(f"words\n{line}") == f"words\n{expected}"


@given(st.text(max_size=30))
def test_escaping_loses_nothing(text: str) -> None:
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped(text)) == text


@pytest.mark.parametrize("path", ["a b.svg", "a>b/<c>.svg", "back\\slash", "(x).svg"])
def test_a_link_ends_where_its_path_ends(path: str) -> None:
    target = link_target(path)
    assert re.fullmatch(r"<(?:[^<>\\]|\\[<>\\])*>", target)
    assert re.sub(r"\\([<>\\])", r"\1", target[1:-1]) == path
