"""Arrays that a network file takes from other files: `W = { file = "model.safetensors", name = "fc1.weight" }`.

Owns where such a table may stand, its keys, and where its file is looked for. What is in a file is `array_formats`'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from nablastep.errors import NetworkError
from nablastep.field_checks import FieldError, FloatArray, Key, described, did_you_mean, text, unknown_key
from nablastep.files.kinds import leads_out

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from nablastep.files.array_formats import Arrays

Place: TypeAlias = "tuple[Traversable, Path | None]"
"""The folder from which files are looked for, and the folder that they have to lie in, if there is one."""

ARRAY_KEYS = ("file", "name", "layout")
STORED_AS_HERE, STORED_TURNED = "out×in", "in×out"
LAYOUTS = {"out×in": STORED_AS_HERE, "outxin": STORED_AS_HERE, "in×out": STORED_TURNED, "inxout": STORED_TURNED}

_NOT_SHOWN = "what is in it is not shown, because it lies outside the folder of the network file"


def with_arrays(table: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The table of a network file with the arrays themselves where it names files. Raises FieldError."""
    found = _copied(table)
    opened: dict[str, Arrays] = {}
    for holder, word, key in _places(found):
        value = holder[word]
        if isinstance(value, Mapping) and "file" in value:
            holder[word] = _replacement(value, key, place, opened)
    return found


def array_files(table: Mapping[str, Any]) -> tuple[str, ...]:
    """The files that arrays are taken from, each once, as they are written."""
    names = (holder[word].get("file") for holder, word, _ in _places(table) if isinstance(holder[word], Mapping))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def _copied(table: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of all that an array may be put into."""
    copy = dict(table)
    for name in ("parameters", "given"):
        if isinstance(copy.get(name), Mapping):
            inner = copy[name].items()
            copy[name] = {word: dict(value) if isinstance(value, Mapping) else value for word, value in inner}
    if isinstance(copy.get("layers"), list):
        copy["layers"] = [dict(layer) if isinstance(layer, Mapping) else layer for layer in copy["layers"]]
    return copy


def _places(table: Mapping[str, Any]) -> Iterator[tuple[Any, str, Key]]:
    """Every place where an array may stand: what holds it, the key there, and the whole key."""
    for word in ("x", "y"):
        if word in table:
            yield table, word, (word,)
    layers = table.get("layers")
    for number, layer in enumerate(layers if isinstance(layers, list) else (), start=1):
        for word in ("W", "b"):
            if isinstance(layer, Mapping) and word in layer:
                yield layer, word, ("layers", number, word)
    for name in ("parameters", "given"):
        inner: Any = table.get(name)
        for word in list(inner) if isinstance(inner, Mapping) else ():
            if isinstance(inner[word], Mapping) and "value" in inner[word]:
                yield inner[word], "value", (name, word, "value")
            else:
                yield inner, word, (name, word)


def _replacement(value: Mapping[str, Any], key: Key, place: Place, opened: dict[str, Arrays]) -> Any:
    """The array; a parameter's table keeps what else it says."""
    beside = ("frozen",) if key[0] == "parameters" and key[-1] != "value" else ()
    for word in value:
        if word not in (*ARRAY_KEYS, *beside):
            raise unknown_key(word, (*ARRAY_KEYS, *beside), key)
    array = _array(value, key, place, opened)
    return {"value": array, "frozen": value["frozen"]} if "frozen" in value else array


def _array(value: Mapping[str, Any], key: Key, place: Place, opened: dict[str, Arrays]) -> FloatArray:
    path = text(value["file"], (*key, "file"))
    layout = _layout(value, key)
    if path not in opened:
        opened[path] = _opened(path, key, place)
    folder, _ = place
    is_outside = isinstance(folder, Path) and leads_out(folder.joinpath(path), folder)
    array = _chosen(opened[path], value, path, key, is_outside=is_outside)
    if layout is None:
        return array
    if array.ndim != 2:
        raise FieldError(f"goes with matrices; this array has the shape {array.shape}", (*key, "layout"))
    return array.T if layout == STORED_TURNED else array


def _layout(value: Mapping[str, Any], key: Key) -> str | None:
    if "layout" not in value:
        return None
    written = value["layout"]
    found = LAYOUTS.get(written.replace(" ", "")) if isinstance(written, str) else None
    if found is None:
        raise FieldError(
            f'expected "out×in" (PyTorch) or "in×out" (Keras), found {described(written)}', (*key, "layout")
        )
    return found


def _opened(path: str, key: Key, place: Place) -> Arrays:
    from nablastep.files.array_formats import stored_arrays  # most networks need none of these formats

    folder, within = place
    source = folder.joinpath(path)
    at = (*key, "file")
    if isinstance(source, Path) and within is not None and leads_out(source, within):
        raise FieldError(f"{path!r} leads out of the folder in which this network's data have to lie", at)
    try:
        return stored_arrays(source, str(source))
    except NetworkError as problem:
        raise FieldError(f"{path!r}, as seen from the network file, {_told(problem)}", at, hint=problem.hint) from None


def _told(problem: NetworkError) -> str:
    """`is a pickle …`, or another problem as one: `cannot be used: no such file`."""
    verb = problem.message.split(" ", 1)[0]
    return problem.message if verb in {"is", "holds", "cannot"} else f"cannot be used: {problem.message}"


def _chosen(arrays: Arrays, value: Mapping[str, Any], path: str, key: Key, *, is_outside: bool) -> FloatArray:
    from nablastep.files.array_formats import listed

    at = (*key, "name")
    there = f"; {_NOT_SHOWN}" if is_outside else f"; it holds {listed(arrays)}"
    if "name" not in value:
        if len(arrays) == 1:
            return next(iter(arrays.values()))
        raise FieldError(f"{path!r} holds {len(arrays)} arrays: say which with name = …{there}", key)
    name = text(value["name"], at)
    if "" in arrays:
        raise FieldError(f"{path!r} is one array without a name; leave name out", at)
    if name not in arrays:
        near = "" if is_outside else did_you_mean(name, tuple(arrays))
        raise FieldError(f"{path!r} has no array {name!r}{near}{there}", at)
    return arrays[name]
