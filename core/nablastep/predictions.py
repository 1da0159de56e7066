"""What a classifier predicts for every sample with the parameters as they are, and how often it is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nablastep.errors import CommandError
from nablastep.program import program_for
from nablastep.session import Session


@dataclass(frozen=True, eq=False)
class Predictions:
    """Read-only arrays over all samples, in the order of the data.

    `outputs` (samples, outputs) are the network's probabilities. `classes` (samples,) are the indices of the largest
    output where exactly one class is right for a sample; with one output it is 0 or 1. Where several outputs may be
    right at once it is None, and a prediction is `outputs` above one half. `correct` (samples,) says which are right.
    """

    outputs: NDArray[np.float64]
    classes: NDArray[np.intp] | None
    correct: NDArray[np.bool_]

    @property
    def accuracy(self) -> float:
        """The share of samples that are predicted right, from 0 to 1."""
        return float(self.correct.mean())


def predictions(session: Session) -> Predictions:
    """The predictions for all samples of the data at the session's position, batches or not.

    Raises CommandError if the network is no classifier (softmax or sigmoid with its cross-entropy).
    """
    if not session.network.is_classifier:
        raise CommandError(
            f"{session.network.title} predicts numbers, not classes",
            hint="a classifier ends in softmax with categorical_cross_entropy or sigmoid with binary_cross_entropy",
        )
    outputs, targets = _outputs(session), session["y"]
    if outputs.shape[1] == 1:
        classes: NDArray[np.intp] | None = (outputs[:, 0] > 0.5).astype(np.intp)
        correct = classes == (targets[:, 0] > 0.5)
    elif session.network.loss == "categorical_cross_entropy" or _is_one_hot(targets):
        classes = outputs.argmax(axis=1)
        correct = classes == targets.argmax(axis=1)
    else:
        classes = None
        correct = ((outputs > 0.5) == (targets > 0.5)).all(axis=1)
    correct = correct & np.isfinite(outputs).all(axis=1)
    for array in (outputs, classes, correct):
        if array is not None:
            array.flags.writeable = False
    return Predictions(outputs, classes, correct)


def accuracy(session: Session) -> float:
    """The share of all samples that the network as it is now predicts right, from 0 to 1.

    Raises CommandError if the network is no classifier.
    """
    return predictions(session).accuracy


def _outputs(session: Session) -> NDArray[np.float64]:
    """a of the last layer for all samples, (samples, outputs)."""
    network = session.network
    program = program_for(network, batch_samples=network.samples, targets_sum_to_one=True)
    x, y = session["x"], session["y"]
    values = {**session.values, "a0": np.ascontiguousarray(x.T), "y": np.ascontiguousarray(y.T), "m": len(x)}
    with np.errstate(all="ignore"):
        program.run_forward(values)
    outputs: NDArray[np.float64] = values[f"a{len(network.layers)}"].T
    return outputs


def _is_one_hot(targets: NDArray[np.float64]) -> bool:
    """Whether each sample has one 1 among zeros: then the outputs compete, whatever the loss."""
    return bool((np.isin(targets, (0.0, 1.0))).all() and (targets.sum(axis=1) == 1).all())
