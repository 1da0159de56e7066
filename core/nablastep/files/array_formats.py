"""Files of arrays (safetensors, npz, npy) → arrays by name, as float64. A pickle is never opened: it is a program.

Owns the formats and the errors about a file's content. Knows no network and no key.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nablastep.errors import NetworkError
from nablastep.files.reading import read_bytes

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Arrays = Mapping[str, NDArray[np.float64]]

LARGEST_ARRAY_FILE = 512 * 1024 * 1024
"""Bytes, also of what a compressed file unpacks to."""

PICKLE_ENDINGS = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".bin")

_FROM_TORCH = (
    "convert it once, where you trust it, in Python: import torch, safetensors.torch; "
    "safetensors.torch.save_file(torch.load({name!r}, weights_only=True), {new!r})"
)
_FROM_NUMPY = (
    "convert it once, where you trust it, in Python: import numpy as np; "
    "np.save({new!r}, np.load({name!r}, allow_pickle=True).astype(float))"
)


def stored_arrays(source: Traversable, name: str) -> Arrays:
    """Every array of the file by its name, in the file's order; that of an npy file is called by the empty name.

    Raises NetworkError, with the file as `name`, for a file that is none of the three formats, for a pickle, with the
    lines that convert it, and for arrays of anything but numbers.
    """
    ending = PurePath(name).suffix.lower()
    if ending in PICKLE_ENDINGS:
        raise _pickled(name)
    if ending not in _FORMATS:
        raise NetworkError(
            f"expected a file of arrays ({', '.join(_FORMATS)}), found {ending or 'no ending'}", file=name
        )
    content = read_bytes(source, name, largest=LARGEST_ARRAY_FILE)
    if content[:1] == b"\x80" and ending != ".safetensors":
        raise _pickled(name)
    return {word: _numbers(array, word, name) for word, array in _FORMATS[ending](content, name).items()}


def listed(arrays: Arrays) -> str:
    """`fc1.weight (2, 3), fc1.bias (2,)`: the names with their shapes."""
    return ", ".join(f"{word or 'one array'} {array.shape}" for word, array in arrays.items())


def _npy(content: bytes, name: str) -> Mapping[str, Any]:
    return {"": _array(content, name)}


def _npz(content: bytes, name: str) -> Mapping[str, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.filename.endswith("data.pkl") for entry in entries):
                raise _pickled(name)
            if sum(entry.file_size for entry in entries) > LARGEST_ARRAY_FILE:
                most = LARGEST_ARRAY_FILE // 1_000_000
                raise NetworkError(f"expected arrays of at most {most} MB, found more inside", file=name)
            parts = {entry.filename.removesuffix(".npy"): archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise NetworkError("not a whole npz file", file=name) from None
    return {word: _array(part, name) for word, part in parts.items()}


def _array(content: bytes, name: str) -> Any:
    """One array in NumPy's format; its header must not ask for more than there is."""
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = reader(stream)
        if dtype.hasobject:
            raise _pickled(name, by_numpy=True)
        if math.prod(shape) * dtype.itemsize > len(content):
            raise NetworkError("not a whole array: its numbers end too soon", file=name)
        stream.seek(0)
        return np.load(stream, allow_pickle=False)
    except (ValueError, EOFError, TypeError, SyntaxError):
        raise NetworkError("not an array in NumPy's format", file=name) from None


def _safetensors(content: bytes, name: str) -> Mapping[str, Any]:
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load
    except ImportError:
        hint = "install it with pip install '.[weights]' in the folder of a clone, or pip install 'nablastep[weights]'"
        raise NetworkError("reading safetensors needs the library safetensors", file=name, hint=hint) from None
    try:
        found: Mapping[str, Any] = load(content)
    except SafetensorError:
        raise NetworkError("not a whole safetensors file", file=name) from None
    except (KeyError, TypeError, AttributeError):
        hint = "save it as float32: {key: value.float() for key, value in model.state_dict().items()}"
        raise NetworkError(
            "holds numbers of a kind that NumPy does not have, such as bfloat16", file=name, hint=hint
        ) from None
    return found


_FORMATS: dict[str, Callable[[bytes, str], Mapping[str, Any]]] = {
    ".safetensors": _safetensors,
    ".npz": _npz,
    ".npy": _npy,
}


def _numbers(array: Any, word: str, name: str) -> NDArray[np.float64]:
    if array.dtype.kind not in "fiub":
        raise NetworkError(f"expected numbers in {word or 'the array'}, found {array.dtype}", file=name)
    return np.asarray(array, dtype=np.float64)


def _pickled(name: str, *, by_numpy: bool = False) -> NetworkError:
    """A pickle runs whatever its author wrote as soon as it is opened."""
    own = PurePath(name)
    convert, new = (_FROM_NUMPY, f"{own.stem}-plain.npy") if by_numpy else (_FROM_TORCH, f"{own.stem}.safetensors")
    problem = "is a pickle, which can run any program when it is opened; it is not opened here"
    return NetworkError(problem, file=name, hint=convert.format(name=own.name, new=new))
