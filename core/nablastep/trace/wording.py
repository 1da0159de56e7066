"""The words around the equations of a trace, the same in every format: the network in a sentence, batches, headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from nablastep.network_notes import network_notes
from nablastep.notation.unicode import dimension_text
from nablastep.phrases import listed
from nablastep.trace.model import Trace, TraceIteration, TraceStep
from nablastep.trace.numerals import number_text

FEW = 8

_POWER = re.compile("×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_PLAIN = {"−": "-", "×": "x", "∞": "inf", "√": "sqrt", "σ": "sigmoid", "Φ": "normal_cdf", "ᵀ": ".T"}


def counted(count: int, noun: str) -> str:
    """`1 sample`, `3 samples`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def capitalised(text: str) -> str:
    """The text with a capital in front; the rest keeps its letters."""
    return text[:1].upper() + text[1:]


def network_sentence(trace: Trace) -> str:
    """Sizes, activations, loss, data and optimiser."""
    network = trace.network
    if not network.layers:
        return _equations_sentence(trace)
    activations = ", ".join(_plain(layer.activation) for layer in network.layers)
    settings = _settings(trace)
    batch = "" if network.batch_size == network.samples else f" in batches of {network.batch_size}"
    reduction = f" ({network.reduction} over the batch)" if network.batch_size > 1 else ""
    return (
        f"A {'-'.join(map(str, network.sizes))} network ({activations}) with {_plain(network.loss)}{reduction}, "
        f"{counted(network.samples, 'sample')}{batch}, {network.optimizer.name} with {settings}."
    )


def _equations_sentence(trace: Trace) -> str:
    """The equations, the parameters, data and optimiser."""
    network = trace.network
    parameters = listed(tuple(network.parameters)) or "none"
    settings = _settings(trace)
    batch = "" if network.batch_size == network.samples else f" in batches of {network.batch_size}"
    samples = f", {counted(network.samples, 'sample')}{batch}" if network.data_names else ""
    count = counted(len(trace.definitions), "equation")
    return f"A network of {count} with the parameters {parameters}{samples}, {network.optimizer.name} with {settings}."


def _settings(trace: Trace) -> str:
    schedule = trace.network.optimizer.schedule
    rate = [f"learning rate {schedule}"] if schedule else []
    shown = (f"{_plain(name)} {value:.6g}" for name, value in trace.settings.items() if name != "t")
    return ", ".join([*rate, *shown])


def _plain(name: str) -> str:
    """A name of the program's as words."""
    return name.replace("_", " ")


def opening_notes(trace: Trace) -> tuple[str, ...]:
    """What has to be known of the network before its numbers are read: interleaved updates, pairs that do not fit."""
    notes = network_notes(trace.network, trace.convention.name)
    if trace.network.order != "interleaved":
        return notes
    return (
        "Here each layer is updated before the gradients of the layers below are taken (order interleaved): "
        "those are then not the gradients of E. The command gradcheck shows it.",
        *notes,
    )


def plain_words(text: str) -> str:
    """The text of a note in ASCII, for terminals that show nothing else."""
    text = _POWER.sub(lambda found: "x10^" + found[1].translate(_DIGITS), text)
    return "".join(_PLAIN.get(character, character) for character in text)


def sizes_sentence(trace: Trace, *, plain: bool = False) -> str:
    """The convention, and the size behind every dimension's name."""
    written: Callable[[str], str] = str if plain else dimension_text
    sizes = [f"{written(name)} = {size}" for name, size in trace.network.dimensions.items()]
    batch = f", m = {trace.network.batch_size} samples" if trace.network.batch_size > 1 else ""
    written_so = f"Convention {trace.convention.name}: {formula(trace, plain=plain)}." if trace.turns else AS_WRITTEN
    return f"{written_so} Sizes: {', '.join(sizes)}{batch}." if sizes else written_so


AS_WRITTEN = "Convention as written: there are no samples that could stand in rows or columns."


def formula(trace: Trace, *, plain: bool = False) -> str:
    """How the convention writes a layer."""
    text = trace.convention.formula
    return text.replace("ᵀa", ".T a").replace("ᵀ", ".T") if plain else text


def gradient_sentence(trace: Trace, gradient: str) -> str:
    """What a gradient is, said once; `gradient` is how the notation writes that of x."""
    return trace.about(f"{gradient} is short for the gradient of E with respect to x; it has the shape of x.")


def heading_of(step: TraceStep) -> str:
    """`Iteration 1, forward`."""
    return f"Iteration {step.iteration}, {step.phase}"


def batch_text(trace: Trace, iteration: TraceIteration) -> str:
    """Which samples the iteration uses, by their indices from 0; empty where there is only one."""
    if trace.network.samples == 1:
        return ""
    batch = iteration.batch
    if len(batch) > 2 and batch == tuple(range(batch[0], batch[-1] + 1)):
        return f"samples {batch[0]} to {batch[-1]}"
    shown = ", ".join(map(str, batch[:FEW])) + (", …" if len(batch) > FEW else "")
    return f"{'sample' if len(batch) == 1 else 'samples'} {shown}"


def closing(trace: Trace, errors: Sequence[float]) -> str:
    """E of one iteration after the other; empty for a single one."""
    if len(errors) < 2:
        return ""
    texts = [number_text(error) for error in errors]
    if len(texts) > FEW:
        texts = [*texts[: FEW - 2], "…", texts[-1]]
    return trace.about(f"E in iterations 1 to {len(errors)}: {', '.join(texts)}")
