"""The regions of the stage: what each draws, which rows it has, and the scene that all of them are handed."""

from __future__ import annotations

from collections.abc import Iterator

from textual.geometry import Size

from nablastep_tui.draw.canvas import Canvas
from nablastep_tui.draw.chrome.caption import draw_caption
from nablastep_tui.draw.chrome.footer import draw_footer
from nablastep_tui.draw.chrome.header import draw_header
from nablastep_tui.draw.chrome.loss import draw_loss
from nablastep_tui.draw.chrome.prompt import draw_prompt, prompt_rows
from nablastep_tui.draw.chrome.scrubber import draw_scrubber
from nablastep_tui.draw.frame import frame
from nablastep_tui.draw.map.net_map import draw_map, map_height
from nablastep_tui.draw.stage.stage import draw_stage
from nablastep_tui.scene.scene import Scene
from nablastep_tui.widgets.region import Draw, Region


def draw_on_stage(canvas: Canvas, scene: Scene) -> None:
    """What stands on the stage; what is there seldom takes time to import."""
    if scene.why:
        from nablastep_tui.draw.why.docked import draw_whole_why

        draw_whole_why(canvas, scene, scene.why)
    elif scene.what_if is not None:
        from nablastep_tui.draw.stage.what_if import draw_what_if

        draw_what_if(canvas, scene)
    elif scene.lesson is not None and not scene.lesson.waiting:
        from nablastep_tui.draw.stage.your_turn import draw_your_turn

        draw_your_turn(canvas, scene)
    elif scene.loss:
        draw_loss(canvas, scene)
    else:
        draw_stage(canvas, scene)


def _draw_beside(canvas: Canvas, scene: Scene) -> None:
    from nablastep_tui.draw.why.docked import draw_why_beside

    draw_why_beside(canvas, scene)


def _draw_ground(_: Canvas, __: Scene) -> None:
    """Nothing: a canvas is blank in the palette's background."""


REGIONS: dict[str, Draw] = {
    "header": draw_header,
    "map": draw_map,
    "stage": draw_on_stage,
    "scrubber": draw_scrubber,
    "loss": draw_loss,
    "caption": draw_caption,
    "footer": draw_footer,
}
"""The regions from top to bottom."""


class Arrangement:
    """Puts the regions at their places; a region that has no rows is not displayed."""

    def __init__(self) -> None:
        # The ground between the regions: left to the screen, it would have a colour where there may be none.
        self._ground = Region(_draw_ground, id="ground")
        self._regions = {name: Region(draw, id=name) for name, draw in REGIONS.items()}
        self._why = Region(_draw_beside, id="why")
        self._prompt = Region(draw_prompt, id="prompt")
        self.size: Size | None = None
        self._asked: tuple[int, int, bool] | None = None

    def widgets(self) -> Iterator[Region]:
        """All of them, the lowest first."""
        yield self._ground
        yield from self._regions.values()
        yield self._why
        yield self._prompt

    def arrange(self, size: Size, scene: Scene) -> None:
        """Every region at its rows on a screen of that size."""
        self.size, self._asked = size, self._asks(size, scene)
        width, height = size
        rows = frame(width, height, map_rows=self._asked[0], caption=scene.caption_rows)
        self._ground.styles.width, self._ground.styles.height = width, height
        docked = rows.docked_why_columns
        for name, region in self._regions.items():
            place = getattr(rows, name)
            region.display = place.height > 0
            region.styles.offset = (0, place.top)
            region.styles.width, region.styles.height = width - (docked if name == "stage" else 0), place.height
        self._why.display = docked > 0
        self._why.styles.offset = (width - docked, rows.stage.top)
        self._why.styles.width, self._why.styles.height = docked, rows.stage.height
        if scene.why:
            self._clear_for_why(size, caption_top=rows.caption.top)
        self._place_prompt(scene)

    def show(self, scene: Scene) -> None:
        """Hand the scene to every region, each at the rows that it takes now."""
        if self.size is None:
            return
        if self._asks(self.size, scene) != self._asked:
            self.arrange(self.size, scene)
        self._place_prompt(scene)
        for region in self.widgets():
            region.scene = scene

    @staticmethod
    def _asks(size: Size, scene: Scene) -> tuple[int, int, bool]:
        """What of a scene decides about rows."""
        return map_height(*size, scene), scene.caption_rows, bool(scene.why)

    def _clear_for_why(self, size: Size, *, caption_top: int) -> None:
        """A derivation takes the place of map, stage and scrubber."""
        for region in (self._regions["map"], self._regions["scrubber"], self._regions["loss"], self._why):
            region.display = False
        top, below = (2, 1) if size.height >= 24 else (1, 0)
        stage = self._regions["stage"].styles
        stage.offset = (0, top)
        stage.width, stage.height = size.width, caption_top - top - below

    def _place_prompt(self, scene: Scene) -> None:
        """The line being typed above the footer, with as many rows as it takes."""
        self._prompt.display = scene.prompt is not None
        if self.size is not None and scene.prompt is not None:
            width, height = self.size
            rows = prompt_rows(scene, width)
            self._prompt.styles.offset = (0, max(1, height - 1 - rows))
            self._prompt.styles.width, self._prompt.styles.height = width, rows
