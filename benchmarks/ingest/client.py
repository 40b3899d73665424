"""Clients on keep-alive connections that send again whatever was not acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from .uploads import Uploads


@dataclass
class Tally:
    """What the clients saw.

    Args:
        acknowledged: numbers of the uploads that were answered with 200.
        latency_s: of each, from sending to the answer.
        refused: other answers by status.
        broken: connections that ended under a request.
    """

    acknowledged: list[int] = field(default_factory=list)
    latency_s: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    broken: int = 0


class Clients:
    """`count` connections; each takes the next number and stays with it until it is answered."""

    def __init__(self, port: int, key: str, hmac_key: str, count: int,
                 pause_s: float = 0.0, first: int = 0) -> None:  # fmt: skip
        self._port, self._count, self._next, self._pause = port, count, first, pause_s
        self._uploads = Uploads(hmac_key)
        self._head = (
            f"POST /api/training/data HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nx-api-key: {key}\r\n"
            "Content-Type: application/json\r\n"
        )
        self.tally = Tally()
        self._until = 0.0

    async def run(self, seconds: float) -> Tally:
        """Upload until the time is over and everything begun was answered."""
        self._until = time.monotonic() + seconds
        await asyncio.gather(*(self._one() for _ in range(self._count)))
        return self.tally

    def stop(self) -> None:
        """Begin no further upload."""
        self._until = 0.0

    async def _one(self) -> None:
        reader: asyncio.StreamReader | None = None
        writer: asyncio.StreamWriter | None = None
        while time.monotonic() < self._until:
            number = self._next
            self._next += 1
            body = self._uploads.body(number)
            head = f"{self._head}x-file-name: walk.{number}\r\nContent-Length: {len(body)}\r\n\r\n"
            done = False
            if self._pause:
                await asyncio.sleep(self._pause)
            while not done:
                try:
                    if writer is None or reader is None:
                        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                    since = time.perf_counter()
                    writer.write(head.encode() + body)
                    status = await _answer(reader)
                except (OSError, asyncio.IncompleteReadError):
                    self.tally.broken += 1
                    if writer is not None:
                        writer.close()
                    reader = writer = None
                    await asyncio.sleep(0.02)
                    continue
                done = self._count_answer(number, status, time.perf_counter() - since)
                if not done:
                    await asyncio.sleep(0.1)
        if writer is not None:
            writer.close()

    def _count_answer(self, number: int, status: int, seconds: float) -> bool:
        """Whether the upload is over: everything but "later" is an answer."""
        if status == 200:
            self.tally.acknowledged.append(number)
            self.tally.latency_s.append(seconds)
            return True
        self.tally.refused[status] += 1
        return status not in (429, 503)


async def _answer(reader: asyncio.StreamReader) -> int:
    """Status of an answer; its body is read too."""
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    place = lower.find(b"content-length:")
    if place >= 0:
        await reader.readexactly(int(lower[place + 15 : lower.index(b"\r", place)]))
    return int(head[9:12])
