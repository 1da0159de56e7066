"""Weights and data from files: the numbers to the bit, wrong names, pickles; `new --from`; models of PyTorch."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nablastep as ns
from nablastep.demo.recorded_network import place_network
from nablastep.errors import NetworkError
from nablastep.files.network_file import read_network
from nablastep.files.new_network import new_network_text
from nablastep.layer_arrays import chains, layers_in
from nablastep.trace import Trace, written

MODELS = Path(__file__).parents[1] / "pytorch_models"

HEAD = """y = [[0.0, 1.0], [1.0, 0.0]]
loss = "half_squared_error"
"""
LAYER = """
[[layers]]
activation = "tanh"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    generator = np.random.default_rng(3)
    arrays = {"fc.weight": generator.normal(size=(2, 3)), "fc.bias": generator.normal(size=2)}
    np.savez(tmp_path / "w.npz", **arrays)
    np.savez_compressed(tmp_path / "small.npz", only=arrays["fc.weight"].astype(np.float32))
    np.save(tmp_path / "x.npy", generator.normal(size=(2, 3)))
    np.save(tmp_path / "kernel.npy", arrays["fc.weight"].T)
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "model.pt").write_bytes(pickle.dumps({"a": 1}))
    (tmp_path / "disguised.npy").write_bytes(pickle.dumps({"a": 1}))
    with zipfile.ZipFile(tmp_path / "torch.npz", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}))
    return tmp_path


def network(folder: Path, W: str, *, x: str = '{ file = "x.npy" }', more: str = "") -> ns.Network:
    path = folder / "net.toml"
    path.write_text(f"x = {x}\n{HEAD}{LAYER}W = {W}\n{more}", encoding="utf-8")
    return ns.Network.from_file(path)


def problem(folder: Path, W: str, **options: str) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        network(folder, W, **options)
    return caught.value


# what is read


def test_arrays_come_to_the_bit(folder: Path) -> None:
    stored = np.load(folder / "w.npz")
    more = 'b = { file = "w.npz", name = "fc.bias" }\n'
    found = network(folder, '{ file = "w.npz", name = "fc.weight" }', more=more)
    assert np.array_equal(found.initial_parameters["W0"], stored["fc.weight"])
    assert np.array_equal(found.initial_parameters["b0"][:, 0], stored["fc.bias"])
    assert np.array_equal(found.x, np.load(folder / "x.npy"))
    assert np.array_equal(network(folder, '{ file = "small.npz" }').initial_parameters["W0"].shape, (2, 3))


@pytest.mark.parametrize("layout", ["in×out", "in x out", "inxout"])
def test_a_kernel_is_turned_when_the_file_says_so(folder: Path, layout: str) -> None:
    turned = network(folder, f'{{ file = "kernel.npy", layout = "{layout}" }}')
    straight = network(folder, '{ file = "w.npz", name = "fc.weight", layout = "out×in" }')
    assert np.array_equal(turned.initial_parameters["W0"], straight.initial_parameters["W0"])


def test_parameters_and_given_of_equations(folder: Path) -> None:
    path = folder / "equations.toml"
    path.write_text(
        'x = { file = "x.npy" }\ny = [[0.0, 1.0], [1.0, 0.0]]\n'
        'equations = """\nh = W x + b\nE = sum((h - y)^2) + c sum(W^2)\n"""\n'
        '[parameters]\nW = { file = "w.npz", name = "fc.weight" }\n'
        'b = { file = "w.npz", name = "fc.bias", frozen = true }\n[given]\nc = 0.5\n',
        encoding="utf-8",
    )
    session = ns.open(path)
    assert np.array_equal(session["W"], np.load(folder / "w.npz")["fc.weight"])
    assert session.network.parameters["b"].frozen
    session.goto("end")
    assert all(check.holds for check in ns.gradient_check(session))


def test_a_recording_takes_the_files_along(folder: Path) -> None:
    W = '{ file = "w.npz", name = "fc.weight" }'
    found = network(folder, W)
    target = folder / "recording"
    placed = place_network(found, folder / "net.toml", target)
    assert placed.name == "net.toml"
    assert sorted(path.name for path in target.iterdir()) == ["net.toml", "w.npz", "x.npy"]
    assert np.array_equal(ns.Network.from_file(target / "net.toml").x, found.x)


