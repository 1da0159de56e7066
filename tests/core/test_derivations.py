"""Derivations: every route to every backward equation holds, in every convention, and a wrong rule makes it fail."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from covering import covering
from nablastep import program
from nablastep.calculus import CALCULUS
from nablastep.derivations.bias_as_activation import augmented_lines
from nablastep.derivations.closing import closing, closing_of, conventions_text
from nablastep.derivations.jacobian import LAYOUTS
from nablastep.derivations.lines import Route
from nablastep.derivations.rendering import FORMATS, latex_words, why_text
from nablastep.derivations.subject import subject_of
from nablastep.derivations.why import ROUTES, why, why_lines
from nablastep.derivations.writing import derivation_notations
from nablastep.evaluation import value_of
from nablastep.expressions import Equation, Expression, Factor, Hadamard, MatMul, Scale, Transpose, walk
from nablastep.files.built_in import layer_network_names, network_names
from nablastep.functions.activations import ACTIVATIONS
from nablastep.functions.losses import LOSSES
from nablastep.layers import LayerGraph
from nablastep.notation import notation_named
from nablastep.optimizers import RULES
from nablastep.structures import Placed
from nablastep.transposition import CONVENTIONS

ALL_CONVENTIONS = tuple(CONVENTIONS)


def backward_ids(session: ns.Session) -> list[str]:
    return [step.id for step in session.program.steps if step.phase == "backward"]


def at_end(network: ns.Network | str) -> ns.Session:
    session = ns.open(network)
    session.goto("end")
    return session


def layers_network(activation: str, loss: str, samples: int, **changes: Any) -> ns.Network:
    """3 inputs, 2 hidden units, 4 outputs: no two widths alike, targets that every loss takes."""
    generator = np.random.default_rng([len(activation), len(loss), samples])
    y = generator.uniform(0.1, 1.0, (samples, 4))
    fields: dict[str, Any] = {
        "layers": [
            {"activation": activation, "W": generator.normal(size=(2, 3)), "b": generator.normal(size=2)},
            {"activation": activation, "W": generator.normal(size=(4, 2)), "b": generator.normal(size=4)},
        ],
        "x": generator.normal(size=(samples, 3)),
        "y": y / y.sum(axis=1, keepdims=True),
        "loss": loss,
    }
    return ns.Network(**{**fields, **changes})


def check_route(session: ns.Session, name: str, convention: str, route: Route) -> None:
    """The contract of one route: it holds, it is long enough, and it ends with the step's own equation and value."""
    place = f"{name} in {convention} by the {route.name} route"
    failing = [line.text() for line in route.lines if line.holds is not True]
    assert not failing, f"{place}: {failing}"
    assert len(route.lines) >= 3, place
    assert len({line.rule for line in route.lines}) >= 3, place
    step = session.program.step(name)
    shown = CONVENTIONS[convention].shown_equation(step.equation)
    for notation in ("unicode", "ascii", "latex", "numpy", "spoken"):
        assert route.lines[-1].text(notation) == notation_named(notation).equation_text(shown), place
    expected = CONVENTIONS[convention].shown_value(step.target, session.get(name)) if name != "E" else session["E"]
    np.testing.assert_allclose(route.lines[-1].value, expected, rtol=1e-9, atol=1e-12)


def check_all(session: ns.Session, conventions: tuple[str, ...] = ALL_CONVENTIONS) -> None:
    for name in backward_ids(session):
        for convention in conventions:
            for route in why(session, name, convention=convention):
                check_route(session, name, convention, route)


@pytest.mark.parametrize("name", [name for name in layer_network_names() if name != "digits-mlp"])
def test_every_backward_step_of_a_built_in_network_holds_by_every_route_in_every_convention(name: str) -> None:
    check_all(at_end(name))


