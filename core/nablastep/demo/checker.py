"""What a demo says against what its network has: unknown ids, indices out of range, edits of computed values.

Static: nothing is played. Works on statements and a Vocabulary only; whether an expectation holds is the player's
business.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from nablastep.demo.arguments import CELL_FORM
from nablastep.demo.language import ExpectShape, ExpectValue, Focus, Goto, SetValue, Statement
from nablastep.demo.problems import LONGEST_WORD, DemoError, did_you_mean, quoted
from nablastep.demo.references import Cell, Place, Scalar
from nablastep.demo.script import Header
from nablastep.demo.vocabulary import Vocabulary
from nablastep.demo.words import SCALARS
from nablastep.files.kinds import leads_out

PLACES = ("start", "end")
NO_QUANTITIES = frozenset(SCALARS) - {"E"}
EDITABLE = "cells of W, b, x and y can, and learning_rate"
GRADIENT_PREFIXES = ("d", "∇", "∂")
NUMBERED = re.compile(r"([A-Za-z_]+?)([0-9]{1,9})")


def check_statements(statements: Iterable[Statement], vocabulary: Vocabulary) -> tuple[DemoError, ...]:
    """Every mistake that the vocabulary shows, in the order of the statements."""
    return tuple(error for statement in statements for error in _check(statement, vocabulary))


def network_source(header: Header, network_names: Collection[str]) -> str | Path:
    """The built-in name that the header means, or else the network file, found relative to the demo.

    DemoError at the network's place if there is neither, or if the file lies outside the demo's folder.
    """
    name, place = header.network, header.network_place
    if name in network_names:
        return name
    path = demo_folder(header) / name
    if leads_out(path, demo_folder(header)):
        raise DemoError.at(place, f"{quoted(name)} cannot be opened: it leads out of the demo's folder")
    if os.path.lexists(path):
        return path
    near = did_you_mean(name, network_names) or f"; built in are {', '.join(network_names)}"
    raise DemoError.at(place, f"there is no network {quoted(name)}, neither built in nor a file beside the demo{near}")


def demo_folder(header: Header) -> Path:
    """The folder in which the demo lies: what it opens lies there or below."""
    return Path(header.network_place.file).parent


def _check(statement: Statement, vocabulary: Vocabulary) -> Iterator[DemoError]:
    match statement:
        case Goto(target, place):
            yield from _check_target(target, place, vocabulary)
        case SetValue(Cell() as cell):
            yield from _check_edit(cell, vocabulary)
        case SetValue(Scalar() as scalar):
            problems = list(_check_number(scalar, vocabulary))
            yield from problems
            if not problems and scalar.name != "learning_rate" and scalar.name not in vocabulary.editable:
                message = f"{quoted(scalar.name)} is computed and cannot be set; {EDITABLE}"
                yield DemoError.at(scalar.place, message)
        case ExpectValue(Scalar() as scalar):
            yield from _check_number(scalar, vocabulary)
        case Focus(Cell(_, ()) as cell):
            yield from _check_focus(cell, vocabulary)
        case Focus(cell) | ExpectValue(Cell() as cell):
            yield from _check_cell(cell, vocabulary)
        case ExpectShape(name, _, _, place):
            yield from _check_has_cells(name, place, vocabulary)


def _check_target(target: str, place: Place, vocabulary: Vocabulary) -> Iterator[DemoError]:
    if target in vocabulary.steps or target in PLACES:
        return
    if target in vocabulary.ids:
        forms = "'goto' takes a step such as " + quoted(vocabulary.steps[0]) + ", 'start', 'end' or 'iteration N'"
        yield DemoError.at(place, f"{quoted(target)} is not a step of this network; {forms}")
        return
    near = _near(target, (*vocabulary.steps, *PLACES, "iteration"))
    yield DemoError.at(place, f"unknown step {quoted(target)}{near}", f"steps: {', '.join(vocabulary.steps)}")


def _check_number(scalar: Scalar, vocabulary: Vocabulary) -> Iterator[DemoError]:
    """A name without indices is that of a single number."""
    if scalar.name not in SCALARS and vocabulary.ids.get(scalar.name, ()) is not None:
        yield DemoError.at(scalar.place, f"{quoted(scalar.name)} alone is no value; write {scalar.forms}")


def _check_edit(cell: Cell, vocabulary: Vocabulary) -> Iterator[DemoError]:
    if cell.name in vocabulary.ids and cell.name not in vocabulary.editable:
        meant = cell.name.removeprefix("grad_")
        near = f"did you mean {quoted(meant)}?" if meant in vocabulary.editable else EDITABLE
        yield DemoError.at(cell.place, f"{quoted(cell.name)} is computed and cannot be set; {near}")
        return
    yield from _check_cell(cell, vocabulary)


def _check_cell(cell: Cell, vocabulary: Vocabulary) -> Iterator[DemoError]:
    problems = list(_check_has_cells(cell.name, cell.place, vocabulary))
    shape = vocabulary.ids.get(cell.name)
    if problems or shape is None:
        yield from problems
        return
    if len(cell.indices) == 1 and shape[1] > 1:
        size_text = f"{cell.name} is {shape[0]}×{shape[1]} and takes two"
        yield DemoError.at(cell.place, f"{quoted(str(cell))} has one index; {size_text}")
        return
    for index, place, size, axis in zip(cell.indices, cell.index_places, shape, ("row", "column"), strict=False):
        if index >= size:
            range_text = f"{cell.name} has {axis}s 0 to {size - 1}" if size > 1 else f"{cell.name} has only {axis} 0"
            yield DemoError.at(place, f"{axis} {index} is out of range; {range_text}")


def _check_focus(cell: Cell, vocabulary: Vocabulary) -> Iterator[DemoError]:
    """A name without indices is that of a quantity that is a single number."""
    if cell.name not in vocabulary.ids:
        yield from _check_has_cells(cell.name, cell.place, vocabulary)
    elif vocabulary.ids[cell.name] is not None or cell.name in NO_QUANTITIES:
        behind = replace(cell.place, column=cell.place.column + len(cell.name))
        yield DemoError.at(behind, f"{quoted(cell.name)} alone is no cell; write one as {CELL_FORM}")


def _check_has_cells(name: str, place: Place, vocabulary: Vocabulary) -> Iterator[DemoError]:
    if name not in vocabulary.ids:
        near = _near(name, vocabulary.ids)
        yield DemoError.at(place, f"unknown id {quoted(name)}{near}", f"ids: {', '.join(vocabulary.ids)}")
    elif vocabulary.ids[name] is None:
        yield DemoError.at(place, f"{quoted(name)} is a single number and has no shape")


def _near(name: str, candidates: Collection[str]) -> str:
    """The suggestion for an unknown id: the gradient for `dW1`, the nearest layer for `W9`, else a near miss."""
    gradient = f"grad_{name[1:]}"
    if name.startswith(GRADIENT_PREFIXES) and gradient in candidates:
        return f"; did you mean {quoted(gradient)}?"
    same_kind = _other_layers(name, candidates)
    if same_kind:
        return f"; did you mean {quoted(same_kind[0])}?"
    return did_you_mean(name, candidates) or _near_short_name(name, candidates)


def _near_short_name(name: str, candidates: Collection[str]) -> str:
    """Of two letters one is right: too little for an ordinary near miss, enough for an id."""
    near = difflib.get_close_matches(name[:LONGEST_WORD], candidates, n=1, cutoff=0.5)
    return f"; did you mean {quoted(near[0])}?" if near else ""


def _other_layers(name: str, candidates: Collection[str]) -> list[str]:
    """The candidates that differ from the name in the layer's number only, the nearest first."""
    wanted = NUMBERED.fullmatch(name)
    if not wanted:
        return []
    found = [match for match in map(NUMBERED.fullmatch, candidates) if match and match[1] == wanted[1]]
    found.sort(key=lambda match: abs(int(match[2]) - int(wanted[2])))
    return [match[0] for match in found]
