"""The network description: validation, initial parameters, batches, and the networks made from others."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from nablastep.errors import NablastepError, NetworkError, UnknownNameError
from nablastep.network import Layer, Network, OptimizerSettings


def network(**changes: Any) -> Network:
    """5 samples, 4 inputs, 3 hidden units, 2 outputs: no two numbers alike."""
    fields: dict[str, Any] = {
        "layers": [{"activation": "tanh", "units": 3}, {"activation": "softmax", "units": 2}],
        "x": np.arange(20.0).reshape(5, 4),
        "y": [[1, 0]] * 5,
        "loss": "categorical_cross_entropy",
    }
    return Network(**{**fields, **changes})


def test_defaults() -> None:
    plain = network()
    assert (plain.title, plain.reduction, plain.seed, plain.shuffle) == ("", "mean", 0, False)
    assert (plain.convention, plain.order, plain.picture) == ("column", "gradients-first", None)
    assert plain.optimizer == OptimizerSettings("sgd", learning_rate=1e-3)
    assert plain.batch_size == plain.samples == 5
    assert plain.sizes == (4, 3, 2)
    assert plain.frozen_parameters == frozenset()


def test_arrays_are_read_only_copies() -> None:
    mine = np.ones((5, 4))
    plain = network(x=mine)
    mine[0, 0] = 7.0
    assert plain.x[0, 0] == 1.0
    for array in (plain.x, plain.y, *plain.initial_parameters.values()):
        assert array.dtype == np.float64
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0


def test_fields_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        network().loss = "huber"  # type: ignore[misc]


def test_initial_parameters_have_the_documented_shapes_and_order() -> None:
    shapes = {name: array.shape for name, array in network().initial_parameters.items()}
    assert list(shapes.items()) == [("W0", (3, 4)), ("b0", (3, 1)), ("W1", (2, 3)), ("b1", (2, 1))]


def test_given_parameters_are_kept() -> None:
    weights = [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]
    single = network(layers=[Layer("softmax", W=weights, b=[0.5, 0.25])])
    np.testing.assert_array_equal(single.initial_parameters["W0"], weights)
    np.testing.assert_array_equal(single.initial_parameters["b0"], [[0.5], [0.25]])


def test_layer_without_bias() -> None:
    layers = [Layer("tanh", W=np.ones((3, 4))), Layer("softmax", units=2, bias=False)]
    assert list(network(layers=layers).initial_parameters) == ["W0", "W1"]


@pytest.mark.parametrize(
    ("init", "draw"),
    [
        (
            "xavier",
            lambda rng, out, into: rng.uniform(-math.sqrt(6 / (into + out)), math.sqrt(6 / (into + out)), (out, into)),
        ),
        ("he", lambda rng, out, into: rng.normal(0.0, math.sqrt(2 / into), (out, into))),
        ("normal", lambda rng, out, into: rng.normal(0.0, 0.1, (out, into))),
        ("uniform", lambda rng, out, into: rng.uniform(-0.5, 0.5, (out, into))),
        ("constant", lambda _rng, out, into: np.full((out, into), 0.1)),
        ("zeros", lambda _rng, out, into: np.zeros((out, into))),
    ],
)
def test_random_initialisation_draws_only_the_weights_in_order(init: str, draw: Any) -> None:
    layers = [Layer("tanh", units=3, init=init), Layer("softmax", units=2, init=init)]
    parameters = network(layers=layers, seed=11).initial_parameters
    generator = np.random.default_rng(11)
    np.testing.assert_array_equal(parameters["W0"], draw(generator, 3, 4))
    np.testing.assert_array_equal(parameters["W1"], draw(generator, 2, 3))
    assert not parameters["b0"].any()
    assert not parameters["b1"].any()


def test_given_weights_take_nothing_from_the_generator() -> None:
    layers = [Layer("tanh", W=np.ones((3, 4))), Layer("softmax", units=2, init="uniform")]
    expected = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 3))
    np.testing.assert_array_equal(network(layers=layers).initial_parameters["W1"], expected)


def test_frozen_parameters() -> None:
    layers = [Layer("tanh", units=3, frozen=["b"]), Layer("softmax", units=2, frozen=("b", "W"))]
    assert network(layers=layers).frozen_parameters == {"b0", "W1", "b1"}


def test_batches_in_order_end_with_a_smaller_one() -> None:
    batched = network(batch_size=2)
    assert batched.batches_per_pass == 3
    assert [batched.batch(iteration) for iteration in range(1, 5)] == [(0, 1), (2, 3), (4,), (0, 1)]


def test_shuffled_batches_use_every_sample_once_a_pass_and_repeat() -> None:
    batched = network(batch_size=2, shuffle=True, seed=3)
    passes = [[batched.batch(3 * done + place) for place in (1, 2, 3)] for done in range(20)]
    for batches in passes:
        assert [len(batch) for batch in batches] == [2, 2, 1]
        assert sorted(sum(batches, ())) == [0, 1, 2, 3, 4]
    assert len({tuple(batches) for batches in passes}) > 10
    assert network(batch_size=2, shuffle=True, seed=3).batch(47) == batched.batch(47)
    others = [network(batch_size=2, shuffle=True, seed=4).batch(iteration) for iteration in range(1, 31)]
    assert others != [batched.batch(iteration) for iteration in range(1, 31)]
    assert all(type(index) is int for index in batched.batch(1))


def test_batches_count_from_one() -> None:
    with pytest.raises(ValueError, match="iterations count from 1, found 0"):
        network().batch(0)


@pytest.mark.parametrize(
    ("activation", "loss", "classifier"),
    [
        ("softmax", "categorical_cross_entropy", True),
        ("sigmoid", "binary_cross_entropy", True),
        ("sigmoid", "categorical_cross_entropy", False),
        ("softmax", "huber", False),
    ],
)
def test_is_classifier(activation: str, loss: str, classifier: bool) -> None:
    assert network(layers=[Layer(activation, units=2)], loss=loss).is_classifier is classifier


def test_with_parameters_replaces_what_is_given_and_keeps_the_rest() -> None:
    layers = [Layer("tanh", units=3, frozen=["b"]), Layer("softmax", units=2, bias=False)]
    before = network(layers=layers, batch_size=2, optimizer="adam", seed=5, title="t")
    after = before.with_parameters({"b0": [[1.0], [2.0], [3.0]]}, x=before.x + 1, learning_rate=0.25)
    np.testing.assert_array_equal(after.initial_parameters["b0"], [[1.0], [2.0], [3.0]])
    np.testing.assert_array_equal(after.initial_parameters["W1"], before.initial_parameters["W1"])
    np.testing.assert_array_equal(after.x, before.x + 1)
    np.testing.assert_array_equal(after.y, before.y)
    assert list(after.initial_parameters) == ["W0", "b0", "W1"]
    assert after.optimizer == dataclasses.replace(before.optimizer, learning_rate=0.25)
    assert (after.batch_size, after.seed, after.title, after.frozen_parameters) == (2, 5, "t", {"b0"})
    assert not before.initial_parameters["b0"].any()


def test_with_parameters_refuses_what_the_network_has_not() -> None:
    with pytest.raises(UnknownNameError, match="unknown parameter 'W2'; the parameters are W0, b0, W1, b1"):
        network().with_parameters({"W2": [[1.0]]})
    with pytest.raises(NetworkError, match=r"layers\[2\]\.W: expected 3 columns to match the 3 units of layer 1"):
        network().with_parameters({"W1": np.ones((2, 4))})


def test_repr_is_short() -> None:
    assert repr(network(title="Small")) == "<Network 'Small' 4-3-2>"


# Optimiser settings


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("sgd", {"learning_rate": 1e-3, "weight_decay": 0.0}),
        ("momentum", {"learning_rate": 1e-3, "momentum": 0.9, "weight_decay": 0.0}),
        ("nesterov", {"learning_rate": 1e-3, "momentum": 0.9, "weight_decay": 0.0}),
        ("rmsprop", {"learning_rate": 1e-2, "decay": 0.99, "epsilon": 1e-8, "weight_decay": 0.0}),
        ("adam", {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0}),
        ("adamw", {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}),
    ],
)
def test_optimizer_defaults(name: str, values: dict[str, float]) -> None:
    assert OptimizerSettings(name).values == values
    for setting in ("momentum", "decay", "beta1", "beta2", "epsilon"):
        assert getattr(OptimizerSettings(name), setting) == values.get(setting)


@pytest.mark.parametrize("optimizer", ["adam", {"name": "adam"}, OptimizerSettings("adam")])
def test_optimizer_may_be_given_in_three_ways(optimizer: Any) -> None:
    assert network(optimizer=optimizer).optimizer == OptimizerSettings("adam")


def test_optimizer_table_without_name_is_sgd() -> None:
    assert network(optimizer={"learning_rate": 2}).optimizer == OptimizerSettings("sgd", learning_rate=2.0)


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        ("adm", "optimizer.name: unknown name 'adm'; did you mean 'adam'?"),
        (
            {"name": "sgd", "momentum": 0.9},
            "optimizer.momentum: does not apply to sgd, whose settings are learning_rate, weight_decay",
        ),
        ({"name": "adam", "beta": 0.9}, "optimizer: unknown key 'beta'; did you mean 'beta2'?"),
        ({"learning_rate": -1}, "optimizer.learning_rate: expected a finite number of at least 0, found -1"),
        ({"learning_rate": math.inf}, "optimizer.learning_rate: expected a finite number of at least 0, found inf"),
        ({"learning_rate": "1"}, "optimizer.learning_rate: expected a finite number of at least 0, found '1'"),
        ({"learning_rate": True}, "optimizer.learning_rate: expected a finite number of at least 0, found true"),
        (
            {"name": "momentum", "momentum": 1},
            "optimizer.momentum: expected a finite number of at least 0 and less than 1, found 1",
        ),
        (
            {"name": "adam", "beta2": 1.5},
            "optimizer.beta2: expected a finite number of at least 0 and less than 1, found 1.5",
        ),
        (
            {"name": "adamw", "epsilon": -1e-8},
            "optimizer.epsilon: expected a finite number of at least 0, found -1e-08",
        ),
        ({"weight_decay": math.nan}, "optimizer.weight_decay: expected a finite number of at least 0, found nan"),
        (3, 'optimizer: expected a table such as { name = "sgd" }, found 3'),
    ],
)
def test_optimizer_mistakes(optimizer: Any, message: str) -> None:
    with pytest.raises(NetworkError) as caught:
        network(optimizer=optimizer)
    assert str(caught.value).startswith(message)


# Mistakes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loss": "hubber"}, "loss: unknown name 'hubber'; did you mean 'huber'?"),
        ({"reduction": "average"}, "reduction: expected one of mean, sum, found 'average'"),
        ({"convention": "colum"}, "convention: unknown name 'colum'; did you mean 'column'?"),
        ({"order": "interleave"}, "order: unknown name 'interleave'; did you mean 'interleaved'?"),
        ({"seed": -1}, "seed: expected a whole number from 0 to 9223372036854775807, found -1"),
        ({"seed": 1.5}, "seed: expected a whole number from 0 to 9223372036854775807, found 1.5"),
        ({"seed": True}, "seed: expected a whole number from 0 to 9223372036854775807, found true"),
        ({"shuffle": 1}, "shuffle: expected true or false, found 1"),
        ({"batch_size": 0}, "batch_size: expected a whole number from 1 to 5, found 0"),
        ({"batch_size": 6}, "batch_size: expected a whole number from 1 to 5, found 6"),
        ({"picture": [2, 3]}, "picture: expected rows × columns to be the 4 inputs of x, found 2 × 3"),
        ({"picture": [4]}, "picture: expected [rows, columns], found a list of 1"),
        ({"title": "a\x1b[31m"}, "title: expected text without control characters, found U+001B at position 2"),
        ({"title": "a\u202eb"}, "title: expected text without control characters, found U+202E at position 2"),
        ({"title": 5}, "title: expected text, found 5"),
        ({"label_names": ["yes"]}, "label_names: expected 2 names to match the 2 columns of y, found 1"),
        ({"label_names": ["yes", "\x9b"]}, "label_names: expected text without control characters, found U+009B"),
        ({"layers": []}, "layers: expected at least one layer, found none"),
        ({"layers": {"activation": "tanh"}}, "layers: expected a list of layers, found a table; write [[layers]]"),
        ({"layers": [3]}, "layers[1]: expected a table, found 3"),
        ({"x": [[1, 2, 3, 4]] * 4}, "y: expected 4 rows to match the 4 samples of x, found 5"),
        (
            {"x": [1, 2, 3]},
            "x: expected rows of numbers (samples × inputs), found one flat list; write [[…]] for one row",
        ),
        ({"x": []}, "x: expected rows of numbers (samples × inputs), found a list of 0"),
        ({"x": [[]]}, "x: row 1: expected a list of numbers, found a list of 0"),
        ({"x": 5}, "x: expected rows of numbers (samples × inputs), found 5"),
        ({"x": np.ones((2, 3, 4))}, "x: row 1, column 1: expected a number, found a list of 4"),
        ({"x": [[1, 2], [3]]}, "x: expected 2 numbers in row 2 as in row 1, found 1"),
        ({"x": [[1.0, math.nan]]}, "x: row 1, column 2: expected a finite number, found nan"),
        (
            {"x": [[1.0, 10**400]]},
            "x: row 1, column 2: expected a finite number, found a number of more than 40 digits",
        ),
        ({"x": [[True, 1.0]]}, "x: row 1, column 1: expected a number, found true"),
        ({"x": np.ones((5, 4), dtype=bool)}, "x: row 1, column 1: expected a number, found true"),
        ({"x": np.ones((5, 4), dtype=complex)}, "x: row 1, column 1: expected a number, found a complex"),
        (
            {"x": np.ones((5, 5)), "layers": [Layer("softmax", W=np.ones((2, 4)))]},
            "layers[1].W: expected 5 columns to match the 5 inputs of x, found 4",
        ),
        (
            {"layers": [Layer("softmax", units=7)]},
            "y: expected 7 columns to match the 7 units of the last layer, found 2",
        ),
        (
            {"y": [[1, 0]] * 4 + [[0.5, 0.6]]},
            "y: row 5: expected a distribution with the sum 1 for categorical_cross_entropy, found the sum 1.1",
        ),
        (
            {"y": [[1.5, -0.5]] * 5},
            "y: row 1, column 2: expected a number of at least 0 for categorical_cross_entropy, found -0.5",
        ),
        (
            {"loss": "binary_cross_entropy", "y": [[1, 0]] * 4 + [[1, 1.5]]},
            "y: row 5, column 2: expected a number in [0, 1] for binary_cross_entropy, found 1.5",
        ),
    ],
)
def test_mistakes(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError) as caught:
        network(**changes)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("target", [[1 + 9e-7, 0.0], [1 - 9e-7, 0.0], [0.25, 0.75]])
def test_targets_are_distributions_to_a_millionth(target: list[float]) -> None:
    assert network(y=[target] * 5).y[0].tolist() == target


def test_other_losses_take_any_finite_target() -> None:
    assert network(loss="huber", y=[[-3.0, 1e6]] * 5).y[0, 1] == 1e6


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"units": 2}, "layers[1]: the key 'activation' is missing"),
        ({"activation": "softmax"}, "layers[1]: expected W, or units for weights drawn at random; found neither"),
        ({"activation": "softmx", "units": 2}, "layers[1].activation: unknown name 'softmx'; did you mean 'softmax'?"),
        ({"activation": "ReLU", "units": 2}, "layers[1].activation: unknown name 'ReLU'; did you mean 'relu'?"),
        ({"activation": 1, "units": 2}, "layers[1].activation: expected one of identity, sigmoid, tanh"),
        ({"activation": "softmax", "unit": 2}, "layers[1]: unknown key 'unit'; did you mean 'units'?"),
        ({"activation": "softmax", "units": 0}, "layers[1].units: expected a whole number from 1 to 25000000, found 0"),
        (
            {"activation": "softmax", "units": 2.0},
            "layers[1].units: expected a whole number from 1 to 25000000, found 2.0",
        ),
        (
            {"activation": "softmax", "units": 10_000_000},
            "layers[1].units: expected a W of at most 25000000 entries, found 10000000 × 4",
        ),
        (
            {"activation": "softmax", "W": [[1, 2, 3, 4]] * 2, "units": 3},
            "layers[1].units: expected 2 to match the 2 rows of W, found 3",
        ),
        (
            {"activation": "softmax", "W": [[1, 2, 3, 4]] * 2, "b": [1]},
            "layers[1].b: expected 2 numbers to match the 2 units of the layer, found 1",
        ),
        (
            {"activation": "softmax", "W": [[1, 2, 3, 4]] * 2, "b": 1},
            "layers[1].b: expected a list of numbers, found 1",
        ),
        (
            {"activation": "softmax", "W": [[1, 2, 3, 4]] * 2, "b": [1, "a"]},
            "layers[1].b: entry 2: expected a number, found 'a'",
        ),
        (
            {"activation": "softmax", "W": [[1, 2, 3, 4]] * 2, "init": "he"},
            "layers[1].init: does not apply to a layer with W; leave out one of them",
        ),
        (
            {"activation": "softmax", "W": [[1, 2, 3, 4]] * 2, "bias": True},
            "layers[1].bias: expected b beside W and bias = true",
        ),
        (
            {"activation": "softmax", "W": [[1, 2, 3, 4]] * 2, "b": [1, 2], "bias": False},
            "layers[1].b: expected no b beside bias = false",
        ),
        ({"activation": "softmax", "units": 2, "bias": 0}, "layers[1].bias: expected true or false, found 0"),
        (
            {"activation": "softmax", "units": 2, "init": "glorot"},
            "layers[1].init: expected one of zeros, constant, normal, uniform, xavier, he, found 'glorot'",
        ),
        (
            {"activation": "softmax", "units": 2, "frozen": "b"},
            "layers[1].frozen: expected a list such as [\"b\"], found 'b'",
        ),
        (
            {"activation": "softmax", "units": 2, "frozen": ["w"]},
            "layers[1].frozen: unknown name 'w'; did you mean 'W'?",
        ),
        (
            {"activation": "softmax", "units": 2, "bias": False, "frozen": ["b"]},
            "layers[1].frozen: found 'b', but the layer has no bias",
        ),
    ],
)
def test_layer_mistakes(layer: dict[str, Any], message: str) -> None:
    with pytest.raises(NablastepError) as caught:
        network(layers=[layer])
    assert str(caught.value).startswith(message)
