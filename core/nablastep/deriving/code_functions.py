"""Functions that printed code calls for the permutations of Jacobians; printed from this source."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np


def commutation(rows, columns):
    """K with K vec(X) = vec(X.T) for X of rows × columns."""
    places = np.arange(rows * columns).reshape((rows, columns), order="F")
    return np.eye(rows * columns)[places.T.ravel(order="F")]


def selection(move, rows, columns):
    """P with P vec(X) = vec(move(X)) for X of rows × columns."""
    units = (unit.reshape((rows, columns), order="F") for unit in np.eye(rows * columns))
    return np.stack([move(unit).ravel(order="F") for unit in units], axis=1)
