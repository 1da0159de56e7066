"""Every slip is proved both ways, right answers are right in every spelling, and real slips are named as they are."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import nablastep as ns
from covering import covering
from nablastep.errors import ShapeError
from nablastep.expressions import (
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Hadamard,
    MatMul,
    Ratio,
    Scale,
    Subtract,
    Sum,
    Symbol,
    Transpose,
    walk,
)
from nablastep.judge import judge, judge_answer, question_of
from nablastep.judging.question import Question
from nablastep.notation import notation_named
from nablastep.shapes import shape_of
from nablastep.slips.diagnosis import Bench, cases_of, diagnosed
from nablastep.slips.records import SLIPS, mistakes
from nablastep.slips.worlds import TOLERANCE, distance, worth
from nablastep.transposition import CONVENTIONS, transposed

FIELD = Path(__file__).parent / "field"
TABLE = Path(__file__).parent / "slips.txt"
ROWS = [
    [cell.strip() for cell in line.split(" | ")]
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


@cache
def opened(name: str) -> ns.Session:
    own = FIELD / f"{name}.toml"
    return ns.open(own if own.exists() else name)


# the table


def test_the_table_holds_at_least_150_real_slips_of_many_kinds() -> None:
    assert len(ROWS) >= 150
    assert len({tuple(row[:4]) for row in ROWS}) == len(ROWS)
    assert len({row[4] for row in ROWS}) >= 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:3])[:60])
def test_a_real_slip_is_named(row: list[str]) -> None:
    """network | step | convention | answer | cause (or right) | what has to be said | what must not be said."""
    network, step, convention, answer, cause, said, unsaid = (*row, "", "")[:7]
    verdict = judge(opened(network), step, answer, None if convention == "-" else convention)
    told = f"{verdict.message} {verdict.remark or ''}"
    assert ("right" if verdict.right else verdict.cause) == cause, verdict
    assert said in told, verdict
    assert not unsaid or unsaid not in told, verdict
    if not verdict.right:
        assert verdict.hint
        for sign in ("ᵀ", ".T", "⊙", "@", "∇W⁽¹⁾ ="):
            assert sign not in verdict.hint, verdict.hint


# both ways


def random_session(seed: int) -> ns.Session:
    """A network of random widths, functions, loss, optimiser and batch."""
    draw = random.Random(seed)
    generator = np.random.default_rng(seed)
    sizes = [draw.choice([1, 2, 3, 4]) for _ in range(draw.choice([2, 3, 4]))]
    loss, last = draw.choice([
        ("half_squared_error", "tanh"), ("mean_squared_error", "sigmoid"), ("binary_cross_entropy", "sigmoid"),
        ("categorical_cross_entropy", "softmax"), ("half_squared_error", "softmax"), ("huber", "identity"),
        ("mean_squared_error", "relu"), ("half_squared_error", "sigmoid"),
    ])  # fmt: skip
    hidden = ("sigmoid", "tanh", "relu", "leaky_relu", "softplus", "silu", "gelu", "elu", "identity", "softmax")
    layers = [
        {
            "activation": last if k == len(sizes) - 1 else draw.choice(hidden),
            "W": generator.normal(size=(sizes[k], sizes[k - 1])),
            **({"b": generator.normal(size=sizes[k])} if draw.random() < 0.8 else {}),
        }
        for k in range(1, len(sizes))
    ]
    samples = draw.choice([1, 1, 3, 5])
    shares = generator.uniform(0.1, 1.0, (samples, sizes[-1]))
    optimizer: dict[str, object] = {"name": draw.choice(["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"])}
    if draw.random() < 0.5:
        optimizer["weight_decay"] = 0.1
    return ns.open(
        ns.Network(
            layers,
            generator.normal(size=(samples, sizes[0])),
            shares / shares.sum(axis=1, keepdims=True),
            loss=loss,
            optimizer=optimizer,
            convention=draw.choice(list(CONVENTIONS)),
        )
    )


def bench_of(question: Question, expression: Expression) -> Bench | None:
    """The formula as an answer on random networks; None if it has no value or the right one."""
    found = [worth(expression, values) for values in question.worlds]
    right = [question.right(values) for values in question.worlds]
    answers = [value for value in found if value is not None]
    if len(answers) < len(found) or not all(np.isfinite(value).all() for value in answers):
        return None
    if any(distance(one, other) <= 1e-6 for one, other in zip(answers, right, strict=True)):
        return None
    return Bench(question.worlds, right, answers, lambda value, at: distance(value, answers[at]) <= TOLERANCE)


def test_every_record_explains_what_it_makes() -> None:
    """Forwards it makes a wrong formula; backwards that is explained, by a record that makes the same value."""
    proved: dict[str, int] = {slip.name: 0 for slip in SLIPS}
    written = [ns.open(name) for name in ("rnn", "residual", "weight-decay", "ridge")]
    for seed, session in enumerate([*(random_session(seed) for seed in range(14)), *written]):
        draw = random.Random(seed)
        steps = list(session.program.steps)
        for step in draw.sample(steps, min(len(steps), 8)):
            question = question_of(session, step.id, CONVENTIONS["column"])
            made = [mistake for case in cases_of(session.program, step) for mistake in mistakes(case)]
            for mistake in draw.sample(made, min(len(made), 14)):
                bench = bench_of(question, mistake.expression)
                if bench is None:
                    continue
                cause = diagnosed(session.program, step, bench)
                assert cause is not None, (session.network, step.id, mistake.slip.name, mistake.says)
                assert "{" not in cause.says + cause.question + cause.nudge
                same = [
                    other.slip.name
                    for other in made
                    if bench.holds(lambda values, other=other: worth(other.expression, values))
                ]
                constant = bench.ratio(bench.right) is not None
                assert cause.name in same or (constant and cause.name in {"factor", "sign"}), (step.id, cause, same)
                proved[mistake.slip.name] += 1
    assert sum(proved.values()) > 500
    assert not [name for name, count in proved.items() if count == 0 and name not in RARE], proved


RARE = {
    "decay-in-gradient",
    "epsilon",
    "root",
    "mean-not-corrected",
    "softmax-diagonal",
    "another-loss",
    "shifted",
    "all-before-activation",
}
"""Slips of a few steps only; the table has them."""


def test_no_right_formula_is_made_by_a_slip_that_is_named() -> None:
    """What a slip makes by chance with the right value is no mistake: the judge calls it right."""
    for seed in covering(range(8), range(5)):
        session = random_session(100 + seed)
        for step in session.program.steps:
            question = question_of(session, step.id, CONVENTIONS["column"])
            for case in cases_of(session.program, step):
                for mistake in mistakes(case):
                    found = [worth(mistake.expression, values) for values in question.worlds]
                    if all(
                        distance(one, question.right(v)) <= TOLERANCE
                        for one, v in zip(found, question.worlds, strict=True)
                    ):
                        try:
                            text = notation_named("numpy").text(mistake.expression)
                        except ShapeError:
                            continue
                        if question.id not in {
                            symbol.id for symbol in walk(mistake.expression) if isinstance(symbol, Symbol)
                        }:
                            verdict = judge_answer(question, text)
                            assert verdict.right or verdict.cause == "later", (step.id, text, verdict)


# right in every spelling


def rewritten(expression: Expression, session: ns.Session, draw: random.Random, before: int) -> Iterator[Expression]:
    """The expression with one law of algebra applied at its root."""
    match expression:
        case Add():
            yield Add(expression.right, expression.left)
        case Subtract():
            yield Scale(Factor(-1), Subtract(expression.right, expression.left))
            yield Add(expression.left, Scale(Factor(-1), expression.right))
        case Hadamard():
            yield Hadamard(expression.right, expression.left)
            if isinstance(expression.left, Hadamard):
                yield Hadamard(expression.left.left, Hadamard(expression.left.right, expression.right))
            if isinstance(expression.left, Add | Subtract):
                kind = type(expression.left)
                parts = (Hadamard(part, expression.right) for part in expression.left.operands)
                yield kind(*parts)
        case MatMul():
            yield Transpose(MatMul(transposed(expression.right), transposed(expression.left)))
            if isinstance(expression.left, MatMul):
                yield MatMul(expression.left.left, MatMul(expression.left.right, expression.right))
            if isinstance(expression.right, Add | Subtract):
                kind = type(expression.right)
                yield kind(*(MatMul(expression.left, part) for part in expression.right.operands))
        case Scale() if shape_of(expression.x):
            if isinstance(expression.x, Add | Subtract):
                yield type(expression.x)(*(Scale(expression.scalar, part) for part in expression.x.operands))
            yield Scale(Factor(2), Scale(Factor(1, 2), expression))
        case Sum():
            yield Sum(Transpose(expression.x))
        case Apply(prime=True) if expression.function.name == "tanh":
            one = Apply(expression.function, expression.x)
            yield from (Subtract(_ones(expression.x), Hadamard(one, one)) for _ in range(1))
        case Apply(prime=True) if expression.function.name == "sigmoid":
            one = Apply(expression.function, expression.x)
            yield Hadamard(one, Subtract(_ones(expression.x), one))
        case Symbol():
            made = next((step for step in session.program.steps[:before] if step.target == expression), None)
            if made is not None and not made.equation.is_update:
                yield made.equation.expression
    if len(shape_of(expression)) == 2:
        yield Transpose(Transpose(expression))
        yield Scale(Factor(1, 3), Scale(Factor(3), expression))
        yield Divide(Scale(Factor(5), expression), Factor(5))


def _ones(x: Expression) -> Expression:
    from nablastep.expressions import ONE, Fill

    return Fill(ONE, shape_of(x))


def at_random(expression: Expression, session: ns.Session, draw: random.Random, before: int) -> Expression:
    places = [node for node in walk(expression) if not isinstance(node, Factor)]
    node = draw.choice(places)
    options = list(rewritten(node, session, draw, before))
    if not options:
        return expression
    other = draw.choice(options)

    def replaced(here: Expression) -> Expression:
        if here is node:
            return other
        operands = here.operands
        if isinstance(here, Ratio):  # its 0 ⊘ 0 is 0 by definition: no law of quotients is used inside
            return here
        return here.with_operands(tuple(replaced(operand) for operand in operands)) if operands else here

    return replaced(expression)


REWRITTEN = int(os.environ.get("NABLASTEP_FUZZ", "400"))
"""Right answers that are rewritten: set it for more."""


@pytest.mark.parametrize("block", range(8))
def test_right_formulas_rewritten_by_the_laws_of_algebra_stay_right(block: int) -> None:
    count = 0
    for seed in range(REWRITTEN // 200):
        session = random_session(1000 + 10 * block + seed)
        draw = random.Random(f"{block} {seed}")
        for _ in range(25):
            step = draw.choice(session.program.steps)
            expression = draw.choice([step.equation, step.definition or step.equation]).expression
            for _ in range(draw.randrange(1, 5)):
                changed = at_random(expression, session, draw, step.number - 1)
                if sum(1 for _ in walk(changed)) <= 60:
                    expression = changed
            convention = CONVENTIONS[draw.choice(list(CONVENTIONS))]
            shown = convention.shown_expression(expression)
            if convention.transposes(step.target):
                shown = transposed(shown)
            notation = draw.choice(["unicode", "ascii", "numpy", "latex", "partial", "strict"])
            answer = notation_named(notation).text(shown)
            verdict = judge(session, step.id, answer, convention.name)
            assert verdict.right, (step.id, convention.name, notation, answer, verdict)
            count += 1
    assert count == REWRITTEN // 200 * 25


def test_the_laws_are_laws() -> None:
    """Each rewritten formula has the value of the first, computed without a text in between."""
    session = random_session(5)
    draw = random.Random(3)
    for step in session.program.steps:
        changed = at_random(step.equation.expression, session, draw, step.number - 1)
        question = question_of(session, step.id, CONVENTIONS["column"])
        values = question.worlds[0]
        assert distance(worth(changed, values), question.right(values)) <= TOLERANCE, step.id
