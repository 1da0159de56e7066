"""The short version of `tests/legibility.py`: what no reader could read, at two sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from covering import covering
from legibility import faults_of
from legible_pages import demo_faults, drawn, keys_faults, open_faults
from nablastep_tui.look.palettes import DARK


@pytest.mark.parametrize("name", covering(["mazur", "ng-ex4", "skinny"], ["mazur", "skinny"]))
def test_everything_can_be_read(name: str) -> None:
    assert [str(fault) for fault in faults_of(name, short=True)] == []


LAYERS = """
x = {x}
y = {y}
loss = "half_squared_error"
[optimizer]
name = "{optimizer}"
learning_rate = 0.1
"""


def network_file(folder: Path, widths: tuple[int, ...], samples: int, optimizer: str) -> str:
    """A network of layers of these widths, in a file."""
    rows = range(samples)
    x, y = ([[(i + 2 * j) % 5 / 4 - 0.5 for j in range(width)] for i in rows] for width in (widths[0], widths[-1]))
    text = LAYERS.format(x=x, y=y, optimizer=optimizer)
    text += "".join(f'[[layers]]\nactivation = "tanh"\nunits = {units}\ninit = "xavier"\n' for units in widths[1:])
    file = folder / "layers.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


WIDTHS = [
    ((3, 1, 12), 3, "nesterov"), ((5, 5), 1, "momentum"), ((7, 3, 7), 3, "sgd"), ((2, 12, 2), 1, "adam"),
    ((5, 5, 5), 5, "rmsprop"), ((1, 1, 1), 1, "adamw"), ((20, 3, 20), 2, "sgd"), ((4, 10, 4), 2, "sgd"),
]  # fmt: skip


@pytest.mark.parametrize(("widths", "samples", "optimizer"), covering(WIDTHS, WIDTHS[:2]))
def test_layers_of_any_width_can_be_read(tmp_path: Path, widths: tuple[int, ...], samples: int, optimizer: str) -> None:
    found = faults_of(network_file(tmp_path, widths, samples, optimizer), short=True)
    assert [str(fault) for fault in found] == []


def test_the_other_pages_can_be_read() -> None:
    found = [*open_faults(DARK, (80, 24)), *keys_faults(80), *demo_faults("skip-connection", (80, 24))]
    found += demo_faults("vanishing-gradient", (120, 40))
    assert found == []


def test_what_runs_over_the_edge_is_found() -> None:
    _, found = drawn(lambda canvas, _: canvas.write(77, 0, "E = 1/m"), None, 80, 1)
    assert found == ["cut at the edge: 'E = 1/m'"]
    _, found = drawn(lambda canvas, _: canvas.write(70, 0, "E = 1/m ───────"), None, 80, 1)
    assert found == []
