"""The lines below the equation: one entry in numbers, what it means in a sentence, an independent check, a hint."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from nablastep.network_notes import network_notes
from nablastep.notation import notation_named
from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.stage.plan import SIGN
from nablastep_tui.draw.stage.scalar import Line, length_of, scalar_lines
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.numbers import digits_of_agreement, scalar_text
from nablastep_tui.look.text import balanced, folded, plain
from nablastep_tui.look.themes import accent_style, selected_style, style
from nablastep_tui.scene.scene import Scene

MOST_BY_HAND = 2


@record(eq=False)
class Tail:
    """The lines below the equation; the first `numbers` of them are the entry in numbers."""

    lines: list[Line]
    numbers: int

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def width(self) -> int:
        """Cells of the longest line."""
        return max(map(length_of, self.lines), default=0)


def tails(scene: Scene, width: int, most: int = 3) -> tuple[list[Tail], Iterator[Tail]]:
    """What tells the equation in rows of `width` cells, as whole as there may be room for: each is shorter than the
    one before. The entry in numbers has `most` rows at the most.

    The scalar line and the sentence are whole as long as they can be; a check gives way before them, a hint last,
    as it goes once it has been followed. Those in the second part are cut: the last one is a single line, as numbers
    in a matrix come before words.
    """
    if not scene.view.is_done:
        # A demo steps by itself: its keys mean something else.
        said = _invitation(scene, width) if scene.caption is None else []
        found = [Tail([line for lines in said[:count] for line in lines], 1) for count in range(len(said), -1, -1)]
        whole = len(found) - 3 if len(found) > 3 else len(found)
        return found[:whole], iter(found[whole:])
    optional, numbers = _optional(scene, width), scalar_lines(scene, width, most)
    lines = [*numbers, *_told(scene, width, shortened=False)]
    return [Tail([*lines, *optional[:kept]], len(numbers)) for kept in range(len(optional), -1, -1)], _cut(scene, width)


def _cut(scene: Scene, width: int) -> Iterator[Tail]:
    """With one half of the sentence, and without it."""
    for most in (2, 1):
        numbers = scalar_lines(scene, width, most)
        yield Tail([*numbers, *_told(scene, width, shortened=True)], len(numbers))
    yield Tail(numbers, len(numbers))


def _told(scene: Scene, width: int, *, shortened: bool) -> list[Line]:
    """What has to be said besides the entry in numbers, and what the number means, whole or one half of it."""
    remarks = tuple(filter(None, (long_notice(scene, width), *remarks_of(scene))))
    # What is not as the equation says comes first; what a number means for E cannot be said where E is none.
    bold = style(scene.palette.bright, bold=True)
    said: list[Line] = [[(row, bold)] for remark in remarks for row in balanced(remark, width)]
    if _has_no_error(scene) or (shortened and said):
        return said
    sentence = scene.shown.sentence(scene.cell)
    rows = balanced(sentence, width)
    if shortened and len(half := balanced(half_of(sentence), width)) < len(rows):
        rows = half
    return [*said, *([(row, style(scene.palette.muted))] for row in rows)]


def half_of(sentence: str) -> str:
    """What a sentence says first of all: what follows for E from a change, else why it is so."""
    effect, colon, reason = sentence.partition(": ")
    return f"{effect}." if colon and effect.startswith("Raise ") else reason or sentence


def _optional(scene: Scene, width: int) -> list[Line]:
    """Hint, definition and check, the one that can be done without first at the end."""
    found: list[Line] = []
    if scene.hint:
        found += [[(row, accent_style(scene.palette))] for row in balanced(scene.hint, width)]
    definition = scene.shown.definition
    if definition is not None and scene.view.step.target == scene.session.program.error:
        text = notation_named(scene.notation).equation_text(definition)
        line: Line = [("the same as the definition  ", style(scene.palette.muted)), (text, style(scene.palette.text))]
        whole = folded(SIGN.split(text), width)
        found += [line] if length_of(line) <= width + 4 else [line[:1], *([(row, line[1][1])] for row in whole)]
    return [*found, *check_lines(scene, width)]


def notes_of(scene: Scene) -> tuple[str, ...]:
    """What is to be said of the network once, before its first step."""
    if scene.session.position != (1, 0):
        return ()
    return network_notes(scene.session.network, scene.view.convention.name)


def long_notice(scene: Scene, width: int) -> str:
    """What has just been said, marked as a mistake if it is one, where the rule of the title has no room for it."""
    notice = f"{scene.glyphs.cross} {scene.notice}" if scene.is_error and scene.notice else scene.notice
    return notice if width_of(notice) > width else ""


def remarks_of(scene: Scene) -> tuple[str, ...]:
    """What has to be said beside the equation: numbers set by hand, and where numbers stopped being finite."""
    by_hand = scene.shown.by_hand(scene.notation)
    more = (f"{len(by_hand) - MOST_BY_HAND} more were set by hand.",) if len(by_hand) > MOST_BY_HAND else ()
    broken = scene.shown.not_finite(scene.notation)
    if broken and (_has_no_error(scene) or scene.shown.value(scene.session.program.error.id) is None):
        broken = f"{broken}; {_way_back(scene)}"
    return (*by_hand[:MOST_BY_HAND], *more, *([broken] if broken else []))


def _has_no_error(scene: Scene) -> bool:
    """Whether E has been computed and is no finite number."""
    error = scene.shown.value(scene.session.program.error.id)
    return error is not None and not math.isfinite(error)


def _way_back(scene: Scene) -> str:
    """How to get to where everything was finite: before the step, or by taking the edit back."""
    origin = scene.shown.origin()
    if origin is None or (origin.iteration == 1 and scene.session.can_undo):
        return scene.keymap.said("{undo} takes the last edit back")
    if origin.iteration == 1:
        return scene.keymap.said("{goto} i1 goes to the start, {learning-rate} sets the learning rate")
    back = f"{{goto}} i{origin.iteration} goes to before it, {{learning-rate}} sets the learning rate"
    return scene.keymap.said(back)


def _invitation(scene: Scene, width: int) -> list[list[Line]]:
    """What to press, what has to be known of the network, and on a first run what is to come: paragraphs."""
    palette = scene.palette
    name = notation_named(scene.notation).text(scene.shown.equation.target)
    press: Line = [
        ("press  ", style(palette.muted)),
        (f" {_key(scene, 'next')} ", selected_style(palette)),
        (f"  to compute {name}", style(palette.bright, bold=True)),
    ]
    accent, muted = accent_style(palette), style(palette.muted)
    found: list[list[Line]] = [
        [press],
        *([[(row, accent)] for row in balanced(note, width)] for note in notes_of(scene)),
    ]
    if notice := long_notice(scene, width):
        found.insert(0, [[(row, style(palette.bright, bold=True))] for row in balanced(notice, width)])
    if not scene.first_run:
        return found
    offers = (
        (_key(scene, "back"), "takes any of them back."),
        (_key(scene, "why"), "asks why an equation has its form."),
        (_key(scene, "edit"), "edits weights and what is given."),
    )
    keys: list[Line] = [[]]
    for key, what in offers:
        if keys[-1] and length_of(keys[-1]) + width_of(f"{key} {what}") > width:
            keys.append([])
        keys[-1] += [("  " if keys[-1] else "", muted), (key, accent), (f" {what}", muted)]
    about = [[(row, muted)] for row in balanced(_about(scene), width)]
    frozen = [[(row, muted)] for row in balanced(_frozen(scene), width)]
    alike = [[(row, muted)] for row in balanced(_alike(scene), width)]
    return [*found, about, keys, *(each for each in (frozen, alike) if each)]


def _about(scene: Scene) -> str:
    """What is going to happen, in a sentence or two."""
    return f"{_way_through(scene)}, and the error flows back. {len(scene.session.program)} equations, one at a time."


def _frozen(scene: Scene) -> str:
    """Which parameters no update moves, and why they have gradients all the same."""
    program, writer = scene.session.program, notation_named(scene.notation)
    frozen = sorted(scene.session.network.frozen_parameters)
    symbols = [scene.view.convention.shown_symbol(program.symbols[name]) for name in frozen if name in program.symbols]
    if not symbols:
        return ""
    names, gradients = (
        _listed([writer.text(each) for each in group]) for group in (symbols, [each.gradient for each in symbols])
    )
    is_one = len(symbols) == 1
    return (
        f"{names} {'is' if is_one else 'are'} frozen: no update moves {'it' if is_one else 'them'}. {gradients} "
        f"{'is' if is_one else 'are'} computed all the same, to show what moving {'it' if is_one else 'them'} would do."
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _alike(scene: Scene) -> str:
    """Where every width is the same shapes prove nothing: the network that is told apart by them."""
    network = scene.session.network
    if not network.layers or len(set(network.sizes)) > 1:
        return ""
    return "All layers are equally wide here. In `nablastep run skinny` no two are: shapes cannot hide mistakes there."


def _way_through(scene: Scene) -> str:
    """`Two inputs go in, two numbers come out`; of equations `Three equations lead to E`."""
    network, program = scene.session.network, scene.session.program
    if network.layers:
        inputs = _count(network.sizes[0], "input goes", "inputs go").capitalize()
        return f"{inputs} in, {_count(network.sizes[-1], 'number comes', 'numbers come')} out"
    leading = _count(len(program.forward), "equation leads", "equations lead").capitalize()
    return f"{leading} to {notation_named(scene.notation).text(program.error)}"


def _key(scene: Scene, name: str) -> str:
    """A key as the terminal can show it: arrows in its own glyphs."""
    arrows = str.maketrans({"→": scene.glyphs.right_arrow, "←": scene.glyphs.left_arrow})
    return scene.keymap.said(f"{{{name}}}").translate(arrows)


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _count(number: int, one: str, many: str) -> str:
    word = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{word} {one if number == 1 else many}"


def check_lines(scene: Scene, width: int) -> list[Line]:
    """What a difference quotient says of the gradient, in rows of that width; nothing where there is none."""
    line = _check_line(scene)
    if line is None or length_of(line) <= width:
        return [line] if line is not None else []
    if len(line) > 1:  # how far both agree goes below
        *said, (agrees, look) = line
        return [said, [(agrees.strip(), look)]]
    ((text, look),) = line
    return [[(row, look)] for row in balanced(text, width)]


def _check_line(scene: Scene) -> Line | None:
    """The difference quotient beside the gradient: computed here, every time; where z is at a kink, that it is."""
    check = scene.shown.check(scene.cell)
    palette = scene.palette
    muted = style(palette.muted)
    if check is not None and not math.isfinite(check.value):
        return None  # E itself is no number there; that is said already
    if check is None:
        kink = scene.shown.kink(scene.cell, scene.notation)
        return [(kink, muted)] if kink else None
    result = scene.shown.result()
    assert result is not None  # a check stands beside a computed gradient only
    value = float(result[scene.cell] if np.ndim(result) else result)
    ascii_only = scene.glyphs.name == "ascii"
    quotient = scalar_text(check.value, 6, ascii=ascii_only)
    if check.agrees(value):
        digits = digits_of_agreement(value, check.value)
        agrees = f"   agrees to {digits} digit{'s' if digits != 1 else ''}" if value else ""
        return [
            (f"{scene.glyphs.tick} ", style(palette.bright, bold=True)),
            (f"difference quotient of {_error_text(scene)} gives ", muted),
            (quotient, style(palette.text)),
            (agrees, muted),
        ]
    if check.at_kink:
        here = scene.shown.kink(scene.cell, scene.notation) or "a kink lies here: slopes on both sides differ."
        return [(f"{here} The quotient gives {quotient}", muted)]
    analytic = scalar_text(value, 6, ascii=ascii_only)
    line = f"{scene.glyphs.cross} difference quotient {quotient}, analytic {analytic}"
    return [(line, accent_style(palette))]


def _error_text(scene: Scene) -> str:
    return notation_named(scene.notation).text(scene.session.program.error)


def draw_line(canvas: Canvas, y: int, line: Line, scene: Scene, left: int, width: int) -> None:
    """One line, in the middle of `width` columns from column `left` on."""
    draw_line_at(canvas, max(1, left + (width - length_of(line)) // 2), y, line, scene)


def draw_line_at(canvas: Canvas, x: int, y: int, line: Line, scene: Scene) -> None:
    """One line from column `x` on."""
    for text, look in line:
        x = canvas.write(x, y, plain(text) if scene.glyphs.name == "ascii" else text, look)
