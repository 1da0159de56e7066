"""Tokens → the tree of what was typed, by recursive descent.

formula := [quantity "="] sum          sum := ["-"] product (("+"|"-") product)*
product := power (operator power | power)*        operator := @ * · ⊙ ⊘ / ⊗
power   := postfix ["^" power]         postfix := atom (ᵀ | ² | ᵗ | ".sum" "(" … ")")*
atom    := number | name | name ["′"] "(" sum ("," …)* ")" | "(" sum ")" | "‖" sum "‖" | "Σ" product | "√" postfix
           | "-" power

Products are read from the left; with `tight` things that just stand beside each other bind before ⊙ and ⊘.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nablastep.formulas.errors import FormulaError
from nablastep.formulas.syntax import (
    Blocks,
    Called,
    End,
    Ends,
    Named,
    Negated,
    Number,
    Operation,
    Sliced,
    Summed,
    Transposed,
    Typed,
)
from nablastep.formulas.tokens import ABOVE, BESIDE, END, NAME, NO_NAMES, NUMBER, OF, RAISED, Token, tokens_of
from nablastep.notation.settings import hidden_setting

FUNCTION_NAMES = frozenset({
    "f", "sigmoid", "tanh", "relu", "leaky_relu", "leaky", "elu", "softplus", "gelu", "silu", "identity",
    "softmax", "log_sum_exp", "lse", "logsumexp", "square", "sqrt", "exp", "expm1", "log", "ln", "clip", "huber",
    "normal_cdf", "cosh", "ratio", "times_log", "diag", "diagflat", "sum", "outer", "dot", "matmul", "multiply",
    "divide", "transpose", "repeat", "add", "subtract", "negative", "inv", "pinv", "abs", "sign", "sin", "cos", "sinh",
    "mean", "norm", "norm1", "max", "maximum", "where", "n", "rows", "columns", "tr", "trace", "det", "logdet",
    "reshape", "patches", "patches_back", "placed", "power", "kron", "eye",
    "full", "int", "int32", "int64", "float", "float32", "float64", "array", "asarray",
})  # fmt: skip

CASTS = frozenset({"int", "int32", "int64", "float", "float32", "float64", "array", "asarray"})
"""NumPy's types, called: the value stays."""

ONLY_WITH_BRACKETS = CASTS | {
    "f", "n", "rows", "columns", "max", "maximum", "where", "mean", "norm", "norm1", "tr", "trace", "det", "reshape",
    "patches", "patches_back", "placed", "power", "kron", "eye", "full",
}  # fmt: skip
"""Words that are too short or too common to be functions without an argument in brackets."""

DEEPEST = 40
"""Brackets, signs, powers and roots may be nested so deep."""

LARGEST, LONGEST_CHAIN = 250, 60
"""So many names, numbers and operations may a formula have, and so many of them one inside or after the other."""

_DERIVATIVE_SUFFIXES = ("_prime", "_derivative", "_deriv", "_der", "_gradient", "_grad", "gradient", "derivative")

_NEXT_TO = " "
_STRONG = {"@", "*", "·", "⊙", "⊘", "/", "⊗", "×"}


@dataclass(frozen=True)
class Formula:
    """What was typed: the name on the left, if there was one, and the right side."""

    left: str | None
    left_place: int
    right: Typed


def parse(
    text: str,
    *,
    tight: bool = False,
    names: Mapping[str, str] = NO_NAMES,
    functions: Collection[str] = (),
) -> Formula:
    """The formula; `names` maps every spelling of a quantity's name to its id, `functions` are the author's own.

    A quantity hides a function of its name. Raises FormulaError with the column of the first thing that cannot be read.
    """
    called = FUNCTION_NAMES.union(functions).difference(names.values())
    formula = _Parser(tokens_of(text, names), tight, called).formula()
    _check_size(formula.right)
    return formula


def _check_size(tree: Typed) -> None:
    """Raises FormulaError for more than can be judged in a moment; walks without recursion."""
    waiting, count = [(tree, 1)], 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if count > LARGEST:
            raise FormulaError(f"more than {LARGEST} names, numbers and operations, which are the most")
        if depth > LONGEST_CHAIN:
            raise FormulaError(
                f"more than {LONGEST_CHAIN} operations stand in a row or in each other here, which are the most",
                column=node.place + 1,
            )
        waiting += [(child, depth + 1) for child in node.children]


