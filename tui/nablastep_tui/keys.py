"""The one table of keys: footer, help page, command palette and the config file's key map all come from it."""

from __future__ import annotations

from nablastep.records import record

TIME, CELL, ASK, CHANGE, VIEW, APP, DEMO = "time", "cell", "ask", "change", "view", "program", "demo"
WHY, BRANCHES, OPEN = "why", "branches", "open"
GROUPS = (TIME, CELL, ASK, CHANGE, VIEW, APP)
PAGES = (WHY, BRANCHES, OPEN)
"""Groups of pages over the stage: a key may do one thing on the stage and another on a page."""


@record()
class KeyEntry:
    """One thing that a key does. `id` is what a key map names, `keys` are Textual's names of the keys, by commas.

    `action` names what it does: on the stage a method of a controller, `time.next` or `cell.move(0,-1)`, on a page one
    of its own. `footer` is the place in the footer, 0 for none; `beside` are the ids whose keys stand there with this
    one's.
    An entry of a page without keys has those of the stage's entry of that id: they follow what the user chose for it.
    """

    id: str
    keys: str
    action: str
    label: str
    group: str
    help: str
    footer: int = 0
    beside: tuple[str, ...] = ()


STAGE_KEYS = (
    KeyEntry("next", "right", "time.next", "step", TIME, "compute the next equation", 1, ("back",)),
    KeyEntry("back", "left", "time.back", "", TIME, "take the last equation back"),
    KeyEntry(
        "next-phase",
        "shift+right,p",
        "time.phase(1)",
        "phase",
        TIME,
        "to the end of the phase",
        10,
        ("previous-phase",),
    ),
    KeyEntry("previous-phase", "shift+left,P", "time.phase(-1)", "", TIME, "to the start of the phase"),
    KeyEntry(
        "next-iteration",
        "right_square_bracket,pagedown",
        "time.iteration(1)",
        "iteration",
        TIME,
        "the same step, one iteration on",
        8,
        ("previous-iteration",),
    ),
    KeyEntry(
        "previous-iteration",
        "left_square_bracket,pageup",
        "time.iteration(-1)",
        "",
        TIME,
        "the same step, one iteration back",
    ),
    KeyEntry("start", "home", "time.start", "start", TIME, "the start of the iteration"),
    KeyEntry("end", "end", "time.end", "end", TIME, "the end of the iteration"),
    KeyEntry("goto", "slash", "time.goto", "go to", TIME, "go to dW1, W0[0,1], i40, E<0.1", 7),
    KeyEntry("jump-back", "backspace", "time.jump_back", "back", TIME, "to where you were before a jump"),
    KeyEntry("play", "space", "time.play", "play", TIME, "play and pause", 2),
    KeyEntry("slower", "less_than_sign", "time.speed(-1)", "slower", TIME, "play slower"),
    KeyEntry("faster", "greater_than_sign", "time.speed(1)", "faster", TIME, "play faster", beside=("slower",)),
    KeyEntry(
        "cell-left",
        "h",
        "cell.move(0,-1)",
        "cell",
        CELL,
        "the cell to the left",
        9,
        ("cell-down", "cell-up", "cell-right"),
    ),
    KeyEntry("cell-down", "j", "cell.move(1,0)", "", CELL, "the cell below"),
    KeyEntry("cell-up", "k", "cell.move(-1,0)", "", CELL, "the cell above"),
    KeyEntry("cell-right", "l", "cell.move(0,1)", "", CELL, "the cell to the right"),
    KeyEntry("next-operand", "tab", "cell.operand(1)", "operand", CELL, "cursor into the next matrix"),
    KeyEntry("previous-operand", "shift+tab", "cell.operand(-1)", "", CELL, "cursor into the matrix before"),
    KeyEntry("page-left", "H", "cell.move(0,-8)", "", CELL, "eight cells to the left"),
    KeyEntry("page-down", "J", "cell.move(8,0)", "", CELL, "eight cells down"),
    KeyEntry("page-up", "K", "cell.move(-8,0)", "", CELL, "eight cells up"),
    KeyEntry("page-right", "L", "cell.move(0,8)", "", CELL, "eight cells to the right"),
    KeyEntry("largest", "m", "cell.largest(1)", "largest", CELL, "the next largest number"),
    KeyEntry("larger", "M", "cell.largest(-1)", "", CELL, "the next larger number"),
    KeyEntry("why", "w", "ask.why", "why", ASK, "why the equation has this form", 3),
    KeyEntry("your-turn", "a", "ask.your_turn", "your turn", ASK, "write the next equation yourself", 12),
    KeyEntry("open", "o", "ask.open", "open", ASK, "lessons, demos, networks, export", 5),
    KeyEntry("keys", "question_mark,shift+question_mark,f1", "ask.keys", "keys", ASK, "all keys", 11),
    KeyEntry("edit", "e,enter", "change.edit", "edit", CHANGE, "edit the number and see what follows", 4),
    KeyEntry("learning-rate", "equals_sign", "change.learning_rate", "η", CHANGE, "set the learning rate"),
    KeyEntry("undo", "u", "change.undo", "undo", CHANGE, "take the last edit back", 13),
    KeyEntry("redo", "ctrl+r", "change.redo", "redo", CHANGE, "make it again"),
    KeyEntry("branches", "b", "change.branches", "branches", CHANGE, "all branches: switch or compare", 14),
    KeyEntry("reset", "0", "change.reset", "reset", CHANGE, "begin again; what was stays as a branch"),
    KeyEntry("save", "s", "program.save", "save", CHANGE, "save the network as it is now", 17),
    KeyEntry("convention", "n", "view.convention", "convention", VIEW, "the next of the four conventions", 6),
    KeyEntry("notation", "N", "view.notation", "", VIEW, "the next notation"),
    KeyEntry("picture", "v", "view.picture", "picture", VIEW, "rows of large matrices as pictures"),
    KeyEntry("pooling", "O", "view.pooling", "pooling", VIEW, "blocks by RMS, maximum or mean"),
    KeyEntry("loss", "t", "view.loss", "loss", VIEW, "the loss curve over the stage"),
    KeyEntry("captions", "c", "view.captions", "captions", VIEW, "captions and hints on or off"),
    KeyEntry("first-route", "1", "view.route(0)", "", VIEW, "beside a large stage: why, by index sums"),
    KeyEntry("second-route", "2", "view.route(1)", "", VIEW, "beside a large stage: why, by Jacobians"),
    KeyEntry("third-route", "3", "view.route(2)", "", VIEW, "beside a large stage: why, by differentials"),
    KeyEntry("theme", "f2", "view.theme", "theme", VIEW, "the next theme"),
    KeyEntry("copy", "y", "program.copy", "copy", APP, "copy matrix and equation to the clipboard", 15),
    KeyEntry("copy-to-file", "Y", "program.copy_to_file", "", APP, "write matrix and equation to a file"),
    KeyEntry("export", "x", "program.export", "export", APP, "save this screen, or the session as a page"),
    KeyEntry("record", "r", "program.record", "record", APP, "start and stop a recording", 16),
    KeyEntry("annotate", "full_stop", "program.annotate", "", APP, "recording: add c caption, m chapter, x expect"),
    KeyEntry(
        "palette", "ctrl+p,colon", "program.palette", "palette", APP, "everything by name: type what you look for"
    ),
    KeyEntry("leave", "escape", "program.leave", "back", APP, "back out one level; never quits"),
    KeyEntry("quit", "q", "program.quit", "quit", APP, "quit; ctrl+c twice quits too", 18),
)

