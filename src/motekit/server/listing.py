"""Lists of recordings from the catalogue, which is brought up to date on the way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from motekit.recordings.backend import Backend
from motekit.recordings.catalogue import Catalogue, Row, columns, refresh

BUSY: Final = 0.1  # of the time at most goes into bringing the catalogue up to date
KEPT: Final = ("label", "subject", "session", "device", "started_at")
FILTERS: Final = ("label", "subject", "session", "device")


class Listing:
    """Pages of recordings. Close it in the end; methods may be called from several threads.

    Args:
        open_: opens the catalogue, when it is needed first. It is used under a lock.
    """

    def __init__(self, backend: Backend, open_: Callable[[], Catalogue]) -> None:
        self._backend, self._open = backend, open_
        self._lock = threading.Lock()
        self._catalogue: Catalogue | None = None
        self._damaged: dict[str, str] = {}
        self._not_before = float("-inf")

    def page(self, after: str, limit: int, where: Mapping[str, str]) -> dict[str, Any]:
        """`count`, `recordings`, `next` (SPEC.md, "HTTP interface"); damaged recordings are there
        too, unless something is looked for. Raises MachineError."""
        with self._lock:
            if self._catalogue is None:
                self._catalogue = self._open()
            self._refresh(self._catalogue)
            found = self._catalogue.page(after, limit + 1, where)
            damaged = {} if where else self._damaged
        lines = [_line(row, found.streams[row[0]]) for row in found.recordings]
        lines += [{"name": n, "damaged": what} for n, what in damaged.items() if n > after]
        lines.sort(key=lambda line: str(line["name"]))
        more = lines[limit - 1]["name"] if len(lines) > limit else None
        return {"count": found.count + len(damaged), "recordings": lines[:limit], "next": more}

    def _refresh(self, catalogue: Catalogue) -> None:
        """Not each time: of a large store it takes a while to see that nothing has changed."""
        begun = time.monotonic()
        if begun < self._not_before:
            return
        damaged: dict[str, str] = {}
        refresh(self._backend, catalogue, damaged)
        self._damaged = damaged
        ended = time.monotonic()
        self._not_before = ended + (ended - begun) / BUSY

    def close(self) -> None:
        with self._lock:
            if self._catalogue is not None:
                self._catalogue.close()
                self._catalogue = None


def _line(row: Row, streams: tuple[Row, ...]) -> dict[str, Any]:
    """One recording in a list."""
    about = dict(zip(columns("recordings"), row, strict=True))
    found = [dict(zip(columns("streams"), stream, strict=True)) for stream in streams]
    return {
        "name": about["name"], **{key: about[key] for key in KEPT},
        "category": json.loads(about["metadata"]).get("category"), "segments": about["segments"],
        "streams": [
            {"sensor": s["sensor"], "rate_hz": s["rate_hz"], "rows": s["samples"],
             "seconds": s["samples"] / s["rate_hz"], "channels": len(json.loads(s["channels"])),
             "gaps": s["gaps"], "missing": s["missing"]}
            for s in found
        ],
    }  # fmt: skip