class _Parser:
    def __init__(self, tokens: tuple[Token, ...], tight: bool, functions: Collection[str]) -> None:
        self.tokens = tokens
        self.functions = functions
        self.next = 0
        self.depth = 0
        self.tight = tight
        self.in_norm = False

    @property
    def token(self) -> Token:
        return self.tokens[self.next]

    def take(self) -> Token:
        token = self.token
        self.next += 1
        return token

    def at(self, *texts: str) -> bool:
        return self.token.kind not in (NAME, NUMBER, END) and self.token.text in texts

    def expect(self, text: str) -> Token:
        if not self.at(text):
            raise self.error(f"expected '{text}'")
        return self.take()

    def error(self, expected: str) -> FormulaError:
        token = self.token
        found = "the formula ends" if token.kind == END else f"found '{token.text}'"
        return FormulaError(f"{expected}, but {found} here", column=token.place + 1)

    # the grammar

    def formula(self) -> Formula:
        left, place = None, 0
        if self.at("="):
            self.take()
        if self.token.kind == NAME and len(self.tokens) > 1 and self.tokens[1].text == "=":
            left, place = self.token.text, self.token.place
            self.next = 2
        if self.token.kind == NAME and [token.text for token in self.tokens[1:3]] in (["-", "="], ["+", "="]):
            left, place, operator = self.token.text, self.token.place, self.tokens[1]
            self.next = 3
            right: Typed = Operation(operator.place, operator.text, Named(place, left), self.sum())
        else:
            right = self.sum()
        if self.token.kind != END:
            raise self.error("expected an operator or the end of the formula")
        return Formula(left, place, right)

    def sum(self) -> Typed:
        place = self.token.place
        if self.at("-"):
            self.take()
            found: Typed = Negated(place, self.product())
        else:
            if self.at("+"):
                self.take()
            found = self.product()
        while self.at("+", "-"):
            operator = self.take()
            found = Operation(operator.place, operator.text, found, self.product())
        return found

    def product(self) -> Typed:
        found = self.factor()
        while True:
            if self.at(*_STRONG):
                operator = self.take()
                found = Operation(operator.place, operator.text, found, self.factor())
            elif self.starts_operand():
                found = Operation(self.token.place, _NEXT_TO, found, self.power())
            else:
                return found

    def factor(self) -> Typed:
        """One operand of ⊙; with `tight`, all that stands beside it."""
        found = self.power()
        while self.tight and self.starts_operand():
            found = Operation(self.token.place, _NEXT_TO, found, self.power())
        return found

    def starts_operand(self) -> bool:
        if self.token.kind == NAME:
            return self.token.text not in {"if", "else"}
        if self.at("‖"):
            return not self.in_norm
        return self.token.kind == NUMBER or self.at("(", "Σ", "√", "𝟏", "[")

    def power(self) -> Typed:
        """A signed power; everything that nests goes through here."""
        self.enter()
        found = self.signed_power()
        self.depth -= 1
        return found

    def enter(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(f"nested deeper than {DEEPEST} levels, which are the most", column=self.token.place + 1)

    def signed_power(self) -> Typed:
        place = self.token.place
        if self.at("-"):
            self.take()
            return Negated(place, self.power())
        found = self.postfix()
        while self.at(BESIDE, ABOVE):
            operator = self.take()
            found = Blocks(operator.place, found, self.postfix(), operator.text == ABOVE)
        if self.at("^"):
            operator = self.take()
            if self.token.kind == NAME and self.token.text == "T":
                self.take()
                return Transposed(operator.place, found)
            if self.at("-") and self.tokens[self.next + 1].text == "1":
                self.next += 2
                return Called(operator.place, "inv", (found,))
            return Operation(operator.place, "^", found, self.power())
        return found

    def nested_postfix(self) -> Typed:
        self.enter()
        found = self.postfix()
        self.depth -= 1
        return found

    def postfix(self) -> Typed:
        found = self.atom()
        while True:
            token = self.token
            if self.at("ᵀ"):
                self.take()
                found = Transposed(token.place, found)
            elif self.at("⁻¹"):
                self.take()
                found = Called(token.place, "inv", (found,))
            elif self.at(*RAISED):
                self.take()
                found = Operation(token.place, "^", found, Number(token.place, RAISED[token.text]))
            elif self.at("ᵗ"):
                self.take()
                found = Operation(token.place, "^", found, Named(token.place, hidden_setting("t")))
            elif self.at("[") and not token.after_space:
                found = self.sliced(found)
            elif self.at(".sum", ".mean", ".dot", ".transpose"):
                found = self.method(found)
            else:
                return found

    def method(self, found: Typed) -> Typed:
        """x.sum(…), x.mean(…), x.dot(y) or x.transpose()."""
        token = self.take()
        self.expect("(")
        if token.text == ".dot":
            other = self.sum()
            self.expect(")")
            return Operation(token.place, "@", found, other)
        axis = self.axis()
        if token.text == ".transpose":
            return Transposed(token.place, found)
        if token.text == ".mean":
            return Called(token.place, "mean", (found,), axis=axis)
        return Summed(token.place, found, axis)

    def axis(self) -> int | None:
        """axis=0, keepdims=True) behind a comma or bracket; the closing bracket is taken."""
        axis: int | None = None
        while not self.at(")"):
            name = self.take()
            if name.kind != NAME or name.text not in {"axis", "keepdims"}:
                self.next -= 1
                raise self.error("expected axis=0, axis=1 or keepdims=True")
            self.expect("=")
            value = self.take()
            if name.text == "axis":
                if value.text not in {"0", "1"}:
                    self.next -= 1
                    raise self.error("expected the axis 0 or 1")
                axis = int(value.text)
            if self.at(","):
                self.take()
        self.expect(")")
        return axis

    def atom(self) -> Typed:
        token = self.token
        if token.kind == NUMBER:
            self.take()
            return Number(token.place, token.text)
        if self.at("𝟏"):
            self.take()
            return Number(token.place, "1")
        if token.kind == NAME:
            return self.named()
        if self.at("("):
            self.take()
            outer, self.in_norm = self.in_norm, False
            found = self.comparison()
            if self.token.kind == NAME and self.token.text == "if":
                found = self.chosen(found)
            self.in_norm = outer
            self.expect(")")
            return found
        if self.at("["):
            return self.blocks()
        if self.at("‖"):
            return self.norm()
        if self.at("Σ"):
            self.take()
            return Summed(token.place, self.product())
        if self.at("√"):
            self.take()
            return Called(token.place, "sqrt", (self.nested_postfix(),))
        raise self.error("expected a name, a number or a bracket")

    def chosen(self, positive: Typed) -> Typed:
        """(a if c > 0 else b)."""
        place = self.take().place
        condition = self.condition()
        if not (self.token.kind == NAME and self.token.text == "else"):
            raise self.error("expected else")
        self.take()
        return Called(place, "where", (condition, positive, self.sum()))

    def concatenated(self, place: int) -> Typed:
        """concatenate((A, B), axis=0)."""
        self.expect("(")
        self.expect("(")
        left = self.sum()
        self.expect(",")
        right = self.sum()
        self.expect(")")
        axis = 0
        if self.at(","):
            self.take()
            axis = self.axis() or 0
        else:
            self.expect(")")
        return Blocks(place, left, right, axis == 0)

    def norm(self) -> Typed:
        """‖x‖, ‖x‖₂ or ‖X‖_F, the root of the sum of squares; ‖x‖₁ sums absolute values."""
        place = self.take().place
        outer, self.in_norm = self.in_norm, True
        inner = self.sum()
        self.in_norm = outer
        if not self.at("‖", "‖₁"):
            raise self.error("expected '‖'")
        return Called(place, "norm1" if self.take().text == "‖₁" else "norm", (inner,))

    def blocks(self) -> Typed:
        """[A, B; C, D]: rows of blocks."""
        place = self.take().place
        rows = [self.row_of_blocks()]
        while self.at(";"):
            self.take()
            rows.append(self.row_of_blocks())
        self.expect("]")
        found = rows[0]
        for row in rows[1:]:
            found = Blocks(place, found, row, True)
        return found

    def row_of_blocks(self) -> Typed:
        found = self.sum()
        while self.at(","):
            place = self.take().place
            found = Blocks(place, found, self.sum(), False)
        return found

    def sliced(self, x: Typed) -> Typed:
        """x[a:b, c:d]; with one part only the rows are meant."""
        place = self.take().place
        rows = self.ends()
        columns: Ends | None = None
        if self.at(","):
            self.take()
            columns = self.ends()
        self.expect("]")
        return Sliced(place, x, rows, columns)

    def ends(self) -> Ends | None:
        """a:b, a: , :b, : or a single a."""
        start = self.whole()
        if not self.at(":"):
            if start is None:
                raise self.error("expected rows or columns such as 0:2")
            if isinstance(start, str):
                raise self.error("expected ':'")
            return (start, start + 1)
        self.take()
        stop = self.whole()
        return None if start is None and stop is None else (start or 0, stop)

    def whole(self) -> End | None:
        if self.token.kind == NAME:
            return self.take().text
        if self.token.kind != NUMBER:
            return None
        if not self.token.text.isdigit():
            raise self.error("expected a whole number")
        return int(self.take().text)

    def named(self) -> Typed:
        token = self.take()
        name = token.text.removeprefix("np.").removeprefix("numpy.").removeprefix("linalg.")
        name, prime = self.without_prime(name)
        prime = prime or self.at("′")
        if self.at("′"):
            self.take()
        if self.at(OF):
            return self.applied(token.place, name, prime)
        if name == "sum" and "sum" in self.functions and not self.at("("):
            return Summed(token.place, self.product())
        if name == "sum" and "sum" in self.functions and self.token.after_space and not token.text.startswith("np"):
            return Summed(token.place, self.product())
        if name == "concatenate" and self.at("("):
            return self.concatenated(token.place)
        size_beside = name == "n" and self.token.after_space  # n (a + b) is a product, n(X) a number of entries
        if name in self.functions and not size_beside and (self.at("(") or name not in ONLY_WITH_BRACKETS):
            return self.call(token.place, name, prime)
        if prime:
            raise FormulaError(f"'{name}' is no function that has a derivative here", column=token.place + 1)
        return Named(token.place, name)

    def applied(self, place: int, name: str, prime: bool) -> Typed:
        """name‣x, name‣1 x along an axis, name‣[2, 3] x with numbers: what speech says of a function."""
        self.expect(OF)
        axis = int(self.take().text) if self.token.kind == NUMBER and self.token.text in ("0", "1") else None
        if name == "slice":
            self.expect("[")
            ends = self.ends()
            self.expect("]")
            return Sliced(place, self.nested_postfix(), *((None, ends) if axis else (ends, None)))
        numbers: list[Typed] = []
        if self.at("["):
            self.take()
            numbers.append(self.sum())
            while self.at(","):
                self.take()
                numbers.append(self.sum())
            self.expect("]")
        arguments = [self.nested_postfix()]
        while self.at(","):
            self.take()
            arguments.append(self.nested_postfix())
        return self.made(place, name, [*arguments, *numbers], prime, axis)

    def without_prime(self, name: str) -> tuple[str, bool]:
        """`sigmoid_prime`, `sigmoid_derivative`, `sigmoidGradient`, `d_sigmoid` as the function and its derivative."""
        for suffix in _DERIVATIVE_SUFFIXES:
            if name.lower().endswith(suffix) and name[: -len(suffix)] in self.functions:
                return name[: -len(suffix)], True
        for prefix in ("d_", "d", "deriv_", "derivative_", "grad_"):
            if name.startswith(prefix) and name.removeprefix(prefix) in self.functions and name not in self.functions:
                return name.removeprefix(prefix), True
        return name, False

    def call(self, place: int, name: str, prime: bool) -> Typed:
        if not self.at("("):
            return self.made(place, name, [self.nested_postfix()], prime, None)
        self.expect("(")
        if name == "full":
            return self.filled()
        arguments = [self.condition() if name == "where" else self.comparison()]
        axis = None
        while self.at(","):
            self.take()
            if self.token.kind == NAME and self.token.text in {"axis", "keepdims"}:
                axis = self.axis()
                return self.made(place, name, arguments, prime, axis)
            arguments.append(self.sum())
        self.expect(")")
        return self.made(place, name, arguments, prime, axis)

    def filled(self) -> Typed:
        """np.full((rows, columns), x): the number x, which fills whatever stands beside it."""
        self.expect("(")
        self.sum()
        self.expect(",")
        self.sum()
        self.expect(")")
        self.expect(",")
        found = self.sum()
        self.expect(")")
        return found

    def comparison(self) -> Typed:
        """A sum, or c > d, which is 1 where it holds and else 0."""
        place, begin = self.token.place, self.next
        found = self.sum()
        if not self.at(">", "<"):
            return found
        self.next = begin
        return Called(place, "where", (self.condition(), Number(place, "1.0"), Number(place, "0")))

    def condition(self) -> Typed:
        """c > d, as c − d, which is above 0 where it holds."""
        left = self.sum()
        if not self.at(">", "<"):
            raise self.error("expected a condition such as c > 0")
        operator = self.take()
        right = self.sum()
        if operator.text == "<":
            left, right = right, left
        if isinstance(right, Number) and float(right.text) == 0:
            return left
        return Operation(operator.place, "-", left, right)

    def made(self, place: int, name: str, arguments: list[Typed], prime: bool, axis: int | None) -> Typed:
        if name == "sum":
            return Summed(place, arguments[0], axis)
        if name in CASTS and len(arguments) == 1:
            return arguments[0]
        if name == "squared_norm":
            return Operation(place, "^", Called(place, "norm", tuple(arguments)), Number(place, "2"))
        if name == "eye":
            return Named(place, "I")
        if name == "transpose":
            return Transposed(place, arguments[0])
        if name == "negative":
            return Negated(place, arguments[0])
        operator = {
            "outer": "outer",
            "dot": "@",
            "matmul": "@",
            "multiply": "*",
            "divide": "/",
            "add": "+",
            "subtract": "-",
            "power": "^",
            "kron": "⊗",
        }
        if name in operator:
            if len(arguments) != 2:
                raise FormulaError(f"{name} takes two arguments, found {len(arguments)}", column=place + 1)
            left, right = arguments
            if name == "outer":
                return Operation(place, "@", left, Transposed(place, right))
            return Operation(place, operator[name], left, right)
        return Called(place, name, tuple(arguments), prime, axis)
