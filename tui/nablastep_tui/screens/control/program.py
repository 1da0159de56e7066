"""What leaves the stage: copies, files, recordings, and the user."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nablastep.files.writing import write_text
from nablastep_tui.scene.modes import BROWSING, Running
from nablastep_tui.screens.control.host import Host, Program
from nablastep_tui.screens.control.prompter import path_of
from nablastep_tui.screens.control.time import TimeControl
from nablastep_tui.screens.export import (
    SESSION_KINDS,
    ScreenShot,
    copy_text,
    offered_name,
    stage_text,
    takes_clipboard,
    write_session,
)


class ProgramControl:
    """Writes files only where the user says, and leaves one level at a time."""

    def __init__(self, host: Host, driver: TimeControl, program: Program) -> None:
        self._host = host
        self._driver = driver
        self._program = program

    def copy(self) -> None:
        """Copy what is on stage."""
        told = copy_text(self._program.copy_to_clipboard, self._host.view, is_taken=takes_clipboard())
        self._host.tell(self._host.keymap.said(told))

    def copy_to_file(self) -> None:
        """Ask where to write what is on stage."""
        text, name = stage_text(self._host.view), self._host.view.step.id

        def answer(path: Path) -> None:
            write_text(path, text)
            self._host.tell(f"written to {path}")

        self._host.ask(f"write {name} and its equation to", path_of(answer), offered_name(f"{name}.txt"))

    def export(self) -> None:
        """Ask where to save the screen as it is now, or the session so far: the ending says which."""
        shot = ScreenShot(self._program)

        def answer(path: Path) -> None:
            if path.suffix.lower() in SESSION_KINDS:
                write_session(self._host.session, self._host.looks.convention, path)
            else:
                shot.write(path)
            self._host.tell(f"saved as {path}")

        label = "save screen (.svg .txt) or session (.html .md .tex .json .py) as"
        self._host.ask(label, path_of(answer), offered_name("nablastep-screen.svg"))

    def save(self) -> None:
        """Save the network as it is now."""

        def answer(path: Path) -> None:
            self._host.session.edited_network().to_file(path)
            self._host.tell(f"saved as {path}")

        self._host.ask("save the network as", path_of(answer), "edited.toml")

    def record(self) -> None:
        """Start or stop a recording."""
        self._program.toggle_recording()

    def annotate(self) -> None:
        """Add a caption, a chapter or an expectation to the recording."""
        self._program.annotate_recording()

    def palette(self) -> None:
        """Everything by name."""
        self._program.action_command_palette()

    def leave(self) -> None:
        """Back out one level."""
        self._driver.stop()
        if isinstance(self._host.mode, Running):
            self._host.mode = BROWSING
        self._host.looks = replace(self._host.looks, loss=False)
        self._host.note("")
        self._host.show()

    def quit(self) -> None:
        """Leave a demo, or the program."""
        self._driver.stop()
        self._program.leave(self._host)
