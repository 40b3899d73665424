"""Which frames of a boot have come, which are wanted again, and what may be acknowledged.

Works on sequence numbers only. All numbers inside are unwrapped: they never start over.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from .frames import MAX_RANGES, Hold
from .ranges import Range, Ranges

FARTHEST = 1 << 16  # a number farther ahead than this is not believed


def unwrap(value: int, near: int, bits: int = 32) -> int:
    """The integer congruent to `value` modulo 2^bits that lies nearest to `near`."""
    half = 1 << (bits - 1)
    return near + ((value - near + half) & ((1 << bits) - 1)) - half


class Mark(NamedTuple):
    """How far a batch goes: all before `base` have come or are lost for ever; `top` is the
    end of what is known to exist."""

    base: int
    top: int


class Sequence:
    """Selective repeat, host side.

    Args:
        window: how many new frames a device may send beyond what was committed.
        backlog: how many frames are asked for again at a time.
        patience_s: how long to wait for repeated frames before asking once more.

    Attributes:
        base: all before it have come or are lost for ever.
        top: one past the newest number that the device has sent, or has passed over.
        duplicates: frames that came once more.
    """

    def __init__(self, window: int, backlog: int, patience_s: float) -> None:
        self.window, self.backlog, self.patience_s = window, backlog, patience_s
        self.started = False
        self.base = self.top = 0
        self.duplicates = 0
        self._have = Ranges()
        self._asked: deque[list[int]] = deque()  # [first, stop], in the order of asking
        self._progress_at = 0.0
        self._committed = Mark(0, 0)

    def hold(self, frame: Hold) -> None:
        """Take what the device says of its buffer."""
        if not self.started:
            self.started = True
            self.base = self.top = frame.oldest
            self._committed = Mark(self.base, self.top)
        self.base = max(self.base, unwrap(frame.oldest, self.top))
        self.top = max(self.top, unwrap(frame.sent, self.top))
        self._settle()

    def arrived(self, seq32: int, now: float) -> bool:
        """Count a frame; False if it came before or cannot be."""
        seq = unwrap(seq32, self.top)
        if seq < self.base or seq in self._have:
            self._answered(seq, now)
            self.duplicates += 1
            return False
        if seq > self.top + FARTHEST:
            return False
        self._have.add(seq, seq + 1)
        self.top = max(self.top, seq + 1)
        if self._asked:
            self._answered(seq, now)
        if seq == self.base:
            self._settle()
        return True

    def _settle(self) -> None:
        self.base = self._have.first_gap(self.base)
        self._have.forget_before(self.base)
        self.top = max(self.top, self.base)

    def _answered(self, seq: int, now: float) -> None:
        """The device repeats in the order of asking: what was due before `seq` is lost again."""
        for at, (first, stop) in enumerate(self._asked):
            if first <= seq < stop:
                for _ in range(at):
                    self._asked.popleft()
                self._asked[0][0] = seq + 1
                if seq + 1 == stop:
                    self._asked.popleft()
                self._progress_at = now
                return

    def missing(self, most: int = -1) -> list[Range]:
        """What the device has sent or passed over and may still have, but has not come: the
        first `most` ranges."""
        return self._have.holes(self.base, self.top, most)

    def behind(self) -> int:
        """How many frames are missing."""
        return self.top - self.base - len(self._have)

    def idle(self, now: float) -> bool:
        """Whether nothing that was asked for is still on its way."""
        if self._asked and now - self._progress_at > self.patience_s:
            self._asked.clear()
        return not self._asked

    def requests(self, now: float) -> tuple[tuple[int, int], ...]:
        """Ranges (first modulo 2³², count) to ask for now; counts them as asked.

        One portion at a time, so that a link is not kept full and its delay can be seen.
        """
        if not self.idle(now):
            return ()
        room = self.backlog
        holes = self.missing(8 * MAX_RANGES)
        if len(holes) > MAX_RANGES:
            # Single losses must not keep a long backlog waiting.
            holes[MAX_RANGES - 1] = max(holes[MAX_RANGES - 1 :], key=lambda hole: hole[1] - hole[0])
        for start, stop in holes[:MAX_RANGES]:
            end = min(stop, start + room)
            if end > start:
                self._asked.append([start, end])
            room -= end - start
        self._progress_at = now
        return tuple((first & 0xFFFFFFFF, stop - first) for first, stop in self._asked)

    def reconnected(self) -> None:
        """Nothing that was asked for is on its way any more."""
        self._asked.clear()

    def mark(self) -> Mark:
        return Mark(self.base, self.top)

    def commit(self, mark: Mark) -> None:
        """Everything up to `mark` is durable."""
        self._committed = Mark(
            max(self._committed.base, mark.base), max(self._committed.top, mark.top)
        )

    @property
    def committed(self) -> int:
        """For Ack.committed."""
        return self._committed.base & 0xFFFFFFFF

    @property
    def limit(self) -> int:
        """For Ack.limit."""
        return (self._committed.top + self.window) & 0xFFFFFFFF
