"""Bytes of the frames of the mote link. See SPEC.md, "Mote link".

`pack` and `unpack` work on bodies: everything between COBS and checksum.
"""

from __future__ import annotations

import struct
from typing import Any

from .frames import (
    ITEM_CHANNEL,
    ITEM_DEVICE,
    ITEM_SENSOR,
    KINDS,
    LONGEST_TEXT,
    Ack,
    Ask,
    Close,
    Data,
    Echo,
    Frame,
    Hello,
    Hold,
    Item,
    Note,
    Open,
    Probe,
    Skip,
    Status,
    Wake,
)  # fmt: skip
from .wire import NO_BOOT, VERSION, seal, seed

_HELLO = struct.Struct("<BBBBBHIIQ")
_RECORD = struct.Struct("<BIIQ")
_SKIP = struct.Struct("<BIIQIB")
_HOLD = struct.Struct("<QIII")
_HELD = struct.Struct("<QI")
_STATUS = struct.Struct("<QHBBhIIII")
_ECHO = struct.Struct("<QQQ")
_ACK = struct.Struct("<BII")
_RANGE = struct.Struct("<IH")


def _values(frame: Frame) -> tuple[Any, ...]:
    """The fields in order."""
    return tuple(getattr(frame, name) for name in frame.__slots__)


def _text(text: str) -> bytes:
    data = text.encode()[:LONGEST_TEXT]
    return bytes([len(data)]) + data


def _texts(body: bytes, at: int, count: int) -> tuple[str, ...]:
    out = []
    for _ in range(count):
        end = at + 1 + body[at]
        if end > len(body):
            raise IndexError
        out.append(body[at + 1 : end].decode("utf-8", "replace"))
        at = end
    return tuple(out)


def _pack_item(frame: Item) -> bytes:
    head = bytes([frame.item, frame.tag])
    if frame.tag == ITEM_SENSOR:
        head += struct.pack("<BBBf", frame.stream, frame.number, frame.channels, frame.value)
    elif frame.tag == ITEM_CHANNEL:
        head += struct.pack("<BBf", frame.stream, frame.number, frame.value)
    return head + b"".join(_text(text) for text in frame.texts)


def _unpack_item(body: bytes) -> Item | None:
    item, tag = body[1], body[2]
    if tag == ITEM_DEVICE:
        return Item(item, tag, texts=_texts(body, 3, 1))
    if tag == ITEM_SENSOR:
        stream, number, channels, rate = struct.unpack_from("<BBBf", body, 3)
        return Item(item, tag, stream, number, channels, rate, _texts(body, 10, 1))
    if tag == ITEM_CHANNEL:
        stream, number, scale = struct.unpack_from("<BBf", body, 3)
        return Item(item, tag, stream, number, 0, scale, _texts(body, 9, 2))
    return None


def _pack_rest(frame: Frame) -> bytes:
    """The body after its first byte."""
    match frame:
        case Hello():
            return _HELLO.pack(*_values(frame)[:-1]) + _text(frame.device)
        case Item():
            return _pack_item(frame)
        case Data():
            return _RECORD.pack(*_values(frame)[:-1]) + frame.payload
        case Skip():
            return _SKIP.pack(*_values(frame))
        case Note():
            return _RECORD.pack(*_values(frame)[:-1]) + frame.text.encode()[:LONGEST_TEXT]
        case Hold():
            return _HOLD.pack(*_values(frame)[:-1]) + b"".join(
                _HELD.pack(*s) for s in frame.streams
            )
        case Status():
            return _STATUS.pack(*_values(frame))
        case Echo():
            return _ECHO.pack(*_values(frame))
        case Ask():
            return bytes([frame.item, frame.count])
        case Open():
            return struct.pack("<BH", frame.live, frame.window)
        case Ack():
            head = _ACK.pack(len(frame.ranges), frame.committed, frame.limit)
            return head + b"".join(_RANGE.pack(*r) for r in frame.ranges)
        case Probe():
            return struct.pack("<Q", frame.value)
        case _:
            return b""


def pack(frame: Frame) -> bytes:
    """The body of a frame."""
    return bytes([VERSION << 5 | KINDS[type(frame)]]) + _pack_rest(frame)


def encode(frame: Frame, boot: int) -> bytes:
    """A frame as it travels, delimiter included."""
    bootless = isinstance(frame, Hello | Wake)
    return seal(pack(frame), NO_BOOT if bootless else seed(boot))


def _unpack_device(kind: int, body: bytes) -> Frame | None:
    if kind == 1:
        flags, *others = _HELLO.unpack_from(body, 1)
        name = _texts(body, 1 + _HELLO.size, 1)[0]
        return Hello(*[bool(flags & 1), *others, name])
    if kind == 2:
        return _unpack_item(body)
    if kind == 4:
        return Skip(*_SKIP.unpack_from(body, 1))
    if kind == 5:
        text = body[1 + _RECORD.size :].decode("utf-8", "replace")
        return Note(*[*_RECORD.unpack_from(body, 1), text])
    if kind == 6:
        rest = (len(body) - 1 - _HOLD.size) % _HELD.size
        held = _HELD.iter_unpack(body[1 + _HOLD.size : len(body) - rest])
        streams = tuple((end, oldest) for end, oldest in held)
        return Hold(*[*_HOLD.unpack_from(body, 1), streams])
    if kind == 7:
        tick, millivolts, percent, flags, *others = _STATUS.unpack_from(body, 1)
        return Status(tick, millivolts, percent, bool(flags & 1), *others)
    return Echo(*_ECHO.unpack_from(body, 1)) if kind == 8 else None


def _unpack_host(kind: int, body: bytes) -> Frame | None:
    if kind == 16:
        return Wake()
    if kind == 17:
        return Ask(body[1], body[2])
    if kind == 18:
        flags, window = struct.unpack_from("<BH", body, 1)
        return Open(bool(flags & 1), window)
    if kind == 19:
        count, committed, limit = _ACK.unpack_from(body, 1)
        ranges = (_RANGE.unpack_from(body, 10 + 6 * i) for i in range(count))
        return Ack(committed, limit, tuple((first, n) for first, n in ranges))
    if kind == 20:
        return Probe(struct.unpack_from("<Q", body, 1)[0])
    return Close() if kind == 21 else None


def unpack(body: bytes) -> Frame | None:
    """The frame of a body, or None: a later version, an unknown type, or too short."""
    kind = body[0] ^ VERSION << 5
    try:
        if kind == 3:
            stream, seq, index, tick = _RECORD.unpack_from(body, 1)
            return Data(stream, seq, index, tick, body[1 + _RECORD.size :])
        return _unpack_device(kind, body) if kind < 16 else _unpack_host(kind, body)
    except (struct.error, IndexError):
        return None
