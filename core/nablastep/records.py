"""Frozen dataclasses that take no time before they are used.

The standard library writes six methods of every dataclass as text and compiles them, which for all classes of the app
was a third of its start. Here only `__init__` is written, for classes that many are made of; the others, and `__init__`
until then, are the same for all classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from inspect import Signature, signature
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

FEW = 40
"""Calls of `__init__` that take less time than to write and compile it."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, slots: bool = False, eq: bool = True, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """What `dataclass(frozen=True, …)` with these options makes of a class; its subclasses have to be records, too."""

    def made_of(cls: type[T]) -> type[T]:
        made = dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
        known = fields(made)  # type: ignore[arg-type]
        methods: dict[str, Any] = {"__init__": _init_when_called(made), "__repr__": _showing(known)}
        if "__init__" not in vars(cls):
            methods["__signature__"] = _Signature()
        methods |= _comparing(known, keeps_hash=hasattr(cls, "_hash")) if eq else {}
        for name, method in methods.items():
            if name not in vars(cls):
                setattr(made, name, method)
        made.__setattr__ = made.__delattr__ = _refuse  # type: ignore[method-assign]
        if slots:
            made.__getstate__, made.__setstate__ = _state, _set_state  # type: ignore[attr-defined,method-assign]
        return made

    return made_of


def _init_when_called(cls: type) -> Callable[..., None]:
    put_all: Callable[[Any, tuple[Any, ...], dict[str, Any]], bool] | None = None
    calls = 0

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        nonlocal put_all, calls
        put_all, calls = put_all or _putting(cls), calls + 1
        if calls > FEW or not put_all(self, arguments, named):
            cls.__init__ = written = _init(cls)  # type: ignore[misc]
            written(self, *arguments, **named)

    return init


def _putting(cls: type) -> Callable[[Any, tuple[Any, ...], dict[str, Any]], bool]:
    """What puts the values of a call in their places, or says that the call is wrong: then `__init__` tells how."""
    asked = [each for each in fields(cls) if each.init]
    in_order = [each.name for each in asked if not each.kw_only]
    defaults = {each.name: each.default for each in asked if each.default is not MISSING}
    made = [(each.name, each.default_factory) for each in asked if each.default_factory is not MISSING]
    names = dict.fromkeys(each.name for each in asked)
    put, after = object.__setattr__, getattr(cls, "__post_init__", None)

    def put_all(self: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
        values = defaults.copy()
        values.update(zip(in_order, arguments, strict=False))
        if named:
            if not named.keys().isdisjoint(in_order[: len(arguments)]):
                return False
            values.update(named)
        for name, make in made:
            if name not in values:
                values[name] = make()
        if values.keys() != names.keys() or len(arguments) > len(in_order):
            return False
        for name in names:
            put(self, name, values[name])
        if after is not None:
            after(self)
        return True

    return put_all


class _Signature:
    """What `help` and completion tell of a call, found out when they ask."""

    def __get__(self, _: object, cls: type) -> Signature:
        whole = signature(_init(cls))
        return whole.replace(parameters=tuple(whole.parameters.values())[1:])


def _init(cls: type) -> Callable[..., None]:
    """`def __init__(self, a, b=…): …`, which puts every field in its place."""
    known: dict[str, Any] = {"put_": object.__setattr__, "MISSING_": MISSING}
    given: dict[bool, list[str]] = {False: [], True: []}
    lines = []
    for each in fields(cls):
        name, value = each.name, each.name
        if not each.init:
            continue
        if each.default is not MISSING:
            known[f"{name}_default_"] = each.default
            name = f"{name}={name}_default_"
        elif each.default_factory is not MISSING:
            known[f"{name}_new_"] = each.default_factory
            value = f"{name}_new_() if {name} is MISSING_ else {name}"
            name = f"{name}=MISSING_"
        given[bool(each.kw_only)].append(name)
        lines.append(f" put_(self, {each.name!r}, {value})")
    head = ", ".join(["self", *given[False], *(["*", *given[True]] if given[True] else [])])
    last = " self.__post_init__()" if hasattr(cls, "__post_init__") else " pass"
    exec("\n".join([f"def __init__({head}):", *lines, last]), known)
    written: Callable[..., None] = known["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    written.__annotations__ = {each.name: each.type for each in fields(cls) if each.init} | {"return": None}
    return written


def _comparing(known: Sequence[Field[Any]], *, keeps_hash: bool) -> dict[str, Any]:
    """`__eq__` and `__hash__` by the values of the fields; a class with a slot `_hash` finds its own only once."""
    compared = _values([each.name for each in known if each.compare])
    hashed = _values([each.name for each in known if (each.compare if each.hash is None else each.hash)])

    def is_equal(self: Any, other: Any) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: Any) -> int:
        return hash(hashed(self))

    def kept_hash_of(self: Any) -> int:
        try:
            found: int = self._hash
        except AttributeError:
            found = hash(hashed(self))
            object.__setattr__(self, "_hash", found)
        return found

    return {"__eq__": is_equal, "__hash__": kept_hash_of if keeps_hash else hash_of}


def _showing(known: Iterable[Field[Any]]) -> Callable[[Any], str]:
    """`__repr__`, with dots for what holds itself."""
    names = [each.name for each in known if each.repr]
    text, shown = ", ".join(f"{name}=%r" for name in names), _values(names)

    @recursive_repr()
    def repr_of(self: Any) -> str:
        return f"{type(self).__qualname__}({text % shown(self)})"

    return repr_of


def _values(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of these fields as a tuple."""
    if not names:
        return lambda made: ()
    values = attrgetter(*names)
    return values if len(names) > 1 else lambda made: (values(made),)


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__name__} is frozen: its {name} stays as it is")


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in fields(self)]


def _set_state(self: Any, state: Iterable[Any]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
