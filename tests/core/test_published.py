"""Worked examples of the literature, number by number.

A published number is a string; it holds if the computed number, rounded to the printed decimals, prints the same.
Doubles computed again from the sources' own inputs are compared at a relative 1e-12. What the sources print wrongly
stands in ERRATA with the reason, and the tests say that it does not hold.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from core.support import assert_near


def printed(number: float, like: str) -> str:
    """The number rounded to the decimals of the published string."""
    decimals = len(like.partition(".")[2])
    return str(Decimal(number).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN))


def holds(number: float, published: str) -> bool:
    return Decimal(printed(number, published)) == Decimal(published)


def assert_published(number: float, published: str) -> None:
    assert holds(number, published), f"{number!r} does not round to {published}"


def finished(network: str | ns.Network) -> ns.Session:
    """A session at the end of its first iteration."""
    session = ns.open(network)
    session.goto("end")
    return session


def test_rounding_can_fail() -> None:
    assert holds(0.29837110876, "0.298371109")
    assert not holds(0.29837110876, "0.298371108")
    assert not holds(0.2983711, "0.298371109")
    assert holds(3.0, "3.00")


# Mazur, "A Step by Step Backpropagation Example", 2015

MAZUR_FIRST = {
    "z1[0,0]": "0.3775",
    "a1[0,0]": "0.593269992",
    "a1[1,0]": "0.596884378",
    "z2[0,0]": "1.105905967",
    "a2[0,0]": "0.75136507",
    "a2[1,0]": "0.772928465",
    "E": "0.298371109",
    "grad_a2[0,0]": "0.74136507",
    "grad_z2[0,0]": "0.138498562",
    "grad_W1[0,0]": "0.082167041",
    "grad_a1[0,0]": "0.036350306",
    "grad_W0[0,0]": "0.000438568",
    "W1[0,0]": "0.35891648",
    "W1[0,1]": "0.408666186",
    "W1[1,0]": "0.511301270",
    "W1[1,1]": "0.561370121",
    "W0[0,0]": "0.149780716",
    "W0[0,1]": "0.19956143",
    "W0[1,0]": "0.24975114",
    "W0[1,1]": "0.29950229",
}

ERRATA = {
    "∂E₂/∂a1 -0.019049119": "intermediate rounding: -0.019049118258",
    "E after one update 0.291027924": "computed with weights that had moved already; as described 0.291027774",
    "outputs after 10,000 updates 0.015912196 and 0.984065734": "the same mistake",
    "E after 10,000 updates 0.0000351085": "no program prints it: 0.0000351019 as described, 0.0000350848 by mistake",
}


def cell(session: ns.Session, name: str) -> float:
    """The number that `a1[0,0]` or `E` names."""
    base, _, indices = name.partition("[")
    value = session[base]
    return float(value[tuple(int(index) for index in indices[:-1].split(","))] if indices else value)


@pytest.mark.parametrize(("name", "published"), MAZUR_FIRST.items())
def test_mazur_prints(name: str, published: str) -> None:
    assert_published(cell(finished("mazur"), name), published)


def test_mazur_prints_the_parts_of_its_chain() -> None:
    session = finished("mazur")
    a2, y, grad_z2, W1 = session["a2"], session["y"].T, session["grad_z2"], ns.open("mazur")["W1"]
    errors = 0.5 * (a2 - y) ** 2
    assert_published(errors[0, 0], "0.274811083")
    assert_published(errors[1, 0], "0.023560026")
    assert_published(a2[0, 0] * (1 - a2[0, 0]), "0.186815602")
    assert_published(grad_z2[0, 0] * W1[0, 0], "0.055399425")
    assert_published(session["a1"][0, 0] * (1 - session["a1"][0, 0]), "0.241300709")
    by_second_output = grad_z2[1, 0] * W1[1, 0]
    assert_near(by_second_output, -0.019049118258278, rtol=1e-12)
    assert not holds(by_second_output, "-0.019049119"), ERRATA["∂E₂/∂a1 -0.019049119"]


def test_mazur_in_full_precision() -> None:
    session = finished("mazur")
    expected: dict[str, Any] = {
        "z1": [[0.3775], [0.3925]],
        "a1": [[0.5932699921071872], [0.596884378259767]],
        "z2": [[1.10590596705977], [1.2249214040964653]],
        "a2": [[0.7513650695523157], [0.7729284653214625]],
        "E": 0.2983711087600027,
        "grad_z2": [[0.13849856162855695], [-0.03809823651655624]],
        "grad_W1": [[0.08216704056423077, 0.08266762784753325], [-0.02260254047747507, -0.02274024221597822]],
        "grad_a1": [[0.03635030639314466], [0.0413703226487447]],
        "grad_z1": [[0.00877135468948693], [0.0099542547052172]],
        "grad_W0": [[0.00043856773447435, 0.00087713546894869], [0.00049771273526086, 0.00099542547052172]],
        "W0": [[0.1497807161327628, 0.19956143226552567], [0.24975114363236958, 0.29950228726473915]],
        "W1": [[0.35891647971788465, 0.4086661860762334], [0.5113012702387375, 0.5613701211079891]],
        "b0": [[0.35], [0.35]],
        "b1": [[0.6], [0.6]],
    }
    for name, value in expected.items():
        assert_near(session[name], value, rtol=1e-12, what=name)


def test_mazur_after_one_and_after_ten_thousand_updates() -> None:
    session = ns.open("mazur")
    session.train(10_000)
    session.goto("E")
    assert_near(session.error_history[1], 0.29102777369359933, rtol=1e-12)
    assert not holds(session.error_history[1], "0.291027924"), ERRATA["E after one update 0.291027924"]
    assert_near(session["E"], 3.510187782978859e-05, rtol=1e-9)
    assert_near(session.error_history[9_999], 3.5108548e-05, rtol=1e-7)
    assert_near(session["a2"], [[0.01591362044355068], [0.9840642735146238]], rtol=1e-9)
    assert not holds(session["E"], "0.0000351085"), ERRATA["E after 10,000 updates 0.0000351085"]


def test_mazur_bug_prints_what_the_article_prints() -> None:
    session = ns.open("mazur-bug")
    session.train(10_000)
    session.goto("E")
    assert_published(session.error_history[0], "0.298371109")
    assert_published(session.error_history[1], "0.291027924")
    assert_near(session.error_history[1], 0.291027923905, rtol=1e-11)
    assert_published(session["a2"][0, 0], "0.015912196")
    assert_published(session["a2"][1, 0], "0.984065734")
    assert_near(session["a2"], [[0.0159121963260], [0.9840657344856]], rtol=1e-10)
    assert_published(session["E"], "0.000035085")
    assert not holds(session["E"], "0.0000351085"), ERRATA["E after 10,000 updates 0.0000351085"]


def mazur_with(**changes: Any) -> ns.Network:
    fields: dict[str, Any] = {
        "layers": [
            {"activation": "sigmoid", "W": [[0.15, 0.20], [0.25, 0.30]], "b": [0.35, 0.35]},
            {"activation": "sigmoid", "W": [[0.40, 0.45], [0.50, 0.55]], "b": [0.60, 0.60]},
        ],
        "x": [[0.05, 0.10]],
        "y": [[0.01, 0.99]],
        "loss": "half_squared_error",
        "optimizer": {"name": "sgd", "learning_rate": 0.5},
    }
    return ns.Network(**{**fields, **changes})


def test_mazur_with_a_bias_for_each_neuron() -> None:
    session = ns.open(mazur_with())
    session.train(10_000)
    session.goto("E")
    assert_near(session.error_history[1], 0.28047144679143016, rtol=1e-12)
    assert_near(session["E"], 2.4475622359e-06, rtol=1e-9)
    session.goto(iteration=2)
    assert_near(session["b0"], [[0.3456143226552565], [0.3450228726473914]], rtol=1e-12)
    assert_near(session["b1"], [[0.5307507191857215], [0.6190491182582781]], rtol=1e-12)
    assert_near(session["W1"], finished("mazur")["W1"], rtol=1e-15)


def test_mazur_with_one_bias_for_each_layer() -> None:
    """One shared bias is a bias that both neurons get from a unit that is always 1: its two gradients add."""
    session = finished(mazur_with())
    shared = [float(bias - 0.5 * session[f"grad_b{k}"].sum()) for k, bias in enumerate((0.35, 0.60))]
    assert_near(shared, [0.3406371953026479, 0.5497998374439996], rtol=1e-12)


# Ng, exercise 4: a batch of three, sigmoid and the logistic cost

NG_D3 = """0.888659 0.907427 0.923305 -0.063351
           0.838178 -0.139718 0.879800 0.896918
           0.923414 0.938578 -0.049102 0.960851"""
NG_D2 = """0.79393 1.05281
           0.73674 0.95128
           0.76775 0.93560"""
NG_DELTA_1 = """2.298415 -0.082619 -0.074786
                2.939691 -0.107533 -0.161585"""
NG_DELTA_2 = """2.65025 1.37794 1.43501
                1.70629 1.03385 1.10676
                1.75400 0.76894 0.77931
                1.79442 0.93566 0.96699"""
NG_GRADIENT = """0.766138 0.979897 -0.027540 -0.035844 -0.024929 -0.053862 0.883417 0.568762 0.584668 0.598139
                 0.459314 0.344618 0.256313 0.311885 0.478337 0.368920 0.259771 0.322331"""


def assert_table(found: Any, published: str) -> None:
    rows = [line.split() for line in published.splitlines()]
    assert np.shape(found) == (len(rows), len(rows[0]))
    for numbers, texts in zip(found, rows, strict=True):
        for number, text in zip(numbers, texts, strict=True):
            assert_published(float(number), text)


def with_bias_column(session: ns.Session, k: int) -> Any:
    """∇ of what Ng calls Theta: the bias is its first column."""
    return np.hstack([session[f"grad_b{k}"], session[f"grad_W{k}"]])


def test_ng_exercise_4() -> None:
    session = finished("ng-ex4")
    assert_published(session["E"], "7.4070")
    assert_near(session["E"], 7.406969856065749, rtol=1e-12)
    samples = 3  # Ng's deltas are those of the sum, ours of the mean
    assert_table(session["grad_z2"].T * samples, NG_D3)
    assert_table(session["grad_z1"].T * samples, NG_D2)
    assert_table(with_bias_column(session, 0) * samples, NG_DELTA_1)
    assert_table(with_bias_column(session, 1) * samples, NG_DELTA_2)
    unrolled = [with_bias_column(session, k).ravel(order="F") for k in range(2)]
    assert_table([np.concatenate(unrolled)], NG_GRADIENT.replace("\n", " "))


def test_ng_exercise_4_from_its_formula() -> None:
    """The file holds cos of 1 … 6 and (1 … 18) / 10, to the last bit."""
    network = ns.open("ng-ex4").network
    assert np.array_equal(network.x, np.cos(np.arange(1.0, 7.0)).reshape(3, 2))
    thetas = np.arange(1.0, 19.0) / 10
    first, second = thetas[:6].reshape((2, 3), order="F"), thetas[6:].reshape((4, 3), order="F")
    for k, theta in enumerate((first, second)):
        assert_near(network.initial_parameters[f"b{k}"], theta[:, :1], rtol=0)
        assert_near(network.initial_parameters[f"W{k}"], theta[:, 1:], rtol=0)


# CS231n

CS231N_SCORES = """
11.53165108 12.2917344 13.05181771 13.81190102 14.57198434 15.33206765 16.09215096
12.05769098 12.74614105 13.43459113 14.1230412 14.81149128 15.49994135 16.18839143
12.58373087 13.20054771 13.81736455 14.43418138 15.05099822 15.66781506 16.2846319
"""


def test_cs231n_two_layer_net() -> None:
    session = finished("cs231n-two-layer")
    assert_table(session["z2"].T, CS231N_SCORES.strip())
    assert_published(session["E"], "3.4702243556")
    assert_near(session["E"], 3.4702243555953927, rtol=1e-12)
    assert np.count_nonzero(session["z1"] > 0) == 150  # every relu is active


def test_cs231n_two_layer_net_regularised() -> None:
    """The course adds a penalty; E here has none, so it is added from the weights of the session."""
    session = ns.open("cs231n-two-layer")
    penalty = sum(float((session[name] ** 2).sum()) for name in ("W0", "W1"))
    session.goto("E")
    assert_published(session["E"] + 0.5 * penalty, "26.5948426952")
    assert_near(session["E"] + penalty, 49.719461034881775, rtol=1e-12)


def test_cs231n_sigmoid_neuron() -> None:
    """f = σ(w·x + w₂) at w = (2, −3, −3), x = (−1, −2); with E = ½(f − y)² and y = f − 1 each gradient is f's own."""
    value = 0.7310585786300049
    session = finished(
        ns.Network(
            layers=[{"activation": "sigmoid", "W": [[2.0, -3.0]], "b": [-3.0]}],
            x=[[-1.0, -2.0]],
            y=[[value - 1]],
            loss="half_squared_error",
        )
    )
    assert_published(session["z1"][0, 0], "1.00")
    assert_published(session["a1"][0, 0], "0.73")
    assert_near(session["a1"], [[value]], rtol=1e-12)
    assert_near(session["grad_z1"], [[0.19661193324148185]], rtol=1e-12)
    assert_near(session["grad_W0"], [[-0.19661193324148185, -0.3932238664829637]], rtol=1e-12)
    assert_near(session["grad_b0"], [[0.19661193324148185]], rtol=1e-12)
    assert_near(session["grad_a0"], [[0.3932238664829637], [-0.5898357997244456]], rtol=1e-12)
    labels = [*session["grad_W0"].ravel(), *session["grad_b0"].ravel(), *session["grad_a0"].ravel()]
    for found, published in zip(labels, ["-0.20", "-0.39", "0.20", "0.39", "-0.59"], strict=True):
        assert_published(found, published)


