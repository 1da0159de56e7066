"""`nablastep schema`: the JSON Schema of network files, for editors."""

from __future__ import annotations

import json

import typer

from nablastep_tui.cli import output


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schema")(schema)


def schema() -> None:
    """Print the JSON Schema of network files: with it an editor completes keys and names and marks what is wrong.

    \b
    Example:
      nablastep schema > network.schema.json
    """
    from nablastep.files.schema import network_schema

    output.write_document((json.dumps(network_schema(), ensure_ascii=False, indent=1) + "\n",))