DEMO_KEYS = (
    KeyEntry("take-over", "T", "time.take_over", "take over", DEMO, "explore from here; the demo waits"),
    KeyEntry("rejoin", "R", "time.rejoin", "rejoin the demo", DEMO, "back into the demo, where it was left"),
)
"""What keys do while a demo has the stage, besides those of the stage."""

WHY_KEYS = (
    KeyEntry("why-next-line", "down,j", "line(1)", "line", WHY, "the next line", 1, ("why-previous-line",)),
    KeyEntry("why-previous-line", "up,k", "line(-1)", "", WHY, "the line before"),
    KeyEntry("why-first-line", "home", "line(-999)", "", WHY, "the first line"),
    KeyEntry("why-answer", "end", "line(999)", "answer", WHY, "the last line and the answer", 3),
    KeyEntry("why-page-down", "pagedown", "scroll(1)", "scroll", WHY, "a page down", 5, ("why-page-up",)),
    KeyEntry("why-page-up", "pageup", "scroll(-1)", "", WHY, "a page up"),
    KeyEntry("first-route", "", "route(0)", "route", WHY, "by index sums", 2,
             ("second-route", "third-route", "why-fourth-route")),
    KeyEntry("second-route", "", "route(1)", "", WHY, "by Jacobians"),
    KeyEntry("third-route", "", "route(2)", "", WHY, "by differentials"),
    KeyEntry("why-fourth-route", "4", "route(3)", "", WHY, "a fourth view, where there is one"),
    KeyEntry("why-next-route", "tab", "next_route", "next route", WHY, "the next route", 6),
    KeyEntry("why-zeros", "z", "zeros", "zeros", WHY, "show or hide the zeros of the structure", 8),
    KeyEntry("why-nudge", "r", "redraw", "another nudge", WHY, "another random nudge: it holds for every one", 9),
    KeyEntry("why-softmax", "s", "swap", "softmax", WHY, "softmax in place of the activation, and back", 10),
    KeyEntry("play", "", "play", "play", WHY, "play the lines, pause", 11),
    KeyEntry("convention", "", "convention", "convention", WHY, "the next convention", 12),
    KeyEntry("why-layout", "d", "layout", "layout", WHY, "numerator or denominator layout", 13),
    KeyEntry("why-wrong", "f", "wrong", "wrong but fits", WHY, "formulas that fit and are wrong, and back", 7),
    KeyEntry("why-train", "t", "train", "train with it", WHY, "what learning with the wrong formula does"),
    KeyEntry("why-close", "escape,q", "leave", "back", WHY, "back to the stage", 4),
    KeyEntry("why", "", "leave", "", WHY, "back to the stage"),
    KeyEntry("keys", "", "keys", "keys", WHY, "the keys of this page", 3),
)  # fmt: skip
"""What keys do on the page of why."""

