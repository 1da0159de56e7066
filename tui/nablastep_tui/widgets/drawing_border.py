"""A drawing that fails leaves the line about its fault in its place, and everything else on screen as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.faults import KeepsOnRunning, said


def draw_or_say(canvas: Canvas, draw: Callable[[Canvas], None], app: App[Any]) -> None:
    """Draw on the canvas, or say why that failed. An app that survives no fault gets the exception."""
    try:
        draw(canvas)
    except Exception as fault:
        if not isinstance(app, KeepsOnRunning) or not app.survives:
            raise
        app.keep_fault(fault)
        canvas.write(1, 0, said(fault)[: max(0, canvas.width - 2)])
