r"""Which characters must not reach a terminal as they are, and how a text is made safe and short enough to be shown.

Hidden are characters that drive a terminal (ESC), turn the direction of reading, break a line, or cannot be seen.
A file that holds one in a text is refused; a name from elsewhere, such as a file's, is shown with escapes like `\x1b`.
Knows nothing else of the program, so that an error needs no NumPy to be told.
"""

from __future__ import annotations

import re
import unicodedata

HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphen, joiners and fillers without a shape
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # of no width, line ends, directions
    "\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"  # tag letters, selectors of variants
    "\ud800-\udfff"  # halves of a pair: bytes of a file's name that are no text
    "]"
)
"""One hidden character. Signs that Unicode counts as invisible but that are drawn, as some Arabic ones, are not."""

_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})

LONGEST_WORD = 200
LONGEST_MESSAGE = 1200
CUT = "…"


def is_hidden(character: str) -> bool:
    """Whether the character may stand in no text of a file."""
    return HIDDEN.match(character) is not None


def hidden_kind(character: str) -> str:
    """`control` or `invisible`, for messages about a hidden character."""
    is_control = unicodedata.category(character) in _CONTROLS or character in _DIRECTIONS
    return "control" if is_control else "invisible"


def shown(text: str, keep: str = "") -> str:
    r"""The text with every hidden character as an escape that can be seen, `\x1b`; those in `keep` stay."""
    return HIDDEN.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def shown_in_json(text: str) -> str:
    r"""A JSON document with the hidden characters of its texts as JSON's own escapes: the same value, safe to print."""
    return HIDDEN.sub(lambda found: found[0] if found[0] in "\n\t" else _json_escape(found[0]), text)


def shortened(text: str, most: int = LONGEST_MESSAGE) -> str:
    """The text with its middle left out if it is longer than `most` characters, and so each word of it."""
    if len(text) <= LONGEST_WORD:
        return text
    words = (_cut(word, LONGEST_WORD) if len(word) > LONGEST_WORD else word for word in text.split(" "))
    return _cut(" ".join(words), most)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    tail = (most - len(CUT)) // 2
    return text[: most - len(CUT) - tail] + CUT + text[-tail:]


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index]:02x}{units[index + 1]:02x}" for index in range(0, len(units), 2))
