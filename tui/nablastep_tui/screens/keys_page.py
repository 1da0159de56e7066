"""The page of all keys, from the one table."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from nablastep_tui.keymap import KeyMap
from nablastep_tui.keys import GROUPS, STAGE_KEYS
from nablastep_tui.look.cells import width_of
from nablastep_tui.screens.page import Page

NOTES = (
    "In why, while a number is edited and while a demo plays {keys} shows the keys of that page.",
    "Brackets in files and commands are NumPy's, from 0: W0[0,1]. Subscripts in equations are mathematics', from 1.",
    "∇z is short for ∇_z E: the array of ∂E/∂z, shaped like z. W⁽ˡ⁾ leads from layer l to l+1: layer 1 owns W⁽⁰⁾.",
    "∇z, the gradient of z, is what books call the error signal, or δ. · means: not computed yet.",
    "Every ✓ on screen was computed. ▸ is made by the step, ▹ is read. Σ2: a sum over two readers; 2 of 3: ready now.",
    "×1 on a way back: it comes back as it is. ⊙ and ⊘ go entry by entry; 1 and 1ᵀ are ones, to sum or to repeat.",
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

    def __init__(self, keymap: KeyMap, page: str = "", rows: Sequence[tuple[str, str]] = ()) -> None:
        """`rows` are the keys of one page, called `page`; without them all keys of the stage are shown."""
        super().__init__()
        self.keymap = keymap
        self.page, self.rows = page, rows

    def compose(self) -> ComposeResult:
        """One long text."""
        with VerticalScroll():
            text = _page_text(self.keymap, self.page, self.rows) if self.rows else _text(self.keymap, self._room)
            yield Static(text, markup=False)

    @property
    def _room(self) -> int:
        return self.app.size.width - 6

    def action_page_down(self) -> None:
        """Scroll on."""
        self.query_one(VerticalScroll).scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll back."""
        self.query_one(VerticalScroll).scroll_page_up(animate=False)


def _page_text(keymap: KeyMap, page: str, rows: Sequence[tuple[str, str]]) -> Content:
    """The keys of one page."""
    shown = [(keymap.said(keys), what) for keys, what in rows]
    wide = max(width_of(keys) for keys, _ in shown) + 3
    body = [
        Content.assemble(Content.styled(f"  {keys}{' ' * (wide - width_of(keys))}", "$nabla-accent"), what)
        for keys, what in shown
    ]
    title = Content.assemble(Content.styled(f"keys: {page}", "bold $nabla-bright"), "   esc closes")
    return Content("\n").join([title, Content(""), *body])


def _text(keymap: KeyMap, width: int) -> Content:
    """All groups, in two columns where they fit side by side."""
    groups = [_group_lines(group, keymap) for group in GROUPS]
    # Two columns as equally long as groups allow.
    split = min(range(1, len(groups)), key=lambda at: max(sum(map(len, groups[:at])), sum(map(len, groups[at:]))))
    left, right = ([line for group in half for line in group] for half in (groups[:split], groups[split:]))
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
    """The heading of a group and its keys."""
    lines = [Content.styled(group, "bold $nabla-accent")]
    for entry in STAGE_KEYS:
        if entry.group == group:
            keys = Content.styled(f"  {keymap.all_keys(entry.id):<13} ", "$nabla-accent")
            lines.append(Content.assemble(keys, entry.help))
    return lines
