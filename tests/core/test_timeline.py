"""Time is a value: the same position has the same bits, however it was come to, in bounded memory."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nablastep as ns
from core.support import assert_same_bits, random_network, two_layers, visible
from nablastep.batches import Samples
from nablastep.checkpoints import LARGE, Checkpoints, Track
from nablastep.expressions import Symbol
from nablastep.stretch import Stretch

LONG = 23


def stepped(network: ns.Network, iteration: int, step: int) -> ns.Session:
    """One equation at a time."""
    session = ns.Session(network)
    for _ in range((iteration - 1) * len(session.program) + step):
        session.next()
    return session


def arrived(network: ns.Network, iteration: int, step: int, *, memory: int | None = None) -> ns.Session:
    session = ns.Session(network, memory=memory)
    session.goto(iteration=iteration, step=step)
    return session


def parameters_width(network: ns.Network) -> int:
    """Numbers in one snapshot, with the largest optimiser state."""
    return 3 * sum(value.size for value in network.initial_parameters.values())


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=80)
@given(seed=seeds, where=st.tuples(st.integers(2, 6), st.integers(0, 20)))
def test_stepping_training_and_jumping_give_the_same_bits(seed: int, where: tuple[int, int]) -> None:
    network = random_network(np.random.default_rng(seed))
    steps = len(ns.Session(network).program)
    iteration, step = where[0], min(where[1], steps)
    slow = stepped(network, iteration, 0)
    fast = ns.Session(network)
    fast.train(iteration - 1)
    far = arrived(network, iteration + 5, 0)
    for session in (slow, fast, far):
        session.goto(iteration=iteration, step=step)
    expected = visible(slow)
    for session in (fast, far, arrived(network, iteration, step)):
        assert_same_bits(visible(session), expected)
    assert slow.error_history == fast.error_history == far.error_history[: len(slow.error_history)]


@settings(max_examples=60)
@given(seed=seeds, visits=st.lists(st.tuples(st.integers(1, LONG), st.integers(0, 20)), min_size=3, max_size=8))
def test_replay_after_thinning_and_any_order_of_visits(seed: int, visits: list[tuple[int, int]]) -> None:
    """With room for two snapshots every visit is a replay; with plenty none is. All agree, in every order."""
    network = random_network(np.random.default_rng(seed))
    steps = len(ns.Session(network).program)
    places = [(iteration, min(step, steps)) for iteration, step in visits]
    roomy = ns.Session(network)
    roomy.train(LONG)
    tight = ns.Session(network, memory=1)
    tight.train(LONG)
    fresh = ns.Session(network, memory=1)
    expected: dict[tuple[int, int], dict[str, Any]] = {}
    for place in places:
        roomy.goto(iteration=place[0], step=place[1])
        expected[place] = visible(roomy)
    for session in (tight, fresh):
        for place in reversed(places):
            session.goto(iteration=place[0], step=place[1])
            assert_same_bits(visible(session), expected[place])
    assert tight.error_history == roomy.error_history
    assert fresh.error_history == roomy.error_history[: len(fresh.error_history)]


@settings(max_examples=40)
@given(seed=seeds, edited=st.tuples(st.integers(1, 9), st.integers(0, 20)))
def test_edits_are_replayed_to_the_bit(seed: int, edited: tuple[int, int]) -> None:
    generator = np.random.default_rng(seed)
    network = random_network(generator)
    sessions = [ns.Session(network, memory=memory) for memory in (None, 1)]
    iteration, step = edited[0], min(edited[1], len(sessions[0].program))
    name = sessions[0].program.parameters[-1].id
    for session in sessions:
        session.goto(iteration=iteration, step=step)
        session.set(f"{name}[0,0]", 0.375)
        session.train(12)
        session.set("x[0,0]", -0.5)
        session.set("learning_rate", 0.02)
        session.train(3)
    slow = ns.Session(network)
    for target in range(1, iteration + 1):
        slow.goto(iteration=target)
    slow.goto(step=step)
    slow.set(f"{name}[0,0]", 0.375)
    while slow.position < (sessions[0].position.iteration - 3, 0):
        slow.next()
    slow.goto("start")
    slow.set("x[0,0]", -0.5)
    slow.set("learning_rate", 0.02)
    while slow.position < (sessions[0].position.iteration - 1, len(slow.program)):
        slow.next()
    slow.goto(iteration=sessions[0].position.iteration)
    for session in sessions:
        assert_same_bits(visible(session), visible(slow))
        assert session.error_history == slow.error_history
    for place in (1, iteration, iteration + 1, iteration + 7, iteration + 13):
        for session in (*sessions, slow):
            session.goto(iteration=place, step=step)
        for session in sessions:
            assert_same_bits(visible(session), visible(slow))


def test_a_branch_replays_from_its_parent() -> None:
    """A branch that left at iteration 40 shows iteration 7 as its parent does, with snapshots of neither near."""
    network = two_layers(samples=3, optimizer="adam", batch_size=2, shuffle=True)
    plain = arrived(network, 7, 9)
    session = ns.Session(network, memory=1)
    session.train(60)
    session.goto(iteration=40)
    session.set("W0[0,0]", 1.0)
    session.train(30)
    session.goto(iteration=55, step=3)
    session.set("b1[0]", 1.0)
    assert session.branch == 3
    session.train(20)
    session.goto(iteration=7, step=9)
    assert_same_bits(visible(session), visible(plain))
    session.goto(iteration=40)
    assert session["W0"][0, 0] == 1.0


def test_errors_after_a_count_are_the_rest_of_the_history() -> None:
    session = ns.Session(two_layers(samples=3))
    session.train(6)
    session.goto(iteration=4)
    session.set("W0[0,0]", 1.0)
    session.train(3)
    session.goto(iteration=2)
    session.set("W0[0,0]", 2.0)
    session.train(5)
    for number in (1, 2, 3):
        session.switch(number)
        history = session.error_history
        assert len(history) == (6, 6, 6)[number - 1]
        for count in range(len(history) + 2):
            assert session.timeline.errors_after(count) == history[count:]


def test_what_diverges_is_shown_as_it_is() -> None:
    """Infinities and nan come without a warning, and by replay again."""
    network = two_layers(samples=3, layers=[{"activation": "identity", "W": np.eye(2, 3), "b": [1.0, 1.0]}])
    sessions = [ns.Session(network, memory=memory) for memory in (None, 1)]
    for session in sessions:
        session.set("learning_rate", 1e200)
        session.train(6)
        session.goto(iteration=4, step=4)
    assert not np.all(np.isfinite(sessions[0]["W0"]))
    assert_same_bits(visible(sessions[0]), visible(sessions[1]))
    assert np.array_equal(sessions[0].error_history, sessions[1].error_history, equal_nan=True)


@pytest.mark.parametrize("shuffle", [False, True])
def test_batches_come_in_passes(shuffle: bool) -> None:
    network = two_layers(samples=3, batch_size=2, shuffle=shuffle, seed=3)
    session = ns.Session(network)
    batches = []
    for iteration in range(1, 9):
        session.goto(iteration=iteration)
        batches.append(session.batch)
        assert np.array_equal(session["a0"], network.x[list(session.batch)].T)
    assert [len(batch) for batch in batches] == [2, 1] * 4
    assert all(sorted(first + second) == [0, 1, 2] for first, second in zip(batches[::2], batches[1::2], strict=True))
    assert (len(set(batches)) > 2) is shuffle
    session.goto(iteration=1)
    assert session.batch == batches[0]


def test_another_seed_shuffles_otherwise() -> None:
    def orders(seed: int) -> list[tuple[int, ...]]:
        network = two_layers(samples=4, batch_size=1, shuffle=True, seed=seed, y=[[0.5, 0.5]] * 4)
        return [network.batch(iteration) for iteration in range(1, 13)]

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)


# memory


def test_what_is_kept_stays_within_its_memory() -> None:
    network = two_layers(samples=1, optimizer="adam")
    memory = 40 * 8 * parameters_width(network)
    session = ns.Session(network, memory=memory)
    session.train(3000)
    checkpoints = session.timeline.checkpoints
    assert 0 < checkpoints.bytes_used <= memory
    assert checkpoints.stride >= 64
    assert len(session._iterations) <= 4


@settings(max_examples=25)
@given(seed=seeds)
def test_one_budget_for_all_branches_and_everything_is_found(seed: int) -> None:
    """Branches by the dozen, each edited and run: their states share one budget, and each is found to the bit."""
    generator = np.random.default_rng(seed)
    network = random_network(generator)
    memory = 24 * ns.Session(network).timeline.checkpoints.bytes_a_state
    sessions = [ns.Session(network, memory=memory), ns.Session(network)]
    name = sessions[0].program.parameters[0].id
    for number in range(40):
        where, value = int(generator.integers(1, 30)), float(number)
        for session in sessions:
            session.goto(iteration=where, step=number % 3)
            session.set(f"{name}[0,0]", value)
            session.train(5)
        checkpoints = sessions[0].timeline.checkpoints
        assert checkpoints.bytes_used <= memory
    assert checkpoints.stride > sessions[1].timeline.checkpoints.stride
    for branch in sessions[0].all_branches:
        for session in sessions:
            session.switch(branch)
            session.goto(iteration=max(1, branch.furthest[0] - 3), step=2)
        assert_same_bits(visible(sessions[0]), visible(sessions[1]))
        assert np.array_equal(sessions[0].error_history, sessions[1].error_history, equal_nan=True)


def test_branches_that_nobody_can_reach_any_more_give_their_room_back() -> None:
    session = ns.Session(two_layers(samples=1))
    checkpoints = session.timeline.checkpoints
    session.train(200)
    before = sum(map(len, checkpoints._tracks))
    for number in range(30):
        session.set("W0[0,0]", float(number))  # what was redone before cannot be any more
        session.train(100)
        session.undo()
    session.set("W0[0,0]", -1.0)
    # the iterations looked at last hold their branches
    assert len(checkpoints._tracks) <= 2 + len(session._iterations)
    assert sum(map(len, checkpoints._tracks)) < 2 * before


def test_a_long_run_of_many_batches_keeps_those_of_one_pass() -> None:
    network = two_layers(samples=4, batch_size=1, shuffle=True, y=[[0.5, 0.5]] * 4)
    session = ns.Session(network)
    session.set("learning_rate", 0.1)
    session.train(200)
    assert len(session.timeline._samples_at(200)._batches) <= 4


def test_edits_of_data_do_not_each_keep_a_copy_of_all_samples() -> None:
    session = ns.Session(two_layers(samples=3))
    for number in range(20):
        session.set("x[0,0]", float(number))
        session.train()
    alive = [kept for kept in gc.get_objects() if isinstance(kept, Samples) and kept.network is session.network]
    assert len(alive) <= 3 + 4, "the versions used last, and those of the iterations that are kept"


def test_an_iteration_that_was_stepped_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own arrays are what the next iteration starts from, and what is shown to who comes back to it."""
    session = ns.Session(two_layers(samples=3, optimizer="adam"))
    monkeypatch.setattr(Stretch, "run", None)  # nothing may run a whole iteration
    last = len(session.program)
    session.goto(step=last)
    session.next(last)
    left = {name: session[name] for name in ("W0", "b1", "v_W1", "grad_z1")}
    session.next()
    assert session.position == (3, 1)
    assert all(session[name] is value for name, value in left.items() if name != "grad_z1")
    session.goto(iteration=3, step=last)
    session.goto(iteration=2, step=last)
    assert all(session[name] is value for name, value in left.items())


