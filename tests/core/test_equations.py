"""Equations as text: the graph they become, the same bits as layers, random graphs, and the wording of mistakes."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nablastep as ns
from core.support import ORACLE, assert_near, assert_same_bits
from nablastep.checks import gradient_check
from nablastep.derivations.rendering import why_text
from nablastep.derivations.wrong_formulas import training_with, wrong_formulas
from nablastep.formulas.statements import EquationError
from nablastep.judge import judge
from nablastep.notation import notation_named
from nablastep.program import program_for
from nablastep.trace import Trace, written
from nablastep.trace.python_program import python_chunks
from nablastep.words import sentence

LAYER_FILES = sorted(ORACLE.glob("open-*.toml"))

# layers and equations


def as_equations(network: ns.Network) -> ns.Network:
    """The same network, written as equations."""
    lines, parameters = [], {}
    before = "x"
    for k, layer in enumerate(network.layers):
        bias = f" + b{k}" if layer.bias else ""
        lines += [f"z{k + 1} = W{k} {before}{bias}", f"a{k + 1} = {layer.activation}(z{k + 1})"]
        for name in ("W", "b") if layer.bias else ("W",):
            value = network.initial_parameters[f"{name}{k}"]
            parameters[f"{name}{k}"] = {"value": value, "frozen": name in layer.frozen}
        before = f"a{k + 1}"
    mean = "1/m " if network.reduction == "mean" else ""
    lines.append("E = " + ERRORS[network.loss].format(a=before, mean=mean))
    return ns.Network.from_equations(
        "\n".join(lines),
        parameters=parameters,
        x=network.x,
        y=network.y,
        batch_size=network.batch_size,
        shuffle=network.shuffle,
        seed=network.seed,
        optimizer=network.optimizer,
        order=network.order,
    )


ERRORS = {
    "half_squared_error": "1/2 {mean}sum(({a} - y)^2)",
    "mean_squared_error": "1/rows(y) {mean}sum(({a} - y)^2)",
    "binary_cross_entropy": "-{mean}sum(y * ln({a}) + (1 - y) * ln(1 - {a}))",
    "categorical_cross_entropy": "-{mean}sum(y * ln({a}))",
    "huber": "{mean}sum(huber({a} - y))",
}


@pytest.mark.parametrize("path", LAYER_FILES, ids=lambda path: path.stem)
def test_equations_give_the_same_bits_as_layers(path: Path) -> None:
    layers = ns.open(ns.Network.from_file(path))
    equations = ns.open(as_equations(layers.network))
    for session in (layers, equations):
        session.train(2)
        session.goto("end")
    computed = [step.id for step in layers.program.steps]
    assert sorted(computed) == sorted(step.id for step in equations.program.steps)
    assert_same_bits({name: equations[name] for name in computed}, {name: layers[name] for name in computed})
    assert layers.error_history == equations.error_history


def test_stable_losses_are_found_with_their_definition_beside() -> None:
    network = as_equations(ns.Network.from_file(ORACLE / "open-00.toml"))
    text = notation_named("unicode").equation_text
    for loss, stable in (
        ("-1/m sum(y * ln(softmax(z)))", "E = 1/m Σ ((1ᵀ y) ⊙ lse(z) − 1ᵀ(y ⊙ z))"),
        ("-1/m sum(y * ln(sigmoid(z)) + (1 - y) * ln(1 - sigmoid(z)))", "E = 1/m Σ (softplus(z) − y ⊙ z)"),
        ("-1/m sum(ln(sigmoid(z)))", "E = 1/m Σ softplus(−z)"),
        ("1/m sum(ln(sum(exp(z), axis=0)))", "E = 1/m Σ lse(z)"),
    ):
        network = ns.Network.from_equations(
            f"z = W x\nE = {loss}", parameters={"W": [[1.0, 0.5], [0.2, -0.3]]}, x=[[1, 2], [3, 4]], y=[[1, 0], [0, 1]]
        )
        program = program_for(network, batch_samples=2, targets_sum_to_one=False)
        error = program.forward[-1]
        assert text(error.equation) == stable
        assert error.definition is not None


def test_a_stable_loss_stays_finite_where_its_definition_does_not() -> None:
    network = ns.Network.from_equations(
        "z = W x\np = softmax(z)\nE = -sum(y * ln(p))",
        parameters={"W": [[1000.0], [-1000.0]]},
        x=[[1.0]],
        y=[[0.0, 1.0]],
    )
    session = ns.open(network)
    session.goto("grad_z")
    assert session["E"] == 2000.0
    assert np.array_equal(session["grad_z"], [[1.0], [-1.0]])


def test_what_others_read_too_keeps_its_whole_gradient() -> None:
    """p goes into E twice, once under a logarithm: then nothing is taken out, and the gradient is the sum."""
    network = ns.Network.from_equations(
        "z = W x\np = softmax(z)\nq = p * p\nE = sum(q) - sum(y * ln(p))",
        parameters={"W": [[0.5, -0.2], [0.1, 0.3]]},
        x=[[1.0, 2.0]],
        y=[[0.0, 1.0]],
    )
    assert all(check.holds and check.error < 1e-8 for check in gradient_check(ns.open(network)))


# random graphs


class Equations:
    """Random equations over a batch: shared parameters, skips, slices, blocks, norms, every kind of node."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.samples = int(self.generator.integers(1, 4))
        self.parameters: dict[str, Any] = {}
        self.lines: list[str] = []
        self.width = 3
        self.known = ["x"]

    def pick(self, *options: Any) -> Any:
        return options[int(self.generator.integers(len(options)))]

    def parameter(self, name: str, *shape: int) -> str:
        if name not in self.parameters:
            self.parameters[name] = self.generator.normal(0, 0.6, shape).tolist() if shape else 0.7
        return name

    def term(self, depth: int) -> str:
        """A matrix of width × samples."""
        if depth == 0:
            return str(self.pick(*self.known))
        inner = self.term(depth - 1)
        kind = int(self.generator.integers(15))
        return (
            lambda: f"tanh({inner})",
            lambda: f"{self.parameter(self.pick('W', 'V'), 3, 3)} ({inner})",
            lambda: f"(({inner}) + {self.parameter('b', 3, 1)})",
            lambda: f"(({inner}) * {self.term(depth - 1)})",
            lambda: f"softmax({inner})",
            lambda: f"(({inner}) - mean({inner}, axis=0))",
            lambda: f"(({inner}) / sqrt(({inner})^2 + 1))",
            lambda: f"sigmoid({inner}) * ({self.term(depth - 1)})",
            lambda: f"[({inner})[1:3, :]; ({inner})[0, :]]",
            lambda: f"({self.parameter('s')} * ({inner}) + {self.term(0)})",
            lambda: f"(({inner}) - {self.term(depth - 1)})",
            lambda: f"diag({self.parameter('d', 3, 1)}) ({inner})",
            lambda: f"reshape(reshape({inner}, 1, 3 m), 3, m)",
            lambda: f"(exp(-({inner})^2))",
            lambda: f"(inv({self.parameter('W', 3, 3)} {self.parameter('W', 3, 3)}^T + diag(e)) ({inner}))",
        )[kind]()

    def network(self) -> ns.Network:
        for number in range(int(self.generator.integers(1, 9))):
            self.lines.append(f"h{number} = {self.term(int(self.generator.integers(1, 3)))}")
            self.known.append(f"h{number}")
        read = " + ".join(f"sum(({name} - y)^2)" for name in {self.known[-1], self.pick(*self.known)})
        penalty = "".join(f" + 0.1 sum({name}^2)" for name in self.parameters) or f" + {self.parameter('s')}^2"
        self.lines.append(f"E = 1/(2 m) ({read}){penalty}")
        return ns.Network.from_equations(
            "\n".join(self.lines),
            parameters=self.parameters,
            given={"e": [1.0, 2.0, 3.0]},
            x=self.generator.normal(size=(self.samples, 3)),
            y=self.generator.normal(size=(self.samples, 3)),
            gradients=["x"] if any("x" in line for line in self.lines) else [],
            optimizer=str(self.pick("sgd", "adam")),
        )


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_random_graphs_have_the_gradients_of_their_slopes(seed: int) -> None:
    network = Equations(seed).network()
    session = ns.open(network)
    for check in gradient_check(session):
        assert check.holds, (network.equations, check.id, check.error)
        assert check.complex_error is None or check.complex_error < 1e-11, (network.equations, check.id)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=8, deadline=None)
