"""What is shown while the terminal is smaller than anything can be read on."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import ModalScreen

from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.palettes import Palette
from nablastep_tui.themes import style
from nablastep_tui.widgets.canvas_widget import CanvasWidget

LEAST_COLUMNS, LEAST_ROWS = 60, 16


class TooSmallScreen(ModalScreen[None]):
    """One centred line that names both sizes."""

    BINDINGS = [("q", "app.quit", "quit")]  # noqa: RUF012 - Textual's own way

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.palette = palette

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield CanvasWidget(self._draw, style(self.palette.text, self.palette.background))

    def _draw(self, canvas: Canvas) -> None:
        text = f"nablastep needs {LEAST_COLUMNS}×{LEAST_ROWS}, this is {canvas.width}×{canvas.height}"
        canvas.write(max(0, (canvas.width - len(text)) // 2), canvas.height // 2, text, style(self.palette.text))
