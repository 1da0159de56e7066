"""A demo file and all that it includes → Demo, or every error of all these files at once.

The only module of this package that touches the file system; it reads demo files and nothing else. An included file
lies in the demo's own folder or below, links followed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from nablastep.demo.beats import beat_count
from nablastep.demo.checker import check_statements
from nablastep.demo.header import check_fragment, split_script
from nablastep.demo.language import Include, Statement
from nablastep.demo.parser import read_script
from nablastep.demo.problems import DemoError, DemoErrors, did_you_mean, quoted
from nablastep.demo.script import Demo, Header
from nablastep.demo.vocabulary import Vocabulary
from nablastep.errors import NablastepError
from nablastep.files.kinds import leads_out
from nablastep.files.reading import read_text

LARGEST_FILE = 1_000_000
MOST_INCLUDES = 1000
MOST_INCLUDED_CHARACTERS = 4_000_000
MOST_BEATS = 50_000
DEEPEST_INCLUDE = 8

VocabularyOf = Callable[[Header], Vocabulary]


def load_demo(path: str | Path, vocabulary_of: VocabularyOf | None = None) -> Demo:
    """The demo in that file; DemoErrors with all mistakes of it and of the files it includes.

    `vocabulary_of` opens the header's network and says what ids it has; its NablastepError is one of the mistakes.
    Without it ids and indices are not checked.
    """
    try:
        text = read_demo_text(path)
    except DemoError as error:
        raise DemoErrors([error]) from None
    return demo_from_text(text, str(path), vocabulary_of)


def demo_from_text(text: str, file: str, vocabulary_of: VocabularyOf | None = None) -> Demo:
    """The demo with that text, as if it stood in that file: its includes are found beside it. Errors as `load_demo`."""
    reading = read_script(text, file)
    split = split_script(reading)
    expansion = _Expansion(_real(Path(file).parent), [*reading.errors, *split.errors], [file])
    statements = tuple(expansion.expanded(split.body, (_real(file),)))
    demo = Demo(split.header, statements, reading.script)
    problems: list[NablastepError] = list(expansion.errors)
    if vocabulary_of is not None and demo.header.network:
        problems += _vocabulary_problems(demo, vocabulary_of)
    if problems:
        raise DemoErrors(_in_order(problems, expansion.files))
    return demo


def read_demo_text(path: str | Path) -> str:
    """The text of a demo file with its own line ends and byte order mark; DemoError if it cannot be read."""
    return read_text(Path(path), str(path), DemoError, largest=LARGEST_FILE, keep_mark=True)


@dataclass
class _Expansion:
    """Puts the statements of included files in the place of the `include`, collecting mistakes."""

    folder: Path
    errors: list[DemoError]
    files: list[str]
    beats: int = 0
    includes: int = 0
    characters: int = 0

    def expanded(self, statements: Iterable[Statement], chain: tuple[Path, ...]) -> list[Statement]:
        """The statements with includes replaced; `chain` are the files that are being included, outermost first."""
        result: list[Statement] = []
        for statement in statements:
            if isinstance(statement, Include):
                result += self._included(statement, chain)
                continue
            result.append(statement)
            before, self.beats = self.beats, self.beats + beat_count(statement)
            if before <= MOST_BEATS < self.beats:
                message = f"up to here the demo has more than {MOST_BEATS} beats, too many to play"
                self.errors.append(DemoError.at(statement.place, message))
        return result

    def _included(self, include: Include, chain: tuple[Path, ...]) -> list[Statement]:
        path = Path(include.place.file).parent / include.text
        self.includes += 1
        if self.includes > MOST_INCLUDES:
            return self._refused_as_too_many(include)
        if self.beats > MOST_BEATS:
            return []
        try:
            text = self._text_of(include, path, chain)
        except DemoError as error:
            self.errors.append(error)
            return []
        if str(path) not in self.files:
            self.files.append(str(path))
        reading = read_script(text, str(path))
        body, errors = check_fragment(reading.script.statements)
        self.errors += [*reading.errors, *errors]
        return self.expanded(body, (*chain, _real(path)))

    def _refused_as_too_many(self, include: Include) -> list[Statement]:
        """One error for the first include beyond the limit, so that a small file cannot grow without bounds."""
        if self.includes == MOST_INCLUDES + 1:
            message = f"more than {MOST_INCLUDES} files are included, too many for a demo"
            self.errors.append(DemoError.at(include.text_place, message))
        return []

    def _text_of(self, include: Include, path: Path, chain: tuple[Path, ...]) -> str:
        problem = self._problem(include, path, chain)
        if problem:
            raise DemoError.at(include.text_place, problem)
        try:
            text = read_demo_text(path)
        except DemoError as error:
            if error.line is not None:
                raise
            raise DemoError.at(include.text_place, f"{quoted(include.text)}: {error.message}") from None
        self.characters += len(text)
        if self.characters > MOST_INCLUDED_CHARACTERS:
            message = "the included files are larger than 4 MB together, too large for a demo"
            raise DemoError.at(include.text_place, message)
        return text

    def _problem(self, include: Include, path: Path, chain: tuple[Path, ...]) -> str | None:
        """Why this file may not be included here, or None."""
        if leads_out(path, self.folder):
            return f"{quoted(include.text)} cannot be included: it leads out of the demo's folder"
        target = _real(path)
        if target in chain:
            names = [*(file.name for file in chain[chain.index(target) :]), target.name]
            return f"{quoted(include.text)} includes itself: {' → '.join(names)}"
        if len(chain) > DEEPEST_INCLUDE:
            return f"{quoted(include.text)} is included too deep; at most {DEEPEST_INCLUDE} files include one another"
        return None if os.path.lexists(path) else _not_found(include.text, path)


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))


def _not_found(written: str, path: Path) -> str:
    """The message for a file that is not there, with the name of one that is and looks like it."""
    folder, _, name = written.rpartition("/")
    try:
        neighbours = sorted(found.name for found in path.parent.glob("*.demo"))
    except OSError:
        neighbours = []
    near = did_you_mean(name, [neighbour for neighbour in neighbours if neighbour.isprintable()])
    beside = "" if folder else " beside this one"
    return f"there is no file {quoted(written)}{beside}{near}"


def _vocabulary_problems(demo: Demo, vocabulary_of: VocabularyOf) -> list[NablastepError]:
    try:
        vocabulary = vocabulary_of(demo.header)
    except NablastepError as error:
        if error.file is not None:
            return [error]
        return [DemoError.at(demo.header.network_place, error.message, error.hint)]
    return list(check_statements(demo.statements, vocabulary))


def _in_order(problems: list[NablastepError], files: list[str]) -> list[NablastepError]:
    """Each mistake once, file by file in the order of their reading, then by line and column."""

    def place(problem: NablastepError) -> tuple[int, int, int]:
        rank = files.index(problem.file) if problem.file in files else len(files)
        return rank, problem.line or 0, problem.column or 0

    return list({str(problem): problem for problem in sorted(problems, key=place)}.values())
