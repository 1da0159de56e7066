"""The mistakes and limits that a recording or an export can report to the user."""

from __future__ import annotations

from nablastep.errors import NablastepError


class ExportError(NablastepError):
    """An export that cannot be made or written: a missing library, a folder that cannot be written to."""


class CaptureError(NablastepError):
    """An app that cannot be recorded in virtual time: Textual has moved, it stalled, or it stopped by itself."""
