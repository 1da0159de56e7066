"""The one table of keys: footer, help page, command palette and the config file's key map all come from it."""

from __future__ import annotations

from dataclasses import dataclass

TIME, CELL, ASK, CHANGE, VIEW, APP = "time", "cell", "ask", "change", "view", "program"
GROUPS = (TIME, CELL, ASK, CHANGE, VIEW, APP)


@dataclass(frozen=True)
class KeyEntry:
    """One thing that a key does. `id` is what a key map names; `shown` is how the keys are written for people."""

    id: str
    keys: str
    action: str
    label: str
    group: str
    help: str
    shown: str
    footer: int = 0  # place in the footer, 0 for none


STAGE_KEYS = (
    KeyEntry("next", "right", "next", "step", TIME, "compute the next equation", "→", 1),
    KeyEntry("back", "left", "back", "", TIME, "take the last equation back", "←"),
    KeyEntry("next-phase", "shift+right,p", "phase(1)", "phase", TIME, "to the end of the phase", "shift+→ or p", 6),
    KeyEntry("previous-phase", "shift+left,P", "phase(-1)", "", TIME, "to the start of the phase", "shift+← or P"),
    KeyEntry(
        "next-iteration",
        "right_square_bracket,pagedown",
        "iteration(1)",
        "iteration",
        TIME,
        "the same step, one iteration on",
        "] or pgdn",
        7,
    ),
    KeyEntry(
        "previous-iteration",
        "left_square_bracket,pageup",
        "iteration(-1)",
        "",
        TIME,
        "the same step, one iteration back",
        "[ or pgup",
    ),
    KeyEntry("start", "home", "start", "start", TIME, "the start of the iteration", "home"),
    KeyEntry("end", "end", "end", "end", TIME, "the end of the iteration", "end"),
    KeyEntry("goto", "slash", "goto", "go to", TIME, "go to dW1, ∇W1, 8, i40 or E<0.1", "/", 9),
    KeyEntry("play", "space", "play", "play", TIME, "play and pause", "space", 2),
    KeyEntry("slower", "less_than_sign", "speed(-1)", "slower", TIME, "play slower", "<"),
    KeyEntry("faster", "greater_than_sign", "speed(1)", "faster", TIME, "play faster", ">"),
    KeyEntry("cell-left", "h", "cell(0,-1)", "cell", CELL, "the cell to the left", "h", 8),
    KeyEntry("cell-down", "j", "cell(1,0)", "", CELL, "the cell below", "j"),
    KeyEntry("cell-up", "k", "cell(-1,0)", "", CELL, "the cell above", "k"),
    KeyEntry("cell-right", "l", "cell(0,1)", "", CELL, "the cell to the right", "l"),
    KeyEntry("page-left", "H", "cell(0,-8)", "", CELL, "eight cells to the left", "H"),
    KeyEntry("page-down", "J", "cell(8,0)", "", CELL, "eight cells down", "J"),
    KeyEntry("page-up", "K", "cell(-8,0)", "", CELL, "eight cells up", "K"),
    KeyEntry("page-right", "L", "cell(0,8)", "", CELL, "eight cells to the right", "L"),
    KeyEntry("largest", "m", "largest(1)", "largest", CELL, "the next largest number", "m"),
    KeyEntry("larger", "M", "largest(-1)", "", CELL, "the next larger number", "M"),
    KeyEntry("why", "w", "why", "why", ASK, "why the equation has this form", "w", 3),
    KeyEntry("your-turn", "a", "your_turn", "your turn", ASK, "write the next equation yourself", "a", 11),
    KeyEntry("keys", "question_mark,shift+question_mark,f1", "keys", "keys", ASK, "all keys", "?", 10),
    KeyEntry("edit", "e,enter", "edit", "edit", CHANGE, "edit the number and see what follows", "e or enter", 4),
    KeyEntry("learning-rate", "equals_sign", "learning_rate", "η", CHANGE, "set the learning rate", "="),
    KeyEntry("undo", "u", "undo", "undo", CHANGE, "take the last edit back", "u", 12),
    KeyEntry("redo", "ctrl+r", "redo", "redo", CHANGE, "make it again", "ctrl+r"),
    KeyEntry("branches", "b", "branches", "branches", CHANGE, "all branches: switch or compare", "b", 13),
    KeyEntry("reset", "0", "reset", "reset", CHANGE, "begin again; what was stays as a branch", "0"),
    KeyEntry("save", "s", "save", "save", CHANGE, "save the network as it is now", "s", 16),
    KeyEntry("convention", "n", "convention", "notation", VIEW, "the next of the four conventions", "n", 5),
    KeyEntry("notation", "N", "notation", "", VIEW, "the next notation", "N"),
    KeyEntry("picture", "v", "picture", "picture", VIEW, "rows of large matrices as pictures", "v"),
    KeyEntry("pooling", "o", "pooling", "pooling", VIEW, "blocks by RMS, maximum or mean", "o"),
    KeyEntry("loss", "t", "loss", "loss", VIEW, "the loss curve over the stage", "t"),
    KeyEntry("captions", "c", "captions", "captions", VIEW, "captions and hints on or off", "c"),
    KeyEntry("theme", "f2", "theme", "theme", VIEW, "the next theme", "f2"),
    KeyEntry("copy", "y", "copy", "copy", APP, "copy matrix and equation, also to a file", "y", 14),
    KeyEntry("export", "x", "export", "export", APP, "save this screen as SVG and text", "x"),
    KeyEntry("record", "r", "record", "record", APP, "start and stop a recording", "r", 15),
    KeyEntry("annotate", "full_stop", "annotate", "", APP, "recording: add c caption, m chapter, x expect", "."),
    KeyEntry("leave", "escape", "leave", "back", APP, "back out one level; never quits", "esc"),
    KeyEntry("quit", "q", "quit", "quit", APP, "quit; ctrl+c twice quits too", "q"),
)

PROMPT_FOOTER = (("enter", "take it"), ("esc", "close"))

EDIT_FOOTER = (
    ("↑ ↓", "nudge 0.01"), ("shift+↑ ↓", "0.1"), ("0-9", "type a value"), ("enter", "keep"), ("esc", "discard"),
)  # fmt: skip


def footer_keys() -> tuple[KeyEntry, ...]:
    """The keys of the footer, most useful first."""
    return tuple(sorted((entry for entry in STAGE_KEYS if entry.footer), key=lambda entry: entry.footer))
