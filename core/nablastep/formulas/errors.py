"""The one error of this package."""

from __future__ import annotations

from nablastep.errors import NablastepError


class FormulaError(NablastepError):
    """A formula that cannot be read. `column` (from 1) says where."""
