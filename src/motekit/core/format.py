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

    A reader hands over *parts*, so that a file of any size passes through bounded memory. A
    part is a Recording that holds some consecutive rows of a whole one: parts of one recording
    follow each other under one name, with the same streams, and `first_index` goes on where
    the part before ended. A small recording is one part. `motekit.recordings.read` joins them.

    Args:
        suffixes: file name endings it claims (".csv", ".csv.gz").
        sniff: first 4,096 bytes of a file (fewer of a shorter one) → whether they look like
            this format.
        params: Params dataclass of the reader and writer (rate, time column, HMAC key …).
        parts: (path, params) → parts. Raises InputError with file, field, value and way out,
            and nothing else, whatever the bytes are; memory stays within a few times the part.
        write: (path, recording, params), or None if the format is read only. The file appears
            whole or not at all.
        decode: (bytes of a whole file, its name for errors, params) → its one recording, where
            files are read as a whole anyway; the same as `parts` of a file with these bytes.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    params: type[Any]
    parts: Callable[[Path, Any], Iterator[Recording]]
    write: Callable[[Path, Recording, Any], None] | None
    package: str
    decode: Callable[[bytes, Path, Any], Recording] | None = None