def test_cs231n_softmax_gradient() -> None:
    """p = (.2, .3, .5), class 1: ∇z = p − y."""
    session = finished(
        ns.Network(
            layers=[{"activation": "softmax", "W": np.log([[0.2], [0.3], [0.5]])}],
            x=[[1.0]],
            y=[[0.0, 1.0, 0.0]],
            loss="categorical_cross_entropy",
        )
    )
    assert_near(session["a1"], [[0.2], [0.3], [0.5]], rtol=1e-12)
    assert_near(session["grad_z1"], [[0.2], [-0.7], [0.5]], rtol=1e-12)


# Karpathy, micrograd


def test_karpathy_tanh_neuron() -> None:
    session = finished("tanh-neuron")
    assert_published(session["z1"][0, 0], "0.8814")
    assert_published(session["a1"][0, 0], "0.7071")
    assert_near(session["z1"], [[0.8813735870195432]], rtol=1e-12)
    assert_near(session["a1"], [[0.7071067811865476]], rtol=1e-12)
    assert_near(session["grad_z1"], [[0.5]], rtol=1e-12)
    assert_near(session["grad_W0"], [[1.0, 0.0]], rtol=1e-12, atol=1e-15)
    assert_near(session["grad_b0"], [[0.5]], rtol=1e-12)
    assert_near(session["grad_a0"], [[-1.5], [0.5]], rtol=1e-12)


