"""Expressions to try rules on: for each node some with it on top, over symbols of which no two shapes are alike."""

from __future__ import annotations

from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    Add,
    Apply,
    Block,
    Cases,
    Cut,
    Determinant,
    Diagonals,
    Divide,
    Expression,
    Factor,
    Fill,
    Fold,
    Hadamard,
    Inverse,
    LogSumExp,
    MatMul,
    Number,
    Power,
    Ratio,
    Rearrange,
    Repeat,
    Scale,
    Softmax,
    Subtract,
    Sum,
    Symbol,
    TimesLog,
    Total,
    Transpose,
    Windows,
)
from nablastep.functions.activations import ELEMENT_WISE
from nablastep.functions.elementary import COSH, EXP, EXPM1, HUBER, LOG, SINH, SQRT, SQUARE
from nablastep.structures import Differential, Identity, OfSample

ELEMENTARY = (COSH, EXP, EXPM1, HUBER, LOG, SINH, SQRT, SQUARE)
SIZES = {"n0": 3, "n1": 4, "n2": 2, "m": 5, "1": 1, "2": 2, "4": 4, "9": 9}
SCALAR = Symbol("learning_rate", None, ())
OTHER_SCALAR = Symbol("momentum", None, ())
X = Symbol("a", 1, ("n1", "m"))
Y = Symbol("z", 1, ("n1", "m"))
LEFT = Symbol("W", 1, ("n2", "n1"))
COLUMN = Symbol("b", 0, ("n1", "1"))
ROW = Symbol("a", 2, ("1", "m"))
SQUARE_LEFT, SQUARE_RIGHT = Symbol("W", 2, ("n1", "n1")), Symbol("W", 3, ("n1", "n1"))
EXTRA = Symbol("a", 3, ("m", "n0"))
PICTURES = Symbol("x", None, ("9", "m"))

INSTANCES: dict[type[Expression], tuple[Expression, ...]] = {
    Transpose: (Transpose(X), Transpose(ROW)),
    MatMul: (
        MatMul(LEFT, X),
        MatMul(X, EXTRA),
        MatMul(Transpose(X), Transpose(LEFT)),
        MatMul(COLUMN, ROW),
        MatMul(SQUARE_LEFT, SQUARE_RIGHT),
        MatMul(SQUARE_LEFT, SQUARE_LEFT),
        MatMul(Transpose(COLUMN), COLUMN),
    ),
    Hadamard: (Hadamard(X, Y), Hadamard(X, X), Hadamard(ROW, Total(X, ROWS))),
    Divide: (Divide(X, Y), Divide(X, SCALAR), Divide(X, X), Divide(SCALAR, OTHER_SCALAR)),
    Ratio: (Ratio(X, Y), Ratio(X, X)),
    TimesLog: (TimesLog(Y, X), TimesLog(X, X)),
    Power: (Power(SCALAR, OTHER_SCALAR), Power(SCALAR, Factor(3))),
    Cases: (Cases(Subtract(X, Y), X, Y), Cases(Y, Apply(SQUARE, X), Hadamard(X, Y))),
    Rearrange: (
        Rearrange(X, Cut(("n1", "m"), ("n2", "m"), ROWS, "1", "3")),
        Rearrange(X, Cut(("n1", "m"), ("n1", "n0"), COLUMNS, "2", "")),
        Rearrange(X, Fold(("n1", "m"), ("m", "n1"))),
        Rearrange(SQUARE_LEFT, Diagonals(("n1", "n1"), ("n1", "1"))),
        Rearrange(COLUMN, Diagonals(("n1", "n1"), ("n1", "1")), back=True),
        Rearrange(PICTURES, Windows(("9", "m"), ("4", "4·m"), 3, 3, 2, 1)),
    ),
    Block: (Block(X, Apply(SQUARE, X), ROWS, "2·n1"), Block(X, COLUMN, COLUMNS, "m+1")),
    Inverse: (Inverse(SQUARE_LEFT),),
    Determinant: (Determinant(SQUARE_LEFT), Determinant(SQUARE_LEFT, log=True)),
    Fill: (Fill(SCALAR, ("n1", "m")), Fill(Sum(X), ("n0", "1"))),
    Add: (Add(X, Y), Add(X, X), Add(COLUMN, Total(X, COLUMNS))),
    Subtract: (Subtract(X, Y), Subtract(Y, X), Subtract(Fill(ONE, X.shape), X)),
    Scale: (
        Scale(SCALAR, X),
        Scale(Factor(-3, 2, ("m",)), X),
        Scale(Number(0.3), X),
        Scale(SCALAR, OTHER_SCALAR),
        Scale(SCALAR, Scale(SCALAR, X)),
    ),
    Apply: (
        *(Apply(function, X) for function in ELEMENT_WISE),
        *(Apply(function, X) for function in ELEMENTARY),
        Apply(SQRT, SCALAR),
    ),
    Softmax: (Softmax(X, ROWS), Softmax(X, COLUMNS), Softmax(COLUMN, ROWS)),
    LogSumExp: (LogSumExp(X, ROWS), LogSumExp(X, COLUMNS), LogSumExp(COLUMN, ROWS)),
    Repeat: (Repeat(COLUMN, COLUMNS, "m"), Repeat(ROW, ROWS, "n0")),
    Total: (Total(X, COLUMNS), Total(X, ROWS)),
    Sum: (
        Sum(X),
        Sum(Hadamard(X, Y)),
        Sum(Apply(SQUARE, Subtract(X, Y))),
        Sum(MatMul(Transpose(COLUMN), COLUMN)),
        Sum(Hadamard(Repeat(COLUMN, COLUMNS, "m"), X)),
    ),
}
"""Node → expressions with it on top. Square ones cannot hide behind a shape; a symbol met twice needs its sum."""

LEAVES = {Symbol, Differential, OfSample, Factor, Number, Identity}
"""Nodes without operands: nothing moves through them."""
