"""The page of all keys, from the one table."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nablastep_tui.keys import GROUPS, STAGE_KEYS

NOTES = (
    "Brackets in files and commands are NumPy's, from 0: W0[0,1]. Subscripts in equations are mathematics', from 1.",
    "∇z is short for ∇_z E: the array of ∂E/∂z, always shaped like z.",
    "· means: not computed yet. Every ✓ on screen was computed.",
)


class KeysScreen(ModalScreen[None]):
    """Every key and what it does, grouped; scrolls."""

    DEFAULT_CSS = """
    KeysScreen { align: center middle; background: $nabla-background; }
    KeysScreen VerticalScroll { width: 100%; max-width: 118; height: 100%; padding: 0 2; }
    KeysScreen VerticalScroll { background: $nabla-background; }
    KeysScreen Static { color: $nabla-text; }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own way
        ("escape,question_mark,shift+question_mark,f1,q", "dismiss", "close"),
        ("pagedown,space", "page_down", "down"),
        ("pageup", "page_up", "up"),
    ]

    def compose(self) -> ComposeResult:
        """One long text."""
        with VerticalScroll():
            yield Static(_text(), markup=False)

    def action_page_down(self) -> None:
        """Scroll on."""
        self.query_one(VerticalScroll).scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll back."""
        self.query_one(VerticalScroll).scroll_page_up(animate=False)


def _text() -> Content:
    parts: list[Content] = [Content.styled("keys", "bold $nabla-bright"), Content("   esc closes, pgdn scrolls\n")]
    for group in GROUPS:
        parts.append(Content.styled(f"\n{group}\n", "bold $nabla-accent"))
        for entry in STAGE_KEYS:
            if entry.group == group:
                parts.append(Content.styled(f"  {entry.shown:<16}", "$nabla-accent"))
                parts.append(Content(f"{entry.help}\n"))
    while_editing = (
        "while editing  digits replace the value, ↑ ↓ nudge ±0.01, shift+↑ ↓ ±0.1, enter keeps, esc discards\n"
    )
    parts.append(Content(f"\n{while_editing}\n"))
    parts += [Content(note + "\n") for note in NOTES]
    return Content.assemble(*parts)
