"""What is typed after `/`: `dW1`, `∇W1`, `grad_W1`, a step number, `i40`, `E<0.1`. Text → a place, nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nablastep.cells import Cell, check_indices
from nablastep.commands import Goto
from nablastep.errors import CommandError, EditError, UnknownNameError
from nablastep.expressions import Symbol
from nablastep.field_checks import did_you_mean
from nablastep.formulas.statements import canonical_name
from nablastep.program import Program
from nablastep.safe_text import shortened
from nablastep.view import View
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


def named_cell(cell: Cell, program: Program, view: View) -> tuple[Symbol, tuple[int, int]]:
    """The quantity of `W0[0,1]` and the cell as it is shown. Indices are those of files and edits, from 0.

    Raises UnknownNameError for a name that is no quantity, EditError for indices outside of it.
    """
    ids = {symbol.id: symbol for symbol in program.symbols.values() if symbol.shape}
    data = program.samples.get(cell.name)
    name = cell.name if data is None else data.id
    found = next((each for each in (name, *_as_ids(cell.name)) if each in ids), None)
    if found is None:
        raise UnknownNameError(f"there is no quantity '{shortened(cell.name)}'{did_you_mean(cell.name, list(ids))}")
    stored = ids[found]
    if data is not None:
        sample, row = (*cell.indices, 0)[:2]
        if sample not in view.session.batch:
            raise EditError(f"sample {sample} is not in the batch of this iteration")
        cell = Cell(cell.name, (row, view.session.batch.index(sample)))
    shape = tuple(view.size(dimension) for dimension in stored.shape)
    checked = check_indices(cell, shape).indices
    place = (checked[0], checked[1])
    symbol = view.symbol(found)
    return symbol, view.column_cell(symbol, place)