def test_karpathy_relu_neuron() -> None:
    """w = (0.2355…, 0.0665…), x = (1, −2), f = relu(w·x): gradients of f itself."""
    weights = [0.23550571390294128, 0.06653114721000164]
    output = weights[0] - 2 * weights[1]
    session = finished(
        ns.Network(
            layers=[{"activation": "relu", "W": [weights], "b": [0.0]}],
            x=[[1.0, -2.0]],
            y=[[output - 1]],
            loss="half_squared_error",
        )
    )
    assert_published(session["a1"][0, 0], "0.1024")
    for found, published in zip(session["grad_a0"].ravel(), ["0.2355", "0.0665"], strict=True):
        assert_published(found, published)
    assert_near(session["grad_W0"], [[1.0, -2.0]], rtol=1e-12)


# Nielsen, chapter 3: one sigmoid neuron, x = 1, y = 0, C = a²/2, η = 0.15


@pytest.mark.parametrize(
    ("start", "initial", "exact", "final"),
    [((0.6, 0.9), "0.82", 0.8175744761936437, 0.0939557), ((2.0, 2.0), "0.98", 0.9820137900379085, 0.2028)],
)
def test_nielsen_single_neuron(start: tuple[float, float], initial: str, exact: float, final: float) -> None:
    network = ns.Network(
        layers=[{"activation": "sigmoid", "W": [[start[0]]], "b": [start[1]]}],
        x=[[1.0]],
        y=[[0.0]],
        loss="half_squared_error",
        optimizer={"name": "sgd", "learning_rate": 0.15},
    )
    session = finished(network)
    assert_published(session["a1"][0, 0], initial)
    assert_near(session["a1"], [[exact]], rtol=1e-12)
    session.goto(iteration=301)
    session.goto("a1")
    assert_near(session["a1"], [[final]], rtol=5e-4 if start[0] == 2.0 else 5e-7)


