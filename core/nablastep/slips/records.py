"""The table of slips, in the order in which they are thought of: what explains an answer first names it."""

from __future__ import annotations

from collections.abc import Iterator

from nablastep.slips.activation_slopes import SLOPE_SLIPS
from nablastep.slips.case import Case
from nablastep.slips.factors import FACTOR, TERM_FACTOR
from nablastep.slips.optimizer_updates import UPDATE_SLIPS
from nablastep.slips.products import PRODUCT_SLIPS
from nablastep.slips.quantities import QUANTITY_SLIPS
from nablastep.slips.record import Mistake, Slip

SLIPS: tuple[Slip, ...] = (*UPDATE_SLIPS, *SLOPE_SLIPS, *PRODUCT_SLIPS, *QUANTITY_SLIPS, TERM_FACTOR, FACTOR)


def mistakes(case: Case) -> Iterator[Mistake]:
    """The wrong formulas that the slips make of the step, those of the first slips first."""
    for slip in SLIPS:
        yield from slip.mistakes(case)


def kind_of(name: str) -> str:
    """What there is to practise for one who makes the slip of that name, in a few words."""
    return next(
        (kind for kind, slips in _KINDS.items() if name in {slip.name for slip in slips}), "formulas and shapes"
    )


_KINDS: dict[str, tuple[Slip, ...]] = {
    "the order, transposes and sums of products": PRODUCT_SLIPS,
    "slopes of activations": SLOPE_SLIPS,
    "constant factors": (FACTOR, TERM_FACTOR),
    "update rules": UPDATE_SLIPS,
    "which quantity stands where": QUANTITY_SLIPS,
}
