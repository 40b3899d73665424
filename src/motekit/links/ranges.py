"""A set of integers as sorted, disjoint, half-open ranges."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]


class Ranges:
    """Integers that were seen, in memory that grows with the number of holes only."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._starts: list[int] = []
        self._stops: list[int] = []
        for start, stop in ranges:
            self.add(start, stop)

    def __iter__(self) -> Iterator[Range]:
        return zip(self._starts, self._stops, strict=True)

    def __len__(self) -> int:
        """How many integers."""
        return sum(self._stops) - sum(self._starts)

    def __contains__(self, value: int) -> bool:
        at = bisect_right(self._starts, value) - 1
        return at >= 0 and value < self._stops[at]

    @property
    def stop(self) -> int | None:
        """One past the largest, or None when empty."""
        return self._stops[-1] if self._stops else None

    def add(self, start: int, stop: int) -> None:
        """Put in start … stop − 1."""
        if stop <= start:
            return
        if self._stops and start == self._stops[-1]:
            self._stops[-1] = stop
            return
        left = bisect_left(self._stops, start)
        right = bisect_right(self._starts, stop)
        if left < right:
            start = min(start, self._starts[left])
            stop = max(stop, self._stops[right - 1])
        self._starts[left:right] = [start]
        self._stops[left:right] = [stop]

    def overlaps(self, start: int, stop: int) -> bool:
        """Whether any of start … stop − 1 is in."""
        at = bisect_left(self._starts, stop) - 1
        return start < stop and at >= 0 and self._stops[at] > start

    def holes(self, start: int, stop: int, most: int = -1) -> list[Range]:
        """The ranges of start … stop − 1 that are not in; only the first `most` of them."""
        out: list[Range] = []
        at = bisect_right(self._stops, start)
        while start < stop and len(out) != most:
            edge = min(stop, self._starts[at]) if at < len(self._starts) else stop
            if start < edge:
                out.append((start, edge))
            if at == len(self._starts):
                break
            start = max(start, self._stops[at])
            at += 1
        return out

    def first_gap(self, start: int) -> int:
        """The smallest integer from `start` on that is not in."""
        at = bisect_right(self._starts, start) - 1
        return max(start, self._stops[at]) if at >= 0 else start

    def forget_before(self, value: int) -> None:
        """Take out everything smaller than `value`."""
        at = bisect_right(self._stops, value)
        del self._starts[:at], self._stops[:at]
        if self._starts and self._starts[0] < value:
            self._starts[0] = value