def test_a_network_with_files_is_written_with_its_numbers(folder: Path) -> None:
    found = network(folder, '{ file = "w.npz", name = "fc.weight" }')
    found.to_file(folder / "whole.toml")
    again = ns.Network.from_file(folder / "whole.toml")
    assert np.array_equal(again.initial_parameters["W0"], found.initial_parameters["W0"])
    assert "file" not in (folder / "whole.toml").read_text(encoding="utf-8")


# what is refused


@pytest.mark.parametrize(
    ("W", "message"),
    [
        (
            '{ file = "w.npz", name = "fc.wieght" }',
            "did you mean 'fc.weight'?; it holds fc.weight (2, 3), fc.bias (2,)",
        ),
        ('{ file = "w.npz" }', "'w.npz' holds 2 arrays: say which with name = …; it holds fc.weight (2, 3)"),
        ('{ file = "kernel.npy", name = "W" }', "'kernel.npy' is one array without a name; leave name out"),
        ('{ file = "absent.npz" }', "'absent.npz', as seen from the network file, cannot be used: no such file"),
        ('{ file = "net.toml" }', "expected a file of arrays (.safetensors, .npz, .npy), found .toml"),
        ('{ file = "w.npz", name = "fc.weight", layout = "rows" }', 'expected "out×in" (PyTorch) or "in×out" (Keras)'),
        ('{ file = "w.npz", nam = "fc.weight" }', "unknown key 'nam'; did you mean 'name'?"),
        ('{ file = "kernel.npy" }', "layers[1].W"),
    ],
)
def test_a_mistake_names_its_place_and_what_is_there(folder: Path, W: str, message: str) -> None:
    found = problem(folder, W)
    assert message in str(found)
    assert found.file == str(folder / "net.toml")
    assert found.line in {1, 7}


@pytest.mark.parametrize("file", ["model.pt", "objects.npy", "disguised.npy", "torch.npz"])
def test_a_pickle_is_refused_with_what_converts_it(folder: Path, file: str) -> None:
    found = problem(folder, f'{{ file = "{file}" }}')
    assert "is a pickle, which can run any program when it is opened" in found.message
    assert found.hint is not None
    assert "np.save(" in found.hint if file == "objects.npy" else "save_file(torch.load(" in found.hint


