"""Your turn: is this formula the equation of that step? First its shape, then its value, then what went wrong.

The value is compared with the step's own on several random networks of the same shape, never on one's numbers alone, so
equivalent forms count as right and accidents do not. The cause of a mistake is found by mending the formula: the first
of the usual slips whose repair makes it right is named, with a hint that does not give the answer away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from math import prod
from typing import Any

import numpy as np

from nablastep.derivations.worth import Evaluator
from nablastep.errors import NablastepError, ShapeError, UnknownNameError
from nablastep.expressions import COLUMNS, ROWS, Equation, Symbol
from nablastep.field_checks import did_you_mean
from nablastep.formulas.building import Built, Scope, build, named_size, shape_in_sizes
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.parser import parse
from nablastep.formulas.syntax import Called, Named, Negated, Number, Operation, Transposed, Typed, edits, walk
from nablastep.layers import Form
from nablastep.network import Network
from nablastep.program import BACKWARD, UPDATE, Program, Step
from nablastep.program import build as build_program
from nablastep.session import Session
from nablastep.transposition import Convention, convention_named

NETWORKS = 3
"""How many random networks a formula is tried on."""

MOST_WORK = 20_000
"""So many operations, over all repaired formulas that are tried, before the cause counts as unknown."""

TOLERANCE = 1e-9
"""The relative error, measured on the whole array, below which two values count as equal."""

SHAPE, CIRCULAR, LATER, UNKNOWN = "shape", "circular", "later", "unknown"


@dataclass(frozen=True)
class Verdict:
    """`right`, or the `cause` (one word) with a `message` that says it and a `hint` that does not give the answer away.

    `relative_error` is that of the worst random network; None where the shape was wrong already.
    """

    right: bool
    cause: str | None
    message: str
    hint: str | None
    relative_error: float | None


@dataclass(frozen=True, eq=False)
class Question:
    """A step to be answered, in one convention, with random networks to try answers on."""

    step_id: str
    target: Symbol
    equation: Equation
    scope: Scope
    trials: tuple[tuple[Mapping[str, Any], Any], ...]
    later: frozenset[str]
    layer: int


def judge(session: Session, name: str, answer: str, convention: str | None = None) -> Verdict:
    """What the answer is worth as the equation of the step of that id (or of `grad_a0`), with or without a left side.

    Raises FormulaError if it cannot be read, UnknownNameError if there is no such step.
    """
    shown_in = convention_named(convention or session.network.convention)
    return judge_answer(question_of(session, name, shown_in), answer)


def judge_answer(question: Question, answer: str) -> Verdict:
    """What the answer is worth."""
    first: ShapeError | None = None
    for tight in (False, True):
        formula = parse(answer, tight=tight, names=question.scope.names)
        _check_left(question, formula.left, formula.left_place)
        try:
            built = build(formula.right, question.scope, question.target)
            _check_shape(question, built)
        except ShapeError as error:
            first = first or error
            continue
        return _by_value(question, formula.right, built)
    assert first is not None
    return _wrong_shape(question, parse(answer, names=question.scope.names).right, first)


def question_of(session: Session, name: str, convention: Convention) -> Question:
    """The step of that id as a question. Raises UnknownNameError for a name that is no step."""
    program = session.program
    program = build_program(program.graph, replace(program.training, interleaved=False))
    step = _step(program, name)
    equation = convention.shown_equation(step.equation)
    trials = tuple(_trial(program, session.network, step, convention, seed) for seed in range(NETWORKS))
    symbols = {symbol.id: convention.shown_symbol(symbol) for symbol in program.symbols.values()}
    symbols.pop("grad_a0", None)
    sizes = {f"n{k}": size for k, size in enumerate(program.form.sizes)} | {"m": _samples(program.form)}
    axis = COLUMNS if convention.transposes_samples else ROWS
    scope = Scope(symbols, sizes, program.form.activations, axis)
    following = (other for other in program.steps if other.number >= step.number and other.phase != UPDATE)
    later = frozenset(other.id for other in following if other.id != step.id)
    return Question(step.id, convention.shown_symbol(step.target), equation, scope, trials, later, step.layer)


def _step(program: Program, name: str) -> Step:
    if name == "grad_a0":
        last = program.step("grad_z1")
        return Step(last.number + 1, BACKWARD, last.block, program.input_gradient, None, 1)
    ids = [step.id for step in program.steps]
    if name not in ids:
        raise UnknownNameError(
            f"no step computes '{name}'{did_you_mean(name, ids)}", hint=f"the steps are {' '.join(ids)}"
        )
    return program.step(name)


def _check_left(question: Question, left: str | None, place: int) -> None:
    if left is not None and left != question.step_id:
        raise FormulaError(
            f"the left side is {left}, and the question is about {question.step_id}",
            column=place + 1,
            hint=f"leave the left side out, or write {question.step_id} there",
        )


def _check_shape(question: Question, built: Built) -> None:
    wanted = question.target.shape
    sizes = question.scope.sizes
    found = tuple(prod(1 if part == "1" else sizes[part] for part in name.split("·")) for name in built.shape)
    expected = tuple(1 if name == "1" else sizes[name] for name in wanted)
    if found == expected or (expected == () and all(size == 1 for size in found)):
        return
    if found == ():
        raise ShapeError(f"this is a number, and {question.step_id} is {_shape_text(wanted, sizes)}")
    if expected == ():
        raise ShapeError(f"this is {_shape_text(built.shape, sizes)}, and {question.step_id} is a number")
    place = next(axis for axis in range(2) if found[axis] != expected[axis])
    which = ("rows", "columns")[place]
    raise ShapeError(
        f"this is {_shape_text(built.shape, sizes)}, and {question.step_id} is {_shape_text(wanted, sizes)}: "
        f"the {which} disagree, {named_size(built.shape[place], sizes)} instead of {named_size(wanted[place], sizes)}"
    )


def _shape_text(shape: tuple[str, ...], sizes: Mapping[str, int]) -> str:
    return shape_in_sizes(shape, sizes)


# value


def _by_value(question: Question, typed: Typed, built: Built) -> Verdict:
    if _inverts(typed):
        return Verdict(False, *_INVERSE, None)
    circular = _names(typed) & {question.step_id}
    if circular and not question.equation.is_update:
        return Verdict(
            False,
            CIRCULAR,
            f"this explains {question.step_id} by itself",
            "Use only what has been computed before this step.",
            None,
        )
    later = sorted(_names(typed) & question.later)
    if later:
        message = f"{later[0]} is not computed yet when this step runs"
        return Verdict(False, LATER, message, "Use only what has been computed before this step.", None)
    error = _error(question, built)
    if error <= TOLERANCE:
        return Verdict(True, None, "right", None, error)
    cause = _cause(question, typed)
    percent = f"the shape fits, and the value is {_percent(error)} off on random networks of this shape"
    if cause is None:
        return Verdict(
            False,
            UNKNOWN,
            percent,
            "Write the step for one entry with sums, then look which index each sum runs over.",
            error,
        )
    word, message, hint = cause
    return Verdict(False, word, f"{message}; {percent}", hint, error)


def _percent(error: float) -> str:
    return f"{100 * error:.3g} %" if np.isfinite(error) else "infinitely far"


def _wrong_shape(question: Question, typed: Typed, error: ShapeError) -> Verdict:
    if _inverts(typed):
        return Verdict(False, *_INVERSE, None)
    cause = _cause(question, typed)
    if cause is None:
        return Verdict(False, SHAPE, error.message, error.hint or "Compare the dimensions of both sides.", None)
    word, message, hint = cause
    return Verdict(False, word, f"{message}: {error.message}", hint, None)


def _error(question: Question, built: Built) -> float:
    """The largest relative error over the random networks."""
    worst = 0.0
    for values, expected in question.trials:
        with np.errstate(all="ignore"):
            found = Evaluator(values, ())(built.expression).array
            found = np.broadcast_to(found, np.shape(expected)) if np.ndim(expected) else found.reshape(-1)[0]
            difference = float(np.max(np.abs(found - expected)))
            size = max(float(np.max(np.abs(expected))), float(np.max(np.abs(found))), 1e-300)
        relative = difference / size
        worst = max(worst, relative) if np.isfinite(relative) else float("inf")
    return worst


def _inverts(typed: Typed) -> bool:
    own = isinstance(typed, Called) and typed.name in {"inv", "pinv"}
    return own or any(_inverts(child) for child in typed.children)


def _names(typed: Typed) -> frozenset[str]:
    own = frozenset({typed.name}) if isinstance(typed, Named) else frozenset()
    return own.union(*(_names(child) for child in typed.children))


# causes


Cause = tuple[str, str, str]

_TRANSPOSE: Cause = (
    "transpose",
    "a factor is the wrong way round",
    "Write one entry as a sum: does the sum run over the first or the second index of that factor?",
)
_ORDER: Cause = (
    "order",
    "the factors stand in the wrong order",
    "A matrix product does not commute: whose rows are the rows of the result?",
)
_SLOPE: Cause = (
    "slope",
    "the slope of the activation is missing",
    "How much does the activation change when its input changes a little?",
)
_SLOPE_AT: Cause = (
    "slope-at-activation",
    "the slope is taken at the wrong place",
    "The function was applied to one quantity and gave the other: at which of them is its slope measured?",
)
_VALUE_FOR_SLOPE: Cause = (
    "value-for-slope",
    "the activation itself stands where its slope belongs",
    "The chain rule multiplies by a derivative.",
)
_SIGN: Cause = ("sign", "the sign is the wrong way round", "If this quantity grows a little, does E grow or fall?")
_FACTOR: Cause = (
    "factor",
    "a constant factor is missing or too many",
    "Where does the mean over the samples, or the constant of the loss, enter, and how often?",
)
_PRODUCT: Cause = (
    "product",
    "the kind of product is wrong",
    "Is there one path from each entry to its own partner, or a sum over many paths?",
)
_SUM: Cause = ("sample-sum", "the samples are not added up", "The forward pass copies this parameter to every sample.")
_ADDED: Cause = ("added", "two factors are added", "The chain rule multiplies along a path, and adds only over paths.")


_WHOLE: Cause = (
    "order",
    "this is the right array lying on its side",
    "Whose index counts the rows: the neuron that a weight leads to, or the one it comes from?",
)
_LAYER: Cause = ("layer", "a quantity of another layer is used", "Which layers stand on the two sides of this step?")
_DIAGONAL_ONLY: Cause = (
    "softmax-diagonal",
    "only the diagonal of the softmax's Jacobian is used",
    "Nudge one input of the softmax: do the other outputs stay where they are?",
)
_OTHER_LOSS: Cause = (
    "other-loss",
    "this is the start for another loss or output activation",
    "Differentiate this network's own loss by its own output.",
)
_INVERSE: Cause = (
    "inverse",
    "going back is not undoing: an inverse has the right shape and the wrong meaning",
    "The question is how E changes with each input, not which input gave this output.",
)


def _lookalikes(question: Question) -> Iterator[tuple[Cause, Typed]]:
    """Formulas that people take for this step's although they belong to another one."""
    last = len(question.scope.activations)
    mean = ("", "1/m * ", f"1/n{last} * ", f"2/n{last} * ", f"1/m * 2/n{last} * ")
    if question.step_id == f"grad_z{question.layer}" and question.scope.activations[question.layer - 1] == "softmax":
        a = f"a{question.layer}"
        yield _DIAGONAL_ONLY, parse(f"grad_a{question.layer} * {a} * (1 - {a})").right
    if question.step_id in {f"grad_a{last}", f"grad_z{last}"}:
        for factor in mean:
            yield _OTHER_LOSS, parse(f"{factor}(a{last} - y)").right


