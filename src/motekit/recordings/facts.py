"""What is known of a recording besides its samples, as JSON, and the hashes that guard it.

The bytes are specified in SPEC.md, "Project store".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream

VERSION = 1
TEXTS = ("label", "subject", "session", "device", "source")


def canonical(value: object) -> bytes:
    """JSON with sorted keys, no spaces, ASCII, floats as their shortest decimal: one spelling."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def digest(value: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical JSON of a mapping without its own key "sha256"."""
    return hashlib.sha256(canonical({k: v for k, v in value.items() if k != "sha256"})).hexdigest()


class StreamHash:
    """Running hashes of the values (row by row, little-endian) and timestamps of a stream."""

    def __init__(self) -> None:
        self._values, self._time = hashlib.sha256(), hashlib.sha256()
        self.rows = 0

    def update(self, part: Stream) -> None:
        """Add the rows of the next part."""
        self._values.update(_little(part.values))
        if part.time_s is not None:
            self._time.update(_little(part.time_s))
        self.rows += len(part)

    def values(self) -> str:
        return self._values.hexdigest()

    def time(self) -> str:
        return self._time.hexdigest()


def _little(array: np.ndarray[Any, Any]) -> bytes | memoryview:
    if not array.size:
        return b""
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).data.cast("B")


def stream_facts(stream: Stream, hashes: StreamHash, gaps: tuple[Gap, ...]) -> dict[str, Any]:
    """The facts of a whole stream; `stream` is its first part."""
    return {
        "sensor": stream.sensor,
        "rate_hz": stream.rate_hz,
        "rows": hashes.rows,
        "dtype": stream.values.dtype.name,
        "channels": [{"name": c.name, "unit": c.unit, "scale": c.scale} for c in stream.channels],
        "first_index": stream.first_index,
        "gaps": [[gap.start, gap.count, gap.reason] for gap in gaps],
        "values_sha256": hashes.values(),
        "time_sha256": hashes.time() if stream.time_s is not None else None,
    }


def recording_facts(recording: Recording) -> dict[str, Any]:
    """The facts of a recording besides its streams."""
    return {
        "name": recording.name,
        **{key: getattr(recording, key) for key in TEXTS},
        "started_at": recording.started_at,
        "segments": [[s.label, s.start, s.stop] for s in recording.segments],
        "metadata": dict(recording.metadata),
    }


def content_hash(streams: list[dict[str, Any]]) -> str:
    """What makes two recordings the same: the facts of their streams, names and labels aside."""
    ordered = sorted(streams, key=lambda facts: str(facts["sensor"]))
    kept = [
        {k: v for k, v in facts.items() if k not in ("file", "file_sha256")} for facts in ordered
    ]
    return hashlib.sha256(canonical(kept)).hexdigest()


def parse(data: bytes, where: object) -> dict[str, Any]:
    """A JSON object of ours whose own hash is right. Raises InputError."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError("the description is damaged: no JSON", where=where,
                         way_out="import the source again") from error  # fmt: skip
    if not isinstance(value, dict) or value.get("version") != VERSION:
        raise InputError(
            f"the description is not of version {VERSION}", where=where,
            value=value.get("version") if isinstance(value, dict) else None,
            way_out="update motekit, or import the source again",
        )  # fmt: skip
    try:
        own = digest(value)
    except (ValueError, TypeError):
        own = ""
    if value.get("sha256") != own:
        raise InputError(
            "the description was damaged or changed by hand: its SHA-256 does not fit",
            where=where, value=str(value.get("sha256"))[:16],
            way_out="undo the change, relabel with motekit, or import the source again",
        )  # fmt: skip
    return value


def read_stream(facts: Mapping[str, Any], values: np.ndarray[Any, Any], row: int,
                time_s: np.ndarray[Any, Any] | None) -> Stream:  # fmt: skip
    """Rows from `row` on as a part, with the gaps that lie in them."""
    gaps = tuple(Gap(int(a), int(b), str(c)) for a, b, c in facts["gaps"])
    whole = _index_of_row(int(facts["first_index"]), gaps, row)
    after = _index_of_row(int(facts["first_index"]), gaps, row + len(values))
    return Stream(
        sensor=str(facts["sensor"]),
        channels=tuple(Channel(str(c["name"]), str(c["unit"]), float(c["scale"]))
                       for c in facts["channels"]),
        rate_hz=float(facts["rate_hz"]),
        values=values,
        first_index=whole,
        gaps=tuple(gap for gap in gaps if whole < gap.start < after),
        time_s=time_s,
    )  # fmt: skip


def _index_of_row(first: int, gaps: tuple[Gap, ...], row: int) -> int:
    index = first + row
    for gap in gaps:
        if index >= gap.start:
            index += gap.count
    return index


def read_recording(facts: Mapping[str, Any], streams: tuple[Stream, ...]) -> Recording:
    """A recording from its facts."""
    texts = {key: None if facts[key] is None else str(facts[key]) for key in TEXTS}
    started = facts["started_at"]
    return Recording(
        name=str(facts["name"]),
        streams=streams,
        segments=tuple(Segment(str(a), int(b), int(c)) for a, b, c in facts["segments"]),
        started_at=None if started is None else float(started),
        metadata={str(k): str(v) for k, v in facts["metadata"].items()},
        **texts,
    )
