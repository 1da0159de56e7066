"""Settings files that are damaged, or no files at all: the app starts with defaults, says so, and leaves the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nablastep_tui.app import NablastepApp
from nablastep_tui.settings import Memory, read_settings

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with a name")

DAMAGES: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "full": lambda path: path.symlink_to("/dev/full"),
    "folder": lambda path: path.mkdir(),
    "circle": lambda path: path.symlink_to(path.name),
    "huge": lambda path: path.write_bytes(b"#" * 2_000_000),
    "binary": lambda path: path.write_bytes(bytes(range(256))),
    "deep": lambda path: path.write_text("[" * 100_000),
    "deep value": lambda path: path.write_text("theme = " + "[" * 1000 + "]" * 1000),
    "deep table": lambda path: path.write_text("theme = " + "{a = " * 1000 + "1" + "}" * 1000),
    "long number": lambda path: path.write_text("theme = " + "9" * 5000),
    "other kinds": lambda path: path.write_text('theme = [1]\nglyphs = {a = 1}\nmotion = "no"\nkeys = 3\n'),
}


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NABLASTEP_CONFIG", str(tmp_path))
    return tmp_path


def written_at(file: Path) -> tuple[int, int, int]:
    """Which file it is, how long, and when it was written; reading it may change when it was read."""
    found = os.lstat(file)
    return found.st_ino, found.st_size, found.st_mtime_ns


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_config_is_a_warning(damage: str, config: Path) -> None:
    file = config / "config.toml"
    DAMAGES[damage](file)
    before = written_at(file)
    settings = read_settings(frozenset())
    assert (settings.theme, settings.glyphs) == (None, None)
    assert settings.warnings
    assert all(str(file) in warning and len(warning) < 600 for warning in settings.warnings)
    assert written_at(file) == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_memory_is_begun_anew(damage: str, config: Path) -> None:
    file = config / "state.json"
    DAMAGES[damage](file)
    memory = Memory()
    assert memory.theme is None
    memory.see("a hint")
    assert memory.has_seen("a hint")
    assert sorted(os.listdir(config)) == ["state.json"]
    if damage in {"pipe", "endless", "full", "folder", "circle"}:
        assert not file.is_file()


async def test_the_app_starts_with_both_damaged(config: Path) -> None:
    import nablastep as ns

    os.mkfifo(config / "config.toml")
    (config / "state.json").write_text("[" * 100_000)
    app = NablastepApp(ns.open("mazur"))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("right")
        assert app.session.position == (1, 1)
    assert "expected a file, found a pipe" in app.settings.warnings[0]
