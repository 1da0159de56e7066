"""`nablastep networks`: what is built in."""

from __future__ import annotations

import typer

from nablastep_tui import output


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("networks")(networks)


def networks() -> None:
    """List the built-in networks: name, sizes, title.

    \b
    Example:
      nablastep networks
    """
    from nablastep.files.built_in import network_names, open_network

    found = [(name, open_network(name)) for name in network_names()]
    longest = max(len(name) for name in network_names())
    widest = max(len("-".join(map(str, network.sizes))) for _, network in found)
    output.write(
        f"{name.ljust(longest)}  {'-'.join(map(str, network.sizes)).ljust(widest)}  {network.title}\n"
        for name, network in found
    )
