"""A stretch of iterations as one generated function: the equations as they are printed, in a loop, in local variables.

Knows equations, the quantities that iterations hand on (parameters and the optimiser's state), the inputs of a batch
and constants; not what a network is, nor where in time it stands. Equations make new arrays and never write into one,
so the state between two iterations is kept by reference: a snapshot copies nothing.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np

from nablastep.evaluation import Code, quietly
from nablastep.program import Program
from nablastep.records import record

State = tuple[Any, ...]
"""What one iteration hands on to the next: the values of `Stretch.carried`, in that order."""


@record(eq=False)
class Outcome:
    """What a stretch leaves: the state after it, E of each of its iterations, and the states on the way that were due.

    `kept` maps iterations to the states that they start from.
    """

    stop: int
    state: State
    errors: array[float]
    kept: dict[int, State]


class Stretch:
    """The code of a program's iteration in a loop."""

    def __init__(self, program: Program) -> None:
        _keep_freed_memory()
        self.carried = tuple(symbol.id for symbol in (*program.parameters, *program.state))
        self.inputs = program.inputs
        self._error = program.error.id
        self._count = program.count
        self._steps = program.steps

    # What is written and compiled when it is first run: to step through an iteration takes none of it.

    @cached_property
    def _code(self) -> Code:
        return Code(step.equation for step in self._steps)

    @cached_property
    def _constants(self) -> tuple[str, ...]:
        given = {*self.carried, *self.inputs, self._count}
        return tuple(name for name in self._code.reads if name not in given)

    @cached_property
    def _function(self) -> Callable[..., Any]:
        return self._code.define(self.source, "_stretch")

    @property
    def source(self) -> str:
        """The function that is run; names with an underscore in front are its own."""
        names = self._code.names
        head = f"_first, _stop, _stride, _batches, _record, _keep, {names(self._constants)}{names(self.carried)}"
        count = [f"{self._count} = _iteration"] if self._count in self._code.reads else []
        body = [
            *count,
            *self._code.lines,
            f"_record({names((self._error,)).rstrip(', ')})",
            "if not (_iteration + 1) % _stride:",
            f"    _keep(({names(self.carried)}))",
            # Let go before the next iteration begins, so that its arrays take the same memory while that is near.
            f"del {names(name for name in self._code.makes if name not in self.carried)}".rstrip(", "),
        ]
        return "\n".join(
            [
                f"def _stretch({head}):",
                f"    for _iteration, ({names(self.inputs)}) in zip(range(_first, _stop), _batches):",
                *(f"        {line}" for line in body),
                f"    return ({names(self.carried)})",
            ]
        )

    def run(
        self, first: int, state: State, batches: Sequence[tuple[Any, ...]], constants: Mapping[str, Any], stride: int
    ) -> Outcome:
        """One iteration a batch, from iteration `first` on, which starts from `state`.

        Each batch has the values of the program's inputs; states are kept of iterations that `stride` divides.
        """
        stop = first + len(batches)
        errors, states = array("d"), list[State]()
        fixed = (constants[name] for name in self._constants)
        after = quietly(self._function, first, stop, stride, batches, errors.append, states.append, *fixed, *state)
        due = range(first + 1 + -(first + 1) % stride, stop + 1, stride)
        return Outcome(stop, after, errors, dict(zip(due, states, strict=True)))


@cache
def _keep_freed_memory() -> None:
    """Let the C library keep what arrays of some megabytes free, instead of handing it back and asking for it anew.

    glibc raises its thresholds to the largest mapped block that was freed, up to 32 MiB (mallopt(3), "dynamic mmap
    threshold"); the block is never touched. Without it an iteration spends a third of its time in page faults.
    """
    np.empty(31 * 2**20, np.uint8)


@lru_cache(maxsize=64)
def stretch_of(program: Program) -> Stretch:
    """The stretch of a program, made once."""
    return Stretch(program)
