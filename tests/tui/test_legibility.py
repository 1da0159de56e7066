"""The short version of `tests/legibility.py`: what no reader could read, at two sizes."""

from __future__ import annotations

import pytest

from legibility import faults_of


@pytest.mark.parametrize("name", ["mazur", "ng-ex4", "skinny"])
def test_everything_can_be_read(name: str) -> None:
    assert [str(fault) for fault in faults_of(name, short=True)] == []
