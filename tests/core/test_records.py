"""A record is a frozen dataclass in everything that can be seen of it."""

from __future__ import annotations

import pickle
from copy import copy, deepcopy
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from inspect import signature
from typing import Any

import pytest

from nablastep import records
from nablastep.expressions import MatMul, Symbol
from nablastep.records import record


@record(slots=True)
class Slotted:
    a: int
    b: str = "b"
    c: tuple[int, ...] = field(default=(1,), compare=False)


@record()
class Plain:
    a: int
    found: list[int] = field(default_factory=list, repr=False, compare=False)
    double: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "double", 2 * self.a)


@record()
class Further(Plain):
    more: int = field(default=3, kw_only=True)


@record(kw_only=True)
class Named:
    a: int = 1


@record()
class NamedToo(Named):
    b: int


@record(eq=False)
class Itself:
    a: int


@dataclass(frozen=True, slots=True)
class StandardSlotted:
    a: int
    b: str = "b"
    c: tuple[int, ...] = field(default=(1,), compare=False)


@dataclass(frozen=True)
class StandardPlain:
    a: int
    found: list[int] = field(default_factory=list, repr=False, compare=False)
    double: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "double", 2 * self.a)


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}), ((1, "x"), {}), ((), {"a": 1, "b": "x"}), ((1,), {"c": (2,)}), ((), {}), ((1, 2, 3, 4), {}),
    ((1,), {"a": 2}), ((1,), {"nothing": 2}), ((1, [5]), {}), (([],), {}),
]  # fmt: skip


def outcome(cls: type, arguments: tuple[Any, ...], named: dict[str, Any]) -> object:
    """All that can be asked of what a call makes, or its error."""
    try:
        made = cls(*arguments, **named)
        seen = [repr(made), made == cls(*arguments, **named), made != cls(9), made == 1, hash(made)]
    except TypeError as error:
        return str(error).replace("Standard", "")
    return [str(part).replace("Standard", "") for part in seen] + [getattr(made, each.name) for each in fields(made)]


@pytest.mark.parametrize(("own", "standard"), [(Slotted, StandardSlotted), (Plain, StandardPlain)])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("few", [0, records.FEW])
def test_it_is_made_shown_and_compared_as_the_standard_library_does(
    own: type,
    standard: type,
    call: tuple[tuple[Any, ...], dict[str, Any]],
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "FEW", few)
    monkeypatch.setattr(own, "__init__", records._init_when_called(own))
    assert outcome(own, *call) == outcome(standard, *call)


@pytest.mark.parametrize(
    "made", [Slotted(1, "x", (7,)), Plain(4), Further(4, more=5), MatMul(*[Symbol("W", 1, ())] * 2)]
)
def test_it_is_frozen_and_can_be_copied_pickled_and_changed_in_a_copy(made: Any) -> None:
    name = fields(made)[0].name
    for change in (lambda: setattr(made, name, 2), lambda: delattr(made, name), lambda: setattr(made, "other", 2)):
        with pytest.raises(FrozenInstanceError):
            change()
    for same in (copy(made), deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert same == made
        assert hash(same) == hash(made)
        assert [getattr(same, each.name) for each in fields(made)] == [
            getattr(made, each.name) for each in fields(made)
        ]
    assert replace(made, **{name: getattr(made, name)}) == made
    assert replace(made) is not made


class Counted:
    """Counts how often its hash is asked for."""

    asked = 0

    def __hash__(self) -> int:
        self.asked += 1
        return 7


class Keeping:
    __slots__ = ("_hash",)


@record(slots=True)
class Kept(Keeping):
    a: Any


def test_a_slot_for_it_keeps_the_hash_which_stays_in_its_process() -> None:
    counted = Counted()
    made = Kept(counted)
    assert hash(made) == hash(made) == hash(Kept(Counted())) == hash((7,))
    assert counted.asked == 1
    text = Kept("x")
    hash(text)
    for same in (copy(text), pickle.loads(pickle.dumps(text)), replace(text)):  # another process hashes text otherwise
        assert not hasattr(same, "_hash")
        assert same == text
        assert hash(same) == hash(text)


def test_other_classes_and_identity() -> None:
    assert Further(1) != Plain(1)
    assert Plain(1) != Further(1)
    assert Slotted(1) != StandardSlotted(1)
    assert Itself(1) != Itself(1)
    assert len({Itself(1), Itself(1)}) == 2
    assert Further(2, more=1) == Further(2, more=1) != Further(2)
    assert not hasattr(Slotted(1), "__dict__")


@pytest.mark.parametrize(("own", "standard"), [(Slotted, StandardSlotted), (Plain, StandardPlain)])
def test_help_tells_how_it_is_called(own: type, standard: type) -> None:
    assert [(each.name, each.kind, each.annotation) for each in signature(own).parameters.values()] == [
        (each.name, each.kind, each.annotation) for each in signature(standard).parameters.values()
    ]
    assert list(signature(Further).parameters) == ["a", "found", "more"]


def test_fields_may_be_given_by_name_only() -> None:
    assert NamedToo(2, a=3) == NamedToo(b=2, a=3) != NamedToo(2)
    with pytest.raises(TypeError, match="positional"):
        Named(1)  # type: ignore[misc]


def test_its_fields_can_be_matched() -> None:
    match Slotted(1, "x"):
        case Slotted(1, b):
            assert b == "x"
        case _:
            raise AssertionError


def test_a_deep_tree_is_compared_and_shown_like_a_standard_one() -> None:
    def depth(cls: type) -> int:
        """How many levels of a chain can be hashed, compared and shown."""
        found, chain = 0, [cls(0), cls(0)]
        while True:
            try:
                assert hash(chain[0]) == hash(chain[1])
                assert chain[0] == chain[1]
                repr(chain[0])
            except RecursionError:
                return found
            found, chain = found + 10, [deeper(cls, each, 10) for each in chain]

    def deeper(cls: type, made: Any, levels: int) -> Any:
        for _ in range(levels):
            made = cls(made)
        return made

    assert depth(Slotted) >= depth(StandardSlotted) > 50


def test_what_holds_itself_is_shown_with_dots() -> None:
    own, standard = Plain(1), StandardPlain(1)
    around, standard_around = Slotted(1, own), StandardSlotted(1, standard)  # type: ignore[arg-type]
    object.__setattr__(own, "double", around)
    object.__setattr__(standard, "double", standard_around)
    assert repr(own) == repr(standard).replace("Standard", "")


def test_nothing_is_written_before_many_are_made() -> None:
    @record(slots=True)
    class Fresh:
        a: int

    waiting = vars(Fresh)["__init__"]
    assert [Fresh(number).a for number in range(records.FEW)] == list(range(records.FEW))
    assert vars(Fresh)["__init__"] is waiting
    Fresh(1)
    written = vars(Fresh)["__init__"]
    assert written is not waiting
    Fresh(2)
    assert vars(Fresh)["__init__"] is written
