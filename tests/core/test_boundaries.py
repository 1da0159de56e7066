"""The walls of the house: the core loads NumPy and nothing else, and imports run downwards only.

Both checks are also run on something that breaks them, so that a check that sees nothing fails here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [str(ROOT / name) for name in ("core", "tui", "demos")]
SCREENS = {"textual", "rich", "typer", "click", "platformdirs", "nablastep_tui"}

VERDICT = re.compile(r"(?P<name>.+) (?P<verdict>KEPT|BROKEN)( \(.*\))?")

LOADED = """
import sys
before = set(sys.modules)
{code}
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(*sorted(name for name in loaded if name not in sys.stdlib_module_names))
"""


def run(*command: str, paths: list[str], folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "500", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False, timeout=60)


def loaded_by(code: str) -> set[str]:
    """The packages outside the standard library that a fresh interpreter loads for the code."""
    done = run(sys.executable, "-W", "error", "-c", LOADED.format(code=code), paths=SOURCES)
    assert done.returncode == 0, done.stderr
    return {name for name in done.stdout.split() if "cython" not in name}  # NumPy's own run time


def test_importing_the_core_loads_no_screen() -> None:
    assert loaded_by("import nablastep; nablastep.Network") == {"nablastep", "numpy"}


def test_an_error_can_be_told_without_numpy() -> None:
    assert loaded_by("import nablastep.errors, nablastep.safe_text") == {"nablastep"}


def test_working_with_the_core_loads_no_screen() -> None:
    code = """
import nablastep as ns
session = ns.open("mazur")
session.train(2)
session.goto("end")
session.set("W0[0,0]", 0.5)
session.undo()
from nablastep.notation import notations
[writer.equation_text(step.equation) for writer in notations().values() for step in session.program.steps]
"""
    assert loaded_by(code) == {"nablastep", "nablastep_demos", "numpy"}


def test_the_check_sees_what_is_loaded() -> None:
    for name in ("rich", "typer", "platformdirs"):
        assert name in loaded_by(f"import nablastep\nimport {name}")
    assert loaded_by("import nablastep\nimport nablastep_tui") & SCREENS


@pytest.mark.parametrize("module", sorted(SCREENS))
def test_no_module_of_the_core_names_a_screen(module: str) -> None:
    """Not even inside a function, where only a call would load it."""
    for path in (ROOT / "core").rglob("*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert words[1].partition(".")[0] != module, f"{path.name}:{number}: {line.strip()}"


# import-linter


def lint(folder: Path, core: Path) -> dict[str, bool]:
    """Contract → whether it is kept, for the `pyproject.toml` in the folder and the core at that place."""
    lint_imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = run(sys.executable, "-c", lint_imports, "--no-cache", paths=[str(core), *SOURCES[1:]], folder=folder)
    lines = (VERDICT.fullmatch(line.strip()) for line in done.stdout.splitlines())
    verdicts = {found["name"]: found["verdict"] == "KEPT" for found in lines if found}
    assert verdicts, done.stdout + done.stderr
    assert done.returncode == (0 if all(verdicts.values()) else 1)
    return verdicts


def contract_names() -> list[str]:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in configuration["tool"]["importlinter"]["contracts"]]


@pytest.fixture(scope="module")
def verdicts() -> dict[str, bool]:
    pytest.importorskip("importlinter")
    return lint(ROOT, ROOT / "core")


def test_every_contract_is_checked(verdicts: dict[str, bool]) -> None:
    assert list(verdicts) == contract_names()


@pytest.mark.parametrize("name", contract_names())
def test_contract_holds(name: str, verdicts: dict[str, bool]) -> None:
    assert verdicts[name], f"run `lint-imports` from the project's root to see what breaks '{name}'"


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("expressions.py", "import rich", "The core knows no screen"),
        ("notation/unicode.py", "from nablastep_tui import numbers", "The core knows no screen"),
        ("shapes.py", "from nablastep import session", "Within the core, imports run downwards"),
        ("calculus.py", "from nablastep.program import build", "Within the core, imports run downwards"),
    ],
)
def test_a_planted_violation_is_reported(module: str, line: str, contract: str, tmp_path: Path) -> None:
    pytest.importorskip("importlinter")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    core = tmp_path / "core"
    shutil.copytree(ROOT / "core", core, ignore=shutil.ignore_patterns("__pycache__"))
    target = core / "nablastep" / module
    # inside a function, where nothing would notice it at run time
    target.write_text(f"{target.read_text(encoding='utf-8')}\n\ndef _planted():\n    {line}\n", encoding="utf-8")
    broken = {name for name, kept in lint(tmp_path, core).items() if not kept}
    assert any(name.startswith(contract) for name in broken)
