"""Reports of checked demos as text, JSON and JUnit XML.

Knows the reports only; printing is the business of whoever asked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from nablastep.demo.check import Report, counted
from nablastep.demo.expectation_outcomes import Outcome
from nablastep.demo.formatter import statement_text
from nablastep.safe_text import shown, shown_in_json

Reports = Sequence[Report]


def text(reports: Reports) -> str:
    """A line for each failed expectation, and one for each demo."""
    return "".join(_text(report) for report in reports)


def _text(report: Report) -> str:
    lines = [outcome.message for outcome in report.failures]
    verdict = "ok" if report.holds else f"{len(report.failures)} of {len(report.outcomes)} expectations failed"
    updated = f", {counted(report.updated, 'number')} updated" if report.updated else ""
    count = f", {counted(len(report.outcomes), 'expectation')}" if report.holds else ""
    lines.append(f"{report.name}: {verdict}: {report.length}{count}{updated}")
    return "".join(f"{shown(line)}\n" for line in lines)


def as_json(reports: Reports) -> str:
    """`{"format": "nablastep-check", "version": 1, "holds": …, "demos": […]}`."""
    demos = [_table(report) for report in reports]
    holds = all(report.holds for report in reports)
    table = {"format": "nablastep-check", "version": 1, "holds": holds, "demos": demos}
    return shown_in_json(json.dumps(table, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


def _table(report: Report) -> dict[str, Any]:
    return {
        "file": report.name,
        "title": report.title,
        "holds": report.holds,
        "chapters": report.chapters,
        "steps": report.steps,
        "seconds": round(report.seconds, 3) if math.isfinite(report.seconds) else None,
        "updated": report.updated,
        "expectations": [_outcome(outcome) for outcome in report.outcomes],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    place = outcome.expectation.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "expected": statement_text(outcome.expectation).removeprefix("expect "),
        "got": outcome.found,
        "holds": outcome.holds,
    }


def junit(reports: Reports) -> str:
    """JUnit XML: a test suite for each demo, a test case for each expectation."""
    root = ElementTree.Element("testsuites", {"name": "nablastep check", **_counts(reports)})
    for report in reports:
        suite = ElementTree.SubElement(root, "testsuite", {"name": report.name, **_counts([report])})
        for outcome in report.outcomes:
            _case(suite, outcome)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(reports: Reports) -> dict[str, str]:
    tests = sum(len(report.outcomes) for report in reports)
    failures = sum(len(report.failures) for report in reports)
    return {"tests": str(tests), "failures": str(failures), "errors": "0"}


def _case(suite: ElementTree.Element, outcome: Outcome) -> None:
    place = outcome.expectation.place
    name = f"{place.line}: {statement_text(outcome.expectation)}"
    case = ElementTree.SubElement(
        suite, "testcase", classname=suite.get("name", ""), name=name, file=place.file, line=str(place.line)
    )
    if not outcome.holds:
        ElementTree.SubElement(case, "failure", message=outcome.words).text = outcome.message


FORMATS: Mapping[str, Callable[[Reports], str]] = {"text": text, "json": as_json, "junit": junit}