def test_nielsen_saturation_is_not_the_widget_of_the_site() -> None:
    """With cross entropy ∇z = a; the site's widget uses 1/(1 − a) and so ends at 0.0404 instead of 0.4177."""
    network = ns.Network(
        layers=[{"activation": "sigmoid", "W": [[0.6]], "b": [0.9]}],
        x=[[1.0]],
        y=[[0.0]],
        loss="binary_cross_entropy",
        optimizer={"name": "sgd", "learning_rate": 0.005},
    )
    session = ns.open(network)
    session.goto("grad_z1")
    assert np.array_equal(session["grad_z1"], session["a1"])
    session.goto(iteration=301)
    session.goto("a1")
    assert_published(session["a1"][0, 0], "0.4177")


# Goodfellow, Bengio, Courville, chapter 6: exclusive or with two relus


def test_goodfellow_xor() -> None:
    session = finished(
        ns.Network(
            layers=[
                {"activation": "relu", "W": [[1.0, 1.0], [1.0, 1.0]], "b": [0.0, -1.0]},
                {"activation": "identity", "W": [[1.0, -2.0]], "b": [0.0]},
            ],
            x=[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]],
            y=[[0.0], [1.0], [1.0], [0.0]],
            loss="half_squared_error",
        )
    )
    assert np.array_equal(session["a2"], [[0.0, 1.0, 1.0, 0.0]])
    assert session["E"] == 0.0