def test_a_pickle_is_not_opened(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return Path.touch, (folder / "sprung",)

    np.save(folder / "trap.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    (folder / "trap.pth").write_bytes(pickle.dumps(Trap()))
    for file in ("trap.npy", "trap.pth"):
        problem(folder, f'{{ file = "{file}" }}')
    assert not (folder / "sprung").exists()


@pytest.mark.parametrize("file", ["x.npy", "w.npz", "model.safetensors"])
def test_a_damaged_file_is_one_error(folder: Path, file: str) -> None:
    pytest.importorskip("safetensors")
    if file == "model.safetensors":
        (folder / file).write_bytes((MODELS / "tanh-3-4-2.safetensors").read_bytes())
    whole = (folder / file).read_bytes()
    for length in (0, 1, 9, 60, len(whole) - 5):
        (folder / file).write_bytes(whole[:length])
        assert problem(
            folder, f'{{ file = "{file}", name = "fc.weight" }}' if file == "w.npz" else f'{{ file = "{file}" }}'
        )


def test_a_header_that_promises_too_much_is_refused(folder: Path) -> None:
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (100000000, 100000), }".ljust(117) + "\n"
    (folder / "huge.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
    assert "its numbers end too soon" in problem(folder, '{ file = "huge.npy" }').message


def test_of_a_file_outside_the_folder_nothing_is_shown(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "x.npy").write_bytes((folder / "x.npy").read_bytes())
    found = problem(inner, '{ file = "../w.npz", name = "fc.wieght" }')
    assert "fc.weight" not in str(found)
    with pytest.raises(NetworkError, match="leads out of the folder"):
        read_network(inner / "net.toml", within=inner)


# layers found by the names of arrays


def shapes(**found: tuple[int, ...]) -> dict[str, Any]:
    return {name.replace("__", "."): np.zeros(shape) for name, shape in found.items()}


def test_layers_are_found_in_the_order_in_which_they_chain() -> None:
    arrays = shapes(fc10__weight=(1, 4), fc10__bias=(1,), fc2__weight=(4, 3), fc2__bias=(4,))
    layers, left = layers_in(arrays)
    assert [(layer.weights, layer.bias) for layer in layers] == [
        ("fc2.weight", "fc2.bias"), ("fc10.weight", "fc10.bias"),
    ]  # fmt: skip
    assert left == ()
    layers, _ = layers_in(shapes(decoder__weight=(5, 2), encoder__weight=(2, 5), head__weight=(3, 5)))
    assert chains(layers)
    assert layers[-1].weights == "head.weight"


def test_kernels_and_nameless_arrays() -> None:
    layers, left = layers_in({"dense/kernel:0": np.zeros((3, 4)), "dense/bias:0": np.zeros(4), "step": np.zeros(())})
    assert [(layer.turned, layer.outputs, layer.bias) for layer in layers] == [(True, 4, "dense/bias:0")]
    assert left == ("step",)
    layers, _ = layers_in(
        {"arr_0": np.zeros((3, 4)), "arr_1": np.zeros(4), "arr_2": np.zeros((4, 2)), "arr_3": np.zeros(2)}
    )
    assert [(layer.weights, layer.bias, layer.turned) for layer in layers] == [
        ("arr_0", "arr_1", True), ("arr_2", "arr_3", True),
    ]  # fmt: skip
    for names in (("kernel", "bias", "kernel_1", "bias_1"), ("weights1", "biases1", "weights2", "biases2")):
        arrays = dict(zip(names, map(np.zeros, ((3, 4), (4,), (4, 2), (2,))), strict=True))
        layers, left = layers_in(arrays)
        assert [(layer.weights, layer.bias, layer.turned) for layer in layers] == [
            (names[0], names[1], True), (names[2], names[3], True),
        ]  # fmt: skip
        assert left == ()
    layers, _ = layers_in(shapes(W1=(3, 4), W2=(4, 2)))  # no bias says how they lie, their order does
    assert [(layer.weights, layer.turned) for layer in layers] == [("W1", True), ("W2", True)]


def test_a_network_from_arrays() -> None:
    W0, b0, W1 = np.ones((3, 2)), np.arange(3.0), np.full((1, 3), 0.5)
    data = {"x": [[1.0, 2.0]], "y": [[1.0]], "loss": "half_squared_error"}
    by_list = ns.Network.from_arrays([(W0, b0), W1], ["tanh", "identity"], **data)
    named = {"out.weight": W1, "in.weight": W0, "in.bias": b0}
    by_name = ns.Network.from_arrays(named, ["tanh", "identity"], **data)
    for name, value in by_list.initial_parameters.items():
        assert np.array_equal(by_name.initial_parameters[name], value)
    with pytest.raises(NetworkError, match="expected 2 activations for as many layers, found 1"):
        ns.Network.from_arrays([W0, W1], ["tanh"], **data)
    with pytest.raises(NetworkError, match=r"no layer takes filter \(1, 2, 3, 4\)"):
        ns.Network.from_arrays({**named, "filter": np.zeros((1, 2, 3, 4))}, ["tanh", "identity"], **data)


# PyTorch


@pytest.mark.parametrize(
    ("name", "activations", "loss"),
    [
        ("tanh-3-4-2", ("tanh", "identity"), "mean_squared_error"),
        ("relu-3-6-5-3", ("relu", "relu", "softmax"), "categorical_cross_entropy"),
    ],
)
def test_a_saved_model_opens_and_gives_the_gradients_of_pytorch(
    name: str, activations: tuple[str, ...], loss: str, tmp_path: Path
) -> None:
    pytest.importorskip("safetensors")
    expected = json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))
    text = new_network_text(str(MODELS / f"{name}.safetensors"), activations)
    lines = [line for line in text.splitlines() if not line.startswith(("x =", "y =", "loss ="))]
    (tmp_path / "net.toml").write_text(
        f'x = {expected["x"]}\ny = {expected["y"]}\nloss = "{loss}"\n' + "\n".join(lines) + "\n", encoding="utf-8"
    )
    session = ns.open(tmp_path / "net.toml")
    session.goto("end")
    assert session["E"] == pytest.approx(expected["E"], rel=1e-6)
    for layer, key in enumerate(sorted({key.split(".")[0] for key in expected["gradients"]}, key=int)):
        for ours, theirs in ((f"grad_W{layer}", f"{key}.weight"), (f"grad_b{layer}", f"{key}.bias")):
            found = session[ours].squeeze(1) if theirs.endswith("bias") else session[ours]
            assert np.allclose(found, expected["gradients"][theirs], rtol=1e-6, atol=1e-9)