@pytest.mark.parametrize("convention", covering(ALL_CONVENTIONS, ("column", "row-keras")))
def test_the_digits_hold_too(convention: str) -> None:
    session = at_end("digits-mlp")
    for name in ("grad_a2", "grad_z2", "grad_W1", "grad_b1", "grad_a1", "grad_z1", "grad_b0"):
        for route in why(session, name, convention=convention):
            check_route(session, name, convention, route)


@pytest.mark.parametrize("logit", [40.0, 1000.0, -1000.0])
def test_a_saturated_batch_holds_a_delta_of_zero_drops_an_infinite_term(logit: float) -> None:
    layer = {"units": 1, "activation": "sigmoid", "W": [[logit]], "b": [0.0]}
    network = ns.Network([layer], [[1.0], [1.1], [1.2]], [[0.0], [1.0], [0.5]], loss="binary_cross_entropy")
    session = ns.open(network)
    session.goto("end")
    for name in ("grad_a1", "grad_z1", "grad_W0"):
        for route in why(session, name):
            assert [line.text() for line in route.lines if line.holds is False] == []


@pytest.mark.parametrize(("source", "step"), [("two-heads", "P1"), ("attention", "P")])
def test_softmax_is_asked_about_wherever_its_input_comes_from(source: str, step: str) -> None:
    found = closing(ns.open(source), step, "column")
    assert found.question == "Why not entry by entry?"
    assert "the sum over all of them" in found.answer


def test_a_jacobian_of_more_than_10000_entries_says_its_structure_instead_of_its_value() -> None:
    lines = why(at_end("digits-mlp"), "grad_W0", "jacobian")[0].lines
    large = [line for line in lines if line.structure is not None]
    assert {line.value for line in large} == {None}
    assert [line.shape for line in large] == [(32, 2048)]
    assert large[0].structure == "one number for each block, the rest zeros"
    assert all(line.holds for line in lines)
    document = json.loads(why_text(at_end("digits-mlp"), "grad_W0", route="jacobian", format="json"))
    assert [line["value"] for line in document["routes"][0]["lines"] if "structure" in line] == [None]


@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_has_its_derivations_by_being_registered(activation: str, samples: int) -> None:
    conventions = covering(("column", "row-keras"), ("column" if samples == 1 else "row-keras",))
    check_all(at_end(layers_network(activation, "half_squared_error", samples)), tuple(conventions))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_has_its_derivations_by_being_registered(loss: str, samples: int, reduction: str) -> None:
    turns = cycle(ALL_CONVENTIONS[1:])
    output = LOSSES[loss].pairs_with or "sigmoid"
    for activation in {"sigmoid", "softmax", output}:
        network = layers_network(activation, loss, samples, reduction=reduction)
        session = at_end(network)
        for name in ("grad_a2", "grad_z2"):
            for convention in covering(ALL_CONVENTIONS, {"column", next(turns)}):
                for route in why(session, name, convention=convention):
                    check_route(session, name, convention, route)


def test_targets_that_do_not_sum_to_one_have_the_general_form_derived() -> None:
    session = ns.open(layers_network("softmax", "categorical_cross_entropy", 2))
    session.set("y[0,1]", 0.9)
    session.goto("end")
    check_all(session)


def test_logits_of_a_thousand_stay_exact() -> None:
    network = layers_network("softmax", "categorical_cross_entropy", 1)
    session = ns.open(network)
    session.set("b1[0]", 1000.0)
    session.set("b1[1]", -1000.0)
    session.goto("end")
    assert np.isinf(session["grad_a2"]).any()
    for name in ("grad_a2", "grad_z2", "grad_W1"):
        for route in why(session, name):
            check_route(session, name, "column", route)


def test_layers_without_bias_frozen_ones_and_interleaved_updates_hold() -> None:
    layers = [
        {"activation": "tanh", "W": [[0.2, -0.4], [0.3, 0.1], [0.5, -0.6]]},
        {"activation": "silu", "W": [[0.7, -0.2, 0.4]], "b": [0.1], "frozen": ["W"]},
    ]
    network = ns.Network(
        layers, [[0.5, -1.0], [0.25, 2.0]], [[0.5], [1.0]], loss="huber", order="interleaved", optimizer="adam"
    )
    check_all(at_end(network))


