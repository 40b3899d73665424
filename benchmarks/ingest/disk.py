"""What the disk gives to one bare program: the figure that uploads are compared with."""

from __future__ import annotations

import time
from pathlib import Path

from motekit.server.spool import sync

LOOP_S = 2.0


def fsync_loop(folder: Path, body: bytes) -> float:
    """Writes a second of one program that appends the same bytes and waits for the disk."""
    path = folder / "loop"
    with path.open("ab", buffering=0) as file:
        writes, since = 0, time.perf_counter()
        while time.perf_counter() - since < LOOP_S:
            file.write(body)
            sync(file.fileno())
            writes += 1
        rate = writes / (time.perf_counter() - since)
    path.unlink()
    return rate
