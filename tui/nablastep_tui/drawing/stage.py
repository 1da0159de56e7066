"""Draws the stage: title rule, the equation over its matrices, one scalar line, one sentence, one check."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from rich.style import Style

from nablastep.entries import Part
from nablastep.layout import Operand
from nablastep.notation import notation_named
from nablastep.program import BACKWARD, FORWARD
from nablastep.words import step_title
from nablastep_tui.drawing.canvas import Canvas
from nablastep_tui.drawing.cells import width_of
from nablastep_tui.drawing.lines import draw_connector, draw_title_rule
from nablastep_tui.drawing.matrix import draw
from nablastep_tui.drawing.morph import between
from nablastep_tui.drawing.stage_falk import arrange, draw_arrangement
from nablastep_tui.drawing.stage_large import draw_large
from nablastep_tui.drawing.stage_plan import Item, MatrixItem, Plan, SignItem, has_room_for_numbers, plan_stage
from nablastep_tui.drawing.text import plain, wrapped
from nablastep_tui.numbers import MatrixFormat, choose_format, digits_of_agreement, parenthesised, scalar_text
from nablastep_tui.scene import Scene, Target
from nablastep_tui.themes import Phase, accent_style, dimension_style, phase_style, selected_style, style

CHECK_TOLERANCE = 1e-6
SHEET_ROWS = 6


def draw_stage(canvas: Canvas, scene: Scene) -> None:
    """The whole stage on a canvas of its size."""
    draw_title(canvas, scene)
    tail = _tail_lines(canvas, scene)
    end = _draw_equation(canvas, scene, len(tail))
    if end is None:
        draw_large(canvas, scene)
        return
    roomy = canvas.height >= 18
    y = end + (1 if canvas.height >= 14 else 0)
    for line in tail:
        if scene.rows_shown != 0:  # before the result appears nothing tells it
            _draw_line(canvas, y, line, scene)
        y += 2 if roomy and line is tail[0] else 1
    if canvas.height - y >= SHEET_ROWS + 2:
        _draw_sheet(canvas, scene, canvas.height - SHEET_ROWS - 1)


def _draw_equation(canvas: Canvas, scene: Scene, lines_below: int) -> int | None:
    """The equation over its matrices, in one line or else in Falk's layout; the first free row, None if none fits."""
    roomy = canvas.height >= 18
    head = (2 if roomy else 1) + 2 + (1 if canvas.height >= 16 else 0) + (1 if roomy else 0)
    below = lines_below + (1 if canvas.height >= 14 else 0) + (1 if roomy else 0)
    room = canvas.width - 4, canvas.height - head - below
    plan = plan_stage(scene, *room)
    if plan is not None:
        symbols = _symbol_places(canvas, scene, plan, room)
        _draw_plan(canvas, scene, plan, symbols, top=2 if roomy else 1, connector=canvas.height >= 16, roomy=roomy)
        return head + plan.body_height + 1
    if not has_room_for_numbers(scene):
        return None
    top = 4 if roomy else 2
    found = arrange(scene, canvas.width - 4, canvas.height - top - lines_below)
    if found is None:
        return None
    text = notation_named(scene.notation).equation_text(scene.shown.equation)
    canvas.write(max(1, (canvas.width - width_of(text)) // 2), top // 2, text, accent_style(scene.palette))
    draw_arrangement(canvas, scene, found, top)
    return top + found.height


def draw_title(canvas: Canvas, scene: Scene) -> None:
    """`── ◀ backward  step 8 of 15 ──── gradient of the weights into layer 2 ──`."""
    session, palette, glyphs = scene.session, scene.palette, scene.glyphs
    step = scene.view.step
    if scene.notice:
        look = style(palette.bright, bold=True) if not scene.is_error else accent_style(palette)
        parts: list[tuple[str, Style]] = [(f"{glyphs.cross} {scene.notice}" if scene.is_error else scene.notice, look)]
    elif not scene.view.is_done:
        again = "" if session.position.iteration == 1 else f"iteration {session.position.iteration} "
        parts = [("ready ", style(palette.bright, bold=True)), (f"{again}nothing computed yet", style(palette.muted))]
    else:
        phase: Phase = step.phase  # type: ignore[assignment]
        glyph = {FORWARD: glyphs.forward, BACKWARD: glyphs.backward}.get(step.phase, glyphs.update)
        parts = [
            (f"{glyph} {step.phase}", phase_style(palette, phase, bold=True)),
            (f"  step {step.number} of {len(session.program)}", style(palette.muted)),
        ]
    parts += [(f"  {_first_not_finite(scene)}", accent_style(palette))] if _first_not_finite(scene) else []
    title = step_title(step, session.program)
    if glyphs.name == "ascii":
        parts = [(plain(text), look) for text, look in parts]
    draw_title_rule(canvas, 1, 0, canvas.width - 2, parts, (title, style(palette.text)), style(palette.line), glyphs)


def _first_not_finite(scene: Scene) -> str:
    """Where a number overflowed: in this step, or in one that it reads."""
    result = scene.shown.result()
    if result is None or np.isfinite(result).all():
        return ""
    for piece in scene.shown.pieces(None):
        value = scene.shown.operand(piece.expression) if isinstance(piece, Operand) else None
        if value is not None and not np.isfinite(value).all():
            return "not finite: it reads a number that is not"
    iteration, step = scene.session.position
    return f"the first number that is not finite: iteration {iteration}, step {step}"


# the equation over its matrices


def _symbol_places(canvas: Canvas, scene: Scene, plan: Plan, room: tuple[int, int]) -> list[int]:
    """The column on which the symbol of each item stands, or where it is now on its way there."""
    places = _centers(canvas, plan)
    motion = scene.motion
    if motion is None or motion.kind != "symbols":
        return places
    earlier = plan_stage(motion.before, *room)
    if earlier is None or len(earlier.items) != len(plan.items):
        return places
    starts = _centers(canvas, earlier)
    names = [_bare(item.text) for item in earlier.items]
    origins = [
        # Where the same symbol stood; in another notation it has another text, and keeps its place in the order.
        starts[names.index(_bare(item.text))] if names.count(_bare(item.text)) == 1 else start
        for item, start in zip(plan.items, starts, strict=True)
    ]
    return [between(start, end, motion.slid) for start, end in zip(origins, places, strict=True)]


def _centers(canvas: Canvas, plan: Plan) -> list[int]:
    starts = _starts(canvas.width, plan)
    return [
        _center(item, x) if isinstance(item, MatrixItem) else x + item.width // 2
        for item, x in zip(plan.items, starts, strict=True)
    ]


def _bare(text: str) -> str:
    """A symbol without what a convention adds to it."""
    return text.replace("ᵀ", "").replace("^T", "").strip("()")


def _draw_plan(
    canvas: Canvas, scene: Scene, plan: Plan, symbols: list[int], *, top: int, connector: bool, roomy: bool
) -> None:
    starts = _starts(canvas.width, plan)
    shapes_y = top + 1
    matrices_y = shapes_y + 1 + (1 if connector else 0) + (1 if roomy else 0)
    middle = matrices_y + 1 + (plan.body_height - 1) // 2
    for item, x, symbol in zip(plan.items, starts, symbols, strict=True):
        if isinstance(item, MatrixItem):
            _draw_matrix(canvas, scene, item, x, symbol, top, middle)
        else:
            _draw_sign(canvas, scene, item, x, symbol, top, middle)
    if connector:
        _draw_connectors(canvas, scene, plan.items, starts, shapes_y + 1)


def _starts(width: int, plan: Plan) -> list[int]:
    x = max(1, (width - plan.width) // 2)
    starts = []
    for item in plan.items:
        starts.append(x)
        x += item.width + plan.gap
    return starts


def _center(item: MatrixItem, x: int) -> int:
    """The column over which symbol, shape and ruler stand."""
    return x + (item.width - item.place.width) // 2 + item.place.center_x


def _draw_matrix(canvas: Canvas, scene: Scene, item: MatrixItem, x: int, symbol: int, top: int, middle: int) -> None:
    palette = scene.palette
    center = _center(item, x)
    look = accent_style(palette) if item.is_result else style(palette.bright, bold=True)
    canvas.write(symbol - width_of(item.text) // 2, top, item.text, look)
    if item.picture.quantity:
        target = Target("quantity", item.picture.quantity)
        canvas.mark(center - width_of(item.text) // 2, top, width_of(item.text), 1, target)
    if not (item.is_result and scene.shown.equation.target.shape == ()):
        _draw_shape(canvas, scene, item.shape, center, top + 1)
    y = middle - (item.place.body_height - 1) // 2 - item.place.body_y
    draw(canvas, x + (item.width - item.place.width) // 2, y, item.picture, palette, scene.glyphs)


def _draw_shape(canvas: Canvas, scene: Scene, shape: tuple[str, str], center: int, y: int) -> None:
    rows, columns = (scene.glyphs.dimension(dimension) for dimension in shape)
    x = center - (width_of(rows) + 1 + width_of(columns)) // 2
    x = canvas.write(x, y, rows, dimension_style(scene.palette, shape[0]))
    x = canvas.write(x, y, scene.glyphs.times, style(scene.palette.muted))
    canvas.write(x, y, columns, dimension_style(scene.palette, shape[1]))


def _draw_sign(canvas: Canvas, scene: Scene, item: SignItem, x: int, symbol: int, top: int, middle: int) -> None:
    center = x + item.width // 2
    look = style(scene.palette.text, bold=item.text in {scene.glyphs.equals, "←", "+", "−"})
    product = item.text in {scene.glyphs.product, "·"}
    if not product:  # in print a product is written side by side
        canvas.write(symbol - width_of(item.text) // 2, top, item.text, look)
    below = item.value or item.text
    canvas.write(center - width_of(below) // 2, middle, below, style(scene.palette.muted) if product else look)


def _draw_connectors(canvas: Canvas, scene: Scene, items: tuple[Item, ...], starts: list[int], y: int) -> None:
    """Joins the inner dimensions of a product, and says that ⊙ and + need equal shapes."""
    for index, item in enumerate(items):
        if not isinstance(item, SignItem) or not 0 < index < len(items) - 1:
            continue
        left, right = items[index - 1], items[index + 1]
        if not (isinstance(left, MatrixItem) and isinstance(right, MatrixItem)):
            continue
        ends = _center(left, starts[index - 1]), _center(right, starts[index + 1])
        if item.text == "·":
            inner = left.shape[1]
            letter = scene.glyphs.dimension(inner)
            ends = ends[0] + 1, ends[1] - 1
        elif item.text in {"⊙", "⊘"}:
            inner = left.shape[0]
            letter = scene.glyphs.times.join(map(scene.glyphs.dimension, left.shape))
        else:
            continue
        text = f" {letter} = {letter} {scene.glyphs.tick} "
        draw_connector(canvas, *ends, y, text.strip() if ends[1] - ends[0] < len(text) + 4 else text,
                       dimension_style(scene.palette, inner), scene.glyphs)  # fmt: skip


# the equation sheet


def _draw_sheet(canvas: Canvas, scene: Scene, y: int) -> None:
    """The equations around the current one, with what they do: where there is room below everything else."""
    palette = scene.palette
    steps = scene.session.program.steps
    current = scene.view.step.number
    first = max(1, min(current - 2, len(steps) - SHEET_ROWS + 2))
    writer = notation_named("ascii" if scene.glyphs.name == "ascii" else "unicode")
    shown = steps[first - 1 : first + SHEET_ROWS - 2]
    texts = [writer.equation_text(scene.view.convention.shown_equation(step.equation)) for step in shown]
    wide = max(map(width_of, texts))
    x = max(3, (canvas.width - wide - 50) // 2)
    canvas.write(x, y, "equation sheet", style(palette.muted))
    for row, (step, text) in enumerate(zip(shown, texts, strict=True), 1):
        now = step.number == current and scene.view.is_done
        look = accent_style(palette) if now else style(palette.text if step.number < current else palette.muted)
        mark = scene.glyphs.operand if now else " "
        canvas.write(x, y + row, f"{mark} {step.number:>3}  {text}", look)
        canvas.write(x + wide + 12, y + row, step_title(step, scene.session.program), style(palette.muted))
        canvas.mark(x, y + row, canvas.width - 2 * x, 1, Target("step", number=step.number))


# the lines below

Line = list[tuple[str, Style]]


def _tail_lines(canvas: Canvas, scene: Scene) -> list[Line]:
    """The scalar line, the sentence (wrapped) and the check; or before the first key, the invitation."""
    palette, width = scene.palette, canvas.width - 6
    if not scene.view.is_done:
        # A demo steps by itself: its keys mean something else.
        return _invitation(scene, width) if scene.caption is None else []
    lines = [_scalar_line(scene, width)]
    muted = style(palette.muted)
    # Above the fold of a small screen one line has to do.
    most = 2 if canvas.height >= 15 else 1
    sentence = wrapped(scene.shown.sentence(scene.cell), width)
    if len(sentence) > most:
        # The second half of a sentence says why; on a small screen it has to do alone.
        sentence = wrapped(scene.shown.sentence(scene.cell).split(": ")[-1], width)
    if len(sentence) > most:
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
    if definition is not None and scene.view.step.id == "E" and canvas.height >= 13:
        text = notation_named("unicode").equation_text(definition)
        lines.insert(1, [("the same as the definition  ", muted), (text, style(palette.text))])
    return lines


def _invitation(scene: Scene, width: int) -> list[Line]:
    palette = scene.palette
    symbol = scene.shown.equation.target

    name = notation_named("unicode").text(symbol)
    press: Line = [
        ("press  ", style(palette.muted)),
        (f" {scene.glyphs.right_arrow} ", selected_style(palette)),
        (f"  to compute {name}", style(palette.bright, bold=True)),
    ]
    if not scene.first_run:
        return [press]
    sizes, steps = scene.session.network.sizes, len(scene.session.program)
    about = (
        f"{_count(sizes[0], 'input goes', 'inputs go').capitalize()} in, "
        f"{_count(sizes[-1], 'number comes', 'numbers come')} out, "
        f"and the error flows back. {steps} equations, one at a time."
        f"{' Some parameters are frozen: no update moves them.' if scene.session.network.frozen_parameters else ''}"
    )
    keys: Line = []
    offers = (
        (scene.glyphs.left_arrow, "takes any of them back."),
        ("w", "asks why an equation has its form."),
        ("e", "edits any number."),
    )
    for key, what in offers:
        keys += [(key, accent_style(palette)), (f" {what}  ", style(palette.muted))]
    lines = [press, *([(text, style(palette.muted))] for text in wrapped(about, width))]
    return [*lines, keys] if sum(width_of(text) for text, _ in keys) <= width else lines


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _count(number: int, one: str, many: str) -> str:
    word = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{word} {one if number == 1 else many}"


def _scalar_line(scene: Scene, width: int) -> Line:
    """`∇W⁽¹⁾₂₁ = ∇z⁽²⁾₂ × a⁽¹⁾₁ = −0.038098 × 0.593270 = −0.022603`, dropping its middle where it is too long."""
    entry = scene.shown.entry(scene.cell)
    if entry is None:
        return []
    value = np.asarray(scene.shown.result())
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
        sign = "←" if index == 1 and scene.shown.equation.is_update else "="
        line += ([(f"  {sign}  ", style(scene.palette.muted))] if index else []) + side
    return line


def _length(line: Iterable[tuple[str, Style]]) -> int:
    return sum(width_of(text) for text, _ in line)


def _parts(scene: Scene, parts: tuple[Part, ...], decimals: int = 6) -> Line:
    line: Line = []
    palette = scene.palette
    for index, part in enumerate(parts):
        if part.value is not None:
            text = _number(part.value, decimals, scene)
            line.append((parenthesised(text) if index else text, style(palette.bright, bold=True)))
        elif part.dimension is not None:
            mark = "_" if scene.glyphs.name == "ascii" and not (index and parts[index - 1].dimension) else ""
            line.append((mark + part.text, dimension_style(palette, part.dimension)))
        else:
            line.append((part.text, style(palette.text)))
    return line


def _number(value: float, decimals: int, scene: Scene) -> str:
    number: MatrixFormat = choose_format([value], decimals, ascii=scene.glyphs.name == "ascii")
    return number.full(value)


def _check_line(scene: Scene) -> Line | None:
    """The difference quotient beside the gradient: computed here, every time."""
    check = scene.shown.check(scene.cell)
    if check is None:
        return None
    palette = scene.palette
    muted = style(palette.muted)
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
        return [("a kink lies here: ", muted), (f"slopes on both sides differ, the quotient gives {quotient}", muted)]
    analytic = scalar_text(value, 6, ascii=ascii_only)
    line = f"{scene.glyphs.cross} central difference {quotient}, analytic {analytic}"
    return [(line, accent_style(palette))]


def _draw_line(canvas: Canvas, y: int, line: Line, scene: Scene) -> None:
    if scene.glyphs.name == "ascii":
        line = [(plain(text), look) for text, look in line]
    x = max(1, (canvas.width - _length(line)) // 2)
    for text, look in line:
        x = canvas.write(x, y, text, look)