def test_random_graphs_prove_themselves_and_come_back_from_their_file(seed: int, tmp_path_factory: Any) -> None:
    network = Equations(seed).network()
    path = tmp_path_factory.mktemp("networks") / "network.toml"
    network.to_file(path)
    again = ns.Network.from_file(path)
    first, second = ns.open(network), ns.open(again)
    for session in (first, second):
        session.train(3)
        session.goto("end")
    ids = [step.id for step in first.program.steps]
    assert_same_bits({name: second[name] for name in ids}, {name: first[name] for name in ids})
    for convention in ("column", "row-pytorch"):
        with redirect_stdout(io.StringIO()) as told:
            exec("".join(python_chunks(Trace(network, convention=convention, iterations=2))), {"__name__": "proof"})
        assert "values hold" in told.getvalue()


# what a session does on them


@pytest.mark.parametrize(
    "seed",
    [1002, 1005, 1007, 1011, 1020, 1035, 1041, 1047, 1059, 2001, 2021, 3002, 6154, 6163, 6173],
)
def test_random_graphs_are_derived_by_every_route(seed: int) -> None:
    """E beside other readers of a sample's quantity, single cells, repeated factors, diagonals, inverses, numbers."""
    session = ns.open(Equations(seed).network())
    session.next(len(session.program))
    for step in session.program.steps:
        if step.phase == "backward":
            for route in ("index", "jacobian", "differential"):
                lines = ns.why(session, step.id, route=route)
                assert [line.text() for line in lines if line.holds is False] == [], (step.id, route)
                assert lines[-1].holds, (step.id, route)


