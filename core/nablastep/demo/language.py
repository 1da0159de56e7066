"""The statements of the demo language, one record per verb.

Data only: what a line says and where it stands. Positions take no part in comparison, so a demo equals its formatted
self. Knows neither text nor networks; ids are names here.
"""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from nablastep.demo.numerals import number_text
from nablastep.demo.references import NOWHERE, Cell, Place, Value
from nablastep.records import record


@record(kw_only=True)
class Statement:
    """What every statement has: the place of its verb."""

    verb: ClassVar[str]
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@record()
class TextStatement(Statement):
    """A verb with one quoted text; lines of the text are separated by `\\n`."""

    text: str
    text_place: Place = field(default=NOWHERE, compare=False, repr=False)


@record()
class CountStatement(Statement):
    """A verb with one whole number from 1."""

    count: int = 1


@record()
class WordStatement(Statement):
    """A verb with one word out of a fixed list."""

    word: str


@record()
class DemoVersion(CountStatement):
    """`demo 1`: the version of the language."""

    verb = "demo"


@record()
class Title(TextStatement):
    """`title "…"`: what the demo is called."""

    verb = "title"


@record()
class NetworkName(TextStatement):
    """`network mazur`: a built-in name, or a network file relative to the demo."""

    verb = "network"


@record()
class Convention(WordStatement):
    """`convention row-keras`: in the header the one shown first, later a change of view."""

    verb = "convention"


@record()
class Size(Statement):
    """`size 120x40`: columns and rows of the screen."""

    verb = "size"
    columns: int
    rows: int


@record()
class Speed(Statement):
    """`speed 1.5`: a factor from 0.25 to 8."""

    verb = "speed"
    factor: float


@record()
class Theme(WordStatement):
    """`theme light`: the colours of the screen."""

    verb = "theme"


@record()
class Chapter(TextStatement):
    """`chapter "…"`: a heading and a place to jump to."""

    verb = "chapter"


@record()
class Say(TextStatement):
    """`say "…"`: a caption, shown."""

    verb = "say"


@record()
class Note(TextStatement):
    """`note "…"`: for the speaker, never shown."""

    verb = "note"


@record()
class Pause(Statement):
    """`pause`: waits for a key live and 2 s in virtual time."""

    verb = "pause"


@record()
class Wait(Statement):
    """`wait 1.5s`: waits so many seconds."""

    verb = "wait"
    seconds: float


@record()
class Next(CountStatement):
    """`next 3`: so many steps forwards."""

    verb = "next"


@record()
class Back(CountStatement):
    """`back 3`: so many steps backwards."""

    verb = "back"


@record()
class Goto(Statement):
    """`goto grad_W1`, `goto start`, `goto end`: a place in this iteration."""

    verb = "goto"
    target: str
    target_place: Place = field(default=NOWHERE, compare=False, repr=False)


@record()
class GotoIteration(CountStatement):
    """`goto iteration 40`: the beginning of that iteration."""

    verb = "goto"


@record()
class Train(CountStatement):
    """`train 100`: so many whole iterations."""

    verb = "train"


@record()
class SetValue(Statement):
    """`set W1[0,0] = 0.25`: an edit; the target is a cell or learning_rate, the number finite."""

    verb = "set"
    target: Value
    number: float


@record()
class Undo(Statement):
    """`undo`: reverts the last edit or reset."""

    verb = "undo"


@record()
class Redo(Statement):
    """`redo`: the reverse of undo."""

    verb = "redo"


@record()
class Reset(Statement):
    """`reset`: the network as opened."""

    verb = "reset"


@record()
class Branch(CountStatement):
    """`branch 2`: the timeline of that number."""

    verb = "branch"


@record()
class Why(Statement):
    """`why jacobian`: the derivation of the equation; None leaves the route to the reader."""

    verb = "why"
    route: str | None = None


@record()
class Close(Statement):
    """`close`: leaves the derivation."""

    verb = "close"


@record()
class Focus(Statement):
    """`focus grad_W1[0,1]`: puts the cursor on a cell."""

    verb = "focus"
    cell: Cell


@record()
class Notation(WordStatement):
    """`notation latex`: how equations are written from here on."""

    verb = "notation"


@record()
class ExpectValue(Statement):
    """`expect E ~ 0.298 tol 1e-3`; a tolerance belongs to `~` only, None is the default one.

    Numbers are compared by their bits: nan equals nan, -0 differs from 0.
    """

    verb = "expect"
    value: Value
    relation: str
    number: float = field(compare=False)
    tolerance: float | None = None
    number_place: Place = field(default=NOWHERE, compare=False, repr=False)
    number_bits: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "number_bits", number_text(self.number))


@record()
class ExpectShape(Statement):
    """`expect shape(grad_W1) = 2x2`: rows and columns in `column` orientation."""

    verb = "expect"
    name: str
    rows: int
    columns: int
    name_place: Place = field(default=NOWHERE, compare=False, repr=False)
    number_place: Place = field(default=NOWHERE, compare=False, repr=False)


@record()
class ExpectGradcheck(Statement):
    """`expect gradcheck < 1e-6`: the largest error of the analytic against the numeric gradients."""

    verb = "expect"
    relation: str
    bound: float
    number_place: Place = field(default=NOWHERE, compare=False, repr=False)


@record()
class ExpectScreen(TextStatement):
    """`expect screen contains "…"`: a text that the screen shows in one row."""

    verb = "expect"


@record()
class Snap(TextStatement):
    """`snap "after the edit"`: a still of that name."""

    verb = "snap"


@record()
class Include(TextStatement):
    """`include "file.demo"`: the statements of another file of the same folder or below."""

    verb = "include"
