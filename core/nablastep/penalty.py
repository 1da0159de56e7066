"""The penalty of a network of layers: ½ λ times the sum of all squared weights, inside E.

Krogh and Hertz, "A simple weight decay can improve generalization" (NIPS 1991). Biases are exempt unless it says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from nablastep.field_checks import FieldError, described, finite_number, truth, unknown_key
from nablastep.records import record

PENALTY_KEYS = ("l2", "biases")


@record()
class Penalty:
    """λ, and whether biases are in it too."""

    l2: float
    biases: bool = False

    @property
    def on(self) -> str:
        """What the penalty is on, as the form of a graph says it."""
        return "all" if self.biases else "weights"


def checked_penalty(value: object) -> Penalty | None:
    """A penalty from a table such as { l2 = 0.1 }; None for none."""
    if value is None or isinstance(value, Penalty):
        return value
    if not isinstance(value, Mapping):
        raise FieldError(f"expected a table such as {{ l2 = 0.1 }}, found {described(value)}", ("penalty",))
    for key in value:
        if key not in PENALTY_KEYS:
            raise unknown_key(key, PENALTY_KEYS, ("penalty",))
    if "l2" not in value:
        raise FieldError("expected l2, the factor of the squared weights, such as { l2 = 0.1 }", ("penalty",))
    l2 = finite_number(value["l2"], ("penalty", "l2"))
    return Penalty(l2, truth(value.get("biases", False), ("penalty", "biases")))
