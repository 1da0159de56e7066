"""What is trained: layers or equations, data, loss, optimiser, and how the data are batched; validated once, frozen.

Knows nothing of steps, sessions or screens; files are read and written by nablastep.files.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from functools import cache, cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nablastep.cost import Cost, check_cost, equations_cost, layers_cost
from nablastep.displayed import Displayed
from nablastep.equation_inputs import Parameter, Value, checked_given, checked_parameters, size_of
from nablastep.errors import UnknownNameError
from nablastep.field_checks import (
    FieldError,
    FloatArray,
    checked_names,
    choice,
    counted,
    lines_of_text,
    matrix,
    read_only,
    text,
    truth,
    whole_number,
)
from nablastep.functions import loss_names
from nablastep.graph import Graph, Role
from nablastep.layer import INIT_NAMES, Layer
from nablastep.layer_arrays import layers_from
from nablastep.layers import PENALTY, Form, layer_graph
from nablastep.network_checks import (
    check_chain,
    check_targets,
    checked_batch_size,
    checked_label_names,
    checked_layers,
    checked_optimizer,
    checked_picture,
)
from nablastep.notation.settings import hidden_setting
from nablastep.optimizer_settings import OPTIMIZER_NAMES, OptimizerSettings
from nablastep.optimizers import RULES
from nablastep.penalty import Penalty, checked_penalty
from nablastep.records import record

if TYPE_CHECKING:
    from nablastep.equations import WrittenGraph  # loaded where a network is written as equations: most are not

__all__ = [
    "CONVENTION_NAMES",
    "INIT_NAMES",
    "OPTIMIZER_NAMES",
    "ORDER_NAMES",
    "REDUCTION_NAMES",
    "Layer",
    "Network",
    "OptimizerSettings",
]

CONVENTION_NAMES = ("column", "column-transposed", "row-keras", "row-pytorch")
ORDER_NAMES = ("gradients-first", "interleaved")
REDUCTION_NAMES = ("mean", "sum")
NOTHING: Mapping[str, Any] = MappingProxyType({})
LARGEST_SEED = 2**63 - 1  # what a TOML integer holds everywhere


@record(eq=False)
class Network(Displayed):
    """A network and everything that its training needs: either `layers` with a `loss`, or `equations`.

    `x` has shape (samples, inputs), `y` (samples, outputs), both read-only float64; equations may do without, then
    they have no entries. Layers may be given as tables of their keys, the optimiser as its name or a table.
    `batch_size` left out means all samples. `picture` is (rows, columns) of inputs that are a picture; `label_names`
    name the outputs. Equations come with `parameters`, what is `given`, the id of the `error` and further `gradients`.
    Raises NetworkError with the name of the field, what was found and what would be right.
    """

    layers: tuple[Layer, ...]
    x: FloatArray
    y: FloatArray
    loss: str
    title: str
    reduction: str
    batch_size: int
    shuffle: bool
    seed: int
    optimizer: OptimizerSettings
    convention: str
    order: str
    picture: tuple[int, int] | None
    label_names: tuple[str, ...]
    equations: str
    error: str | None
    gradients: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    given: Mapping[str, Value]
    penalty: Penalty | None
    _parameters: Mapping[str, Any] = field(init=False)
    _written: WrittenGraph | None = field(init=False)

    def __init__(
        self,
        layers: Sequence[Layer | Mapping[str, object]] = (),
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        loss: str = "",
        title: str = "",
        reduction: str = "mean",
        batch_size: int | None = None,
        shuffle: bool = False,
        seed: int = 0,
        optimizer: OptimizerSettings | Mapping[str, object] | str | None = None,
        convention: str = "column",
        order: str = "gradients-first",
        picture: Sequence[int] | None = None,
        label_names: Sequence[str] = (),
        equations: str = "",
        error: str | None = None,
        gradients: Sequence[str] = (),
        parameters: Mapping[str, Any] = NOTHING,
        given: Mapping[str, Any] = NOTHING,
        penalty: Penalty | Mapping[str, object] | None = None,
    ) -> None:
        checked: dict[str, Any] = {
            "title": text(title, ("title",)),
            "reduction": choice(reduction, REDUCTION_NAMES, ("reduction",)),
            "shuffle": truth(shuffle, ("shuffle",)),
            "seed": whole_number(seed, ("seed",), least=0, most=LARGEST_SEED),
            "convention": choice(convention, CONVENTION_NAMES, ("convention",)),
            "order": choice(order, ORDER_NAMES, ("order",)),
            "optimizer": checked_optimizer(optimizer),
            "equations": lines_of_text(equations, ("equations",)),
            "error": None if error is None else text(error, ("error",)),
            "gradients": checked_names(gradients, ("gradients",)),
            "parameters": checked_parameters(parameters),
            "given": checked_given(given),
            "penalty": checked_penalty(penalty),
        }
        if equations:
            if penalty is not None:
                raise FieldError("does not go with equations: write it into the error", ("penalty",))
            checked |= _checked_equation_fields(layers, loss, x, y)
        else:
            checked |= _checked_layer_fields(layers, loss, x, y, checked)
        samples, inputs = checked["x"].shape
        checked["batch_size"] = checked_batch_size(batch_size, samples)
        checked["picture"] = checked_picture(picture, inputs)
        checked["label_names"] = checked_label_names(label_names, checked["y"].shape[1])
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_written", self._read_equations() if equations else None)
        check_cost(self.cost)
        object.__setattr__(self, "_parameters", self._first_values())

    def __repr__(self) -> str:
        return f"<Network {self.title!r} {'-'.join(map(str, self.sizes))}>"

    def _read_equations(self) -> WrittenGraph:
        from nablastep.equations import Incoming, WrittenGraph, check_input_names

        incoming = [
            Incoming(name, role, (int(data.shape[1]), self.samples))
            for name, role, data in (("x", Role.DATA, self.x), ("y", Role.TARGET, self.y))
            if data.shape[1]
        ]
        incoming += [Incoming(name, Role.GIVEN, size_of(value)) for name, value in self.given.items()]
        incoming += [Incoming(name, Role.PARAMETER, found.shape) for name, found in self.parameters.items()]
        check_input_names(incoming)
        return WrittenGraph(
            self.equations,
            incoming,
            samples=self.samples,
            whole_batches=self.batch_size == self.samples,
            error=self.error,
            gradients=self.gradients,
        )

    def _first_values(self) -> dict[str, Any]:
        if self._written is None:
            return dict(_initial_parameters(self.layers, self.x.shape[1], self.seed))
        generator = _generator(self.seed)
        return {name: parameter.initial(generator) for name, parameter in self.parameters.items()}

    @classmethod
    def from_equations(
        cls, equations: str, *, parameters: Mapping[str, Any], given: Mapping[str, Any] = NOTHING, **fields: Any
    ) -> Network:
        """A network written as equations, one a line, with what a network file has beside them.

        `parameters` and `given` map names to numbers, lists (columns) or rows of numbers; a parameter may be a table
        of `shape`, `init`, `value` and `frozen`. `x` and `y` are samples × features as ever.
        """
        return cls(equations=equations, parameters=parameters, given=given, **fields)

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, ArrayLike] | Sequence[Any], activations: Sequence[str], **fields: Any
    ) -> Network:
        """A network of layers from its weights, with what else a network has: x, y, loss, ….

        `arrays` are named (a state_dict, what np.load gives), and layers are found by the names and put in the order
        in which their sizes chain; or a list with W or (W, b) for each layer, W as units out × units in. There is one
        activation for each layer. Raises NetworkError.
        """
        return cls(layers=layers_from(arrays, activations), **fields)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Network:
        """The network in a network file (TOML). Raises NetworkError or DataError with file and line."""
        from nablastep.files.network_file import read_network

        return read_network(path)

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write a network file that reads back to the same numbers, bit for bit; data are written as x and y."""
        from nablastep.files.network_file import write_network

        write_network(self, path)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, the inputs first: (n0, n1, …, nL); for equations the sizes of their dimensions."""
        return tuple(self.dimensions.values())

    @property
    def dimensions(self) -> dict[str, int]:
        """The size of every dimension by its name, without that of the samples."""
        if self._written is not None:
            return dict(self._written.sizes)
        widths = (self.x.shape[1], *(layer.units for layer in self.layers))
        return {f"n{k}": int(width) for k, width in enumerate(widths)}

    @property
    def cost(self) -> Cost:
        """What one iteration needs, estimated."""
        state = len(RULES[self.optimizer.name].state)
        if self._written is None:
            return layers_cost(self.sizes, self.samples, self.batch_size, state)
        numbers = sum(math.prod(parameter.shape) for parameter in self.parameters.values())
        graph = self._written.graph(batch=True, targets_sum_to_one=False)
        sizes = {**self.dimensions, "m": self.batch_size}
        expressions = (definition.equation.expression for definition in graph.definitions)
        return equations_cost(expressions, numbers, sizes, self.x.size + self.y.size, state)

    @property
    def samples(self) -> int:
        """Number of samples in the data."""
        return int(self.x.shape[0])

    @property
    def initial_parameters(self) -> dict[str, Any]:
        """Every parameter at the start, in order of the layers: `W0` (n1, n0), `b0` (n1, 1) where there is a bias.

        Of equations in the order of their table; a parameter may be a number there.
        """
        return dict(self._parameters)

    def graph(self, *, batch: bool, targets_sum_to_one: bool) -> Graph:
        """The equations for one sample, or for a batch of several."""
        if self._written is not None:
            return self._written.graph(batch=batch, targets_sum_to_one=targets_sum_to_one)
        form = Form(
            sizes=self.sizes,
            activations=tuple(layer.activation for layer in self.layers),
            biases=tuple(f"b{k}" in self._parameters for k in range(len(self.layers))),
            loss=self.loss,
            reduction=self.reduction,
            batch=batch,
            targets_sum_to_one=targets_sum_to_one,
            penalty="" if self.penalty is None else self.penalty.on,
        )
        return layer_graph(form)

    @cached_property
    def data_names(self) -> frozenset[str]:
        """Those of x and y that there are: equations may do without data, and call something else so."""
        return frozenset(name for name, found in (("x", self.x), ("y", self.y)) if found.shape[1])

    @property
    def idle(self) -> tuple[str, ...]:
        """The quantities of equations that the error does not depend on."""
        return () if self._written is None else self._written.idle

    @cached_property
    def outer_names(self) -> frozenset[str]:
        """What holds for whole iterations: data, what is given, and the learning rate."""
        return self.data_names | self.held.keys() | {"learning_rate"}

    @cached_property
    def held(self) -> Mapping[str, Value]:
        """What stands still while the network learns: what equations are given, and λ of a penalty."""
        return self.given if self.penalty is None else {PENALTY: self.penalty.l2}

    def setting_name(self, name: str) -> str:
        """What a setting of the optimiser is called in equations: a quantity of its name hides it."""
        return hidden_setting(name) if name in self._quantity_names else name

    @cached_property
    def _quantity_names(self) -> frozenset[str]:
        graph = self.graph(batch=True, targets_sum_to_one=False)
        return frozenset(graph.by_id)

    @property
    def frozen_parameters(self) -> frozenset[str]:
        """Ids of the parameters that the update leaves alone, such as `b0`."""
        if self._written is not None:
            return frozenset(name for name, parameter in self.parameters.items() if parameter.frozen)
        return frozenset(f"{name}{index}" for index, layer in enumerate(self.layers) for name in layer.frozen)

    @property
    def is_classifier(self) -> bool:
        """Whether the outputs are probabilities: softmax with cross-entropy, or sigmoid with its binary form."""
        if not self.layers:
            return False
        ending = (self.layers[-1].activation, self.loss)
        return ending in {("softmax", "categorical_cross_entropy"), ("sigmoid", "binary_cross_entropy")}

    @property
    def batches_per_pass(self) -> int:
        """Number of iterations in which every sample is used once."""
        return -(-self.samples // self.batch_size)

    def batch(self, iteration: int) -> tuple[int, ...]:
        """Indices of the samples that iteration `iteration` (from 1) uses; a pure function of it and the seed."""
        return tuple(np.arange(self.samples)[self.rows(iteration)].tolist())

    def rows(self, iteration: int) -> slice | NDArray[np.intp]:
        """The same samples as an index into the rows of `x` and `y`."""
        passes_done, place = self.place_in_pass(iteration)
        rows = slice(place * self.batch_size, min((place + 1) * self.batch_size, self.samples))
        return _permutation(self.seed, passes_done + 1, self.samples)[rows] if self.shuffle else rows

    def place_in_pass(self, iteration: int) -> tuple[int, int]:
        """(passes done before iteration `iteration`, its place from 0 in its own)."""
        if iteration < 1:
            raise ValueError(f"iterations count from 1, found {iteration}")
        return divmod(iteration - 1, self.batches_per_pass)

    def with_parameters(
        self,
        parameters: Mapping[str, ArrayLike],
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        learning_rate: float | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Network:
        """The same network with other initial parameters, named as in `initial_parameters`; those left out stay.

        `x`, `y`, `learning_rate` and `given` replace the data and the setting where they are given.
        """
        for name in parameters:
            if name not in self._parameters:
                raise UnknownNameError(f"unknown parameter {name!r}; the parameters are {', '.join(self._parameters)}")
        return replace(
            self,
            **self._with_values({**self._parameters, **parameters}),
            **self._with_held({} if given is None else given),
            x=self.x if x is None else matrix(x, ("x",), "samples × inputs"),
            y=self.y if y is None else matrix(y, ("y",), "samples × outputs"),
            optimizer=self.optimizer if learning_rate is None else replace(self.optimizer, learning_rate=learning_rate),
        )

    def _with_held(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that hold what stands still, with these numbers in it."""
        if self.penalty is None:
            return {"given": {**self.given, **held}}
        return {"penalty": replace(self.penalty, l2=float(held.get(PENALTY, self.penalty.l2)))}

    def _with_values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The field that holds parameters, with these values."""
        if self._written is not None:
            kept = {name: {"value": values[name], "frozen": found.frozen} for name, found in self.parameters.items()}
            return {"parameters": kept}
        layers: list[dict[str, object]] = []
        for index, layer in enumerate(self.layers):
            layers.append({"activation": layer.activation, "W": values[f"W{index}"], "frozen": layer.frozen})
            if layer.bias:
                layers[-1]["b"] = matrix(values[f"b{index}"], (f"b{index}",), "units × 1")
        return {"layers": checked_layers(layers)}


def _checked_layer_fields(
    layers: object, loss: object, x: object, y: object, others: Mapping[str, Any]
) -> dict[str, Any]:
    for key in ("error", "gradients", "parameters", "given"):
        if others[key]:
            raise FieldError("goes with equations, not with layers", (key,))
    checked: dict[str, Any] = {
        "x": matrix(x, ("x",), "samples × inputs"),
        "y": matrix(y, ("y",), "samples × outputs"),
        "loss": choice(loss, loss_names(), ("loss",)),
        "layers": checked_layers(layers),
    }
    samples, inputs = checked["x"].shape
    check_chain(checked["layers"], inputs)
    check_targets(checked["y"], samples, checked["layers"][-1].units, checked["loss"])
    return checked


def _checked_equation_fields(layers: object, loss: object, x: object, y: object) -> dict[str, Any]:
    if layers:
        raise FieldError("does not go with equations; leave out one of them", ("layers",))
    if loss:
        raise FieldError("does not go with equations, which define the error themselves", ("loss",))
    data = {
        name: matrix(value, (name,), f"samples × {columns}")
        for name, value, columns in (("x", x, "inputs"), ("y", y, "outputs"))
        if value is not None and np.size(value)  # type: ignore[arg-type]
    }
    samples = {found.shape[0] for found in data.values()}
    if len(samples) > 1:
        expected = counted(data["x"].shape[0], "row")
        problem = f"expected {expected} to match the samples of x, found {data['y'].shape[0]}"
        raise FieldError(problem, ("y",))
    nothing = read_only(np.empty((samples.pop() if samples else 1, 0)))
    return {"layers": (), "loss": "", "x": data.get("x", nothing), "y": data.get("y", nothing)}


@lru_cache(maxsize=8)
def _permutation(seed: int, pass_number: int, samples: int) -> NDArray[np.intp]:
    order = np.random.default_rng([seed, pass_number]).permutation(samples)
    order.flags.writeable = False
    return order


def _generator(seed: int) -> Callable[[], np.random.Generator]:
    """The one generator of a network, made when a number is first drawn."""
    return cache(lambda: np.random.default_rng(seed))


def _initial_parameters(layers: Sequence[Layer], inputs: int, seed: int) -> dict[str, FloatArray]:
    generator = _generator(seed)
    parameters: dict[str, FloatArray] = {}
    width = inputs
    for index, layer in enumerate(layers):
        parameters[f"W{index}"] = layer.initial_weights(width, generator)
        offsets = layer.initial_bias()
        if offsets is not None:
            parameters[f"b{index}"] = offsets
        width = layer.units
    return parameters