def test_the_gradient_by_the_input_has_a_derivation_although_it_is_no_step() -> None:
    session = at_end("skinny")
    for route in why(session, "grad_a0", convention="row-pytorch"):
        assert all(line.holds for line in route.lines)
        np.testing.assert_allclose(route.lines[-1].value, session["grad_a0"].T)


@pytest.mark.parametrize("layout", ["numerator", "denominator"])
@pytest.mark.parametrize("name", ["mazur", "xor", "cs231n-two-layer"])
def test_both_layouts_of_jacobians_hold(name: str, layout: str) -> None:
    session = at_end(name)
    for step in backward_ids(session):
        for convention in ALL_CONVENTIONS:
            route = why(session, step, "jacobian", convention, layout)[0]
            assert all(line.holds for line in route.lines), (step, convention)
    numbers = {
        tuple(line.text() for line in why(session, "grad_a1", "jacobian", layout=each)[0].lines) for each in LAYOUTS
    }
    assert len(numbers) == 2


def test_the_direction_has_no_zero_stays_the_same_and_another_number_draws_another() -> None:
    session = at_end("skinny")
    first, again = (why(session, "grad_W0", "differential")[0] for _ in range(2))
    other = why(session, "grad_W0", "differential", direction_number=1)[0]
    assert first.direction is not None
    assert np.abs(first.direction).min() >= 0.5
    np.testing.assert_array_equal(first.direction, again.direction)
    assert not np.array_equal(first.direction, other.direction)
    assert all(line.holds for line in other.lines)
    turned = why(session, "grad_W0", "differential", "row-keras")[0]
    np.testing.assert_array_equal(turned.direction, first.direction.T)


def test_the_lines_of_the_differential_route_carry_the_change_of_the_error() -> None:
    session = at_end("mazur")
    route = why(session, "grad_W1", "differential")[0]
    expected = float(np.sum(session["grad_W1"] * route.direction))
    assert [line.value for line in route.lines[:-1]] == pytest.approx([expected] * (len(route.lines) - 1), rel=1e-12)


def test_the_questions_three_unknowns_read_as_they_should() -> None:
    session = at_end("mazur")
    texts = {name: [line.text() for line in why_lines(session, name)] for name in ("grad_z2", "grad_a1", "grad_W1")}
    assert "∂a⁽²⁾/∂z⁽²⁾ = diag(σ′(z⁽²⁾))" in texts["grad_z2"]
    assert "∇zᵢ⁽²⁾ = ∇aᵢ⁽²⁾ σ′(zᵢ⁽²⁾)" in texts["grad_z2"]
    assert "∂z⁽²⁾/∂a⁽¹⁾ = W⁽¹⁾" in texts["grad_a1"]
    assert "∇aₗ⁽¹⁾ = Σᵢ ∇zᵢ⁽²⁾ Wᵢₗ⁽¹⁾" in texts["grad_a1"]
    assert "dE = tr(a⁽¹⁾ ∇z⁽²⁾ᵀ dW⁽¹⁾)" in texts["grad_W1"]
    assert "∂z⁽²⁾/∂vec(W⁽¹⁾) = a⁽¹⁾ᵀ ⊗ I" in texts["grad_W1"]
    assert "∇Wⱼₗ⁽¹⁾ = Σᵢ ∇zᵢ⁽²⁾ δᵢⱼ aₗ⁽¹⁾" in texts["grad_W1"]


def test_every_rule_is_one_plain_sentence() -> None:
    for name in ("mazur", "cs231n-two-layer", "xor"):
        session = at_end(name)
        for step in session.program.steps:
            if step.phase == "update":
                continue
            for line in why_lines(session, step.id):
                assert line.rule.endswith("."), line.rule
                assert line.rule[0].isupper() or line.rule[0] in "∂Σ(⟨df", line.rule
                assert line.rule.count(". ") == 0, line.rule


# batches


