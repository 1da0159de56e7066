"""The why screen: the derivation of the step on stage, line by line, by every route, on the user's own numbers."""

from __future__ import annotations

from dataclasses import replace

from textual import events, work
from textual.timer import Timer

from nablastep.derivations.jacobian import LAYOUTS
from nablastep.derivations.wrong_formulas import Comparison, Training, training_with, wrong_formulas
from nablastep.errors import NablastepError
from nablastep.transposition import CONVENTIONS
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.spans import Spans, spans_width, write_spans
from nablastep_tui.draw.why.exhibits import Look
from nablastep_tui.draw.why.page import body_of, draw_why, head_rows, page_top
from nablastep_tui.draw.why.wrong import draw_wrong
from nablastep_tui.keys import WHY, WHY_KEYS, footer_keys
from nablastep_tui.look.glyphs import Glyphs
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.scene import Key, Scene, Target
from nablastep_tui.scene.softmax_swap import swapped_page, with_softmax
from nablastep_tui.scene.why_page import Derivation, WhyPage
from nablastep_tui.screens.clock import LINE, MotionClock
from nablastep_tui.screens.framed_page import FramedPage
from nablastep_tui.widgets.canvas_widget import CanvasWidget

SECONDS_A_LINE = 1.5
SCROLLED_ROWS = 3
WRONG_LABELS = {"why-next-line": "formula", "why-train": "train with it", "why-close": "back", "keys": "keys"}
"""The keys that work while formulas are shown that fit and are wrong, and what they do then."""


