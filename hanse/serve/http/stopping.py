"""Hearing of the end early: a server that is told to stop waits for its open streams, so they have to hear of it before it does.

The application's own end comes after that wait. So the signal is heard beside the server: Python calls a handler set with `signal` also
where an event loop listens to the same signal by `add_signal_handler`.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told(react: Callable[[], object]) -> Iterator[None]:
    """Have a function called in this event loop as soon as the process is told to stop, for as long as the block runs."""
    if threading.current_thread() is not threading.main_thread():  # as in tests; only the main thread hears signals
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def hear(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(react)
        known = before[signal.Signals(number)]
        if callable(known):
            known(number, frame)

    for number in SIGNALS:
        signal.signal(number, hear)
        signal.siginterrupt(number, False)
    try:
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)