def test_a_new_file_opens_as_it_is(folder: Path) -> None:
    path = folder / "new.toml"
    path.write_text(new_network_text(str(folder / "w.npz"), ["softmax"]), encoding="utf-8")
    assert ns.Network.from_file(path).loss == "categorical_cross_entropy"
    text = new_network_text(str(folder / "w.npz"))
    assert "a guess" in text
    assert "# layer 1: 3 in, 2 out" in text
    with pytest.raises(NetworkError, match="expected one activation, or 1 for 1 layers, found 2"):
        new_network_text(str(folder / "w.npz"), ["relu", "relu"])
    with pytest.raises(NetworkError, match="did you mean 'relu'"):
        new_network_text(str(folder / "w.npz"), ["rely"])


class Linear:
    def __init__(self, inputs: int, outputs: int) -> None:
        generator = np.random.default_rng(inputs + 10 * outputs)
        self.weight, self.bias = generator.normal(size=(outputs, inputs)), generator.normal(size=outputs)


class Sequential(list[Any]):
    pass


class Tanh:
    pass


class Dropout:
    pass


class LeakyReLU:
    negative_slope = 0.2


class CrossEntropyLoss:
    reduction = "mean"


class BCELoss:
    reduction = "mean"


def test_a_model_is_looked_at_without_importing_torch() -> None:
    model = Sequential([Sequential([Linear(3, 4), Tanh()]), Dropout(), Linear(4, 2)])
    found = ns.from_torch(model, [[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]], np.array([1, 0]), loss=CrossEntropyLoss())
    assert [layer.activation for layer in found.layers] == ["tanh", "softmax"]
    assert np.array_equal(found.initial_parameters["W1"], model[2].weight)
    assert found.y.tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert (found.loss, found.reduction, found.convention) == ("categorical_cross_entropy", "mean", "row-pytorch")


@pytest.mark.parametrize(
    ("model", "loss", "message"),
    [
        (
            Sequential([Linear(3, 2), LeakyReLU()]),
            "half_squared_error",
            "LeakyReLU with negative_slope = 0.01, found 0.2",
        ),
        (Sequential([Tanh()]), "half_squared_error", "expected a Linear before Tanh"),
        (Sequential([Linear(3, 2), BCELoss()]), "half_squared_error", "no counterpart for the module BCELoss"),
        (Sequential([Linear(3, 2)]), BCELoss(), "takes the mean over the 2 outputs too"),
        (Sequential([Linear(3, 2), Tanh()]), CrossEntropyLoss(), "takes logits, but the model ends with tanh"),
        (Tanh(), "half_squared_error", "expected a Sequential, found Tanh"),
    ],
)
def test_what_pytorch_computes_otherwise_is_refused(model: Any, loss: Any, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        ns.from_torch(model, [[1.0, 2.0, 3.0]], [[1.0, 0.0]], loss=loss)


# out to PyTorch


def test_the_pytorch_program_leaves_the_gradients_to_autograd() -> None:
    text = "".join(written(Trace(ns.open("xor"), iterations=2), "pytorch"))
    compile(text, "<program>", "exec")
    assert "np." not in text
    assert "grad_W0 = W0.grad" in text
    assert "E.backward(retain_graph=True)" in text
    assert "torch.autograd.grad(E_by_definition, a2" in text
    assert text.count("check('grad_") == 2 * 8
    with pytest.raises(ns.CommandError, match="interleaved"):
        written(Trace(ns.open("mazur-bug")), "pytorch")


@pytest.mark.parametrize("source", ["mazur", "xor", "lstm-cell", "two-heads", "convolution", "temperature"])
def test_pytorch_agrees_where_it_is_installed(source: str) -> None:
    pytest.importorskip("torch")
    program = "".join(written(Trace(ns.open(source), iterations=2, convention="row-keras"), "pytorch"))
    exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