class WhyScreen(FramedPage[None]):
    """Full screen; the key that opened it goes back to the stage."""

    NAME = WHY

    def __init__(self, scene: Scene, name: str, route: str = "", *, motion: bool = False) -> None:
        super().__init__(scene)
        self._clock = MotionClock(self) if motion else None
        self.look = Look(scene.palette, scene.glyphs)
        self.page = WhyPage(Derivation(scene.session, name, scene.view.convention.name), route, cell=scene.cell)
        self._original = self.page
        self._playing: Timer | None = None
        self._notice = ""
        self._comparison: Comparison | None = None
        self._training: Training | None = None
        self._wrong = 0

    def content(self) -> CanvasWidget:
        """The derivation, or the formulas that fit and are wrong."""
        return CanvasWidget(self._draw, style(self.palette.text, self.palette.background))

    @property
    def palette(self) -> Palette:
        """Its colours."""
        return self.look.palette

    @property
    def glyphs(self) -> Glyphs:
        """Its glyphs."""
        return self.look.glyphs

    def on_mount(self) -> None:
        """Begin with the derivation."""
        self.show(self.page)

    def footer(self) -> tuple[Key, ...]:
        """The keys of the page, with the number of every route that there is."""
        if self._comparison is not None:
            return tuple(self._footer_keys(replace(entry, label=WRONG_LABELS[entry.id])
                                           for entry in WHY_KEYS if entry.id in WRONG_LABELS))  # fmt: skip
        count = len(self.page.routes) if self.page.derivation.is_ready else 1
        entries = footer_keys(WHY_KEYS)
        return tuple(self._footer_keys(replace(entry, beside=entry.beside[: count - 1]) if entry.label == "route"
                                       else entry for entry in entries))  # fmt: skip

    def show(self, page: WhyPage) -> None:
        """Show another state of the page; one that takes its time is worked out beside the keys."""
        self.page = page
        if not page.derivation.is_ready:
            self._derive(page)
        self._redraw()

    @work(thread=True, exclusive=True)
    def _derive(self, page: WhyPage) -> None:
        _ = page.routes
        self.app.call_from_thread(self._show_derived)

    def _show_derived(self) -> None:
        self.show_frame()
        self._redraw()

    def _redraw(self) -> None:
        for widget in self.query(CanvasWidget):  # none yet for a key that comes before the first layout
            widget.redraw()

    def _draw(self, canvas: Canvas) -> None:
        if self._comparison is not None:
            keys = "{why-train} trains with it and with the right one; {why-wrong} or {why-close} goes back"
            how = self.keymap.said(f"{{why-next-line}} {{why-previous-line}} choose one; {keys}")
            draw_wrong(canvas, self._comparison, self._wrong, self._training, self.look, how)
        elif not self.page.derivation.is_ready:
            text = "working out every route: the matrices are large"
            canvas.write(3, 0, text, style(self.palette.muted))
        else:
            draw_why(canvas, self.page, self.look)
        self._draw_corner(canvas)

    def _draw_corner(self, canvas: Canvas) -> None:
        """What has just been said, or the way back; top right, where the title leaves room for it."""
        step = _number_of(self.page)
        back = "to the derivation" if self._comparison is not None else f"to step {step}" if step else "to the stage"
        muted, accent = style(self.palette.muted), accent_style(self.palette)
        spans: Spans = (
            ((self._notice, accent),)
            if self._notice
            else (
                (self.keymap.brief("why-close"), accent),
                (f" back {back}", muted),
            )
        )
        x = canvas.width - spans_width(spans) - 3
        if not "".join(canvas.text_rows()[page_top(canvas)][x - 2 :]).strip():
            write_spans(canvas, x, page_top(canvas), spans)

    def action_leave(self) -> None:
        """Back to the derivation, or to the stage."""
        if self._comparison is not None:
            self.action_wrong()
        else:
            self.dismiss()

    def action_line(self, direction: int) -> None:
        """Another line in focus."""
        if self._comparison is not None:
            self._wrong = max(0, min(len(self._comparison.wrong) - 1, self._wrong + direction))
            self._training = None
        if not self.page.derivation.is_ready:
            return
        moved = self.page.moved(direction)
        self.show(replace(moved, top=self._top_for(moved, direction)))
        if self._clock is not None and self.page.came_from is not None:
            self._arrive(0.0)
            self._clock.start(self._arrive)

    def _top_for(self, moved: WhyPage, direction: int) -> int:
        """The first row that shows the line in focus; past the last line the page goes on to the end of the answer."""
        width, height = self._drawn_size()
        room = height - head_rows(width, height)
        body = body_of(moved, self.look, width, room)
        if direction > 1:
            return body.clamped(body.rows, room)
        if direction > 0 and self.page.place == len(moved.lines) - 1:
            return body.clamped(self.page.top + SCROLLED_ROWS, room)
        return body.top_showing(moved.place, self.page.top, room)

    def _drawn_size(self) -> tuple[int, int]:
        return self.query_one(CanvasWidget).size

    def action_scroll(self, pages: int) -> None:
        """A page up or down; the line in focus stays what it is."""
        width, height = self._drawn_size()
        self._scroll_rows(pages * (height - head_rows(width, height) - 2))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        self._scroll_rows(SCROLLED_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        self._scroll_rows(-SCROLLED_ROWS)

    def _scroll_rows(self, rows: int) -> None:
        if self._comparison is not None or not self.page.derivation.is_ready:
            return
        width, height = self._drawn_size()
        room = height - head_rows(width, height)
        body = body_of(self.page, self.look, width, room)
        self.show(replace(self.page, top=body.clamped(body.clamped(self.page.top, room) + rows, room)))

    def _arrive(self, seconds: float) -> bool:
        """Show the focused line on its way out of the line before; whether it has not arrived yet."""
        arrived = min(1.0, seconds / LINE)
        self.page = replace(self.page, arrived=arrived)
        self._redraw()
        return arrived < 1.0

    def on_key(self, event: events.Key) -> None:
        """A key during motion jumps to its end, and acts."""
        if self._clock is not None:
            self._clock.stop()
        self.page = replace(self.page, arrived=1.0, came_from=None)

    def action_route(self, number: int) -> None:
        """A route by its number."""
        self.show(self.page.with_route(number))

    def action_next_route(self) -> None:
        """The route after this one."""
        self.show(self.page.next_route())

    def action_zeros(self) -> None:
        """Structural zeros dimmed, or as computed."""
        self.show(replace(self.page, zeros=not self.page.zeros))

    def action_redraw(self) -> None:
        """Another nudge: the routes hold for every one."""
        self.show(self.page.another_direction())

    def action_convention(self) -> None:
        """The next convention."""
        names = list(CONVENTIONS)
        following = names[(names.index(self.page.convention) + 1) % len(names)]
        self._notice = CONVENTIONS[following].formula
        self.show(self.page.in_convention(following))

    def action_layout(self) -> None:
        """Numerator or denominator layout for the Jacobian lines."""
        names = list(LAYOUTS)
        following = names[(names.index(self.page.derivation.layout) + 1) % len(names)]
        self._notice = f"{following} layout"
        self.show(self.page.in_layout(following))

    def action_wrong(self) -> None:
        """The formulas that people write for this step and that are wrong, with how wrong they are."""
        if self._comparison is not None:
            self._comparison = self._training = None
        else:
            try:
                self._comparison = wrong_formulas(self.page.session, self.page.name, self.page.convention)
            except NablastepError as error:
                self._notice = error.message
            self._wrong = 0
        self.show_frame()
        self.show(self.page)

    def action_train(self) -> None:
        """Train twice from the start: with the right formula, and with the wrong one in focus."""
        if self._comparison is None or not self._comparison.wrong:
            return
        wrong = self._comparison.wrong[self._wrong]
        try:
            self._training = training_with(self.page.session, wrong)
            self._notice = ""
        except NablastepError as error:
            self._notice = error.message
        self.show(self.page)

    def action_swap(self) -> None:
        """Softmax in place of the activation, to see where ⊙ stops being right; once more goes back."""
        if self.page.swapped:
            self._notice = ""
            self.show(self._original)
            return
        try:
            swapped = with_softmax(self.page.session, self.page.name)
        except NablastepError as error:
            self._notice = error.message
            self.show(self.page)
            return
        self._original, self._notice = self.page, ""
        self.show(swapped_page(self.page, *swapped))

    def action_play(self) -> None:
        """One line after the other."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
        else:
            self._playing = self.set_interval(SECONDS_A_LINE, self._play_on)

    def _play_on(self) -> None:
        if self.page.place + 1 >= len(self.page.lines) and self._playing is not None:
            self._playing.stop()
            self._playing = None
        else:
            self.action_line(1)

    def on_click(self, event: events.Click) -> None:
        """A click on a tab or line."""
        widget = self.query_one(CanvasWidget)
        target = widget.target_at(event.screen_x - widget.region.x, event.screen_y - widget.region.y)
        if isinstance(target, Target) and target.kind == "route":
            self.action_route(target.number)
        elif isinstance(target, Target) and target.kind == "line":
            self.show(replace(self.page, place=target.number))


def _number_of(page: WhyPage) -> int | None:
    """The number of the step that is asked about; None for a gradient that no step computes."""
    return next((step.number for step in page.program.steps if step.id == page.name), None)
