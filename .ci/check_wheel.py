"""Checks the files of a built wheel: every module and data file of the three source roots, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOTS = ("core", "tui", "demos")


def main(wheel: str) -> int:
    """Compare the wheel's files with those that git tracks under the source roots."""
    tracked = subprocess.run(["git", "ls-files", *ROOTS], capture_output=True, text=True, check=True).stdout.split("\n")
    expected = {str(Path(*Path(name).parts[1:])) for name in tracked if name}
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    for name in sorted(expected - found):
        print(f"missing from the wheel: {name}")
    for name in sorted(found - expected):
        print(f"unexpected in the wheel: {name}")
    print(f"{len(found)} files in the wheel")
    return int(expected != found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
