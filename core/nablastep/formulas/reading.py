"""A formula in any spelling: plain, Unicode, NumPy, LaTeX or spoken; columns of mistakes are those that were typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from nablastep.formulas.errors import FormulaError
from nablastep.formulas.parser import Formula, parse
from nablastep.formulas.spellings import plain
from nablastep.formulas.syntax import moved


def read(text: str, names: Mapping[str, str], functions: Collection[str] = (), *, tight: bool = False) -> Formula:
    """The formula that was typed, in any spelling; `functions` are those of the network's author.

    Raises FormulaError with the column in what was typed.
    """
    spelled = plain(text)
    if spelled.text == text:
        return parse(text, tight=tight, names=names, functions=functions)
    try:
        formula = parse(spelled.text, tight=tight, names=names, functions=functions)
    except FormulaError as error:
        column = None if error.column is None else spelled.column(error.column)
        raise FormulaError(error.message, column=column, hint=error.hint) from None
    left_place = spelled.column(formula.left_place + 1) - 1
    return Formula(formula.left, left_place, moved(formula.right, lambda place: spelled.column(place + 1) - 1))


def read_code(text: str, names: Mapping[str, str], functions: Collection[str] = (), *, tight: bool = False) -> Formula:
    """The same for what is kept in files, where a word such as `times` may be a name: the plain spelling comes first.

    Raises FormulaError.
    """
    try:
        return parse(text, tight=tight, names=names, functions=functions)
    except FormulaError as error:
        try:
            return read(text, names, functions, tight=tight)
        except FormulaError as other:
            raise (other if "\\" in text else error) from None
