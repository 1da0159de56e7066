"""Runs of many iterations, to an iteration or until E is small: in short chunks, so that every key still answers.

A run goes on only while no other command comes to the session and nothing else is being asked: whatever the user does
next that is more than looking, and every question or other page, ends the run and keeps what it computed.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from functools import partial

from nablastep.commands import Goto, Train
from nablastep.errors import CommandError
from nablastep.session import Progress, Session
from nablastep_tui.look.numbers import scalar_text
from nablastep_tui.scene.modes import BROWSING, Browsing, Running
from nablastep_tui.screens.control.host import Host

CHUNK_SECONDS = 0.02
NEAR = 200
"""Iterations that are computed at once, without a run."""
MOST_ITERATIONS = 1_000_000
"""How far ahead of what has been computed an iteration may lie."""
MOST_SEARCHED = 100_000
"""Iterations that one search for a small E computes."""
SETTLED_SECONDS = 0.5
"""After so long the pace of a run is known well enough to be said."""


class Runs:
    """Goes further than one step or iteration."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._commands = 0

    def heard(self) -> None:
        """A command has been carried out."""
        self._commands += 1

    def go_to_iteration(self, iteration: int) -> None:
        """To the start of an iteration: at once where that is known or near, else by a run.

        Raises CommandError for an iteration that there is not or that lies too far ahead.
        """
        furthest = self._session.timeline.furthest[0]
        ahead = iteration - furthest
        if ahead > MOST_ITERATIONS:
            raise CommandError(
                f"that iteration is too far away: from here {furthest + MOST_ITERATIONS:,} is the furthest"
            )
        if ahead > NEAR:
            self._begin(partial(self._run_to, iteration))
        else:
            self._host.carry_out(Goto(iteration=iteration))
            self._tell_start()

    def find_error_below(self, threshold: float) -> None:
        """To E of the first iteration of this branch whose E is below the threshold: a jump, or a run until there."""
        known = self._session.error_history
        hit = next((place for place, error in enumerate(known, 1) if error < threshold), None)
        if hit is not None:
            self._show_hit(hit, threshold)
        elif known and not math.isfinite(known[-1]):
            self._tell_lost(threshold, len(known), known[-1])
        else:
            self._host.carry_out(Goto(iteration=self._session.timeline.furthest[0]))
            self._begin(partial(self._search, threshold, len(known)))

    def _begin(self, run: Callable[[], Coroutine[None, None, None]]) -> None:
        self._host.run_worker(run, exclusive=True)

    async def _run_to(self, iteration: int) -> None:
        self._host.carry_out(Goto(iteration=self._session.timeline.furthest[0]))
        most = iteration - self._session.position.iteration
        if await self._run(f"iteration {iteration}", most, lambda: self._session.position.iteration == iteration):
            self._tell_start()

    async def _search(self, threshold: float, known: int) -> None:
        timeline, seen = self._session.timeline, known
        hit: int | None = None

        def is_over() -> bool:
            nonlocal seen, hit
            errors = timeline.errors_after(seen)
            below = next((place for place, error in enumerate(errors, 1) if error < threshold), None)
            hit = None if below is None else seen + below
            seen += len(errors)
            return hit is not None or not math.isfinite(errors[-1])

        if await self._run(f"{self._error} < {threshold:g}", MOST_SEARCHED, is_over):
            if hit is not None:
                self._show_hit(hit, threshold)
            else:
                self._tell_lost(threshold, seen, timeline.error_history[-1])
        elif seen - known >= MOST_SEARCHED:
            self._tell_lost(threshold, seen, timeline.error_history[-1])

    async def _run(self, goal: str, most: int, is_over: Callable[[], bool]) -> bool:
        """Train until `is_over`, asked after each chunk, or for `most` iterations; whether it is over."""
        if not isinstance(self._host.mode, Browsing | Running):
            self._host.tell("finish what is being typed first", is_error=True)
            return False
        over, chunk, done, began = False, 1, 0, time.perf_counter()
        self._host.note("")
        mode = self._host.mode = Running(self._said_of_run(goal))
        place = self._place
        try:
            while done < most and not over and self._may_run(mode, place):
                started = time.perf_counter()
                chunk = min(chunk, most - done)
                self._host.carry_out(Train(chunk))
                spent = max(1e-6, time.perf_counter() - started)
                done, over, place = done + chunk, is_over(), self._place
                pace = Progress(done, most, time.perf_counter() - began)
                mode = self._host.mode = Running(self._said_of_run(goal, pace))
                self._host.show()
                chunk = max(1, int(chunk * min(4.0, CHUNK_SECONDS / spent)))
                await asyncio.sleep(0)
            return over and self._may_run(mode, place)
        finally:
            if self._host.mode is mode:  # or else something else goes on already
                self._host.mode = BROWSING
            self._host.show()

    def _said_of_run(self, goal: str, pace: Progress | None = None) -> str:
        """Where it goes, how fast, and how long that will take at most."""
        known = "" if pace is None or pace.seconds < SETTLED_SECONDS else f"  {_about(pace.rate)}/s"
        left = f", {_about(pace.seconds_left)} s left at most" if known and pace is not None else ""
        return self._host.keymap.said(f"running to {goal}{known}{left}   {{leave}} stops")

    @property
    def _session(self) -> Session:
        return self._host.session

    @property
    def _place(self) -> tuple[object, ...]:
        return (self._session.timeline, self._session.position, self._commands)

    def _may_run(self, mode: Running, place: tuple[object, ...]) -> bool:
        """Whether no other command has come to the session, and nobody stopped the run or turned to something else."""
        return self._host.mode is mode and self._host.is_on_top and self._place == place

    def _show_hit(self, iteration: int, threshold: float) -> None:
        self._host.carry_out(Goto(iteration=iteration, step=self._session.program.step(self._error).number))
        error = self._written(self._session[self._error])
        self._host.tell(f"{self._error} of iteration {iteration} is {error}: the first below {threshold:g}")

    def _tell_start(self) -> None:
        iteration = self._session.position.iteration
        before = self._session.previous.get(self._error)
        about = "" if before is None else f"; {self._error} of iteration {iteration - 1} was {self._written(before)}"
        back = self._host.keymap.said("; {jump-back} goes back")
        self._host.tell(f"the start of iteration {iteration}{about}{back}")

    def _tell_lost(self, threshold: float, iteration: int, error: float) -> None:
        where = f"up to iteration {iteration:,}, where it is {self._written(error)}"
        found = f"{self._error} did not fall below {threshold:g} {where}"
        onward = self._host.keymap.said("; {goto} goes on") if math.isfinite(error) else ""
        self._host.tell(f"{found}{onward}", is_error=True)

    @property
    def _error(self) -> str:
        """The id of what is to become small."""
        return self._session.program.error.id

    def _written(self, error: float) -> str:
        return scalar_text(error, 6, ascii=self._host.looks.is_ascii)


def _about(number: float) -> str:
    """To two digits: 24,000 · 3.2 · 0.5."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:,.1f}"
