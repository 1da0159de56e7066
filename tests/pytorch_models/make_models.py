"""Makes the models of this folder, with what PyTorch computes for them. Run once, where torch and safetensors are:

    python tests/pytorch_models/make_models.py

`NAME.safetensors` holds the float32 weights of a state_dict, `NAME.json` the samples, E and every gradient, computed by
PyTorch in float64 from those weights. The project itself never needs torch.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).parent


def make(name: str, model: torch.nn.Sequential, x: torch.Tensor, y: torch.Tensor, loss: torch.nn.Module) -> None:
    """Write both files of one model."""
    save_file(model.state_dict(), FOLDER / f"{name}.safetensors")
    exact = model.double()
    error = loss(exact(x), y)
    error.backward()
    gradients = {key: parameter.grad.tolist() for key, parameter in exact.named_parameters()}
    document = {"x": x.tolist(), "y": y.tolist(), "E": error.item(), "gradients": gradients}
    (FOLDER / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """All models, from a fixed seed."""
    torch.manual_seed(7)
    nn = torch.nn
    x = torch.randn(5, 3, dtype=torch.float64).round(decimals=2)
    make(
        "tanh-3-4-2",
        nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)),
        x,
        torch.randn(5, 2, dtype=torch.float64).round(decimals=2),
        nn.MSELoss(),
    )
    labels = torch.eye(3, dtype=torch.float64)[torch.tensor([0, 2, 1, 1, 0])]
    make(
        "relu-3-6-5-3",
        nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)),
        x,
        labels,
        nn.CrossEntropyLoss(),
    )


if __name__ == "__main__":
    main()
