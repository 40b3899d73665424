"""The write-ahead spool: what was acknowledged, until it is a recording. SPEC.md, "HTTP interface".

A folder of segments that only grow. A record is whole or, at the end of a segment that a crash
cut off, not there; a whole record behind a broken one is damage and never skipped in silence.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"MKUP"
HEAD = struct.Struct("<4sIQI")  # magic, bytes of the payload, number, CRC-32 of both and payload
_NUMBERED = struct.Struct("<IQ")
SEGMENT_BYTES = 64 << 20
SUFFIX = ".spool"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Record:
    """One upload as it lies in a segment; `end` is the offset behind it."""

    number: int
    payload: bytes
    end: int


def frame(number: int, payload: bytes) -> bytes:
    """The bytes of a record."""
    crc = zlib.crc32(payload, zlib.crc32(_NUMBERED.pack(len(payload), number)))
    return HEAD.pack(MAGIC, len(payload), number, crc) + payload


def segments(folder: Path) -> list[Path]:
    """Segments in the order they were written."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def segment_path(folder: Path, number: int) -> Path:
    """Where the segment that begins with a record's number lies."""
    return folder / f"{number:020d}{SUFFIX}"


def first_number(segment: Path) -> int:
    """Number of the first record a segment was made for."""
    return int(segment.stem)


def read(segment: Path, start: int = 0, most: int = 1 << 62) -> Iterator[Record]:
    """Whole records from an offset on, up to the first that is not whole."""
    with segment.open("rb") as handle:
        handle.seek(start)
        end = start
        while end - start < most:
            head = handle.read(HEAD.size)
            if len(head) < HEAD.size:
                return
            magic, length, number, crc = HEAD.unpack(head)
            if magic != MAGIC or length > SEGMENT_BYTES:
                return
            payload = handle.read(length)
            mixed = zlib.crc32(payload, zlib.crc32(_NUMBERED.pack(length, number)))
            if len(payload) < length or mixed != crc:
                return
            end += HEAD.size + length
            yield Record(number, payload, end)


def whole_record_after(segment: Path, start: int) -> int | None:
    """Offset of the next whole record at or behind an offset, or None: tells damage from an end."""
    size = segment.stat().st_size
    with segment.open("rb") as handle:
        at = start
        while at < size:
            handle.seek(at)
            data = handle.read(CHUNK + len(MAGIC) - 1)
            place = data.find(MAGIC)
            if place < 0:
                at += CHUNK
                continue
            if next(read(segment, at + place), None):
                return at + place
            at += place + 1
    return None


def records(segment: Path, start: int = 0) -> Iterator[Record]:
    """Every whole record, also behind damage."""
    at: int | None = start
    while at is not None:
        for record in read(segment, at):
            at = record.end
            yield record
        at = whole_record_after(segment, at)


def sync(descriptor: int) -> None:
    """Wait until a file's bytes and length are on the disk."""
    getattr(os, "fdatasync", os.fsync)(descriptor)
