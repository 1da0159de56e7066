"""Your turn: is this formula the equation of that step? First its shape, then its value, then what went wrong.

The value is compared with the step's own on several random networks, never on one's numbers alone, so equivalent forms
count as right and accidents do not. What is right only with one's own settings and sizes is right here, with a remark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count, islice, product

import numpy as np

from nablastep.errors import NablastepError, ShapeError
from nablastep.expressions import Symbol, symbols
from nablastep.formulas.building import build
from nablastep.formulas.errors import FormulaError
from nablastep.formulas.parser import Formula
from nablastep.formulas.scope import OPEN, Built, named_size, shape_in_sizes
from nablastep.formulas.syntax import Called, Named, Number, Operation, Typed, edits, walk
from nablastep.judging.numbers import judge_numbers, typed_numbers
from nablastep.judging.question import Question, Values, question_of, shown_values, twin_scope, typed_worth
from nablastep.judging.result import Verdict
from nablastep.notation.settings import SETTINGS
from nablastep.program import BACKWARD
from nablastep.session import Session
from nablastep.shapes import size_of
from nablastep.slips.diagnosis import Bench, Cause, diagnosed
from nablastep.slips.factors import ratio_of, ratio_text
from nablastep.slips.record import said
from nablastep.slips.worlds import TOLERANCE, Array, Reading, distance, has_written_sizes
from nablastep.transposition import CONVENTIONS, convention_named

SHAPE, CIRCULAR, LATER, UNKNOWN, INVERSE = "shape", "circular", "later", "unknown", "inverse"

_TURNED = {"transpose", "lying", "order", "transposed-product"}
"""Slips whose formula may be right in another convention."""

MOST_READINGS = 64
"""So many ways of reading typed numbers as settings or sizes are tried."""


def judge(
    session: Session,
    name: str,
    answer: str,
    convention: str | None = None,
    *,
    given: Sequence[str] = (),
    layers_from: int = 0,
) -> Verdict:
    """What the answer is worth as the equation of the step of that id (or of `grad_a0`), with or without a left side.

    `given` are one's own equations for other quantities ("grad_z2 = a2 - y"), which the answer may build on;
    `layers_from` is where the marks of W and b begin to count in the id and in what is typed. Numbers are judged to the
    digits given, on the network's own values. Raises FormulaError if the answer cannot be read, UnknownNameError if
    there is no such step.
    """
    shown_in = convention_named(convention or session.network.convention)
    question = question_of(session, name, shown_in, layers_from=layers_from)
    if given:
        return _with_given(question, answer, given)
    return judge_answer(question, answer)


def _with_given(question: Question, answer: str, given: Sequence[str]) -> Verdict:
    """The verdict on an answer that builds on one's own equations for quantities before it."""
    alone = judge_answer(question, answer)
    built = _fitting(question, question.read(answer))
    if built is None:
        return alone
    own, wrong = [dict(values) for values in question.worlds], []
    for text in given:
        formula = question.read(text)
        if formula.left is None or formula.left not in question.program.symbols:
            raise FormulaError(f"{text!r} says nothing of a quantity", hint="write it as an equation: grad_z2 = a2 - y")
        symbol = question.program.symbols[formula.left]
        shown = question.convention.shown_symbol(symbol)
        part = build(formula.right, question.scope, shown)
        for number, values in enumerate(own):
            found = typed_worth(part.expression, shown_values(question.program, question.convention, values))
            if found is None or np.size(found) != np.size(values[symbol.id]):
                raise FormulaError(f"{text!r} has not the shape of {said(symbol)}")
            found = np.broadcast_to(
                found, np.shape(shown_values(question.program, question.convention, values)[symbol.id])
            )
            turned = found.T if question.convention.transposes(symbol) else found
            if number == 0 and distance(turned, values[symbol.id]) > TOLERANCE:
                wrong.append(said(symbol))
            values[symbol.id] = turned
    found_with = [question.answer(built, values) for values in own]
    if _all_near(found_with, [question.right(values) for values in question.worlds]):
        names = " and ".join(wrong)
        remark = (
            f"{names} is not this file's, but it is consistent: your {said(question.target)} is right"
            if wrong
            else None
        )
        return Verdict(True, None, "right", None, 0.0, remark=remark)
    if wrong and _all_near(found_with, [question.right(values) for values in own]):
        says = f"this follows rightly from your {' and '.join(wrong)}, which is not right itself"
        return Verdict(False, "carried", says, f"Look at your {wrong[0]} first.", None)
    return alone