def test_in_a_batch_a_line_is_written_for_one_sample_and_carries_all_of_them() -> None:
    session = at_end("xor")
    lines = why(session, "grad_z1", "jacobian")[0].lines
    assert lines[3].text() == "∇zₛ⁽¹⁾ = (∂aₛ⁽¹⁾/∂zₛ⁽¹⁾)ᵀ ∇aₛ⁽¹⁾"
    np.testing.assert_allclose(lines[3].value, session["grad_z1"])
    assert lines[4].text() == "∂aₛ⁽¹⁾/∂zₛ⁽¹⁾ = diag(tanh′(zₛ⁽¹⁾))"
    first = 1 - np.tanh(session["z1"][:, 0]) ** 2
    np.testing.assert_allclose(lines[4].value, np.diag(first))


# forward steps, refusals, positions


@pytest.mark.parametrize("name", network_names())
def test_forward_steps_show_the_index_form_and_the_matrix_form(name: str) -> None:
    session = at_end(name)
    for step in session.program.steps:
        if step.phase == "forward":
            for convention in ALL_CONVENTIONS:
                routes = why(session, step.id, convention=convention)
                assert [route.name for route in routes] == ["index", "matrix"]
                for route in routes:
                    check_route(session, step.id, convention, route)


def test_what_is_no_step_and_unknown_names_are_refused() -> None:
    session = at_end("mazur")
    with pytest.raises(ns.CommandError, match="b1 is no step: it is given, or stands still"):
        why(session, "b1")
    with pytest.raises(ns.UnknownNameError, match="no step computes 'grad_W2'; did you mean"):
        why(session, "grad_W2")
    with pytest.raises(ns.UnknownNameError, match="unknown route 'jacobi'; did you mean 'jacobian'"):
        why(session, "grad_W1", "jacobi")
    with pytest.raises(ns.CommandError, match="z1 has no jacobian route; it has index and matrix"):
        why(session, "z1", "jacobian")
    with pytest.raises(ns.UnknownNameError, match="unknown layout 'mixed'; there are numerator and denominator"):
        why(session, "grad_W1", layout="mixed")


@pytest.mark.parametrize("order", ["gradients-first", "interleaved"])
@pytest.mark.parametrize("optimizer", list(RULES))
def test_why_of_an_update_says_what_the_gradient_promises_and_ends_with_the_update(optimizer: str, order: str) -> None:
    settings = {"name": optimizer, "learning_rate": 0.01, "weight_decay": 0.1}
    network = layers_network("tanh", "half_squared_error", 3, optimizer=settings, order=order)
    session = ns.open(network)
    session.train(2)
    session.goto("end")
    for step in session.program.steps:
        if step.phase != "update":
            continue
        for convention in ALL_CONVENTIONS:
            (route,) = why(session, step.id, convention=convention)
            assert (route.name, route.holds) == ("update", True)
            assert len({line.rule for line in route.lines}) == len(route.lines) >= 3
            shown = CONVENTIONS[convention].shown_equation(step.equation)
            assert route.lines[-1].text() == notation_named("unicode").equation_text(shown)


def test_plain_descent_promises_minus_a_sum_of_squares() -> None:
    session = at_end("mazur")
    lines = why(session, "W1")[0].lines
    promised = -0.5 * float(np.sum(session["grad_W1"] ** 2))
    assert [line.value for line in lines[:3]] == pytest.approx([promised] * 3, rel=1e-9)
    assert lines[-1].text() == "W⁽¹⁾ ← W⁽¹⁾ − η ∇W⁽¹⁾"


def test_asking_why_moves_nothing_and_shows_the_numbers_of_the_moment() -> None:
    session = ns.open("xor")
    session.train(3)
    position = session.position
    lines = why_lines(session, "grad_W0", "index")
    assert session.position == position
    np.testing.assert_array_equal(lines[-1].value, session.previous["grad_W0"])
    session.next()
    np.testing.assert_allclose(why_lines(session, "z1", "index")[-1].value, session["z1"])
    session.goto("end")
    np.testing.assert_allclose(why_lines(session, "grad_W0", "index")[-1].value, session["grad_W0"])


