"""Slips of update rules: η, the sign and size of the decay, and rules that are right in another book."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nablastep.expressions import (
    ONE,
    Add,
    Apply,
    Divide,
    Expression,
    Factor,
    Fill,
    Power,
    Scale,
    Subtract,
    Symbol,
    substitute,
    walk,
)
from nablastep.functions.elementary import SQRT
from nablastep.laws import scale
from nablastep.optimizers import (
    BETA1,
    BETA2,
    EPSILON,
    LEARNING_RATE,
    MOMENTUM,
    RULES,
    WEIGHT_DECAY,
    state_symbols,
    update_equations,
)
from nablastep.optimizers import DECAY as DECAY_RATE
from nablastep.slips.case import Case
from nablastep.slips.edits import everywhere
from nablastep.slips.record import Wrong, said, slip


@slip(
    "uphill",
    "this steps uphill: the sign in front of the step is the wrong way round",
    "The gradient points to where E grows: which way should the step go?",
    "The minus belongs between the old value and the step.",
)
def UPHILL(case: Case) -> Iterator[Wrong]:
    if case.is_update and isinstance(case.right, Subtract):
        yield Add(case.right.left, case.right.right), {}


@slip(
    "setting-left-out",
    "{setting} is left out",
    "How long is the step, and what decides that?",
    "Count the settings of the optimiser: which of them belong into this equation?",
)
def SETTING_LEFT_OUT(case: Case) -> Iterator[Wrong]:
    for setting in case.settings if case.is_update else ():
        for wrong in everywhere(case.right, partial(_without, setting=setting)):
            yield wrong, {"setting": said(setting)}


def _without(node: Expression, setting: Symbol) -> Iterator[Expression]:
    if isinstance(node, Scale) and node.scalar == setting:
        yield node.x


@slip(
    "other-setting",
    "{wrong} stands where {right} belongs",
    "Which setting belongs to the mean of the gradient, and which to that of its square?",
    "Each running mean has its own rate.",
)
def OTHER_SETTING(case: Case) -> Iterator[Wrong]:
    for setting in case.settings if case.is_update else ():
        for other in (*case.settings, BETA1, BETA2, MOMENTUM, DECAY_RATE):
            if other != setting:
                words = {"wrong": said(other), "right": said(setting)}
                yield substitute(case.right, {setting: other}), words


@slip(
    "exponent",
    "the exponent {exponent} is left out",
    "How large is the correction in the first step, and how large after a thousand?",
    "The correction fades as the iterations go on.",
)
def EXPONENT_LEFT_OUT(case: Case) -> Iterator[Wrong]:
    powers = [node for node in walk(case.right) if isinstance(node, Power)]
    for chosen in ([each] for each in powers):
        yield substitute(case.right, {each: each.scalar for each in chosen}), {"exponent": said(chosen[0].exponent)}
    if len(powers) > 1:
        yield substitute(case.right, {each: each.scalar for each in powers}), {"exponent": said(powers[0].exponent)}


@slip(
    "setting-misplaced",
    "{setting} has no place here",
    "Which setting belongs to the average, and which to the step?",
    "Each setting stands in one equation of the optimiser.",
)
def SETTING_MISPLACED(case: Case) -> Iterator[Wrong]:
    if case.is_update:
        for setting in (LEARNING_RATE, MOMENTUM, *case.settings):
            for term in (case.target.bare.gradient, case.target):
                for wrong in everywhere(case.right, partial(_scaled, term=term, setting=setting)):
                    yield wrong, {"setting": said(setting)}


def _scaled(node: Expression, term: Symbol, setting: Symbol) -> Iterator[Expression]:
    if node == term:
        yield Scale(setting, term)


@slip(
    "decay",
    "the decay is wrong: {what}",
    "The decay pulls each weight towards 0: with which sign and which factor does this rule do it?",
    "Differentiate ½λ times the sum of the squared weights.",
)
def DECAY(case: Case) -> Iterator[Wrong]:
    if WEIGHT_DECAY not in case.settings:
        return
    factors = (
        (Factor(-1), "its sign is the other way round"),
        (Factor(2), "λ is doubled"),
        (Factor(1, 2), "λ is halved"),
        (Factor(1, 1, ("m",)), "λ is divided by m"),
        (Factor(0), "it is left out"),
    )
    for factor, what in factors:
        if case.has_samples or not factor.dimensions:
            yield substitute(case.right, {WEIGHT_DECAY: scale(factor, WEIGHT_DECAY)}), {"what": what}
    if case.is_update:
        alone = Divide(WEIGHT_DECAY, LEARNING_RATE)
        yield substitute(case.right, {WEIGHT_DECAY: alone}), {"what": "η does not multiply it"}
    for wrong in everywhere(case.right, _without_decay):
        yield wrong, {"what": "it is left out"}


def _without_decay(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Add) and isinstance(node.right, Scale) and node.right.scalar == WEIGHT_DECAY:
        yield node.left


@slip(
    "decay-added",
    "a decay stands here that this network has not",
    "Does the file of this network ask for weight decay?",
    "The optimiser's settings stand in the file.",
)
def DECAY_ADDED(case: Case) -> Iterator[Wrong]:
    parameter = case.target.bare
    if WEIGHT_DECAY in case.settings or case.is_forward:
        return
    decayed = Add(parameter.gradient, Scale(WEIGHT_DECAY, parameter))
    if case.is_update:
        yield substitute(case.right, {parameter.gradient: decayed}), {}
    elif parameter in case.program.parameters:
        yield Add(case.right, Scale(WEIGHT_DECAY, parameter)), {}


@slip(
    "decay-in-gradient",
    "the decay belongs to the update here, not to the gradient of E",
    "Is the decay a part of E in this network?",
    "What is not in E is not in its gradient.",
)
def DECAY_IN_GRADIENT(case: Case) -> Iterator[Wrong]:
    if case.is_gradient and case.variable in case.program.parameters and case.program.training.weight_decay:
        yield Add(case.right, Scale(WEIGHT_DECAY, case.variable)), {}


@slip(
    "other-convention",
    "this is {whose}; here {here}. {both}",
    "Which of the two equations of this optimiser carries the learning rate?",
    "Compare both equations with those of the file's optimiser, not one alone.",
)
def OTHER_CONVENTION(case: Case) -> Iterator[Wrong]:
    """Momentum as others write it: v ← μ v − η g, W ← W + v, and forms of Nesterov's."""
    if not case.is_update or case.program.training.optimizer not in {"momentum", "nesterov"}:
        return
    parameter, gradient = case.target.bare, case.target.bare.gradient
    velocity = state_symbols("momentum", parameter)[0]
    step = Scale(LEARNING_RATE, gradient)
    kept = Scale(MOMENTUM, velocity)
    if case.target == velocity:
        here = f"the velocity is {said(case.right)}, and the parameter's own equation carries η"
        same = "Both give the same weights as long as η stays the same."
        yield (
            Subtract(kept, step),
            {"whose": "the velocity as Sutskever and Keras write it", "here": here, "both": same},
        )
        yield Add(kept, step), {"whose": "a velocity that carries η", "here": here, "both": same}
        mean = Add(kept, Scale(Subtract(ONE, MOMENTUM), gradient))
        shorter = "Its steps are shorter by the factor 1 − μ."
        yield mean, {"whose": "the velocity as a running mean, as Ng writes it", "here": here, "both": shorter}
        return
    here = f"it is {said(case.right)}"
    same = "With that velocity it is the same; with this one it is not."
    sutskever = {
        "whose": "the update as Sutskever and Keras write it, with η in the velocity",
        "here": here,
        "both": same,
    }
    yield Add(parameter, velocity), sutskever
    yield Subtract(parameter, velocity), sutskever
    yield Subtract(Add(parameter, kept), step), {**sutskever, "whose": "Nesterov's update as Keras writes it"}
    ahead = "It looks ahead, which plain momentum does not."
    for name in ("momentum", "nesterov"):
        if name != case.program.training.optimizer:
            wrong = update_equations(name, parameter, weight_decay=WEIGHT_DECAY in case.settings)[-1].expression
            words = {"whose": f"the update of {'plain' if name == 'momentum' else 'Nesterov’s'} momentum", "here": here}
            yield wrong, {**words, "both": ahead if name == "nesterov" else "It has no look ahead."}


