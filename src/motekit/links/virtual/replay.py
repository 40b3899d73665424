"""Recorded samples in the form that the virtual mote replays.

Little endian: the texts "mote replay 1", device and firmware, each with a zero after it; u8
count of streams; for each stream u8 format, u8 channels, u16 samples read at a time, u16
samples in a frame, f32 rate, u32 samples, text sensor, and for each channel f32 scale, text
name, text unit; then the samples of each stream, interleaved.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from motekit.core.errors import InputError
from motekit.core.recording import Stream

from ..formats import format_of, to_bytes
from ..frames import LONGEST_TEXT
from ..wire import MAX_FRAME

RECORD_BYTES = 22  # of a frame beside its samples


@dataclass(frozen=True)
class Source:
    """A stream to replay, for ever.

    Args:
        batch: samples read from the sensor at a time; 0: as many as come in 10 ms.
        per_frame: samples in a frame; 0: as many as come in 60 ms.
        format: a number of `formats`; 0: what keeps the stream's dtype.
    """

    stream: Stream
    batch: int = 0
    per_frame: int = 0
    format: int = 0


def _text(text: str) -> bytes:
    return text.encode().replace(b"\0", b"")[:LONGEST_TEXT] + b"\0"


def _sizes(source: Source, sample_bytes: int, max_frame: int) -> tuple[int, int]:
    """(batch, samples in a frame), the latter a multiple of the former."""
    rate = source.stream.rate_hz
    most = (max_frame - RECORD_BYTES) // sample_bytes
    if most < 1:
        raise InputError(
            "a sample does not fit a frame", where=source.stream.sensor, value=sample_bytes
        )
    batch = min(most, source.batch or max(1, round(rate * 0.01)))
    frames = source.per_frame or max(1, round(rate * 0.06))
    return batch, max(1, min(most, frames) // batch) * batch


def replay(
    sources: Sequence[Source],
    *,
    device: str = "virtual-mote",
    firmware: str = "virtual mote 1",
    max_frame: int = MAX_FRAME,
) -> bytes:
    """The bytes that `mk_vmote_make` takes.

    Raises InputError for a stream without samples, or one that no format or frame holds.
    """
    head = _text("mote replay 1") + _text(device) + _text(firmware) + bytes([len(sources)])
    body = b""
    for source in sources:
        stream = source.stream
        if not len(stream):
            raise InputError("there are no samples to replay", where=stream.sensor)
        number = source.format or format_of(stream.values.dtype)
        data = to_bytes(stream.values, number)
        batch, per_frame = _sizes(source, len(data) // len(stream), max_frame)
        head += struct.pack(
            "<BBHHfI", number, len(stream.channels), batch, per_frame, stream.rate_hz, len(stream)
        )
        head += _text(stream.sensor)
        for channel in stream.channels:
            head += struct.pack("<f", channel.scale) + _text(channel.name) + _text(channel.unit)
        body += data
    return head + body