def test_values_are_frozen() -> None:
    line = why_lines(at_end("mazur"), "grad_W1", "index")[0]
    assert not line.value.flags.writeable


# what makes a route fail


def holds(network: str | ns.Network, name: str, route: str) -> bool:
    return why(at_end(network), name, route)[0].holds


def doubled_adjoint(node: MatMul, operand: int, upstream: Expression) -> Expression:
    adjoint = _PRODUCT.adjoint
    assert adjoint is not None
    return Scale(Factor(2), adjoint(node, operand, upstream))


_PRODUCT = CALCULUS[MatMul]


@pytest.mark.parametrize("name", ["grad_a1", "grad_W1"])
def test_a_wrong_adjoint_changes_the_program_and_no_route_holds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program.build.cache_clear()
    monkeypatch.setitem(CALCULUS, MatMul, replace(_PRODUCT, adjoint=doubled_adjoint))
    try:
        session = at_end("square")
        assert [route.holds for route in why(session, name)] == [False, False, False]
    finally:
        monkeypatch.undo()
        program.build.cache_clear()


def test_a_route_arrives_at_its_equation_in_any_spelling_and_nowhere_else() -> None:
    subject = subject_of(at_end("skinny").program, "grad_a1", CONVENTIONS["column"])
    own = subject.equation.expression
    assert isinstance(own, MatMul)
    assert subject.arrives_at(own)
    assert subject.arrives_at(Transpose(MatMul(Transpose(own.right), Transpose(own.left))))
    assert subject.arrives_at(Scale(Factor(2), Scale(Factor(1, 2), own)))
    assert not subject.arrives_at(Scale(Factor(2), own))
    assert not subject.arrives_at(Hadamard(own, own))


# how it is written and answered


def test_every_line_is_written_in_every_notation() -> None:
    session = at_end("cs231n-two-layer")
    for name in ("E", *backward_ids(session)):
        for line in why_lines(session, name):
            for notation in derivation_notations():
                text = line.text(notation)
                assert text.strip()
                if notation == "ascii":
                    assert text.isascii(), text


def test_the_json_document_is_that_of_the_contract() -> None:
    document = json.loads(why_text(at_end("mazur"), "grad_W1", format="json"))
    assert {key: document[key] for key in ("format", "version", "id", "convention")} == {
        "format": "nablastep-why",
        "version": 1,
        "id": "grad_W1",
        "convention": "column",
    }
    assert [route["route"] for route in document["routes"]] == list(ROUTES)
    assert [route["direction"] is None for route in document["routes"]] == [True, True, False]
    assert np.shape(document["routes"][2]["direction"]) == (2, 2)
    for route in document["routes"]:
        for line in route["lines"]:
            assert set(line) == {"unicode", "latex", "rule", "shape", "value", "holds"}
            assert list(np.shape(line["value"])) == line["shape"]


def test_infinities_are_words_in_json() -> None:
    session = ns.open(layers_network("softmax", "categorical_cross_entropy", 1))
    session.set("b1[0]", 1000.0)
    session.goto("end")
    text = why_text(session, "grad_a2", format="json")
    assert '"-inf"' in text
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", ["E", "z1", "grad_a2", "grad_z1", "grad_W1"])
def test_every_format_is_written_and_says_the_equation(name: str, format_name: str) -> None:
    session = at_end("cs231n-two-layer")
    text = why_text(session, name, format=format_name)
    notation = "latex" if format_name in {"latex", "markdown"} else "unicode"
    equation = session.program.step(name).equation
    written = notation_named(notation).equation_text(equation)
    assert (json.dumps(written, ensure_ascii=False)[1:-1] if format_name == "json" else written) in text
    assert text.endswith("\n")


