"""The program as users run it: in a real pseudo-terminal."""

from __future__ import annotations

import random
import re
import signal
import sys
from pathlib import Path

import pytest
from tests.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix")


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(tmp_path / "config")


def test_first_run_steps_and_leaves_the_terminal_as_it_was(config: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.press("right")
        terminal.wait_for("0.3775")
        terminal.press(*["right"] * 4)
        terminal.wait_for("0.298371")
        terminal.press(*["right"] * 3)
        terminal.wait_for("0.082167")
        assert "step 8 of 15" in terminal.text
        terminal.press("left")
        terminal.wait_for("step 7 of 15")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()
        assert "Traceback" not in terminal.written


def test_editing_resizing_and_ctrl_c_twice(config: str) -> None:
    with Terminal(["run", "skinny"], columns=120, rows=40, NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.press("/", "d", "W", "1", "enter")
        terminal.wait_for("gradient of the weights into layer 2")
        terminal.press("e")
        terminal.wait_for("predicted")
        terminal.press("0", ".", "9", "enter")
        terminal.wait_until_gone("predicted")
        terminal.resize(80, 24)
        terminal.wait_until_gone("┌─ layer 1")
        terminal.wait_for("gradient of the weights into layer 2")
        terminal.resize(50, 10)
        terminal.wait_for("nablastep needs 60×16, this is 50×10")
        terminal.resize(120, 40)
        terminal.wait_for("difference quotient")
        terminal.press("ctrl+c")
        terminal.wait_for("ctrl+c once more quits")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


def test_a_click_on_the_map_goes_there(config: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.press("end")
        terminal.wait_for("step 15 of 15")
        lines = terminal.text.split("\n")
        row = next(index for index, line in enumerate(lines) if "∇W⁽¹⁾" in line)
        column = lines[row].index("∇W⁽¹⁾")
        terminal.send(f"\x1b[<0;{column + 2};{row + 1}M\x1b[<0;{column + 2};{row + 1}m".encode())
        terminal.wait_for("step 8 of 15")


def test_sigterm_restores_the_terminal(config: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        terminal.process.send_signal(signal.SIGTERM)
        terminal.wait_for_exit()
        assert terminal.restored()


def test_five_thousand_random_keys_and_resizes(config: str) -> None:
    """Whatever is pressed, the program answers and never shows a traceback."""
    dice = random.Random(20)
    keys = ["right"] * 8 + ["left"] * 4 + [
        "p", "P", "]", "[", "home", "end", "h", "j", "k", "l", "H", "J", "K", "L", "m", "M", "n", "N", "v", "O", "t",
        "c", "e", "1", ".", "5", "up", "down", "enter", "escape", "u", "?", "w", "2", "3", "tab", "b", "<", ">",
        "space", "/", "8", "0",
    ]  # fmt: skip
    with Terminal(["run"], NABLASTEP_CONFIG=config) as terminal:
        terminal.wait_for("press")
        for batch in range(50):
            terminal.press(*(dice.choice(keys) for _ in range(100)))
            terminal.resize(*dice.choice([(80, 24), (120, 40), (200, 55), (60, 16), (70, 50), (180, 20), (40, 10)]))
            terminal.settle()
            assert terminal.process.poll() is None, terminal.text
            assert "Traceback" not in terminal.written, f"after batch {batch}"
        terminal.resize(120, 40)
        terminal.press("ctrl+c", "ctrl+c")
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()


def test_no_color_means_no_colour(config: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config, NO_COLOR="1") as terminal:
        terminal.wait_for("press")
        terminal.press(*["right"] * 8)
        terminal.wait_for("0.082167")
        terminal.settle()
        styles = {part for style in re.findall(r"\x1b\[([0-9;]*)m", terminal.written) for part in style.split(";")}
        assert styles
        assert styles <= {"", "0", "1", "2", "4", "7"}
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize("term", ["xterm", "xterm-256color"])
def test_terminals_with_fewer_colours(config: str, term: str) -> None:
    with Terminal(["run"], NABLASTEP_CONFIG=config, TERM=term, COLORTERM="") as terminal:
        terminal.wait_for("press")
        terminal.press(*["right"] * 8)
        terminal.wait_for("0.082167")
        assert "38;2;" not in terminal.written
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
