"""What a network's demo may name: ids with their shapes, which of them can be edited, which are steps.

Plain data that the opener of the network fills in; knows no network itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Shape = tuple[int, int] | None


@dataclass(frozen=True)
class Vocabulary:
    """The names of one network.

    `ids` maps every quantity that can be read to its rows and columns in `column` orientation (of the largest batch;
    `x` and `y`: samples × features), None for a single number such as E. `editable` are those whose cells `set` takes
    (W, b, x, y), `steps` those that `goto` reaches, in the order of an iteration.
    """

    ids: Mapping[str, Shape]
    editable: frozenset[str]
    steps: tuple[str, ...]
