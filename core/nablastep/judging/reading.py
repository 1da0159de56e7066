"""What an answer's names mean: the ids, the names that courses and code use for the same roles, marks counted from 1.

A name of the network hides every other meaning. Names go by role and structure: δ is the gradient of what goes into an
activation, ŷ is the output that E compares with the target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nablastep.expressions import Symbol
from nablastep.graph import Role
from nablastep.program import Program, Step
from nablastep.slips.case import Case

_SETTINGS = {
    "alpha": "learning_rate",
    "lr": "learning_rate",
    "beta": "momentum",
    "lam": "weight_decay",
    "eps": "epsilon",
}
_INPUTS = ("x", "X", "inputs", "input")
_TARGETS = ("target", "targets", "labels", "label", "y_true", "Y")
_OUTPUTS = ("y_hat", "yhat", "y_pred", "output", "outputs", "out", "prediction", "predictions")
_ERRORS = ("J", "L", "C", "loss", "cost")


def names_for(program: Program, step: Step, ids: Mapping[str, str], *, layers_from: int = 0) -> dict[str, str]:
    """Every name that an answer about the step may use, and the id it means; `ids` are those of the scope."""
    own = dict(ids)
    if layers_from:
        own = _counted_from(program, own, layers_from)
    others: dict[str, str] = {}
    for name, meant in (*_by_role(program, step), *_of_own_layer(program, step)):
        others.setdefault(name, meant)
    return {**_SETTINGS, **others, **own}


def _by_role(program: Program, step: Step) -> Iterator[tuple[str, str]]:
    graph, case = program.graph, Case(program, step, step.equation.expression)
    if graph.data is not None:
        yield from ((name, graph.data.id) for name in _INPUTS)
        for prefix in ("grad_", "d", "d_"):
            yield from ((prefix + name, graph.data.gradient.id) for name in _INPUTS)
    if graph.target is not None:
        yield from ((name, graph.target.id) for name in _TARGETS)
    if case.raw_error is not None:
        yield from ((name, case.raw_error[0].id) for name in _OUTPUTS)
    yield from ((name, program.error.id) for name in _ERRORS)
    for symbol in graph.of(Role.VALUE):
        if case.activation_of(symbol) is not None and symbol.mark is not None:
            yield f"delta{symbol.mark}", symbol.gradient.id
            yield f"delta_{symbol.mark}", symbol.gradient.id
    for symbol in program.symbols.values():
        if symbol.prefix == "grad":
            for error in (program.error.id, *_ERRORS[:3]):
                yield f"d{error}d{symbol.bare.id}", symbol.id
                yield f"d{error}_d{symbol.bare.id}", symbol.id
        elif symbol in program.state:
            for name in (symbol.bare.id, f"d{symbol.bare.id}", f"_{symbol.bare.id}", f"_d{symbol.bare.id}"):
                yield symbol.prefix + name, symbol.id
                yield symbol.prefix[0] + name, symbol.id
                yield symbol.prefix[0].upper() + name, symbol.id


def _of_own_layer(program: Program, step: Step) -> Iterator[tuple[str, str]]:
    """A letter without its mark: the step's own quantity, or the only one there is."""
    found: dict[str, list[Symbol]] = {}
    for symbol in program.symbols.values():
        if not symbol.prefix and symbol.mark is not None:
            found.setdefault(symbol.base, []).append(symbol)
    for base, symbols in found.items():
        own = [symbol for symbol in symbols if symbol.id == step.target.bare.id]
        meant = own or (symbols if len(symbols) == 1 else [])
        for symbol in meant:
            yield base, symbol.id
            yield f"d{base}", symbol.gradient.id
            yield f"grad_{base}", symbol.gradient.id
            for state in program.state:
                if state.bare.id == symbol.id:
                    for prefix in (state.prefix, state.prefix[0]):
                        yield prefix, state.id
                        yield f"{prefix}_{base}", state.id


def _counted_from(program: Program, ids: Mapping[str, str], first: int) -> dict[str, str]:
    """The ids with the marks of parameters counted from `first`; marks that start there already stay."""
    shifted: dict[str, str] = {}
    parameters = [symbol for symbol in program.parameters if symbol.mark is not None]
    shift = first - min((symbol.mark or 0 for symbol in parameters), default=first)
    moved = {symbol.id: f"{symbol.base}{(symbol.mark or 0) + shift}" for symbol in parameters}
    for name, meant in ids.items():
        own = next((other for other in moved if name == other or name.endswith(f"_{other}")), None)
        shifted[name if own is None else name.removesuffix(own) + moved[own]] = meant
    return shifted
