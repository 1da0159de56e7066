"""The losses: the error E of a batch as an expression of the output a (units × samples) and the target y.

Sources: PyTorch's MSELoss, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss and HuberLoss, summed over the outputs of one
sample as the contract says; the reduction over samples is one factor, put on by `error_of_batch`.
"""

from __future__ import annotations

from collections.abc import Callable

from nablastep.expressions import (
    ONE,
    ROWS,
    Add,
    Apply,
    Expression,
    Factor,
    Fill,
    Hadamard,
    LogSumExp,
    MatMul,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
)
from nablastep.functions.elementary import HUBER, SOFTPLUS, SQUARE
from nablastep.laws import negate, scale
from nablastep.records import record

Build = Callable[[Symbol, Symbol], Expression]


@record(eq=False)
class Loss:
    """A loss: its sum over the batch from (a, y), and for one output activation a stable form from (z, y)."""

    name: str
    summary: str
    definition: Build
    pairs_with: str | None = None
    logits_form: Build | None = None
    general_logits_form: Build | None = None


def _half_squared_error(a: Symbol, y: Symbol) -> Expression:
    return scale(Factor(1, 2), Sum(Apply(SQUARE, Subtract(a, y))))


def _mean_squared_error(a: Symbol, y: Symbol) -> Expression:
    return scale(Factor(1, 1, (a.shape[0],) if a.shape else ()), Sum(Apply(SQUARE, Subtract(a, y))))


def _binary_cross_entropy(a: Symbol, y: Symbol) -> Expression:
    ones = Fill(ONE, a.shape)
    return negate(Sum(Add(TimesLog(y, a), TimesLog(Subtract(ones, y), Subtract(ones, a)))))


def _binary_logits(z: Symbol, y: Symbol) -> Expression:
    return Sum(Subtract(Apply(SOFTPLUS, z), Hadamard(y, z)))


def _categorical_cross_entropy(a: Symbol, y: Symbol) -> Expression:
    return negate(Sum(TimesLog(y, a)))


def _categorical_logits(z: Symbol, y: Symbol) -> Expression:
    """lse(z) − yᵀz, which takes for granted that y sums to 1."""
    return Sum(Subtract(LogSumExp(z, ROWS), _target_product(z, y)))


def _general_categorical_logits(z: Symbol, y: Symbol) -> Expression:
    """(1ᵀy) lse(z) − yᵀz, for any y."""
    return Sum(Subtract(Hadamard(Total(y, ROWS), LogSumExp(z, ROWS)), _target_product(z, y)))


def _target_product(z: Symbol, y: Symbol) -> Expression:
    if z.shape and z.shape[1] == "1":
        return MatMul(Transpose(y), z)
    return Total(Hadamard(y, z), ROWS)


def _huber(a: Symbol, y: Symbol) -> Expression:
    return Sum(Apply(HUBER, Subtract(a, y)))


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("half_squared_error", "½Σ(a−y)²", _half_squared_error),
        Loss("mean_squared_error", "Σ(a−y)²/n", _mean_squared_error),
        Loss("binary_cross_entropy", "binary CE", _binary_cross_entropy, "sigmoid", _binary_logits, _binary_logits),
        Loss(
            "categorical_cross_entropy",
            "categorical CE",
            _categorical_cross_entropy,
            "softmax",
            _categorical_logits,
            _general_categorical_logits,
        ),
        Loss("huber", "huber", _huber),
    )
}


def error_of_batch(summed: Expression, reduction: str, sample_dimension: str) -> Expression:
    """E of a batch from the loss summed over its samples: "mean" divides by the number of samples."""
    if reduction == "mean" and sample_dimension != "1":
        return scale(Factor(1, 1, (sample_dimension,)), summed)
    return summed
