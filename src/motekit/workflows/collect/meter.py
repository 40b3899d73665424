"""What is shown of samples while they are stored: rates, losses, jitter, clipping, levels."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from motekit.core.recording import Channel, Gap, Stream
from motekit.core.sink import Sink
from motekit.links.session import Session
from motekit.recordings.checks.values import cut_off

F64 = npt.NDArray[np.float64]
WINDOW_S: Final = 10.0  # of samples that levels and clipping are looked for in
WINDOW_MOST: Final = 8192  # samples of it
LEAST: Final = 32  # samples that a rate is told from
TOLD_PPM: Final = 25.0  # a clock that is known worse than this is not told


@dataclass(frozen=True)
class Level:
    """A channel over the last seconds.

    Args:
        values: shape (samples,), in `unit`.
        clipped: samples of them that are cut off at an end of the range.
        still: whether all of them are the same.
    """

    name: str
    unit: str
    values: F64
    clipped: int
    still: bool


@dataclass(frozen=True)
class Figures:
    """A sensor so far.

    Args:
        nominal_hz: what the device says; rate_hz: what was measured, in the host's seconds.
        rate_doubt: 95 % of what it may be wrong by, relative; infinite where nobody knows.
        samples: stored; lost: samples that will never come; late: that may still come.
        jitter_us: 95th percentile of the distance of ticks from regular ones, or None where
            the device sends no ticks.
    """

    sensor: str
    nominal_hz: float
    rate_hz: float | None
    samples: int
    lost: int
    late: int
    jitter_us: float | None
    levels: tuple[Level, ...]
    rate_doubt: float = np.inf

    @property
    def rate_error(self) -> float | None:
        """Relative error of the nominal rate."""
        return None if self.rate_hz is None else self.rate_hz / self.nominal_hz - 1.0


@dataclass
class _Sensor:
    """Sums and the last seconds of one sensor of one boot."""

    channels: tuple[Channel, ...]
    nominal_hz: float
    samples: int = 0
    lost: int = 0
    begin: tuple[int, float] | None = None  # index and host time of the first sample
    end: tuple[int, float] = (0, -np.inf)  # index after, and time of, the newest sample
    recent: list[npt.NDArray[Any]] = field(default_factory=list)

    def take(self, part: Stream) -> None:
        self.samples += len(part)
        if part.time_s is None or not len(part):
            return
        if self.begin is None:
            self.begin = (part.first_index, float(part.time_s[0]))
        stop = part.first_index + len(part)
        if stop > self.end[0]:
            self.end = (stop, float(part.time_s[-1]))
            self.recent.append(part.values)
            self._forget()

    def _forget(self) -> None:
        most = self._most()
        while sum(map(len, self.recent)) - len(self.recent[0]) >= most:
            self.recent.pop(0)

    def _most(self) -> int:
        return int(min(max(WINDOW_S * self.nominal_hz, 2), WINDOW_MOST))

    def rate(self) -> float | None:
        """Samples a host second, by the times of the first and the newest."""
        if self.begin is None:
            return None
        count, span = self.end[0] - 1 - self.begin[0], self.end[1] - self.begin[1]
        return count / span if span > 0 and count >= min(LEAST, 2 * self.nominal_hz) else None

    def levels(self) -> tuple[Level, ...]:
        if not self.recent:
            return ()
        window = np.concatenate(self.recent)[-self._most() :]
        return tuple(
            Level(c.name, c.unit, column * c.scale, cut_off(column), _still(column))
            for c, column in zip(self.channels, window.T, strict=True)
        )


def _still(column: npt.NDArray[Any]) -> bool:
    return len(column) >= LEAST and bool(column.min() == column.max())


class Meter:
    """A sink around another one. Collecting takes place in one thread, looking in any.

    Attributes:
        session: the mote link's session, if there is one; for rates, jitter and what is late.
        clock_ppm: how fast the device's clock runs against the host's, and 95 % of what that
            may be wrong by, once it can be told.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink, self._lock = sink, threading.Lock()
        self._sensors: dict[str, _Sensor] = {}
        self._boot = ""
        self._timing: dict[str, tuple[float | None, float | None, int]] = {}
        self.session: Session | None = None
        self.clock_ppm: tuple[float, float] | None = None

    def held(self, device: str, session: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        return self._sink.held(device, session)

    def append(self, device: str, session: str, part: Stream) -> None:
        self._sink.append(device, session, part)
        with self._lock:
            self._of(session, part.sensor, part.channels, part.rate_hz).take(part)

    def _of(
        self, session: str, sensor: str, channels: tuple[Channel, ...], rate_hz: float
    ) -> _Sensor:
        """A device that started anew counts indices anew; its samples and losses add up."""
        if session != self._boot:
            self._boot = session
            for old in self._sensors.values():
                old.begin, old.end = None, (0, old.end[1])
                old.recent.clear()
        return self._sensors.setdefault(sensor, _Sensor(channels, rate_hz))

    def lose(self, device: str, session: str, sensor: str, gap: Gap) -> None:
        self._sink.lose(device, session, sensor, gap)
        with self._lock:
            if sensor in self._sensors:
                self._sensors[sensor].lost += gap.count

    def note(self, device: str, session: str, sensor: str, index: int, text: str) -> None:
        self._sink.note(device, session, sensor, index, text)

    def commit(self) -> None:
        self._sink.commit()
        boot = self.session.boot if self.session else None
        if boot is None:
            return
        fit, timing = boot.fit(), {}
        if fit is not None:
            low, high = fit.rate_ppm_interval
            known = high - low < 2 * TOLD_PPM
            self.clock_ppm = (fit.rate_ppm, (high - low) / 2) if known else None
        # Ticks a device second become samples a host second by the measured skew.
        faster = 1.0 + fit.rate_ppm * 1e-6 if fit is not None else 1.0
        for track in boot.tracks:
            summary = track.timing.summary()
            rate = None if summary.rate_hz is None else summary.rate_hz * faster
            jitter = None if summary.rate_hz is None else summary.jitter_us[1]
            timing[track.sensor.name] = (rate, jitter, track.missing())
        with self._lock:
            self._timing = timing

    @property
    def started(self) -> bool:
        """Whether samples have come."""
        return bool(self._sensors)

    def complete(self, until_s: float) -> bool:
        """Whether every sensor's samples have come up to a host time, and none is late."""
        with self._lock:
            return all(
                sensor.end[1] + 1.5 / sensor.nominal_hz >= until_s
                and not self._timing.get(name, (None, None, 0))[2]
                for name, sensor in self._sensors.items()
            )

    def figures(self) -> tuple[Figures, ...]:
        """Every sensor as of the last commit."""
        with self._lock:
            return tuple(self._figures(name, s) for name, s in self._sensors.items())

    def _figures(self, name: str, sensor: _Sensor) -> Figures:
        rate, jitter, late = self._timing.get(name, (None, None, 0))
        return Figures(
            name, sensor.nominal_hz, rate if rate is not None else sensor.rate(), sensor.samples,
            sensor.lost, late, jitter, sensor.levels(),
            self.clock_ppm[1] * 1e-6 if self.clock_ppm is not None else np.inf,
        )  # fmt: skip
