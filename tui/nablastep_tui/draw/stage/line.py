"""The equation in one line: symbols over their matrices, shapes and signs, inner dimensions of a product joined."""

from __future__ import annotations

from nablastep.records import record
from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.lines import draw_connector
from nablastep_tui.draw.matrix import draw
from nablastep_tui.draw.morph import between
from nablastep_tui.draw.stage.plan import Item, MatrixItem, Plan, SignItem, plan_stage
from nablastep_tui.look.cells import width_of
from nablastep_tui.look.themes import accent_style, dimension_style, style
from nablastep_tui.scene.scene import Scene, Target


def symbol_places(canvas: Canvas, scene: Scene, plan: Plan, room: tuple[int, int]) -> list[int]:
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
        x + item.center if isinstance(item, MatrixItem) else x + item.width // 2
        for item, x in zip(plan.items, starts, strict=True)
    ]


def _bare(text: str) -> str:
    """A symbol without what a convention adds to it."""
    return text.replace("ᵀ", "").replace("^T", "").strip("()")


@record()
class Head:
    """The rows above the matrices of an equation in one line. `top`: the row of its symbols; `shapes`: below them their
    shapes; `connector`: a row that joins the inner dimensions; `blank`: one above the rulers."""

    top: int
    shapes: bool = True
    connector: bool = False
    blank: bool = False

    @property
    def rows(self) -> int:
        """All of them."""
        return self.top + 1 + self.shapes + self.connector + self.blank


def draw_plan(canvas: Canvas, scene: Scene, plan: Plan, symbols: list[int], head: Head) -> None:
    """Draw it under such a head; `symbols` are the columns of the symbols, which may be on their way."""
    starts = _starts(canvas.width, plan)
    top = head.top
    middle = head.rows + 1 + (plan.body_height - 1) // 2
    for item, x, symbol in zip(plan.items, starts, symbols, strict=True):
        if isinstance(item, MatrixItem):
            _draw_matrix(canvas, scene, item, x, symbol, top, middle)
            if head.shapes and not (item.is_result and scene.shown.equation.target.shape == ()):
                _draw_shape(canvas, scene, item.shape, x + item.center, top + 1)
        else:
            _draw_sign(canvas, scene, item, x, symbol, top, middle)
    if head.connector:
        _draw_connectors(canvas, scene, plan.items, starts, top + 2)


def _starts(width: int, plan: Plan) -> list[int]:
    x = max(1, (width - plan.width) // 2)
    starts = []
    for item in plan.items:
        starts.append(x)
        x += item.width + plan.gap
    return starts


def _draw_matrix(canvas: Canvas, scene: Scene, item: MatrixItem, x: int, symbol: int, top: int, middle: int) -> None:
    palette = scene.palette
    center = x + item.center
    look = accent_style(palette) if item.is_result else style(palette.bright, bold=True)
    canvas.write(symbol - width_of(item.text) // 2, top, item.text, look)
    if item.picture.quantity:
        target = Target("quantity", item.picture.quantity)
        canvas.mark(center - width_of(item.text) // 2, top, width_of(item.text), 1, target)
    y = middle - (item.place.body_height - 1) // 2 - item.place.body_y
    draw(canvas, center - item.place.center_x, y, item.picture, palette, scene.glyphs)


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
        ends = starts[index - 1] + left.center, starts[index + 1] + right.center
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
