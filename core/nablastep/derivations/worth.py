"""What a line of a derivation is worth: its expression as NumPy code, compiled and run.

Only derivatives (∂u/∂v, d u) are not read as formulas: their numbers come from complex steps through the forward
equations and nothing else, so that no line is checked against the formula that it derives. Source of the method: Squire
and Trapp (1998), "Using Complex Variables to Estimate Derivatives of Real Functions".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nablastep.cost import work_of
from nablastep.derivations.arrays import TooLarge
from nablastep.derivations.code import Code, all_letters, letters_of, namespace
from nablastep.derivations.samples import SAMPLES, of_sample
from nablastep.expressions import (
    Equation,
    Expression,
    Rearrange,
    Symbol,
    depends_on,
    substitute,
    symbols,
    walk,
)
from nablastep.notation.numpy_code import NOTATION
from nablastep.products import indices_of
from nablastep.shapes import shape_of, size_of
from nablastep.structures import (
    SAMPLE,
    Delta,
    Differential,
    Entry,
    IndexSum,
    Jacobian,
    OfSample,
    Partial,
    Placed,
    Selection,
    Vec,
)

STEP = 1e-150
"""The imaginary step: far below every value, so that the derivative has no error of truncation at all."""

LARGEST_FINITE = 1e140
"""A derivative beyond this is a division by the step itself: the true one is infinite."""

LARGEST_TABLE = 8_000_000
"""Derivative tables of more entries are not written out."""

LARGEST_CHUNK = 256
"""So many steps are taken at once."""

NUDGE = "Z"
"""The letter of the steps that are taken at once."""

MOST_STEPS = 5_000
"""Nor are those that need more complex steps, one for each entry that is moved."""

MOST_WORK = 4 * 10**9
"""Nor are those whose steps take more multiplications than this: some seconds."""

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Worth:
    """A value: `array` has one axis for each of `axes`, then rows and columns unless it is a number."""

    array: Array
    axes: tuple[str, ...] = ()


def _in_code(values: Mapping[str, Any], read: Iterable[Symbol]) -> dict[str, Any]:
    """The values by the names that code has for them: lambda, which is a word of Python's, is another one there."""
    return {**values, **{NOTATION.symbol_text(symbol): values[symbol.id] for symbol in read if symbol.id in values}}


