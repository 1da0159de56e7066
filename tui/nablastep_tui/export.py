"""What leaves the screen: the clipboard, and files of the screen as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from textual.app import App

from nablastep.notation import notation_named
from nablastep.view import View


def copy_text(app: App[object], view: View) -> str:
    """Send the matrix (NumPy, full precision) and the equation (LaTeX) to the clipboard and a file; says so."""
    value = view.result()
    equation = notation_named("latex").equation_text(view.equation)
    name = view.step.id
    matrix = "" if value is None else f"{name} = np.array({np.asarray(value).tolist()!r})\n"
    text = f"{matrix}% {equation}\n"
    app.copy_to_clipboard(text)
    path = _free(Path(f"nablastep-{name}.txt"))
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        return f"sent to the clipboard; no file: {problem.strerror}"
    return f"sent to the clipboard, and written to {path}"


def export_screen(app: App[object]) -> str:
    """Save the screen as SVG and as text in the current folder; returns what to tell."""
    path = _free(Path("nablastep-screen.svg"))
    try:
        path.write_text(app.export_screenshot(), encoding="utf-8")
        lines = ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
        path.with_suffix(".txt").write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")
    except OSError as problem:
        return f"not saved: {problem.strerror}"
    return f"saved as {path} and {path.with_suffix('.txt').name}"


def _free(path: Path) -> Path:
    """The path, numbered if it is taken."""
    number, free = 2, path
    while free.exists():
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return free
