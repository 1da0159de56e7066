"""The one way to read files and the one way to write them: regular files only, bounded, never half of one."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nablastep.demo.opening import open_demo
from nablastep.demo.problems import DemoErrors
from nablastep.errors import DataError, NablastepError
from nablastep.files.built_in import open_network
from nablastep.files.network_file import read_network
from nablastep.files.reading import read_bytes, read_text
from nablastep.files.toml_text import toml_table
from nablastep.files.writing import write_bytes, write_text

LAYER = 'loss = "huber"\n[[layers]]\nactivation = "tanh"\nunits = 1\n'
NETWORK = "x = [[1.0]]\ny = [[1.0]]\n" + LAYER
WITH_CSV = 'data = {{ csv = "{}", target = ["y"] }}\n' + LAYER

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with a name")


@pytest.fixture(params=["pipe", "socket", "folder", "device"])
def no_file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Something that is no regular file, by its kind."""
    path = tmp_path / "nothing.toml"
    if request.param == "pipe":
        os.mkfifo(path)
        yield path
    elif request.param == "socket":
        with socket.socket(socket.AF_UNIX) as end:
            monkeypatch.chdir(tmp_path)  # a socket's name is short
            end.bind(path.name)
            yield path
    elif request.param == "folder":
        path.mkdir()
        yield path
    else:
        path.symlink_to("/dev/zero")
        yield path


def opened_as_network(path: Path) -> object:
    return read_network(path)


def opened_as_demo(path: Path) -> object:
    return open_demo(path)


def opened_as_csv(path: Path) -> object:
    network = path.parent / "net.toml"
    network.write_text(WITH_CSV.format(path.name))
    return read_network(network)


def opened_as_include(path: Path) -> object:
    demo = path.parent / "a.demo"
    demo.write_text(f'demo 1\nnetwork mazur\ninclude "{path.name}"\n')
    return open_demo(demo)


def opened_by_a_demo(path: Path) -> object:
    demo = path.parent / "a.demo"
    demo.write_text(f"demo 1\nnetwork {path.name}\nnext\n")
    return open_demo(demo)


WAYS = (opened_as_network, opened_as_demo, opened_as_csv, opened_as_include, opened_by_a_demo)


