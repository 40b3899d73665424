"""Whole recordings from the parts that readers hand over, and the choice of the reader."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.format import Format
from motekit.core.params import from_mapping
from motekit.core.recording import Gap, Recording, Segment, Stream

from .files import reading
from .formats import FORMATS

HEAD = 4096  # bytes a format may look at to know a file


def _join_streams(parts: list[Stream]) -> Stream:
    first = parts[0]
    if len(parts) == 1:
        return first
    times = [part.time_s for part in parts if part.time_s is not None]
    gaps = list(first.gaps)
    for before, part in itertools.pairwise(parts):
        end = int(before.index()[-1]) + 1 if len(before) else before.first_index
        if len(part) and part.first_index > end:
            gaps.append(Gap(end, part.first_index - end))
        gaps += part.gaps
    return replace(
        first,
        values=np.concatenate([part.values for part in parts]),
        gaps=tuple(gaps),
        time_s=np.concatenate(times) if len(times) == len(parts) else None,
    )


def shifted(segments: Iterable[Segment], rows: int) -> Iterator[Segment]:
    """Segments of a part that begins `rows` rows into its recording."""
    return (Segment(s.label, s.start + rows, s.stop + rows) for s in segments)


def clipped(segments: Iterable[Segment], row: int, rows: int) -> tuple[Segment, ...]:
    """What rows `row` to `row + rows` of a recording hold of its segments, counted from `row`."""
    out = []
    for segment in segments:
        start, stop = max(segment.start - row, 0), min(segment.stop - row, rows)
        if start < stop:
            out.append(Segment(segment.label, start, stop))
    return tuple(out)


def merged(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Segments with neighbours of one label that touch made one."""
    out: list[Segment] = []
    for segment in segments:
        if out and out[-1].label == segment.label and out[-1].stop == segment.start:
            out[-1] = replace(out[-1], stop=segment.stop)
        else:
            out.append(segment)
    return tuple(out)


def settled(recording: Recording, rows: int) -> Recording:
    """A single segment that covers all `rows` of it is the label of the whole recording."""
    if recording.label is None and len(recording.segments) == 1:
        only = recording.segments[0]
        if (only.start, only.stop) == (0, rows):
            return replace(recording, label=only.label, segments=())
    return recording


def _join_one(parts: list[Recording]) -> Recording:
    first = parts[0]
    if len(parts) == 1:
        return settled(first, len(first.streams[0]))
    rows = itertools.accumulate((len(part.streams[0]) for part in parts), initial=0)
    segments = (s for part, row in zip(parts, rows, strict=False)
                for s in shifted(part.segments, row))  # fmt: skip
    streams = zip(*(part.streams for part in parts), strict=True)
    whole = tuple(_join_streams(list(group)) for group in streams)
    return settled(replace(first, streams=whole, segments=merged(segments)), len(whole[0]))


def join(parts: Iterable[Recording]) -> Iterator[Recording]:
    """Whole recordings, one at a time, from their parts."""
    for _, group in itertools.groupby(parts, key=lambda part: part.name):
        yield _join_one(list(group))


def format_of(path: Path) -> Format:
    """The format that claims the file's ending and knows its first bytes.

    Raises InputError for a missing or an empty file and for one that no format knows.
    """
    with reading(path), path.open("rb") as handle:
        head = handle.read(HEAD)
    if not head:
        raise InputError("the file is empty", where=path, way_out="record or export it again")
    formats = list(FORMATS)
    name = path.name.lower()
    claims = [f for f in formats if any(name.endswith(suffix) for suffix in f.suffixes)]
    for candidate in [f for f in claims if f.sniff(head)] or claims:
        return candidate
    for candidate in formats:
        if candidate.sniff(head):
            return candidate
    known = sorted({suffix for f in formats for suffix in f.suffixes})
    raise InputError(
        "no format knows this file",
        where=path,
        value=path.suffix or head[:8],
        way_out=f"known endings: {', '.join(known)}; or name the format",
    )


def _format_and_params(
    path: Path, format: str | None, params: Mapping[str, Any] | None
) -> tuple[Format, Any]:
    chosen = FORMATS.get(format) if format else format_of(path)
    return chosen, from_mapping(chosen.params, params or {}, where=f"format {chosen.name}")


def read_parts(
    path: Path, format: str | None = None, params: Mapping[str, Any] | None = None
) -> Iterator[Recording]:
    """The parts of the recordings in a file, in bounded memory (see core.format).

    Args:
        format: name of the format; None to tell it from the file.
        params: parameters of the format by name.

    Raises InputError for whatever is wrong with the file or the parameters.
    """
    chosen, values = _format_and_params(path, format, params)
    return chosen.parts(path, values)


def read(
    path: Path, format: str | None = None, params: Mapping[str, Any] | None = None
) -> Iterator[Recording]:
    """The whole recordings of a file, one at a time; arguments and errors of `read_parts`."""
    return join(read_parts(path, format, params))


def write(
    path: Path, recording: Recording, format: str, params: Mapping[str, Any] | None = None
) -> None:
    """Write one recording as a file. Raises InputError if the format cannot hold it."""
    chosen, values = _format_and_params(path, format, params)
    if chosen.write is None:
        raise InputError(
            "this format can only be read",
            where=path,
            value=format,
            way_out="choose another format",
        )
    chosen.write(path, recording, values)
