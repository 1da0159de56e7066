"""What the steps of a chain of layers are called and mean: neurons, weights, biases, activations.

The vocabulary of `layers`; steps of other graphs are told by role in `words`.
"""

from __future__ import annotations

import re

from nablastep.expressions import ARGUMENT, Apply, Symbol
from nablastep.functions.activations import ACTIVATIONS
from nablastep.notation import notation_named
from nablastep.phrases import change_of_error
from nablastep.program import FORWARD, UPDATE, Program, Step

CELL = tuple[int, int]


def layer_title(step: Step, program: Program) -> str:
    """A few words that name the step, such as "gradient of the weights into layer 2"."""
    target, last = step.target, len(program.form.activations)
    layer = step.card
    if step.phase == UPDATE:
        what = f"the {'weights' if target.base == 'W' else 'bias'} into layer {layer}"
        return {
            "": f"update of {what}",
            "velocity": f"velocity of {what}",
            "m": f"running mean of the gradient of {what}",
            "v": f"running mean of its square for {what}",
        }[target.prefix]
    if step.phase == FORWARD:
        if target.base == "E":
            return "how wrong the output is"
        if target.base == "z":
            return f"pre-activation of layer {layer}"
        return "output of the network" if layer == last else f"activation of layer {layer}"
    if target.base == "a":
        return "how E reacts to the output" if layer == last else f"error sent back through W to layer {layer}"
    if target.base == "z":
        return f"back through the activation of layer {layer}"
    return f"gradient of the {'weights' if target.base == 'W' else 'bias'} into layer {layer}"


def layer_number_kind(symbol: Symbol) -> str:
    """Whether a number of a parameter is a weight or a bias."""
    return "weight" if symbol.base == "W" else "bias"


def layer_sentence(step: Step, program: Program, cell: CELL, value: float, weights: str) -> str:
    """What this number means: `cell` in column orientation, from 0, `value` the number in it.

    `weights` names the row or column of W behind a pre-activation, as the shown convention lays it out.
    """
    row, column = cell[0] + 1, cell[1] + 1
    target, last = step.target, len(program.form.activations)
    summed = ", added up over the samples" if program.form.batch else ""
    sample = f" for sample {column}" if program.form.batch and target.base in {"z", "a"} else ""
    if step.phase == FORWARD:
        return _forward_sentence(step, program, row, sample, weights)
    change = change_of_error("E", value)
    if target.base == "W":
        return (
            f"Raise this weight and {change}: the gradient of z at {_neuron(program, step.card, row)} times what "
            f"{_neuron(program, step.card - 1, column)} sent it{summed}."
        )
    if target.base == "b":
        return f"Raise this bias and {change}: the bias is added to z directly and inherits the gradient of z{summed}."
    if target.base == "z":
        slope = "mixes all outputs of the sample" if _is_softmax(program, step.card) else _slope(program, step.card)
        if step.card == last and program.step("E").definition is not None:
            return f"Raise this z{sample} and {change}: activation and loss together leave output minus target."
        return f"Raise z of {_neuron(program, step.card, row)}{sample} and {change}: the activation {slope}."
    if step.card == last:
        return f"Raise output {row}{sample} and {change}."
    return (
        f"Raise what {_neuron(program, step.card, row)} sends{sample} and {change}: "
        "each neuron of the next layer reports its error through its weight."
    )


def _forward_sentence(step: Step, program: Program, row: int, sample: str, weights: str) -> str:
    if step.target.base == "z":
        sent = "every input" if step.card == 1 else f"what every neuron of layer {step.card - 1} sent"
        bias = "; the bias shifts the sum" if program.form.biases[step.card - 1] else ""
        return f"{weights}, the weights into layer {step.card}, weighs {sent}{sample}{bias}."
    if _is_softmax(program, step.card):
        return f"Output {row}{sample} takes its share: all shares of a sample add up to 1."
    name = program.form.activations[step.card - 1].replace("_", " ")
    return f"Neuron {row} answers with the {name} of its own sum{sample}, and of nothing else."


def _neuron(program: Program, layer: int, number: int) -> str:
    """`input 2`, `hidden neuron 1` or `output neuron 1`; with several hidden layers `neuron 1 of layer 2`."""
    last = len(program.form.activations)
    if layer in {0, last}:
        return f"{'output neuron' if layer else 'input'} {number}"
    return f"hidden neuron {number}" if last == 2 else f"neuron {number} of layer {layer}"


def _slope(program: Program, layer: int) -> str:
    """What an element-wise activation does to an error, with the slope as the step computes it."""
    function = ACTIVATIONS[program.form.activations[layer - 1]]
    assert function is not None
    assert function.derivative is not None
    writer = notation_named("unicode")
    prime = writer.text(Apply(function, ARGUMENT, prime=True))
    return f"scales it by its slope, {prime} = {_of_a_number(writer.text(function.derivative))}"


def _of_a_number(formula: str) -> str:
    """A formula for one number: `1/cosh²(x)` where for an array it is `1 ⊘ cosh(x)²`."""
    return re.sub(r"(\w+)\(x\)²", r"\1²(x)", formula).replace(" ⊘ ", "/").replace(" ⊙ ", " ")


def _is_softmax(program: Program, layer: int) -> bool:
    return program.form.activations[layer - 1] == "softmax"
