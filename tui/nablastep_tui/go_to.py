"""What is typed after `/`: `dW1`, `∇W1`, `grad_W1`, a step number, `i40`, `E<0.1`. Text → a place, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nablastep.commands import Goto
from nablastep.errors import CommandError
from nablastep.field_checks import did_you_mean
from nablastep.formulas.statements import canonical_name
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
    if match := re.fullmatch(rf"(?:E|{re.escape(program.error.id)})\s*<\s*([0-9.eE+-]+)", word):
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
    names = _as_ids(word)
    for name in names:
        if name in ids:
            return Goto(name)
    # Z for the z of a batch: capital or small, where only one of them is meant.
    for name in names:
        alike = [found for found in ids if found.lower() == name.lower()]
        if len(alike) == 1:
            return Goto(alike[0])
    near = next((near for name in names if (near := did_you_mean(shortened(name), ids))), "")
    raise CommandError(f"no step computes '{shortened(word)}'{near}")


def _as_ids(word: str) -> list[str]:
    """What the word may be the id of: `∇W⁽¹⁾`, `dW1` and `nabla W1` are `grad_W1`; without a step, its gradient."""
    plain = canonical_name(word.translate(_SUPERSCRIPTS).replace(" ", "").replace("(", "").replace(")", ""))
    match = re.fullmatch(r"(?:∇|nabla|grad_?|d)(.+)", plain)
    return [plain, f"grad_{match[1]}"] if match else [plain, f"grad_{plain}"]
