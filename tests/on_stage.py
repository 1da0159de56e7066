"""What a stage shows and waits for, as tests ask for it; `None` where there is nothing of it."""

from __future__ import annotations

from typing import Any

from nablastep_tui.scene.modes import Editing, Learning, found
from nablastep_tui.screens.stage import Stage


def edit_of(stage: Stage) -> Any:
    """The number being edited."""
    editing = found(stage.mode, Editing)
    return editing and editing.edit


def lesson_of(stage: Stage) -> Any:
    """The lesson that goes on."""
    learning = found(stage.mode, Learning)
    return learning and learning.lesson


def prompt_of(stage: Stage) -> Any:
    """The question that is open."""
    return stage.prompter.prompt


def stop_of(stage: Stage) -> Any:
    """The operand in which the cell cursor stands."""
    return stage.scene().focus
