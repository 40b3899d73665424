"""The chunks of a WAV file, walked before a decoder believes their sizes."""

from __future__ import annotations

import struct
from pathlib import Path

from motekit.core.errors import InputError
from motekit.recordings.files import reading

CHUNKS = 1000  # in one file at most
FORM = 128  # bytes of a format chunk at most
LONG = 0xFFFFFFFF  # a size that stands in RF64's own chunk


def sample_bytes(path: Path) -> int:
    """Bytes of one sample of one channel.

    Raises InputError if a chunk ends beyond the file, or there is no format before the data.
    """
    with reading(path), path.open("rb") as handle:
        length = path.stat().st_size
        head = handle.read(12)
        if len(head) < 12 or head[:4] not in (b"RIFF", b"RIFX", b"RF64") or head[8:] != b"WAVE":
            what = "the file is empty" if not head else "not a WAV file"
            raise InputError(what, where=path, value=head[:12], way_out="export it as WAV")
        order = ">" if head[:4] == b"RIFX" else "<"
        width = 0
        for _ in range(CHUNKS):
            place = handle.tell()
            chunk = handle.read(8)
            if len(chunk) < 8:
                break
            kind, size = chunk[:4], struct.unpack(f"{order}I", chunk[4:])[0]
            if kind == b"data" and head[:4] == b"RF64" and size == LONG:
                return width
            if place + 8 + size > length or (kind == b"fmt " and not 16 <= size <= FORM):
                raise InputError(
                    f"the chunk {kind!r} is cut off or has a wrong size", where=path,
                    value=f"{size} bytes", way_out="copy or record it again",
                )  # fmt: skip
            if kind == b"fmt ":
                width = _width(path, struct.unpack(f"{order}HHIIHH", handle.read(16)))
            if kind == b"data":
                return width
            handle.seek(place + 8 + size + size % 2)
    raise InputError("there is no data chunk", where=path, way_out="copy or record it again")


def _width(path: Path, form: tuple[int, ...]) -> int:
    """Bytes of a sample, from a format chunk whose numbers agree."""
    _, channels, rate, _, frame, bits = form
    if not channels or not rate or not bits or frame % channels or frame // channels * 8 < bits:
        raise InputError(
            "the format chunk contradicts itself", where=path,
            value=f"{channels} channels, {rate} Hz, {bits} bits, {frame} bytes a frame",
            way_out="copy or record it again",
        )  # fmt: skip
    return frame // channels
