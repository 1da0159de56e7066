"""Equations as text → a graph: names, shapes by unification, roles, blocks and titles.

Owns what equations of a network file may say and the wording of their mistakes. Knows no values and no file: sizes of
what comes in are given, and places are lines and columns of the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from nablastep.calculus import gradient
from nablastep.errors import NablastepError, ShapeError
from nablastep.expressions import (
    ARGUMENT,
    COLUMNS,
    ONE,
    SAMPLES,
    WEIGHTS,
    Equation,
    Expression,
    Fill,
    Function,
    MatMul,
    Repeat,
    Sum,
    Symbol,
    Transpose,
    symbols,
    walk,
)
from nablastep.field_checks import FieldError, did_you_mean
from nablastep.formulas.building import build
from nablastep.formulas.dimensions import ONE_ENTRY, SAMPLES_AXIS, Dimensions
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.parser import FUNCTION_NAMES
from nablastep.formulas.reading import read_code
from nablastep.formulas.scope import Built, Scope
from nablastep.formulas.statements import (
    NAME,
    EquationError,
    Statement,
    Statements,
    at,
    canonical_name,
    statements_of,
)
from nablastep.formulas.syntax import Named, Typed
from nablastep.formulas.syntax import walk as walk_typed
from nablastep.graph import Definition, Graph, Quantity, Role
from nablastep.laws import simplified_throughout
from nablastep.rewrite import stable, tidied, with_dimensions
from nablastep.shapes import dimensions_in, shape_of

SIZES = tuple[()] | tuple[int, int]
RESERVED = frozenset({"m", "np", "math"})
_PREFIXED = re.compile(r"(grad|velocity|m|v)_")


@dataclass(frozen=True)
class Incoming:
    """A quantity that the equations do not compute: its id, its role and its size in numbers.

    The samples and their targets have as many columns as a batch has samples; their size counts rows only.
    """

    name: str
    role: Role
    size: SIZES

    @property
    def told(self) -> str:
        """Where the author finds it."""
        if self.role is Role.PARAMETER:
            return "[parameters]"
        return "[given]" if self.role is Role.GIVEN else "the data"


_NO_PARAMETER = Incoming("", Role.VALUE, ())


def check_input_names(incoming: Sequence[Incoming]) -> None:
    """Every name is one that a quantity can have, and no two are the same. Raises FieldError."""
    seen: dict[str, Incoming] = {}
    for found in incoming:
        table = "given" if found.role is Role.GIVEN else "parameters"
        key = (found.name,) if found.role in (Role.DATA, Role.TARGET) else (table, found.name)
        problem = name_problem(found.name)
        if problem is None and NAME.fullmatch(found.name) is None:
            problem = "expected a name: letters, then letters, digits and _"
        if problem is None and found.name in seen:
            problem = f"{found.name} comes from {seen[found.name].told} too; leave out one of them"
        if problem is not None:
            raise FieldError(problem, key)
        seen[found.name] = found


def split_name(name: str) -> tuple[str, int | None]:
    """`h2` is h with the mark 2; digits behind an underscore belong to the name."""
    match = re.fullmatch(r"(.*[^0-9_])(0|[1-9]\d*)", name)
    return (name, None) if match is None else (match[1], int(match[2]))


class WrittenGraph:
    """The graph that a text of equations writes, for one sample and for a batch.

    `samples` is the number of samples in the data, `whole_batches` whether every batch has all of them. `error` is the
    id of the scalar that is to become small, the last one defined if left out; `gradients` are ids of further
    gradients wanted. Raises EquationError, or FieldError for `error` and `gradients`.
    """

    def __init__(
        self,
        text: str,
        incoming: Sequence[Incoming],
        *,
        samples: int,
        whole_batches: bool,
        error: str | None = None,
        gradients: Collection[str] = (),
    ) -> None:
        self.statements = statements_of(text)
        self.incoming = {found.name: found for found in incoming}
        self.error = _error_name(error, self.statements)
        reader = _Reader(self.statements, self.incoming, self.error, samples, whole_batches=whole_batches)
        self.sizes = reader.sizes
        self.idle: tuple[str, ...] = ()
        self._symbols = reader.symbols
        self._equations = reader.equations
        self._wanted = self._checked_gradients(gradients)
        self._check_parameters(self.graph(batch=True, targets_sum_to_one=False))

    def graph(self, *, batch: bool, targets_sum_to_one: bool) -> Graph:
        """The equations of a batch, or of a single sample."""
        key = (batch, targets_sum_to_one)
        if key not in self._graphs:
            self._graphs[key] = self._built(batch=batch, targets_sum_to_one=targets_sum_to_one)
        return self._graphs[key]

    @cached_property
    def _graphs(self) -> dict[tuple[bool, bool], Graph]:
        return {}

    @cached_property
    def _flips(self) -> dict[str, str]:
        """What conventions turn each quantity with, as the equations of a batch tell."""
        return dict(_flips(self._symbols.values(), self.incoming, [found.expression for found in self._equations]))

    def _built(self, *, batch: bool, targets_sum_to_one: bool) -> Graph:
        shown = {name: self._shown(symbol, batch) for name, symbol in self._symbols.items()}

        def written(expression: Expression) -> Expression:
            own = {symbol: shown[symbol.id] for symbol in symbols(expression)}
            with_own = _substituted(expression, own)
            return tidied(with_own if batch else with_dimensions(with_own, _one_sample))

        equations = [Equation(shown[found.target.id], written(found.expression)) for found in self._equations]
        target = next((name for name, found in self.incoming.items() if found.role is Role.TARGET), None)
        known = frozenset({shown[target]}) if targets_sum_to_one and target is not None else frozenset[Symbol]()
        definitions = tuple(
            self._definition(equation, only_here, known, statement.title)
            for equation, only_here, statement in zip(
                equations, _read_only_by(equations), self.statements.definitions, strict=True
            )
        )
        return Graph(self._quantities(shown, definitions), definitions, shown[self.error], self.blocks, self._wanted)

    def _definition(
        self,
        equation: Equation,
        stands_for: Mapping[Expression, Expression],
        distributions: frozenset[Symbol],
        title: str,
    ) -> Definition:
        found = stable(equation.expression, stands_for, distributions)
        if found is None:
            return Definition(equation, None, title)
        undone = {
            symbol: meaning
            for symbol, meaning in stands_for.items()
            if stable(equation.expression, {**stands_for, symbol: symbol}, distributions) != found
        }
        return Definition(Equation(equation.target, _substituted(found, undone)), equation, title)

    def _shown(self, symbol: Symbol, batch: bool) -> Symbol:
        shape = symbol.shape if batch else tuple(_one_sample(dimension) for dimension in symbol.shape)
        return replace(symbol, shape=shape, flips_with=self._flips.get(symbol.id, ""))  # type: ignore[arg-type]

    @cached_property
    def blocks(self) -> tuple[str, ...]:
        """The titles of the blocks: the headings, or without headings one for each equation."""
        if not self.statements.headings:
            return tuple(statement.name for statement in self.statements.definitions)
        before = ("",) if self.statements.definitions[0].block == 0 else ()
        return (*before, *self.statements.headings)

    def _block(self, number: int) -> int:
        """The block of the definition of that number."""
        if not self.statements.headings:
            return number + 1
        return self.statements.definitions[number].block + (self.statements.definitions[0].block == 0)

    def _quantities(self, shown: Mapping[str, Symbol], definitions: Sequence[Definition]) -> tuple[Quantity, ...]:
        """Data, targets and what is given, E and the values, then the parameters: each in the block where it is met."""
        first: dict[str, int] = {}
        for number, definition in enumerate(definitions):
            for symbol in (definition.target, *definition.read, *definition.passed_over):
                first.setdefault(symbol.id, self._block(number))
        order = (Role.DATA, Role.TARGET, Role.GIVEN)
        outside = [found for role in order for found in self.incoming.values() if found.role is role]
        parameters = [found for found in self.incoming.values() if found.role is Role.PARAMETER]
        values = [statement.name for statement in self.statements.definitions if statement.name != self.error]
        return (
            *(Quantity(shown[found.name], found.role, _outer(found, first)) for found in outside),
            Quantity(shown[self.error], Role.ERROR, first[self.error]),
            *(Quantity(shown[name], Role.VALUE, first[name]) for name in values),
            *(Quantity(shown[found.name], Role.PARAMETER, first.get(found.name, 0)) for found in parameters),
        )

    def _checked_gradients(self, names: Collection[str]) -> frozenset[str]:
        for name in names:
            if name not in self._symbols:
                near = did_you_mean(name, tuple(self._symbols))
                raise FieldError(f"there is no quantity {name!r}{near}", ("gradients",))
        return frozenset(names)

    def _check_parameters(self, graph: Graph) -> None:
        self.idle = tuple(symbol.id for symbol in graph.idle)
        for name in self.idle:
            if self.incoming.get(name, _NO_PARAMETER).role is Role.PARAMETER:
                problem = f"{self.error} does not depend on this parameter; use it in an equation, or leave it out"
                raise FieldError(problem, ("parameters", name))
        for name in self._wanted:
            if not graph.uses(graph.by_id[name].symbol) and name != self.error:
                raise FieldError(f"{self.error} does not depend on {name}", ("gradients",))


def _read_only_by(equations: Sequence[Equation]) -> list[dict[Expression, Expression]]:
    """For each equation the quantities that it alone reads of those defined above, with their definitions."""
    readers: dict[Symbol, list[int]] = {}
    for number, equation in enumerate(equations):
        for symbol in symbols(equation.expression):
            readers.setdefault(symbol, []).append(number)
    found: list[dict[Expression, Expression]] = [{} for _ in equations]
    for equation in equations:
        reading = readers.get(equation.target, [])
        if len(reading) == 1:
            found[reading[0]][equation.target] = equation.expression
    return found


def _outer(found: Incoming, first: Mapping[str, int]) -> int:
    return 0 if found.role is Role.DATA else first.get(found.name, 0)


def _one_sample(dimension: str) -> str:
    return "·".join(part for part in dimension.split("·") if part not in (SAMPLES_AXIS, ONE_ENTRY)) or ONE_ENTRY


def _substituted(expression: Expression, replacements: Mapping[Any, Expression]) -> Expression:
    if isinstance(expression, Symbol):
        return replacements.get(expression, expression)
    operands = expression.operands
    if not operands:
        return expression
    return expression.with_operands(tuple(_substituted(operand, replacements) for operand in operands))


def _error_name(error: str | None, statements: Statements) -> str:
    names = [statement.name for statement in statements.definitions]
    if error is None:
        return names[-1]
    if error not in names:
        raise FieldError(f"no equation defines {error!r}{did_you_mean(error, names)}", ("error",))
    return error


def _flips(
    known: Collection[Symbol], incoming: Mapping[str, Incoming], expressions: Sequence[Expression]
) -> Iterator[tuple[str, str]]:
    """Quantities with the sample axis, and parameters copied to every sample, flip with the samples; weights too."""
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, Repeat) and node.axis == COLUMNS and SAMPLES_AXIS in node.dimension.split("·"):
                yield from _bare_parameter(node.x, incoming, SAMPLES)
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, MatMul):
                for one, other in ((node.left, node.right), (node.right, node.left)):
                    if any(SAMPLES_AXIS in dimension.split("·") for dimension in shape_of(other)):
                        yield from _bare_parameter(one, incoming, WEIGHTS)
    for symbol in known:
        if symbol.shape and SAMPLES_AXIS in symbol.shape[1].split("·"):
            yield symbol.id, SAMPLES


def _bare_parameter(node: Expression, incoming: Mapping[str, Incoming], kind: str) -> Iterator[tuple[str, str]]:
    inner = node.x if isinstance(node, Transpose) else node
    if isinstance(inner, Symbol) and inner.id in incoming and incoming[inner.id].role is Role.PARAMETER:
        yield inner.id, kind


class _Reader:
    """Reads the statements in order: `symbols` and `equations` with final names of dimensions, for a batch."""

    def __init__(
        self,
        statements: Statements,
        incoming: Mapping[str, Incoming],
        error: str,
        samples: int,
        *,
        whole_batches: bool,
    ) -> None:
        self.statements = statements
        self.incoming = incoming
        self.error = error
        self.dimensions = Dimensions(samples, whole_batches=whole_batches)
        self.lines = {statement.name: statement for statement in statements.definitions}
        self._check_names()
        known = {name: _symbol(name, self._axes(found)) for name, found in incoming.items()}
        self.has_samples = any(found.role in (Role.DATA, Role.TARGET) for found in incoming.values())
        self.functions: dict[str, Function] = {}
        self.named_dimensions: Mapping[str, str] = {}
        self._axes_met: dict[str, None] = {}
        for statement in statements.functions:
            self.functions[statement.name] = self._function(statement)
        built: list[Equation] = []
        read = [known[name] for name, found in incoming.items() if found.role is Role.DATA]
        for statement in statements.definitions:
            self.named_dimensions = self._named_dimensions(read, known)
            expression, shape = self._definition(statement, known)
            known[statement.name] = _symbol(statement.name, shape)
            built.append(Equation(known[statement.name], expression))
            read = [known[statement.name], *symbols(expression)]
        letters = self._letters(known, built)

        def renamed(dimension: str) -> str:
            parts = (letters[part] for part in self.dimensions.named(dimension).split("·"))
            return "·".join(sorted(part for part in parts if part != ONE_ENTRY)) or ONE_ENTRY

        self.symbols = {
            name: replace(symbol, shape=tuple(renamed(dimension) for dimension in symbol.shape))  # type: ignore[arg-type]
            for name, symbol in known.items()
        }
        self.equations = [
            Equation(self.symbols[found.target.id], with_dimensions(found.expression, renamed)) for found in built
        ]
        self.sizes = {
            letter: self.dimensions.sizes[name]
            for name, letter in letters.items()
            if name not in (ONE_ENTRY, SAMPLES_AXIS)
        }

    # names

    def _check_names(self) -> None:
        seen: dict[str, Statement] = {}
        for statement in (*self.statements.functions, *self.statements.definitions):
            name = statement.name
            if name in seen:
                problem = f"{name} is defined already in line {at(seen[name].line)}"
                raise EquationError(problem, statement.line, 1, hint="give one of the two another name")
            if name in self.incoming:
                problem = f"{name} is defined here and comes from {self.incoming[name].told} too"
                raise EquationError(problem, statement.line, 1, hint="leave out one of them")
            unfit = name_problem(name)
            if unfit is not None:
                raise EquationError(unfit, statement.line, 1)
            seen[name] = statement

    def _check_known(self, typed: Typed, statement: Statement, known: Collection[str]) -> None:
        """Every name has been defined above; else one error that says what it is, and where."""
        for node in walk_typed(typed):
            if not isinstance(node, Named) or node.name in known or node.name == statement.argument:
                continue
            column = statement.offset + node.place + 1
            if (node.name == SAMPLES_AXIS and self.has_samples) or node.name in self.named_dimensions.values():
                continue
            if node.name in self.lines:
                raise self._not_yet(node.name, statement, column)
            raise self._unknown(node, statement, known, column)

    def _not_yet(self, name: str, statement: Statement, column: int) -> EquationError:
        other = self.lines[name]
        if name == statement.name:
            return EquationError(f"{name} is explained by itself", statement.line, column)
        if self._leads_to(other, statement.name):
            problem = (
                f"a cycle: {statement.name} needs {name}, and {name} (line {at(other.line)}) needs {statement.name}"
            )
            return EquationError(problem, statement.line, column, hint="each quantity is computed once, in order")
        problem = f"{name} is used here before it is defined in line {at(other.line)}"
        return EquationError(problem, statement.line, column, hint="write the equation of what is used further up")

    def _leads_to(self, statement: Statement, name: str) -> bool:
        """Whether the statement reads the name, through other statements too."""
        waiting, seen = [statement], {statement.name}
        while waiting:
            for read in _words(waiting.pop().right):
                if read == name:
                    return True
                if read in self.lines and read not in seen:
                    seen.add(read)
                    waiting.append(self.lines[read])
        return False

    def _unknown(self, node: Named, statement: Statement, known: Collection[str], column: int) -> EquationError:
        written = _spelled(statement.right, node.place) or node.name
        if node.name == SAMPLES_AXIS:
            return EquationError("there are no samples to count: x and y are missing", statement.line, column)
        functions = FUNCTION_NAMES if statement.right[node.place + len(written) :].startswith("(") else ()
        near = did_you_mean(written, (*known, *functions))
        hint = f"it has to be defined above, or stand in [parameters] or [given]; known here: {' '.join(known)}"
        return EquationError(f"there is no {written!r}{near}", statement.line, column, hint=hint)

    # shapes

    def _axes(self, found: Incoming) -> tuple[str, ...]:
        if found.role in (Role.DATA, Role.TARGET):
            return (self.dimensions.fresh(found.size[0]), SAMPLES_AXIS)  # type: ignore[misc]
        loose = found.role is Role.GIVEN
        if not found.size:
            return ()
        rows, columns = found.size
        across = ONE_ENTRY if columns == 1 else self.dimensions.fresh(columns, loose=loose)
        return (self.dimensions.fresh(rows, loose=loose), across)

    def _function(self, statement: Statement) -> Function:
        """A function of one's own, entry by entry, with its derivative."""
        assert statement.argument is not None
        argument = replace(ARGUMENT)
        scope = self._scope({statement.argument: argument}, {**self.dimensions.sizes, "rows": 2, "columns": 3})
        built = self._built(statement, scope, (statement.argument,))
        if built.shape == ():
            built = Built(Fill(built.expression, ARGUMENT.shape), ARGUMENT.shape)
        if built.shape != ARGUMENT.shape:
            raise EquationError(f"{statement.name} has to act on each entry by itself", statement.line, 1)
        body = tidied(built.expression)
        slope = simplified_throughout(gradient(body, ARGUMENT, Fill(ONE, ARGUMENT.shape)))
        return Function(
            statement.name,
            statement.name,
            rf"\operatorname{{{statement.name}}}",
            f"{statement.name} of",
            definition=body,
            derivative=slope,
            named_derivative=True,
        )

    def _definition(self, statement: Statement, known: Mapping[str, Symbol]) -> tuple[Expression, tuple[str, ...]]:
        built = self._built(statement, self._scope(known, self.dimensions.sizes), known)
        if statement.name != self.error:
            return built.expression, built.shape
        if built.shape and all(self.dimensions.same(dimension, ONE_ENTRY) for dimension in built.shape):
            return Sum(built.expression), ()
        if built.shape:
            sizes = "×".join(self._size_text(dimension) for dimension in built.shape)
            problem = f"{statement.name} has to be one number, and this is {sizes}"
            hint = "sum(…) or mean(…) makes a number of it; error = … names another quantity to be made small"
            raise EquationError(problem, statement.line, statement.offset + 1, hint=hint)
        return built.expression, built.shape

    def _scope(self, known: Mapping[str, Symbol], sizes: Mapping[str, int]) -> Scope:
        return Scope(known, sizes, {}, 0, self.functions, self.dimensions, inverts=True)

    def _built(self, statement: Statement, scope: Scope, known: Collection[str]) -> Built:
        """The right side, with things that stand beside each other bound before ⊙ only where nothing else fits."""
        first: NablastepError | None = None
        for tight in (False, True):
            state = self.dimensions.state()
            try:
                quantities = {name: name for name in (*self.lines, *self.incoming, *known)}
                names = {**self.named_dimensions, **quantities}
                parsed = read_code(statement.right, {**scope.names, **names}, self.functions, tight=tight)
                self._check_known(parsed.right, statement, known)
                return build(parsed.right, scope)
            except ShapeError as error:
                self.dimensions.restore(state)
                first = first or error
            except FormulaError as error:
                raise self._placed(error, statement) from None
        assert first is not None
        raise self._contradiction(first, statement, scope) from None

    def _placed(self, error: NablastepError, statement: Statement, more: str = "") -> EquationError:
        column = None if error.column is None else statement.offset + error.column
        return EquationError(error.message + more, statement.line, column, hint=error.hint)

    def _contradiction(self, error: NablastepError, statement: Statement, scope: Scope) -> EquationError:
        """The shapes that do not fit, and for each quantity in the equation where its shape comes from."""
        read = [name for name in dict.fromkeys(_words(statement.right)) if name in scope.symbols]
        origins = "; ".join(self._origin(name, scope.symbols[name]) for name in read)
        return self._placed(error, statement, f" in {statement.text}" + (f"; {origins}" if origins else ""))

    def _origin(self, name: str, symbol: Symbol) -> str:
        shape = "×".join(self._size_text(dimension) for dimension in symbol.shape) or "a number"
        if name in self.lines:
            return f"{name} is {shape} by line {at(self.lines[name].line)}, {self.lines[name].text}"
        return f"{name} is {shape} in {self.incoming[name].told}" if name in self.incoming else f"{name} is {shape}"

    def _size_text(self, dimension: str) -> str:
        parts = self.dimensions.named(dimension).split("·")
        return "·".join(part if part == SAMPLES_AXIS else str(self.dimensions.sizes[part]) for part in parts)

    def _named_dimensions(self, read: Sequence[Symbol], taken: Collection[str]) -> dict[str, str]:
        """The letters that dimensions have by the data and the equations so far: they may stand as numbers.

        `read` are the quantities that have come since the last call.
        """
        axes = (*self._axes_met, *(dimension for symbol in read for dimension in symbol.shape))
        # What has become one dimension stays one: of all its axes the first place is enough.
        self._axes_met = dict.fromkeys(axis if "·" in axis else self.dimensions.named(axis) for axis in axes)
        letters = self.dimensions.letters(self._axes_met, taken)
        return {letter: root for root, letter in letters.items() if root not in (ONE_ENTRY, SAMPLES_AXIS)}

    def _letters(self, known: Mapping[str, Symbol], built: Sequence[Equation]) -> dict[str, str]:
        """Dimensions get their letters in the order of data, then of the equations, then of what else comes in."""
        data = [known[name] for name, found in self.incoming.items() if found.role is Role.DATA]
        read = [symbol for found in built for symbol in (found.target, *symbols(found.expression))]
        shapes: list[tuple[str, ...]] = [symbol.shape for symbol in (*data, *read, *known.values())]
        inner = [tuple(dimensions_in(found.expression)) for found in built]
        return self.dimensions.letters([dimension for shape in (*shapes, *inner) for dimension in shape], known)


def _symbol(name: str, shape: tuple[str, ...]) -> Symbol:
    base, mark = split_name(name)
    return Symbol(base, mark, shape)  # type: ignore[arg-type]


def name_problem(name: str) -> str | None:
    """Why a quantity cannot have this name; None if it can."""
    if name in RESERVED:
        meaning = "the number of samples" if name == "m" else "a word of the code that is printed"
        return f"{name} is {meaning} and cannot be a name"
    prefix = _PREFIXED.match(name)
    if prefix and prefix[1] == "grad":
        return f"{name} would be taken for the gradient of {name.removeprefix('grad_')}; choose another name"
    return None


def _words(text: str) -> list[str]:
    return [canonical_name(match.group()) for match in NAME.finditer(text)]


def _spelled(text: str, place: int) -> str | None:
    match = NAME.match(text, place)
    return None if match is None else match.group()
