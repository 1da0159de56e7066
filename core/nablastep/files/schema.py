"""The JSON Schema of network files, for editors: made from the very tables that the checks read.

An editor that knows it completes keys and names and marks what does not belong. What a schema cannot say (sizes that
chain, targets that fit the loss) the program says when it opens the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nablastep.equation_inputs import PARAMETER_KEYS
from nablastep.files.array_files import ARRAY_KEYS, LAYOUTS
from nablastep.files.csv_data import CSV_KEYS, SCALES
from nablastep.files.csv_table import SEPARATORS
from nablastep.files.data_sets import DATA_SETS
from nablastep.files.network_file import NETWORK_KEYS
from nablastep.functions import activation_names, loss_names
from nablastep.layer import INIT_NAMES, LAYER_KEYS
from nablastep.network import CONVENTION_NAMES, ORDER_NAMES, REDUCTION_NAMES
from nablastep.optimizer_settings import OPTIMIZER_NAMES, SETTING_NAMES

DRAFT = "http://json-schema.org/draft-07/schema#"

_NUMBER = {"type": "number"}
_NUMBERS = {"type": "array", "items": _NUMBER, "minItems": 1}
_ROWS = {"type": "array", "items": _NUMBERS, "minItems": 1}
_WHOLE = {"type": "integer", "minimum": 1}
_TEXT = {"type": "string"}
_TRUTH = {"type": "boolean"}


def network_schema() -> dict[str, Any]:
    """The schema of a whole network file."""
    properties = {
        "title": {**_TEXT, "description": "what the file is about; its name if left out"},
        "x": _or_file(_ROWS, "the samples, samples × inputs"),
        "y": _or_file(_ROWS, "what they should give, samples × outputs"),
        "data": _data(),
        "loss": _one_of(loss_names(), "the loss of one sample"),
        "reduction": _one_of(REDUCTION_NAMES, "over the samples of a batch"),
        "batch_size": {**_WHOLE, "description": "samples in a batch; all of them if left out"},
        "shuffle": _TRUTH,
        "seed": {"type": "integer", "minimum": 0},
        "convention": _one_of(CONVENTION_NAMES, "which way equations and values are turned at first"),
        "order": _one_of(ORDER_NAMES, "when the updates come"),
        "picture": {"type": "array", "items": _WHOLE, "minItems": 2, "maxItems": 2},
        "label_names": {"type": "array", "items": _TEXT},
        "optimizer": _optimizer(),
        "layers": {"type": "array", "items": _layer(), "minItems": 1},
        "equations": {**_TEXT, "description": "one a line: name = expression, # words; ## begins a block"},
        "error": {**_TEXT, "description": "the quantity that is to become small; the last one if left out"},
        "gradients": {"type": "array", "items": _TEXT},
        "parameters": {"type": "object", "additionalProperties": _parameter()},
        "given": {"type": "object", "additionalProperties": _or_file(_value(), "what stands still")},
        "penalty": {
            **_table({"l2": {"type": "number", "minimum": 0}, "biases": _TRUTH}, ("l2",)),
            "description": "½ λ times the sum of all squared weights, inside the error",
        },
    }
    return {
        "$schema": DRAFT,
        "title": "nablastep network file",
        "anyOf": [{"required": ["layers", "loss"]}, {"required": ["equations"]}],
        **_table(_chosen(properties, NETWORK_KEYS)),
    }


def _chosen(properties: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The keys that the checks know; one of which nothing is said here may hold anything."""
    return {key: properties.get(key, {}) for key in keys}


def _table(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": list(required)} if required else {})


def _one_of(names: Any, description: str = "") -> dict[str, Any]:
    return {"enum": list(names)} | ({"description": description} if description else {})


def _value() -> dict[str, Any]:
    return {"anyOf": [_NUMBER, _NUMBERS, _ROWS]}


def _or_file(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"description": description, "anyOf": [schema, _file()]}


def _file() -> dict[str, Any]:
    """`{ file = "model.safetensors", name = "fc1.weight" }`."""
    properties = {"file": _TEXT, "name": _TEXT, "layout": _one_of(LAYOUTS)}
    return _table(_chosen(properties, ARRAY_KEYS), ("file",))


def _data() -> dict[str, Any]:
    properties = {
        "csv": _TEXT,
        "target": {"type": "array", "items": _TEXT, "minItems": 1},
        "one_hot": _TRUTH,
        "scale": _one_of(SCALES),
        "separator": _one_of(SEPARATORS),
    }
    csv = _table(_chosen(properties, CSV_KEYS), ("csv", "target"))
    return {"description": "a built-in set, or a CSV file", "anyOf": [_one_of(DATA_SETS), csv]}


def _optimizer() -> dict[str, Any]:
    names = _one_of(OPTIMIZER_NAMES)
    settings: dict[str, Any] = {setting: {"type": "number", "minimum": 0} for setting in SETTING_NAMES}
    settings["learning_rate"] = {
        "anyOf": [settings["learning_rate"], _TEXT],
        "description": "a number, or a formula in t, which counts iterations from 1",
    }
    return {"anyOf": [names, _table({"name": names, **settings})]}


def _layer() -> dict[str, Any]:
    properties = {
        "activation": _one_of(activation_names()),
        "W": _or_file(_ROWS, "weights, units out × units in"),
        "b": _or_file(_NUMBERS, "one number for each unit"),
        "units": _WHOLE,
        "init": _one_of(INIT_NAMES, "how W is drawn where it is not given"),
        "bias": _TRUTH,
        "frozen": {"type": "array", "items": _one_of(("W", "b"))},
    }
    return _table(_chosen(properties, LAYER_KEYS), ("activation",))


def _parameter() -> dict[str, Any]:
    properties = {
        "shape": {"type": "array", "items": _WHOLE, "maxItems": 2},
        "init": _one_of(INIT_NAMES),
        "value": _or_file(_value(), "the first value"),
        "frozen": _TRUTH,
    }
    drawn = _table(_chosen(properties, PARAMETER_KEYS))
    stored = _file()
    stored["properties"]["frozen"] = _TRUTH
    return {"anyOf": [*_value()["anyOf"], drawn, stored]}
