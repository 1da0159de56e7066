"""The states that a session keeps, of all its branches, in one budget of bytes.

A state is what one iteration hands on to the next, kept by reference. Snapshots stand at least at the iterations that
the stride divides; when the budget is full the stride doubles and all others are dropped, on every branch. Beside them
the states used last are kept, so that steps around one place are near. What is not kept is found again by replay.
Knows nothing of what a state means.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from itertools import count
from threading import RLock
from typing import Any
from weakref import WeakSet

State = tuple[Any, ...]

DEFAULT_BYTES = 256 * 1024 * 1024

ALLOCATIONS = 48
"""The bytes that the C library adds to an array: a header for the object, for its shape and for its numbers."""

FIRST_STRIDE = 16
"""To keep a state takes fresh memory, which is slow; to run so few iterations again is hardly felt."""

LARGE, FIRST_STRIDE_OF_LARGE = 64 * 1024, 64
"""From so many bytes on, fresh memory for a state can take as long as a whole iteration: they stand farther apart."""


class Track:
    """The snapshots of one branch, by iteration."""

    def __init__(self, number: int) -> None:
        self.number = number
        # Iterations and their states, side by side in one value: an interruption leaves the old ones or the new ones.
        self._kept: tuple[list[int], list[State]] = ([], [])

    def __len__(self) -> int:
        return len(self._kept[0])

    @property
    def iterations(self) -> tuple[int, ...]:
        """The iterations whose start is kept."""
        return tuple(self._kept[0])

    def nearest(self, iteration: int) -> tuple[int, State] | None:
        """The last snapshot at or before the iteration, with its iteration."""
        iterations, states = self._kept
        index = bisect_right(iterations, iteration) - 1
        return None if index < 0 else (iterations[index], states[index])

    def _add(self, added: Iterable[tuple[int, State]]) -> None:
        iterations, states = self._kept
        del states[len(iterations) :]  # what an interruption between the two lines below has left
        for iteration, state in added:
            if not iterations or iteration > iterations[-1]:
                states.append(state)
                iterations.append(iteration)

    def _thin(self, stride: int) -> None:
        iterations, states = self._kept
        due = [index for index, iteration in enumerate(iterations) if iteration % stride == 0]
        self._kept = ([iterations[index] for index in due], [states[index] for index in due])


class Checkpoints:
    """What a session keeps of its past. `limit` bounds it, in bytes; `state` is one such as will be kept.

    The limit is shared out: 1/16 for the states used last, 1/32 for what a stretch under way brings, the rest for
    snapshots. Two states are always kept, however large they are. `lock` is held by whoever adds or looks up.
    """

    def __init__(self, state: State, limit: int | None = None) -> None:
        self.bytes_a_state = sys.getsizeof(state) + sum(sys.getsizeof(value) + ALLOCATIONS for value in state)
        room = (DEFAULT_BYTES if limit is None else limit) // self.bytes_a_state
        self.most_recent = max(2, room // 16)
        self.most_at_once = max(1, room // 32)
        self.most_snapshots = max(0, room - self.most_recent - self.most_at_once)
        self.stride = FIRST_STRIDE if self.bytes_a_state < LARGE else FIRST_STRIDE_OF_LARGE
        self.lock = RLock()
        self._tracks: WeakSet[Track] = WeakSet()
        self._count = 0
        self._made = count()
        # By the track's number: a state used last keeps no branch alive.
        self._recent: OrderedDict[tuple[int, int], State] = OrderedDict()

    @property
    def bytes_used(self) -> int:
        """The bytes of all states that are kept, those that are shared counted more than once."""
        return self.bytes_a_state * (sum(map(len, self._tracks)) + len(self._recent))

    def new_track(self) -> Track:
        """The place for the snapshots of one more branch. They go when nobody holds it any more."""
        track = Track(next(self._made))
        self._tracks.add(track)
        return track

    def keep(self, track: Track, states: Mapping[int, State]) -> None:
        """Keep the states at the start of these iterations that are later than all that are kept.

        Those beside the stride are welcome while there is plenty of room.
        """
        roomy, before = self._count < self.most_snapshots // 2, len(track)
        track._add((at, state) for at, state in states.items() if roomy or at % self.stride == 0)
        self._count += len(track) - before
        if self._count > self.most_snapshots:
            self._make_room()

    def _make_room(self) -> None:
        """Double the stride until the budget holds; branches that nobody holds any more have gone already."""
        self._count = sum(map(len, self._tracks))
        while self._count > self.most_snapshots:
            self.stride *= 2
            for track in self._tracks:
                track._thin(self.stride)
            self._count = sum(map(len, self._tracks))

    def remember(self, track: Track, iteration: int, state: State) -> None:
        """Keep a state among those used last."""
        self._recent[track.number, iteration] = state
        self._recent.move_to_end((track.number, iteration))
        while len(self._recent) > self.most_recent:
            self._recent.popitem(last=False)

    def recent(self, track: Track, iteration: int) -> State | None:
        """The state of that iteration, if it is among those used last."""
        found = self._recent.get((track.number, iteration))
        if found is not None:
            self._recent.move_to_end((track.number, iteration))
        return found