def _cause(question: Question, typed: Typed) -> Cause | None:
    for cause, repairs in _simple_repairs(question, typed):
        if any(_is_right(question, repaired) for repaired in repairs):
            return cause
    explained = any(name.startswith("grad_a") for name in _names(typed))
    for cause, other in _lookalikes(question):
        if explained and cause is _OTHER_LOSS:
            continue  # ∇a stands in it, so the loss has been differentiated
        if _agree(question, typed, other):
            return cause
    tries = ((cause, repaired) for cause, repairs in _repairs(question, typed) for repaired in repairs)
    for cause, repaired in islice(tries, MOST_WORK // sum(1 for _ in walk(typed))):
        if _is_right(question, repaired):
            return cause
    return None


def _agree(question: Question, typed: Typed, other: Typed) -> bool:
    """Whether two formulas have the same value on every random network."""
    try:
        first, second = (build(each, question.scope, question.target) for each in (typed, other))
        _check_shape(question, first)
    except NablastepError:
        return False
    for values, _ in question.trials:
        found, expected = (Evaluator(values, ())(built.expression).array for built in (first, second))
        if np.shape(found) != np.shape(expected) or not np.allclose(found, expected, rtol=TOLERANCE, atol=0):
            return False
    return True


def _is_right(question: Question, typed: Typed) -> bool:
    try:
        built = build(typed, question.scope, question.target)
        _check_shape(question, built)
    except NablastepError:
        return False
    return _error(question, built) <= TOLERANCE


def _simple_repairs(question: Question, typed: Typed) -> Iterator[tuple[Cause, Iterator[Typed]]]:
    """Slips of the whole formula."""
    yield _SIGN, iter((Negated(0, typed),))
    if question.target.shape:
        yield _WHOLE, iter((Transposed(0, typed),))
    yield _FACTOR, _rescaled(question, typed)


def _repairs(question: Question, typed: Typed) -> Iterator[tuple[Cause, Iterator[Typed]]]:
    """For each of the usual slips, the formulas without it; single slips before pairs."""
    yield _SIGN, edits(typed, _flipped_sign)
    yield _TRANSPOSE, edits(typed, _turned)
    yield _ORDER, edits(typed, _swapped)
    yield _VALUE_FOR_SLOPE, edits(typed, _slope_for_value)
    yield _SLOPE_AT, edits(typed, _at_pre_activation)
    yield _ADDED, edits(typed, _multiplied)
    yield _PRODUCT, edits(typed, _other_product)
    yield (
        _SUM,
        iter((Operation(0, " ", typed, Number(0, "1")), Operation(0, " ", Transposed(0, Number(0, "1")), typed))),
    )
    yield _SLOPE, edits(typed, lambda node: _with_slope(question, node))
    yield _SLOPE, edits(typed, lambda node: _through_activation(question, node))
    yield _LAYER, edits(typed, _next_door)
    yield _TRANSPOSE, _pairs(typed, _turned, _turned)
    yield _ORDER, _pairs(typed, _swapped, _turned)
    yield _PRODUCT, _pairs(typed, _other_product, _turned)
    yield _FACTOR, (Negated(0, other) for other in _rescaled(question, typed))


def _pairs(typed: Typed, first: Any, second: Any) -> Iterator[Typed]:
    for once in edits(typed, first):
        yield from edits(once, second)


def _turned(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Transposed):
        yield node.x
    elif isinstance(node, Named):
        yield Transposed(node.place, node)


def _next_door(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Named) and node.name[-1:].isdigit():
        base = node.name.rstrip("0123456789")
        layer = int(node.name[len(base) :])
        for other in (layer - 1, layer + 1):
            if other >= 0:
                yield Named(node.place, f"{base}{other}")


def _swapped(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Operation) and node.operator in {" ", "@", "·", "-"}:
        yield Operation(node.place, node.operator, node.right, node.left)


def _flipped_sign(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Operation) and node.operator in {"+", "-"}:
        yield Operation(node.place, "-" if node.operator == "+" else "+", node.left, node.right)
    if isinstance(node, Negated):
        yield node.x


def _slope_for_value(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Called) and not node.prime:
        yield replace(node, prime=True)
    if isinstance(node, Named) and node.name.startswith("a") and node.name[1:].isdigit():
        yield Called(node.place, "f", (Named(node.place, f"z{node.name[1:]}"),), prime=True)


def _at_pre_activation(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Called) and node.prime and isinstance(node.arguments[0], Named):
        layer = node.arguments[0].name[1:]
        if layer.isdigit():
            for number in {int(layer), int(layer) - 1, int(layer) + 1}:
                if number >= 1:
                    yield Called(node.place, "f", (Named(node.place, f"z{number}"),), prime=True)


def _rescaled(question: Question, typed: Typed) -> Iterator[Typed]:
    last = f"n{len(question.scope.activations)}"
    for factors in (("m",), (last,), ("m", last)):
        below: Typed = Named(0, factors[0])
        for name in factors[1:]:
            below = Operation(0, "*", below, Named(0, name))
        yield Operation(0, "/", typed, below)
        yield Operation(0, "*", typed, below)
    for number in ("2", "0.5"):
        scaled = Operation(0, "*", typed, Number(0, number))
        yield scaled
        for name in ("m", last):
            yield Operation(0, "/", scaled, Named(0, name))
            yield Operation(0, "*", scaled, Named(0, name))


def _multiplied(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Operation) and node.operator == "+":
        yield Operation(node.place, "⊙", node.left, node.right)


def _other_product(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Operation) and node.operator in {" ", "@", "·"}:
        yield Operation(node.place, "⊙", node.left, node.right)
    if isinstance(node, Operation) and node.operator in {"*", "⊙"}:
        yield Operation(node.place, "@", node.left, node.right)


def _with_slope(question: Question, node: Typed) -> Iterator[Typed]:
    for layer in range(1, len(question.scope.activations) + 1):
        if question.scope.activations[layer - 1] == "softmax":
            continue
        slope = Called(node.place, "f", (Named(node.place, f"z{layer}"),), prime=True)
        if isinstance(node, Named) and node.name == f"grad_a{layer}":
            yield Operation(node.place, "⊙", node, slope)
        if question.step_id == f"grad_z{layer}":
            yield Operation(node.place, "⊙", node, slope)


def _through_activation(question: Question, node: Typed) -> Iterator[Typed]:
    """∇a where ∇z belongs: the slope of the activation between them is missing, whatever the activation."""
    if (
        isinstance(node, Named)
        and node.name.startswith("grad_a")
        and f"grad_z{node.name[6:]}" in question.scope.symbols
    ):
        yield Named(node.place, f"grad_z{node.name[6:]}")


# random networks


def _samples(form: Form) -> int:
    """A number of samples that is no width of the network, so that no product fits by accident."""
    if not form.batch:
        return 1
    return next(count for count in range(3, 3 + len(form.sizes) + 2) if count not in form.sizes)


def _trial(
    program: Program, network: Network, step: Step, convention: Convention, seed: int
) -> tuple[Mapping[str, Any], Any]:
    """The values that the step reads in one random network, as the convention shows them, and the step's own value."""
    values = dict(_random_values(program, network, seed))
    steps = [other for other in program.steps if other.phase != UPDATE or other.number < step.number]
    with np.errstate(all="ignore"):
        for other in steps:
            other.run(values)
        made = dict(values)
        step.run(made)
    shown = {name: _shown(program, convention, name, value) for name, value in values.items()}
    return shown, _shown(program, convention, step.id, made[step.id])


def _shown(program: Program, convention: Convention, name: str, value: Any) -> Any:
    symbol = program.symbols.get(name)
    if symbol is None and name == "grad_a0":
        symbol = program.symbols["a0"].gradient
    return convention.shown_value(symbol, value) if symbol is not None and symbol.shape else value


@lru_cache(maxsize=32)
def _random_values(program: Program, network: Network, seed: int) -> Mapping[str, Any]:
    form = program.form
    generator = np.random.default_rng([7, seed])
    samples = _samples(form)
    settings = {
        name: float(generator.uniform(0.1, 0.9)) for name in ("learning_rate", "momentum", "decay", "beta1", "beta2")
    }
    values: dict[str, Any] = {
        **settings, "epsilon": float(generator.uniform(0.01, 0.1)), "weight_decay": float(generator.uniform(0.1, 0.5)),
        "t": 3, "m": samples, "1": 1, **{f"n{k}": size for k, size in enumerate(form.sizes)},
    }  # fmt: skip
    for symbol in program.symbols.values():
        if symbol.prefix == "grad" or symbol.base in "zE" or (symbol.base == "a" and symbol.layer):
            continue
        shape = tuple(1 if name == "1" else values[name] for name in symbol.shape)
        drawn = generator.normal(0.0, 1.0, shape)
        if symbol.base == "W" and not symbol.prefix:
            drawn = drawn / np.sqrt(shape[1])
        values[symbol.id] = np.abs(drawn) if symbol.prefix == "v" else drawn
    values["y"] = _random_targets(form, values["y"], generator)
    return values


def _random_targets(form: Form, drawn: Any, generator: np.random.Generator) -> Any:
    if form.loss == "binary_cross_entropy":
        return generator.uniform(0.1, 0.9, drawn.shape)
    if form.loss == "categorical_cross_entropy":
        shares = generator.uniform(0.1, 1.0, drawn.shape)
        total = shares.sum(axis=0, keepdims=True)
        return shares / total if form.targets_sum_to_one else shares / total * 1.3
    return drawn
