"""How much of the machine strangers may use."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Every bound of the server in one place; documented in docs/server.md.

    Args:
        file_bytes: of one uploaded file.
        object_bytes: of one JSON or CBOR file, which is decoded as a whole.
        request_bytes: of one upload request, all files together.
        inline_bytes: a larger file is kept beside the spool instead of in it.
        files: in one request.
        requests: under way at once; live streams have their own bound.
        live: live streams at once.
        buffered_bytes: bodies held in memory at once.
        pending: uploads that are durable but no recordings yet.
        pending_bytes: of their spool on disk.
        reserve_bytes: disk space that uploads leave free.
        body_s: seconds a body may take before its rate counts.
        body_rate: bytes a second that a slow body must reach on average.
        head_s: seconds until a request's headers must be complete.
        requests_per_s, burst: of one key or session.
        refusals_per_s, refusals_burst: wrong credentials of one address.
    """

    file_bytes: int = 100 * 1000 * 1000
    object_bytes: int = 32 * MIB
    request_bytes: int = 128 * MIB
    inline_bytes: int = 256 * 1024
    files: int = 1000
    requests: int = 512
    live: int = 256
    buffered_bytes: int = 64 * MIB
    pending: int = 100_000
    pending_bytes: int = 4096 * MIB
    reserve_bytes: int = 64 * MIB
    body_s: float = 10.0
    body_rate: float = 8192.0
    head_s: float = 10.0
    requests_per_s: float = 10_000.0
    burst: float = 20_000.0
    refusals_per_s: float = 10.0
    refusals_burst: float = 100.0


class Buckets:
    """Token buckets by name; the ones unused for longest are forgotten beyond `most`."""

    def __init__(
        self, per_s: float, burst: float, most: int = 4096,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._per_s, self._burst, self._most, self._clock = per_s, burst, most, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one token: 0.0, or the seconds until there is one."""
        now = self._clock()
        level, since = self._levels.pop(name, (self._burst, now))
        level = min(self._burst, level + (now - since) * self._per_s)
        wait = 0.0 if level >= 1.0 else (1.0 - level) / self._per_s
        self._levels[name] = (level if wait else level - 1.0, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return wait
