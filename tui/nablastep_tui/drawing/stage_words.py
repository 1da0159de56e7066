"""The lines below the equation: one entry in numbers, what it means in a sentence, an independent check, a hint."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from rich.style import Style

from nablastep.entries import Part
from nablastep.network_notes import network_notes
from nablastep.notation import notation_named
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.text import plain, wrapped
from nablastep_tui.numbers import MatrixFormat, choose_format, digits_of_agreement, parenthesised, scalar_text
from nablastep_tui.scene import Scene
from nablastep_tui.themes import accent_style, dimension_style, selected_style, style

CHECK_TOLERANCE = 1e-6
MOST_BY_HAND = 2
MOST_INVITING = 4
"""Lines before the first key on a small screen: more would leave no room for the numbers."""

Line = list[tuple[str, Style]]


def lines_below(canvas: Canvas, scene: Scene) -> list[Line]:
    """The scalar line, the sentence (wrapped) and the check; or before the first key, the invitation."""
    palette, width = scene.palette, canvas.width - 6
    if not scene.view.is_done:
        # A demo steps by itself: its keys mean something else.
        return _invitation(scene, width, roomy=canvas.height >= 15) if scene.caption is None else []
    lines = [_scalar_line(scene, width)]
    muted = style(palette.muted)
    # Above the fold of a small screen one line has to do.
    most = 2 if canvas.height >= 15 else 1
    remarks = remarks_of(scene)
    if remarks:
        # What is not as the equation says comes first; on a small screen it stands alone.
        said = [row for remark in remarks for row in wrapped(remark, width)]
        lines += [[(row, style(palette.bright, bold=True))] for row in said[: most + 1]]
        # What the number means for E cannot be said where E is none.
        most = 0 if _has_no_error(scene) else most - 1
    sentence = wrapped(scene.shown.sentence(scene.cell), width) if most else []
    if len(sentence) > most > 0:
        # The second half of a sentence says why; on a small screen it has to do alone.
        sentence = wrapped(scene.shown.sentence(scene.cell).split(": ")[-1], width)
    if len(sentence) > most > 0:
        sentence = [*sentence[: most - 1], sentence[most - 1] + scene.glyphs.ellipsis]
    lines += [[(text, muted)] for text in sentence]
    check = _check_line(scene)
    hint: Line = [(scene.hint, accent_style(palette))]
    if canvas.height >= 16:
        lines += [line for line in (check, hint if scene.hint else None) if line]
    elif canvas.height >= 11 and (check or scene.hint):
        # A small screen has one line for either: a hint goes once it has been followed.
        lines.append(hint if scene.hint or check is None else check)
    definition = scene.shown.definition
    if definition is not None and scene.view.step.target == scene.session.program.error and canvas.height >= 13:
        text = notation_named(scene.notation).equation_text(definition)
        lines.insert(1, [("the same as the definition  ", muted), (text, style(palette.text))])
    return lines


def notes_of(scene: Scene) -> tuple[str, ...]:
    """What is to be said of the network once, before its first step."""
    if scene.session.position != (1, 0):
        return ()
    return network_notes(scene.session.network, scene.view.convention.name)


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


def _invitation(scene: Scene, width: int, *, roomy: bool) -> list[Line]:
    palette = scene.palette
    symbol = scene.shown.equation.target

    name = notation_named(scene.notation).text(symbol)
    press: Line = [
        ("press  ", style(palette.muted)),
        (f" {_key(scene, 'next')} ", selected_style(palette)),
        (f"  to compute {name}", style(palette.bright, bold=True)),
    ]
    lines = [press, *([(row, accent_style(palette))] for note in notes_of(scene) for row in wrapped(note, width))]
    if not scene.first_run or (len(lines) > 1 and not roomy):
        return lines[:MOST_INVITING]
    steps = len(scene.session.program)
    about = (
        f"{_way_through(scene)}, and the error flows back. {steps} equations, one at a time."
        f"{' Some parameters are frozen: no update moves them.' if scene.session.network.frozen_parameters else ''}"
    )
    keys: Line = []
    offers = (
        (_key(scene, "back"), "takes any of them back."),
        (_key(scene, "why"), "asks why an equation has its form."),
        (_key(scene, "edit"), "edits any number."),
    )
    for key, what in offers:
        keys += [(key, accent_style(palette)), (f" {what}  ", style(palette.muted))]
    lines += [[(text, style(palette.muted))] for text in wrapped(about, width)]
    return [*lines, keys] if sum(width_of(text) for text, _ in keys) <= width else lines


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


def _scalar_line(scene: Scene, width: int) -> Line:
    """`∇W⁽¹⁾₂₁ = ∇z⁽²⁾₂ × a⁽¹⁾₁ = −0.038098 × 0.593270 = −0.022603`, dropping its middle where it is too long."""
    entry = scene.shown.entry(scene.cell, scene.notation)
    if entry is None:
        return []
    value = np.asarray(scene.shown.made())  # what the equation makes, whatever was set by hand after it
    number = float(value[scene.cell] if value.ndim else value)
    for decimals in (6, 4, 3):
        result: Line = [(_number(number, decimals, scene), accent_style(scene.palette))]
        numeric = _parts(scene, entry.numeric, decimals)
        sides = [_parts(scene, entry.name), _parts(scene, entry.symbolic), numeric, result]
        if _length(numeric) and "".join(text for text, _ in numeric) == result[0][0]:
            sides.pop(2)
        if _length(_joined(scene, sides)) <= width:
            return _joined(scene, sides)
    result = [(_number(number, 6, scene), accent_style(scene.palette))]
    short = _joined(scene, [_parts(scene, entry.name), _parts(scene, entry.symbolic), result])
    return short if _length(short) <= width else _joined(scene, [_parts(scene, entry.name), result])


def _joined(scene: Scene, sides: list[Line]) -> Line:
    line: Line = []
    for index, side in enumerate(sides):
        writer = notation_named(scene.notation)
        sign = writer.becomes if index == 1 and scene.shown.equation.is_update else writer.equals
        line += ([(f" {sign} ", style(scene.palette.muted))] if index else []) + side
    return line


def _length(line: Iterable[tuple[str, Style]]) -> int:
    return sum(width_of(text) for text, _ in line)


def _parts(scene: Scene, parts: tuple[Part, ...], decimals: int = 6) -> Line:
    line: Line = []
    palette = scene.palette
    for index, part in enumerate(parts):
        if part.value is not None:
            text = _number(part.value, decimals, scene)
            # Only after a sign does a minus need parentheses: tanh(−0.4), 2 × (−0.4).
            bare = index == 0 or parts[index - 1].text.endswith("(")
            line.append((text if bare else parenthesised(text), style(palette.bright, bold=True)))
        elif part.dimension is not None:
            is_below = not part.text.isascii() and not (index and parts[index - 1].dimension)
            mark = "_" if scene.glyphs.name == "ascii" and is_below else ""
            line.append((mark + part.text, dimension_style(palette, part.dimension)))
        else:
            line.append((part.text, style(palette.text)))
    return line


def _number(value: float, decimals: int, scene: Scene) -> str:
    number: MatrixFormat = choose_format([value], decimals, ascii=scene.glyphs.name == "ascii")
    return number.full(value)


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
    value = float(result[scene.cell])
    ascii_only = scene.glyphs.name == "ascii"
    quotient = scalar_text(check.value, 6, ascii=ascii_only)
    error = abs(value - check.value) / max(1.0, abs(value), abs(check.value))
    if error <= CHECK_TOLERANCE:
        digits = digits_of_agreement(value, check.value)
        agrees = f"   agrees to {digits} digit{'s' if digits != 1 else ''}" if value else ""
        return [
            (f"{scene.glyphs.tick} ", style(palette.bright, bold=True)),
            ("central difference of E gives ", muted),
            (quotient, style(palette.text)),
            (agrees, muted),
        ]
    if check.at_kink:
        here = scene.shown.kink(scene.cell, scene.notation) or "a kink lies here: slopes on both sides differ."
        return [(f"{here} The quotient gives {quotient}", muted)]
    analytic = scalar_text(value, 6, ascii=ascii_only)
    line = f"{scene.glyphs.cross} central difference {quotient}, analytic {analytic}"
    return [(line, accent_style(palette))]


def draw_line(canvas: Canvas, y: int, line: Line, scene: Scene) -> None:
    """One line, in the middle."""
    if scene.glyphs.name == "ascii":
        line = [(plain(text), look) for text, look in line]
    x = max(1, (canvas.width - _length(line)) // 2)
    for text, look in line:
        x = canvas.write(x, y, text, look)
