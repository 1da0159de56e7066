"""What else there is: lessons, demos that play, the built-in networks, and ways to take something along."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nablastep_tui.keymap import KeyMap
from nablastep_tui.screens.page import Page


@dataclass(frozen=True)
class Offer:
    """Something that can be opened: what kind of thing it is, its name, and what it is about."""

    kind: str  # "action", "demo", "network"
    name: str
    title: str
    about: str


ACTIONS = (
    Offer("action", "your_turn", "your turn", "a lesson: write every equation yourself"),
    Offer("action", "export", "export", "this screen as a picture, or the session as a page, notes or code"),
    Offer("action", "save", "save", "the network as it is now, as a file"),
    Offer("action", "record", "record", "everything from now on, as a demo"),
)


def offers() -> tuple[Offer, ...]:
    """All that can be opened, in the order of the list."""
    from nablastep.demo.opening import demo_names
    from nablastep.files.built_in import network_names, open_network

    demos = (Offer("demo", name, f"demo {name}", "a lesson that plays") for name in demo_names())
    networks = (Offer("network", name, f"network {name}", open_network(name).title) for name in network_names())
    return (ACTIONS[0], *demos, *networks, *ACTIONS[1:])


class OpenPage(ModalScreen[Offer | None], Page[Offer | None]):
    """The list; enter opens, esc leaves."""

    DEFAULT_CSS = """
    OpenPage { background: $nabla-background; }
    OpenPage Static { color: $nabla-text; padding: 0 2; height: 2; }
    OpenPage OptionList { background: $nabla-background; color: $nabla-text; border: none; height: 1fr; }
    """
    BINDINGS = [  # noqa: RUF012 - Textual's own way
        ("escape,q,o", "nothing", "close"),
        ("j", "move(1)", "down"),
        ("k", "move(-1)", "up"),
    ]

    def __init__(self, keymap: KeyMap) -> None:
        super().__init__()
        self.keymap = keymap
        self.offers = offers()

    def compose(self) -> ComposeResult:
        """A title and the list."""
        title = Content.assemble(Content.styled("open", "bold $nabla-accent"), "   ↑ ↓ choose, enter opens, esc closes")
        yield Static(title, markup=False)
        wide = max(len(offer.title) for offer in self.offers) + 3
        options = [
            Option(Content.assemble(f"{offer.title:<{wide}}", Content.styled(offer.about, "$nabla-muted")))
            for offer in self.offers
        ]
        yield OptionList(*options, markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """What has been chosen."""
        self.dismiss(self.offers[event.option_index])

    def action_nothing(self) -> None:
        """Back to the stage."""
        self.dismiss(None)

    def action_move(self, direction: int) -> None:
        """Another line."""
        found = self.query_one(OptionList)
        (found.action_cursor_down if direction > 0 else found.action_cursor_up)()
