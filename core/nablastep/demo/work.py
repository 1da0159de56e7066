"""How long a demo will compute, estimated before it is played. Plays nothing and knows no timeline."""

from __future__ import annotations

from collections.abc import Iterable

from nablastep.checks import check_seconds
from nablastep.cost import LONGEST_WORK, time_text
from nablastep.demo import language
from nablastep.demo.language import Statement
from nablastep.demo.problems import DemoError
from nablastep.network import Network


def work_problem(statements: Iterable[Statement], network: Network) -> DemoError | None:
    """The error at the statement up to which the demo computes for longer than anybody waits, or None."""
    seconds, furthest = 0.0, 1
    for statement in statements:
        match statement:
            case language.Train(count):
                seconds += count * network.cost.seconds
            case language.GotoIteration(count):
                seconds += max(0, count - furthest) * network.cost.seconds
                furthest = max(furthest, count)
            case language.ExpectGradcheck():
                seconds += check_seconds(network)
        if seconds > LONGEST_WORK:
            found = f"up to here the demo computes for about {time_text(seconds)}"
            return DemoError.at(statement.place, f"{found}; at most {time_text(LONGEST_WORK)} are waited for")
    return None