def _all_near(found: Sequence[Array | None], right: Sequence[Array]) -> bool:
    return all(distance(one, other) <= TOLERANCE for one, other in zip(found, right, strict=True))


def _fitting(question: Question, formula: Formula) -> Built | None:
    try:
        built = build(formula.right, question.scope, question.target)
        _check_shape(question, built)
    except ShapeError:
        return None
    return built


def judge_answer(question: Question, answer: str) -> Verdict:
    """What the answer is worth: a formula, or numbers on the network's own values."""
    found = _judged(question, answer)
    about = question.program.about
    hint, nudge = (None if text is None else about(text) for text in (found.hint, found.nudge))
    return replace(found, message=about(found.message), hint=hint, nudge=nudge)


def _judged(question: Question, answer: str) -> Verdict:
    numbers = typed_numbers(answer)
    constant = question.constant and numbers is not None and numbers.values.size == 1
    if numbers is not None and question.own_values is not None and not constant:
        return judge_numbers(question, numbers)
    return judge_formula(question, answer)


def judge_formula(question: Question, answer: str) -> Verdict:
    """What a formula is worth."""
    misfits: list[tuple[Typed, ShapeError]] = []
    for tight in (False, True):
        formula = question.read(answer, tight=tight)
        _check_left(question, formula)
        try:
            built = build(formula.right, question.scope, question.target)
            _check_shape(question, built)
        except ShapeError as error:
            misfits.append((formula.right, error))
            continue
        return _by_value(question, formula.right, built)
    return _wrong_shape(question, *misfits[0])


def _check_left(question: Question, formula: Formula) -> None:
    left = formula.left
    if left is not None and left != question.id:
        raise FormulaError(
            f"the left side is {left}, and the question is about {question.id}",
            column=formula.left_place + 1,
            hint=f"leave the left side out, or write {question.id} there",
        )


def _check_shape(question: Question, built: Built) -> None:
    wanted, sizes = question.target.shape, question.scope.sizes
    found, expected = _numbers(built.shape, sizes), _numbers(wanted, sizes)
    if found == expected or all(size == 1 for size in (*found, *expected)) or (found == () and question.constant):
        return
    name = said(question.target)
    if found == ():
        raise ShapeError(f"this is a number, and {name} is {shape_in_sizes(wanted, sizes)}")
    if expected == ():
        raise ShapeError(f"this is {shape_in_sizes(built.shape, sizes)}, and {name} is a number")
    place = next(axis for axis in range(2) if found[axis] != expected[axis])
    raise ShapeError(
        f"this is {shape_in_sizes(built.shape, sizes)}, and {name} is {shape_in_sizes(wanted, sizes)}: "
        f"the {('rows', 'columns')[place]} disagree, "
        f"{named_size(built.shape[place], sizes)} instead of {named_size(wanted[place], sizes)}"
    )


