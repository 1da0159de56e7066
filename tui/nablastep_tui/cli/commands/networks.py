"""`nablastep networks`: what is built in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from nablastep_tui.cli import output

if TYPE_CHECKING:
    from nablastep.network import Network


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("networks")(networks)


def _sizes(network: Network) -> str:
    """`2-2-2` for layers, how many there are for equations."""
    if network.layers:
        return "-".join(map(str, network.sizes))
    count = len(network.graph(batch=True, targets_sum_to_one=False).definitions)
    return f"{count} equations"


def networks() -> None:
    """List the built-in networks: name, sizes, title.

    \b
    Example:
      nablastep networks
    """
    from nablastep.files.built_in import network_names, open_network

    found = [(name, open_network(name)) for name in network_names()]
    longest = max(len(name) for name in network_names())
    widest = max(len(_sizes(network)) for _, network in found)
    output.write(
        f"{name.ljust(longest)}  {_sizes(network).ljust(widest)}  {network.title}\n" for name, network in found
    )