def test_data_and_what_is_given_are_edited_like_parameters() -> None:
    session = ns.open("weight-decay")
    session.goto("end")
    before = session["E"]
    session.set("lambda", 0.9)
    assert session["E"] > before
    session.set("x[0,1]", 2.0)
    assert session.values["x"][1, 0] == 2.0
    session.set("b2[0]", 1.5)
    session.undo()
    session.undo()
    session.undo()
    assert session["E"] == before
    session.train(2)
    session.set("lambda", 0.0)
    assert session.branches == ()
    assert session.edited_network().given["lambda"] == 0.0


def test_batches_are_shuffled_and_cut_as_with_layers() -> None:
    network = ns.Network.from_equations(
        "E = 1/m sum((W x - y)^2)",
        parameters={"W": [[0.5, -0.5]]},
        x=np.arange(10.0).reshape(5, 2),
        y=np.arange(5.0).reshape(5, 1),
        batch_size=2,
        shuffle=True,
        seed=3,
    )
    session = ns.open(network)
    sizes = []
    for iteration in (1, 2, 3):
        session.goto(iteration=iteration, step=1)
        sizes.append(session.values["x"].shape[1])
        chosen = list(session.batch)
        assert_near(session.values["x"], network.x[chosen].T)
    assert sizes == [2, 2, 1]


def test_a_name_of_ones_own_hides_a_setting() -> None:
    network = ns.Network.from_equations(
        "t = W x\nE = momentum sum((t - y)^2)",
        parameters={"W": [[0.5, -0.5]], "momentum": 2.0},
        x=[[1.0, 2.0]],
        y=[[0.5]],
        optimizer="adam",
    )
    session = ns.open(network)
    session.train(3)
    session.goto("end")
    assert session["t"].shape == (1, 1)
    assert all(check.holds for check in gradient_check(session))


def test_a_function_of_ones_own_has_its_derivative() -> None:
    network = ns.Network.from_equations(
        "f(u) = u / (1 + abs(u))\nh = f(W x)\nE = sum((h - y)^2)",
        parameters={"W": [[0.5, -0.5], [0.2, 0.1]]},
        x=[[1.0, 2.0], [-1.0, 0.5]],
        y=[[0.5, 0.0], [0.1, 0.2]],
    )
    session = ns.open(network)
    assert all(check.holds for check in gradient_check(session))
    text = notation_named("unicode").equation_text
    assert text(session.program.step("grad_W").equation) == "∇W = (∇h ⊙ f′(W x)) xᵀ"


# mistakes

