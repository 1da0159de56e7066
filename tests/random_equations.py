"""Random networks of equations: skips, shared parameters, blocks or none, batches or given matrices."""

from __future__ import annotations

import random

import nablastep as ns

Shape = tuple[int, int]


class _Writer:
    """Writes equations that are right, and makes up what they need."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.samples = dice.choice((1, 2, 3))
        self.has_data = dice.random() < 0.7
        self.parameters: dict[str, list[list[float]]] = {}
        self.given: dict[str, object] = {}
        self.values: dict[str, int] = {"x": dice.choice((1, 2, 3))}
        self.unread: list[str] = []
        self.lines: list[str] = []

    def numbers(self, rows: int, columns: int) -> list[list[float]]:
        return [[round(self.dice.uniform(-1, 1), 2) for _ in range(columns)] for _ in range(rows)]

    def parameter(self, letter: str, rows: int, columns: int) -> str:
        """A parameter of that shape: now and then one that there is already."""
        fitting = [
            name
            for name, value in self.parameters.items()
            if name[0] == letter and (len(value), len(value[0])) == (rows, columns)
        ]
        if fitting and self.dice.random() < 0.6:
            return self.dice.choice(fitting)
        name = f"{letter}_{'abcdefghijklmnopqrstuvwxyz'[len(self.parameters)]}"
        self.parameters[name] = self.numbers(rows, columns)
        return name

    def read(self, rows: int | None = None) -> str:
        """A value to read, of so many rows if that is said; the latest most often."""
        names = [name for name, own in self.values.items() if rows in (None, own)]
        name = names[-1] if self.dice.random() < 0.6 else self.dice.choice(names)
        if name in self.unread:
            self.unread.remove(name)
        return name

    def write(self, number: int) -> None:
        """One more equation."""
        source = self.read()
        rows = self.values[source]
        kind = self.dice.choice(("affine", "affine", "apply", "apply", "skip", "product", "shares", "mix", "scale"))
        if kind == "affine":
            units = self.dice.choice((1, 2, 3))
            right = f"{self.parameter('W', units, rows)} {source} + {self.parameter('b', units, 1)}"
            rows = units
        elif kind == "apply":
            right = f"{self.dice.choice(('tanh', 'sigmoid', 'relu', 'exp', 'sin'))}({source})"
        elif kind == "skip":
            right = f"{source} + tanh({self.read(rows)})"
        elif kind == "product":
            right = f"{source} * {self.read(rows)}"
        elif kind == "shares":
            right = f"softmax({source})"
        elif kind == "mix":
            right = f"{source} softmax({self.read(rows)}^T {source})"
        else:
            self.given["lambda"] = 0.5
            right = f"lambda {source}"
        name = f"{self.dice.choice('zhuv')}{number}"
        if self.dice.random() < 0.3 or (number == 1 and self.dice.random() < 0.7):
            self.lines.append(f"## {self.dice.choice(('a block', 'gates', 'one that is called at length', 'step'))}")
        self.lines.append(f"{name} = {right}{self.dice.choice(('', '   # what it is about'))}")
        self.values[name] = rows
        self.unread.append(name)


def random_network(seed: int) -> ns.Network:
    """The network of that seed, of 2 to 12 equations."""
    dice = random.Random(seed)
    writer = _Writer(dice)
    for number in range(1, dice.randint(1, 11) + 1):
        writer.write(number)
    last = writer.unread.pop()
    terms = [f"1/2 sum(({last} - y)^2)", *(f"1/2 sum({name}^2)" for name in writer.unread)]
    if writer.parameters and dice.random() < 0.3:
        terms.append(f"1/2 sum({dice.choice(list(writer.parameters))}^2)")
    writer.lines.append(f"E = {' + '.join(terms)}")
    if not writer.parameters:
        writer.parameters["w_q"] = writer.numbers(writer.values[last], 1)
        writer.lines[-1] = writer.lines[-1].replace(f"({last} - y)", f"(w_q * {last} - y)")
    inputs, outputs = writer.numbers(writer.samples, writer.values["x"]), writer.numbers(
        writer.samples, writer.values[last])  # fmt: skip
    fields: dict[str, object] = {"x": inputs, "y": outputs}
    given = writer.given
    if not writer.has_data:
        fields = {}
        columns = {"x": inputs, "y": outputs}
        given = {**given, **{name: [list(row) for row in zip(*rows, strict=True)] for name, rows in columns.items()}}
    return ns.Network.from_equations(
        "\n".join(writer.lines),
        parameters=writer.parameters,
        given=given,
        title=f"random {seed}",
        optimizer=dice.choice(("sgd", "momentum", "adam")),
        **fields,  # type: ignore[arg-type]
    )
