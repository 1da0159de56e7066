"""What a network needs, estimated before anything of it is made: memory, and time of one iteration; and the bounds.

Estimates are for one thread of an ordinary machine and are the same everywhere, except that no bound is beyond what
the machine itself has. Knows sizes only, no network and no session.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterable, Mapping, Sequence

from nablastep.errors import CommandError
from nablastep.expressions import Expression, MatMul, Symbol, walk
from nablastep.field_checks import FieldError
from nablastep.records import record
from nablastep.shapes import rows_and_columns, shape_of, size_of, sizes_of

MOST_LAYERS = 256
"""Far beyond what anyone steps through; the views of an iteration grow with the square."""
LARGEST_MEMORY = 2 * 10**9  # bytes
LONGEST_ITERATION = 60.0  # seconds
LONGEST_WORK = 1800.0
"""Seconds that a single request, a check of gradients or the training in a demo, may be estimated at."""
LONGEST_DOCUMENT = 250 * 10**6
"""Bytes of a document with every number in it: more is read by nobody, and held in memory while it is made."""
LONGEST_PROGRAM = 50 * 10**6
"""Bytes of a program with every number in it: whoever runs it needs some twenty times as much memory."""

_SECONDS_A_STEP = 5e-6
_SECONDS_A_MULTIPLICATION = 5e-10
_STEPS_A_LAYER = 8
_KEPT = 5
"""Copies of every parameter: given, after the update, its gradient, two snapshots."""
_KEPT_VALUES = 4
"""Arrays for each value of an equation and of its parts: itself, its gradient, and those of the iteration before."""


@record()
class Cost:
    """What one iteration needs: bytes, multiplications and steps."""

    memory: int
    multiplications: int
    steps: int

    @property
    def seconds(self) -> float:
        """How long one iteration takes, about."""
        return self.steps * _SECONDS_A_STEP + self.multiplications * _SECONDS_A_MULTIPLICATION


def layers_cost(sizes: Sequence[int], samples: int, batch_size: int, state: int) -> Cost:
    """The cost of a chain of layers of `sizes` units, the inputs first.

    `state` is how many numbers the optimiser keeps for each parameter.
    """
    products = sum(inner * outer for inner, outer in itertools.pairwise(sizes))
    parameters = products + sum(sizes[1:])
    # z, a and their gradients; the data are there as given, as a batch and as columns.
    values = 4 * batch_size * sum(sizes) + 3 * samples * (sizes[0] + sizes[-1])
    numbers = parameters * (_KEPT + 4 * state) + values
    return Cost(8 * numbers, 3 * batch_size * products, _STEPS_A_LAYER * len(sizes))


def equations_cost(
    equations: Iterable[Expression], parameters: int, sizes: Mapping[str, int], data: int, state: int
) -> Cost:
    """The cost of the right sides of equations with so many numbers as parameters and as data.

    `sizes` are those of the dimensions, the samples of a batch as `m`.
    """
    values = multiplications = steps = 0
    for expression in equations:
        steps += _STEPS_A_LAYER
        made, work = work_of(expression, sizes)
        values, multiplications = values + made, multiplications + work
    numbers = parameters * (_KEPT + 4 * state) + _KEPT_VALUES * values + 3 * data
    return Cost(8 * numbers, 3 * multiplications, steps)


def work_of(expression: Expression, sizes: Mapping[str, int]) -> tuple[int, int]:
    """How many numbers the expression and its parts make, and the multiplications that this takes."""
    values = multiplications = 0
    for node in walk(expression):
        made = 0 if isinstance(node, Symbol) else math.prod(sizes_of(shape_of(node), sizes))
        inner = size_of(rows_and_columns(node.left)[1], sizes) if isinstance(node, MatMul) else 1
        values, multiplications = values + made, multiplications + made * inner
    return values, multiplications


def check_cost(cost: Cost) -> None:
    """Raise FieldError if one iteration is beyond the bounds; says what it would need and what there is."""
    most = most_memory()
    if cost.memory > most:
        have = machine_memory()
        there = f" ({size_text(have)} in this machine)" if have is not None else ""
        raise FieldError(
            f"an iteration of this network needs about {size_text(cost.memory)} of memory; "
            f"at most {size_text(most)} are used{there}",
            hint="fewer units, fewer layers or a smaller batch_size need less",
        )
    if cost.seconds > LONGEST_ITERATION:
        found = f"an iteration of this network takes about {time_text(cost.seconds)}"
        raise FieldError(
            f"{found}; at most {time_text(LONGEST_ITERATION)} are waited for", hint="a smaller batch_size takes less"
        )


def check_time(seconds: float, what: str) -> None:
    """Raise CommandError if the work that `what` names is estimated to take too long."""
    if seconds > LONGEST_WORK:
        raise CommandError(f"{what} takes about {time_text(seconds)}; at most {time_text(LONGEST_WORK)} are waited for")


def check_length(size: int, what: str, most: int, hint: str) -> None:
    """Raise CommandError if the document that `what` names is estimated to have more bytes than `most`."""
    if size > most:
        found = f"{what} would be about {size_text(size)} long"
        raise CommandError(f"{found}; at most {size_text(most)} are written", hint=hint)


def most_memory() -> int:
    """The most that a network may need: LARGEST_MEMORY, or half of what the machine has if that is less."""
    have = machine_memory()
    return LARGEST_MEMORY if have is None else min(LARGEST_MEMORY, have // 2)


def machine_memory() -> int | None:
    """Bytes of memory that this program can have at most; None if the system does not tell."""
    try:
        have = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        import resource  # Unix only

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    except (AttributeError, ImportError, OSError, ValueError):
        return None
    return have if limit == resource.RLIM_INFINITY else min(have, limit)


def size_text(size: int) -> str:
    """`240 MB`, `8.1 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{max(1, round(size / 1e6))} MB"


def time_text(seconds: float) -> str:
    """`40 seconds`, `3 minutes`, `12 hours`, `5 days`."""
    for unit, length in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}s"
    return f"{seconds:.0f} seconds"
