"""Test vectors of the mote link, for both ends and for other implementations.

`python -m motekit.links.vectors` rewrites vectors.json beside this file; a test fails when it
is not what this module makes. Bytes are hexadecimal.
"""

from __future__ import annotations

import dataclasses
import json
import random
import zlib
from pathlib import Path
from typing import Any

from cobs import cobs

from .codec import encode, pack
from .frames import (
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
from .wire import MAX_FRAME, VERSION, seed

PATH = Path(__file__).with_name("vectors.json")
BOOT = 0x1234ABCD
FRAMES: dict[str, Frame] = {
    "hello": Hello(False, 1, 64, 2, 6, 244, BOOT, 1_000_000, 123_456_789_012, "mote-7f3a"),
    "hello, one way, no name": Hello(True, 0, 32, 16, 255, 1024, 0, 32768, 0, ""),
    "describe the device": Item(0, 0, texts=("demo 1.2.0",)),
    "describe a sensor": Item(1, 1, 0, 2, 3, 416.0, ("accelerometer",)),
    "describe a channel": Item(2, 2, 0, 0, 0, 0.5, ("accX", "m/s2")),
    "describe in UTF-8": Item(5, 2, 1, 0, 0, 1.0, ("Wärme", "°C")),
    "data, int16": Data(0, 7, 1000, 5_000_000, bytes.fromhex("0100ff7f0080")),
    "data, all zeros": Data(1, 0, 0, 0, bytes(12)),
    "data, largest numbers": Data(15, 2**32 - 1, 2**32 - 1, 2**64 - 1, b"\xff" * 4),
    "data, longest frame": Data(2, 1, 2, 3, bytes(1 + i % 255 for i in range(MAX_FRAME - 22))),
    "gap": Skip(1, 8, 500, 5_100_000, 25, 1),
    "note": Note(0, 9, 1002, 5_200_000, "button"),
    "hold": Hold(6_000_000, 5, 9, 10, ((1003, 990), (2**32 + 5, 7))),
    "status": Status(6_000_001, 3700, 82, False, 2512, 4096, 65536, 3, 1),
    "status, all unknown": Status(6_000_002, 0, 255, True, -32768, 0, 1, 0, 0),
    "echo": Echo(42, 7_000_000, 7_000_350),
    "wake": Wake(),
    "ask": Ask(1, 5),
    "open live": Open(True, 1024),
    "open at the oldest": Open(False, 65535),
    "acknowledge": Ack(8, 1032),
    "acknowledge and ask for eight ranges": Ack(
        2**32 - 1, 1023, tuple((100 * i, 65535 - i) for i in range(8))
    ),
    "probe": Probe(42),
    "close": Close(),
}


def _frame(name: str, frame: Frame) -> dict[str, Any]:
    fields = {
        f.name: value.hex() if isinstance(value := getattr(frame, f.name), bytes) else value
        for f in dataclasses.fields(frame)
    }
    wire = encode(frame, BOOT)
    return {
        "name": name, "kind": type(frame).__name__, "fields": fields,
        "body": pack(frame).hex(), "wire": wire.hex(),
    }  # fmt: skip


def _cobs() -> list[dict[str, str]]:
    noise = random.Random(5)
    plain = [
        b"", b"\0", b"\0\0", b"\1", b"\1\0", b"\0\1", bytes(range(1, 254)), bytes(range(1, 255)),
        bytes(range(1, 256)), bytes(range(1, 255)) + b"\0", bytes(254), b"\1" * 508,
        b"\1" * 509, b"\1" * 253 + b"\0" + b"\2" * 254 + b"\0", noise.randbytes(600),
    ]  # fmt: skip
    return [{"plain": p.hex(), "coded": cobs.encode(p).hex()} for p in plain]


def _streams() -> list[dict[str, Any]]:
    """Byte streams with damage, and the bodies that a receiver of this boot must accept."""
    good = encode(FRAMES["data, int16"], BOOT)
    gap = encode(FRAMES["gap"], BOOT)
    body, gap_body = pack(FRAMES["data, int16"]).hex(), pack(FRAMES["gap"]).hex()
    flipped = bytes([good[0], good[1] ^ 1, *good[2:]])
    cases: list[tuple[str, bytes, list[str]]] = [
        ("one frame", good, [body]),
        ("delimiters between frames", b"\0\0" + good + b"\0" + gap, [body, gap_body]),
        ("noise before a delimiter", b"\x05\x7f\x13\0" + good, [body]),
        ("noise without a delimiter spoils one frame", b"\x05\x7f\x13" + good + gap, [gap_body]),
        ("a flipped bit", flipped + gap, [gap_body]),
        ("a lost delimiter spoils two frames", good[:-1] + gap + good, [body]),
        ("a truncated frame", good[:-5] + b"\0" + gap, [gap_body]),
        ("a duplicate is a frame", good + good, [body, body]),
        ("a frame of another boot", encode(FRAMES["gap"], BOOT + 1) + good, [body]),
        ("more than a frame can be long", b"\1" * 3000 + b"\0" + good, [body]),
        ("a code that reaches past the end", b"\xff\1\2\3\0" + good, [body]),
        ("too short for a checksum", cobs.encode(b"\x63\1\2\3") + b"\0" + good, [body]),
        ("an unfinished frame", good + gap[:-1], [body]),
    ]
    return [{"name": n, "bytes": data.hex(), "bodies": bodies} for n, data, bodies in cases]


def make() -> dict[str, Any]:
    """The vectors as plain values."""
    return {
        "about": 'Test vectors of the mote link; SPEC.md, "Mote link". Bytes in hexadecimal.',
        "version": VERSION,
        "boot": BOOT,
        "crc": [
            {"bytes": data.hex(), "boot": boot, "crc": zlib.crc32(data, seed(boot))}
            for boot in (0, BOOT, 2**32 - 1)
            for data in (b"", b"\0", b"123456789", bytes(range(256)))
        ],
        "cobs": _cobs(),
        "frames": [_frame(name, frame) for name, frame in FRAMES.items()],
        "streams": _streams(),
    }


def render() -> str:
    """The text of vectors.json."""
    return json.dumps(make(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")
