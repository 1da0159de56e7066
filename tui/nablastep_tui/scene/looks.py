"""How the user looks at a session: nothing in it changes a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from nablastep.records import record
from nablastep.session import Position
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.palettes import Palette

Cell = tuple[int, int]
POOLINGS = ("rms", "max", "mean")
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


@record()
class Looks:
    """One way of looking.

    `cells` are the selected cells of quantities by their ids, as the quantity is shown, from 0. `operand` is the place,
    from 1, of the operand in which the cell cursor stands at that position of the session, 0 for the result. `loss`
    says that the loss curve stands over the stage, `route` which derivation stands beside it, from 0.
    """

    palette: Palette
    glyphs: Glyphs
    convention: str
    notation: str = "unicode"
    pooling: str = POOLINGS[0]
    pictures: bool = True
    loss: bool = False
    route: int = 0
    hints: bool = True
    speed: float = 1.0
    cells: Mapping[str, Cell] = field(default_factory=dict)
    operand: tuple[Position, int] = (Position(1, 0), 0)

    @property
    def is_ascii(self) -> bool:
        """Whether there are no letters but those of ASCII."""
        return self.glyphs.name == "ascii"
