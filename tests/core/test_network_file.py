"""Network files: what is read, what is written, and one clear error for each way in which a file can be wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nablastep.errors import NablastepError, NetworkError
from nablastep.files import writing
from nablastep.files.key_lines import KeyLines
from nablastep.files.network_file import data_files, network_from_text, read_network, write_network
from nablastep.files.network_toml import network_text
from nablastep.network import Layer, Network
from nablastep.safe_text import is_hidden

ORACLE = Path(__file__).parent.parent / "oracle"

FILE = """\
title = "Two layers"
x = [[1.0, 2.0, 3.0],
     [4.0, 5.0, 6.0]]
y = [[0.0, 1.0], [1.0, 0.0]]
loss = "categorical_cross_entropy"

[optimizer]
name = "sgd"
learning_rate = 0.5

[[layers]]
activation = "tanh"
W = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
b = [0.1, 0.2]

[[layers]]
activation = "softmax"
W = [[0.1, 0.2], [0.3, 0.4]]
frozen = ["W"]
"""


def read(text: str, folder: Path = Path()) -> Network:
    return network_from_text(text, name="net.toml", folder=folder)


def message_of(text: str, folder: Path = Path()) -> str:
    with pytest.raises(NablastepError) as caught:
        read(text, folder)
    return str(caught.value)


def assert_same(first: Network, second: Network) -> None:
    """Every field equal, arrays to the bit."""
    for name in ("title", "loss", "reduction", "batch_size", "shuffle", "seed", "optimizer", "convention", "order"):
        assert getattr(first, name) == getattr(second, name), name
    assert (first.picture, first.label_names) == (second.picture, second.label_names)
    assert first.frozen_parameters == second.frozen_parameters
    assert [layer.activation for layer in first.layers] == [layer.activation for layer in second.layers]
    assert list(first.initial_parameters) == list(second.initial_parameters)
    pairs = [(first.x, second.x), (first.y, second.y)]
    pairs += [(array, second.initial_parameters[name]) for name, array in first.initial_parameters.items()]
    for one, other in pairs:
        assert one.shape == other.shape
        assert one.tobytes() == other.tobytes()


# Reading


def test_a_whole_file() -> None:
    network = read(FILE)
    assert (network.title, network.sizes, network.samples) == ("Two layers", (3, 2, 2), 2)
    assert network.optimizer.values == {"learning_rate": 0.5, "weight_decay": 0.0}
    assert list(network.initial_parameters) == ["W0", "b0", "W1"]
    assert network.frozen_parameters == {"W1"}
    assert network.initial_parameters["W0"].tolist() == [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]


def test_title_defaults_to_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "my network.toml"
    path.write_text(FILE.replace('title = "Two layers"\n', ""), encoding="utf-8")
    assert Network.from_file(path).title == "my network"
    assert Network.from_file(str(path)).title == "my network"


def test_whole_numbers_are_numbers() -> None:
    assert read(FILE.replace("[[0.1, 0.2], [0.3, 0.4]]", "[[1, 2], [3, 4]]")).initial_parameters["W1"][1, 1] == 4.0


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_bytes(b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode())
    assert_same(read_network(path), read(FILE))


@pytest.mark.parametrize("number", range(30))
def test_golden_networks_load_with_their_shapes(number: int) -> None:
    network = read_network(ORACLE / f"open-{number:02}.toml")
    golden: dict[str, Any] = json.loads((ORACLE / f"open-{number:02}.json").read_text(encoding="utf-8"))
    after = golden["steps"]["1"]
    parameters = {name for name in after if name != "E_before"}
    assert set(network.initial_parameters) == parameters
    for name in parameters:
        expected = np.array(after[name])
        shape = expected.shape if expected.ndim == 2 else (expected.size, 1)
        assert network.initial_parameters[name].shape == shape


def test_the_csv_file_of_a_network_is_known(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_text('data = { csv = "points.csv", target = ["y"] }', encoding="utf-8")
    assert data_files(path) == ("points.csv",)
    path.write_text(FILE, encoding="utf-8")
    assert data_files(path) == ()


# Mistakes in the file


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("loss =", "los =", "net.toml:5: unknown key 'los'; did you mean 'loss'?"),
        ("[optimizer]", "[optimiser]", "net.toml:7: unknown key 'optimiser'; did you mean 'optimizer'?"),
        ("loss =", '"a\\nb" = 1\nloss =', "net.toml:5: unknown key 'a\\nb'; the keys are x, y, data, title, loss"),
        (
            "learning_rate",
            "learning_rat",
            "net.toml:9: optimizer: unknown key 'learning_rat'; did you mean 'learning_rate'?",
        ),
        ("b = [0.1, 0.2]", "B = [0.1, 0.2]", "net.toml:14: layers[1]: unknown key 'B'; did you mean 'b'?"),
        (
            'frozen = ["W"]',
            "seed = 3",
            "net.toml:19: layers[2]: the key 'seed' belongs above the first [table] of the file",
        ),
        (
            'name = "sgd"',
            'loss = "huber"',
            "net.toml:8: optimizer: the key 'loss' belongs above the first [table] of the file",
        ),
        ('loss = "categorical_cross_entropy"\n', "", "net.toml: the key 'loss' is missing"),
        ("y = [[0.0, 1.0], [1.0, 0.0]]\n", "", "net.toml: the key 'y' is missing"),
        ('activation = "softmax"\n', "", "net.toml:16: layers[2]: the key 'activation' is missing"),
        (
            "W = [[0.1, 0.2], [0.3, 0.4]]\n",
            "",
            "net.toml:16: layers[2]: expected W, or units for weights drawn at random; found neither",
        ),
        (
            "[[0.1, 0.2], [0.3, 0.4]]",
            "[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]",
            "net.toml:18: layers[2].W: expected 2 columns to match the 2 units of layer 1, found 3",
        ),
        (
            "[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]",
            "[[0.1, 0.2], [0.4, 0.5]]",
            "net.toml:13: layers[1].W: expected 3 columns to match the 3 inputs of x, found 2",
        ),
        ("[0.4, 0.5, 0.6]", "[0.4, 0.5]", "net.toml:13: layers[1].W: expected 3 numbers in row 2 as in row 1, found 2"),
        ("[4.0, 5.0, 6.0]", "[4.0, 5.0]", "net.toml:3: x: expected 3 numbers in row 2 as in row 1, found 2"),
        ("[4.0, 5.0, 6.0]", "[4.0, nan, 6.0]", "net.toml:3: x: row 2, column 2: expected a finite number, found nan"),
        ("[4.0, 5.0, 6.0]", '[4.0, "5", 6.0]', "net.toml:3: x: row 2, column 2: expected a number, found '5'"),
        ("[4.0, 5.0, 6.0]", "[4.0, true, 6.0]", "net.toml:3: x: row 2, column 2: expected a number, found true"),
        ("[4.0, 5.0, 6.0]", "1979-05-27", "net.toml:2: x: row 2: expected a list of numbers, found a date or time"),
        (
            "[[0.0, 1.0], [1.0, 0.0]]",
            "[0.0, 1.0]",
            "net.toml:4: y: expected rows of numbers (samples × outputs), found one flat list; write [[…]] for one row",
        ),
        (
            "[[0.0, 1.0], [1.0, 0.0]]",
            "[[0.0, 1.0]]",
            "net.toml:4: y: expected 2 rows to match the 2 samples of x, found 1",
        ),
        (
            "[[0.0, 1.0], [1.0, 0.0]]",
            "[[1.0], [1.0]]",
            "net.toml:4: y: expected 2 columns to match the 2 units of the last layer, found 1",
        ),
        (
            "[[0.0, 1.0], [1.0, 0.0]]",
            "[[0.0, 1.0], [1.0, 0.1]]",
            "net.toml:4: y: row 2: expected a distribution with the sum 1 for categorical_cross_entropy",
        ),
        (
            "b = [0.1, 0.2]",
            "b = [0.1]",
            "net.toml:14: layers[1].b: expected 2 numbers to match the 2 units of the layer, found 1",
        ),
        ("b = [0.1, 0.2]", "b = [0.1, inf]", "net.toml:14: layers[1].b: entry 2: expected a finite number, found inf"),
        ("b = [0.1, 0.2]", "units = 3", "net.toml:14: layers[1].units: expected 2 to match the 2 rows of W, found 3"),
        (
            "b = [0.1, 0.2]",
            'init = "he"',
            "net.toml:14: layers[1].init: does not apply to a layer with W; leave out one of them",
        ),
        ('frozen = ["W"]', 'frozen = ["b"]', "net.toml:19: layers[2].frozen: found 'b', but the layer has no bias"),
        ('"tanh"', '"tahn"', "net.toml:12: layers[1].activation: unknown name 'tahn'; did you mean 'tanh'?"),
        ('"sgd"', '"sdg"', "net.toml:8: optimizer.name: unknown name 'sdg'; did you mean 'sgd'?"),
        (
            "learning_rate = 0.5",
            "momentum = 0.5",
            "net.toml:9: optimizer.momentum: does not apply to sgd, whose settings are learning_rate, weight_decay",
        ),
        (
            "learning_rate = 0.5",
            "learning_rate = -0.5",
            "net.toml:9: optimizer.learning_rate: expected a finite number of at least 0, found -0.5",
        ),
        (
            'loss = "categorical_cross_entropy"',
            "loss = 3",
            "net.toml:5: loss: expected one of half_squared_error, mean_squared_error",
        ),
        (
            'title = "Two layers"',
            'title = "\\u001b[2J"',
            "net.toml:1: title: expected text without control characters, found U+001B at position 1",
        ),
        (
            'title = "Two layers"',
            'title = "a\\u202Eb"',
            "net.toml:1: title: expected text without control characters, found U+202E at position 2",
        ),
        ('title = "Two layers"', "title = 3", "net.toml:1: title: expected text, found 3"),
        (
            'title = "Two layers"',
            "batch_size = 3",
            "net.toml:1: batch_size: expected a whole number from 1 to 2, found 3",
        ),
        ('title = "Two layers"', 'data = "xor"', "net.toml:2: x: does not go with data; leave out one of them"),
        (
            'title = "Two layers"',
            "picture = [2, 2]",
            "net.toml:1: picture: expected rows × columns to be the 3 inputs of x, found 2 × 2",
        ),
        (
            'title = "Two layers"',
            'convention = "row"',
            "net.toml:1: convention: expected one of column, column-transposed, row-keras, row-pytorch, found 'row'",
        ),
        (
            'title = "Two layers"',
            f"seed = 0x{'f' * 400}",
            "net.toml:1: seed: expected a whole number from 0 to 9223372036854775807, found a number of more",
        ),
        ("0.5\n", '0.5\nname = "adam"\n', "net.toml:10:14: not valid TOML: this key is given twice"),
        ("x = [[", "x = [,[", "net.toml:2:6: not valid TOML: invalid value"),
        ('"Two layers"', "Two layers", "net.toml:1:9: not valid TOML: invalid value"),
        ('frozen = ["W"]\n', 'frozen = ["W"', "net.toml:19: not valid TOML: unclosed array"),
        (
            'title = "Two layers"',
            f"seed = {'9' * 5000}",
            "net.toml: not valid TOML: a whole number or a date is out of range",
        ),
        (
            'title = "Two layers"',
            f"title = {'[' * 50_000}",
            "net.toml: not valid TOML: the brackets are nested too deeply",
        ),
    ],
)
def test_mistakes_name_file_line_key_and_repair(old: str, new: str, message: str) -> None:
    assert old in FILE
    assert message_of(FILE.replace(old, new)).startswith(message)


def test_the_smallest_files() -> None:
    assert message_of("") == "net.toml: the key 'loss' is missing"
    assert message_of('loss = "huber"') == "net.toml: the key 'layers' is missing"
    assert message_of('loss = "huber"\nlayers = []') == "net.toml: the key 'x' is missing"
    assert message_of('loss = "huber"\nx = [[1]]\ny = [[1]]\nlayers = []').startswith(
        "net.toml:4: layers: expected at least"
    )


def test_one_table_for_all_layers() -> None:
    expected = "net.toml:11: layers: expected a list of layers, found a table; write [[layers]] for each layer"
    assert (
        message_of(FILE.split('\n[[layers]]\nactivation = "softmax"')[0].replace("[[layers]]", "[layers]")) == expected
    )


def test_layers_in_one_line_are_found_too() -> None:
    text = 'x = [[1]]\ny = [[1]]\nloss = "huber"\n'
    text += 'layers = [\n  { activation = "relu", units = 2 },\n  { activation = "rel" },\n]'
    assert message_of(text).startswith("net.toml:6: layers[2]: expected W, or units")


def test_the_hint_says_what_there_is() -> None:
    with pytest.raises(NetworkError) as caught:
        read(FILE.replace('"tanh"', '"tahn"'))
    assert caught.value.hint is not None
    assert "gelu, silu, softmax" in caught.value.hint
    assert (caught.value.file, caught.value.line) == ("net.toml", 12)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('"xorr"', "net.toml:1: data: unknown data set 'xorr'; did you mean 'xor'?"),
        ('"iris"', "net.toml:1: data: expected one of xor, and, or, moons, circles, spirals, found 'iris'"),
        ("3", "net.toml:1: data: expected the name of a data set, or { csv = … }, found 3"),
        ('{ set = "moons" }', "net.toml:1: data: unknown key 'set'; the keys are csv, target, one_hot, scale"),
        ('{ target = ["y"] }', "net.toml:1: data: the key 'csv' is missing"),
        (
            '{ csv = "p.csv" }',
            'net.toml:1: data.target: expected a list of column names such as ["label"], found nothing',
        ),
        (
            '{ csv = "p.csv", target = "y" }',
            "net.toml:1: data.target: expected a list of column names such as [\"label\"], found 'y'",
        ),
        (
            '{ csv = "none.csv", target = ["y"] }',
            "net.toml:1: data.csv: 'none.csv', as seen from the network file: no such file",
        ),
        (
            '{ csv = ".", target = ["y"] }',
            "net.toml:1: data.csv: '.', as seen from the network file: expected a file, found a folder",
        ),
        (
            '{ csv = "\\u001b.csv", target = ["y"] }',
            "net.toml:1: data.csv: expected text without control characters, found U+001B",
        ),
        (
            '{ csv = "p.csv", target = ["z"], scale = "standart" }',
            "net.toml:1: data.scale: unknown name 'standart'; did you mean 'standard'?",
        ),
        ('{ csv = "p.csv", target = ["y"], one_hot = 1 }', "net.toml:1: data.one_hot: expected true or false, found 1"),
        ('{ csv = "p.csv", target = ["y", "y"] }', "net.toml:1: data.target: found the column 'y' twice"),
        (
            '{ csv = "p.csv", target = ["y", "width"], one_hot = true }',
            "net.toml:1: data.target: expected one column for one_hot = true, found 2",
        ),
        ('{ csv = "p.csv", target = ["widht"] }', "net.toml:1: data.target: no column 'widht' in "),
        ('{ csv = "p.csv", target = ["y", "width"] }', "net.toml:1: data.target: expected a column of "),
        ('"spirals"', "net.toml:1: y: expected 1 column to match the 1 unit of the last layer, found 3"),
    ],
)
def test_mistakes_in_data(tmp_path: Path, data: str, message: str) -> None:
    (tmp_path / "p.csv").write_text("width,y\n1,2\n", encoding="utf-8")
    text = f'data = {data}\nloss = "huber"\n[[layers]]\nactivation = "relu"\nunits = 1\n'
    assert message_of(text, tmp_path).startswith(message)


def test_the_nearest_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("width,y\n1,2\n", encoding="utf-8")
    text = 'loss = "huber"\n[[layers]]\nactivation = "relu"\nunits = 1\n'
    near = message_of('data = { csv = "p.csv", target = ["widht"] }\n' + text, tmp_path)
    far = message_of('data = { csv = "p.csv", target = ["label"] }\n' + text, tmp_path)
    assert near.endswith("p.csv; did you mean 'width'?")
    assert far.endswith("p.csv; the columns are 'width', 'y'")


# Files that are no network files


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'title = "caf\xe9"', ":1:13: expected UTF-8 text, found the byte 0xE9; save the file as UTF-8"),
        (b"loss = 1\n\nx = \xff", ":3:5: expected UTF-8 text, found the byte 0xFF; save the file as UTF-8"),
        (b"#" * (16 * 1024 * 1024 + 1), ": expected a file of at most 16 MB, found a larger one"),
        (b"\x89PNG\r\n", ":1:1: expected UTF-8 text, found the byte 0x89; save the file as UTF-8"),
        (b"\x00\x01", ":1:1: not valid TOML: invalid statement"),
    ],
)
def test_contents_that_are_no_network(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "net.toml"
    path.write_bytes(content)
    with pytest.raises(NetworkError) as caught:
        read_network(path)
    assert str(caught.value) == f"{path}{message}"


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(NetworkError) as caught:
        read_network(tmp_path / "none.toml")
    assert str(caught.value) == f"{tmp_path / 'none.toml'}: no such file"
    with pytest.raises(NetworkError) as caught:
        read_network(tmp_path)
    assert str(caught.value) == f"{tmp_path}: expected a file, found a folder"
    with pytest.raises(NetworkError, match=r"expected the name of a file, found 'a\\x00b'"):
        read_network("a\x00b")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the owner may read everything here")
def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_text(FILE, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(NetworkError, match=r"net\.toml: cannot be read: permission denied"):
        read_network(path)


# Writing


def test_golden_networks_survive_writing(tmp_path: Path) -> None:
    for source in sorted(ORACLE.glob("*.toml")):
        network = read_network(source)
        network.to_file(tmp_path / "copy.toml")
        assert_same(Network.from_file(tmp_path / "copy.toml"), network)


def test_everything_survives_writing(tmp_path: Path) -> None:
    network = Network(
        [Layer("relu", units=3, init="he", bias=False, frozen=["W"]), Layer("softmax", units=2, b=[0.1 + 0.2, -0.0])],
        x=np.array([[1e-300, 1 / 3, -0.0, 1e22], [5e-324, 1.7976931348623157e308, 0.1, 2.0], [0, 0, 0, 0]]),
        y=[[0.3, 0.7], [0.0, 1.0], [1.0, 0.0]],
        loss="categorical_cross_entropy",
        title='Says "\\" and ∇W',
        reduction="sum",
        batch_size=2,
        shuffle=True,
        seed=12,
        optimizer={"name": "adamw", "beta1": 0.1 + 0.7},
        convention="row-keras",
        order="interleaved",
        picture=(2, 2),
        label_names=("yes", "no, \"never\""),
    )  # fmt: skip
    write_network(network, tmp_path / "copy.toml")
    assert_same(read_network(tmp_path / "copy.toml"), network)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=6))
def test_every_finite_number_reads_back_to_the_same_bits(numbers: list[float]) -> None:
    network = Network([Layer("identity", W=[[number] for number in numbers])], [[1]], [numbers], loss="huber")
    assert_same(read(network_text(network)), network)


@given(st.text(st.characters().filter(lambda character: not is_hidden(character)), max_size=20))
def test_every_printable_title_reads_back(title: str) -> None:
    network = Network([Layer("identity", units=1)], [[1]], [[1]], loss="huber", title=title)
    assert read(network_text(network)).title == title


def test_the_layout_is_readable() -> None:
    assert network_text(read(FILE)) == (
        'title = "Two layers"\nx = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]\ny = [[0.0, 1.0], [1.0, 0.0]]\n'
        'loss = "categorical_cross_entropy"\nreduction = "mean"\nseed = 0\nconvention = "column"\n'
        'order = "gradients-first"\n\n[optimizer]\nname = "sgd"\nlearning_rate = 0.5\nweight_decay = 0.0\n\n'
        '[[layers]]\nactivation = "tanh"\nW = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]\nb = [0.1, 0.2]\n\n'
        '[[layers]]\nactivation = "softmax"\nW = [[0.1, 0.2], [0.3, 0.4]]\nfrozen = ["W"]\n'
    )


def test_trained_parameters_survive_writing(tmp_path: Path) -> None:
    drawn = Network([{"activation": "tanh", "units": 3}], [[1, 2]], [[0, 0, 0]], loss="huber")
    trained = drawn.with_parameters({"W0": drawn.initial_parameters["W0"] / 3, "b0": [[0.1], [0.2], [0.3]]})
    trained.to_file(tmp_path / "trained.toml")
    assert_same(Network.from_file(tmp_path / "trained.toml"), trained)


def test_writing_replaces_a_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    path.write_text("old", encoding="utf-8")
    write_network(read(FILE), path)
    assert_same(read_network(path), read(FILE))
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.toml").symlink_to(tmp_path / "net.toml")
    write_network(read(FILE), tmp_path / "link.toml")
    assert (tmp_path / "link.toml").is_symlink()
    assert_same(read_network(tmp_path / "net.toml"), read(FILE))


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.toml"
    path.write_text("old", encoding="utf-8")

    def interrupted(*_paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, "replace", interrupted)
    with pytest.raises(NetworkError) as caught:
        write_network(read(FILE), path)
    assert str(caught.value) == f"{path}: cannot be written: no space left on device"
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.toml"]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path, reason in (
        (tmp_path / "folder", "there is a folder of that name"),
        (tmp_path / "none" / "net.toml", f"there is no folder {str(tmp_path / 'none')!r}"),
        (tmp_path / "file" / "net.toml", f"there is no folder {str(tmp_path / 'file')!r}"),
    ):
        with pytest.raises(NetworkError) as caught:
            write_network(read(FILE), path)
        assert str(caught.value) == f"{path}: cannot be written: {reason}"


# Lines of keys


def test_lines_of_keys() -> None:
    lines = KeyLines(
        '# x = 1\n"x" = [ # [\n  [1, 2],\n\n  ["]", \'[\'],\n]\ntext = """\nloss = 1\n""""\n'
        "y.z = { a = 1 }\n[a.'b c']\nd = 1 # e = 2\n[[layers]]\nW = 1\n[[ layers ]] # two\n  W = [[1], [2]]\n"
    )
    assert lines.line(("x",)) == 2
    assert lines.line(("x",), row=1) == 3
    assert lines.line(("x",), row=2) == 5
    assert lines.line(("x",), row=3) == 2
    assert lines.line(("text",)) == 7
    assert lines.line(("loss",)) is None
    assert lines.line(("y", "z")) == 10
    assert lines.line(("y", "z", "a")) == 10
    assert lines.line(("y",)) == 10
    assert lines.line(("a",)) == 11
    assert lines.line(("a", "b c", "d")) == 12
    assert lines.line(("layers", 1, "W")) == 14
    assert lines.line(("layers", 2)) == 15
    assert lines.line(("layers", 2, "W")) == 16
    assert lines.line(("layers", 2, "b")) == 15
    assert lines.line(("layers",)) == 13
    assert lines.line(()) is None
