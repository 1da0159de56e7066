"""`nablastep keys`: every key, what it does, and the id under which `config.toml` gives it another key."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from nablastep_tui.cli import output


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("keys")(keys)


def keys() -> int:
    """List the keys with the ids that [keys] in config.toml knows, as they are with your own keys in them.

    The exit code is 1 if something of the settings clashes or cannot be used.

    \b
    Example:
      nablastep keys
    """
    from nablastep_tui.keymap import KeyMap
    from nablastep_tui.keys import EVERY_KEY
    from nablastep_tui.settings import config_folder, read_settings

    settings = read_settings(frozenset(entry.id for entry in EVERY_KEY))
    keymap = KeyMap(settings.keymap)
    rows = [(entry.id, keymap.all_keys(entry.id), entry.help) for entry in EVERY_KEY]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    warnings = (*settings.warnings, *keymap.warnings)

    def lines() -> Iterator[str]:
        for name, pressed, what in rows:
            yield f"{name.ljust(widths[0])}  {pressed.ljust(widths[1])}  {what}\n"
        yield f'\nIn {config_folder() / "config.toml"}:\n\n    [keys]\n    next = "n,right"\n'
        yield from (f"\n{warning}" for warning in warnings)
        yield "\n" if warnings else ""

    output.write(lines())
    return 1 if warnings else 0
