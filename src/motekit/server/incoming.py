"""A file on its way in: small ones in memory, large ones in a file beside the spool."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from motekit.core.errors import MachineError

from .journal import FULL, DiskFullError
from .limits import Limits
from .replies import Refusal


class Budget:
    """Bytes of bodies held in memory by all requests together."""

    def __init__(self, most: int) -> None:
        self._most, self._held = most, 0

    def take(self, count: int) -> None:
        """Raises Refusal (429) when there is no room."""
        if self._held + count > self._most:
            raise Refusal(429, "too many uploads at once", 1.0)
        self._held += count

    def give_back(self, count: int) -> None:
        self._held -= count


class Incoming:
    """Feed it chunks, `finish` it, and `drop` it when the upload is spooled or refused.

    Attributes:
        path: of the large file, or None.
        size: bytes so far.
    """

    def __init__(self, name: str, content_type: str, blobs: Path, budget: Budget,
                 limits: Limits) -> None:  # fmt: skip
        self.name, self.content_type = name, content_type
        self.path: Path | None = None
        self.size = 0
        self._blobs, self._budget, self._limits = blobs, budget, limits
        self._data = bytearray()
        self._held = 0
        self._hash = hashlib.sha256()
        self._file: BinaryIO | None = None

    def feed(self, chunk: bytes) -> None:
        """Take more bytes. Raises Refusal (413, 429), DiskFullError."""
        self.size += len(chunk)
        if self.size > self._limits.file_bytes:
            raise Refusal(413, f"the file is larger than {self._limits.file_bytes} bytes")
        self._hash.update(chunk)
        if self._file is None and self.size <= self._limits.inline_bytes:
            self._budget.take(len(chunk))
            self._held += len(chunk)
            self._data += chunk
            return
        self._on_disk(lambda file: file.write(chunk))

    def _on_disk(self, use: Callable[[BinaryIO], object]) -> None:
        try:
            if self._file is None:
                self.path = self._blobs / f"{secrets.token_hex(16)}.part"
                self._file = self.path.open("xb")
                self._file.write(self._data)
                self._release()
            use(self._file)
        except OSError as error:
            if error.errno in FULL:
                raise DiskFullError("the disk is full", where=self._blobs) from error
            raise MachineError(f"cannot write: {error.strerror}", where=self._blobs) from error

    def _release(self) -> None:
        self._data = bytearray()
        self._budget.give_back(self._held)
        self._held = 0

    def finish(self) -> None:
        """Make a large file durable; may take long. Raises MachineError."""
        if self._file is not None:
            self._on_disk(_synced)
            self._file.close()

    @property
    def data(self) -> bytes:
        """The bytes of a small file."""
        return bytes(self._data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def drop(self, keep: bool = False) -> None:
        """Free the memory; remove the large file unless it is to be kept."""
        self._release()
        if self._file is not None:
            self._file.close()
        if self.path is not None and not keep:
            self.path.unlink(missing_ok=True)


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
