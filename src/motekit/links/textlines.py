"""Readings as lines of text: the format of Edge Impulse's data forwarder.

One line is one sample: numbers between commas, tabs or spaces. The text carries neither index
nor time nor checksum. So a time is when the line came, an index is the count of lines that came,
and a lost line leaves no trace; this reader says so, and numbers a line that it cannot read as a
gap.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final

import numpy as np

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Stream

from .batch import Batch, Event, Part
from .ledger import Missing

SEPARATOR: Final = re.compile(rb"[,\t ]+")
LONGEST: Final = 4096  # bytes of a line
UNREADABLE: Final = "unreadable line"
MEASURE_S: Final = 2.0  # how long lines are counted before a rate is told
PER_LINE: Final = 1  # a report for each of the first lines that are no samples, up to this many


class TextSession:
    """Lines of numbers in, batches for a sink out.

    Args:
        device, sensor: names under which the samples are kept.
        names: channel names; () for ch0, ch1 …, as many as the first line has numbers.
        units: of each channel, or one for all; () for "N/A".
        rate_hz: nominal rate; 0 to measure it over the first two seconds, before which nothing
            is handed out.
    """

    def __init__(
        self,
        device: str,
        sensor: str,
        names: tuple[str, ...] = (),
        units: tuple[str, ...] = (),
        rate_hz: float = 0.0,
    ) -> None:
        if names and len(units) > 1 and len(units) != len(names):
            raise InputError("as many units as names, or one for all", value=units)
        self.events: list[Event] = []
        self._device, self._sensor, self._rate = device, sensor, rate_hz
        self._names, self._units = names, units
        self._session = ""
        self._rest = b""
        self._index = self._begin = 0
        self._rows: list[list[float]] = []
        self._times: list[float] = []
        self._gaps: deque[tuple[int, float]] = deque()
        self._strange = 0
        self._joined = False

    def connected(self, now: float) -> None:
        """The first line after this may be half a line, and is left out."""
        self._rest, self._joined = b"", False
        if not self._session:
            self._session = f"text-{int(now)}"
            self.events.append(
                Event("text", "lines carry no index: a line that is lost leaves no trace")
            )

    def receive(self, data: bytes, now: float) -> None:
        """Take text; every line that ends in it came now."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()[-LONGEST:]
        for line in lines:
            if self._joined:
                self._line(line.strip(), now)
            self._joined = True

    def _line(self, line: bytes, now: float) -> None:
        if not line:
            return
        if line.startswith(b"ERR"):
            self.events.append(Event("text", line[:200].decode("utf-8", "replace")))
            return
        try:
            row = [float(word) for word in SEPARATOR.split(line)]
        except ValueError:
            row = []
        if not self._names and row:
            self._names = tuple(f"ch{n}" for n in range(len(row)))
        if not row or len(row) != len(self._names) or not np.isfinite(row).all():
            self._odd(line, now)
        else:
            self._rows.append(row)
            self._times.append(now)
        self._index += 1

    def _odd(self, line: bytes, now: float) -> None:
        self._gaps.append((self._index, now))
        self._strange += 1
        if self._strange <= PER_LINE:
            text = line[:80].decode("utf-8", "replace")
            self.events.append(Event("text", f"not {len(self._names)} numbers: {text!r}"))

    def poll(self, now: float) -> bytes:
        """Nothing is ever said to the device."""
        return b""

    def _known_rate(self, now: float) -> float:
        if not self._rate and self._times:
            span = self._times[-1] - self._times[0]
            if span >= MEASURE_S:
                self._rate = (len(self._times) - 1) / span
                self.events.append(Event("text", f"{self._rate:.4g} lines a second"))
        return self._rate

    def take(self, now: float) -> Batch:
        """What came since the last call; nothing while the rate is being measured."""
        rate = self._known_rate(now)
        if not rate:
            return Batch((), (), (), None)
        missing = tuple(
            Missing(
                self._device, self._session, self._sensor, Gap(index, 1, UNREADABLE), at, at, now
            )
            for index, at in self._gaps
        )
        parts = self._parts(rate)
        self._gaps.clear()
        self._rows, self._times, self._begin = [], [], self._index
        return Batch(parts, missing, (), None)

    def _parts(self, rate: float) -> tuple[Part, ...]:
        """Rows between unreadable lines."""
        units = self._units or ("N/A",)
        units = units if len(units) == len(self._names) else units * len(self._names)
        channels = tuple(Channel(n, u) for n, u in zip(self._names, units, strict=True))
        values, times = np.array(self._rows, np.float64), np.array(self._times)
        holes = [index for index, _ in self._gaps]
        out, row, first = [], 0, self._begin
        for hole in [*holes, self._index]:
            count = hole - first
            if count:
                rows = slice(row, row + count)
                stream = Stream(self._sensor, channels, rate, values[rows], first, (), times[rows])
                out.append(Part(self._device, self._session, stream))
            row, first = row + count, hole + 1
        return tuple(out)

    def commit(self, batch: Batch) -> None:
        """There is nobody to acknowledge to."""

    def close(self, now: float, reason: str) -> bytes:
        """The next `take` hands out what is left, if a rate can be told at all."""
        if not self._rate and len(self._times) > 1 and self._times[-1] > self._times[0]:
            self._rate = (len(self._times) - 1) / (self._times[-1] - self._times[0])
        return b""
