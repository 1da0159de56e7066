"""What steps and numbers mean, in one plain sentence each: by role and outermost node, or in a graph's own vocabulary.

Words only: no colour, no width, no markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from nablastep.calculus import comes_back_as_it_is
from nablastep.expressions import SAMPLES, WEIGHTS, Apply, Expression, MatMul, Softmax, Symbol, matrix_symbols, walk
from nablastep.graph import Role
from nablastep.layer_words import layer_number_kind, layer_sentence, layer_title
from nablastep.layers import LayerGraph
from nablastep.not_finite import Origin
from nablastep.notation.unicode import NOTATION
from nablastep.phrases import change_of_error, listed, significant
from nablastep.program import FORWARD, UPDATE, Program, Step
from nablastep.transposition import CONVENTIONS, Convention

__all__ = ["kink_sentence", "sentence", "significant", "step_title"]

CELL = tuple[int, int]


def step_title(step: Step, program: Program) -> str:
    """A few words that name the step, such as "gradient of the weights into layer 2"."""
    if isinstance(program.graph, LayerGraph):
        return layer_title(step, program)
    name = NOTATION.symbol_text(step.target.bare)
    if step.phase == UPDATE:
        return {
            "": f"update of {name}",
            "velocity": f"velocity of {name}",
            "m": f"running mean of the gradient of {name}",
            "v": f"running mean of its square for {name}",
        }[step.target.prefix]
    definition = program.graph.definition_of(step.target.bare.id)
    title = "" if definition is None else definition.title
    if step.phase == FORWARD:
        return title or _forward_title(step, program)
    uses = len(program.uses(step.target.bare))
    many = f", over its {uses} uses" if uses > 1 else ""
    return f"gradient of {name}{many}" + (f": {title}" if title else "")


def sentence(step: Step, program: Program, cell: CELL, value: float, weights: str) -> str:
    """What this number means: `cell` in column orientation, from 0, `value` the number in it.

    `weights` names the row or column of W behind a pre-activation of layers, as the shown convention lays it out.
    """
    if step.phase == UPDATE:
        return program.about(_UPDATES[step.target.prefix])
    if step.target == program.error:
        return "One number says how far off the output is; what follows finds a way down."
    if isinstance(program.graph, LayerGraph):
        return layer_sentence(step, program, cell, value, weights)
    sample = f" for sample {cell[1] + 1}" if "m" in step.target.shape[1:] else ""
    if step.phase == FORWARD:
        return _forward_sentence(step.equation.expression, sample)
    return _gradient_sentence(step.target.bare, program, value, sample)


def by_hand_sentence(name: str, value: float, made: float | None) -> str:
    """That a number is no result of the equations; `made` is what the update just before it had made of it."""
    instead = "" if made is None else f"; the update made {significant(made, 6)}"
    return f"{name} was set by hand to {significant(value, 6)}{instead}."


def not_finite_sentence(name: str, value: float, origin: Origin) -> str:
    """Since which step a quantity is no number any more, and which operation did it."""
    found = "nan" if value != value else "∞" if value > 0 else "−∞"
    return f"{name} is {found} since iteration {origin.iteration}, step {origin.step} ({origin.id}): {origin.cause}"


def kink_sentence(name: str, kink: float, function: str, exact: bool) -> str:
    """What it means that a quantity is where a function's slope jumps, exactly or but for rounding."""
    to_rounding = "" if exact else " to rounding"
    return f"{name} is {kink:g}{to_rounding}: at the kink of {function}, where the slopes on both sides differ."


def number_kind(program: Program, name: str) -> str:
    """What a number of the quantity is to who edits it: "weight" and "bias" of layers, else by its role."""
    quantity = program.graph.by_id.get(name)
    if quantity is None:
        return "number"
    if isinstance(program.graph, LayerGraph) and quantity.role is Role.PARAMETER:
        return layer_number_kind(quantity.symbol)
    return {Role.DATA: "input", Role.TARGET: "target", Role.GIVEN: "given number"}.get(quantity.role, "parameter")


def distinct_conventions(program: Program, kept: str = "") -> tuple[str, ...]:
    """The names of the conventions that write the program differently: one where nothing is stored turned.

    Of those that write it alike the first is named, or `kept`.
    """
    found: dict[frozenset[str], str] = {}
    for name in sorted(CONVENTIONS, key=lambda name: name != kept):
        convention = CONVENTIONS[name]
        turned = frozenset(symbol.id for symbol in program.symbols.values() if convention.transposes(symbol))
        found.setdefault(turned, name)
    return tuple(name for name in CONVENTIONS if name in found.values())


