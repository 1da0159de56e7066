"""The question after `.` while a recording runs: what to add to it. One key answers."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nablastep_tui.screens.page import Page

CAPTION, CHAPTER, EXPECT = "c", "m", "x"


class AnnotateScreen(ModalScreen[str], Page[str]):
    """c caption, m chapter, x an expectation of the focused number; the letter is the result."""

    DEFAULT_CSS = """
    AnnotateScreen { align: left bottom; background: transparent; }
    AnnotateScreen Static { height: 1; margin: 0 0 1 0; padding: 0 1; background: $nabla-raised; color: $nabla-text; }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own way
        *((letter, f"answer('{letter}')", "add") for letter in (CAPTION, CHAPTER, EXPECT)),
        ("escape,full_stop,q", "dismiss", "nothing"),
    ]

    def compose(self) -> ComposeResult:
        """One row."""
        text = "add to the recording:   c caption   m chapter   x expect the focused number   esc nothing"
        yield Static(Content(text), markup=False)

    def action_answer(self, letter: str) -> None:
        """Done."""
        self.dismiss(letter)