BRANCHES_KEYS = (
    KeyEntry("branches-next", "down,j", "move(1)", "choose", BRANCHES, "the next branch", 1, ("branches-previous",)),
    KeyEntry("branches-previous", "up,k", "move(-1)", "", BRANCHES, "the branch before"),
    KeyEntry("branches-switch", "enter", "choose", "switch to it", BRANCHES, "go on with this branch", 2),
    KeyEntry("branches-close", "escape,q", "leave", "back", BRANCHES, "back to the stage, nothing changes", 3),
    KeyEntry("branches", "", "leave", "", BRANCHES, "back to the stage, nothing changes"),
    KeyEntry("keys", "", "keys", "keys", BRANCHES, "the keys of this page", 4),
)
"""What keys do on the page of branches."""

OPEN_KEYS = (
    KeyEntry("open-next", "down,j", "move(1)", "choose", OPEN, "the next line", 1, ("open-previous",)),
    KeyEntry("open-previous", "up,k", "move(-1)", "", OPEN, "the line before"),
    KeyEntry("open-page-down", "pagedown", "move_page(1)", "page", OPEN, "a page down", 4, ("open-page-up",)),
    KeyEntry("open-page-up", "pageup", "move_page(-1)", "", OPEN, "a page up"),
    KeyEntry("open-choose", "enter", "choose", "open it", OPEN, "open what stands there", 2),
    KeyEntry("open-close", "escape,q", "leave", "back", OPEN, "back to the stage", 3),
    KeyEntry("open", "", "leave", "", OPEN, "back to the stage"),
    KeyEntry("keys", "", "keys", "keys", OPEN, "the keys of this page", 5),
)
"""What keys do on the page of what can be opened."""

PAGE_KEYS = {WHY: WHY_KEYS, BRANCHES: BRANCHES_KEYS, OPEN: OPEN_KEYS}
PLAYED_KEYS = STAGE_KEYS + DEMO_KEYS
EVERY_KEY = (*PLAYED_KEYS, *(entry for entries in PAGE_KEYS.values() for entry in entries if entry.keys))
KEYS_BY_ID = {entry.id: entry for entry in EVERY_KEY}
FIXED_KEYS = ("ctrl+c",)
"""Keys that no key map can give away: the way out works whatever a key map says."""

PROMPT_FOOTER = (("enter", "take it"), ("esc", "close"))
QUESTION_FOOTER = (("enter", "judge it"), ("enter on an empty line", "show the equation"), ("esc", "end the lesson"))
VERDICT_FOOTER = (("enter", "go on"), ("esc", "end the lesson"))
"""What keys do while a lesson asks, and once it has shown the equation with its numbers."""

EDIT_KEYS = (
    ("0-9 . - e", "replace the value; E and what was promised for it follow live"),
    ("↑ ↓", "0.01 up or down"),
    ("shift+↑ ↓, pgup pgdn", "0.1 up or down"),
    ("backspace", "take the last sign back"),
    ("enter", "keep the edit; a future that was there becomes a branch"),
    ("esc", "discard it: nothing has changed"),
)
"""What keys do while a number is edited."""

DEMO_PAGE_KEYS = (
    ("{play}", "pause and go on; at the end from the beginning"),
    ("{next} {back}", "the next caption and the one before"),
    ("{next-iteration} {previous-iteration}", "the next chapter and the one before"),
    ("{faster} {slower}", "faster and slower"),
    ("{take-over}", "take over: the stage is yours, the demo waits"),
    ("{rejoin}", "rejoin the demo where you left it"),
    ("{quit}", "leave the demo"),
)
"""What keys do while a demo plays."""

EDIT_FOOTER = (
    ("0-9", "type a value"), ("enter", "keep"), ("esc", "discard"), ("↑ ↓", "nudge 0.01"), ("shift+↑ ↓", "0.1"),
    ("?", "keys"),
)  # fmt: skip


def footer_keys(entries: tuple[KeyEntry, ...] = STAGE_KEYS) -> tuple[KeyEntry, ...]:
    """The keys of the footer, most useful first."""
    return tuple(sorted((entry for entry in entries if entry.footer), key=lambda entry: entry.footer))
