"""The built-in networks: they are found by name, and they reproduce the numbers that were published."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from nablastep.errors import NetworkError
from nablastep.files.built_in import data_set_names, network_names, open_network
from nablastep.network import Network

Values = dict[str, NDArray[np.float64]]
NETWORKS = Path(__file__).parents[2] / "demos" / "nablastep_demos" / "networks"

ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "softmax": lambda z: np.exp(z - z.max(axis=0)) / np.exp(z - z.max(axis=0)).sum(axis=0),
}
DERIVATIVES = {  # in terms of z and a
    "identity": lambda z, _a: np.ones_like(z),
    "sigmoid": lambda _z, a: a * (1 - a),
    "tanh": lambda _z, a: 1 - a * a,
    "relu": lambda z, _a: (z > 0).astype(float),
}


def forward(network: Network, parameters: Mapping[str, NDArray[np.float64]], batch: tuple[int, ...]) -> Values:
    """z and a of every layer, units × samples, and E: written out here once more, as a check from outside."""
    values: Values = {"a0": network.x[list(batch)].T, "y": network.y[list(batch)].T}
    for index, layer in enumerate(network.layers):
        z = parameters[f"W{index}"] @ values[f"a{index}"] + parameters.get(f"b{index}", 0.0)
        values[f"z{index + 1}"], values[f"a{index + 1}"] = z, ACTIVATIONS[layer.activation](z)
    a, y = values[f"a{len(network.layers)}"], values["y"]
    with np.errstate(divide="ignore", invalid="ignore"):
        losses = {
            "half_squared_error": 0.5 * (a - y) ** 2,
            "binary_cross_entropy": -(y * np.log(a) + (1 - y) * np.log(1 - a)),
            "categorical_cross_entropy": -np.where(y > 0, y * np.log(a), 0.0),
        }
    values["E"] = losses[network.loss].sum() / len(batch)
    return values


def backward(network: Network, parameters: Mapping[str, NDArray[np.float64]], values: Values) -> Values:
    """Gradients of the mean of E for every parameter, and of a0."""
    depth = len(network.layers)
    upstream = (values[f"a{depth}"] - values["y"]) / values["y"].shape[1]
    gradients: Values = {}
    for index in reversed(range(depth)):
        if index < depth - 1 or not network.is_classifier:
            derivative = DERIVATIVES[network.layers[index].activation]
            upstream = upstream * derivative(values[f"z{index + 1}"], values[f"a{index + 1}"])
        gradients[f"z{index + 1}"] = upstream
        gradients[f"W{index}"] = upstream @ values[f"a{index}"].T
        gradients[f"b{index}"] = upstream.sum(axis=1, keepdims=True)
        upstream = parameters[f"W{index}"].T @ upstream
    gradients["a0"] = upstream
    return gradients


def first(name: str) -> tuple[Network, Values, Values]:
    network = open_network(name)
    values = forward(network, network.initial_parameters, network.batch(1))
    return network, values, backward(network, network.initial_parameters, values)


def trained(network: Network, iterations: int) -> Values:
    """Parameters after plain or heavy-ball steps."""
    parameters: Values = dict(network.initial_parameters)
    velocity = {name: np.zeros_like(array) for name, array in parameters.items()}
    for iteration in range(1, iterations + 1):
        values = forward(network, parameters, network.batch(iteration))
        gradients = backward(network, parameters, values)
        for name in parameters.keys() - network.frozen_parameters:
            velocity[name] = (network.optimizer.momentum or 0.0) * velocity[name] + gradients[name]
            parameters[name] = parameters[name] - network.optimizer.learning_rate * velocity[name]
    return parameters


def everything(network: Network) -> tuple[int, ...]:
    return tuple(range(network.samples))


# Names


def test_names() -> None:
    layers = "mazur mazur-bug ng-ex4 cs231n-two-layer tanh-neuron dead-relu xor skinny square digits-mlp"
    equations = (
        "ridge residual rnn lstm-cell layer-norm batch-norm attention two-heads convolution tied-autoencoder hinge "
        "temperature weight-decay"
    )
    assert network_names() == (*layers.split(), *equations.split())
    assert data_set_names() == ("xor", "and", "or", "moons", "circles", "spirals")
    assert {path.stem for path in NETWORKS.glob("*.toml")} == set(network_names())


@pytest.mark.parametrize("name", network_names())
def test_every_network_opens_and_names_its_source(name: str) -> None:
    network = open_network(name)
    assert network.title not in {"", name}
    heading = (NETWORKS / f"{name}.toml").read_text(encoding="utf-8").split("\n\n")[0]
    assert heading.startswith("# ")
    assert "https://" in heading or heading.startswith("# Our own example: ")


def test_a_built_in_name_beats_a_file_and_a_path_means_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = Network([{"activation": "identity", "units": 1}], [[1]], [[1]], loss="huber", title="mine")
    mine.to_file("mazur")
    mine.to_file("other")
    assert open_network("mazur").title == "Mazur's step by step example"
    assert open_network("./mazur").title == "mine"
    assert open_network(tmp_path / "mazur").title == "mine"
    assert open_network("other").title == "mine"


def test_unknown_names() -> None:
    with pytest.raises(NetworkError) as caught:
        open_network("mazzur")
    assert str(caught.value) == "'mazzur' is neither a built-in network nor a file; did you mean 'mazur'?"
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("built in: mazur, mazur-bug, ng-ex4, ")
    with pytest.raises(
        NetworkError, match="'iris' is neither a built-in network nor a file; built in: mazur, mazur-bug"
    ):
        open_network("iris")
    with pytest.raises(NetworkError, match=r"^mazzur\.toml: no such file$"):
        open_network("mazzur.toml")
    with pytest.raises(NetworkError, match=r"^none/mazur: no such file$"):
        open_network("none/mazur")


# Published numbers: the strings as printed, compared after rounding to their own number of decimals


def assert_prints(value: float, printed: str) -> None:
    decimals = len(printed.partition(".")[2])
    assert f"{value:.{decimals}f}" == printed


def test_mazur() -> None:
    network, values, gradients = first("mazur")
    assert network.frozen_parameters == {"b0", "b1"}
    for value, printed in (
        (values["z1"][0, 0], "0.3775"),
        (values["a1"][0, 0], "0.593269992"),
        (values["a1"][1, 0], "0.596884378"),
        (values["z2"][0, 0], "1.105905967"),
        (values["a2"][0, 0], "0.75136507"),
        (values["a2"][1, 0], "0.772928465"),
        (values["E"], "0.298371109"),
        (gradients["z2"][0, 0], "0.138498562"),
        (gradients["W1"][0, 0], "0.082167041"),
        (gradients["W0"][0, 0], "0.000438568"),
    ):
        assert_prints(value, printed)
    after = trained(network, 1)
    printed_weights = [["0.149780716", "0.19956143"], ["0.24975114", "0.29950229"]]
    printed_weights += [["0.35891648", "0.408666186"], ["0.511301270", "0.561370121"]]
    for row, printed_row in zip([*after["W0"], *after["W1"]], printed_weights, strict=True):
        for weight, printed in zip(row, printed_row, strict=True):
            assert_prints(weight, printed)
    assert after["b0"].tolist() == [[0.35], [0.35]]
    assert forward(network, after, (0,))["E"] == pytest.approx(0.29102777369359933, rel=1e-13)


def test_mazur_bug_differs_in_the_order_only() -> None:
    right, wrong = open_network("mazur"), open_network("mazur-bug")
    assert (right.order, wrong.order) == ("gradients-first", "interleaved")
    assert wrong.x.tolist() == right.x.tolist()
    assert wrong.y.tolist() == right.y.tolist()
    assert (wrong.loss, wrong.optimizer) == (right.loss, right.optimizer)
    for name, array in right.initial_parameters.items():
        assert wrong.initial_parameters[name].tolist() == array.tolist()


def test_updating_too_early_gives_the_numbers_that_the_article_prints() -> None:
    network = open_network("mazur-bug")
    parameters: Values = dict(network.initial_parameters)
    errors = []
    for _ in range(10_000):
        values = forward(network, parameters, (0,))
        errors.append(values["E"])
        upstream = (values["a2"] - values["y"]) * values["a2"] * (1 - values["a2"])
        parameters["W1"] = parameters["W1"] - 0.5 * upstream @ values["a1"].T
        upstream = (parameters["W1"].T @ upstream) * values["a1"] * (1 - values["a1"])
        parameters["W0"] = parameters["W0"] - 0.5 * upstream @ values["a0"].T
    values = forward(network, parameters, (0,))
    assert_prints(errors[1], "0.291027924")
    assert_prints(values["a2"][0, 0], "0.015912196")
    assert_prints(values["a2"][1, 0], "0.984065734")
    assert_prints(values["E"], "0.0000350848")


def test_ng_ex4() -> None:
    network, values, gradients = first("ng-ex4")
    assert network.x.tobytes() == np.cos(np.array([[1.0, 2], [3, 4], [5, 6]])).tobytes()
    assert values["E"] == pytest.approx(7.406969856065749, rel=1e-14)
    printed_d3 = """0.888659 0.907427 0.923305 -0.063351 0.838178 -0.139718 0.879800 0.896918
        0.923414 0.938578 -0.049102 0.960851"""
    for value, printed in zip((gradients["z2"].T * 3).ravel(), printed_d3.split(), strict=True):
        assert_prints(value, printed)
    unrolled = [np.hstack([gradients[f"b{index}"], gradients[f"W{index}"]]).T.ravel() for index in (0, 1)]
    printed_gradients = """0.766138 0.979897 -0.027540 -0.035844 -0.024929 -0.053862 0.883417 0.568762 0.584668
        0.598139 0.459314 0.344618 0.256313 0.311885 0.478337 0.368920 0.259771 0.322331"""
    for value, printed in zip(np.concatenate(unrolled), printed_gradients.split(), strict=True):
        assert_prints(value, printed)


def test_cs231n_two_layer() -> None:
    network, values, _ = first("cs231n-two-layer")
    N, D, H, C = 3, 5, 50, 7
    assert network.sizes == (D, H, C)
    assert network.x.tobytes() == np.linspace(-5.5, 4.5, N * D).reshape(D, N).T.tobytes()
    for name, expected in {
        "W0": np.linspace(-0.7, 0.3, D * H).reshape(D, H).T,
        "b0": np.linspace(-0.1, 0.9, H).reshape(H, 1),
        "W1": np.linspace(-0.3, 0.4, H * C).reshape(H, C).T,
        "b1": np.linspace(-0.9, 0.1, C).reshape(C, 1),
    }.items():
        assert network.initial_parameters[name].tobytes() == expected.tobytes()
    assert_prints(values["E"], "3.4702243556")
    scores = """11.53165108 12.2917344 13.05181771 13.81190102 14.57198434 15.33206765 16.09215096
        12.05769098 12.74614105 13.43459113 14.1230412 14.81149128 15.49994135 16.18839143
        12.58373087 13.20054771 13.81736455 14.43418138 15.05099822 15.66781506 16.2846319"""
    for value, printed in zip(values["z2"].T.ravel(), scores.split(), strict=True):
        assert_prints(value, printed)


def test_tanh_neuron_has_the_published_gradients_of_its_output() -> None:
    _, values, gradients = first("tanh-neuron")
    assert_prints(values["z1"].item(), "0.8814")
    assert_prints(values["a1"].item(), "0.7071")
    np.testing.assert_allclose(gradients["z1"], [[0.5]], rtol=1e-15)
    np.testing.assert_allclose(gradients["b0"], [[0.5]], rtol=1e-15)
    np.testing.assert_allclose(gradients["W0"], [[1.0, 0.0]], rtol=1e-15)
    np.testing.assert_allclose(gradients["a0"], [[-1.5], [0.5]], rtol=1e-15)


# Our own examples do what their comments say


def test_the_dead_relu_stays_dead_while_the_others_learn() -> None:
    network, values, gradients = first("dead-relu")
    assert (values["z1"][1] < 0).all()
    assert gradients["W0"][1].tolist() == [0, 0]
    after = trained(network, 1000)
    assert after["W0"][1].tolist() == network.initial_parameters["W0"][1].tolist()
    assert after["b0"][1].tolist() == [-2.0]
    later = forward(network, after, everything(network))
    assert (later["z1"][1] < 0).all()
    assert (later["z1"][[0, 2]] > 0).any(axis=1).all()
    assert later["E"] < values["E"] / 100
    raised = network.with_parameters({"b0": [[0.1], [0.5], [0.2]]})
    assert (forward(raised, raised.initial_parameters, everything(raised))["z1"][1] > 0).all()


def test_xor_learns() -> None:
    network = open_network("xor")
    final = forward(network, trained(network, 2000), everything(network))
    assert final["E"] < 1e-3
    assert final["a2"].round().tolist() == network.y.T.tolist()


def test_no_two_widths_of_skinny_are_alike_and_all_of_square_are() -> None:
    assert open_network("skinny").sizes == (3, 2, 4)
    square = open_network("square")
    assert set(square.sizes) == {3}
    for name in ("W0", "W1"):
        W = square.initial_parameters[name]
        assert (W != W.T)[~np.eye(3, dtype=bool)].all()


def test_digits_are_read_after_a_hundred_iterations() -> None:
    network = open_network("digits-mlp")
    assert network.sizes == (64, 32, 10)
    assert network.picture == (8, 8)
    assert network.label_names == tuple("0123456789")
    assert network.batches_per_pass == 4
    assert network.y.sum(axis=0).tolist() == [20.0] * 10
    outputs = forward(network, trained(network, 100), everything(network))["a2"]
    assert (outputs.argmax(axis=0) == network.y.argmax(axis=1)).mean() > 0.9


def script(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_digits_are_what_their_script_draws(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = script(Path(__file__).parents[2] / "docs" / "make_digits.py")
    monkeypatch.setattr(module, "PICTURES", 20)
    module.main()
    drawn = capsys.readouterr().out.splitlines()
    assert len(drawn) == 21
    assert (NETWORKS / "digits.csv").read_text(encoding="utf-8").splitlines()[:21] == drawn
