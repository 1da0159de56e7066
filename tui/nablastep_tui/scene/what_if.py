"""An edit being tried, as numbers: what the gradient promises of it and what comes."""

from __future__ import annotations

from nablastep.records import record


@record(eq=False)
class WhatIf:
    """An edit being tried: the network before it and with it, and the curve of E along the edited number.

    `predicted` is slope · Δ with the slope at the old value; `text` is what has been typed, `problem` why it is not
    taken yet. `error_halfway` is E with half of the change. `curve` holds (value, E) pairs; `curvature` is E″ at the
    old value; `acts`: E depends on the number. `instead_of`: what was asked for, where that is computed.
    """

    cell: str
    label: str
    old: float
    new: float
    text: str
    problem: str
    error_before: float
    error_after: float
    slope: float
    curvature: float
    error_halfway: float
    curve: tuple[tuple[float, float], ...] = ()
    at_kink: bool = False
    acts: bool = True
    instead_of: str = ""

    @property
    def predicted(self) -> float:
        """ΔE that the gradient promises."""
        return self.slope * (self.new - self.old)

    @property
    def actual(self) -> float:
        """ΔE that comes."""
        return self.error_after - self.error_before
