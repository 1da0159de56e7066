"""The command line from outside: what it prints, where, and with which exit code; what it loads and what not."""

from __future__ import annotations

import importlib
import json
import os
import re
import select
import struct
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_group

import nablastep as ns
from command_line import ROOT, command, environment
from covering import covering
from nablastep.derivations.why import ROUTES
from nablastep.files.built_in import network_names
from nablastep.network import CONVENTION_NAMES
from nablastep.notation import notations
from nablastep.trace import FORMAT_NAMES
from nablastep_tui.cli import options
from nablastep_tui.cli.main import COMMANDS, main

Answer = tuple[int, str, str]
Nablastep = Callable[..., Answer]
Completed = Callable[..., list[str]]


def run(*words: str, folder: Path | None = None, **changes: str | None) -> Answer:
    """The command as a program of its own, without a terminal: exit code, stdout, stderr."""
    ran = subprocess.run(
        command(*words),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment(**changes),
        cwd=folder,
        timeout=60,
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.fixture
def nablastep(capsys: pytest.CaptureFixture[str]) -> Nablastep:
    """The command within this process, which is quicker."""

    def answer(*words: str) -> Answer:
        code = main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return answer


def in_terminal(*words: str, columns: int = 100, **changes: str | None) -> tuple[int, str]:
    """The command with a terminal on all streams: exit code and all that it printed, without the line of progress that
    a loaded machine gets and that is wiped again."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    parent, child = os.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    settings = environment(**{"TERM": "xterm-256color", **changes})
    process = subprocess.Popen(command(*words), stdin=child, stdout=child, stderr=child, env=settings)
    os.close(child)
    printed = b""
    while True:
        ready, _, _ = select.select([parent], [], [], 60)
        try:
            piece = os.read(parent, 65536) if ready else b""
        except OSError:  # the other side is closed: on Linux that is how a pty ends
            piece = b""
        if not piece:
            break
        printed += piece
    os.close(parent)
    return process.wait(60), re.sub(r"\r\x1b\[K(?:nablastep: [^\r\n\x1b]*)?", "", printed.decode())


# starting up


@pytest.mark.parametrize(
    "words", [["--help"], ["-h"], ["--version"], ["trace", "--help"], ["tarce"], ["trace", "--frmat"]]
)
def test_help_version_and_mistakes_load_neither_numpy_nor_textual(words: list[str]) -> None:
    program = (
        "import sys; from nablastep_tui.cli.main import main\n"
        f"main({words!r})\n"
        "print('LOADED', *sorted({'numpy', 'textual', 'rich', 'nablastep.expressions'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment(), timeout=60)
    assert ran.stdout.splitlines()[-1] == "LOADED"


def commands_loaded_by(*words: str) -> set[str]:
    program = (
        "import sys; from nablastep_tui.cli.main import main\n"
        f"main({list(words)!r})\n"
        "print('LOADED', *(name for name in sys.modules if name.startswith('nablastep_tui.cli.commands.')))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment(), timeout=60)
    return {name.rpartition(".")[2] for name in ran.stdout.splitlines()[-1].split()[1:]}


def test_a_command_is_loaded_when_it_is_called_and_no_other() -> None:
    assert commands_loaded_by("run", "--help") == {"run"}
    assert commands_loaded_by("--version") == set()
    assert commands_loaded_by("--help") == set(COMMANDS.values())


def test_every_module_of_commands_is_listed_with_all_it_has() -> None:
    modules = {path.stem for path in (ROOT / "tui/nablastep_tui/cli/commands").glob("*.py")} - {"__init__"}
    assert set(COMMANDS.values()) == modules
    for module in modules:
        registry = typer.Typer()
        importlib.import_module(f"nablastep_tui.cli.commands.{module}").register(registry)
        assert set(get_group(registry).commands) == {name for name, where in COMMANDS.items() if where == module}


def test_the_check_of_what_is_loaded_can_fail() -> None:
    program = "import sys; from nablastep_tui.cli.main import main; main(['networks']); print('numpy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment(), timeout=60)
    assert ran.stdout.splitlines()[-1] == "True"


def test_version_is_the_one_of_the_project(nablastep: Nablastep) -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert nablastep("--version") == (0, f"nablastep {version[1]}\n", "")


def test_numpy_gets_one_thread_unless_told_otherwise() -> None:
    program = (
        "import os; from nablastep_tui.cli.main import main; main(['networks'])\n"
        "print(*(os.environ[name + '_NUM_THREADS'] for name in ('OPENBLAS', 'OMP', 'MKL')))"
    )
    settings = environment(OPENBLAS_NUM_THREADS=None, OMP_NUM_THREADS="2", MKL_NUM_THREADS=None)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=settings, timeout=60)
    assert ran.stdout.splitlines()[-1] == "1 2 1"


@pytest.mark.parametrize("name", ["run", "trace", "gradcheck", "networks", "doctor"])
def test_every_command_has_help_with_an_example(name: str, nablastep: Nablastep) -> None:
    code, out, err = nablastep(name, "--help")
    assert (code, err) == (0, "")
    assert re.search(r"Examples?:\n +nablastep " + name, out)
    assert nablastep(name, "-h") == (0, out, "")


def test_names_of_choices_are_those_of_the_core() -> None:
    assert options.CONVENTIONS == CONVENTION_NAMES
    assert set(options.notation_names()) == set(notations())
    assert options.TRACE_FORMATS == FORMAT_NAMES


# mistakes


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["tarce", "mazur"],
            "nablastep: unknown command 'tarce'; did you mean 'trace'?\n  hint: commands: run, trace,",
        ),
        (
            ["net.toml"],
            "nablastep: unknown command 'net.toml'\n  hint: to open a network, write 'nablastep run net.toml'\n",
        ),
        (["--them", "dark"], "nablastep: unknown option '--them' of nablastep"),
        (["trace"], "nablastep: trace needs SOURCE\n  hint: see 'nablastep trace --help'\n"),
        (
            ["trace", "mazur", "--frmat", "json"],
            "nablastep: unknown option '--frmat' of trace; did you mean '--format'?\n"
            "  hint: see 'nablastep trace --help'\n",
        ),
        (
            ["trace", "mazur", "--format", "jsn"],
            "nablastep: --format: unknown 'jsn'; did you mean 'json'?\n"
            "  hint: --format takes text, json, markdown, latex, python, pytorch, html\n",
        ),
        (
            ["trace", "mazur", "--notation", "braille"],
            "nablastep: --notation: unknown 'braille'; "
            "--notation takes unicode, ascii, latex, mathml, numpy, partial, spoken, strict\n",
        ),
        (
            ["trace", "mazur", "--convention", "keras"],
            "nablastep: --convention: unknown 'keras'; did you mean 'row-keras'?\n",
        ),
        (["trace", "mazur", "--convention"], "nablastep: option '--convention' requires an argument\n"),
        (["trace", "mazur", "--iterations", "0"], "nablastep: --iterations counts from 1, found 0\n"),
        (["trace", "mazur", "--iterations", "-3"], "nablastep: --iterations counts from 1, found -3\n"),
        (["trace", "mazur", "--iterations", "x"], "nablastep: --iterations: not a whole number: 'x'\n"),
        (["trace", "mazur", "--iterations", "2.5"], "nablastep: --iterations: not a whole number: '2.5'\n"),
        (["trace", "mazur", "xor"], "nablastep: trace: unexpected argument 'xor'\n"),
        (
            ["trace", "mazr"],
            "nablastep: 'mazr' is neither a built-in network nor a file; did you mean 'mazur'?\n  hint: ",
        ),
        (["gradcheck", "absent.toml"], "nablastep: absent.toml: no such file\n"),
        (["run", "--theme", "drak"], "nablastep: --theme: unknown 'drak'; did you mean 'dark'?\n"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_wrong_use_names_the_word_and_what_would_be_right(words: list[str], message: str, nablastep: Nablastep) -> None:
    code, out, err = nablastep(*words)
    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_a_mistake_in_a_file_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_text(
        'x = [[1.0]]\ny = [[1.0]]\nlos = "huber"\n[[layers]]\nunits = 1\nactivation = "tanh"\n'
    )
    code, out, err = run("trace", "net.toml", folder=tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("nablastep: net.toml:3")
    assert "unknown key 'los'; did you mean 'loss'?" in err
    assert "Traceback" not in err


def test_a_strangers_words_do_not_drive_the_terminal(nablastep: Nablastep) -> None:
    code, _, err = nablastep("trace", "\x1b[31mred\x07")
    assert code == 2
    assert "\x1b" not in err
    assert "\\x1b[31mred\\x07" in err


def test_a_traceback_is_shown_only_when_asked_for(nablastep: Nablastep) -> None:
    assert "Traceback" not in nablastep("trace", "mazr")[2]
    for words in (["--debug", "trace", "mazr"], ["trace", "--debug", "mazr"], ["trace", "mazr", "--debug"]):
        code, _, err = nablastep(*words)
        assert code == 2
        assert "Traceback" in err
        assert err.splitlines()[-2].startswith("nablastep: 'mazr' is neither")


def test_a_mistake_of_the_program_is_said_to_be_one(nablastep: Nablastep, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Any:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("nablastep.open", broken)
    code, out, err = nablastep("trace", "mazur")
    assert (code, out) == (70, "")
    assert err.startswith("nablastep: internal error: ZeroDivisionError: division by zero\n  hint: ")


def test_an_interruption_is_quiet(nablastep: Nablastep, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("nablastep.open", interrupted)
    assert nablastep("trace", "mazur") == (130, "", "")


# run


@pytest.mark.parametrize("words", [[], ["run"], ["run", "xor", "--still"]], ids=" ".join)
def test_without_a_terminal_run_says_what_to_use_instead(words: list[str]) -> None:
    assert run(*words) == (
        2,
        "",
        "nablastep: run needs a terminal; 'nablastep trace SOURCE' prints the same as text\n",
    )


def test_a_dumb_terminal_is_none() -> None:
    code, printed = in_terminal("run", TERM="dumb")
    assert code == 2
    assert printed.replace("\r", "").startswith("nablastep: run needs a terminal; ")


def test_a_file_is_read_before_the_screen_is_built() -> None:
    code, printed = in_terminal("run", "absent.toml")
    assert code == 2
    assert printed.replace("\r", "") == "nablastep: absent.toml: no such file\n"


# trace


def test_trace_prints_text_without_colours_into_a_pipe(nablastep: Nablastep) -> None:
    code, out, err = nablastep("trace", "mazur")
    assert (code, err) == (0, "")
    assert "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ" in out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("format_name", FORMAT_NAMES)
def test_trace_prints_every_format(format_name: str, nablastep: Nablastep) -> None:
    code, out, err = nablastep(
        "trace", "skinny", "--format", format_name, "--iterations", "2", "--convention", "row-keras"
    )
    assert (code, err) == (0, "")
    starts = {
        "json": '{"format": "nablastep-trace"',
        "markdown": "# ",
        "latex": "\\documentclass",
        "python": "# Skinny",
        "pytorch": "# Skinny",
        "html": "<!doctype html>",
    }
    assert out.startswith(starts.get(format_name, "Skinny"))


def test_trace_json_is_read_from_a_pipe() -> None:
    code, out, _ = run("trace", "mazur", "--format", "json")
    assert code == 0
    assert json.loads(out)["steps"][4]["value"] == 0.2983711087600027


def test_trace_why_derives_the_backward_steps(nablastep: Nablastep) -> None:
    _, out, _ = nablastep("trace", "mazur", "--why")
    assert out.count("Why, by the differential route:") == 8
    assert "differential" in ROUTES


def test_trace_notation(nablastep: Nablastep) -> None:
    assert "grad_W1 = grad_z2 @ a1.T" in nablastep("trace", "mazur", "--notation", "numpy")[1]
    assert (
        "The gradient of W 1 equals the gradient of z 2 times a 1 transposed."
        in (nablastep("trace", "mazur", "--notation", "spoken")[1])
    )


def test_a_terminal_gets_colours_unless_it_asks_for_none() -> None:
    code, coloured = in_terminal("trace", "mazur")
    assert code == 0
    assert "\x1b[" in coloured
    assert "∇W⁽¹⁾ = ∇z⁽²⁾ a⁽¹⁾ᵀ" in coloured
    assert "\x1b" not in in_terminal("trace", "mazur", NO_COLOR="1")[1]
    assert "\x1b[" in in_terminal("trace", "mazur", NO_COLOR="")[1]
    assert "\x1b" not in in_terminal("trace", "mazur", TERM="dumb")[1]


def test_a_terminal_gets_the_same_text_as_a_pipe() -> None:
    coloured = re.sub(r"\x1b\[[0-9;]*m", "", in_terminal("trace", "mazur", columns=80)[1]).replace("\r", "")
    assert coloured == run("trace", "mazur")[1]


def test_text_is_as_wide_as_the_terminal_but_not_narrower_than_80() -> None:
    def widest(columns: int) -> int:
        return max(map(len, in_terminal("trace", "digits-mlp", columns=columns, NO_COLOR="1")[1].splitlines()))

    assert widest(40) <= 80 < widest(110) <= 110


def test_an_encoding_without_nabla_gets_ascii() -> None:
    code, out, err = run("trace", "mazur", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert out.isascii()
    assert "grad_W1 = grad_z2 a1.T" in out
    assert "\\u" not in out


def test_documents_are_utf8_whatever_the_terminal_speaks() -> None:
    code, out, err = run("trace", "mazur", "--format", "markdown", PYTHONIOENCODING="ascii")
    assert (code, err) == (0, "")
    assert "n₁×1" in out


def test_a_reader_that_leaves_early_is_no_error() -> None:
    process = subprocess.Popen(
        command("trace", "xor", "--iterations", "500"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"Exclusive or\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            command("trace", "mazur"), stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), timeout=60
        )
    assert (ran.returncode, ran.stderr) == (2, "nablastep: No space left on device\n")


# gradcheck, networks, doctor


def test_gradcheck_prints_a_line_a_parameter(nablastep: Nablastep) -> None:
    code, out, err = nablastep("gradcheck", "mazur")
    assert (code, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()] == [["W0", "✓"], ["b0", "✓"], ["W1", "✓"], ["b1", "✓"]]
    pattern = r"W0  ✓  largest error \d\.\de-\d\d by difference quotients, \d\.\de-\d\d by the complex step"
    assert re.fullmatch(pattern, out.splitlines()[0])


def test_gradcheck_fails_where_updates_come_too_early(nablastep: Nablastep) -> None:
    code, out, err = nablastep("gradcheck", "mazur-bug")
    assert (code, err) == (1, "")
    assert [line.split()[1] for line in out.splitlines()] == ["✗", "✗", "✓", "✓"]
    assert "; W0[1,1]: program 0.000847259209, numeric 0.00099542" in out


def test_gradcheck_counts_kinks(tmp_path: Path, nablastep: Nablastep) -> None:
    network = tmp_path / "kink.toml"
    network.write_text(
        'x = [[1.0, 2.0]]\ny = [[1.0]]\nloss = "half_squared_error"\n'
        '[[layers]]\nactivation = "relu"\nW = [[2.0, -1.0]]\n'
    )
    code, out, _ = nablastep("gradcheck", str(network))
    assert code == 0
    # All entries lie at the kink: nothing was compared, so there is nothing to tick.
    assert out.splitlines() == [
        "W0  –  not checked: all 2 entries lie at a kink, where no difference quotient tells the slope",
        "z1[0,0] is 0: at the kink of relu, where the slopes on both sides differ.",
    ]


def test_gradcheck_leaves_out_what_is_zero_on_paper(tmp_path: Path, nablastep: Nablastep) -> None:
    network = tmp_path / "paper.toml"
    network.write_text(
        'x = [[1.0, 1.0, 1.0]]\ny = [[1.0]]\nloss = "half_squared_error"\n'
        '[[layers]]\nactivation = "relu"\nW = [[0.2, 0.1, -0.4], [1.0, 1.0, 1.0]]\nb = [0.1, 0.0]\n'
        '[[layers]]\nactivation = "identity"\nW = [[1.0, 1.0]]\n'
    )
    code, out, _ = nablastep("gradcheck", str(network))
    assert code == 0
    assert out.splitlines()[0].endswith("3 at a kink left out")
    assert out.splitlines()[-1].startswith("z1[0,0] is 0 to rounding: at the kink of relu")


def test_gradcheck_takes_two_thousand_parameters() -> None:
    code, out, err = run("gradcheck", "digits-mlp")
    assert (code, err) == (0, "")
    assert out.count("✓") == 4


def test_networks_lists_names_first(nablastep: Nablastep) -> None:
    code, out, err = nablastep("networks")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(network_names())
    assert "digits-mlp        64-32-10      Digits of 8 × 8 pixels" in out.splitlines()
    assert out.splitlines()[-1] == "weight-decay      5 equations   Weight decay as a penalty"


def test_doctor_tells_what_it_finds(tmp_path: Path) -> None:
    code, out, err = run("doctor", NABLASTEP_CONFIG=str(tmp_path), TERM="xterm")
    assert (code, err) == (0, "")
    found = dict(line.split("  ", 1) for line in out.splitlines() if not line.startswith(" "))
    assert {"terminal", "size", "colours", "glyphs", "numpy", "textual", "config", "state"} <= set(found)
    assert str(tmp_path / "config.toml") in found["config"]
    assert found["terminal"].strip().startswith("TERM=xterm")
    assert "⎡⎢⎣" in found["glyphs"]


def test_doctor_works_where_little_can_be_shown() -> None:
    code, out, _ = run("doctor", PYTHONIOENCODING="ascii", TERM=None)
    assert code == 0
    assert out.isascii()
    assert "use --glyphs ascii" in out


# completion


def test_sources_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mine.toml", "mine.csv", ".hidden.toml"):
        (tmp_path / name).write_text("")
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "more.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert options.complete_source("ma") == ["mazur", "mazur-bug", "made/"]
    assert options.complete_source("mi") == ["mine.toml"]
    assert options.complete_source("made/") == ["made/more.toml"]
    assert options.complete_source("absent/") == []


def test_the_shell_is_told_the_completions() -> None:
    code, out, _ = run(_NABLASTEP_COMPLETE="complete_bash", COMP_WORDS="nablastep trace maz", COMP_CWORD="2")
    assert (code, out.split()) == (0, ["mazur", "mazur-bug"])
    code, out, _ = run(
        _NABLASTEP_COMPLETE="complete_bash", COMP_WORDS="nablastep trace mazur --format j", COMP_CWORD="4"
    )
    assert (code, out.split()) == (0, ["json"])


def asked_to_complete(*words: str) -> dict[str, str]:
    """How a shell asks what may be the last word."""
    typed = " ".join(["nablastep", *words])
    return {"_NABLASTEP_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words))}


@pytest.fixture
def completed(nablastep: Nablastep, monkeypatch: pytest.MonkeyPatch) -> Completed:
    """What the shell is offered for the last word."""

    def offered(*words: str) -> list[str]:
        with monkeypatch.context() as patch:
            for name, value in asked_to_complete(*words).items():
                patch.setenv(name, value)
            code, out, err = nablastep()
        assert (code, err) == (0, "")
        return out.split()

    return offered


def test_a_shell_is_offered_the_same() -> None:
    assert run(**asked_to_complete("why", "mazur", "grad_W")) == (0, "grad_W1\ngrad_W0\n", "")


def test_steps_are_completed_for_the_network_before_them(completed: Completed, tmp_path: Path) -> None:
    assert completed("why", "mazur", "grad_W") == ["grad_W1", "grad_W0"]
    assert completed("why", "tanh-neuron", "grad_W") == ["grad_W0"]
    assert completed("why", "mazur", "W") == []
    assert completed("quiz", "mazur", "W") == ["W1", "W0"]
    for broken in ("no-such-network", str(tmp_path), str(tmp_path / "nothing.toml")):
        assert completed("why", broken, "grad_") == []


ASKED = ["mazur", "cs231n-two-layer", "ridge", "hinge", "temperature", "weight-decay"]


@pytest.mark.parametrize("source", covering(ASKED, ["mazur", "ridge", "temperature"]))
def test_every_step_that_is_offered_has_a_derivation_and_takes_an_answer(
    source: str, nablastep: Nablastep, completed: Completed
) -> None:
    offered = completed("why", source, "")
    assert {step.id for step in ns.open(source).program.steps if step.phase == "backward"} <= set(offered)
    for name in offered:
        assert nablastep("why", source, name)[0] == 0, name
    known = ns.open(source).program.graph.by_id
    numbers = [name for name in offered if not known[name.removeprefix("grad_")].symbol.shape]
    for name, form in product(numbers, ("json", "markdown", "latex")):
        assert nablastep("why", source, name, "--format", form)[0] == 0, (name, form)
    for name in completed("quiz", source, ""):
        assert nablastep("quiz", source, name, "--answer", "2.7182818")[0] == 1, name


@pytest.mark.parametrize("command", ["run", "trace", "why", "quiz", "gradcheck"])
def test_every_command_completes_its_source(command: str, completed: Completed) -> None:
    assert completed(command, "xo") == ["xor"]
    assert completed("record", "folder", "--source", "xo") == ["xor"]
