"""A demo as Markdown with pictures of the stage, in memory: nothing is written here."""

from __future__ import annotations

from collections import defaultdict

from nablastep.demo import language
from nablastep.demo.beats import Beat
from nablastep.demo.opening import OpenDemo
from nablastep.demo.player import Player
from nablastep.page.document import page_of_demo
from nablastep.page.lesson import Lesson, Picture, alternative_text
from nablastep.page.lesson_markdown import markdown_lesson
from nablastep.page.moments import Walk
from nablastep_tui.recording.frames import file_stem
from nablastep_tui.recording.model import Grid
from nablastep_tui.recording.svg import still
from nablastep_tui.studio.capture import Capture
from nablastep_tui.studio.demo_capture import capture_demo


def markdown_files(opened: OpenDemo, name: str, *, theme: str | None, values: bool) -> dict[str, str]:
    """`NAME.md`, and its pictures in `NAME-pictures/`: its snaps, or else one of each place it stops at."""
    player = Player(opened.new_session(), opened.demo)
    album = _Album(player)
    capture_demo(opened, theme=theme, player=player, after_beat=album.keep)
    walk = album.walk
    walk.here()
    taken = album.snaps or {number: [("", grid)] for number, grid in album.stops.items()}
    files: dict[str, str] = {}
    pictures: dict[int, list[Picture]] = {}
    for number, named in sorted(taken.items()):
        moment = walk.moments[number]
        for word, grid in named:
            stem = word or (moment.session.step.id if moment.session.step else "start")
            path = f"{name}-pictures/{file_stem(len(files) + 1, stem)}.svg"
            files[path] = still(grid, word or alternative_text(moment))
            pictures.setdefault(number, []).append(Picture(path, word))
    page = page_of_demo(opened, walk.moments, player.chapters)
    return {f"{name}.md": markdown_lesson(Lesson(page, pictures, values)), **files}


class _Album:
    """The moments of a demo while it plays, and the screen at each of them."""

    def __init__(self, player: Player) -> None:
        self.walk = Walk(player)
        self.stops: dict[int, Grid] = {}
        self.snaps: defaultdict[int, list[tuple[str, Grid]]] = defaultdict(list)

    def keep(self, beat: Beat, capture: Capture) -> None:
        """Keep what one beat led to."""
        self.walk.follow(beat)
        number = len(self.walk.moments) - 1
        if isinstance(beat.statement, language.Snap):
            self.snaps[number].append((beat.statement.text, capture.grid()))
        elif beat.seconds:
            self.stops[number] = capture.grid()
