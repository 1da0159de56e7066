"""Networks as people write them, none of them built in: their gradients against differences, every route to each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nablastep as ns
from nablastep.checks import gradient_check
from nablastep.notation.unicode import NOTATION

_GENERATOR = np.random.default_rng(16)


def drawn(*shape: int) -> Any:
    return 0.5 * _GENERATOR.standard_normal(shape)


NETWORKS: dict[str, dict[str, Any]] = {
    "gru": {
        "text": """
            r = sigmoid(W_r x1 + U_r h0 + b_r)
            u = sigmoid(W_u x1 + U_u h0 + b_u)
            c = tanh(W_c x1 + U_c (r * h0) + b_c)
            h1 = (1 - u) * h0 + u * c
            E = 1/2 norm(h1 - t)^2
        """,
        "parameters": {
            **{f"W_{gate}": drawn(3, 2) for gate in "ruc"},
            **{f"U_{gate}": drawn(3, 3) for gate in "ruc"},
            **{f"b_{gate}": drawn(3, 1) for gate in "ruc"},
        },
        "given": {"x1": drawn(2, 1), "h0": drawn(3, 1), "t": drawn(3, 1)},
    },
    "variational autoencoder": {
        "text": """
            h = tanh(W x + b)
            mu_z = M h
            s = 1/2 S h
            z = mu_z + exp(s) * eps
            r = sigmoid(D z)
            E = mean(-sum(x * ln(r) + (1 - x) * ln(1 - r), axis=0)) - 1/2 mean(sum(1 + 2 s - mu_z^2 - exp(2 s), axis=0))
        """,
        "parameters": {"W": drawn(4, 3), "b": drawn(4, 1), "M": drawn(2, 4), "S": drawn(2, 4), "D": drawn(3, 2)},
        "given": {"eps": drawn(2, 1)},
        "x": [[0.1, 0.9, 0.3], [0.7, 0.2, 0.6]],
    },
    "matrix factorisation": {
        "text": "E = sum((M * (R - U V^T))^2) + lambda (sum(U^2) + sum(V^2))",
        "parameters": {"U": drawn(4, 2), "V": drawn(3, 2)},
        "given": {"M": [[1, 0, 1], [1, 1, 0], [0, 1, 1], [1, 1, 1]], "R": drawn(4, 3), "lambda": 0.1},
    },
    "Gaussian process": {
        "text": """
            K = exp(-1/2 D / l^2) + s^2 diag(o)
            E = 1/2 t^T inv(K) t + 1/2 logdet(K)
        """,
        "parameters": {"l": 1.2, "s": 0.7},
        "given": {"D": [[0, 1, 4], [1, 0, 1], [4, 1, 0]], "o": [[1], [1], [1]], "t": drawn(3, 1)},
    },
    "contrastive loss": {
        "text": """
            S = Z Z^T / tau
            P = softmax(S, axis=1)
            E = -sum(T * ln(P)) / rows(Z)
        """,
        "parameters": {"Z": drawn(4, 2)},
        "given": {"tau": 0.5, "T": np.eye(4)[[1, 0, 3, 2]]},
    },
    "masked attention": {
        "text": """
            Q = W_q X
            K = W_k X
            A = softmax(Q^T K / sqrt(2) + M, axis=1)
            O = W_v X A^T
            E = sum((O - Y)^2)
        """,
        "parameters": {"W_q": drawn(2, 3), "W_k": drawn(2, 3), "W_v": drawn(2, 3)},
        "given": {"X": drawn(3, 4), "M": np.triu(np.full((4, 4), -5.0), 1), "Y": drawn(2, 4)},
    },
    "convolution with a dense layer": {
        "text": """
            p = patches(x, 4, 4, 2, 2)
            h = relu(K p + b)
            f = reshape(h, 8, m)
            o = V f
            E = mean(-sum(y * ln(softmax(o)), axis=0))
        """,
        "parameters": {"K": drawn(2, 4), "b": drawn(2, 1), "V": drawn(3, 8)},
        "x": drawn(2, 16),
        "y": [[1, 0, 0], [0, 0, 1]],
    },
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_usual_network_is_right_and_derived_by_every_route(name: str) -> None:
    fields = dict(NETWORKS[name])
    holds_everywhere(ns.open(ns.Network.from_equations(fields.pop("text"), title=name, **fields)))


def holds_everywhere(session: ns.Session) -> None:
    session.next(len(session.program))
    assert all(check.error < 1e-7 for check in gradient_check(session))
    for step in session.program.steps:
        if step.phase == "backward":
            for route in ("index", "jacobian", "differential"):
                lines = ns.why(session, step.id, route=route)
                assert [line.text() for line in lines if line.holds is False] == [], (step.id, route)


LOGISTIC = {"parameters": {"w": [[0.1], [0.3]], "b": 0.2}, "x": [[1, 2], [0.5, -1]], "y": [[1], [0]]}
BINARY = "E = 1/m Σ (softplus(z) − y ⊙ z)"


@pytest.mark.parametrize(
    ("loss", "stable"),
    [
        ("mean(-(y * ln(p) + (1-y) * ln(1-p)))", BINARY),
        ("mean(-y * ln(p) - (1-y) * ln(1-p))", BINARY),
        ("-mean(y * ln(p) + (1-y) * ln(1-p))", BINARY),
        ("-1/m sum((1-y) * log(1-p) + y * log(p))", BINARY),
        ("mean(-ln(p)*y - ln(1-p)*(1-y))", BINARY),
        ("mean(-sum(y*ln(p) + (1-y)*ln(1-p), axis=0))", BINARY),
        ("-sum(y*ln(p) + (1-y)*ln(1-p))/m + 0.1 sum(w^2)", BINARY + " + 0.1 Σ w²"),
        ("-mean((1-y)*ln(1-p)) - mean(y*ln(p))", None),
        ("mean(-(y @ ln(p).T + (1-y) @ ln(1-p).T))", None),
        ("mean(-ln(y * p + (1-y)*(1-p)))", None),
    ],
)
@pytest.mark.parametrize("output", ["z = w^T x + b\np = sigmoid(z)", "p = sigmoid(w^T x + b)"])
def test_a_binary_cross_entropy_is_stable_however_it_is_written(output: str, loss: str, stable: str | None) -> None:
    session = ns.open(ns.Network.from_equations(f"{output}\nE = {loss}", **LOGISTIC))
    if stable is not None:
        z = "z" if output.startswith("z") else "(wᵀ x + b)"
        expected = stable.replace("softplus(z)", f"softplus({z.strip('()')})").replace("⊙ z", f"⊙ {z}")
        assert NOTATION.equation_text(session.program.step("E").equation) == expected
    holds_everywhere(session)


@pytest.mark.parametrize(
    "loss", ["mean(-sum(y*ln(p), axis=0))", "-mean(sum(y*log(p), axis=0))", "-1/m sum(y * log(p))", "-sum(y*ln(p))/m"]
)
def test_a_categorical_cross_entropy_is_stable_however_it_is_written(loss: str) -> None:
    fields = {"parameters": {"W": [[0.1, 0.2], [0.3, -0.5]], "b": [[0.2], [0]]}, "x": [[1, 2], [0.5, -1]]}
    network = ns.Network.from_equations(f"z = W x + b\np = softmax(z)\nE = {loss}", y=[[1, 0], [0, 1]], **fields)
    session = ns.open(network)
    assert NOTATION.equation_text(session.program.step("E").equation) == "E = 1/m Σ (lse(z) − 1ᵀ(y ⊙ z))"
    assert NOTATION.equation_text(session.program.step("grad_z").equation) == "∇z = 1/m (p − y)"
    holds_everywhere(session)


def test_what_is_done_to_both_terms_alike_is_done_once() -> None:
    session = ns.open(ns.Network.from_equations("p = sigmoid(w^T x + b)\nE = " + "mean((p - y)^2)", **LOGISTIC))
    assert [step.id for step in session.program.steps if step.phase == "backward"] == ["grad_p", "grad_w", "grad_b"]
    crossed = "p = sigmoid(w^T x + b)\nE = mean(-y * ln(p) - (1-y) * ln(1-p))"
    session = ns.open(ns.Network.from_equations(crossed, **LOGISTIC))
    assert NOTATION.equation_text(session.program.step("grad_w").equation) == "∇w = 1/m x (pᵀ − yᵀ)"
    assert NOTATION.equation_text(session.program.step("grad_b").equation) == "∇b = 1/m Σ (p − y)"
