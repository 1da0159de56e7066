"""Plain text in Markdown: the one place that knows which of its characters mean something there."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")
_LINE_START = re.compile(r"^(\s*)(?:(\d+)([.)])|([-+=]))", re.MULTILINE)


def escaped(text: str) -> str:
    """The text so that it is shown as it stands, on any line of a document."""
    return _LINE_START.sub(_backslashed, _SPECIAL.sub(r"\\\1", text))


def link_target(path: str) -> str:
    """The path, relative and with `/`, between angle brackets: spaces and brackets in it do not end the link."""
    return "<" + re.sub(r"([\\<>])", r"\\\1", path) + ">"


def _backslashed(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}\\{found[3]}" if found[2] else f"{found[1]}\\{found[4]}"
