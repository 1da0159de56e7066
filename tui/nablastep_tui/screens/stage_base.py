"""What the main screen is made of: the session, how the user looks at it, the regions and their rows, and one scene.

Holds the state and hands the scene down; what keys do is in the classes built on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer

from nablastep.commands import Command, Goto, Set
from nablastep.errors import NablastepError
from nablastep.expressions import Symbol
from nablastep.safe_text import shown
from nablastep.session import Position, Session
from nablastep.view import View
from nablastep.words import significant
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.chrome.caption import draw_caption
from nablastep_tui.draw.chrome.footer import draw_footer
from nablastep_tui.draw.chrome.header import draw_header
from nablastep_tui.draw.chrome.loss import draw_loss
from nablastep_tui.draw.chrome.prompt import draw_prompt, prompt_rows
from nablastep_tui.draw.chrome.scrubber import draw_scrubber
from nablastep_tui.draw.frame import frame
from nablastep_tui.draw.map.net_map import draw_map, map_height
from nablastep_tui.draw.stage.stage import draw_stage
from nablastep_tui.faults import Guarded
from nablastep_tui.keymap import KeyMap
from nablastep_tui.keys import (
    EDIT_FOOTER,
    PROMPT_FOOTER,
    QUESTION_FOOTER,
    STAGE_KEYS,
    VERDICT_FOOTER,
    KeyEntry,
    footer_keys,
)
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.palettes import Palette
from nablastep_tui.scene.coach import hint_for
from nablastep_tui.scene.cursor import Stop, stops
from nablastep_tui.scene.prompt import Prompt
from nablastep_tui.scene.scene import Key, Motion, Scene
from nablastep_tui.settings import Memory
from nablastep_tui.widgets.region import Draw, Region

if TYPE_CHECKING:
    from nablastep_tui.draw.why.docked import DockedWhy
    from nablastep_tui.scene.editing import Edit
    from nablastep_tui.scene.lesson import Lesson

POOLINGS = ("rms", "max", "mean")
REGIONS: dict[str, Draw] = {
    "header": draw_header,
    "map": draw_map,
    "stage": draw_stage,
    "scrubber": draw_scrubber,
    "loss": draw_loss,
    "caption": draw_caption,
    "footer": draw_footer,
}

_HINTS = ("back", "loss", "turn", "why", "cell", "edit", "update")


def _draw_ground(_: Canvas, __: Scene) -> None:
    """Nothing: a canvas is blank in the palette's background."""


def _done(command: Command) -> str:
    """What is said of a command that was carried out: a number set by hand is no result of the equations."""
    return f"{command.cell} was set by hand to {significant(command.value, 6)}" if isinstance(command, Set) else ""


