"""A sink that keeps everything in memory: to look at a device, not to record it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from motekit.core.recording import Gap, Stream

from .ranges import Ranges

Key = tuple[str, str, str]


class MemorySink:
    """A `core.Sink` whose commit promises nothing.

    Attributes:
        parts, gaps: by (device, session, sensor), in the order of arrival.
        notes: (device, session, sensor, index, text).
        commits: how often commit was called.
    """

    def __init__(self) -> None:
        self.parts: dict[Key, list[Stream]] = {}
        self.gaps: dict[Key, list[Gap]] = {}
        self.notes: list[tuple[str, str, str, int, str]] = []
        self.commits = 0
        self._held: dict[Key, Ranges] = {}

    def held(self, device: str, session: str) -> Mapping[str, list[tuple[int, int]]]:
        return {k[2]: list(r) for k, r in self._held.items() if k[:2] == (device, session)}

    def append(self, device: str, session: str, part: Stream) -> None:
        key = (device, session, part.sensor)
        held = self._held.setdefault(key, Ranges())
        stop = part.first_index + len(part)
        for first, end in held.holes(part.first_index, stop):
            rows = slice(first - part.first_index, end - part.first_index)
            times = None if part.time_s is None else part.time_s[rows]
            new = replace(part, values=part.values[rows], first_index=first, time_s=times)
            self.parts.setdefault(key, []).append(new)
        held.add(part.first_index, stop)

    def lose(self, device: str, session: str, sensor: str, gap: Gap) -> None:
        key = (device, session, sensor)
        held = self._held.setdefault(key, Ranges())
        stop = gap.start + gap.count
        for first, end in held.holes(gap.start, stop):
            self.gaps.setdefault(key, []).append(Gap(first, end - first, gap.reason))
        held.add(gap.start, stop)

    def note(self, device: str, session: str, sensor: str, index: int, text: str) -> None:
        note = (device, session, sensor, index, text)
        if note not in self.notes:
            self.notes.append(note)

    def commit(self) -> None:
        self.commits += 1

    def stream(self, device: str, session: str, sensor: str) -> Stream:
        """Everything of one sensor of one boot, sorted, with its gaps."""
        return join(self.parts[device, session, sensor], self.gaps.get((device, session, sensor)))


def join(parts: list[Stream], gaps: list[Gap] | None = None) -> Stream:
    """Parts of one sensor as one stream. Gaps before the first and after the last sample, which
    a Stream cannot carry, are left out.

    A host that was started anew measures the device's clock anew: where its first times lie
    before the last ones of the old host, they are moved up to those, so that time never goes
    back.
    """
    parts = sorted(parts, key=lambda part: part.first_index)
    first, stop = parts[0], parts[-1].first_index + len(parts[-1])
    inside = sorted((g.start, g.count, g.reason) for g in gaps or ())
    times = [part.time_s for part in parts if part.time_s is not None]
    return Stream(
        first.sensor, first.channels, first.rate_hz,
        np.concatenate([part.values for part in parts]), first.first_index,
        tuple(Gap(*g) for g in inside if first.first_index <= g[0] and g[0] + g[1] <= stop),
        np.maximum.accumulate(np.concatenate(times)) if len(times) == len(parts) else None,
    )  # fmt: skip
