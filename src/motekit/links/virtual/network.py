"""A seeded transport in simulated time: delay, loss, damage, disconnections."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Faults:
    """What a transport does to the pieces it carries; probabilities are per piece.

    Args:
        delay_s: fixed delay; extra_s: mean of an exponential part that comes on top.
        drop, duplicate, reorder, truncate, flip: a piece is lost, comes twice, comes after the
            next one, loses its end, has one bit flipped.
        mtu: pieces are cut to this many bytes first (a BLE notification); 0: as written.
    """

    delay_s: float = 0.003
    extra_s: float = 0.0
    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    truncate: float = 0.0
    flip: float = 0.0
    mtu: int = 0


class Channel:
    """One direction of a transport."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self._faults, self._random = faults, random.Random(seed)
        self._queue: list[tuple[float, int, bytes]] = []
        self._count = 0
        self._last = 0.0
        self.pieces = self.harmed = 0

    def send(self, at: float, data: bytes) -> None:
        """Take bytes at a time."""
        size = self._faults.mtu or len(data) or 1
        for start in range(0, len(data), size):
            self._piece(at, data[start : start + size])

    def _piece(self, at: float, piece: bytes) -> None:
        f, rnd = self._faults, self._random
        extra = rnd.expovariate(1 / f.extra_s) if f.extra_s else 0.0
        arrival = max(self._last, at + f.delay_s + extra)
        self._last = arrival
        before = piece
        harmed = rnd.random() < f.drop
        if harmed:
            piece = b""
        if rnd.random() < f.truncate:
            piece = piece[: rnd.randrange(len(piece) + 1)]
        if piece and rnd.random() < f.flip:
            bit = rnd.randrange(8 * len(piece))
            changed = bytearray(piece)
            changed[bit // 8] ^= 1 << bit % 8
            piece = bytes(changed)
        if rnd.random() < f.reorder:
            arrival += 0.02
            harmed = True
        self._push(arrival, piece)
        if rnd.random() < f.duplicate:
            self._push(arrival + rnd.random() * 0.05, piece)
            harmed = True
        self.pieces += 1
        self.harmed += harmed or piece != before

    def _push(self, arrival: float, piece: bytes) -> None:
        self._count += 1
        heapq.heappush(self._queue, (arrival, self._count, piece))

    def next(self) -> float:
        """When the next piece arrives; infinite if none is on its way."""
        return self._queue[0][0] if self._queue else float("inf")

    def due(self, until: float) -> list[tuple[float, bytes]]:
        """Pieces that arrive up to a time, in order."""
        out = []
        while self._queue and self._queue[0][0] <= until:
            arrival, _, piece = heapq.heappop(self._queue)
            if piece:
                out.append((arrival, piece))
        return out

    def clear(self) -> None:
        """What is on its way is lost."""
        self._queue.clear()
