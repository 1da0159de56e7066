"""`nablastep new`: a network file to begin with, made for weights that are there already."""

from __future__ import annotations

from typing import Annotated

import typer

from nablastep_tui.cli import output


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("new")(new)


def new(
    weights: Annotated[
        str, typer.Option("--from", metavar="FILE", help="A file of arrays: .safetensors, .npz or .npy.")
    ],
    activations: Annotated[
        list[str] | None,
        typer.Option("--activation", metavar="NAME", help="For the hidden layers; or several times, once for each."),
    ] = None,
) -> None:
    """Print a network file for trained weights, ready to be edited: it names the arrays and what is a guess.

    \b
    Examples:
      nablastep new --from model.safetensors > net.toml
      nablastep new --from model.safetensors --activation tanh --activation softmax > net.toml
    """
    from nablastep.files.new_network import new_network_text

    output.write_document((new_network_text(weights, activations or ()),))
