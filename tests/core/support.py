"""What the tests of the engine share: small networks, equations as text, and comparisons that know infinities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import nablastep as ns
from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.losses import LOSSES
from nablastep.notation import notation_named
from nablastep.optimizer_settings import OPTIMIZER_NAMES
from nablastep.program import Step
from nablastep.transposition import CONVENTIONS

TESTS = Path(__file__).resolve().parent.parent
ORACLE = TESTS / "oracle"

WITH_WEIGHT_DECAY = [{"name": name, "weight_decay": 0.1} for name in OPTIMIZER_NAMES]
WITHOUT_WEIGHT_DECAY = [{"name": name, "weight_decay": 0.0} for name in OPTIMIZER_NAMES]


def two_layers(samples: int = 1, **changes: Any) -> ns.Network:
    """3 inputs, 4 hidden units, 2 outputs, no two widths alike, all numbers fixed."""
    x = np.sin(np.arange(1.0, 3 * samples + 1)).reshape(samples, 3)
    fields: dict[str, Any] = {
        "layers": [
            {"activation": "tanh", "W": np.cos(np.arange(12.0)).reshape(4, 3), "b": [0.1, -0.2, 0.3, -0.4]},
            {"activation": "sigmoid", "W": np.sin(np.arange(8.0)).reshape(2, 4), "b": [0.05, -0.15]},
        ],
        "x": x,
        "y": [[0.25, 0.75], [1.0, 0.0], [0.5, 0.5], [0.0, 1.0]][:samples],
        "loss": "half_squared_error",
        "optimizer": {"name": "sgd", "learning_rate": 0.5},
    }
    return ns.Network(**{**fields, **changes})


def one_layer(activation: str, loss: str, **changes: Any) -> ns.Network:
    """One layer, 2 inputs and 3 outputs, on targets that every loss takes."""
    samples = changes.pop("samples", 1)
    fields: dict[str, Any] = {
        "layers": [{"activation": activation, "W": [[0.3, -0.2], [0.1, 0.4], [-0.5, 0.6]], "b": [0.1, 0.2, -0.3]}],
        "x": [[0.5, -1.0], [1.5, 0.25], [-0.75, 0.8]][:samples],
        "y": [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]][:samples],
        "loss": loss,
    }
    return ns.Network(**{**fields, **changes})


def random_network(generator: np.random.Generator, **changes: Any) -> ns.Network:
    """A network of 1 to 3 layers of any widths, activations, loss, optimiser, batches and order."""
    samples = int(generator.integers(1, 6))
    widths = [int(width) for width in generator.integers(1, 5, generator.integers(2, 5))]
    y = generator.random((samples, widths[-1])) + 0.05
    fields: dict[str, Any] = {
        "layers": [_random_layer(generator, *pair) for pair in pairwise(widths)],
        "x": generator.standard_normal((samples, widths[0])),
        "y": y / y.sum(axis=1, keepdims=True),
        "loss": str(generator.choice(list(LOSSES))),
        "reduction": str(generator.choice(["mean", "sum"])),
        "optimizer": {
            "name": str(generator.choice(OPTIMIZER_NAMES)),
            "learning_rate": 0.05,
            "weight_decay": float(generator.choice([0.0, 0.01])),
        },
        "batch_size": int(generator.integers(1, samples + 1)),
        "shuffle": bool(generator.integers(2)),
        "order": str(generator.choice(["gradients-first", "interleaved"])),
        "seed": int(generator.integers(100)),
    }
    if fields["loss"] in {"binary_cross_entropy", "categorical_cross_entropy"}:
        # these take logarithms of the output, which has to lie between 0 and 1
        fields["layers"][-1]["activation"] = str(generator.choice(["sigmoid", "softmax"]))
    return ns.Network(**{**fields, **changes})


def _random_layer(generator: np.random.Generator, inputs: int, units: int) -> dict[str, Any]:
    layer: dict[str, Any] = {
        "activation": str(generator.choice(list(ACTIVATIONS))),
        "W": generator.standard_normal((units, inputs)),
    }
    if generator.random() < 0.75:
        layer["b"] = generator.standard_normal(units)
        layer["frozen"] = ["b"] if generator.random() < 0.2 else []
    return layer


def equations(steps: Iterable[Step], notation: str = "unicode", convention: str = "column") -> dict[str, str]:
    """The equations of the steps as text, by id."""
    writer, shown = notation_named(notation), CONVENTIONS[convention]
    return {step.id: writer.equation_text(shown.shown_equation(step.equation)) for step in steps}


def visible(session: ns.Session) -> dict[str, Any]:
    """Every quantity that exists at the session's position, with data and learning rate."""
    names = [*session.program.symbols, "grad_a0", "x", "learning_rate"]
    found = {name: session.get(name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def assert_same_bits(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """The same names and the same bits; a nan equals itself."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert np.asarray(found[name]).tobytes() == np.asarray(value).tobytes(), name


def assert_near(found: Any, expected: Any, *, rtol: float = 1e-12, atol: float = 0.0, what: str = "") -> None:
    """Equal shapes and near values; infinities equal, and nan nowhere that it is not expected."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape, f"{what}: {found.shape} instead of {expected.shape}"
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol, err_msg=what)


def large_layer() -> ns.Network:
    """One layer of 32 units on 64 inputs: too large for numbers, with few steps."""
    random = np.random.default_rng(0)
    layer = {"units": 32, "activation": "tanh"}
    return ns.Network([layer], random.normal(size=(6, 64)), random.normal(size=(6, 32)), loss="half_squared_error")
