"""A file of bytes that a device sent: a capture of a serial line, a log off an SD card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.links.options import Options
from motekit.links.transport import Ended, Transport

CHUNK = 1 << 16


@dataclass(frozen=True)
class Params:
    path: str = param("", "the file")
    started_at: float = param(
        0.0, "when the first frame was made, since the Unix epoch; 0: the file's own time",
        unit="s", minimum=0.0,
    )  # fmt: skip


class FileConnection:
    """A file being read once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, timeout_s: float) -> bytes:
        data = self._file.read(CHUNK)
        if not data:
            raise Ended
        return data

    def write(self, data: bytes) -> None:
        """There is nobody to hear it."""

    def close(self) -> None:
        self._file.close()


def connect(params: Params) -> FileConnection:
    """Open the file. Raises InputError if it cannot be read."""
    try:
        return FileConnection(Path(params.path).open("rb"))
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror}", where=params.path or "file") from error


def clock(params: Params) -> Callable[[], float]:
    """Time stands still: the frames themselves say how much of it passed."""
    try:
        start = params.started_at or Path(params.path).stat().st_mtime
    except OSError as error:
        raise InputError(f"cannot read: {error.strerror}", where=params.path or "file") from error
    return lambda: start


TRANSPORT = Transport(
    name="file",
    summary="a file of what a device sent",
    params=Params,
    connect=connect,
    package=__name__,
    options=Options(passive=True, device_clock=True, settle_s=0.0),
    clock=clock,
    again=False,
)