# scikit-learn, test_mlp.py::test_fit: its set-up, computed again (the comment of that test has slips)


def test_scikit_learn_worked_example() -> None:
    """Logistic loss and an L2 penalty α/2 ‖W‖² on weights only, which is weight decay of W without that of b."""
    network = ns.Network(
        layers=[
            {"activation": "sigmoid", "W": [[0.1, 0.3, 0.5], [0.2, 0.1, 0.0]], "b": [0.1, 0.1]},
            {"activation": "sigmoid", "W": [[0.1, 0.2]], "b": [1.0]},
        ],
        x=[[0.6, 0.8, 0.7]],
        y=[[0.0]],
        loss="binary_cross_entropy",
        optimizer={"name": "sgd", "learning_rate": 0.1, "weight_decay": 0.1},
    )
    session = finished(network)
    assert_near(session["a1"], [[0.679178699175393], [0.574442516811659]], rtol=1e-12)
    assert_near(session["a2"], [[0.76545202190952]], rtol=1e-12)
    assert_near(session["W1"], [[0.04701212914783179, 0.15402918140357222]], rtol=1e-12)
    assert_near(session["W0"][:, 2], [0.4938324828552274, -0.0026196955253877676], rtol=1e-12)
    without_decay = np.array([[1.0]]) - 0.1 * session["grad_b1"]
    assert_near(without_decay, [[0.9234547978]], rtol=1e-9)


# deeplearning.ai, course 1, week 4: a dead unit's row of zeros


def test_a_dead_unit_has_no_gradient() -> None:
    session = finished("dead-relu")
    assert np.array_equal(session["grad_W0"][1], [0.0, 0.0])
    assert session["grad_b0"][1, 0] == 0.0
    assert np.all(session["grad_W0"][[0, 2]] != 0.0)