def _numbers(shape: Sequence[str], sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(1 if name.startswith(OPEN) else size_of(name, sizes) for name in shape)


# right


def _by_value(question: Question, typed: Typed, built: Built) -> Verdict:
    refused = _refused(question, typed)
    if refused is not None:
        return refused
    answers = [question.answer(built, values) for values in question.worlds]
    error = max(distance(found, question.right(values)) for found, values in zip(answers, question.worlds, strict=True))
    if error <= TOLERANCE:
        return Verdict(True, None, "right", None, error)
    remark = _right_here(question, typed, built)
    if remark is not None:
        return Verdict(True, None, "right here", None, error, remark=remark)
    cause = _number_elsewhere(question, typed) or _cause(question, typed, question.worlds, answers)
    if cause is None:
        cause = _cause_with_letters(question, typed)
    if cause is not None and cause.name == "factor":
        cause = _factor_here(question, typed, cause)
    if cause is not None and question.program.training.frozen:
        factor = _factor_with_frozen(question, built)
        if factor not in cause.says:
            cause = replace(cause, says=f"{cause.says}; with the numbers of this network, {factor}")
    if cause is not None and cause.name in _TURNED:
        cause = replace(cause, nudge=cause.nudge + _elsewhere(question, typed))
    told = f"the shape fits{_only_because(question, typed)}, and {_error_text(error)} on random networks of this shape"
    return _wrong(cause, told, error)


def _only_because(question: Question, typed: Typed) -> str:
    """` here only because n1 = n2 = 2`: sizes that are equal by chance, or 1, without which the shapes disagree."""
    classes: dict[int, list[str]] = {}
    for name in sorted(_needed_equal(question, typed)):
        classes.setdefault(question.sizes[name], []).append(name)
    told = [" = ".join((*names, str(size))) for size, names in classes.items()]
    return f" here only because {' and '.join(told)}" if told else ""


def _needed_equal(question: Question, typed: Typed) -> tuple[str, ...]:
    """The dimensions whose sizes cannot all differ if the formula is to fit; none where sizes are in the equations."""
    if has_written_sizes(question.program):
        return ()
    sizes = dict(question.sizes)
    fresh = count(max(sizes.values(), default=1) + 1)
    needed = []
    for name in (name for name in question.sizes if name != "m"):
        other = {**sizes, name: next(fresh)}
        if _fits(question, typed, other):
            sizes = other
        else:
            needed.append(name)
    return tuple(needed)


def _fits(question: Question, typed: Typed, sizes: Mapping[str, int]) -> bool:
    other = replace(question, sizes=sizes)
    return _fitting(other, Formula(None, 0, typed)) is not None


def _right_here(question: Question, typed: Typed, built: Built) -> str | None:
    """What to say of a formula that is right with one's own settings, sizes and frozen parameters only."""
    letters = _letters(question, typed)
    if letters:
        return f"{' and '.join(letters)}: with the letter it stays right when the number changes"
    if not _agrees(question, built, question.own_worlds):
        return None
    if _agrees(question, built, question.sized_worlds):
        return "this is right for the sizes of this network only"
    frozen = [said(question.program.symbols[name]) for name in sorted(question.program.training.frozen)]
    still = f", in which {' and '.join(frozen)} {'stands' if len(frozen) == 1 else 'stand'} still" if frozen else ""
    return f"this is right with the numbers of this network only{still}"


def _agrees(question: Question, built: Built, worlds: Sequence[Values]) -> bool:
    return all(distance(question.answer(built, values), question.right(values)) <= TOLERANCE for values in worlds)


def _letters(question: Question, typed: Typed) -> list[str] | None:
    """`0.5 is η here`, for the numbers that have to be settings or sizes for the formula to be right everywhere."""
    places = [node for node in walk(typed) if _constant(node) is not None]
    readings = []
    for node in places:
        value = _constant(node)
        names = [name for name, own in question.own.items() if name != "1" and np.ndim(own) == 0 and own == value]
        readings.append([None, *names])
    for choice in islice(product(*readings), 1, MOST_READINGS):
        changed, said_so = typed, []
        for node, name in zip(places, choice, strict=True):
            if name is not None:
                other = Named(node.place, name)
                changed = next(edits(changed, lambda each, n=node, o=other: iter((o,) if each is n else ())), changed)
                said_so.append(f"{_constant(node):g} is {_letter(name)} here")
        if _is_right(question, changed):
            return said_so
    return None


def _number_elsewhere(question: Question, typed: Typed) -> Cause | None:
    """A number that stands where a setting or size belongs, and is another number."""
    if not question.equation.is_update and "m" not in question.sizes:
        return None
    wanted = [symbol.base for symbol in symbols(question.step.equation.expression) if symbol.setting]
    wanted += [name for name in ("m",) if name in question.sizes]
    wanted = [name for name in wanted if name not in _names(typed)]
    for node in walk(typed):
        value = _constant(node)
        for name in wanted if value not in (None, 1) else ():
            own = question.own.get(name)
            if own is None or value in (1, own):  # a 1 is a factor that is missing
                continue
            other = Named(node.place, name)
            changed = next(edits(typed, lambda each, n=node, o=other: iter((o,) if each is n else ())), typed)
            if _is_right(question, changed):
                return Cause(
                    "number",
                    f"{value:g} stands where {_letter(name)} belongs, which is {own:g} here",
                    f"Which number is {_letter(name)} in this network?",
                    "The settings stand in the network's file, the number of samples in its data.",
                )
    return None


def _factor_with_frozen(question: Question, built: Built) -> str:
    """By which constant the answer is off where frozen parameters have their own numbers; else nothing."""
    worlds = question.own_worlds
    answers = [answer for answer in (question.answer(built, values) for values in worlds) if answer is not None]
    if len(answers) < len(worlds):
        return ""
    ratio = ratio_of(answers, [question.right(values) for values in worlds], worlds)
    if ratio is None or ratio.names or ratio.number == -1:  # that a sign is wrong is said wherever it is
        return ""
    return ratio_text(ratio, question.step.equation.expression)


def _cause_with_letters(question: Question, typed: Typed) -> Cause | None:
    """The cause with the typed number of a setting read as that setting."""
    settings = [name for name in SETTINGS if question.own.get(name) is not None]
    for node in walk(typed):
        for name in settings:
            if _constant(node) == question.own[name]:
                other = Named(node.place, name)
                changed = next(edits(typed, lambda each, n=node, o=other: iter((o,) if each is n else ())), typed)
                built = _fitting(question, Formula(None, 0, changed))
                if built is not None:
                    answers = [question.answer(built, values) for values in question.worlds]
                    cause = _cause(question, changed, question.worlds, answers)
                    if cause is not None:
                        return cause
    return None


def _factor_here(question: Question, typed: Typed, cause: Cause) -> Cause:
    """With the number of a setting read as that setting, and a word on where others carry 1/m."""
    rate = question.own.get("learning_rate")
    if (
        rate not in (None, 0.5, 1, 2)
        and any(_constant(node) == rate for node in walk(typed))
        and not question.equation.is_update
    ):
        cause = replace(cause, says=f"{cause.says} ({rate:g} is η here, and η belongs to the update)")
    if "1/m" in cause.says and question.step.phase == BACKWARD:
        told = "Some books carry 1/m in another of these equations: with that one given too, both are judged together."
        cause = replace(cause, nudge=f"{cause.nudge} {told}")
    return cause


def _constant(node: Typed) -> float | None:
    """The value of a number, or of a quotient of two."""
    if isinstance(node, Number):
        return float(node.text)
    if isinstance(node, Operation) and node.operator == "/":
        above, below = _constant(node.left), _constant(node.right)
        return above / below if above is not None and below else None
    return None


def _letter(name: str) -> str:
    return said(Symbol(name, None, (), setting=True)) if name in SETTINGS else name


def _is_right(question: Question, typed: Typed) -> bool:
    try:
        built = build(typed, question.scope, question.target)
        _check_shape(question, built)
    except NablastepError:
        return False
    return _agrees(question, built, question.worlds)


# wrong


_INVERSE = Cause(
    INVERSE,
    "going back is not undoing: an inverse has the right shape and the wrong meaning",
    "Is the question how E changes with each input, or which input gave this output?",
    "Nothing is solved for on the way back: derivatives are passed on.",
)


def _refused(question: Question, typed: Typed) -> Verdict | None:
    """Answers that are wrong whatever their value."""
    inverse = any(isinstance(node, Called) and node.name in {"inv", "pinv"} for node in walk(typed))
    if inverse and not question.scope.inverts:
        return Verdict(False, INVERSE, _INVERSE.says, _INVERSE.question, None, _INVERSE.nudge)
    named = _names(typed)
    before = "Use only what has been computed before this step."
    if question.id in named and not question.equation.is_update:
        return Verdict(False, CIRCULAR, f"this explains {said(question.target)} by itself", before, None)
    later = sorted(named & question.later)
    if later:
        name = said(question.scope.symbols[later[0]])
        return Verdict(False, LATER, f"{name} is not computed yet when this step runs", before, None)
    return None


def _names(typed: Typed) -> frozenset[str]:
    return frozenset(node.name for node in walk(typed) if isinstance(node, Named))


def _cause(
    question: Question, typed: Typed, worlds: Sequence[Reading], answers: Sequence[Array | None]
) -> Cause | None:
    found = [answer for answer in answers if answer is not None]
    if len(found) < len(worlds):
        return None
    bench = Bench(
        worlds,
        [question.right(values) for values in worlds],
        found,
        lambda value, number: distance(value, found[number]) <= TOLERANCE,
    )
    return diagnosed(question.program, question.step, bench, _names(typed))


def _wrong_shape(question: Question, typed: Typed, error: ShapeError) -> Verdict:
    refused = _refused(question, typed)
    if refused is not None:
        return refused
    cause = _cause_of_shape(question, typed)
    if cause is None:
        hint = error.hint or "Compare the dimensions of both sides."
        return Verdict(False, SHAPE, error.message, hint + _elsewhere(question, typed), None)
    if cause.name in _TURNED:
        cause = replace(cause, nudge=cause.nudge + _elsewhere(question, typed))
    return _wrong(cause, error.message, None)


def _cause_of_shape(question: Question, typed: Typed) -> Cause | None:
    """The cause of a value that does not fit, and else of the same formula where all dimensions are equal."""
    try:
        built = build(typed, question.scope, question.target)
        cause = _cause(question, typed, question.worlds, [question.answer(built, each) for each in question.worlds])
        if cause is not None:
            return cause
    except ShapeError:
        pass
    if not question.twins:
        return None
    scope = twin_scope(question.scope, question.twins[0])
    target = scope.symbols.get(question.id, question.target)
    try:
        built = build(typed, scope, target)
    except NablastepError:
        return None
    return _cause(question, typed, question.twins, [question.answer(built, each) for each in question.twins])


def _elsewhere(question: Question, typed: Typed) -> str:
    """In which other convention the formula is right."""
    for convention in CONVENTIONS.values():
        if convention is not question.convention:
            other = replace(question, convention=convention)
            if _is_right(other, typed):
                return f" It is right in the convention {convention.name}, {convention.formula}."
    return ""


def _wrong(cause: Cause | None, what: str, error: float | None) -> Verdict:
    if cause is None:
        hint = "Write the step for one entry with sums: which index does each sum run over?"
        return Verdict(False, UNKNOWN, what, hint, error, "Then say which paths lead from that entry to E.")
    joint = "; " if error is not None else ": "
    return Verdict(False, cause.name, f"{cause.says}{joint}{what}", cause.question, error, cause.nudge)


def _error_text(error: float) -> str:
    return f"the relative error is {error:.3g}" if np.isfinite(error) else "the value is infinitely far off"


__all__ = ["Verdict", "judge", "judge_answer"]
