"""An answer as a program: NumPy code that proves itself by differences, PyTorch code that asserts against autograd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nablastep.deriving.answer import Answer, equation_text
from nablastep.deriving.code import WRITER, code_name, code_text, function_text, functions_of
from nablastep.deriving.derivation import GRADIENT, HESSIAN, HESSIAN_PRODUCT, PRODUCT, Result
from nablastep.expressions import Symbol
from nablastep.notation.numpy_code import identifier
from nablastep.trace.python_program import array_code
from nablastep.trace.pytorch_program import HEAD, in_torch, torch_functions

_PROOF = '''

def jacobian_by_differences(function, x, step=1e-4):
    """d vec(function(x)) / d vec(x), by central differences at two widths."""
    x = np.asarray(x, dtype=float)

    def central(unit, width):
        return (np.ravel(function(x + width * unit), order="F") - np.ravel(function(x - width * unit), order="F")) / (
            2 * width
        )

    units = (unit.reshape(x.shape, order="F") for unit in np.eye(x.size))
    return np.stack([(4 * central(u, step / 2) - central(u, step)) / 3 for u in units], axis=1)


def check(name, found, expected):
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    found = np.broadcast_to(found, expected.shape)
    error = np.max(np.abs(found - expected) / np.maximum(1, np.maximum(abs(found), abs(expected))))
    if not error < 1e-6:
        raise AssertionError(f"{name} is\\n{found}\\ndifferences give\\n{expected}")
    print(f"{name} holds, differences agree to {error:.0e}")
'''


def numpy_program(answer: Answer) -> str:
    """The program; needs NumPy only."""
    return "".join(_numpy(answer))


def _numpy(answer: Answer) -> Iterator[str]:
    functions = function_text([answer.reading.expression, *(each.expression for each in answer.results)])
    yield f"# The derivative of {_one_line(answer.reading.text)}\n"
    yield "# Printed by nablastep derive: run it, and differences prove it.\n\n"
    yield functions or "import numpy as np\n"
    yield _PROOF + "\n\n"
    yield from _numbers(answer, lambda value: array_code(value) if np.ndim(value) else repr(float(value)))
    for result in answer.results:
        yield f"\n# {_one_line(equation_text(result, 'ascii'))}\n"
        yield code_text(result) + "\n"
        yield _proof(answer, result)


def _numbers(answer: Answer, code: Any) -> Iterator[str]:
    for name, size in answer.first.sizes.items():
        yield f"{name} = {size}\n"
    values = {name: value for result in answer.results for name, value in result.values.items()}
    for symbol in _symbols(answer):
        value = values[symbol.id]
        yield f"{identifier(symbol.id)} = {code(value)}\n"


def _symbols(answer: Answer) -> list[Symbol]:
    extra = [each for result in answer.results for each in result.extra]
    return [*answer.reading.variables, *dict.fromkeys(extra)]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _function(answer: Answer, by: Symbol, body: str) -> str:
    return f"lambda {identifier(by.id)}: {body}"


def _proof(answer: Answer, result: Result) -> str:
    name, by = code_name(result), identifier(result.by.id)
    whole = WRITER.text(answer.reading.expression)
    rows = f"jacobian_by_differences({_function(answer, result.by, whole)}, {by})"
    if result.kind == GRADIENT and not result.symmetrised:
        expected = f'{rows}.reshape(np.shape({by}), order="F")'
    elif result.kind == GRADIENT:
        free = f'free = {rows}.reshape(np.shape({by}), order="F")\n'
        return free + f"check({name!r}, {name}, free + free.T - np.diag(np.diag(free)))\n"
    elif result.kind == PRODUCT:
        seed = identifier(result.extra[0].id)
        expected = f'({rows}.T @ np.ravel({seed}, order="F")).reshape(np.shape({by}), order="F")'
    elif result.kind in (HESSIAN, HESSIAN_PRODUCT):
        gradient = WRITER.text(
            answer.results[answer.results.index(result) - 1 - (result.kind == HESSIAN_PRODUCT)].expression
        )
        expected = f"jacobian_by_differences({_function(answer, result.by, gradient)}, {by})"
        if result.kind == HESSIAN_PRODUCT:
            expected += f" @ {identifier(result.extra[0].id)}"
    else:
        expected = rows if result.layout == "numerator" else f"{rows}.T"
    return f"check({name!r}, {name}, {expected})\n"


# PyTorch

_TORCH_CHECK = '''

def vec(x):
    return x.mT.reshape(-1, 1) if x.ndim == 2 else x.reshape(-1, 1)


def jacobian(function, x):
    """d vec(function(x)) / d vec(x), by autograd."""
    def stacked(v):
        return vec(function(v.reshape(x.mT.shape).mT if x.ndim == 2 else v.reshape(()))).reshape(-1).contiguous()

    return torch.autograd.functional.jacobian(stacked, vec(x).reshape(-1))


def check(name, found, expected):
    found = torch.as_tensor(found, dtype=torch.float64)
    if not torch.allclose(found.expand(expected.shape), expected, rtol=1e-9, atol=1e-11):
        raise AssertionError(f"{name} is\\n{found}\\nautograd finds\\n{expected}")
    print(f"{name} holds: autograd finds the same")
'''


def pytorch_program(answer: Answer) -> str:
    """The program; needs PyTorch where it is run."""
    return "".join(_pytorch(answer))


def _pytorch(answer: Answer) -> Iterator[str]:
    expressions = [answer.reading.expression, *(each.expression for each in answer.results)]
    yield f"# The derivative of {_one_line(answer.reading.text)}\n"
    yield "# Printed by nablastep derive: run it, and PyTorch's autograd has to agree.\n\n"
    yield HEAD
    yield "".join(f"\n\n{source}" for source in torch_functions(functions_of(expressions)))
    yield _TORCH_CHECK + "\n\n"
    yield from _numbers(answer, _tensor)
    for result in answer.results:
        yield f"\n# {_one_line(equation_text(result, 'ascii'))}\n"
        yield in_torch(code_text(result)) + "\n"
        yield _torch_proof(answer, result)


def _tensor(value: Any) -> str:
    if not np.ndim(value):
        return f"torch.tensor({float(value)!r})"
    return array_code(value).replace("np.array(", "torch.tensor(", 1).replace(", dtype=float)", ")")


def _torch_proof(answer: Answer, result: Result) -> str:
    name, by = code_name(result), identifier(result.by.id)
    whole = in_torch(WRITER.text(answer.reading.expression))
    rows = f"jacobian({_function(answer, result.by, whole)}, torch.as_tensor({by}))"
    back = f".reshape({by}.mT.shape).mT" if result.by.shape else ".reshape(())"
    if result.kind == GRADIENT and not result.symmetrised:
        return f"check({name!r}, {name}, {rows}{back})\n"
    if result.kind == GRADIENT:
        return f"free = {rows}{back}\ncheck({name!r}, {name}, free + free.mT - torch.diag(torch.diag(free)))\n"
    if result.kind == PRODUCT:
        seed = identifier(result.extra[0].id)
        return f"check({name!r}, {name}, ({rows}.mT @ vec({seed})){back})\n"
    if result.kind in (HESSIAN, HESSIAN_PRODUCT):
        stacked = (
            f"lambda v: torch.as_tensor(({_function(answer, result.by, whole)})(v.reshape({by}.shape))).reshape(())"
        )
        expected = (
            f"torch.autograd.functional.hessian({stacked}, {by}.reshape(-1))"
            if result.by.shape
            else (f"torch.autograd.functional.hessian({stacked}, torch.as_tensor({by}))")
        )
        times = f" @ {identifier(result.extra[0].id)}" if result.kind == HESSIAN_PRODUCT else ""
        return f"check({name!r}, {name}, {expected}{times})\n"
    turned = "" if result.layout == "numerator" else ".mT"
    return f"check({name!r}, {name}, {rows}{turned})\n"
