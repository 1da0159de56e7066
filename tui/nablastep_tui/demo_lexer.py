"""A Pygments lexer for `.demo` files: Sphinx, MkDocs and every other user of Pygments finds it by the name `demo`.

The verbs are read from the language itself.
"""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace

from nablastep.demo import language


def _verbs(kind: type[language.Statement]) -> frozenset[str]:
    own = {kind.verb} if hasattr(kind, "verb") else set()
    return frozenset(own).union(*(_verbs(child) for child in kind.__subclasses__()))


VERBS = _verbs(language.Statement)
_NUMBER = r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|inf|nan)\b"


class DemoLexer(RegexLexer):  # type: ignore[misc]  # Pygments has no types
    """nablastep's demo language, version 1."""

    name = "nablastep demo"
    aliases: ClassVar[list[str]] = ["demo", "nablastep-demo"]
    filenames: ClassVar[list[str]] = ["*.demo"]
    url = "https://pypi.org/project/nablastep/"

    tokens: ClassVar[dict[str, list[object]]] = {
        "root": [
            (r"\s+", Whitespace),
            (r"#.*", Comment.Single),
            (words(sorted(VERBS), prefix=r"(?m)^", suffix=r"\b"), Keyword),
            (r'"', String, "text"),
            (r"\d+x\d+\b", Number),
            (rf"({_NUMBER})", Number),
            (r"(\w[\w.]*)(\[)(\d+)(?:(,)(\s*)(\d+))?(\])", bygroups(
                Name.Variable, Punctuation, Number, Punctuation, Whitespace, Number, Punctuation,
            )),
            (r"<=|>=|[~=<>]", Operator),
            (words(("tol", "contains", "shape", "screen", "gradcheck", "iteration", "start", "end"), suffix=r"\b"),
             Keyword.Pseudo),
            (r"[\w./-]+", Name),
            (r"[(),\[\]]", Punctuation),
            (r".", Text),
        ],
        "text": [
            (r'\\["\\]', String.Escape),
            (r'"', String, "#pop"),
            (r'[^"\\]+', String),
            (r"\\", String),
        ],
    }  # fmt: skip
