"""What is shown while the terminal is smaller than anything can be read on."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.palettes import Palette
from nablastep_tui.look.themes import style
from nablastep_tui.screens.page import Page
from nablastep_tui.widgets.canvas_widget import CanvasWidget

LEAST_COLUMNS, LEAST_ROWS = 60, 16


def is_too_small(size: Size) -> bool:
    """Whether nothing can be read at that size."""
    return size.width < LEAST_COLUMNS or size.height < LEAST_ROWS


class TooSmallScreen(ModalScreen[None], Page[None]):
    """One centred line that names both sizes."""

    BINDINGS = [("q", "app.quit", "quit")]  # noqa: RUF012 - Textual's own way

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.palette = palette

    def on_resize(self) -> None:
        """Leave once there is room."""
        self.leave_if_there_is_room()

    def on_screen_resume(self) -> None:
        """Leave if the room came while another page was on top."""
        self.leave_if_there_is_room()

    def leave_if_there_is_room(self) -> None:
        """Back to what was on screen."""
        if not is_too_small(self.app.size):
            self.dismiss()

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield CanvasWidget(self._draw, style(self.palette.text, self.palette.background))

    def _draw(self, canvas: Canvas) -> None:
        text = f"nablastep needs {LEAST_COLUMNS}×{LEAST_ROWS}, this is {canvas.width}×{canvas.height}"
        canvas.write(max(0, (canvas.width - len(text)) // 2), canvas.height // 2, text, style(self.palette.text))
