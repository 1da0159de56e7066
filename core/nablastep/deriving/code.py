"""Derivatives as NumPy code that stands alone: names as typed, sizes of dimensions as names, functions with source."""

# ruff: noqa: D102 - one method a node; the nodes are explained where they are defined
from __future__ import annotations

import inspect
from collections.abc import Iterable

from nablastep.derivations.writing import NumpyDerivations
from nablastep.deriving import code_functions
from nablastep.deriving.derivation import HESSIAN, HESSIAN_PRODUCT, Result
from nablastep.evaluation import function_sources
from nablastep.expressions import Expression, Rearrange, Symbol, walk
from nablastep.notation.numpy_code import code_size
from nablastep.notation.writer import Token, Tokens
from nablastep.structures import Commutation, Identity, Selection

_MOVED = "x"


class CodeWriter(NumpyDerivations):
    """NumPy, with every matrix of a Jacobian written out."""

    def identity(self, node: Identity) -> Tokens:
        return (Token(f"np.eye({code_size(node.dimension)})", "ones"),)

    def commutation(self, node: Commutation) -> Tokens:
        return (Token(f"commutation({code_size(node.rows)}, {code_size(node.columns)})", "function"),)

    def selection(self, node: Selection) -> Tokens:
        before = node.plan.after if node.back else node.plan.before
        rows, columns = map(code_size, before)
        moved = self.text(Rearrange(Symbol(_MOVED, None, before), node.plan, node.back))
        return (Token(f"selection(lambda {_MOVED}: {moved}, {rows}, {columns})", "function"),)


WRITER = CodeWriter()


def code_text(result: Result) -> str:
    """`grad_w = 2 * X.T @ (X @ w - y)`."""
    return f"{code_name(result)} = {WRITER.text(result.expression)}"


def code_name(result: Result) -> str:
    """What the derivative is called in code."""
    if result.kind == HESSIAN:
        return "hessian"
    if result.kind == HESSIAN_PRODUCT:
        return "hessian_product"
    return WRITER.text(result.by.gradient) if result.left == result.by.gradient else f"jacobian_{result.by.id}"


def function_text(expressions: Iterable[Expression]) -> str:
    """The source of every function that the code calls beside NumPy's own; empty if there are none."""
    text = "\n\n".join(functions_of(expressions))
    return f"import math\n\nimport numpy as np\n\n\n{text}" if text else ""


def functions_of(expressions: Iterable[Expression]) -> tuple[str, ...]:
    """The sources, each after those that it calls."""
    expressions = tuple(expressions)
    sources = [source.rstrip() + "\n" for source in function_sources(expressions, WRITER)]
    nodes = [node for expression in expressions for node in walk(expression)]
    for node in nodes:
        if isinstance(node, Selection):
            before = node.plan.after if node.back else node.plan.before
            moved = Rearrange(Symbol(_MOVED, None, before), node.plan, node.back)
            sources += [source.rstrip() + "\n" for source in function_sources((moved,), WRITER)]
    for kind, function in ((Commutation, code_functions.commutation), (Selection, code_functions.selection)):
        if any(isinstance(node, kind) for node in nodes):
            sources.append(inspect.getsource(function))
    return tuple(dict.fromkeys(sources))
