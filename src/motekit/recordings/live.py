"""Recordings from what a link brought: a file of samples, whole or cut by time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from motekit.core.recording import Recording, Stream
from motekit.links.filesink import read_file

Boots = dict[tuple[str, str], list[Stream]]


def boots_of(path: Path) -> Boots:
    """The streams of a FileSink's file by (device, session), times since the Unix epoch."""
    found = sorted(read_file(path).items(), key=lambda item: item[0])
    return {
        key: [stream for _, stream in group if len(stream)]
        for key, group in itertools.groupby(found, key=lambda item: item[0][:2])
    }


def recordings_of(path: Path) -> list[Recording]:
    """The recordings of a file of samples: one for each boot of its device."""
    return [
        recording(f"{device}-{session}", device, session, streams)
        for (device, session), streams in boots_of(path).items()
        if streams
    ]


def recording(name: str, device: str, session: str, streams: Iterable[Stream]) -> Recording:
    """A recording of streams with times since the epoch; its own clock begins at the first."""
    streams = tuple(streams)
    starts = [float(s.time_s[0]) for s in streams if s.time_s is not None]
    start = min(starts, default=None)
    return Recording(
        name=name, streams=tuple(_from(stream, start) for stream in streams), device=device,
        session=session, started_at=start, source="live", metadata={"category": "training"},
    )  # fmt: skip


def _from(stream: Stream, start: float | None) -> Stream:
    """A stream whose times count from the start of the recording."""
    if stream.time_s is None or start is None:
        return stream
    return replace(stream, time_s=stream.time_s - start)


def between(stream: Stream, start_s: float, stop_s: float) -> Stream:
    """The samples taken at start_s ≤ t < stop_s, with the gaps among them. A stream without
    times stays whole."""
    if stream.time_s is None:
        return stream
    low, high = (int(row) for row in np.searchsorted(stream.time_s, (start_s, stop_s)))
    index = stream.index()
    inside = index[low:high]
    if not len(inside):
        return replace(stream, values=stream.values[:0], gaps=(), time_s=stream.time_s[:0])
    first, last = int(inside[0]), int(inside[-1])
    return replace(
        stream,
        values=stream.values[low:high],
        first_index=first,
        gaps=tuple(gap for gap in stream.gaps if first < gap.start < last),
        time_s=stream.time_s[low:high],
    )
