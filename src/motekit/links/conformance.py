"""What every implementation of the mote link must do; inherit the class in a pytest module.

class TestMine(CodecContract):
    end = MyEnd()
"""

from __future__ import annotations

import json
from typing import Any, Protocol

from .vectors import PATH


class End(Protocol):
    """The codec of one implementation."""

    def crc(self, data: bytes, boot: int) -> int:
        """Checksum of a body."""

    def cobs(self, plain: bytes) -> bytes:
        """COBS, without the delimiter."""

    def bodies(self, data: bytes, boot: int, piece: int) -> list[bytes]:
        """Bodies of the frames of `boot` in a byte stream fed in pieces of `piece` bytes."""


def vectors() -> dict[str, Any]:
    """The content of vectors.json."""
    content: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return content


class CodecContract:
    """Vectors that both ends of the link agree on."""

    end: End

    def test_checksums(self) -> None:
        for case in vectors()["crc"]:
            assert self.end.crc(bytes.fromhex(case["bytes"]), case["boot"]) == case["crc"]

    def test_cobs(self) -> None:
        for case in vectors()["cobs"]:
            assert self.end.cobs(bytes.fromhex(case["plain"])).hex() == case["coded"]

    def test_frames_on_the_wire(self) -> None:
        content = vectors()
        for case in content["frames"]:
            body = bytes.fromhex(case["body"])
            boot = 0 if case["kind"] in ("Hello", "Wake") else content["boot"]
            raw = body + self.end.crc(body, boot).to_bytes(4, "little")
            assert (self.end.cobs(raw) + b"\0").hex() == case["wire"], case["name"]

    def test_frames_off_the_wire(self) -> None:
        content = vectors()
        for case in content["frames"]:
            wire = bytes.fromhex(case["wire"])
            bodies = self.end.bodies(wire, content["boot"], len(wire))
            assert [body.hex() for body in bodies] == [case["body"]], case["name"]

    def test_damaged_streams_in_pieces_of_any_size(self) -> None:
        content = vectors()
        for case in content["streams"]:
            data = bytes.fromhex(case["bytes"])
            for piece in (1, 2, 20, 61, len(data)):
                bodies = self.end.bodies(data, content["boot"], piece)
                assert [body.hex() for body in bodies] == case["bodies"], (case["name"], piece)
