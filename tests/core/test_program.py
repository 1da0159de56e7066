"""Network → steps: their order, ids, phases and equations for every optimiser, loss and kind of network.

The equations of one iteration are also carried out in plain NumPy loops, sample by sample and entry by entry, so that
nothing of the engine's arithmetic is trusted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.support import (
    WITH_WEIGHT_DECAY,
    WITHOUT_WEIGHT_DECAY,
    assert_near,
    equations,
    one_layer,
    random_network,
    two_layers,
)
from nablastep import UnknownNameError
from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.losses import LOSSES
from nablastep.program import PHASES


def ids(network: ns.Network) -> list[str]:
    return [step.id for step in ns.Session(network).program.steps]


def blocks(network: ns.Network) -> list[tuple[str, str]]:
    """(phase, ids) of every unbroken run of one phase."""
    found: dict[int, tuple[str, list[str]]] = {}
    for step in ns.Session(network).program.steps:
        found.setdefault(step.block, (step.phase, []))[1].append(step.id)
    return [(phase, " ".join(names)) for phase, names in found.values()]


# order of steps

FORWARD = "z1 a1 z2 a2 E"
BACKWARD = "grad_a2 grad_z2 grad_W1 grad_b1 grad_a1 grad_z1 grad_W0 grad_b0"
UPDATES = {
    "sgd": "W1 b1 W0 b0",
    "momentum": "velocity_W1 W1 velocity_b1 b1 velocity_W0 W0 velocity_b0 b0",
    "nesterov": "velocity_W1 W1 velocity_b1 b1 velocity_W0 W0 velocity_b0 b0",
    "rmsprop": "v_W1 W1 v_b1 b1 v_W0 W0 v_b0 b0",
    "adam": "m_W1 v_W1 W1 m_b1 v_b1 b1 m_W0 v_W0 W0 m_b0 v_b0 b0",
    "adamw": "m_W1 v_W1 W1 m_b1 v_b1 b1 m_W0 v_W0 W0 m_b0 v_b0 b0",
}


@pytest.mark.parametrize("optimizer", [*WITH_WEIGHT_DECAY, *WITHOUT_WEIGHT_DECAY], ids=lambda value: str(value))
def test_order_of_steps(optimizer: dict[str, Any]) -> None:
    assert blocks(two_layers(optimizer=optimizer)) == [
        ("forward", FORWARD),
        ("backward", BACKWARD),
        ("update", UPDATES[optimizer["name"]]),
    ]


@pytest.mark.parametrize("optimizer", UPDATES)
def test_interleaved_order(optimizer: str) -> None:
    updates = UPDATES[optimizer].split()
    half = len(updates) // 2
    assert blocks(two_layers(optimizer=optimizer, order="interleaved")) == [
        ("forward", FORWARD),
        ("backward", "grad_a2 grad_z2 grad_W1 grad_b1"),
        ("update", " ".join(updates[:half])),
        ("backward", "grad_a1 grad_z1 grad_W0 grad_b0"),
        ("update", " ".join(updates[half:])),
    ]


@pytest.mark.parametrize("depth", range(1, 6))
def test_order_for_every_depth(depth: int) -> None:
    layers = [{"activation": "tanh", "units": 2} for _ in range(depth)]
    network = ns.Network(layers=layers, x=[[0.1, 0.2]], y=[[0.3, 0.4]], loss="huber")
    forward = [f"{kind}{k}" for k in range(1, depth + 1) for kind in "za"] + ["E"]
    backward = [
        name for k in range(depth, 0, -1) for name in (f"grad_a{k}", f"grad_z{k}", f"grad_W{k - 1}", f"grad_b{k - 1}")
    ]
    updates = [f"{kind}{k}" for k in range(depth - 1, -1, -1) for kind in "Wb"]
    assert ids(network) == forward + backward + updates


def test_steps_are_numbered_from_one_and_know_their_layer() -> None:
    steps = ns.Session(two_layers()).program.steps
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert {step.phase for step in steps} == set(PHASES)
    layers = {step.id: step.card for step in steps}
    assert layers["z1"] == layers["a1"] == layers["grad_W0"] == layers["b0"] == 1
    assert layers["a2"] == layers["E"] == layers["grad_a2"] == layers["W1"] == 2


def test_a_layer_without_bias_has_no_steps_for_it() -> None:
    network = two_layers(
        layers=[
            {"activation": "tanh", "W": np.ones((4, 3))},
            {"activation": "sigmoid", "units": 2, "bias": False},
        ]
    )
    assert ids(network) == [
        "z1",
        "a1",
        "z2",
        "a2",
        "E",
        "grad_a2",
        "grad_z2",
        "grad_W1",
        "grad_a1",
        "grad_z1",
        "grad_W0",
        "W1",
        "W0",
    ]
    found = equations(ns.Session(network).program.steps)
    assert found["z1"] == "z⁽¹⁾ = W⁽⁰⁾ a⁽⁰⁾"
    assert ns.Session(network).program.symbols.keys().isdisjoint({"b0", "b1", "grad_b0", "grad_b1"})


@pytest.mark.parametrize("optimizer", UPDATES)
def test_a_frozen_parameter_has_its_gradient_but_no_state_and_no_update(optimizer: str) -> None:
    layers = [
        {"activation": "tanh", "W": np.ones((4, 3)), "b": [0.0] * 4, "frozen": ["b"]},
        {"activation": "sigmoid", "W": np.ones((2, 4)), "b": [0.0] * 2, "frozen": ["W"]},
    ]
    network = two_layers(layers=layers, optimizer=optimizer)
    plain = ids(two_layers(optimizer=optimizer))
    assert ids(network) == [name for name in plain if name.startswith("grad_") or not name.endswith(("b0", "W1"))]
    session = ns.Session(network)
    session.train(3)
    assert np.array_equal(session["b0"], np.zeros((4, 1)))
    assert np.array_equal(session["W1"], np.ones((2, 4)))
    assert not np.array_equal(session["W0"], np.ones((4, 3)))


def test_mazur_has_fifteen_steps() -> None:
    expected = "z1 a1 z2 a2 E grad_a2 grad_z2 grad_W1 grad_b1 grad_a1 grad_z1 grad_W0 grad_b0 W1 W0"
    assert ids(ns.open("mazur").network) == expected.split()


def test_everything_frozen_leaves_no_update() -> None:
    layer = {"activation": "tanh", "W": [[1.0]], "b": [0.5], "frozen": ["W", "b"]}
    network = ns.Network(layers=[layer], x=[[1.0]], y=[[0.0]], loss="huber", optimizer="adam")
    assert [phase for phase, _ in blocks(network)] == ["forward", "backward"]
    session = ns.Session(network)
    session.train(3)
    assert session.error_history[0] == session.error_history[2]


def test_the_step_of_an_id() -> None:
    program = ns.Session(two_layers()).program
    assert program.step("grad_W1").number == 8
    assert len(program) == 17
    with pytest.raises(UnknownNameError, match="no step computes 'W9'") as caught:
        program.step("W9")
    assert caught.value.hint == f"the steps are {FORWARD} {BACKWARD} {UPDATES['sgd']}"


# equations


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("depth", range(1, 6))
def test_backward_equations_for_every_depth(depth: int, samples: int) -> None:
    """The four equations of back-propagation in each layer, and Wᵀ never where no layer lies below."""
    layers = [{"activation": "tanh", "units": 2 + k % 2} for k in range(depth)]
    y = [[0.1] * (2 + (depth - 1) % 2)] * samples
    network = ns.Network(layers=layers, x=[[0.1, 0.2, 0.3]] * samples, y=y, loss="half_squared_error")
    found = equations(ns.Session(network).program.steps)
    a, z, one = ("a", "z", "") if samples == 1 else ("A", "Z", " 1")
    for k in range(1, depth + 1):
        this, below = _mark(k), _mark(k - 1)
        assert found[f"grad_z{k}"] == f"∇{z}{this} = ∇{a}{this} ⊙ tanh′({z}{this})"
        assert found[f"grad_W{k - 1}"] == f"∇W{below} = ∇{z}{this} {a}{below}ᵀ"
        assert found[f"grad_b{k - 1}"] == f"∇b{below} = ∇{z}{this}{one}"
        if k > 1:
            assert found[f"grad_a{k - 1}"] == f"∇{a}{below} = W{below}ᵀ ∇{z}{this}"
    assert "grad_a0" not in found


def _mark(layer: int) -> str:
    return f"⁽{'⁰¹²³⁴⁵'[layer]}⁾"


def test_equations_of_one_sample_and_of_a_batch() -> None:
    one, batch = (equations(ns.Session(two_layers(samples=count)).program.steps) for count in (1, 3))
    assert one["z1"] == "z⁽¹⁾ = W⁽⁰⁾ a⁽⁰⁾ + b⁽⁰⁾"
    assert batch["z1"] == "Z⁽¹⁾ = W⁽⁰⁾ A⁽⁰⁾ + b⁽⁰⁾ 1ᵀ"
    assert one["grad_b1"] == "∇b⁽¹⁾ = ∇z⁽²⁾"
    assert batch["grad_b1"] == "∇b⁽¹⁾ = ∇Z⁽²⁾ 1"
    assert one["W1"] == batch["W1"] == "W⁽¹⁾ ← W⁽¹⁾ − η ∇W⁽¹⁾"
    assert one.keys() == batch.keys()


def test_a_last_batch_of_one_sample_has_the_equations_of_one_sample() -> None:
    network = two_layers(samples=3, batch_size=2)
    session = ns.Session(network)
    big = equations(session.program.steps)
    session.goto(iteration=2)
    small = equations(session.program.steps)
    assert session.batch == (2,)
    assert big["z1"] == "Z⁽¹⁾ = W⁽⁰⁾ A⁽⁰⁾ + b⁽⁰⁾ 1ᵀ"
    assert small["z1"] == "z⁽¹⁾ = W⁽⁰⁾ a⁽⁰⁾ + b⁽⁰⁾"
    assert big["E"] == "E = 1/(2 m) Σ (A⁽²⁾ − Y)²"
    assert small["E"] == "E = ½ Σ (a⁽²⁾ − y)²"
    session.goto("E")
    assert_near(session["E"], 0.5 * np.sum((session["a2"] - network.y[2:].T) ** 2))
    session.goto(iteration=3)
    assert equations(session.program.steps) == big


def test_operands_are_named_once_in_reading_order() -> None:
    steps = {step.id: step.operands for step in ns.Session(two_layers(optimizer="adam")).program.steps}
    assert steps["z1"] == ("W0", "a0", "b0")
    assert steps["grad_z1"] == ("grad_a1", "z1")
    assert steps["grad_W1"] == ("grad_z2", "a1")
    assert steps["E"] == ("a2", "y")
    assert steps["W1"] == ("W1", "m_W1", "v_W1")
    assert steps["m_W1"] == ("m_W1", "grad_W1")


SOFTMAX_BACKWARD = "∇z⁽¹⁾ = a⁽¹⁾ ⊙ (∇a⁽¹⁾ − 1(1ᵀ(a⁽¹⁾ ⊙ ∇a⁽¹⁾)))"


@pytest.mark.parametrize("loss", LOSSES)
def test_softmax_beside_every_loss(loss: str) -> None:
    """Only with its own cross entropy there is a short form; elsewhere the whole Jacobian is used, never ⊙ p′."""
    step = ns.Session(one_layer("softmax", loss)).program.step("grad_z1")
    short = loss == "categorical_cross_entropy"
    assert equations([step])["grad_z1"] == ("∇z⁽¹⁾ = a⁽¹⁾ − y" if short else SOFTMAX_BACKWARD)


@pytest.mark.parametrize(
    ("activation", "loss", "stable"),
    [
        ("sigmoid", "binary_cross_entropy", "E = Σ (softplus(z⁽¹⁾) − y ⊙ z⁽¹⁾)"),
        ("softmax", "categorical_cross_entropy", "E = lse(z⁽¹⁾) − yᵀ z⁽¹⁾"),
    ],
)
def test_stable_pairs_have_their_definition_beside(activation: str, loss: str, stable: str) -> None:
    program = ns.Session(one_layer(activation, loss)).program
    assert equations([program.step("E")])["E"] == stable
    definition = program.step("E").definition
    assert definition is not None
    assert definition.target.id == "E"
    for step in program.steps:
        assert (step.definition is not None) is (step.id == "E")
    for other in set(LOSSES) - {loss}:
        assert ns.Session(one_layer(activation, other)).program.step("E").definition is None


@pytest.mark.parametrize(
    ("samples", "reduction", "error", "gradient"),
    [
        (1, "mean", "E = lse(z⁽¹⁾) − yᵀ z⁽¹⁾", "∇z⁽¹⁾ = a⁽¹⁾ − y"),
        (1, "sum", "E = lse(z⁽¹⁾) − yᵀ z⁽¹⁾", "∇z⁽¹⁾ = a⁽¹⁾ − y"),
        (2, "mean", "E = 1/m Σ (lse(Z⁽¹⁾) − 1ᵀ(Y ⊙ Z⁽¹⁾))", "∇Z⁽¹⁾ = 1/m (A⁽¹⁾ − Y)"),
        (2, "sum", "E = Σ (lse(Z⁽¹⁾) − 1ᵀ(Y ⊙ Z⁽¹⁾))", "∇Z⁽¹⁾ = A⁽¹⁾ − Y"),
    ],
)
def test_reduction_stands_once_at_the_loss(samples: int, reduction: str, error: str, gradient: str) -> None:
    network = one_layer("softmax", "categorical_cross_entropy", samples=samples, reduction=reduction)
    found = equations(ns.Session(network).program.steps)
    assert (found["E"], found["grad_z1"]) == (error, gradient)
    assert "1/m" not in found["grad_W0"] + found["grad_b0"]


def test_weight_decay_stands_in_updates_only() -> None:
    for optimizer in WITH_WEIGHT_DECAY:
        session = ns.Session(one_layer("tanh", "huber", optimizer=optimizer))
        found = equations(session.program.steps)
        with_decay = {name for name, text in found.items() if "λ" in text}
        updates = {step.id for step in session.program.steps if step.phase == "update"}
        assert with_decay <= updates
        assert with_decay, optimizer
        session.goto("E")
        plain = ns.Session(one_layer("tanh", "huber"))
        plain.goto("E")
        assert session["E"] == plain["E"]


# values, computed again without the engine


def naive_iteration(network: ns.Network, values: dict[str, Any]) -> dict[str, Any]:
    """E and the gradient of every parameter by complex steps on a forward pass written in loops."""
    gradients = {}
    for name in network.initial_parameters:
        gradients[f"grad_{name}"] = found = np.zeros(values[name].shape)
        for index in np.ndindex(values[name].shape):
            moved = {**values, name: values[name].astype(complex)}
            moved[name][index] += 1e-30j
            found[index] = naive_error(network, moved).imag / 1e-30
    return {"E": naive_error(network, values).real, **gradients}


def naive_error(network: ns.Network, values: dict[str, Any]) -> complex:
    total = 0j
    for sample in range(values["a0"].shape[1]):
        a = [complex(entry) for entry in values["a0"][:, sample]]
        for k, layer in enumerate(network.layers):
            W, b = values[f"W{k}"], values.get(f"b{k}")
            z = [
                sum(W[i, j] * a[j] for j in range(len(a))) + (b[i, 0] if b is not None else 0)
                for i in range(W.shape[0])
            ]
            a = naive_activation(layer.activation, z)
        total += naive_loss(network.loss, a, values["y"][:, sample])
    return total / values["a0"].shape[1] if network.reduction == "mean" else total


def naive_activation(name: str, z: list[complex]) -> list[complex]:
    if name == "softmax":
        exponentials = [np.exp(entry) for entry in z]
        return [entry / sum(exponentials) for entry in exponentials]
    return [NAIVE[name](entry) for entry in z]


NAIVE: dict[str, Any] = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: z if z.real > 0 else 0j,
    "leaky_relu": lambda z: z if z.real > 0 else 0.01 * z,
    "elu": lambda z: z if z.real > 0 else np.exp(z) - 1,
    "softplus": lambda z: np.log(1 + np.exp(z)),
    # a Taylor step of Φ, exact to first order in the tiny imaginary part
    "gelu": lambda z: (
        z * (0.5 * math.erfc(-z.real / 2**0.5) + 1j * z.imag * math.exp(-(z.real**2) / 2) / (2 * math.pi) ** 0.5)
    ),
    "silu": lambda z: z / (1 + np.exp(-z)),
}


def naive_loss(name: str, a: list[complex], y: Any) -> complex:
    terms = []
    for entry, target in zip(a, y, strict=True):
        e = entry - target
        match name:
            case "half_squared_error":
                terms.append(0.5 * e * e)
            case "mean_squared_error":
                terms.append(e * e / len(a))
            case "binary_cross_entropy":
                terms.append(-(target * np.log(entry) + (1 - target) * np.log(1 - entry)))
            case "categorical_cross_entropy":
                terms.append(-target * np.log(entry))
            case "huber":
                terms.append(0.5 * e * e if abs(e.real) <= 1 else (e if e.real > 0 else -e) - 0.5)
    return complex(sum(terms))


def test_naive_forms_know_every_activation() -> None:
    assert NAIVE.keys() | {"softmax"} == ACTIVATIONS.keys()


@pytest.mark.parametrize("seed", range(40))
def test_error_and_gradients_of_random_networks(seed: int) -> None:
    generator = np.random.default_rng(seed)
    session = ns.Session(random_network(generator, order="gradients-first"))
    session.goto("grad_W0")
    expected = naive_iteration(session.network, dict(session.values))
    session.goto("end")
    for name, value in expected.items():
        assert_near(session[name], value, rtol=1e-9, atol=1e-11, what=name)


def test_the_interleaved_order_gives_wrong_gradients_below() -> None:
    """The mistake that it shows: ∇W⁽⁰⁾ is taken through a W⁽¹⁾ that has moved; ∇W⁽¹⁾ is right."""
    session = ns.Session(two_layers(order="interleaved", optimizer={"name": "sgd", "learning_rate": 2.0}))
    expected = naive_iteration(session.network, dict(session.values))
    session.goto("end")
    assert_near(session["grad_W1"], expected["grad_W1"], rtol=1e-9)
    assert not np.allclose(session["grad_W0"], expected["grad_W0"], rtol=1e-3)


# far away


def saturated(activation: str, loss: str, logits: list[list[float]], y: list[list[float]]) -> ns.Session:
    """A network whose logits are given: x is one, W the logits."""
    network = ns.Network(
        layers=[
            {"activation": "identity", "W": [[1.0]]},
            {"activation": activation, "W": np.array(logits).T, "b": [0.0] * len(logits[0])},
        ],
        x=[[1.0]],
        y=y,
        loss=loss,
    )
    session = ns.Session(network)
    session.goto("end")
    return session


@pytest.mark.parametrize(
    ("logits", "y", "error", "slopes", "by_a"),
    [
        ([1000.0, -1000.0], [1.0, 0.0], 0.0, [0.0, 0.0], [-1.0, 0.0]),
        ([1000.0, -1000.0], [0.0, 1.0], 2000.0, [1.0, -1.0], [0.0, -math.inf]),
        ([-1000.0, 1000.0], [0.25, 0.75], 500.0, [-0.25, 0.25], [-math.inf, -0.75]),
        ([1000.0, 1000.0], [1.0, 0.0], math.log(2), [-0.5, 0.5], [-2.0, 0.0]),
    ],
)
def test_softmax_and_categorical_cross_entropy_far_away(
    logits: list[float], y: list[float], error: float, slopes: list[float], by_a: list[float]
) -> None:
    session = saturated("softmax", "categorical_cross_entropy", [logits], [y])
    assert_near(session["E"], error, rtol=1e-15, atol=1e-12)
    assert np.array_equal(session["grad_z2"][:, 0], slopes)
    assert np.array_equal(session["grad_a2"][:, 0], by_a)
    assert np.array_equal(session["grad_W1"][:, 0], slopes)
    assert np.array_equal(session["grad_b1"][:, 0], slopes)
    assert_near(session["grad_W0"], [[float(np.dot(logits, slopes))]], rtol=1e-15)


@pytest.mark.parametrize(
    ("logit", "y", "error", "slope", "by_a"),
    [
        (1000.0, 1.0, 0.0, 0.0, -1.0),
        (1000.0, 0.0, 1000.0, 1.0, math.inf),
        (-1000.0, 1.0, 1000.0, -1.0, -math.inf),
        (-1000.0, 0.0, 0.0, 0.0, 1.0),
        (1000.0, 0.5, 500.0, 0.5, math.inf),
        (-1000.0, 0.25, 250.0, -0.25, -math.inf),
    ],
)
def test_sigmoid_and_binary_cross_entropy_far_away(
    logit: float, y: float, error: float, slope: float, by_a: float
) -> None:
    session = saturated("sigmoid", "binary_cross_entropy", [[logit]], [[y]])
    assert session["E"] == error
    assert session["grad_z2"][0, 0] == slope
    assert session["grad_a2"][0, 0] == by_a
    assert session["grad_W1"][0, 0] == session["grad_b1"][0, 0] == slope
    assert session["grad_W0"][0, 0] == slope * logit


def test_no_nan_and_no_infinity_but_in_the_gradient_by_the_output() -> None:
    for activation, loss in (("softmax", "categorical_cross_entropy"), ("sigmoid", "binary_cross_entropy")):
        for y in ([1.0, 0.0], [0.0, 1.0], [0.5, 0.5]):
            for logits in ([1000.0, -1000.0], [-1000.0, -1000.0], [1000.0, 1000.0]):
                session = saturated(activation, loss, [logits], [y])
                for step in session.program.steps:
                    value = np.asarray(session[step.id])
                    assert not np.any(np.isnan(value)), step.id
                    assert step.id == "grad_a2" or np.all(np.isfinite(value)), step.id


def test_a_target_off_the_simplex() -> None:
    """∇z = a (1ᵀy) − y, and E = (1ᵀy) lse(z) − yᵀz, which is −Σ y ln a."""
    session = ns.Session(one_layer("softmax", "categorical_cross_entropy"))
    session.set("y[0,0]", 0.9)
    found = equations(session.program.steps)
    assert found["E"] == "E = (1ᵀ y) ⊙ lse(z⁽¹⁾) − yᵀ z⁽¹⁾"
    assert found["grad_z1"] == "∇z⁽¹⁾ = a⁽¹⁾ ⊙ (1(1ᵀ y)) − y"
    session.goto("end")
    y = np.array([[0.9], [0.3], [0.5]])
    assert_near(session["E"], -np.sum(y * np.log(session["a1"])), rtol=1e-14)
    assert_near(session["grad_z1"], session["a1"] * 1.7 - y, rtol=1e-12)
    expected = naive_iteration(session.network, {**session.values, **_start(session)})
    assert_near(session["grad_W0"], expected["grad_W0"], rtol=1e-9)
    session.goto("start")
    session.set("y[0,0]", 0.2)
    assert equations(session.program.steps)["grad_z1"] == "∇z⁽¹⁾ = a⁽¹⁾ − y"


def _start(session: ns.Session) -> dict[str, Any]:
    session.goto("start")
    start = {name: session[name] for name in session.network.initial_parameters}
    session.goto("end")
    return start


def test_only_the_batch_decides_which_form_is_shown() -> None:
    network = one_layer("softmax", "categorical_cross_entropy", samples=3, batch_size=1)
    session = ns.Session(network)
    session.set("y[1,0]", 0.5)
    forms = []
    for iteration in (1, 2, 3, 4, 5):
        session.goto(iteration=iteration)
        forms.append(equations(session.program.steps)["grad_z1"])
    short, general = "∇z⁽¹⁾ = a⁽¹⁾ − y", "∇z⁽¹⁾ = a⁽¹⁾ ⊙ (1(1ᵀ y)) − y"
    assert forms == [short, general, short, short, general]


def test_programs_of_one_form_are_built_once() -> None:
    first, second = (ns.Session(two_layers(seed=seed)).program for seed in (1, 2))
    assert first is second
