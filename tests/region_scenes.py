"""Scenes and drawn regions for the tests of everything around the stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.style import Style

import nablastep as ns
from nablastep.session import Session
from nablastep.view import View
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.glyphs import UNICODE, Glyphs
from nablastep_tui.look.palettes import DARK, Palette
from nablastep_tui.look.themes import style
from nablastep_tui.scene.editing import begin_edit
from nablastep_tui.scene.scene import Scene


def at(source: str, place: str) -> Session:
    """A built-in network after the step `place`."""
    session = ns.open(source)
    session.goto(place)
    return session


def deep(layers: int, place: str = "start") -> Session:
    """A chain of layers of two units each."""
    hidden = [{"units": 2, "activation": "tanh"}] * (layers - 1)
    network = ns.Network(
        layers=[*hidden, {"units": 2, "activation": "softmax"}],
        x=[[0.1, 0.2]],
        y=[[1.0, 0.0]],
        loss="categorical_cross_entropy",
        title="A deep chain",
    )
    session = ns.open(network)
    session.goto(place)
    return session


def scene(
    session: Session, convention: str = "column", palette: Palette = DARK, glyphs: Glyphs = UNICODE, **looks: Any
) -> Scene:
    """The session as a scene."""
    return Scene(session, View(session, convention), palette, glyphs, **looks)


def edited(session: Session, name: str, cell: tuple[int, int], text: str, **looks: Any) -> Scene:
    """The session while `text` stands in the field of an edited cell."""
    edit = begin_edit(View(session), name, cell).with_text(text)
    return scene(session, what_if=edit.what_if(), trial=edit.trial(), **looks)


def drawn(draw: Callable[[Canvas, Scene], None], shown: Scene, width: int, height: int) -> Canvas:
    """A region drawn on a canvas of that size."""
    canvas = Canvas(width, height, style(shown.palette.text, shown.palette.background))
    draw(canvas, shown)
    return canvas


def rows(draw: Callable[[Canvas, Scene], None], shown: Scene, width: int, height: int) -> list[str]:
    """The text of a drawn region, without the blanks at the ends of rows."""
    return [row.rstrip() for row in drawn(draw, shown, width, height).text_rows()]


def ink(canvas: Canvas, x: int, y: int) -> Style:
    """The style of one cell without its background."""
    found = canvas.style_at(x, y)
    return Style(color=found.color, bold=found.bold, dim=found.dim, reverse=found.reverse)
