"""All that the main screen shows, as one frozen value: the session in a convention, and how the user looks at it.

The screen makes a new scene after every command; drawing functions take a scene and a canvas and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nablastep.session import Session
from nablastep.view import View
from nablastep_tui.keymap import DEFAULT_KEYS, KeyMap
from nablastep_tui.motion import Motion
from nablastep_tui.palettes import Palette
from nablastep_tui.prompt import Prompt

if TYPE_CHECKING:
    from nablastep_tui.cursor import Stop
    from nablastep_tui.drawing.glyphs import Glyphs
    from nablastep_tui.lesson import Lesson

Cell = tuple[int, int]


@dataclass(frozen=True)
class Target:
    """What a click on something that is no cell means: a quantity of the map, a step or iteration, or a key."""

    kind: str  # "quantity", "step", "iteration", "key"
    name: str = ""
    number: int = 0


@dataclass(frozen=True)
class Key:
    """A key and what it does, as the footer shows it."""

    key: str
    label: str
    action: str = ""


@dataclass(frozen=True, eq=False)
class WhatIf:
    """An edit being tried: the network before it and with it, and the curve of E along the edited number.

    `predicted` is slope · Δ with the slope at the old value; `text` is what has been typed, `problem` why it is not
    taken yet. `curve` holds (value, E) pairs; `curvature` is E″ at the old value; `acts`: E depends on the number.
    """

    cell: str
    label: str
    old: float
    new: float
    text: str
    problem: str
    error_before: float
    error_after: float
    slope: float
    curvature: float
    curve: tuple[tuple[float, float], ...] = ()
    at_kink: bool = False
    acts: bool = True

    @property
    def predicted(self) -> float:
        """ΔE that the gradient promises."""
        return self.slope * (self.new - self.old)

    @property
    def actual(self) -> float:
        """ΔE that comes."""
        return self.error_after - self.error_before


@dataclass(frozen=True, eq=False)
class Scene:
    """What is shown. `cell` is the selected cell of the stage's result, in shown orientation, from 0.

    `notice` is a short message of the last command (an error, "this is the beginning"); `hint` a coaching line;
    `keys` are those of the footer, most useful first, and `keymap` names any other; `trial` a session with the edit in
    it while one is tried; `motion` is what moves on the way here. `focus` is the operand in which the cell cursor
    stands, None for the result, and `focus_cell` where, as the quantity is shown. `caption` is a demo's, one text for
    each row of its band, and at last how far the demo has come.
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
    falk: bool = False
    motion: Motion | None = None
    prompt: Prompt | None = None
    lesson: Lesson | None = None
    keymap: KeyMap = DEFAULT_KEYS
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
