"""What the right equation is made of, by the roles of its quantities: the last hint before the equation itself."""

from __future__ import annotations

from nablastep.expressions import Symbol, matrix_symbols, symbols
from nablastep.graph import Role
from nablastep.judging.question import Question
from nablastep.program import UPDATE
from nablastep.slips.record import said

_ROLES = {
    Role.DATA: "the samples",
    Role.TARGET: "the targets",
    Role.GIVEN: "given",
    Role.PARAMETER: "a parameter",
    Role.VALUE: "a value of the forward pass",
    Role.ERROR: "the error",
}


def operand_roles(question: Question) -> str:
    """`it takes ∇z⁽²⁾ (what came back) and W⁽¹⁾ (a parameter)`."""
    read = matrix_symbols(question.step.equation.expression)
    parts = [f"{said(symbol)} ({_role(question, symbol)})" for symbol in read]
    parts += [said(symbol) for symbol in symbols(question.step.equation.expression) if symbol.setting]
    if not parts:
        return "it takes numbers only"
    return "it takes " + (" and ".join(parts) if len(parts) < 3 else ", ".join(parts[:-1]) + f" and {parts[-1]}")


def _role(question: Question, symbol: Symbol) -> str:
    if symbol == question.step.target:
        return "its old value"
    if symbol.prefix == "grad":
        return "its gradient" if question.step.phase == UPDATE else "what came back"
    if symbol.prefix:
        return "kept by the optimiser"
    return _ROLES[question.program.graph.by_id[symbol.id].role]
