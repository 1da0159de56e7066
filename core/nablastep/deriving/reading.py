"""The text of an expression → its tree, with kinds by typography or declaration and shapes by unification."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nablastep.deriving.kinds import IDENTITY, IDENTITY_NAME, Array, DeriveError, Kind, by_typography
from nablastep.deriving.unification import OpenDimensions
from nablastep.equations import split_name
from nablastep.errors import NablastepError, ShapeError
from nablastep.expressions import (
    ONE,
    Diagonals,
    Expression,
    Fill,
    Rearrange,
    Sum,
    Symbol,
    substitute,
    symbols,
    walk,
)
from nablastep.field_checks import did_you_mean
from nablastep.formulas.building import build
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.parser import FUNCTION_NAMES, ONLY_WITH_BRACKETS, parse
from nablastep.formulas.scope import Built, Scope
from nablastep.formulas.spellings import plain
from nablastep.formulas.statements import canonical_name
from nablastep.formulas.syntax import Blocks
from nablastep.formulas.syntax import walk as walk_typed
from nablastep.formulas.tokens import LETTER
from nablastep.rewrite import tidied, with_dimensions
from nablastep.shapes import rows_and_columns, shape_of

_NAME = re.compile(
    rf"(?<![0-9A-Za-z_.])(?P<name>[{LETTER}][{LETTER}0-9_]*(?:⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾|[₀₁₂₃₄₅₆₇₈₉]+)?)(?P<opening>\()?"
)
_NO_QUANTITIES = frozenset({"np", "numpy", "linalg", "axis", "keepdims"})
_CALLED_WITHOUT_BRACKETS = FUNCTION_NAMES - ONLY_WITH_BRACKETS


@dataclass(frozen=True)
class Reading:
    """An expression as it was typed and as a tree; `sizes` are those of its dimensions that numbers have fixed.

    `properties` says which matrices are declared symmetric or positive definite; `free` are the dimensions that may
    have any size, `declared` the names whose kind or value was said.
    """

    text: str
    expression: Expression
    variables: tuple[Symbol, ...]
    sizes: Mapping[str, int]
    properties: Mapping[str, str]
    values: Mapping[str, Array]
    free: tuple[str, ...] = ()
    declared: frozenset[str] = frozenset()

    def variable(self, name: str) -> Symbol:
        """The variable of that name. Raises DeriveError."""
        canonical = canonical_name(name.strip())
        for symbol in self.variables:
            if symbol.id == canonical:
                return symbol
        names = [symbol.id for symbol in self.variables]
        apart = next((known for known in names if len(known) > 1 and canonical in known and known.isalpha()), None)
        hint = f"the variables are {', '.join(names)}" if names else "nothing in it can change"
        if apart is not None:
            hint += f"; {apart} is one name: write a product as {' '.join(apart)}"
        raise DeriveError(f"there is no {name!r} in {self.text}{did_you_mean(canonical, names)}", hint=hint)


def read(
    text: str,
    kinds: Mapping[str, Kind] | None = None,
    values: Mapping[str, Array] | None = None,
    *,
    names: tuple[str, ...] | None = None,
) -> Reading:
    """The expression of the text, in any spelling; `names` are those of its quantities, where the text is an answer
    about them, in the plain spelling.

    Raises DeriveError with the column of the mistake.
    """
    try:
        return _read(text, dict(kinds or {}), dict(values or {}), names)
    except DeriveError as error:
        spelled = plain(text)
        if names is not None or spelled.text == text:
            raise
        try:
            return replace(_read(spelled.text, dict(kinds or {}), dict(values or {}), None), text=text)
        except DeriveError as other:
            if "\\" not in text:
                raise error from None
            column = None if other.column is None else spelled.column(other.column)
            raise DeriveError(other.message, column=column, hint=other.hint) from None


def _read(text: str, kinds: dict[str, Kind], values: dict[str, Array], names: tuple[str, ...] | None) -> Reading:
    if not text.strip():
        raise DeriveError("there is no expression", hint='say for example nablastep derive "sum(x^2)"')
    declared = {part for kind in kinds.values() for each in kind.shape or () for part in each.split("+")}
    dimensions = {part for part in declared if not part.isdigit()}
    printed = names is not None
    names = names_in(text, kinds.keys() | values.keys()) if names is None else names
    names = tuple(name for name in names if name not in dimensions or name in kinds)
    sized = {name: int(values.pop(name)) for name in [*values] if name in dimensions and values[name].shape == ()}
    _check_declared(names, kinds, values, text)
    attempt = _Attempt(text, names, kinds, values, sized, printed)
    try:
        found = attempt.reading()
    except (ShapeError, FormulaError) as error:
        raise _explained(error, attempt) from None
    _check_clear(found, attempt)
    return found


def names_in(text: str, declared: Collection[str] = ()) -> tuple[str, ...]:
    """The quantities that the text mentions, by id, in reading order; σ(…) is the sigmoid where σ is none.

    Raises DeriveError for an unknown function.
    """
    found: dict[str, None] = {}
    for match in _NAME.finditer(text):
        name, opening = canonical_name(match["name"]), match["opening"]
        if name in _NO_QUANTITIES or (name == "T" and text[: match.start()].rstrip().endswith("^")):
            continue
        if name == "sigma" and opening and name not in declared:
            continue
        if name in FUNCTION_NAMES and (opening or name in _CALLED_WITHOUT_BRACKETS) and name != "f":
            continue
        if opening and len(match["name"]) > 1 and by_typography(name) != "scalar":
            hint = f"a product is written {match['name']} * (…)"
            known = sorted(FUNCTION_NAMES)
            raise DeriveError(
                f"there is no function {name!r}{did_you_mean(name, known)}", column=match.start() + 1, hint=hint
            )
        found[name] = None
    return tuple(found)


def _check_declared(names: tuple[str, ...], kinds: Mapping[str, Kind], values: Mapping[str, Any], text: str) -> None:
    for option, given in (("--shape", kinds), ("--let", values)):
        for name in given:
            if name not in names:
                known = f"the names in it are {', '.join(names)}" if names else "it has no names"
                raise DeriveError(f"{option}: there is no {name!r} in {text}{did_you_mean(name, names)}", hint=known)
    for name in kinds.keys() & values.keys():
        shape = kinds[name].shape
        if shape is not None and (shape == ()) != (values[name].shape == ()):
            raise DeriveError(f"{name} is declared as {'×'.join(shape) or 'a number'}, and its numbers are not")


class _Attempt:
    """One reading, with its own dimensions."""

    def __init__(
        self,
        text: str,
        names: tuple[str, ...],
        kinds: Mapping[str, Kind],
        values: Mapping[str, Array],
        sized: Mapping[str, int],
        printed: bool = False,
    ) -> None:
        self.printed = printed
        self.text, self.names, self.kinds, self.values, self.sized = text, names, kinds, values, sized

    def with_kinds(self, kinds: Mapping[str, Kind]) -> _Attempt:
        """The same with other declarations."""
        return _Attempt(self.text, self.names, {**self.kinds, **kinds}, self.values, self.sized, self.printed)

    def reading(self) -> Reading:
        first: NablastepError | None = None
        for tight in (False, True):
            try:
                return self._read(tight)
            except ShapeError as error:
                first = first or error
        assert first is not None
        raise first

    def _read(self, tight: bool) -> Reading:
        dimensions = OpenDimensions(self.sized)
        known = {name: self._symbol(name, dimensions) for name in self.names}
        tree = parse(self.text, tight=tight, names={name: name for name in self.names}).right
        scope = Scope(known, dimensions.sizes, {}, 0, {}, dimensions, inverts=True, printed=self.printed)
        for root, label in dimensions.labels.items():  # the names of dimensions stand as numbers
            dimensions.sizes[label] = dimensions.sizes[root]
        self.dimensions, self.known, dimensions.known = dimensions, known, known
        built = build(tree, scope)
        if any(isinstance(node, Blocks) for node in walk_typed(tree)):  # now it is known how long the blocks are
            built = build(tree, scope)
        identity = known.get(IDENTITY_NAME)
        if identity is not None and self._is_identity():
            built = replace(built, expression=substitute(built.expression, {identity: _ones_on_the_diagonal(identity)}))
        return self._named(built, dimensions, known)

    def _is_identity(self) -> bool:
        """Whether I is the identity matrix and not a quantity of that name."""
        kind = self.kinds.get(IDENTITY_NAME)
        return IDENTITY_NAME not in self.values and (kind is None or kind.property == IDENTITY)

    def _symbol(self, name: str, dimensions: OpenDimensions) -> Symbol:
        base, mark = split_name(name)
        return Symbol(base, mark, self._shape(name, dimensions))  # type: ignore[arg-type]

    def _shape(self, name: str, dimensions: OpenDimensions) -> tuple[str, ...]:
        kind, value = self.kinds.get(name), self.values.get(name)
        shape: tuple[str, ...] | None = None
        if kind is not None and kind.shape is not None:
            shape = tuple(dimensions.of(part) for part in kind.shape)
        elif kind is not None or (name == IDENTITY_NAME and self._is_identity()):
            shape = (dimensions.open(),) * 2
        if value is not None:
            return self._sized(name, shape, value, dimensions)
        if shape is None:
            usual = by_typography(name)
            rows = () if usual == "scalar" else (dimensions.open(),)
            shape = (*rows, dimensions.open()) if usual == "matrix" else (*rows, "1") if rows else ()
        return shape

    def _sized(
        self, name: str, shape: tuple[str, ...] | None, value: Array, dimensions: OpenDimensions
    ) -> tuple[str, ...]:
        """The shape of the numbers, which has to be the declared one."""
        own = tuple("1" if size == 1 else dimensions.given(size) for size in value.shape)
        if shape is not None and not all(dimensions.same(*pair) for pair in zip(own, shape, strict=True)):
            sizes = "×".join(map(str, value.shape))
            raise DeriveError(f"--let: {name} is {sizes} in numbers, and declared otherwise")
        return own

    def _named(self, built: Built, dimensions: OpenDimensions, known: Mapping[str, Symbol]) -> Reading:
        shapes = [symbol.shape for symbol in known.values()]
        inner = [shape_part for node in walk(built.expression) for shape_part in _dimensions_in(node)]
        letters = dimensions.letters([each for shape in (*shapes, inner) for each in shape], known)

        def renamed(dimension: str) -> str:
            parts = (letters.get(root, root) for root in dimensions.named(dimension).split("·"))
            return "·".join(sorted(part for part in parts if part != "1")) or "1"

        expression = tidied(with_dimensions(built.expression, renamed))
        if shape_of(expression) == ("1", "1"):
            expression = Sum(expression)
        found = tuple(
            replace(symbol, shape=tuple(renamed(dimension) for dimension in symbol.shape))  # type: ignore[arg-type]
            for symbol in known.values()
        )
        sizes = {letter: dimensions.sizes[root] for root, letter in letters.items() if letter.isidentifier()}
        sizes.update(self.sized)
        free = [letter for root, letter in letters.items() if root not in dimensions.fixed and letter in sizes]
        free = [letter for letter in free if letter not in self.sized]
        if dimensions.numbered:  # which may be sums of the sizes of others
            free = []
        properties = {name: kind.property for name, kind in self.kinds.items() if kind.property}
        present = symbols(expression)
        variables = tuple(symbol for symbol in found if symbol in present)
        declared = frozenset({*self.kinds, *self.values})
        return Reading(self.text, expression, variables, sizes, properties, self.values, tuple(free), declared)


def _dimensions_in(node: Expression) -> Iterator[str]:
    plan = getattr(node, "plan", None)
    for owner, name in ((node, "shape"), (plan, "before"), (plan, "after")):
        if not isinstance(node, Symbol):
            yield from getattr(owner, name, ())
    for name in ("dimensions", "times"):
        yield from (part for part in getattr(node, name, ()) if part.startswith("axis "))
    if hasattr(node, "dimension"):
        yield node.dimension


def _ones_on_the_diagonal(square: Symbol) -> Expression:
    """The identity matrix of that shape."""
    column = (rows_and_columns(square)[0], "1")
    return Rearrange(Fill(ONE, column), Diagonals(square.shape, column), back=True)


# mistakes


def _explained(error: NablastepError, attempt: _Attempt) -> DeriveError:
    """The mistake with its repair: a name of another kind or shape with which everything fits."""
    loose = [name for name in attempt.names if name not in attempt.kinds and name not in attempt.values]
    for name in loose:
        if by_typography(name) == "vector" and _fits(attempt.with_kinds({name: Kind(())})):
            return DeriveError(
                f"is {name} a scalar or a vector? As a vector it does not fit here",
                column=error.column,
                hint=f"say --shape {name}=1",
            )
    repair = _other_shape(attempt)
    told = _told(attempt)
    message = error.message if not told else f"{error.message}: {told}"
    if repair is not None:
        return DeriveError(message, column=error.column, hint=f"say --shape {repair}")
    return DeriveError(message, column=error.column, hint=error.hint)


def _check_clear(found: Reading, attempt: _Attempt) -> None:
    """A vector that meets no other, without which the whole is a number, may have been meant as a number."""
    if not shape_of(found.expression) or len(found.variables) < 2:
        return
    for symbol in found.variables:
        others = [each for each in found.variables if each != symbol and each.shape]
        first = not others or found.variables.index(symbol) < min(found.variables.index(each) for each in others)
        if not others or not (first or any(by_typography(each.id) == "vector" for each in others)):
            continue
        meets = any(symbol.shape and symbol.shape[0] in each.shape for each in others)
        undeclared = symbol.id not in attempt.kinds and symbol.id not in attempt.values
        if meets or not undeclared or by_typography(symbol.id) != "vector":
            continue
        other = attempt.with_kinds({symbol.id: Kind(())})
        if _fits(other) and not shape_of(other.reading().expression):
            raise DeriveError(
                f"is {symbol.id} a scalar or a vector? Both fit",
                column=_column(attempt.text, symbol.id),
                hint=f"say --shape {symbol.id}=1, or --shape {symbol.id}={rows_and_columns(symbol)[0]}",
            )


def _column(text: str, name: str) -> int | None:
    return next((m.start() + 1 for m in _NAME.finditer(text) if canonical_name(m["name"]) == name), None)


def _told(attempt: _Attempt) -> str:
    """`X is m×n, w is p×1`."""
    if not hasattr(attempt, "known"):
        return ""
    shapes = {symbol.id: map(attempt.dimensions.described, symbol.shape) for symbol in attempt.known.values()}
    told = [f"{name} is {'×'.join(map(str, shape)) or 'a number'}" for name, shape in shapes.items()]
    return ", ".join(told)


def _other_shape(attempt: _Attempt) -> str | None:
    """A declared shape, put otherwise, with which everything fits: `y=m`."""
    declared_dimensions = dict.fromkeys(part for kind in attempt.kinds.values() for part in kind.shape or ())
    for name in reversed(attempt.names):
        kind = attempt.kinds.get(name)
        if kind is None or not kind.shape or name in attempt.values:
            continue
        others = [part for part in declared_dimensions if part != "1"]
        candidates = [(part, "1") for part in others] if kind.shape[1] == "1" else [kind.shape[::-1]]
        candidates += [(a, b) for a in others for b in others] if kind.shape[1] != "1" else []
        for shape in candidates:
            if shape != kind.shape and _fits(attempt.with_kinds({name: Kind(shape, kind.property)})):
                return f"{name}={shape[0] if shape[1] == '1' else '×'.join(shape)}"
    return None


def _fits(attempt: _Attempt) -> bool:
    try:
        attempt.reading()
    except NablastepError:
        return False
    return True
