"""Compare what is stored with what was written, bit for bit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from motekit.core.errors import InputError

from . import facts
from .backend import SIDECAR

CHUNK = 1 << 20


@dataclass(frozen=True)
class Damage:
    """A file of the store that is not as it was written."""

    recording: str
    file: str
    what: str

    def as_dict(self) -> dict[str, str]:
        return {"recording": self.recording, "file": self.file, "what": self.what}


def _digest(handle: BinaryIO) -> str:
    running = hashlib.sha256()
    while chunk := handle.read(CHUNK):
        running.update(chunk)
    return running.hexdigest()


def verify_files(place: str, files: Mapping[str, Callable[[], BinaryIO]]) -> Iterator[Damage]:
    """Damage of a recording that is only files: a sidecar, and what it names."""
    try:
        with files[SIDECAR]() as handle:
            known = facts.parse(handle.read(), f"{place}/{SIDECAR}")
    except KeyError:
        yield Damage(place, SIDECAR, "the file is missing")
        return
    except InputError as error:
        yield Damage(place, SIDECAR, error.what)
        return

    def opened(file: str) -> BinaryIO:
        if file not in files:
            raise InputError("the file is missing", where=place, value=file)
        return files[file]()

    yield from compare(place, known, opened)


def compare(
    place: str, known: Mapping[str, Any], opened: Callable[[str], BinaryIO]
) -> Iterator[Damage]:
    """Files of a recording whose hash is not the one that `known`, its sidecar, gives."""
    for stream in known["streams"]:
        file = str(stream["file"])
        try:
            with opened(file) as handle:
                found = _digest(handle)
        except InputError as error:
            yield Damage(place, file, error.what)
            continue
        if found != stream["file_sha256"]:
            yield Damage(place, file, "the SHA-256 of the file does not fit")
