"""The sentences of derivations, in which E is what is differentiated and a step's equation is the answer."""

from __future__ import annotations

from nablastep.phrases import about

_PHRASES = (
    (", which is the one that is computed", ""),
    (
        "Written the way the step writes it: the equation of this step",
        "Written the way a textbook writes it: the answer",
    ),
    ("the spelling of the step", "the form of a textbook"),
    ("the way the step writes it", "the way a textbook writes it"),
    ("the step's equation", "the answer"),
    ("the equation of this step", "the answer"),
    ("the step's own equation", "the answer"),
    ("the step", "the answer"),
)


def worded(rule: str, name: str) -> str:
    """The sentence, about the quantity of that name."""
    for old, new in _PHRASES:
        rule = rule.replace(old, new)
    return about(name, rule)
