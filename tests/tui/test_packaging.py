"""What the package says of itself is true, and what it asks for is what it has been tried with."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = CONFIGURATION["project"]
VERSIONS_SCRIPT = (ROOT / ".ci" / "versions").read_text(encoding="utf-8")
PYTHON = "Programming Language :: Python :: "


def requirement(name: str) -> SpecifierSet:
    found = [Requirement(text) for text in PROJECT["dependencies"]]
    return next(one.specifier for one in found if one.name == name)


@pytest.mark.parametrize(
    ("name", "refused", "taken"),
    [
        ("typer", ["0.29.0", "0.29.2", "1.0"], ["0.26.0", "0.28.0"]),
        ("rich", ["14.2.0"], ["14.3.0", "15.0.0"]),
        ("textual", ["8.2.7", "9.0.0"], ["8.2.8"]),
    ],
)
def test_versions_that_are_known_to_do_harm_are_refused(name: str, refused: list[str], taken: list[str]) -> None:
    assert [version for version in refused if version in requirement(name)] == []
    assert [version for version in taken if version not in requirement(name)] == []


def test_the_command_line_loads_no_pydantic() -> None:
    program = "import sys, nablastep_tui.cli.main as cli; cli.main(['run', '--help']); print('pydantic' in sys.modules)"
    paths = os.pathsep.join(str(ROOT / root) for root in ("core", "tui", "demos"))
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths}, timeout=60, check=True,
    )  # fmt: skip
    assert ran.stdout.splitlines()[-1] == "False"


def test_the_pythons_that_are_named_are_those_that_are_tried() -> None:
    named = {one.removeprefix(PYTHON) for one in PROJECT["classifiers"] if re.fullmatch(rf"{PYTHON}3\.\d+", one)}
    lowest = re.search(r"^lowest_python=(\S+)$", VERSIONS_SCRIPT, re.MULTILINE)
    others = re.search(r'^other_pythons="([^"]+)"$', VERSIONS_SCRIPT, re.MULTILINE)
    assert lowest is not None
    assert others is not None
    assert named == {lowest[1], *others[1].split()}
    assert f">={min(named, key=Version)}" == PROJECT["requires-python"]
    assert CONFIGURATION["tool"]["mypy"]["python_version"] == lowest[1]


def test_the_tests_that_are_run_with_other_versions_exist() -> None:
    patterns = re.search(r'^tests="([^"]+)"$', VERSIONS_SCRIPT, re.MULTILINE)
    assert patterns is not None
    assert len(patterns[1].split()) > 10
    assert [pattern for pattern in patterns[1].split() if not list(ROOT.glob(pattern))] == []


def test_ci_tries_the_other_versions() -> None:
    assert "bash .ci/versions" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "--resolution lowest-direct" in VERSIONS_SCRIPT


def test_the_citation_is_of_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^cff-version: 1\.2\.0$", citation, re.MULTILINE)
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert f"\nlicense: {PROJECT['license']}\n" in citation
    for key in ("message", "title", "authors"):
        assert f"\n{key}:" in citation


def test_what_readers_look_for_is_there_and_in_the_sdist() -> None:
    for name in CONFIGURATION["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]:
        assert (ROOT / name).exists(), name
    wanted = {"README.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "SECURITY.md"}
    assert wanted <= set(CONFIGURATION["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"])
    for document in ("CITATION.cff", "SECURITY.md"):
        assert f"]({document})" in (ROOT / "README.md").read_text(encoding="utf-8")
