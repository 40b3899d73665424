"""Samples of an LSL stream on their way to a sink."""

from __future__ import annotations

import json
import struct
from enum import IntEnum
from typing import Any, Final

import numpy as np

from motekit.core.recording import Channel, Stream
from motekit.links.batch import Batch, Event, Part

HEAD: Final = struct.Struct("<BI")  # kind, bytes that follow
CHUNK: Final = 4096  # samples received at a time


class Kind(IntEnum):
    """What an item between the connection and the session holds."""

    INFO = 1  # JSON: what the stream is
    ROWS = 2  # float64 times, then the samples


class LslSession:
    """Numbers samples in the order in which they came; times are LSL's, never going back."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._info: dict[str, Any] | None = None
        self._session = ""
        self._rest = b""
        self._index = 0
        self._newest = float("-inf")
        self._parts: list[Part] = []

    def connected(self, now: float) -> None:
        """The stream is described anew, and counted anew if another program sends it now."""
        self._rest = b""

    def receive(self, data: bytes, now: float) -> None:
        """Items of the connection."""
        self._rest += data
        while len(self._rest) >= HEAD.size:
            kind, length = HEAD.unpack_from(self._rest)
            if len(self._rest) < HEAD.size + length:
                return
            body = self._rest[HEAD.size : HEAD.size + length]
            self._rest = self._rest[HEAD.size + length :]
            if kind == Kind.INFO:
                self._describe(json.loads(body), now)
            else:
                self._rows(body)

    def _describe(self, info: dict[str, Any], now: float) -> None:
        if self._info is None or self._info["uid"] != info["uid"]:
            # A sink that has samples of an earlier time must not take these for the same.
            self._session = f"lsl-{info['uid'][:8]}-{now:.0f}"
            self._index = 0
            self.events.append(Event("described", info["name"]))
            self.events.append(
                Event("text", "LSL carries no index: lost samples show as jumps of the times only")
            )
        self._info = info

    def _rows(self, body: bytes) -> None:
        info = self._info
        assert info is not None  # the connection describes before it sends
        dtype, names = np.dtype(info["dtype"]), info["channels"]
        count = len(body) // (8 + dtype.itemsize * len(names))
        times = np.maximum.accumulate(np.frombuffer(body, "<f8", count))
        times = np.maximum(times, self._newest)
        self._newest = float(times[-1])
        values = np.frombuffer(body, dtype, count * len(names), 8 * count).reshape(count, -1)
        stream = Stream(
            info["sensor"], tuple(Channel(n, u) for n, u in names), info["rate_hz"],
            values.astype(dtype.newbyteorder("=")), self._index, (), times,
        )  # fmt: skip
        self._index += count
        self._parts.append(Part(info["device"], self._session, stream))

    def poll(self, now: float) -> bytes:
        """Nothing is ever said to the sender."""
        return b""

    def take(self, now: float) -> Batch:
        """What came since the last call."""
        parts, self._parts = tuple(self._parts), []
        return Batch(parts, (), (), None)

    def commit(self, batch: Batch) -> None:
        """There is nobody to acknowledge to."""

    def close(self, now: float, reason: str) -> bytes:
        """Nothing is left behind."""
        return b""
