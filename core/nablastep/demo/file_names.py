"""Which names a demo may give to files: stills that it makes, files that it includes.

Judges the text alone; the loader follows links.
"""

from __future__ import annotations

import re

from nablastep.demo.problems import quoted
from nablastep.demo.words import LONGEST_SNAP_NAME


def snap_name_problem(name: str) -> str | None:
    """Why a snap may not be called so, or None: the name becomes part of a file's name on every system."""
    bad = next((character for character in name if not (character.isalnum() or character in " -_.")), None)
    if bad is not None:
        return f"{quoted(bad)} is none of letters, digits, space, '-', '_' and '.'"
    if name[0] in ". " or name[-1] in ". ":
        return "it neither begins nor ends with a dot or a space"
    return f"it is longer than {LONGEST_SNAP_NAME} characters" if len(name) > LONGEST_SNAP_NAME else None


def include_problem(path: str) -> str | None:
    """Why a path may not be included, or None: an included file lies in the demo's folder or below."""
    if "\\" in path:
        return "folders are separated by '/'"
    if path.startswith("/") or re.match("[A-Za-z]:", path):
        return "the path must be relative to this file"
    return "'..' would leave the demo's folder" if ".." in path.split("/") else None
