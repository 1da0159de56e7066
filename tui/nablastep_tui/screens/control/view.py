"""Looking otherwise: conventions and notations, pictures, the loss curve, hints and themes. No number changes."""

from __future__ import annotations

from dataclasses import replace

from nablastep.notation import notations
from nablastep.transposition import CONVENTIONS
from nablastep.words import convention_words, distinct_conventions
from nablastep_tui.scene.looks import POOLINGS
from nablastep_tui.screens.control.host import Host, Program
from nablastep_tui.screens.control.motion import Moving


class ViewControl:
    """Changes the looks of the stage, and tells what they are now."""

    def __init__(self, host: Host, moving: Moving, program: Program) -> None:
        self._host = host
        self._moving = moving
        self._program = program

    def convention(self) -> None:
        """The next convention: the equation rearranges, the numbers stay."""
        program, looks = self._host.session.program, self._host.looks
        names = distinct_conventions(program)
        if len(names) == 1:
            self._host.tell(
                "as written: nothing in these equations is stored as rows or transposed, there is one convention"
            )
            return
        here = names.index(looks.convention) if looks.convention in names else -1
        self.in_convention(names[(here + 1) % len(names)])

    def in_convention(self, following: str) -> None:
        """That convention."""
        program, looks = self._host.session.program, self._host.looks
        self._moving.begin("symbols")
        turned = {name: (column, row) for name, (row, column) in looks.cells.items()}
        self._host.looks = replace(looks, convention=following, cells=turned)
        formula, met_in = convention_words(CONVENTIONS[following], program)
        self._host.tell(f"{formula}   {met_in}")

    def notation(self) -> None:
        """The next notation for symbols."""
        self._moving.begin("symbols")
        names = tuple(name for name, writer in notations().items() if writer.on_screens)
        following = _after(self._host.looks.notation, names)
        self._host.looks = replace(self._host.looks, notation=following)
        self._host.tell(f"notation: {following}")

    def picture(self) -> None:
        """Rows of large matrices as pictures, or not."""
        self._host.looks = replace(self._host.looks, pictures=not self._host.looks.pictures)
        self._host.show()

    def pooling(self) -> None:
        """The next way to pool large matrices."""
        following = _after(self._host.looks.pooling, POOLINGS)
        self._host.looks = replace(self._host.looks, pooling=following)
        self._host.tell(f"blocks show their {following}" if following != "rms" else "blocks show their RMS")

    def loss(self) -> None:
        """The loss curve over the stage."""
        self._host.looks = replace(self._host.looks, loss=not self._host.looks.loss)
        self._host.show()

    def captions(self) -> None:
        """Hints on or off."""
        hints = not self._host.looks.hints
        self._host.looks = replace(self._host.looks, hints=hints)
        self._host.tell("hints on" if hints else "hints off")

    def route(self, number: int) -> None:
        """A route of the derivation beside the stage."""
        self._host.looks = replace(self._host.looks, route=number)
        self._host.show()

    def theme(self) -> None:
        """The next theme."""
        self._program.action_next_theme()


def _after(name: str, names: tuple[str, ...]) -> str:
    return names[(names.index(name) + 1) % len(names)]
