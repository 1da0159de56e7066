"""Checks whether a demo still says the truth: plays it without a terminal and reports what does not hold.

Also writes the numbers that were found into the demo's files, where a failed expectation has one. Knows no screen;
a screen reader is handed in.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from nablastep.demo.expectation_outcomes import Outcome, ReadScreen
from nablastep.demo.language import ExpectScreen
from nablastep.demo.loader import read_demo_text
from nablastep.demo.opening import OpenDemo, open_demo
from nablastep.demo.player import Player
from nablastep.demo.problems import DemoErrors
from nablastep.demo.rewriting import update_expectations
from nablastep.files.writing import write_text


@dataclass(frozen=True)
class Report:
    """What became of one demo. `name` is how it was asked for, `seconds` how long it takes to watch."""

    name: str
    title: str
    chapters: int
    steps: int
    seconds: float
    outcomes: tuple[Outcome, ...]
    updated: int = 0

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The expectations that do not hold, in the order of the demo."""
        return tuple(outcome for outcome in self.outcomes if not outcome.holds)

    @property
    def holds(self) -> bool:
        """Whether all of them hold."""
        return not self.failures

    @property
    def length(self) -> str:
        """`7 chapters, 41 steps, 1 min 52 s`."""
        return f"{counted(self.chapters, 'chapter')}, {counted(self.steps, 'step')}, {time_text(self.seconds)}"


def check_demo(source: str | os.PathLike[str], read_screen: ReadScreen | None = None) -> Report:
    """Play the built-in demo of that name, or the one in that file, and report.

    DemoErrors for a demo that cannot be read, or whose commands its session refuses. Without `read_screen` a demo that
    expects something of the screen fails.
    """
    return check_opened(open_demo(source), read_screen)


def check_opened(opened: OpenDemo, read_screen: ReadScreen | None = None) -> Report:
    """The report of a demo that was opened."""
    player = Player(opened.new_session(), opened.demo, read_screen)
    refused = player.seek(len(player.beats))
    if refused:
        raise DemoErrors(refused)
    return report_of(opened, player)


def report_of(opened: OpenDemo, player: Player) -> Report:
    """The report of a demo that has been played to its end."""
    demo = opened.demo
    return Report(demo.file, opened.title, len(player.chapters), player.step_count, player.seconds, player.outcomes)


def needs_screen(opened: OpenDemo) -> bool:
    """Whether the demo expects something of the screen."""
    return any(isinstance(statement, ExpectScreen) for statement in opened.demo.statements)


def write_found_numbers(outcomes: Iterable[Outcome]) -> int:
    """Write what was found into the files, where an expectation failed for its number; how many were written.

    Everything else in the files stays byte for byte. Each file is written at once or not at all.
    """
    wanted: dict[str, dict[int, str]] = {}
    for outcome in outcomes:
        if not outcome.holds and outcome.found_number is not None:
            place = outcome.expectation.place
            wanted.setdefault(place.file, {})[place.line] = outcome.found_number
    for file, numbers in wanted.items():
        write_text(file, update_expectations(read_demo_text(file), numbers))
    return sum(map(len, wanted.values()))


def counted(count: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def time_text(seconds: float) -> str:
    """`52 s`, `1 min 52 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
