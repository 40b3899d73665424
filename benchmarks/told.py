"""Progress of a long benchmark, and its end at the first Ctrl-C with what there is."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType

EVERY_S = 15.0


class Told:
    """Call it after every round. Make it in the main thread.

    Attributes:
        stop: somebody pressed Ctrl-C: end, and print the figures so far. A second one ends all.
    """

    def __init__(self) -> None:
        self.stop = False
        self._since = self._next = time.monotonic()
        signal.signal(signal.SIGINT, self._asked)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.stop = True
        print("ending; once more to leave without figures", file=sys.stderr, flush=True)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def __call__(self, done: int, of: int, what: str) -> None:
        """Say how far it is, a few times a minute."""
        now = time.monotonic()
        if now < self._next and done < of:
            return
        self._next = now + EVERY_S
        left = (now - self._since) / done * (of - done)
        print(f"{done} of {of}, {left / 60:.0f} min left: {what}", file=sys.stderr, flush=True)