def test_latex_braces_and_environments_are_balanced() -> None:
    for network in ("mazur", "cs231n-two-layer"):
        session = at_end(network)
        for name in backward_ids(session):
            text = why_text(session, name, format="latex")
            assert text.count("{") == text.count("}")
            assert text.count(r"\left") == text.count(r"\right")
            assert text.count(r"\[") == text.count(r"\]")
            assert "?" not in text.replace("?}", "").split(r"\begin{document}")[1].replace("?\n", "")


def test_sentences_become_latex_without_double_subscripts() -> None:
    assert latex_words("δᵢⱼ aₗ is 5 % of ∇z′") == r"$\delta _{ij}$ a$_{l}$ is 5 \% of $\nabla$z$'$"


def test_ascii_text_is_ascii() -> None:
    assert why_text(at_end("xor"), "grad_a1", notation="ascii").isascii()


def test_the_closing_answer_names_the_question_and_the_convention() -> None:
    session = at_end("skinny")
    answers = {}
    for convention in CONVENTIONS.values():
        answers[convention.name] = closing_of(session.program, "grad_a1", convention).question
    assert answers == {
        "column": "Why W⁽¹⁾ᵀ, and why in front of ∇z⁽²⁾?",
        "column-transposed": "Why W⁽¹⁾, and why in front of ∇z⁽²⁾?",
        "row-keras": "Why W⁽¹⁾ᵀ, and why behind ∇z⁽²⁾?",
        "row-pytorch": "Why W⁽¹⁾, and why behind ∇z⁽²⁾?",
    }
    notes = "\n".join(conventions_text(CONVENTIONS["row-keras"]))
    assert "PyTorch Linear: its weight is units × inputs: z = a Wᵀ + b, so ∇a = ∇z W and ∇W = ∇zᵀ a" in notes
    assert "no shape check notices" in notes


def test_bias_is_a_weight_from_a_neuron_that_is_always_one() -> None:
    for name in ("mazur", "xor"):
        session = at_end(name)
        lines = augmented_lines(session, "grad_W1")
        assert [line.holds for line in lines[:2]] == [True, True]
        both = np.hstack([session["grad_W1"], session["grad_b1"]])
        np.testing.assert_allclose(lines[1].value, both)
    with pytest.raises(ns.CommandError, match="grad_z2 belongs to no equation with a bias"):
        augmented_lines(session, "grad_z2")


def test_every_rule_of_the_loss_has_a_line() -> None:
    """The differential route shows each operation on the way, so the factor and the sum of the loss have a line."""
    texts = [line.text() for line in why_lines(at_end("mazur"), "grad_a2", "differential")]
    assert "dE = ⟨½, d((a⁽²⁾ − y)²)⟩" in texts


GRAPHS = tuple(name for name in network_names() if not isinstance(ns.open(name).program.graph, LayerGraph))


@pytest.mark.parametrize("name", GRAPHS)
def test_every_step_of_a_network_written_as_equations_holds_by_every_route(name: str) -> None:
    session = at_end(name)
    for step in session.program.steps:
        for route in why(session, step.id, convention="column"):
            check_route(session, step.id, "column", route)


