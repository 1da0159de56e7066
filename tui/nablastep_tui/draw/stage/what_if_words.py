"""What the numbers of a what-if say in one or two plain sentences; nothing is said that was not computed."""

from __future__ import annotations

import math

from nablastep_tui.look.numbers import scalar_text
from nablastep_tui.scene.what_if import WhatIf

AGREES_WITHIN = 0.005
"""Prediction and outcome that differ by less than this share are called equal."""
_ABOUT = 0.03
"""A share so near to a quarter is about a quarter."""


def expected_gap(what_if: WhatIf) -> float:
    """½ E″ Δ²: how much of the change a straight line misses, to second order."""
    change = what_if.new - what_if.old
    return 0.5 * what_if.curvature * change * change  # a power of Python's floats raises where a product is infinite


def gap(what_if: WhatIf) -> float:
    """What comes minus what the gradient promised."""
    return what_if.actual - what_if.predicted


def verdict(what_if: WhatIf, variable: str, old: str) -> tuple[str, ...]:
    """One to three sentences about promise and outcome; `variable` is the letter of what is edited,
    `old` its value before, in words."""
    if not what_if.acts:
        return ("E of this iteration does not depend on this number.",)
    if what_if.new == what_if.old:
        untouched = "Nothing is changed yet: type a number, or nudge this one."
        if not what_if.instead_of:
            return (untouched,)
        return (f"{what_if.instead_of} is computed: {what_if.label} is edited, which it depends on.", untouched)
    if math.isnan(what_if.error_after):
        return ("With this number E is not a number.",)
    if math.isinf(what_if.error_after):
        return ("With this number E overflows.",)
    if not math.isfinite(what_if.error_before):
        return ("E was not finite before; with this number it is.",)
    kink = ("Here z is 0 and E has a kink: both slopes are allowed, the gradient is one of them.",)
    return (*(kink if what_if.at_kink else ()), *_comparison(what_if, variable, old))


def _comparison(what_if: WhatIf, variable: str, old: str) -> tuple[str, ...]:
    predicted, actual = what_if.predicted, what_if.actual
    line = f"The gradient at {old} is {scalar_text(what_if.slope, 4)}: a straight line."
    if predicted == 0:
        if actual == 0:
            return ("The gradient is 0 and promised no change: none came.",)
        return (f"The gradient is 0 here and promised no change; E {_moved(actual)} because it bends.",)
    if actual == 0:
        return (f"{line} It promised that E {_moved(predicted)}; E did not move.",)
    if (predicted < 0) != (actual < 0):
        turned = f"It promised that E {_moved(predicted)}, but E {_moved(actual)}: the way was too long for it."
        return (line, turned, *_halving(what_if, variable))
    excess = abs(predicted) / abs(actual) - 1
    if abs(excess) < AGREES_WITHIN:
        return (f"{line} Over a way this short E is nearly one too: the promise was kept to {_percent(excess)}.",)
    amount = f"It promised {_percent(excess)} too {'much' if excess > 0 else 'little'} because E bends."
    return (line, amount, *_halving(what_if, variable))


def _halving(what_if: WhatIf, variable: str) -> tuple[str, ...]:
    """What comes of half the change, where that is as a bend by E″ alone has it."""
    found = gap(what_if)
    left = what_if.error_halfway - what_if.error_before - what_if.predicted / 2
    if found == 0 or not abs(left / found - 0.25) <= _ABOUT:
        return ()
    return (f"Halve Δ{variable}: the gap drops to about a quarter.",)


def _moved(change: float) -> str:
    return "falls" if change < 0 else "rises"


def _percent(share: float) -> str:
    percent = abs(share) * 100
    if percent >= 1000:
        return f"{percent / 100 + 1:,.0f} times".replace(",", "") if percent < 1e6 else "many times"
    return f"{percent:.0f}%" if percent >= 1 else f"{percent:.1g}%"