@slip(
    "other-optimizer",
    "this is an equation of {rule}, and the optimiser here is {own}",
    "Which optimiser does this network's file name?",
    "The optimiser's settings stand in the file.",
)
def OTHER_OPTIMIZER(case: Case) -> Iterator[Wrong]:
    if not case.is_update:
        return
    own = case.program.training
    for name in RULES:
        for decays in (False, True):
            for equation in update_equations(name, case.target.bare, weight_decay=decays):
                if equation.target == case.target:
                    rule = name if name != own.optimizer else f"{name} {'with' if decays else 'without'} weight decay"
                    yield equation.expression, {"rule": rule, "own": own.optimizer}


@slip(
    "mean-not-corrected",
    "the running mean starts at 0 and is not corrected for that",
    "How large is the running mean after the first step, compared with the gradient?",
    "It is too small by one minus β to the power t.",
)
def NOT_CORRECTED(case: Case) -> Iterator[Wrong]:
    def bare(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Divide) and node.right != case.target and not isinstance(node.right, Add):
            yield node.left

    if not case.is_update:
        return
    for wrong in everywhere(case.right, bare):
        yield wrong, {}
    for wrong in everywhere(case.right, _any_uncorrected):
        yield wrong, {}
        for both in everywhere(wrong, bare):
            yield both, {}