@pytest.mark.parametrize("name", GRAPHS)
def test_both_layouts_and_other_conventions_hold_for_networks_written_as_equations(name: str) -> None:
    session, turns = at_end(name), cycle(("column-transposed", "row-keras"))
    for step in backward_ids(session)[:: max(1, len(backward_ids(session)) // 6)]:
        for convention in covering(("column-transposed", "row-keras"), (next(turns),)):
            for route in why(session, step, convention=convention, layout="denominator"):
                check_route(session, step, convention, route)


UNICODE = notation_named("unicode")
SAYS_ONE, SAYS_EVERY = "reaches E through one number of", "goes into every number of"


@pytest.mark.parametrize("name", network_names())
def test_what_an_answer_says_of_paths_is_so(name: str) -> None:
    """Each number of v is nudged, and what moves in its reader is counted: one number a sample, or a whole line."""
    session = at_end(name)
    for step in backward_ids(session):
        answer = closing_of(session.program, step, CONVENTIONS["column"]).answer
        if SAYS_ONE not in answer and SAYS_EVERY not in answer:
            continue
        variable = session.program.step(step).target.bare
        ((reader, _),) = session.program.uses(variable)
        found = moved_by_each_number(session, variable.id, reader)
        assert found
        if SAYS_ONE in answer:
            over_samples = "m" in reader.target.shape
            assert max(moved.sum(axis=0 if over_samples else None).max() for moved in found) == 1
        else:
            assert max(moved.sum() for moved in found) > 1 or 1 in found[0].shape
            if f" of {UNICODE.text(reader.target)}, each time" in answer:  # not of a product deeper inside
                assert all(moved.any(axis=1).sum() <= 1 or moved.any(axis=0).sum() <= 1 for moved in found)


def moved_by_each_number(session: ns.Session, name: str, reader: Equation) -> list[np.ndarray]:
    """For each number of a quantity: which numbers of the reader move with it."""
    values = dict(session.values)
    before = np.atleast_2d(value_of(reader.expression, values))
    found = []
    for place in np.ndindex(np.shape(values[name])):
        nudged = np.array(session.values[name])
        nudged[place] += 1e-3
        found.append(np.atleast_2d(value_of(reader.expression, values | {name: nudged})) != before)
    return found


# rearrangements


@pytest.mark.parametrize(("name", "step"), [("rnn", "grad_U"), ("convolution", "grad_K"), ("convolution", "grad_W")])
def test_what_is_rearranged_and_stands_still_is_read_as_a_block(name: str, step: str) -> None:
    lines = [line for line in why_lines(at_end(name), step) if line.route == "index"]
    assert not any("π" in line.text() for line in lines)
    assert all(line.holds is not False for line in lines)


def test_different_slices_never_read_alike_and_turn_before_they_are_matrices() -> None:
    lines = [line for line in why_lines(at_end("rnn"), "grad_U") if line.route == "index"]
    texts = [line.text() for line in lines]
    assert all(f" x[{rows}, :]ₗₛ" in texts[6] for rows in (":2", "2:4", "4:6"))
    assert texts[7].count("ᵀ)ₛₗ") == 3
    assert "write the factors so" in lines[7].rule


@pytest.mark.parametrize(
    ("name", "step"), [("two-heads", "grad_H1"), ("two-heads", "grad_H2"), ("convolution", "grad_x")]
)
@pytest.mark.parametrize("notation", ["unicode", "ascii", "latex"])
def test_each_rearrangement_has_a_name_of_its_own_and_a_reason_that_says_what_it_is(
    name: str, step: str, notation: str
) -> None:
    lines = [line for line in why_lines(at_end(name), step) if line.route == "index"]
    written: dict[str, set[Any]] = {}
    for line in lines:
        for node in walk(line.right):
            if isinstance(node, Placed):
                bare = replace(node, target=(None, None), source=(None, None))
                written.setdefault(derivation_notations()[notation].text(bare), set()).add((node.plan, node.back))
    assert written
    assert all(len(plans) == 1 for plans in written.values())
    assert len(written) == len(set().union(*written.values()))
    first = next(line for line in lines if "π" in line.text())
    assert "; π is 1 for the place that an entry comes from, else 0: " in first.rule
    assert all(mark in first.rule for mark in ("π¹", "π²")[: len(written) if len(written) > 1 else 0])
    assert first.rule.endswith(".")
    assert first.rule.count(". ") == 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_different_selections_of_one_jacobian_have_different_names(layout: str) -> None:
    route = why(at_end("rnn"), "grad_x", layout=layout)[1]
    assert route.holds
    local = [line for line in route.lines if "∂vec(z" in line.text().split(" = ")[0]]
    assert [mark in line.text() for line, mark in zip(local, ("Π¹", "Π²", "Π³"), strict=True)] == [True] * 3
    assert all(f"Π{raised} takes the block" in local[0].rule for raised in "¹²³")
    assert not any("Π" in line.rule for line in local[1:])
