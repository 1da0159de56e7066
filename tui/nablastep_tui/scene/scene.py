"""All that the main screen shows, as one frozen value: the session in a convention, and how the user looks at it.

The screen makes a new scene after every command; drawing functions take a scene and a canvas and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nablastep.records import record
from nablastep.session import Position, Session
from nablastep.view import View
from nablastep_tui.keymap import DEFAULT_KEYS, KeyMap
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.palettes import Palette
from nablastep_tui.scene.prompt import Prompt
from nablastep_tui.scene.what_if import WhatIf

if TYPE_CHECKING:
    from nablastep_tui.scene.cursor import Stop
    from nablastep_tui.scene.lesson import Lesson

Cell = tuple[int, int]
FRAME = 0.03
"""Seconds between two pictures of a motion."""
SLIDE, REVEAL_ROW, MOST_REVEALED = 0.12, 0.03, 4
"""Seconds until a dot or symbol has arrived and a result begins to fill in, seconds a row, and rows shown by turns."""

Kind = Literal["step", "symbols"]


@record()
class Target:
    """What a click on something that is no cell means: a quantity of the map, a step or iteration, or a key."""

    kind: str  # "quantity", "step", "iteration", "key"
    name: str = ""
    number: int = 0


@record()
class Key:
    """A key and what it does, as the footer shows it."""

    key: str
    label: str
    action: str = ""


@record(eq=False)
class Motion:
    """From the scene `before`, with its session at `start`, to the one that holds this; `seconds` have passed.

    A "step" slides the dot of the tape while the operands are lit, then fills the result in, row by row. "symbols"
    slides the symbols of the equation to their new places while the numbers hold.
    """

    kind: Kind
    before: Scene
    start: Position
    seconds: float = 0.0

    @property
    def slid(self) -> float:
        """The part of the way that has been slid, from 0 to 1."""
        return min(1.0, self.seconds / SLIDE)

    @property
    def rows_shown(self) -> int | None:
        """The rows of the result that stand already; None for all of them."""
        if self.kind != "step":
            return None
        return 0 if self.seconds < SLIDE - FRAME / 2 else 1 + round((self.seconds - SLIDE) / REVEAL_ROW)

    def is_over(self, rows: int) -> bool:
        """Whether nothing moves any more, for a result of so many rows."""
        shown = self.rows_shown
        return self.slid >= 1 if shown is None else shown >= min(rows, MOST_REVEALED)


@record(eq=False)
class Scene:
    """What is shown. `cell` is the selected cell of the stage's result, in shown orientation, from 0.

    `notice` is a short message of the last command (an error, "this is the beginning"); `hint` a coaching line;
    `keys` are those of the footer, most useful first, and `keymap` names any other; `trial` a session with the edit in
    it while one is tried; `motion` is what moves on the way here. `loss` says that the loss curve stands over the
    stage, `route` which derivation stands beside it, `why` the route of one in the place of map and stage. `focus` is
    the operand in which the cell cursor stands, None for the result, and `focus_cell` where, as the quantity is shown.
    `caption` is a demo's, one text for each row of its band, and at last how far the demo has come.
    """

    session: Session
    view: View
    palette: Palette
    glyphs: Glyphs
    cell: Cell = (0, 0)
    notation: str = "unicode"
    notice: str = ""
    is_error: bool = False
    hint: str = ""
    keys: tuple[Key, ...] = ()
    first_run: bool = False
    recording: bool = False
    playing: bool = False
    busy: str = ""
    what_if: WhatIf | None = None
    trial: View | None = None
    caption: tuple[str, ...] | None = None
    pooling: str = "rms"
    picture: bool = True
    motion: Motion | None = None
    prompt: Prompt | None = None
    lesson: Lesson | None = None
    keymap: KeyMap = DEFAULT_KEYS
    loss: bool = False
    route: int = 0
    why: str = ""
    focus: Stop | None = None
    focus_cell: Cell = (0, 0)

    @property
    def shown(self) -> View:
        """The view whose numbers are on screen: the trial's while an edit is tried."""
        return self.trial or self.view

    @property
    def caption_rows(self) -> int:
        """The rows of the caption's band; 0 without one."""
        return len(self.caption) - 1 if self.caption else 0

    @property
    def rows_shown(self) -> int | None:
        """The rows of the result that are filled in already; None for all of them."""
        return None if self.motion is None else self.motion.rows_shown