def test_keeping_large_states_takes_a_small_part_of_a_run_and_they_are_found() -> None:
    """Fresh memory for a state of some hundred kilobytes takes as long as much of an iteration: few are kept."""
    random = np.random.default_rng(3)
    layers = [{"units": units, "activation": "tanh"} for units in (128, 4)]
    network = ns.Network(layers, random.normal(size=(2, 100)), random.normal(size=(2, 4)), loss="half_squared_error")
    session, other = ns.Session(network), ns.Session(network, memory=1)
    session.train(300)
    kept = session.timeline.checkpoints
    assert kept.bytes_a_state > LARGE
    assert 300 // 64 <= len(session.timeline.track) < 300 // 16  # the ends of short stretches are kept too
    for iteration in (63, 64, 65, 129, 191, 300):
        session.goto(iteration=iteration, step=2)
        other.goto(iteration=iteration, step=2)
        assert_same_bits(visible(session), visible(other))


class TestCheckpoints:
    """What is kept, what is dropped, what is found."""

    def state(self, iteration: int) -> tuple[Any, ...]:
        return (np.full((2, 3), float(iteration)), np.full((2, 1), -float(iteration)))

    def empty(self, room: int) -> Checkpoints:
        return Checkpoints(self.state(0), room * Checkpoints(self.state(0)).bytes_a_state)

    def filled(self, room: int, last: int) -> tuple[Checkpoints, Track]:
        kept = self.empty(room)
        track = kept.new_track()
        for iteration in range(2, last + 1):
            kept.keep(track, {iteration: self.state(iteration)})
        return kept, track

    def test_everything_while_there_is_plenty_of_room(self) -> None:
        _, track = self.filled(room=100, last=30)
        for iteration in range(2, 31):
            found = track.nearest(iteration)
            assert found is not None
            assert found[0] == iteration

    def test_strides_double(self) -> None:
        kept, track = self.filled(room=40, last=4000)
        assert kept.stride == 128
        assert kept.bytes_used <= 40 * kept.bytes_a_state
        for iteration in range(128, 4001, 128):
            assert track.nearest(iteration)[0] == iteration  # type: ignore[index]

    def test_a_state_counts_with_all_that_python_needs_for_it(self) -> None:
        assert self.empty(1).bytes_a_state >= 8 * 8 + 2 * 100

    @pytest.mark.parametrize("room", [0, 1, 2, 3, 10, 17])
    @pytest.mark.parametrize("last", [2, 5, 31, 200])
    def test_what_is_found_is_right_and_at_or_before(self, room: int, last: int) -> None:
        kept, track = self.filled(room, last)
        for iteration in range(1, last + 5):
            found = track.nearest(iteration)
            if found is None:
                assert iteration < 2 * kept.stride
                continue
            at, values = found
            assert at <= iteration
            assert iteration - at < 2 * kept.stride or at == last - last % kept.stride
            assert np.array_equal(values[0], self.state(at)[0])

    def test_offers_out_of_order_are_not_taken(self) -> None:
        kept, track = self.filled(room=100, last=6)
        kept.keep(track, {4: self.state(99), 6: self.state(99)})
        for iteration in (4, 6):
            assert np.array_equal(track.nearest(iteration)[1][0], self.state(iteration)[0])  # type: ignore[index]

    def test_an_interruption_between_two_lines_mixes_up_nothing(self) -> None:
        kept, track = self.filled(room=100, last=6)
        track._kept[1].append(self.state(7))  # and its iteration did not come to it
        assert track.nearest(9)[0] == 6  # type: ignore[index]
        kept.keep(track, {8: self.state(8)})
        assert np.array_equal(track.nearest(9)[1][0], self.state(8)[0])  # type: ignore[index]

    def test_nothing_is_found_before_the_first(self) -> None:
        assert self.empty(9).new_track().nearest(5) is None
        assert self.filled(room=40, last=4)[1].nearest(1) is None

    def test_all_tracks_share_the_room_and_the_stride(self) -> None:
        kept = self.empty(40)
        tracks = [kept.new_track() for _ in range(20)]
        for track in tracks:
            for iteration in range(2, 100):
                kept.keep(track, {iteration: self.state(iteration)})
        assert kept.bytes_used <= 40 * kept.bytes_a_state
        assert kept.stride > self.empty(40).stride
        assert all(iteration % kept.stride == 0 for iteration in tracks[0].iterations)

    def test_the_states_used_last_are_kept_and_no_more(self) -> None:
        kept = self.empty(80)
        track = kept.new_track()
        for iteration in range(1, 30):
            kept.remember(track, iteration, self.state(iteration))
            kept.recent(track, 1)
        assert kept.recent(track, 1) is not None
        assert [i for i in range(2, 30) if kept.recent(track, i) is not None] == list(
            range(30 - kept.most_recent + 1, 30)
        )


def test_snapshots_are_of_parameters_and_state() -> None:
    session = ns.Session(two_layers(optimizer="adam"))
    symbols: tuple[Symbol, ...] = (*session.program.parameters, *session.program.state)
    assert [symbol.id for symbol in symbols] == (
        ["W0", "b0", "W1", "b1", "m_W0", "v_W0", "m_b0", "v_b0", "m_W1", "v_W1", "m_b1", "v_b1"]
    )


def test_a_lost_bit_is_noticed() -> None:
    """The comparison of this page sees one unit in the last place."""
    session = arrived(two_layers(), 3, 5)
    found = visible(session)
    W0 = found["W0"].copy()
    W0[0, 0] = np.nextafter(W0[0, 0], 9.0)
    with pytest.raises(AssertionError, match="W0"):
        assert_same_bits({**found, "W0": W0}, found)
