"""TOML text → a table, every mistake one error with its place. Knows no key."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from nablastep.errors import NablastepError, NetworkError

SYNTAX_ERROR = re.compile(
    r"(?P<problem>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.S
)


def toml_table(text: str, name: str, error: type[NablastepError] = NetworkError) -> dict[str, Any]:
    """The table in a TOML text; `name` is what errors of the type `error` call the file."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        found = SYNTAX_ERROR.fullmatch(str(problem))
        message = _in_words(found["problem"] if found else str(problem))
        line = int(found["line"]) if found and found["line"] else text.rstrip().count("\n") + 1
        column = int(found["column"]) if found and found["column"] else None
        raise error(f"not valid TOML: {message}", file=name, line=line, column=column) from None
    except RecursionError:
        raise error("not valid TOML: the brackets are nested too deeply", file=name) from None
    except ValueError:
        raise error("not valid TOML: a whole number or a date is out of range", file=name) from None


def _in_words(message: str) -> str:
    return "this key is given twice" if message == "Cannot overwrite a value" else message[:1].lower() + message[1:]
