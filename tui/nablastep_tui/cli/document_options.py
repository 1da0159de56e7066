"""What documents may leave out: numbers, and in LaTeX the preamble. For the commands that write documents."""

from __future__ import annotations

from collections.abc import Set
from typing import Annotated

import typer

from nablastep_tui.cli.error_border import WrongUseError

WITHOUT_VALUES = frozenset({"markdown", "latex"})

NoValues = Annotated[
    bool, typer.Option("--no-values", help="Markdown and LaTeX with the equations only, without numbers.")
]
Fragment = Annotated[
    bool, typer.Option("--fragment", help="LaTeX without a preamble, for \\input into a document of your own.")
]


def check_document_options(formats: Set[str], *, no_values: bool, fragment: bool) -> None:
    """Raise WrongUseError if none of the formats knows the option that was given."""
    if no_values and not formats & WITHOUT_VALUES:
        raise WrongUseError("--no-values goes with the formats markdown and latex")
    if fragment and "latex" not in formats:
        raise WrongUseError("--fragment goes with the format latex")
