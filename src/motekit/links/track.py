"""One stream of one boot: which of its samples have come, and what goes to the sink.

Sample indices inside are unwrapped: they never start over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.recording import Gap, Stream

from .describe import Sensor
from .formats import to_array
from .frames import REASONS, Data, Hold, Skip
from .ranges import Range, Ranges
from .sequence import unwrap
from .timeline import Timeline
from .timing import Timing

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """Samples of one frame."""

    index: int
    count: int
    tick: int
    payload: bytes


class Track:
    """Places frames of one stream, finds its gaps, and makes parts for the sink.

    Attributes:
        received: samples taken; lost: samples reported lost.
    """

    def __init__(self, number: int, sensor: Sensor, tick_hz: int, tick_bits: int) -> None:
        self.number, self.sensor = number, sensor
        self._tick_hz, self._tick_bits = tick_hz, tick_bits
        self.timing = Timing(sensor.rate_hz, tick_hz)
        self.started = False
        self.next = 0
        self.received = self.lost = 0
        self._floor = 0  # all before it is settled
        self._seen = Ranges()
        self._pieces: list[Piece] = []
        self._anchor: tuple[int, int] | None = None  # index and tick of the newest frame
        self._ends: dict[int, float] = {}  # time of the last sample before an index
        self._begins: dict[int, float] = {}  # time of the sample at an index
        self._farthest = max(1 << 20, int(120 * sensor.rate_hz))

    def start(self, hold: Hold, known: Iterable[Range]) -> None:
        """Take the first report on this stream.

        Args:
            known: what an earlier session of the host has settled; everything that is missing
                after its first sample will be accounted for.
        """
        self.next, held = self._reach(hold)
        for start, stop in known:
            self._seen.add(start, stop)
        first = next(iter(self._seen), None)
        self._floor = min(held, first[0]) if first else held
        self.started = True

    def _reach(self, hold: Hold) -> Range:
        end, held = hold.streams[self.number]
        return end, unwrap(held, end)

    def possible(self, frame: Data) -> bool:
        """Whether a correct device could have sent this frame."""
        index = unwrap(frame.index, self.next)
        size = len(frame.payload)
        good = size > 0 and size % self.sensor.sample_bytes == 0
        return good and index <= self.next + self._farthest

    def data(self, frame: Data) -> int | None:
        """Take samples. Returns the tick of the last one, or None if all are here already.

        A frame may be known in part: an earlier session that was closed has named samples missing
        up to the middle of it. The rest is taken; the frame will not come again.
        """
        size = self.sensor.sample_bytes
        count = len(frame.payload) // size
        index = unwrap(frame.index, self.next)
        fresh = self._seen.holes(max(index, self._floor), index + count)
        if not fresh:
            return None
        tick = self._widen(frame.tick, index)
        self.timing.add(index, tick)
        for start, stop in fresh:
            payload = frame.payload[(start - index) * size : (stop - index) * size]
            begin = tick + round((start - index) * self.timing.period)
            self._pieces.append(Piece(start, stop - start, begin, payload))
            self._seen.add(start, stop)
            self.received += stop - start
        self.next = max(self.next, index + count)
        return tick + round((count - 1) * self.timing.period)

    def skip(self, frame: Skip) -> Gap | None:
        """Take the device's word that samples do not exist."""
        index = unwrap(frame.index, self.next)
        end = index + frame.count
        fresh = self._seen.holes(max(index, self._floor), end)
        if not fresh:
            return None
        self.next = max(self.next, end)
        reason = REASONS.get(frame.reason, f"device reason {frame.reason}")
        return self._lose(fresh[-1], reason)  # what was known before it comes before it

    def hold(self, hold: Hold, reason: str) -> list[Gap]:
        """What is neither here nor held by the device any more is lost."""
        end, held = self._reach(hold)
        self.next = max(self.next, end)
        return self._settle(held, reason)

    def give_up(self, reason: str) -> list[Gap]:
        """Nothing more will come: all that is known to exist and is not here is lost."""
        return self._settle(self.next, reason)

    def _settle(self, until: int, reason: str) -> list[Gap]:
        if until <= self._floor:
            return []
        gaps = [self._lose(hole, reason) for hole in self._seen.holes(self._floor, until)]
        self._floor = until
        self._seen.forget_before(until)
        return gaps

    def _lose(self, hole: Range, reason: str) -> Gap:
        start, stop = hole
        self._seen.add(start, stop)
        self.lost += stop - start
        return Gap(start, stop - start, reason)

    def bridge(self, gap: Gap) -> None:
        """Let the times on both sides of a gap bound each other, as those of neighbours do."""
        stop = gap.start + gap.count
        after, before = self._ends.pop(gap.start, None), self._begins.pop(stop, None)
        if after is not None and before is None:
            self._ends[stop] = after
        if before is not None and after is None:
            self._begins[gap.start] = before

    def due_s(self, index: int, timeline: Timeline) -> float | None:
        """Host time at which a sample was due, by the frame nearest to it and the measured
        rate; None before the first frame."""
        anchor = self.timing.nearest(index)
        if anchor is None or timeline.end == -np.inf:
            return None
        ahead = (index - anchor[0]) * self.timing.period
        return float(timeline.seconds(np.array([ahead]), anchor[1])[0])

    def _widen(self, tick: int, index: int) -> int:
        """The tick without its wraps, which the index tells even after a long silence."""
        if self._tick_bits == 64:
            return tick
        if self._anchor is None:
            self._anchor = (index, tick)
            return tick
        near = self._anchor[1] + round((index - self._anchor[0]) * self.timing.period)
        tick = unwrap(tick, near, self._tick_bits)
        self._anchor = max(self._anchor, (index, tick))
        return tick

    def missing(self) -> int:
        """Samples that are known to exist, have not come and are not given up."""
        return sum(stop - start for start, stop in self._seen.holes(self._floor, self.next))

    def waiting(self) -> bool:
        """Whether `take` would hand out anything."""
        return bool(self._pieces)

    def newest(self) -> int:
        """Tick just after the newest sample that waits for `take`."""
        last = max(self._pieces)
        return last.tick + round(last.count * self.timing.period)

    def take(self, timeline: Timeline) -> list[Stream]:
        """Parts of consecutive samples, with their times; each sample is handed out once."""
        self.timing.update()
        period = self.timing.period
        pieces, self._pieces = sorted(self._pieces), []
        parts: list[Stream] = []
        run: list[Piece] = []
        for piece in pieces:
            if run and run[-1].index + run[-1].count != piece.index:
                parts.append(self._part(run, timeline, period))
                run = []
            run.append(piece)
        if run:
            parts.append(self._part(run, timeline, period))
        return parts

    def _part(self, run: list[Piece], timeline: Timeline, period: float) -> Stream:
        payload = b"".join(piece.payload for piece in run)
        values = to_array(payload, self.sensor.format, len(self.sensor.channels))
        first, last = run[0], run[-1]
        seconds = timeline.seconds(_ticks(run, period), first.tick)
        seconds = np.maximum.accumulate(seconds)
        end = last.index + last.count
        after, before = self._ends.pop(first.index, None), self._begins.pop(end, None)
        if after is None:
            self._begins[first.index] = float(seconds[0])
        if before is None:
            self._ends[end] = float(seconds[-1])
        seconds = np.clip(seconds, after, before)
        return Stream(
            self.sensor.name, self.sensor.channels, self.sensor.rate_hz, values, first.index,
            (), seconds,
        )  # fmt: skip


def _ticks(run: list[Piece], period: float) -> F64:
    """Tick of every sample, less the first piece's: those that were read, evenly divided
    between them; after the last one, the stream's own period."""
    counts = np.array([piece.count for piece in run])
    starts = np.array([piece.tick - run[0].tick for piece in run], np.float64)
    steps = np.append(np.diff(starts) / counts[:-1], period)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(np.repeat(starts, counts) + within * np.repeat(steps, counts))
