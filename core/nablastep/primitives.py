"""The NumPy functions that equations call and NumPy does not have: numerically stable, real or complex.

Each needs nothing but `np` and `math`, because its source is printed into exported programs: what runs there is
what ran here. Branches compare real parts, so that a complex step passes through them.
"""

# ruff: noqa: D103 - the sources are printed into exported programs, where one comment line reads better
from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigmoid(x: Array) -> Array:
    # 1 / (1 + exp(-x)), written so that exp never overflows
    positive = x.real > 0
    shrunk = np.exp(np.where(positive, -x, x))
    return np.asarray(np.where(positive, 1, shrunk) / (1 + shrunk))


def softplus(x: Array) -> Array:
    # log(1 + exp(x)), written so that exp never overflows
    positive = x.real > 0
    return np.where(positive, x, 0) + np.log1p(np.exp(np.where(positive, -x, x)))


def normal_cdf(x: Array) -> Array:
    # the cumulative distribution of the standard normal, exact in the lower tail too
    return np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in np.ravel(x)]).reshape(np.shape(x))


def clip(x: Array) -> Array:
    # x, kept between -1 and 1
    return np.where(x.real > 1, 1, np.where(x.real < -1, -1, x))


def softmax(x: Array, axis: int) -> Array:
    # exp(x) / sum(exp(x)), shifted by the maximum so that exp never overflows
    exponentials = np.exp(x - x.real.max(axis=axis, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=axis, keepdims=True))


def log_sum_exp(x: Array, axis: int) -> Array:
    # log(sum(exp(x))), shifted by the maximum so that exp never overflows
    largest = x.real.max(axis=axis, keepdims=True)
    return np.asarray(largest + np.log(np.exp(x - largest).sum(axis=axis, keepdims=True)))


def times_log(x: Array, y: Array) -> Array:
    # x * log(y), and 0 wherever x is 0
    return np.where(x == 0, 0, x * np.log(np.where(x == 0, 1, y)))


def placed(x: Array, start: int, size: int, axis: int) -> Array:
    # x among zeros, from row (or column) start of size
    before = [(0, 0), (0, 0)]
    before[axis] = (start, size - start - x.shape[axis])
    return np.pad(x, before)


def reshape(x: Array, rows: int, columns: int) -> Array:
    # the same entries in another shape, column by column
    return x.reshape((rows, columns), order="F")


def diag(x: Array) -> Array:
    # a column on the diagonal of a matrix of zeros, or the diagonal of a square matrix as a column
    return np.diagflat(x) if x.shape[1] == 1 else np.diagonal(x)[:, np.newaxis].copy()


def logdet(x: Array) -> Array:
    # log(abs(det(x))), which neither overflows nor vanishes
    return np.asarray(np.linalg.slogdet(x)[1])


def patches(x: Array, height: int, width: int, kernel: int, stride: int) -> Array:
    # every patch under a sliding kernel as a column; columns of x are pictures, channel by channel, row by row
    pictures = x.reshape(-1, height, width, x.shape[1])
    found = [
        pictures[:, row : row + kernel, column : column + kernel].reshape(-1, x.shape[1])
        for row in range(0, height - kernel + 1, stride)
        for column in range(0, width - kernel + 1, stride)
    ]
    return np.stack(found, axis=2).reshape(found[0].shape[0], -1)


def patches_back(x: Array, height: int, width: int, kernel: int, stride: int) -> Array:
    # every patch added to the place that it came from: the transpose of patches
    places = [
        (row, column)
        for row in range(0, height - kernel + 1, stride)
        for column in range(0, width - kernel + 1, stride)
    ]
    channels = x.shape[0] // kernel**2
    samples = x.shape[1] // len(places)
    every = x.reshape(channels, kernel, kernel, samples, len(places))
    pictures = np.zeros((channels, height, width, samples), dtype=x.dtype)
    for number, (row, column) in enumerate(places):
        pictures[:, row : row + kernel, column : column + kernel] += every[..., number]
    return pictures.reshape(-1, samples)


def ratio(x: Array, y: Array) -> Array:
    # x / y, and 0 wherever x is 0
    return np.where(x == 0, 0, x / np.where(x == 0, 1, y))