def in_time(work: Callable[[], object]) -> BaseException | None:
    """What the work raises; fails if it does not come to an end."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as problem:
            raised.append(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "reading does not end"
    return raised[0] if raised else None


@needs_pipes
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_is_no_file_is_one_error_at_once(way: Callable[[Path], object], no_file: Path) -> None:
    problem = in_time(lambda: way(no_file))
    assert isinstance(problem, NablastepError)
    kinds = ("a pipe", "a socket", "a folder", "a device", "leads out of the demo's folder")
    assert any(f"found {kind}" in str(problem) or kind in str(problem) for kind in kinds)
    assert len(str(problem)) < 400


@needs_pipes
def test_reading_does_not_wait_for_the_other_end_of_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    problem = in_time(lambda: read_bytes(tmp_path / "link", "link"))
    assert str(problem) == "link: expected a file, found a pipe"


def test_sizes_have_a_limit_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "big"
    file.write_bytes(b"x" * 2_000_001)
    assert len(read_bytes(file, "big", largest=2_000_001)) == 2_000_001
    with pytest.raises(DataError, match="big: expected a file of at most 2 MB, found a larger one"):
        read_bytes(file, "big", DataError, largest=2_000_000)


@pytest.mark.parametrize(("content", "place"), [(b"ab\nc\xc3\xa9\xff", "2:3"), (b"\xef\xbb\xbf\n\x80", "2:1")])
def test_what_is_no_utf8_is_told_with_its_place(content: bytes, place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(NablastepError, match=f"file:{place}: expected UTF-8 text, found the byte 0x{content[-1]:02X};"):
        read_text(tmp_path / "file", "file")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5000 + "]" * 5000,
        "a = " + "{b = " * 5000 + "1" + "}" * 5000,
        "a = " + "9" * 5000,
        "a = 0x" + "f" * 5000 + "g",
        "a = 2024-02-31",
        "[" + ".".join("a" * 3000),
        '"\\U00110000" = 1',
    ],
    ids=lambda text: text[:10],
)
def test_toml_that_cannot_be_read_is_one_error(text: str) -> None:
    with pytest.raises(NablastepError, match=r"x\.toml.*: not valid TOML: ") as caught:
        toml_table(text, "x.toml")
    assert len(str(caught.value)) < 400


# writing


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    for name in ("there", "dangling"):
        (tmp_path / name).symlink_to(tmp_path / "real" / name)
    (tmp_path / "real" / "there").write_text("old")
    for name in ("there", "dangling"):
        write_text(tmp_path / name, "new ∇")
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "real" / name).read_text(encoding="utf-8") == "new ∇"
    assert sorted(os.listdir(tmp_path / "real")) == ["dangling", "there"]


@needs_pipes
def test_what_is_no_file_is_left_alone(no_file: Path) -> None:
    before = no_file.stat().st_mode
    problem = in_time(lambda: write_text(no_file, "x"))
    assert isinstance(problem, NablastepError)
    assert "cannot be written: there is a " in str(problem)
    assert no_file.stat().st_mode == before
    assert not [name for name in os.listdir(no_file.parent) if name.endswith(".part")]


def test_a_link_in_a_circle_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for work in (lambda: write_text(tmp_path / "a", "x"), lambda: read_text(tmp_path / "a", "a")):
        with pytest.raises(NablastepError, match=r"cannot be (written|read): too many levels"):
            work()
    assert (tmp_path / "a").is_symlink()


def test_a_write_keeps_the_permissions_and_respects_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(0o640)
    write_text(file, "new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    monkeypatch.setattr(os, "access", lambda *_: False)  # as it is for everybody but the superuser
    with pytest.raises(NablastepError, match="it is write-protected"):
        write_text(file, "newer")
    assert file.read_text() == "new"


def test_the_longest_name_that_a_file_can_have(tmp_path: Path) -> None:
    write_bytes(tmp_path / ("n" * 255), b"x")
    with pytest.raises(NablastepError, match="cannot be written: file name too long"):
        write_bytes(tmp_path / ("n" * 256), b"x")


def test_folders_are_made_only_where_asked_for(tmp_path: Path) -> None:
    with pytest.raises(NablastepError, match="there is no folder"):
        write_text(tmp_path / "a" / "b", "x")
    write_text(tmp_path / "a" / "b", "x", folders=True)
    assert (tmp_path / "a" / "b").read_text() == "x"


# a stranger's demo


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with a secret beside the folder of a stranger's demo."""
    (tmp_path / "secret.csv").write_text("password,y\n1,2\nhunter2,3\n")
    (tmp_path / "secret.toml").write_text(NETWORK)
    stranger = tmp_path / "stranger"
    (stranger / "below").mkdir(parents=True)
    (stranger / "own.toml").write_text(NETWORK)
    (stranger / "below" / "own.toml").write_text(WITH_CSV.format("../own.csv"))
    (stranger / "own.csv").write_text("a,y\n1,2\n")
    (stranger / "link.toml").symlink_to("../secret.toml")
    (stranger / "inner-link.toml").symlink_to("below/../own.toml")
    (stranger / "linked-folder").symlink_to("..")
    (stranger / "link.csv").symlink_to("../secret.csv")
    for name, target in (("up", "../secret.csv"), ("csv-link", "link.csv"), ("absolute", str(tmp_path / "secret.csv"))):
        (stranger / f"{name}.toml").write_text(WITH_CSV.format(target))
    return stranger


def played(folder: Path, network: str) -> object:
    (folder / "a.demo").write_text(f'demo 1\nnetwork "{network}"\nnext\n')
    return open_demo(folder / "a.demo")


@pytest.mark.parametrize("network", ["own.toml", "below/own.toml", "inner-link.toml", "below/../own.toml"])
def test_a_demo_opens_what_lies_in_its_folder_or_below(network: str, house: Path) -> None:
    played(house, network)


@pytest.mark.parametrize(
    "network",
    ["../secret.toml", "link.toml", "linked-folder/secret.toml", "/etc/passwd", "../absent.toml",
     "up.toml", "csv-link.toml", "absolute.toml"],
)  # fmt: skip
def test_a_demo_opens_nothing_else(network: str, house: Path) -> None:
    with pytest.raises(DemoErrors) as caught:
        played(house, network)
    assert "leads out of" in str(caught.value)
    assert "password" not in str(caught.value)


@pytest.mark.parametrize("name", ["up.toml", "csv-link.toml", "absolute.toml"])
@pytest.mark.parametrize("target", ["y", "passwort"])
def test_no_error_shows_content_of_a_file_outside(name: str, target: str, house: Path) -> None:
    """The user may open it, but a stranger's network file must not tell what is in somebody's files."""
    network = house / name
    network.write_text(network.read_text().replace('target = ["y"]', f'target = ["{target}"]'))
    with pytest.raises(NablastepError) as caught:
        open_network(str(network))
    assert "password" not in f"{caught.value} {caught.value.hint}"
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"
    assert "lies outside the folder of the network file" in str(caught.value)


def test_data_outside_can_be_used(house: Path) -> None:
    (house.parent / "secret.csv").write_text("a,y\n1,2\n")
    assert open_network(str(house / "up.toml")).x.tolist() == [[1.0]]


def test_bytes_of_a_file_outside_are_not_shown(house: Path) -> None:
    (house.parent / "secret.csv").write_bytes(b"\xfe\x01")
    with pytest.raises(NablastepError, match="this one is no UTF-8 text"):
        open_network(str(house / "up.toml"))