FILE = '''title = "A residual block"
x = [[0.5, -0.2, 0.1], [0.3, 0.8, -0.5]]
y = [[1.0, 0.0, 0.5], [0.2, 0.4, 0.1]]
equations = """
## block
z = W x + b
h = x + tanh(z)
E = 1/(2 m) sum((h - y)^2) + lambda/2 sum(W^2)
"""

[parameters]
W = { shape = [3, 3] }
b = { shape = [3, 1], init = "zeros" }

[given]
lambda = 0.1
'''


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("W x + b", "W x + c", "6:11: there is no 'c'"),
        ("W x + b", "W x + λ2", "6:11: there is no 'λ2'"),
        ("z = W x + b", "z = W h + b", "6:7: a cycle: z needs h, and h (line 7) needs z"),
        ("z = W x + b", "z = W x + q\nq = b", "6:11: q is used here before it is defined in line 7"),
        ("z = W x + b", "z = W z + b", "6:7: z is explained by itself"),
        (
            "[3, 3]",
            "[4, 2]",
            "6:7: the product 4×2 times 3×m does not fit: 2 meets 3 in z = W x + b; W is 4×2 in [parameters]; "
            "x is 3×m in the data; b is 3×1 in [parameters]",
        ),
        (
            "h = x + tanh(z)",
            "h = x[0:2, :] + tanh(z)",
            "7:15: a sum of 2×m and 3×m does not fit: 2 stands beside 3 in h = x[0:2, :] + tanh(z); "
            "x is 3×m in the data; z is 3×m by line 6, z = W x + b",
        ),
        ("E = 1/(2 m) sum((h - y)^2) + lambda/2 sum(W^2)", "E = h - y", "8:4: E has to be one number, and this is 3×m"),
        (
            "W x + b",
            "W x",
            "13: parameters.b: E does not depend on this parameter; use it in an equation, or leave it out",
        ),
        ("h = x + tanh(z)", "z = x", "7:1: z is defined already in line 6"),
        ("h = x + tanh(z)", "W = x", "7:1: W is defined here and comes from [parameters] too"),
        ("h = x + tanh(z)", "m = x", "7:1: m is the number of samples and cannot be a name"),
        ("h = x + tanh(z)", "h + x", "7:1: expected an equation such as z = W x + b, found 'h + x'"),
        ("tanh(z)", "tanh(z", "7:15: expected ')', but the formula ends here"),
        ("x + tanh", "x[0:9, :] + tanh", "7:6: 0:9 is not within the 3 rows, counted from 0"),
        ("title =", 'error = "F"\ntitle =', "1: error: no equation defines 'F'"),
        ("title =", 'gradients = ["q"]\ntitle =', "1: gradients: there is no quantity 'q'"),
    ],
)
def test_each_mistake_is_one_error_with_its_place(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_text(FILE.replace(old, new), encoding="utf-8")
    assert old in FILE
    with pytest.raises(ns.NablastepError) as caught:
        ns.Network.from_file(path)
    assert str(caught.value).startswith(f"{path}:{message}")


def test_an_error_of_another_name_is_called_by_it_everywhere() -> None:
    network = ns.Network.from_equations(
        "z = W x + b\na = tanh(z)\ncost = 1/(2 m) sum((a - y)^2)",
        parameters={"W": [[0.3, -0.2]], "b": [0.1]},
        x=[[1.0, 2.0], [0.5, -1.0]],
        y=[[0.5], [0.1]],
        optimizer="adam",
    )
    session = ns.open(network)
    documents = [
        "".join(written(Trace(network, iterations=2, why=True), name)) for name in ("text", "markdown", "latex")
    ]
    for step in session.program.steps:
        documents.append(why_text(session, step.id, format="text", notation="unicode"))
        documents.append(sentence(step, session.program, (0, 0), 0.5, ""))
    verdict = judge(session, "grad_z", "grad_a")
    documents += [verdict.message, verdict.hint or "", verdict.nudge or ""]
    fitting = next(each for each in wrong_formulas(session, "grad_z").wrong if each.fits)
    assert training_with(session, fitting, 3).error == "cost"
    assert any("cost rises" in each for each in documents)
    assert [
        line for each in documents for line in each.splitlines() if re.search(r"(?<![A-Za-z])[d∂Δ]?E(?![A-Za-z])", line)
    ] == []


@pytest.mark.parametrize("notation", ["unicode", "numpy", "latex", "spoken"])
def test_a_file_may_hold_equations_as_they_are_printed(notation: str) -> None:
    for name in ("attention", "layer-norm", "hinge", "two-heads"):
        session = ns.open(name)
        network, writer = session.network, notation_named(notation)
        forms = [each.definition or each.equation for each in session.program.forward]
        again = ns.Network.from_equations(
            "\n".join(map(writer.equation_text, forms)),
            parameters=network.initial_parameters,
            given=network.given,
            x=network.x,
            y=network.y,
        )
        printed = ns.open(again)
        for each in (session, printed):
            each.next(len(session.program.forward))
        assert printed["E"] == pytest.approx(session["E"], rel=1e-12)


def test_names_of_dimensions_stand_as_numbers_once_they_are_known() -> None:
    weights, x = {"W": np.ones((2, 3))}, np.ones((2, 3))
    session = ns.open(ns.Network.from_equations("z = W x\nE = n0 sum(z) / n1", parameters=weights, x=x))
    session.goto("E")
    assert session["E"] == 3 * 12 / 2
    with pytest.raises(EquationError, match="there is no 'n2'"):
        ns.Network.from_equations("E = n2 sum(W x)", parameters=weights, x=x)
