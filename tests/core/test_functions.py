"""Every activation and loss that is registered, against formulas of its own in 120-digit decimals.

The functions are taken from the registries, so a new one is enrolled by being registered, and fails here until it has
a reference. Derivatives are also compared with the complex step, where the code takes complex numbers, and with
central differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest

from core.support import assert_near, one_layer
from nablastep import Session
from nablastep.evaluation import value_of
from nablastep.expressions import ARGUMENT, COLUMNS, ROWS, Apply, Function, LogSumExp, Softmax, Symbol
from nablastep.functions import activation_names, elementary, loss_names
from nablastep.functions.activations import ACTIVATIONS, ELEMENT_WISE, activation
from nablastep.functions.losses import LOSSES

Real = Decimal
Formula = Callable[[Real], Real]

ZERO, ONE, TWO, HALF = Decimal(0), Decimal(1), Decimal(2), Decimal("0.5")
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")
SLOPE = Decimal.from_float(0.01)  # the double next to 0.01, as every program uses it


@pytest.fixture(autouse=True)
def digits() -> Iterator[None]:
    with localcontext() as context:
        context.prec = 120
        yield


# references: written from the definitions, with no word of the code under test


def sigma(x: Real) -> Real:
    return ONE / (ONE + (-x).exp())


def tanh(x: Real) -> Real:
    return (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())


def density(x: Real) -> Real:
    return (-x * x / TWO).exp() / (TWO * PI).sqrt()


def cumulative(x: Real) -> Real:
    """Φ by the series of its integral: ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …), all terms of one sign."""
    if abs(x) > 16:
        return ONE if x > 0 else ZERO
    term = total = abs(x)
    odd = ONE
    while abs(term) > Decimal("1e-118"):
        odd += 2
        term = term * x * x / odd
        total += term
    upper = HALF + density(x) * total
    return upper if x >= 0 else ONE - upper


REFERENCES: dict[str, tuple[Formula, Formula]] = {
    "identity": (lambda x: x, lambda x: ONE),
    "sigmoid": (sigma, lambda x: sigma(x) * sigma(-x)),
    "tanh": (tanh, lambda x: ONE - tanh(x) ** 2),
    "relu": (lambda x: max(x, ZERO), lambda x: ONE if x > 0 else ZERO),
    "leaky_relu": (lambda x: x if x > 0 else SLOPE * x, lambda x: ONE if x > 0 else SLOPE),
    "elu": (lambda x: x if x > 0 else x.exp() - ONE, lambda x: ONE if x > 0 else x.exp()),
    "softplus": (lambda x: (ONE + x.exp()).ln(), sigma),
    "gelu": (lambda x: x * cumulative(x), lambda x: cumulative(x) + x * density(x)),
    "silu": (lambda x: x * sigma(x), lambda x: sigma(x) * (ONE + x * sigma(-x))),
}
"""Name → (value, slope); the softmax, which is no function of one number, has tests of its own."""

POINTS = (-12.0, -3.0, -1.0, -0.7, -0.3, -1e-5, 1e-5, 0.3, 0.7, 1.0, 3.0, 12.0)
FAR = (-1000.0, -800.0, -40.0, 40.0, 800.0, 1000.0)
ELEMENTS = [function.name for function in ELEMENT_WISE]
BY_NAME = {function.name: function for function in ELEMENT_WISE}


def value(function: Function, x: Any, *, prime: bool = False) -> Any:
    return value_of(Apply(function, ARGUMENT, prime), {ARGUMENT.id: x})


def exact(formula: Formula, x: Any) -> Any:
    """The formula in decimals at each double, rounded once at the end."""
    return np.array([float(formula(Decimal(float(point)))) for point in np.ravel(x)]).reshape(np.shape(x))


def test_every_activation_is_enrolled() -> None:
    """A function that is registered and has no reference fails here."""
    missing = ACTIVATIONS.keys() - REFERENCES.keys() - {"softmax"}
    assert not missing, f"no reference for {missing}"
    assert not REFERENCES.keys() - ACTIVATIONS.keys()
    assert activation_names() == tuple(ACTIVATIONS)


def test_an_unchecked_function_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "cube", Function("cube", "cube", "cube", "cube of"))
    with pytest.raises(AssertionError, match=r"no reference for \{'cube'\}"):
        test_every_activation_is_enrolled()


def test_the_activations_of_the_contract() -> None:
    assert set(ACTIVATIONS) == {
        "identity",
        "sigmoid",
        "tanh",
        "relu",
        "leaky_relu",
        "elu",
        "softplus",
        "gelu",
        "silu",
        "softmax",
    }


@pytest.mark.parametrize("name", ELEMENTS)
def test_value(name: str) -> None:
    # Φ(x) takes the rounding of x/√2 with it, x² times as large
    x = np.array(POINTS)
    assert_near(value(BY_NAME[name], x), exact(REFERENCES[name][0], x), rtol=2e-14, atol=1e-300)


@pytest.mark.parametrize("name", ELEMENTS)
def test_slope(name: str) -> None:
    # where Φ + xφ or 1 + xσ(−x) cancel, the error is that of the larger term
    x = np.array(POINTS)
    assert_near(value(BY_NAME[name], x, prime=True), exact(REFERENCES[name][1], x), rtol=4e-14, atol=1e-300)


@pytest.mark.parametrize("name", ELEMENTS)
def test_far_away(name: str) -> None:
    """Finite at ±1000 and the limit that the formula has, without a warning."""
    x = np.array(FAR)
    for prime, formula in enumerate(REFERENCES[name]):
        found = value(BY_NAME[name], x, prime=bool(prime))
        assert np.all(np.isfinite(found))
        assert_near(found, exact(formula, x), rtol=4e-14, atol=1e-300, what="f′" if prime else "f")


@pytest.mark.parametrize(
    ("name", "at_zero", "slope"),
    [
        ("identity", 0.0, 1.0),
        ("sigmoid", 0.5, 0.25),
        ("tanh", 0.0, 1.0),
        ("relu", 0.0, 0.0),
        ("leaky_relu", 0.0, 0.01),
        ("elu", 0.0, 1.0),
        ("softplus", math.log(2), 0.5),
        ("gelu", 0.0, 0.5),
        ("silu", 0.0, 0.5),
    ],
)
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_at_zero_as_pytorch(name: str, at_zero: float, slope: float, zero: float) -> None:
    x = np.array([[zero]])
    assert value(BY_NAME[name], x)[0, 0] == at_zero
    assert value(BY_NAME[name], x, prime=True)[0, 0] == slope


@pytest.mark.parametrize("name", ELEMENTS)
def test_slope_against_the_complex_step(name: str) -> None:
    function = BY_NAME[name]
    x = np.array(POINTS)
    if not function.analytic:
        with pytest.raises(np.exceptions.ComplexWarning):
            value(function, x + 0j)
        return
    by_step = np.imag(value(function, x + 1e-30j)) / 1e-30
    assert_near(value(function, x, prime=True), by_step, rtol=1e-13, atol=1e-300)


def test_functions_that_take_no_complex_numbers_say_so() -> None:
    x = np.array([0.5 + 1e-30j])
    for function in (elementary.NORMAL_CDF, *INNER.values(), *ELEMENT_WISE):
        if function.analytic:
            value(function, x)
        else:
            with pytest.raises(np.exceptions.ComplexWarning):
                value(function, x)


@pytest.mark.parametrize("name", ELEMENTS)
def test_slope_against_central_differences(name: str) -> None:
    function, h = BY_NAME[name], 1e-6
    x = np.array([point for point in POINTS if all(abs(point - kink) > 2 * h for kink in function.kinks)])
    quotient = (value(function, x + h) - value(function, x - h)) / (2 * h)
    assert_near(value(function, x, prime=True), quotient, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", ELEMENTS)
def test_the_slope_bends_at_the_kinks_and_nowhere_else(name: str) -> None:
    """The difference of slopes across a point, by its width: of the order of 1 at a bend, of the width elsewhere."""
    function, h = BY_NAME[name], 1e-4

    def bend(point: float) -> float:
        """How much the second difference changes when its centre moves by h."""
        at = point + h * np.arange(-2.0, 3.0)
        slopes = value(function, at, prime=True)
        return float(np.abs(np.diff(slopes, 2)).max()) / h

    assert all(bend(kink) > 0.5 for kink in function.kinks)
    smooth = [point for point in (-1.0, 0.0, 0.25, 1.0, 2.0) if point not in function.kinks]
    assert all(bend(point) < 0.01 for point in smooth)


@pytest.mark.parametrize("name", ELEMENTS)
def test_results_are_arrays_of_doubles_in_the_shape_of_the_argument(name: str) -> None:
    for shape in ((1, 1), (3, 1), (2, 5)):
        x = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape)
        for prime in (False, True):
            found = value(BY_NAME[name], x, prime=prime)
            assert found.shape == shape
            assert found.dtype == np.float64, f"prime={prime}"


# the other functions that definitions are made of

INNER = {
    entry.name: entry for entry in vars(elementary).values() if isinstance(entry, Function) and entry.derivative
} | {"huber": elementary.HUBER}


@pytest.mark.parametrize("name", INNER)
def test_slopes_of_inner_functions(name: str) -> None:
    function = INNER[name]
    assert function.derivative is not None
    x = np.array([0.2, 0.9, 1.2, 5.0] if name in {"sqrt", "log"} else [-3.0, -0.4, 0.2, 0.9, 1.2, 5.0])
    if function.analytic:
        expected, rtol = np.imag(value(function, x + 1e-30j)) / 1e-30, 1e-13
    else:
        expected, rtol = (value(function, x + 1e-6) - value(function, x - 1e-6)) / 2e-6, 1e-7
    found = np.broadcast_to(value_of(function.derivative, {ARGUMENT.id: x}), x.shape)
    assert_near(found, expected, rtol=rtol, atol=1e-9)


def test_huber_bends_where_it_says() -> None:
    h = 1e-4
    for point in (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0):
        slopes = value(elementary.CLIP, point + h * np.arange(-2.0, 3.0))
        bent = float(np.abs(np.diff(slopes, 2)).max()) / h > 0.5
        assert bent is (point in elementary.HUBER.kinks) is (point in elementary.CLIP.kinks)


def test_huber_is_the_half_square_inside_and_a_line_outside() -> None:
    x = np.array([-1000.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 1000.0])
    expected = [999.5, 1.5, 0.5, 0.125, 0.0, 0.125, 0.5, 1.5, 999.5]
    assert np.array_equal(value(elementary.HUBER, x), expected)
    assert np.array_equal(value(elementary.CLIP, x), [-1.0, -1.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.0, 1.0])


# softmax

Z = Symbol("z", 1, ("n1", "m"))
LOGITS = np.array([[0.3, -1000.0, 1000.0, 7.0], [-0.7, 0.0, -1000.0, 7.0], [2.5, 1000.0, 0.0, 7.0]])


def softmax_reference(column: Any) -> list[float]:
    exponentials = [Decimal(float(z)).exp() for z in column]
    return [float(each / sum(exponentials)) for each in exponentials]


def test_softmax() -> None:
    found = value_of(activation("softmax", Z), {"z1": LOGITS})
    expected = np.array([softmax_reference(column) for column in LOGITS.T]).T
    assert_near(found, expected, rtol=1e-15, atol=1e-300)
    assert_near(found.sum(axis=0), np.ones(4), rtol=1e-15)


def test_softmax_and_lse_along_rows_are_the_transposed_ones() -> None:
    for node in (Softmax, LogSumExp):
        down = value_of(node(Z, ROWS), {"z1": LOGITS})
        across = value_of(node(Z, COLUMNS), {"z1": np.ascontiguousarray(LOGITS.T)})
        assert np.array_equal(down, across.T)


def test_log_sum_exp() -> None:
    expected = [float(sum((Decimal(float(z)).exp() for z in column), ZERO).ln()) for column in LOGITS.T]
    assert_near(value_of(LogSumExp(Z, ROWS), {"z1": LOGITS}), [expected], rtol=1e-15)


def test_softmax_jacobian_is_diag_p_minus_p_p() -> None:
    z = np.array([[0.3], [-0.7], [2.5]])
    p = value_of(Softmax(Z, ROWS), {"z1": z})
    for j in range(3):
        moved = z.astype(complex)
        moved[j] += 1e-30j
        column = np.imag(value_of(Softmax(Z, ROWS), {"z1": moved})) / 1e-30
        assert_near(column, p * ((np.arange(3) == j)[:, None] - p[j]), rtol=1e-14)


# losses

LossFormula = Callable[[list[Real], list[Real]], Real]


def _guarded(factor: Real, x: Real) -> Real:
    return ZERO if factor == 0 else factor * x.ln()


def _huber(e: Real) -> Real:
    return e * e / TWO if abs(e) <= 1 else abs(e) - HALF


LOSS_REFERENCES: dict[str, tuple[LossFormula, Callable[[Real, Real, int], Real]]] = {
    "half_squared_error": (
        lambda a, y: sum(((p - q) ** 2 / TWO for p, q in zip(a, y, strict=True)), ZERO),
        lambda a, y, n: a - y,
    ),
    "mean_squared_error": (
        lambda a, y: sum(((p - q) ** 2 for p, q in zip(a, y, strict=True)), ZERO) / len(a),
        lambda a, y, n: TWO * (a - y) / n,
    ),
    "binary_cross_entropy": (
        lambda a, y: -sum((_guarded(q, p) + _guarded(ONE - q, ONE - p) for p, q in zip(a, y, strict=True)), ZERO),
        lambda a, y, n: (a - y) / (a * (ONE - a)),
    ),
    "categorical_cross_entropy": (
        lambda a, y: -sum((_guarded(q, p) for p, q in zip(a, y, strict=True)), ZERO),
        lambda a, y, n: -y / a,
    ),
    "huber": (
        lambda a, y: sum((_huber(p - q) for p, q in zip(a, y, strict=True)), ZERO),
        lambda a, y, n: min(max(a - y, -ONE), ONE),
    ),
}
"""Name → (the loss of one sample, one entry of its gradient by a, with n outputs)."""


def test_every_loss_is_enrolled() -> None:
    missing = LOSSES.keys() - LOSS_REFERENCES.keys()
    assert not missing, f"no reference for {missing}"
    assert set(LOSS_REFERENCES) == set(LOSSES) == set(loss_names())


def test_an_unchecked_loss_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "absolute_error", LOSSES["huber"])
    with pytest.raises(AssertionError, match=r"no reference for \{'absolute_error'\}"):
        test_every_loss_is_enrolled()


def loss_session(loss: str, activation: str, samples: int, reduction: str) -> Session:
    session = Session(one_layer(activation, loss, samples=samples, reduction=reduction))
    session.goto("grad_a1")
    return session


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize("loss", LOSSES)
def test_loss_and_its_gradient(loss: str, activation: str, samples: int, reduction: str) -> None:
    """E of the batch and ∇a, from the a that the session computed."""
    session = loss_session(loss, activation, samples, reduction)
    formula, slope = LOSS_REFERENCES[loss]
    a = [[Decimal(float(entry)) for entry in column] for column in session["a1"].T]
    y = [[Decimal(float(entry)) for entry in row] for row in session["y"]]
    share = ONE / samples if reduction == "mean" else ONE
    total = sum((formula(p, q) for p, q in zip(a, y, strict=True)), ZERO) * share
    assert_near(session["E"], float(total), rtol=1e-14, what="E")
    gradient = [
        [float(slope(p, q, 3) * share) for p, q in zip(output, target, strict=True)]
        for output, target in zip(a, y, strict=True)
    ]
    assert_near(session["grad_a1"].T, gradient, rtol=2e-14, atol=1e-17, what="∇a")


@pytest.mark.parametrize("loss", ["half_squared_error", "mean_squared_error", "huber"])
@pytest.mark.parametrize("far", [-1000.0, 1000.0])
def test_losses_of_plain_outputs_are_finite_far_away(loss: str, far: float) -> None:
    network = one_layer("identity", loss, layers=[{"activation": "identity", "W": [[far, 0.0]] * 3}], x=[[1.0, 0.0]])
    session = Session(network)
    session.goto("end")
    formula, slope = LOSS_REFERENCES[loss]
    y = [Decimal(float(entry)) for entry in session["y"][0]]
    assert_near(session["E"], float(formula([Decimal(far)] * 3, y)), rtol=1e-15)
    assert_near(session["grad_a1"][:, 0], [float(slope(Decimal(far), entry, 3)) for entry in y], rtol=1e-15)
