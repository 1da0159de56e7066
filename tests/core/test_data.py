"""Data from CSV files and the built-in data sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nablastep.errors import DataError, NablastepError, NetworkError
from nablastep.files.csv_data import CsvPlace, csv_data
from nablastep.files.data_sets import DATA_SETS, DataSet, data_set
from nablastep.files.network_file import network_from_text

POINTS = "x1,x2,label\n1,10,b\n2,10,a\n6,10,b\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    return tmp_path


def load(folder: Path, **options: object) -> DataSet:
    return csv_data({"csv": "points.csv", "target": ["label"], "one_hot": True, **options}, CsvPlace(folder))


def load_text(folder: Path, text: str, **options: object) -> DataSet:
    (folder / "points.csv").write_text(text, encoding="utf-8")
    return load(folder, **options)


# CSV


def test_labels_become_one_hot_rows_in_sorted_order(folder: Path) -> None:
    data = load(folder)
    assert data.x.tolist() == [[1, 10], [2, 10], [6, 10]]
    assert data.y.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert data.label_names == ("a", "b")
    assert not data.x.flags.writeable
    assert not data.y.flags.writeable


def test_labels_that_are_numbers_are_sorted_as_numbers(folder: Path) -> None:
    data = load_text(folder, "x,label\n1,10\n2,9\n3,-1\n")
    assert data.label_names == ("-1", "9", "10")
    assert data.y.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_labels_of_which_some_are_numbers_are_sorted_as_text(folder: Path) -> None:
    assert load_text(folder, "x,label\n1,10\n2,9\n3,none\n").label_names == ("10", "9", "none")


def test_targets_may_be_several_columns_of_numbers_in_their_own_order(folder: Path) -> None:
    data = load_text(folder, "a,b,c\n1,2,3\n4,5,6\n", target=["c", "a"], one_hot=False)
    assert data.x.tolist() == [[2], [5]]
    assert data.y.tolist() == [[3, 1], [6, 4]]
    assert data.label_names == ()


def test_standard_scaling_of_inputs_only(folder: Path) -> None:
    data = load_text(folder, "x,y,constant\n1,5,0.1\n2,6,0.1\n6,7,0.1\n", target=["y"], one_hot=False, scale="standard")
    np.testing.assert_allclose(data.x[:, 0], (np.array([1, 2, 6]) - 3) / np.sqrt(14 / 3), rtol=1e-15)
    assert data.x[:, 1].tolist() == [0, 0, 0]
    assert data.y.tolist() == [[5], [6], [7]]


def test_minmax_scaling(folder: Path) -> None:
    assert load(folder, scale="minmax").x.tolist() == [[0, 0], [0.2, 0], [1, 0]]


def test_byte_order_mark_quotes_spaces_and_blank_lines(folder: Path) -> None:
    data = load_text(folder, '\ufeff"x1", label\r\n\r\n 1.5 ,"a, b"\r\n,\r\n2,c\r\n')
    assert data.x.tolist() == [[1.5], [2]]
    assert data.label_names == ("a, b", "c")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x1,label\n1,a\nabc,b\n", "points.csv:3: column 'x1': 'abc' is not a number"),
        ("x1,label\n1,a\n\n\nabc,b\n", "points.csv:5: column 'x1': 'abc' is not a number"),
        ("x1,label\n1_000,a\n", "points.csv:2: column 'x1': '1_000' is not a number"),
        ("x1,label\n１,a\n", "points.csv:2: column 'x1': '１' is not a number"),
        ("x1,label\nnan,a\n", "points.csv:2: column 'x1': 'nan' is not a finite number"),
        ("x1,label\n1e999,a\n", "points.csv:2: column 'x1': '1e999' is not a finite number"),
        ("x1,label\n,a\n", "points.csv:2: column 'x1': the cell is empty"),
        ("x1,label\n1,\n", "points.csv:2: column 'label': the cell is empty"),
        ("x1,label\n1,1\n2,1.0\n", "points.csv:3: column 'label': '1.0' and '1' are one number written in two ways"),
        (
            "x1,label\n1,a\x1b[2J\n",
            "points.csv:2: column 'label': expected text without control characters, found U+001B",
        ),
        ("x1,label\n1,a,b\n", "points.csv:2: expected 2 cells as in the header, found 3"),
        ("x1,label\n1\n", "points.csv:2: expected 2 cells as in the header, found 1"),
        ("x1;label\n1;a\n", 'points.csv:1: expected commas, found semicolons (save it as CSV, or say separator = ";")'),
        ("x1,x1,label\n1,2,a\n", "points.csv:1: found the column 'x1' twice"),
        ("x1,,label\n1,2,a\n", "points.csv:1: expected a name for column 2, found none"),
        (
            "x1,\x9b,label\n1,2,a\n",
            "points.csv:1: expected text without control characters, found U+009B at position 1",
        ),
        ("x1,label\n", "points.csv:1: expected rows of data under the header, found none"),
        ("", "points.csv: expected a header with the names of the columns, found an empty file"),
        ('x1,label\n1,"a"b\n', "points.csv:2: not valid CSV: "),
        ('x1,label\n1,"a\n', "points.csv:2: not valid CSV: "),
    ],
)
def test_mistakes_in_a_csv_file(folder: Path, text: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        load_text(folder, text)
    assert str(caught.value).startswith(str(folder / message))


def test_a_csv_file_that_is_not_utf_8(folder: Path) -> None:
    (folder / "points.csv").write_bytes(b"x1,label\n1,caf\xe9\n")
    with pytest.raises(DataError) as caught:
        load(folder)
    assert str(caught.value).endswith(
        "points.csv:2:6: expected UTF-8 text, found the byte 0xE9; save the file as UTF-8"
    )


def test_inputs_too_large_to_scale(folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_text(folder, "x,label\n1e308,a\n-1e308,b\n", scale="standard")
    assert str(caught.value).endswith("points.csv: cannot be scaled to 'standard': the inputs are too large")


def test_a_pipe_in_place_of_a_csv_file_is_not_waited_for(folder: Path) -> None:
    with pytest.raises(
        NetworkError, match=r"data\.csv: '/dev/null', as seen from the network file: expected a file, found a device"
    ):
        load(folder, csv="/dev/null")


@pytest.mark.parametrize(
    ("mark", "header", "message"),
    [
        (None, "x1\tx2\tlabel", 'expected commas, found tabs (save it as CSV, or say separator = "\\t")'),
        (None, "x1|label", 'expected commas, found bars (save it as CSV, or say separator = "|")'),
        (";", "x1,label", 'expected semicolons, found commas (say separator = ",")'),
        ("\t", "x1;label", 'expected tabs, found semicolons (save it as CSV, or say separator = ";")'),
    ],
)
def test_another_separator_is_recognised(mark: str | None, header: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_text(tmp_path, f"{header}\n1\n", **({} if mark is None else {"separator": mark}))
    assert str(caught.value) == f"{tmp_path / 'points.csv'}:1: {message}"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_each_separator_reads_the_same(mark: str, tmp_path: Path) -> None:
    data = load_text(tmp_path, "x1,label\n1.5,a\n2.5,b\n".replace(",", mark), separator=mark)
    assert data.x.tolist() == [[1.5], [2.5]]
    assert data.label_names == ("a", "b")


@pytest.mark.parametrize("mark", ["", " ", "ab", "\n", '"', 3, None])
def test_an_unknown_separator_is_an_error(mark: object, tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r'data.separator: expected one of ",", ";", "\\t", "\|", found'):
        load_text(tmp_path, "x1,label\n1,a\n", separator=mark)


@pytest.mark.parametrize("labels", [("cat", "0"), ("0", "2")], ids=["words", "classes"])
def test_words_and_classes_as_targets_name_one_hot(labels: tuple[str, str], tmp_path: Path) -> None:
    layer = '[[layers]]\nactivation = "softmax"\nunits = 3\n'
    table = 'data = { csv = "points.csv", target = ["label"] }\nloss = "categorical_cross_entropy"\n' + layer
    (tmp_path / "points.csv").write_text("x1,label\n" + "".join(f"1,{label}\n" for label in labels))
    with pytest.raises(NablastepError) as caught:
        network_from_text(table, name="net.toml", folder=tmp_path)
    assert "one_hot = true" in str(caught.value.hint)


def test_many_columns_and_targets_are_read_in_time(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(100_000)]
    data = load_text(tmp_path, ",".join(names) + "\n" + ",".join("1" * len(names)), target=names[1:], one_hot=False)
    assert data.y.shape == (1, 99_999)
    with pytest.raises(NetworkError, match="no column 'nobody'"):
        load(tmp_path, target=[*names[1:], "nobody"], one_hot=False)


def test_more_labels_than_fit_are_refused_before_they_are_laid_out(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="6000 samples × 6000 labels are more than 25000000 numbers"):
        load_text(tmp_path, "x1,label\n" + "".join(f"1,{number}\n" for number in range(6000)))


# Built-in sets


@pytest.mark.parametrize(("name", "targets"), [("xor", [0, 1, 1, 0]), ("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1])])
def test_truth_tables(name: str, targets: list[float]) -> None:
    data = data_set(name, seed=0)
    assert data.x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.y[:, 0].tolist() == targets


@pytest.mark.parametrize(("name", "samples", "outputs"), [("moons", 100, 1), ("circles", 100, 1), ("spirals", 99, 3)])
def test_drawn_sets_have_balanced_classes_and_follow_the_seed(name: str, samples: int, outputs: int) -> None:
    data = data_set(name, seed=1)
    assert data.x.shape == (samples, 2)
    assert data.y.shape == (samples, outputs)
    classes = data.y.argmax(axis=1) if outputs > 1 else data.y[:, 0]
    _, counts = np.unique(classes, return_counts=True)
    assert len(set(counts.tolist())) == 1
    assert np.abs(data.x).max() < 2.5
    assert data_set(name, seed=1).x.tobytes() == data.x.tobytes()
    assert data_set(name, seed=2).x.tobytes() != data.x.tobytes()
    assert len(np.unique(classes[:6])) == len(counts), "a small batch of neighbours holds every class"


@pytest.mark.parametrize("name", ["moons", "circles", "spirals"])
def test_near_neighbours_are_mostly_of_one_class(name: str) -> None:
    data = data_set(name, seed=0)
    distances = np.linalg.norm(data.x[:, np.newaxis] - data.x, axis=-1) + 1e9 * np.eye(len(data.x))
    same = data.y[distances.argmin(axis=1)] == data.y
    assert same.all(axis=1).mean() > 0.85


def test_no_straight_line_separates_the_drawn_sets() -> None:
    for name in ("moons", "circles"):
        data = data_set(name, seed=0)
        columns = np.column_stack([data.x, np.ones(len(data.x))])
        weights, *_ = np.linalg.lstsq(columns, 2 * data.y - 1, rcond=None)
        assert 0.4 < ((columns @ weights > 0) == (data.y > 0.5)).mean() < 0.98


def test_names_of_data_sets() -> None:
    assert tuple(DATA_SETS) == ("xor", "and", "or", "moons", "circles", "spirals")
    with pytest.raises(NetworkError) as caught:
        data_set("moon", seed=0)
    assert str(caught.value) == "data: unknown data set 'moon'; did you mean 'moons'?"
    assert caught.value.hint == "data sets: xor, and, or, moons, circles, spirals"
