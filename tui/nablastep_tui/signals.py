"""The signals that end a program, each of which ends the app as a quit does: the terminal is as before."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable

ENDING = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGXCPU")


def leave_on_signals(leave: Callable[[int], None]) -> None:
    """From now on call `leave` with the exit code that shells give the signal: 128 and its number.

    A signal that was ignored when the program began, as SIGHUP under nohup, stays ignored. Call it in the loop.
    """
    loop = asyncio.get_running_loop()
    for name in ENDING:
        number = getattr(signal, name, None)
        if number is None or signal.getsignal(number) is signal.SIG_IGN:
            continue
        # Only a loop in the main thread of a Unix program takes signals; elsewhere there is nothing to do.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, leave, 128 + number)