class StageBase(Guarded, Screen[None]):
    """The session on stage, and its state."""

    OWN_KEYS: ClassVar[tuple[KeyEntry, ...]] = STAGE_KEYS

    def __init__(
        self,
        session: Session,
        *,
        palette: Palette,
        glyphs: Glyphs,
        memory: Memory,
        convention: str,
        first_run: bool,
        keymap: KeyMap,
        motion: bool = False,
    ) -> None:
        super().__init__()
        self.session = session
        self.palette = palette
        self.glyphs = glyphs
        self.memory = memory
        self.convention = convention
        self.notation = "unicode" if glyphs.name != "ascii" else "ascii"
        self.first_run = first_run
        self.keymap = keymap
        self.motion = motion
        self.cells: dict[str, tuple[int, int]] = {}
        self._focus: tuple[tuple[int, int], int] = ((0, 0), 0)
        self.before_jump: Position | None = None
        self.has_refused = False
        self.edit: Edit | None = None
        self.prompt: Prompt | None = None
        self.lesson: Lesson | None = None
        self.notice = ""
        self.is_error = False
        self.pooling = POOLINGS[0]
        self.pictures = True
        self.show_loss = False
        self.show_hints = True
        self.moving: Motion | None = None
        self.speed = 1.0
        self.busy = ""
        self._cancelled = False
        self.recording = False
        self.performed: list[Command] = []
        self.listeners: list[Callable[[Command], None]] = []
        self._playing: Timer | None = None
        self._map_rows = 0
        self._arranged_for: Size | None = None
        self._view: View | None = None
        self._view_key: tuple[object, ...] = ()

    @cached_property
    def key_actions(self) -> dict[str, str]:
        """What every key does here, with the user's own keys."""
        return self.keymap.actions(self.OWN_KEYS)

    # composition and sizes

    def compose(self) -> ComposeResult:
        """The regions, top to bottom."""
        # The ground between the regions: left to the screen, it would have a colour where there may be none.
        yield Region(_draw_ground, id="ground")
        for name, draw in REGIONS.items():
            yield Region(self._draw_stage if name == "stage" else draw, id=name)
        yield Region(self._draw_docked_why, id="why")
        yield Region(draw_prompt, id="prompt")

    def on_mount(self) -> None:
        """Show the first scene: the first frame has it already."""
        self._arrange(*self.app.size)
        self.show()

    def on_resize(self, event: events.Resize) -> None:
        """Give every region its rows for the new size."""
        if event.size != self._arranged_for:  # Textual tells of the first size more than once
            self._arrange(*event.size)
            self.show()

    @property
    def shown_size(self) -> Size:
        """The size that the regions are arranged for; the terminal's before that."""
        return self._arranged_for or self.app.size

    def _arrange(self, width: int, height: int) -> None:
        """Every region at its rows for this size."""
        self._arranged_for = Size(width, height)
        scene = self.scene()
        self._map_rows = map_height(width, height, scene)
        rows = frame(width, height, map_rows=self._map_rows, caption=scene.caption_rows)
        ground = self.query_one("#ground", Region)
        ground.styles.width, ground.styles.height = width, height
        for name in REGIONS:
            region, place = self.query_one(f"#{name}", Region), getattr(rows, name)
            region.display = place.height > 0
            region.styles.offset = (0, place.top)
            docked = rows.docked_why_columns if name == "stage" else 0
            region.styles.width, region.styles.height = width - docked, place.height
        why = self.query_one("#why", Region)
        why.display = rows.docked_why_columns > 0
        why.styles.offset = (width - rows.docked_why_columns, rows.stage.top)
        why.styles.width, why.styles.height = rows.docked_why_columns, rows.stage.height
        self._place_prompt(scene)

    def _place_prompt(self, scene: Scene) -> None:
        """The line being typed above the footer, with as many rows as it takes."""
        width, height = self.shown_size
        prompt, rows = self.query_one("#prompt", Region), prompt_rows(scene, width)
        prompt.styles.offset = (0, max(1, height - 1 - rows))
        prompt.styles.width, prompt.styles.height = width, rows
        prompt.display = self.prompt is not None

    def _draw_stage(self, canvas: Canvas, scene: Scene) -> None:
        if scene.what_if is not None:
            from nablastep_tui.draw.stage.what_if import draw_what_if

            draw_what_if(canvas, scene)
        elif scene.lesson is not None and not scene.lesson.waiting:
            from nablastep_tui.draw.stage.your_turn import draw_your_turn

            draw_your_turn(canvas, scene)
        elif self.show_loss:
            draw_loss(canvas, scene)
        else:
            draw_stage(canvas, scene)

    @cached_property
    def docked_why(self) -> DockedWhy:
        """The derivation beside the stage; loaded when it is first shown, as derivations take time to import."""
        from nablastep_tui.draw.why.docked import DockedWhy

        return DockedWhy()

    def _draw_docked_why(self, canvas: Canvas, scene: Scene) -> None:
        self.docked_why.draw_beside(canvas, scene)

    def action_docked_route(self, number: int) -> None:
        """A route of the derivation beside the stage."""
        self.docked_why.choose(number)
        self.show()

    # the scene

    @property
    def view(self) -> View:
        """The session in the chosen convention; made anew only when something changed."""
        key = (id(self.session), self.session.branch, self.session.position, id(self.session.timeline), self.convention)
        if self._view is None or key != self._view_key:
            self._view, self._view_key = View(self.session, self.convention), key
        return self._view

    @property
    def cell(self) -> tuple[int, int]:
        """The selected cell of the stage's result: remembered per quantity, clamped to its shape."""
        target = self.view.equation.target
        return self.clamped(target, self.cells.get(target.id, (0, 0)))

    @cell.setter
    def cell(self, cell: tuple[int, int]) -> None:
        self.cells[self.view.equation.target.id] = cell

    @property
    def stop(self) -> Stop | None:
        """The operand in which the cell cursor stands; None for the result, where it is after every step."""
        position, place = self._focus
        found = stops(self.view) if place and position == self.session.position and self.view.is_done else ()
        return found[place - 1] if 0 < place <= len(found) else None

    def focus_on(self, stop: Stop | None) -> None:
        """The cell cursor into an operand of the step on stage, or back into its result."""
        place = 0 if stop is None else stops(self.view).index(stop) + 1
        self._focus = (self.session.position, place)

    @property
    def focus_cell(self) -> tuple[int, int]:
        """The cell of the operand in which the cursor stands, as the quantity is shown, clamped to its shape."""
        stop = self.stop
        return (0, 0) if stop is None else self.clamped(stop.symbol, self.cells.get(stop.symbol.id, (0, 0)))

    def clamped(self, symbol: Symbol, cell: tuple[int, int]) -> tuple[int, int]:
        """The cell of that quantity nearest to this one."""
        if not symbol.shape:
            return (0, 0)
        rows, columns = (self.view.size(dimension) for dimension in symbol.shape)
        return (max(0, min(cell[0], rows - 1)), max(0, min(cell[1], columns - 1)))

    def scene(self) -> Scene:
        """What is to be shown now."""
        hint = None
        if self.show_hints and self.first_run:
            hint = hint_for(self.session, frozenset(h for h in _HINTS if self.memory.has_seen(h)))
        return Scene(
            session=self.session,
            view=self.view,
            palette=self.palette,
            glyphs=self.glyphs,
            cell=self.cell,
            notation=self.notation,
            notice=self.notice,
            is_error=self.is_error,
            hint=self.keymap.said(hint.text) if hint else "",
            keys=self._footer(),
            keymap=self.keymap,
            first_run=self.first_run and self.session.position == (1, 0),
            recording=self.recording,
            playing=self._playing is not None,
            busy=self.busy,
            what_if=self.edit.what_if() if self.edit else None,
            trial=self.edit.trial() if self.edit else None,
            pooling=self.pooling,
            picture=self.pictures,
            prompt=self.prompt,
            lesson=self.lesson,
            motion=self.moving,
            focus=self.stop,
            focus_cell=self.focus_cell,
        )

    def show(self) -> None:
        """Hand the scene of now to every region."""
        if self._arranged_for is None:
            return
        scene = self.scene()
        width, height = self._arranged_for
        if map_height(width, height, scene) != self._map_rows:
            self._arrange(width, height)
        if self.prompt is not None:
            self._place_prompt(scene)
        for region in self.query(Region):
            # The ground is the same for every scene of a palette: drawing it anew would draw the whole screen.
            if region.id != "ground" or region.scene is None or region.scene.palette is not scene.palette:
                region.scene = scene

    def _footer(self) -> tuple[Key, ...]:
        if self.edit is None and self.prompt is None:
            first, *others = self._stage_footer or (Key("", ""),)
            ends = Key(self.keymap.brief("record"), "end the recording", "record")
            return (first, ends, *others) if self.recording and ends.key else self._stage_footer
        keys: tuple[tuple[str, str], ...] = EDIT_FOOTER if self.edit is not None else PROMPT_FOOTER
        if self.edit is None and self.lesson is not None:
            keys = VERDICT_FOOTER if self.lesson.waiting else QUESTION_FOOTER
        return tuple(Key(key, label) for key, label in keys)

    @cached_property
    def _stage_footer(self) -> tuple[Key, ...]:
        found = ((self.keymap.in_footer(entry), entry) for entry in footer_keys())
        return tuple(Key(keys, entry.label, entry.action) for keys, entry in found if keys)

    # the one door

    def perform(self, command: Command) -> bool:
        """Carry out one command of the core; a mistake becomes the notice, of the command or of who listens to it."""
        self.notice, self.is_error = _done(command), False
        try:
            self.carry_out(command)
        except NablastepError as error:
            self.tell(error.message, is_error=True)
            return False
        self.show()
        return True

    def carry_out(self, command: Command) -> None:
        """Hand a command to the session, keep it, and tell who listens. Raises the NablastepError of a refused one."""
        if isinstance(command, Goto):
            self.before_jump = self.session.position
        self.session.do(command)
        self.performed.append(command)
        for listener in self.listeners:
            listener(command)

    def tell(self, text: str, *, is_error: bool = False) -> None:
        """Show a short message in the title rule until the next command."""
        self.notice, self.is_error = shown(text), is_error
        self.show()

    def say_fault(self, text: str) -> None:
        """A fault in one line, under what is being typed if anything is."""
        if self.prompt is not None:
            self.prompt = replace(self.prompt, problem=text)
            self.show()
        else:
            self.tell(text, is_error=True)

    def used(self, hint: str) -> None:
        """A key has been used: its hint has done its work."""
        self.memory.see(hint)
