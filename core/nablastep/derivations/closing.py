"""The closing answer of a derivation, in the words of the person who asks, and what conventions have to do with it."""

from __future__ import annotations

from dataclasses import dataclass

from nablastep.derivations.subject import Subject, subject_of
from nablastep.expressions import Apply, Softmax
from nablastep.program import BACKWARD, Program
from nablastep.session import Session
from nablastep.transposition import CONVENTIONS, Convention, convention_named

SHORTHAND = "∇x is short for ∇ₓE: the array of all ∂E/∂x, always shaped like x."


@dataclass(frozen=True)
class Closing:
    """A question as people ask it, and the answer in a few sentences."""

    question: str
    answer: str


@dataclass(frozen=True)
class Reading:
    """One way of writing z that the question, its answer and the libraries use, and what ∇a and ∇W are there."""

    where: str
    convention: str
    forward: str
    activation_gradient: str
    weight_gradient: str


READINGS = (
    Reading("the question's scalar form, W from i to j", "column-transposed", "z = Wᵀa + b", "∇a = W ∇z", "∇W = a ∇zᵀ"),
    Reading("the question's vector form", "column", "z = W a + b", "∇a = Wᵀ ∇z", "∇W = ∇z aᵀ"),
    Reading("the answer's second half", "column-transposed", "z = Wᵀa + b", "∇a = W ∇z", "∇W = a ∇zᵀ"),
    Reading("PyTorch Linear, weight units × inputs", "row-pytorch", "z = a Wᵀ + b", "∇a = ∇z W", "∇W = ∇zᵀ a"),
    Reading("Keras Dense, kernel inputs × units", "row-keras", "z = a W + b", "∇a = ∇z Wᵀ", "∇W = aᵀ ∇z"),
)

MIXING = (
    "The question writes z = Wᵀa with indices (W leads from i to j) and z = W a with vectors. Both are right alone. "
    "Taking the indices from one and the matrix form from the other leaves W where Wᵀ belongs, or Wᵀ where W belongs; "
    "in a square layer no shape check notices."
)


def closing(session: Session, name: str, convention: str) -> Closing:
    """The question that a step of the session raises and its answer, in the convention of that name."""
    program = session.program
    is_backward = name == "grad_a0" or program.step(name).phase == BACKWARD
    subject = subject_of(program, name) if is_backward else None
    return closing_of(program, name, convention_named(convention), subject)


def closing_of(program: Program, name: str, convention: Convention, subject: Subject | None) -> Closing:
    """The question that this step raises and its answer, in the convention shown."""
    if subject is None or (name != "grad_a0" and program.step(name).phase != BACKWARD):
        return _forward_closing(name)
    if subject.through_error:
        return _error_closing(program, subject)
    base = subject.variable.base
    if base == "z":
        return _activation_closing(subject)
    if base == "a":
        return _input_closing(convention)
    return _weight_closing(convention, subject) if base == "W" else _bias_closing(subject)


def _forward_closing(name: str) -> Closing:
    if name == "E":
        return Closing(
            "What is E?",
            "One number for all outputs: the loss of each sample, reduced over the batch as the file says.",
        )
    if name.startswith("z"):
        return Closing(
            "Why a matrix product?",
            "Every neuron takes a weighted sum of all activations before it; the weights of all neurons make a matrix.",
        )
    return Closing(
        "Why is f written for whole arrays?",
        "An activation acts entry by entry (softmax: sample by sample), so one f stands for all.",
    )


def _activation_closing(subject: Subject) -> Closing:
    if isinstance(subject.use.expression, Apply):
        return Closing(
            "Why ⊙ here and a matrix product elsewhere?",
            "⊙ is a matrix product too: with the diagonal matrix diag(f′(z)). f works entry by entry, so its Jacobian "
            "is diagonal and n numbers do the work of n². Softmax does not work entry by entry: there the zeros fill "
            "in and ⊙ alone is wrong.",
        )
    assert isinstance(subject.use.expression, Softmax)
    return Closing(
        "Why is ∇a ⊙ f′(z) not enough here?",
        "Every softmax output depends on every input of its sample, so the Jacobian diag(p) − p pᵀ is full. Its "
        "product with ∇a can be written with ⊙ and one sum, and that sum is what ∇a ⊙ p ⊙ (1 − p) leaves out.",
    )


