"""The page of all keys, from the one table."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nablastep_tui.keymap import KeyMap
from nablastep_tui.keys import GROUPS, STAGE_KEYS
from nablastep_tui.screens.page import Page

NOTES = (
    "While editing: digits replace the value, ↑ ↓ nudge ±0.01, shift+↑ ↓ ±0.1, enter keeps, esc discards.",
    "While a demo plays: {play} pauses, {next} {back} go by captions, "
    "{next-iteration} {previous-iteration} by chapters, {faster} {slower} change its speed,",
    "    {take-over} takes over, {rejoin} rejoins, {quit} leaves.",
    "Brackets in files and commands are NumPy's, from 0: W0[0,1]. Subscripts in equations are mathematics', from 1.",
    "∇z is short for ∇_z E: the array of ∂E/∂z, shaped like z. W⁽ˡ⁾ leads from layer l to l+1: layer 1 owns W⁽⁰⁾.",
    "· means: not computed yet. Every ✓ on screen was computed.",
)


class KeysScreen(ModalScreen[None], Page[None]):
    """Every key and what it does, grouped; scrolls."""

    DEFAULT_CSS = """
    KeysScreen { align: center middle; background: $nabla-background; }
    KeysScreen VerticalScroll { width: 100%; max-width: 118; height: 100%; padding: 0 2; }
    KeysScreen VerticalScroll { background: $nabla-background; }
    KeysScreen Static { color: $nabla-text; }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own way
        ("escape,q", "dismiss", "close"),
        Binding("question_mark,shift+question_mark,f1", "dismiss", "close", id="keys"),
        ("pagedown,space", "page_down", "down"),
        ("pageup", "page_up", "up"),
    ]

    def __init__(self, keymap: KeyMap) -> None:
        super().__init__()
        self.keymap = keymap

    def compose(self) -> ComposeResult:
        """One long text."""
        with VerticalScroll():
            yield Static(_text(self.keymap, self.app.size.width - 6), markup=False)

    def action_page_down(self) -> None:
        """Scroll on."""
        self.query_one(VerticalScroll).scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll back."""
        self.query_one(VerticalScroll).scroll_page_up(animate=False)


def _text(keymap: KeyMap, width: int) -> Content:
    """All groups, in two columns where they fit side by side."""
    left, right = (
        [line for group in half for line in _group_lines(group, keymap)] for half in (GROUPS[:3], GROUPS[3:])
    )
    wide = max(line.cell_length for line in left) + 3
    if wide + max(line.cell_length for line in right) <= width:
        rows = max(len(left), len(right))
        blank = [Content("")] * rows
        pairs = zip((left + blank)[:rows], (right + blank)[:rows], strict=True)
        body = [Content.assemble(first.pad_right(wide - first.cell_length), second) for first, second in pairs]
    else:
        body = [*left, *right]
    title = Content.assemble(Content.styled("keys", "bold $nabla-bright"), "   esc closes, pgdn scrolls")
    return Content("\n").join([title, Content(""), *body, *(Content(keymap.said(note)) for note in NOTES)])


def _group_lines(group: str, keymap: KeyMap) -> list[Content]:
    """The heading of a group, its keys, and a blank line."""
    lines = [Content.styled(group, "bold $nabla-accent")]
    for entry in STAGE_KEYS:
        if entry.group == group:
            keys = Content.styled(f"  {keymap.all_keys(entry.id):<13} ", "$nabla-accent")
            lines.append(Content.assemble(keys, entry.help))
    return [*lines, Content("")]