def _any_uncorrected(node: Expression) -> Iterator[Expression]:
    """√(v / (1 − β₂ᵗ)) + ε stands in a divisor: it is reached from the quotient itself."""
    if isinstance(node, Divide):
        for below in everywhere(node.right, lambda each: iter((each.left,) if isinstance(each, Divide) else ())):
            yield Divide(node.left, below)


@slip(
    "epsilon",
    "{what}",
    "Is ε there so that the root, or so that the quotient stays finite?",
    "Add ε at the very end, before dividing.",
)
def EPSILON_MISPLACED(case: Case) -> Iterator[Wrong]:
    if not case.is_update or EPSILON not in case.settings:
        return
    for node in walk(case.right):
        if isinstance(node, Divide) and isinstance(node.right, Add) and isinstance(node.right.left, Apply):
            root = node.right.left
            yield substitute(case.right, {node: Divide(node.left, root)}), {"what": "ε is left out"}
            if root.function == SQRT:
                inside = Apply(SQRT, Add(root.x, node.right.right))
                yield substitute(case.right, {node: Divide(node.left, inside)}), {"what": "ε stands inside the root"}


@slip(
    "root",
    "the root is left out",
    "In which unit is the running mean of the squares, and in which the gradient?",
    "Squares are divided by only after they are made comparable again.",
)
def ROOT_LEFT_OUT(case: Case) -> Iterator[Wrong]:
    def bare(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Divide) and isinstance(node.right, Add) and isinstance(node.right.left, Apply):
            yield Divide(node.left, Add(node.right.left.x, node.right.right))
            yield Divide(node.left, Apply(SQRT, Add(node.right.left.x, Fill(EPSILON, case.target.shape))))

    if case.is_update:
        for wrong in everywhere(case.right, bare):
            yield wrong, {}


UPDATE_SLIPS = (
    UPHILL, DECAY, SETTING_LEFT_OUT, OTHER_SETTING, EXPONENT_LEFT_OUT, OTHER_CONVENTION, NOT_CORRECTED,
    EPSILON_MISPLACED, ROOT_LEFT_OUT, DECAY_IN_GRADIENT, DECAY_ADDED, SETTING_MISPLACED, OTHER_OPTIMIZER,
)  # fmt: skip