@dataclass(frozen=True)
class _Forms:
    """How one convention writes the linear map, its adjoint, the wrong transpose, the trace, and the gradient of W."""

    forward: str
    adjoint: str
    wrong: str
    trace: str
    order: str


_FORMS = {
    "column": _Forms("W da", "Wᵀ∇z", "W ∇z", "tr(∇zᵀ dW a)", "∇z stands left of aᵀ"),
    "column-transposed": _Forms("Wᵀda", "W ∇z", "Wᵀ∇z", "tr(∇zᵀ dWᵀ a)", "a stands left of ∇zᵀ"),
    "row-keras": _Forms("da W", "∇z Wᵀ", "∇z W", "tr(∇zᵀ a dW)", "aᵀ stands left of ∇z"),
    "row-pytorch": _Forms("da Wᵀ", "∇z W", "∇z Wᵀ", "tr(∇zᵀ a dWᵀ)", "∇zᵀ stands left of a"),
}


def _input_closing(convention: Convention) -> Closing:
    forms = _FORMS[convention.name]
    turned = "Wᵀ" if "Wᵀ" in forms.adjoint else "W"
    side = "behind the row ∇z" if convention.transposes_samples else "in front of the column ∇z"
    return Closing(
        f"Why {turned}, and why {side}?",
        f"The forward pass goes through a linear map, da ↦ {forms.forward}. Going back is its adjoint, the map that "
        f"gives the same inner product from the other side: ⟨∇z, {forms.forward}⟩ = ⟨{forms.adjoint}, da⟩. It is "
        f"neither an inverse nor a choice that shapes make: in a square layer {forms.wrong} has the right shape too, "
        "and the wrong value.",
    )


def _weight_closing(convention: Convention, subject: Subject) -> Closing:
    forms = _FORMS[convention.name]
    several = " Over a batch the inner dimension of the product is m: it adds up one outer product for each sample."
    weight, place = ("Wₗⱼ", "column") if convention.transposes_weights else ("Wⱼₗ", "row")
    return Closing(
        "Why an outer product, and why this order?",
        f"Weight {weight} reaches E through zⱼ only, and what it adds there is scaled by aₗ: ∂zᵢ/∂{weight} = δᵢⱼ aₗ, a "
        "table with three indices that is mostly zeros. So each entry of ∇W is one entry of ∇z times one entry of a, "
        f"and the neurons of z count its {place}s. The order is no choice either: dE = {forms.trace} for one sample, "
        f"and turning the trace until dW stands alone leaves ∇W beside it: {forms.order}."
        + (several if subject.is_batch else ""),
    )


def _bias_closing(subject: Subject) -> Closing:
    if subject.is_batch:
        return Closing(
            "Why is ∇b a sum over the samples?",
            "The forward pass copies b to every sample, b 1ᵀ; the adjoint of copying is summing. For each sample alone "
            "∂z/∂b is the identity.",
        )
    return Closing(
        "Why is ∇b just ∇z?",
        "z contains b once, with the factor 1, so ∂z/∂b is the identity. b acts like one more weight, from a neuron "
        "whose activation is always 1.",
    )


def _error_closing(program: Program, subject: Subject) -> Closing:
    if subject.variable.base == "z":
        return Closing(
            "Where have f′(z) and the fractions of the loss gone?",
            "They cancel: the loss divides by exactly what f′ multiplies with. E is computed from z directly, so no "
            "entry is divided by a number near 0. The short form holds for this pair of activation and loss only.",
        )
    return Closing(
        "Where does the first gradient come from?",
        "From the loss alone: differentiate E by each output. Everything further back is the chain rule. A factor such "
        "as 1/m enters here, once, and is carried along by every later step.",
    )


def conventions_text(convention: Convention) -> tuple[str, ...]:
    """Who writes z in which way, one line each, and the trap between them."""
    lines = [f"shown: {convention.name}, {convention.formula} ({CONVENTIONS[convention.name].met_in})"]
    lines += [
        f"{reading.where}: {reading.forward}, so {reading.activation_gradient} and {reading.weight_gradient}"
        for reading in READINGS
    ]
    return (*lines, MIXING)