def same_convention(program: Program, name: str, names: Sequence[str]) -> str:
    """The one of these names that writes the program as the convention of that name does."""

    def turned(each: str) -> frozenset[str]:
        return frozenset(symbol.id for symbol in program.symbols.values() if CONVENTIONS[each].transposes(symbol))

    return name if name in names else next(each for each in names if turned(each) == turned(name))


def convention_words(convention: Convention, program: Program) -> tuple[str, str]:
    """How a convention writes things, and where that is met; of equations, what it stores otherwise than written."""
    if isinstance(program.graph, LayerGraph):
        return convention.formula, convention.met_in
    flipped = {symbol.flips_with for symbol in program.symbols.values() if convention.transposes(symbol)}
    stored = [what for kind, what in ((SAMPLES, "samples as rows"), (WEIGHTS, "weights transposed")) if kind in flipped]
    if not stored:
        return "as written", "the equations of the file"
    return listed(stored), "as the rows of a batch are met in code" if SAMPLES in flipped else "W from i to j"


_UPDATES = {
    "": "A step against the gradient: what raises E goes down, what lowers it goes up.",
    "velocity": "The velocity keeps part of its old direction and adds the new gradient.",
    "m": "A running mean of the gradient: the direction.",
    "v": "A running mean of the squared gradient: the size to divide by.",
}


def _forward_title(step: Step, program: Program) -> str:
    if step.target == program.error:
        return "how wrong the output is"
    expression = step.equation.expression
    if isinstance(expression, Apply):
        return f"{expression.function.name.replace('_', ' ')}, entry by entry"
    if isinstance(expression, Softmax):
        return "shares that add up to 1"
    read = [symbol.id for symbol in matrix_symbols(expression)]
    return f"{step.id} from {listed(read) or 'numbers'}"


def _read(expression: Expression) -> str:
    read = [node for node in walk(expression) if isinstance(node, Symbol) and not node.setting]
    return listed(list(dict.fromkeys(NOTATION.symbol_text(symbol) for symbol in read))) or "numbers"


def _forward_sentence(expression: Expression, sample: str) -> str:
    if isinstance(expression, Apply):
        name = expression.function.name.replace("_", " ")
        return f"The {name} of one number{sample}, and of nothing else."
    if isinstance(expression, Softmax):
        along = "column" if expression.axis == 0 else "row"
        return f"A share{sample}: all shares of a {along} add up to 1."
    if any(isinstance(node, MatMul) for node in walk(expression)):
        return f"Made of {_read(expression)}{sample}: a row of one factor meets a column of the other."
    return f"Made of {_read(expression)}{sample}."


def _gradient_sentence(quantity: Symbol, program: Program, value: float, sample: str) -> str:
    error = NOTATION.symbol_text(program.error)
    name = NOTATION.symbol_text(quantity)
    change = change_of_error(error, value)
    readers = [NOTATION.symbol_text(use.target) for use, _ in program.uses(quantity)]
    what = name if not quantity.shape else f"this entry of {name}"
    if len(readers) == 1:
        how = f"it goes into {readers[0]}"
    else:
        how = f"it goes into {listed(readers)}, and what comes back on each way is added up"
        if as_is := [NOTATION.symbol_text(use.target) for use, upstream in program.uses(quantity)
                     if upstream is not None and comes_back_as_it_is(use.expression, quantity, upstream)]:  # fmt: skip
            how += f", that of {listed(as_is)} as it is, times 1"
    shared = ", for all samples together" if _is_shared(quantity, program) else ""
    return f"Raise {what}{sample} and {change}: {how}{shared}."


def _is_shared(quantity: Symbol, program: Program) -> bool:
    """Whether samples have the quantity in common."""
    has_samples = any(_of_samples(symbol) for symbol in program.graph.of(Role.DATA, Role.TARGET))
    return has_samples and not _of_samples(quantity)


def _of_samples(quantity: Symbol) -> bool:
    """Whether an axis runs over samples: m, or with something of each sample beside it, m·n₂."""
    return any("m" in dimension.split("·") for dimension in quantity.shape)