class Evaluator:
    """Evaluates the lines of derivations for one state of one program, in one convention.

    `values` maps ids and dimensions to arrays and numbers; `forward` are the equations in order, E's last. `moving`
    moves along `direction`, for differentials.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        forward: Iterable[Equation],
        moving: Symbol | None = None,
        direction: Array | None = None,
    ) -> None:
        self.values = dict(values)
        self.forward = tuple(forward)
        self.moving, self.direction = moving, direction
        self.remembered: dict[Expression, Worth] = {}
        self._changes: dict[Expression, Worth] = {}  # they depend on what moves, and where to
        self._defined: dict[Expression, list[Equation]] = {}
        for each in self.forward:
            self._defined.setdefault(each.target, []).append(each)

    @property
    def error(self) -> Equation:
        """The equation of E."""
        return self.forward[-1]

    def __call__(self, expression: Expression) -> Worth:
        """The value of the expression. Raises TooLarge if it needs a table of derivatives that is."""
        letters = letters_of(expression)
        array = np.asarray(self._run(expression, letters, self.values))
        return _with_free_axes(array, expression, letters, self.size)

    def size(self, dimension: str) -> int:
        """How large a dimension is."""
        return size_of(dimension, self.values)

    def with_direction(self, moving: Symbol, direction: Array) -> Evaluator:
        """The same state, in which one quantity moves."""
        other = Evaluator(self.values, self.forward, moving, direction)
        other.remembered = self.remembered
        return other

    def _run(self, expression: Expression, letters: str, values: Mapping[str, Any]) -> Any:
        """The expression's code, carried out with these values; the numbers of derivatives in it are put in."""
        atoms = {atom: f"given_{place}" for place, atom in enumerate(_given_numbers(expression))}
        given = {name: self._spread(self._derivative(atom), atom, letters) for atom, name in atoms.items()}
        code = Code(letters, atoms, self.size).text(expression)
        with np.errstate(all="ignore"):
            return eval(
                _compiled(code, "eval"), {**namespace((expression,)), **_in_code(values, symbols(expression)), **given}
            )

    # derivatives

    def error_derivative(self, variable: Symbol) -> Array:
        """∂E/∂(every entry of the variable), through the whole forward pass, laid out like the variable."""
        key = Partial(self.error.target, Entry(variable, (None, None)))
        if key not in self.remembered:
            later, equations = self._after(variable)
            base = np.asarray(self.values[variable.id], dtype=float)
            largest = max(self.size("·".join(shape_of(each.expression) or ("1",))) for each in equations)
            chunk = _chunk(base, largest)
            found = []
            for nudged in _nudges(base, chunk, self._work(each.expression for each in equations)):
                error = later({**self.values, variable.id: nudged[0] if chunk == 1 else nudged})
                found.append(np.broadcast_to(slope_of_step(error), len(nudged)))
            self.remembered[key] = Worth(np.concatenate(found).reshape(base.shape))
        return self.remembered[key].array

    def _work(self, expressions: Iterable[Expression]) -> int:
        """The multiplications that it takes to compute these once."""
        return sum(work_of(expression, self.values)[1] for expression in expressions)

    def error_change(self) -> float:
        """dE along the direction, through the whole forward pass."""
        moving, direction = self._motion()
        base = np.asarray(self.values[moving.id], dtype=float)
        moved = {**self.values, moving.id: base + 1j * STEP * direction}
        later, _ = self._after(moving)
        return float(slope_of_step(later(moved)))

    def _motion(self) -> tuple[Symbol, Array]:
        if self.moving is None or self.direction is None:
            raise ValueError("nothing moves: a differential has no value here")
        return self.moving, self.direction

    def _after(self, variable: Symbol) -> tuple[Callable[[dict[str, Any]], Any], tuple[Equation, ...]]:
        """E from the values, everything after the variable computed again, and the equations that do it."""
        places = [place for place, each in enumerate(self.forward) if each.target == variable]
        later = self.forward[places[0] + 1 if places else 0 :]
        source = "\n".join(
            f"{NOTATION.symbol_text(each.target)} = {Code('', {}, self.size).text(each.expression)}" for each in later
        )
        code = _compiled(source, "exec")
        names = namespace(tuple(each.expression for each in later))
        read = tuple(dict.fromkeys(symbol for each in later for symbol in symbols(each.expression)))
        error = NOTATION.symbol_text(self.error.target)

        def run(values: dict[str, Any]) -> Any:
            full = {**names, **_in_code(values, read)}
            with np.errstate(all="ignore"):
                exec(code, full)
            return full[error]

        return run, later

    def _derivative(self, atom: Expression) -> Worth:
        known = self._changes if isinstance(atom, Differential) else self.remembered
        if atom not in known:
            known[atom] = _TABLES[type(atom)](self, atom)
        return known[atom]

    def _spread(self, worth: Worth, atom: Expression, letters: str) -> Array:
        """The value with an axis for each of the letters."""
        order = sorted(range(len(worth.axes)), key=lambda place: letters.index(worth.axes[place]))
        trailing = range(len(worth.axes), worth.array.ndim)
        array = worth.array.transpose([*order, *trailing])
        sizes = dict(zip((worth.axes[place] for place in order), array.shape, strict=False))
        if not worth.axes and shape_of(atom) != ():
            return array
        return array.reshape((*(sizes.get(letter, 1) for letter in letters), *array.shape[len(worth.axes) :]))

    def differential(self, node: Differential) -> Worth:
        """The change of the expression to first order, while the moving quantity alone moves in it."""
        moving, direction = self._motion()
        if node.x == moving:
            return Worth(direction)
        if node.x == self.error.target:
            return Worth(np.asarray(self.error_change()))
        x = self._equation_of(node.x, moving)
        base = np.asarray(self.values[moving.id], dtype=float)
        moved = self._run(x, "", {**self.values, moving.id: base + 1j * STEP * direction})
        slope = slope_of_step(np.asarray(moved))
        shape = tuple(self.size(dimension) for dimension in shape_of(x))
        return Worth(np.broadcast_to(slope, shape))

    def partial(self, node: Partial) -> Worth:
        """∂(a number with indices)/∂(an entry), the entries of one sample moved for all samples at once."""
        variable = node.denominator.x
        assert isinstance(variable, Symbol)
        indices = tuple(index for index in node.denominator.indices if index is not None)
        if node.numerator == self.error.target:
            return _entries(self.error_derivative(variable), node.denominator)
        numerator = self._equation_of(node.numerator, variable)
        free = indices_of(numerator)
        shared = [index for index in free if index in indices]
        letters = NUDGE + "".join(dict.fromkeys((*all_letters(numerator), *shared)))
        base = np.asarray(self.values[variable.id], dtype=float)
        together = [index in shared for index in node.denominator.indices][: base.ndim]
        extents = {letter: self._extent(numerator, node.denominator, letter) for letter in free}
        size = math.prod(extents.values())
        _check_table(size * base.size)
        terms = math.prod(self._extent(numerator, node.denominator, letter) for letter in all_letters(numerator))
        tables = []
        chunk = max(1, min(LARGEST_CHUNK, 2_000_000 // max(size, base.size)))
        for nudged in _nudges(base, chunk, terms + self._work((numerator,)), together):
            spread = nudged.reshape(len(nudged), *(1 for _ in letters[1:]), *base.shape) if base.ndim else nudged[0]
            found = np.asarray(self._run(numerator, letters, {**self.values, variable.id: spread}))
            found = found.reshape(found.shape or (1,) * len(letters))
            for letter in letters[:0:-1]:
                if letter not in free:
                    found = np.take(found, 0, axis=letters.index(letter))
            kept = [letter for letter in letters[1:] if letter in free]
            tables.append(np.broadcast_to(found, (len(nudged), *(extents[letter] for letter in kept))))
        own = [index for index in indices if index not in shared]
        table = np.moveaxis(slope_of_step(np.concatenate(tables)), 0, -1)
        table = table.reshape((*table.shape[:-1], *(self._length(node.denominator, index) for index in own)))
        return Worth(table, (*(letter for letter in letters[1:] if letter in free), *own))

    def _extent(self, numerator: Expression, denominator: Entry, letter: str) -> int:
        for node in (*walk(numerator), denominator):
            if isinstance(node, Entry) and letter in node.indices:
                return self._length(node, letter)
            if isinstance(node, Delta) and letter in (node.left, node.right):
                return self.size(node.dimension)
            if isinstance(node, Placed) and letter in node.target:
                shape = node.plan.before if node.back else node.plan.after
                return self.size(shape[node.target.index(letter)])
        return 1

    def _length(self, entry: Entry, index: str) -> int:
        return self.size(shape_of(entry.x)[entry.indices.index(index)])

    def selection(self, node: Selection) -> Worth:
        """The zeros and ones of a rearrangement: where each entry alone goes."""
        source = node.plan.after if node.back else node.plan.before
        rows, columns = (self.size(dimension) for dimension in source)
        every = np.eye(rows * columns).reshape(rows * columns, columns, rows).swapaxes(-1, -2)
        one = Symbol("one", None, source)
        moved = np.asarray(self._run(Rearrange(one, node.plan, node.back), "", {**self.values, "one": every}))
        return Worth(moved.swapaxes(-1, -2).reshape(rows * columns, -1).T)

    def placed(self, node: Placed) -> Worth:
        """The same zeros and ones with an axis for each index."""
        table = self(Selection(node.plan, node.back)).array
        after, before = (node.plan.before, node.plan.after) if node.back else (node.plan.after, node.plan.before)
        sizes = [self.size(dimension) for dimension in (*after[::-1], *before[::-1])]
        table = table.reshape(sizes).transpose(1, 0, 3, 2)
        kept = [n for n, index in zip(table.shape, (*node.target, *node.source), strict=True) if index is not None]
        return Worth(table.reshape(kept), node.letters)

    def jacobian(self, node: Jacobian) -> Worth:
        """∂numerator/∂denominator on stacked entries, for each sample where it is a sample's part."""
        flips = node.layout == "denominator"
        if node.numerator == self.error.target:
            found = self._error_row(node.denominator)
        else:
            found = self._table(node.numerator, node.denominator)
        return Worth(found.array.swapaxes(-1, -2), found.axes) if flips else found

    def _error_row(self, denominator: Expression) -> Worth:
        if isinstance(denominator, OfSample):
            array = self.error_derivative(denominator.x)
            samples = denominator.x.shape.index(SAMPLES)
            return Worth((array.T if samples == 1 else array)[:, None, :], (SAMPLE,))
        variable = denominator.x if isinstance(denominator, Vec) else denominator
        assert isinstance(variable, Symbol)
        return Worth(self.error_derivative(variable).reshape(1, -1, order="F"))

    def _table(self, numerator: Expression, denominator: Expression) -> Worth:
        numerator = numerator.x if isinstance(numerator, Vec) else numerator
        below = denominator.x if isinstance(denominator, Vec) else denominator
        per_sample = SAMPLE in all_letters(numerator)
        variable = below.x if isinstance(below, OfSample) else below
        if not isinstance(variable, Symbol):  # an expression on the way: give its value a name of its own
            name = Symbol("way", None, shape_of(variable))
            numerator, variable = substitute(numerator, {variable: name}), name
            worth = self(below)
            self = Evaluator({**self.values, "way": worth.array}, self.forward)
        elif isinstance(numerator, OfSample):  # all samples in one pass, then each on its own
            whole = self._columns(self._equation_of(numerator.x, variable), below, variable, per_sample=False).array
            rows, columns = (self.size(dimension) for dimension in numerator.x.shape)
            parts = whole.reshape(columns, rows, -1)
            return Worth(parts if numerator.x.shape[1] == SAMPLES else parts.swapaxes(0, 1), (SAMPLE,))  # type: ignore[misc]
        else:
            numerator = self._equation_of(numerator, variable)
            if isinstance(below, OfSample) and not per_sample:  # what reads all samples, by the part of each
                whole = self._columns(numerator, variable, variable, per_sample).array
                rows, columns = (self.size(dimension) for dimension in variable.shape)
                by_cell = whole.reshape(len(whole), columns, rows)
                return Worth(np.moveaxis(by_cell, 1 if variable.shape[1] == SAMPLES else 2, 0), (SAMPLE,))  # type: ignore[misc]
        return self._columns(numerator, below, variable, per_sample)

    def _columns(self, numerator: Expression, below: Expression, variable: Symbol, per_sample: bool) -> Worth:
        base = np.asarray(self.values[variable.id], dtype=float)
        length = self.size("·".join(shape_of(numerator)) if shape_of(numerator) else "1")
        _check_table(length * base.size)
        samples = variable.shape.index(SAMPLES) if isinstance(below, OfSample) else None
        together = [axis == samples for axis in range(min(base.ndim, 2))]
        chunk = 1 if per_sample else _chunk(base, length)
        letters = SAMPLE if per_sample else ""
        columns = []
        for nudged in _nudges(base, chunk, self._work((numerator,)), together):
            moved = nudged[0] if chunk == 1 else nudged
            found = np.asarray(self._run(numerator, letters, {**self.values, variable.id: moved}))
            if not shape_of(numerator):
                found = found[..., None, None]
            found = found.swapaxes(-1, -2)
            found = found.reshape(*found.shape[:-2], -1)
            columns.append(slope_of_step(np.broadcast_to(found, (*found.shape[:-1], length))))
        ranges = [1 if all_at_once else size for size, all_at_once in zip(base.shape[-2:], together, strict=False)]
        by_rows = np.arange(math.prod(ranges)).reshape(ranges)
        if per_sample:
            table = np.stack(np.broadcast_arrays(*columns), axis=-1)
        else:
            table = np.concatenate([each.reshape(-1, length) for each in columns]).T
        return Worth(table[..., by_rows.ravel(order="F")], (SAMPLE,) if per_sample else ())

    def _equation_of(self, x: Expression, variable: Symbol) -> Expression:
        """A quantity, a sample's part or an entry of it, as the right side of its equation, if the variable is read."""
        for each in self._defined.get(x.x if isinstance(x, Entry | OfSample) else x, ()):
            if not depends_on(each.expression, variable):
                continue
            if isinstance(x, Entry):
                return Entry(each.expression, x.indices)
            if isinstance(x, OfSample):
                part = of_sample(each.expression)
                assert part is not None
                return part
            return each.expression
        return x


@lru_cache(maxsize=1024)
def _compiled(source: str, mode: str) -> CodeType:
    """The code of a line, which is the same for many lines, or of a forward pass."""
    return compile(source, "<derivation>", mode)


def _given_numbers(expression: Expression) -> list[Expression]:
    """The outermost derivatives and tables of zeros and ones in the expression, each once."""
    if isinstance(expression, tuple(_TABLES)):
        return [expression]
    return list(dict.fromkeys(atom for operand in expression.operands for atom in _given_numbers(operand)))


def _with_free_axes(array: Array, expression: Expression, letters: str, size: Callable[[str], int]) -> Worth:
    """The value with the axes of summed letters taken away and constants at full size."""
    shape = tuple(size(dimension) for dimension in shape_of(expression))
    if array.ndim == 0 or (not letters and shape):
        return Worth(np.broadcast_to(array, shape))
    front = array.shape[: array.ndim - len(shape)]
    if shape:
        array = np.broadcast_to(array, (*front, *shape))
    if not front:
        return Worth(array)
    unbound = _free_letters(expression)
    free = [letter for letter in letters if letter in unbound]
    for place in reversed(range(len(letters))):
        if letters[place] not in free:
            array = np.take(array, 0, axis=place)
    return Worth(array, tuple(free))


def _free_letters(expression: Expression) -> set[str]:
    if isinstance(expression, IndexSum):
        return _free_letters(expression.x) - {expression.index}
    own = set(all_letters(expression)) if not expression.operands or isinstance(expression, Entry | OfSample) else set()
    return own.union(*(_free_letters(operand) for operand in expression.operands))


def _entries(array: Array, entry: Entry) -> Worth:
    names = [index for index in entry.indices if index is not None]
    kept = tuple(size for size, index in zip(array.shape, entry.indices, strict=False) if index is not None)
    return Worth(array.reshape(kept), tuple(names))


def most_steps(work: int, results: int) -> int:
    """How many entries may be moved one after the other, if each takes `work` multiplications for so many results."""
    return min(MOST_STEPS, MOST_WORK // max(1, work), LARGEST_TABLE // max(1, results))


def _check_table(entries: int) -> None:
    """Raise TooLarge before a table of so many derivatives is made, if that is too many."""
    if entries > LARGEST_TABLE:
        raise TooLarge


def _nudges(base: Array, chunk: int, work: int, together: Sequence[bool] = (False, False)) -> Iterator[Array]:
    """The array with a step in each entry in turn, `chunk` turns at once on an axis in front.

    Along an axis that is marked, all entries are moved at once. Raises TooLarge for too many turns, or if all of them
    take too long when each takes `work` multiplications.
    """
    front = base.shape[:-2] if base.ndim > 2 else ()
    shape = base.shape[len(front) :]
    ranges = [1 if all_at_once else size for size, all_at_once in zip(shape, together, strict=False)]
    turns = math.prod(ranges)
    if turns > most_steps(work, 1):
        raise TooLarge
    cells = list(np.ndindex(*ranges))
    for start in range(0, turns, chunk):
        group = cells[start : start + chunk]
        steps = np.zeros((len(group), *shape), dtype=complex)
        for turn, cell in enumerate(group):
            place = tuple(slice(None) if all_at_once else at for at, all_at_once in zip(cell, together, strict=False))
            steps[(turn, *place)] = 1j * STEP
        yield base + steps.reshape(len(group), *(1 for _ in front), *shape)


def _chunk(base: Array, largest: int) -> int:
    """How many turns are taken at once, so that no array gets too large."""
    return max(1, min(LARGEST_CHUNK, 2_000_000 // max(largest, base.size))) if base.ndim == 2 else 1


def slope_of_step(value: Any) -> Array:
    """The derivative that a stepped value carries; one that is the step's own size is infinite."""
    with np.errstate(all="ignore"):
        slope = np.imag(value) / STEP
    return np.asarray(np.where(np.abs(slope) > LARGEST_FINITE, np.copysign(np.inf, slope), slope))


_TABLES: dict[type[Expression], Callable[[Evaluator, Any], Worth]] = {
    Partial: Evaluator.partial,
    Jacobian: Evaluator.jacobian,
    Differential: Evaluator.differential,
    Selection: Evaluator.selection,
    Placed: Evaluator.placed,
}
