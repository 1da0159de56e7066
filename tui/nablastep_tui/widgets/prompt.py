"""A one-line field above the footer: asks for a place, a number or a name, and keeps what was typed on a mistake."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from nablastep.errors import NablastepError

Answer = Callable[[str], None]


class Prompt(Horizontal):
    """Label, field, problem. `ask` opens it; the answer is called with the text and may raise a NablastepError."""

    DEFAULT_CSS = """
    Prompt { display: none; height: 1; background: $nabla-raised; }
    Prompt.-open { display: block; layout: horizontal; }
    Prompt Static { width: auto; padding: 0 1; color: $nabla-text; }
    Prompt #problem { color: $nabla-accent; text-style: bold; }
    Prompt Input, Prompt Input:focus {
        border: none; height: 1; width: 1fr; padding: 0; background: $nabla-raised; color: $nabla-bright;
    }
    """

    class Closed(Message):
        """The prompt is not open any more."""

    def compose(self) -> ComposeResult:
        """The parts, left to right."""
        yield Static("", markup=False, id="label")
        yield Input(id="field", select_on_focus=True)
        yield Static("", markup=False, id="problem")

    def on_mount(self) -> None:
        """Closed, so tab does not stop here."""
        self.query_one(Input).can_focus = False

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.has_class("-open")

    def ask(self, label: str, answer: Answer, value: str = "") -> None:
        """Open with a label and a first value."""
        self._answer = answer
        self.query_one("#label", Static).update(Content(label))
        self.query_one("#problem", Static).update(Content(""))
        field = self.query_one(Input)
        field.value = value
        field.can_focus = True
        self.add_class("-open")
        field.focus()

    def close(self) -> None:
        """Close without an answer."""
        self.remove_class("-open")
        self.query_one(Input).can_focus = False
        self.screen.set_focus(None)
        self.post_message(self.Closed())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the text over; on a mistake stay open with the reason."""
        event.stop()
        try:
            self._answer(event.value)
        except NablastepError as error:
            self.query_one("#problem", Static).update(Content(str(error)))
        else:
            self.close()

    def on_key(self, event: object) -> None:
        """esc closes."""
        if getattr(event, "key", "") == "escape":
            event.stop()  # type: ignore[attr-defined]
            self.close()
