"""A recording: one or more streams on one clock."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from .errors import InputError

Values = npt.NDArray[np.generic]
Indices = npt.NDArray[np.int64]
Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Channel:
    """One column of a stream. `unit` is a SenML unit, or "N/A" where the source said so.

    `scale` is units per count: a stored integer times `scale` is the value in `unit`
    (1.0 for values that are stored in their unit).
    """

    name: str
    unit: str
    scale: float = 1.0


@dataclass(frozen=True)
class Gap:
    """`count` samples are missing from sample index `start` on; `reason` says why, if known."""

    start: int
    count: int
    reason: str = "unknown"


@dataclass(frozen=True)
class Stream:
    """Samples of one sensor at one rate.

    Args:
        sensor: name of the sensor ("accelerometer").
        channels: one per column of `values`.
        rate_hz: nominal rate.
        values: shape (samples, channels), any integer or float dtype; raw counts where the
            channels have a scale.
        first_index: sample index of row 0; rows are consecutive except at `gaps`.
        gaps: missing samples, sorted by `start`, disjoint, never covering a row.
        time_s: seconds on the recording's clock, one per row, or None where the source kept
            no timestamps. Never made up from the rate.
    """

    sensor: str
    channels: tuple[Channel, ...]
    rate_hz: float
    values: Values
    first_index: int = 0
    gaps: tuple[Gap, ...] = ()
    time_s: Seconds | None = None

    def __post_init__(self) -> None:
        where = f"stream {self.sensor!r}"
        if self.values.ndim != 2 or self.values.shape[1] != len(self.channels):
            raise InputError(
                f"values must have shape (samples, {len(self.channels)})",
                where=where,
                value=self.values.shape,
            )
        if not (np.isfinite(self.rate_hz) and self.rate_hz > 0):
            raise InputError("the rate must be a positive number", where=where, value=self.rate_hz)
        ends = [self.first_index, *(gap.start + gap.count for gap in self.gaps)]
        for end, gap in zip(ends, self.gaps, strict=False):
            if gap.count < 1 or gap.start < end:
                raise InputError(
                    "gaps must be sorted, disjoint, within the stream, of 1 sample or more",
                    where=where, value=(gap.start, gap.count),
                )  # fmt: skip
        if self.time_s is not None and self.time_s.shape != (len(self.values),):
            raise InputError(
                "there must be one timestamp per sample", where=where, value=self.time_s.shape
            )

    def __len__(self) -> int:
        return len(self.values)

    def index(self) -> Indices:
        """Sample index of every row, shape (samples,), gaps left out."""
        rows = len(self.values)
        index = self.first_index + np.arange(rows, dtype=np.int64)
        if self.gaps:
            starts = np.array([gap.start for gap in self.gaps], dtype=np.int64)
            counts = np.array([gap.count for gap in self.gaps], dtype=np.int64)
            place = starts - self.first_index - np.cumsum(counts) + counts  # row after the gap
            steps = np.zeros(rows + 1, dtype=np.int64)
            np.add.at(steps, np.clip(place, 0, rows), counts)
            index += np.cumsum(steps)[:rows]
        return index

    def physical(self) -> npt.NDArray[np.float64]:
        """Values in their units as float64, shape (samples, channels)."""
        scale = np.array([channel.scale for channel in self.channels])
        return np.asarray(self.values.astype(np.float64) * scale)

    def contiguous(self) -> tuple[slice, ...]:
        """Row ranges without a gap inside, in order."""
        if not self.gaps:
            return (slice(0, len(self)),)
        cuts = np.flatnonzero(np.diff(self.index()) != 1) + 1
        edges = [0, *cuts.tolist(), len(self)]
        return tuple(slice(a, b) for a, b in itertools.pairwise(edges) if b > a)


@dataclass(frozen=True)
class Segment:
    """A label that holds from row `start` to row `stop` (exclusive) of the first stream."""

    label: str
    start: int
    stop: int


@dataclass(frozen=True)
class Recording:
    """What was recorded in one go.

    Args:
        name: unique in its project; the file stem for imported files.
        streams: at least one; all on one clock whose zero is the start of the recording.
        label: label of the whole recording, or None if it has none or only segments.
        subject, session, device: who, when, with what; None where the source does not say.
            Splits group by these.
        segments: labels of parts, sorted, disjoint.
        started_at: seconds since the Unix epoch, or None.
        source: where the samples came from (file and its SHA-256, or a link).
        metadata: what else the source said, text to text.
    """

    name: str
    streams: tuple[Stream, ...]
    label: str | None = None
    subject: str | None = None
    session: str | None = None
    device: str | None = None
    segments: tuple[Segment, ...] = ()
    started_at: float | None = None
    source: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.streams:
            raise InputError("a recording needs at least one stream", where=self.name)
        names = [stream.sensor for stream in self.streams]
        if len(set(names)) != len(names):
            raise InputError("two streams have one sensor name", where=self.name, value=names)

    def stream(self, sensor: str | None = None) -> Stream:
        """The stream of one sensor; without a name the only one. Raises InputError."""
        if sensor is None and len(self.streams) == 1:
            return self.streams[0]
        for stream in self.streams:
            if stream.sensor == sensor:
                return stream
        names = [s.sensor for s in self.streams]
        if not sensor and names:
            raise InputError(
                f"it has {len(names)} streams, and nothing says which to use", where=self.name,
                value=names,
                way_out=f'name one, such as sensor = "{names[0]}" below [signal] of mote.toml',
            )  # fmt: skip
        raise InputError(
            "there is no stream of this sensor",
            where=self.name,
            value=sensor,
            way_out=f"it has: {', '.join(names)}",
        )

    def with_label(self, label: str | None) -> Recording:
        """The same recording under another label."""
        return replace(self, label=label)
