"""What is typed after `/`: `dW1`, `∇W1`, `grad_W1`, a step number, `i40`, `E<0.1`. Text → a place, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nablastep.commands import Goto
from nablastep.errors import CommandError
from nablastep.field_checks import did_you_mean
from nablastep.program import Program
from nablastep.safe_text import shortened
from nablastep.whole_numbers import whole_number

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789", "⁽⁾()")


@dataclass(frozen=True)
class ErrorBelow:
    """Go on until E of a finished iteration is below the threshold."""

    threshold: float


def parse_go_to(text: str, program: Program, iteration: int) -> Goto | ErrorBelow:
    """The place that the text names, ids in this iteration. Raises CommandError, naming what would be right."""
    word = text.strip()
    if match := re.fullmatch(r"[iI]\s*([0-9]+)", word):
        return Goto(iteration=whole_number(match[1]))
    if match := re.fullmatch(r"E\s*<\s*([0-9.eE+-]+)", word):
        try:
            return ErrorBelow(float(match[1]))
        except ValueError:
            raise CommandError(f"not a number: {shortened(match[1])}") from None
    if (number := whole_number(word)) is not None:
        if number > len(program):
            raise CommandError(f"there is no step {shortened(word)}: an iteration has {len(program)} steps")
        return Goto(iteration=iteration, step=number)
    if word in {"start", "end"}:
        return Goto(word)
    ids = [step.id for step in program.steps]
    name = _as_id(word)
    for candidate in (name, name.lower(), f"grad_{name}" if name.startswith(("W", "b")) else name):
        if candidate in ids:
            return Goto(candidate)
    raise CommandError(f"no step computes '{shortened(word)}'{did_you_mean(shortened(name), ids)}")


def _as_id(word: str) -> str:
    """`∇W⁽¹⁾`, `dW1` and `nabla W1` are `grad_W1`."""
    plain = word.translate(_SUPERSCRIPTS).replace(" ", "")
    if match := re.fullmatch(r"(?:∇|nabla|grad_?|d)([WbzaA-Z][0-9]+)", plain):
        base = match[1][0]
        return f"grad_{base.lower() if base in 'ZA' else base}{match[1][1:]}"
    return plain
