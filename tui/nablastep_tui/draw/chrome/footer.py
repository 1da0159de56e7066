"""The last row: the keys that work now, most useful first, as many as fit whole."""

from __future__ import annotations

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.symbols import plain
from nablastep_tui.look.themes import accent_style, style
from nablastep_tui.scene.scene import Key, Scene, Target

GAPS = (3, 2)


def draw_footer(canvas: Canvas, scene: Scene) -> None:
    """`→ ← step   space play   w why` on the panel band; a key that does not fit whole is left out."""
    palette = scene.palette
    canvas.fill(0, 0, canvas.width, 1, style(palette.text, palette.panel))
    keys = [Key(_arrows(key.key, scene), plain(key.label, scene.glyphs), key.action) for key in scene.keys]
    gap, shown = _fitting(keys, canvas.width - 2)
    x = 1
    for key in shown:
        start = x
        x = canvas.write(x, 0, key.key, accent_style(palette))
        if key.label:
            x = canvas.write(x + 1, 0, key.label, style(palette.muted))
        if key.action:
            canvas.mark(start, 0, x - start, 1, Target("key", key.action))
        x += gap


def _fitting(keys: list[Key], width: int) -> tuple[int, list[Key]]:
    """The widest gap with which all keys fit; if none does, those that fit, and always the one that lists all."""
    for gap in GAPS:
        if sum(_width(key) + gap for key in keys) - gap <= width:
            return gap, keys
    gap = GAPS[-1]
    help_key = [key for key in keys if key.action in {"ask.keys", "keys"}]
    room = width - sum(_width(key) + gap for key in help_key)
    shown: list[Key] = []
    for key in keys:
        needed = _width(key) + (gap if shown else 0)
        if key not in help_key and needed <= room:
            shown.append(key)
            room -= needed
    return gap, [*shown, *help_key]


def _width(key: Key) -> int:
    return width_of(key.key) + (1 + width_of(key.label) if key.label else 0)


def _arrows(text: str, scene: Scene) -> str:
    """Arrow keys in words where the terminal has no arrows."""
    if scene.glyphs.name != "ascii":
        return text
    names = {"→": "right", "←": "left", "↑": "up", "↓": "down"}
    return "".join(names.get(character, character) for character in text)
