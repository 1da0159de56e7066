"""Every identity of docs/identities.toml is derived in its source's form, up to the order of terms, by all routes."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from typing import Any

import pytest

from nablastep import derive
from nablastep.deriving.answer import Answer
from nablastep.deriving.judged import judged
from nablastep.deriving.kinds import Kind
from nablastep.deriving.reading import Reading, names_in, read
from nablastep.deriving.sums import Term, together
from nablastep.deriving.sums import terms_of as terms
from nablastep.deriving.textbook import Step, textbook, textbook_steps
from nablastep.expressions import Add, Diagonals, Expression, Rearrange, Subtract, Symbol, substitute, walk
from nablastep.shapes import shape_of
from nablastep.structures import Commutation, Diagonal, Identity

TABLE = Path(__file__).parents[2] / "docs" / "identities.toml"
IDENTITIES = tomllib.loads(TABLE.read_text(encoding="utf-8"))["identities"]


def answer_of(row: dict[str, Any]) -> Answer:
    return derive(
        row["f"],
        row["by"],
        shape=row.get("shape", ""),
        second=row.get("second", False),
        symmetric=row.get("symmetric", False),
    )


def source_form(row: dict[str, Any], reading: Reading) -> Expression:
    """The form of the source as an expression over the same quantities, in textbook form."""
    names = names_in(row["derivative"])
    kinds = {symbol.id: Kind(symbol.shape) for symbol in reading.variables if symbol.id in names}
    (by,) = (symbol for symbol in reading.variables if symbol.id == row["by"])
    rows, columns = by.shape
    if row["derivative"] == "K":
        return Commutation(rows, columns)
    found = read(row["derivative"], {**kinds, "I": Kind((rows, rows))} if "I" in names else kinds).expression
    originals: dict[Expression, Expression] = {}
    for node in walk(found):
        if isinstance(node, Symbol):
            same = next((symbol for symbol in reading.variables if symbol.id == node.id), None)
            originals[node] = Identity(rows) if same is None else same
        elif isinstance(node, Rearrange) and isinstance(node.plan, Diagonals) and node.back:
            originals[node] = Diagonal(substitute(node.x, {s: s for s in reading.variables}))
    symmetric = [symbol for symbol in reading.variables if symbol.id in reading.properties]
    return textbook(substitute(found, originals), symmetric)


def ordered(x: Expression) -> Expression:
    """The expression with the terms of every sum in one order."""
    if x.operands:
        x = x.with_operands(tuple(ordered(operand) for operand in x.operands))
    if not isinstance(x, Add | Subtract):
        return x
    found: list[Term] = sorted(terms(x), key=repr)
    if found[0].factor.numerator < 0 and any(term.factor.numerator > 0 for term in found):
        found.sort(key=lambda term: (term.factor.numerator < 0, repr(term)))
    return together(found, shape_of(x))


NOTATIONS = ("unicode", "ascii", "latex", "numpy", "spoken")


@pytest.mark.parametrize("row", IDENTITIES, ids=lambda row: f"{row['source']}: {row['f']}")
def test_the_answer_is_accepted_as_it_is_printed(row: dict[str, Any]) -> None:
    answer = answer_of(row)
    if any(isinstance(node, Commutation) for node in walk(answer.first.expression)):
        pytest.skip("a permutation has a letter that no formula can name")
    for notation in NOTATIONS:
        text = answer.text(notation)
        assert judged(answer, text).right, text


@pytest.mark.parametrize("row", IDENTITIES, ids=lambda row: f"{row['source']}: {row['f']}")
def test_an_identity_comes_out_in_the_form_of_its_source(row: dict[str, Any]) -> None:
    answer = answer_of(row)
    result = answer.results[1] if row.get("second") else answer.first
    assert answer.holds, [(each.kind, each.numeric_error) for each in answer.results]
    assert all(route.holds for each in answer.results for route in each.routes)
    assert len(answer.first.routes) == 3
    assert ordered(result.expression) == ordered(source_form(row, answer.reading))
    symmetric = [symbol for symbol in answer.reading.variables if symbol.id in answer.reading.properties]
    assert textbook_steps(result.expression, symmetric) == (Step("raw", result.expression),)


def test_there_are_forty_and_none_twice() -> None:
    asked = [(row["f"], row["by"], row.get("shape"), row.get("second"), row.get("symmetric")) for row in IDENTITIES]
    assert len(set(asked)) == len(asked) >= 40


def test_a_wrong_identity_is_noticed() -> None:
    row = {"f": "x^T B x", "by": "x", "derivative": "2 B x"}
    answer = answer_of(row)
    assert ordered(answer.first.expression) != ordered(source_form(row, answer.reading))


def test_the_page_is_made_from_the_table() -> None:
    spec = importlib.util.spec_from_file_location("make_identities", TABLE.parent / "make_identities.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == (TABLE.parent / "identities.md").read_text(encoding="utf-8")
