"""The contract of a file format for recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .recording import Recording


@dataclass(frozen=True)
class Format:
    """A format plugin; the module constant FORMAT.

    Args:
        suffixes: file name endings it claims (".csv", ".csv.gz").
        sniff: first bytes of a file → whether they look like this format.
        params: Params dataclass of the reader (rate, time column, units, HMAC key …).
        read: (path, params) → recordings, one at a time, so that a large file never has to
            be in memory as a whole. Raises InputError with file, field, value and way out.
        write: (path, recording, params), or None if the format is read only.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    params: type[Any]
    read: Callable[[Path, Any], Iterator[Recording]]
    write: Callable[[Path, Recording, Any], None] | None
    package: str
