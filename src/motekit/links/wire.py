"""Bytes of the mote link: COBS and CRC-32. See SPEC.md, "Mote link"."""

from __future__ import annotations

import zlib

from cobs import cobs

VERSION = 1
MAX_FRAME = 1024  # bytes of a raw frame, kind to checksum
MAX_WIRE = MAX_FRAME + MAX_FRAME // 254 + 1  # the same after COBS, without the delimiter
HOST_FRAME = 64  # longest raw frame that a host may send
CRC_SIZE = 4


def seed(boot: int) -> int:
    """CRC-32 of a boot id, with which the checksum of every frame of that boot begins."""
    return zlib.crc32(boot.to_bytes(4, "little"))


NO_BOOT = seed(0)


def checksum(body: bytes, start: int) -> int:
    """CRC-32 of a body that goes on from a boot id's `seed`."""
    return zlib.crc32(body, start)


def seal(body: bytes, start: int) -> bytes:
    """Body and checksum as they travel: COBS, then the delimiter."""
    raw = body + checksum(body, start).to_bytes(CRC_SIZE, "little")
    return bytes(cobs.encode(raw)) + b"\0"


def holds(raw: bytes, start: int) -> bool:
    """Whether the last four bytes are the checksum of the others."""
    return zlib.crc32(raw[:-CRC_SIZE], start) == int.from_bytes(raw[-CRC_SIZE:], "little")


class Splitter:
    """Raw frames out of a byte stream that comes in pieces of any size.

    Never keeps more than one frame's worth of bytes, and is in step again after one delimiter.

    Attributes:
        rejected: frames so far that were too long, too short or no COBS.
    """

    def __init__(self) -> None:
        self.rejected = 0
        self._rest = b""
        self._skip = False

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that `data` completes; their checksums are not looked at yet."""
        pieces = (self._rest + data).split(b"\0")
        self._rest = pieces.pop()
        if self._skip and pieces:
            pieces[0] = b""
            self._skip = False
        if len(self._rest) > MAX_WIRE:
            self.rejected += not self._skip
            self._skip = True
        if self._skip:
            self._rest = b""
        return [raw for piece in pieces if piece and (raw := self._decode(piece))]

    def _decode(self, piece: bytes) -> bytes | None:
        try:
            raw: bytes = cobs.decode(piece)
        except cobs.DecodeError:
            self.rejected += 1
            return None
        if not CRC_SIZE < len(raw) <= MAX_FRAME:
            self.rejected += 1
            return None
        return raw
