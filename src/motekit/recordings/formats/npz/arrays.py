"""Arrays of an NPZ file, each looked at before it is given memory; nothing is unpickled."""

from __future__ import annotations

import tokenize
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError, MotekitError
from motekit.recordings.files import reading

MAX_BYTES = 4 << 30  # of one array, unpacked
MAX_MEMBERS = 4096
_HEADER = 10_000  # bytes of an array's header at most


_DAMAGE = (
    zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, KeyError, RuntimeError,
    SyntaxError, TypeError, tokenize.TokenError, OverflowError, MemoryError,
)  # fmt: skip  # all that zipfile and numpy's header reader raise


class Arrays:
    """An open NPZ file. Whatever is wrong with it becomes an InputError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with reading(path):
            path.stat()
        with self:
            self._zip = zipfile.ZipFile(path)
            members = self._zip.infolist()
            if len(members) > MAX_MEMBERS:
                raise ValueError(f"more than {MAX_MEMBERS} members")
            self.names = [m.filename.removesuffix(".npy") for m in members]
            if len(set(self.names)) != len(self.names):
                raise ValueError("two arrays have one name")

    def __enter__(self) -> Arrays:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if kind is None or issubclass(kind, MotekitError):
            return
        if issubclass(kind, _DAMAGE):
            raise InputError(
                f"the NPZ file is damaged: {' '.join(str(error).split())[:120]}", where=self.path,
                way_out="write it again with numpy.savez",
            ) from error  # fmt: skip

    def close(self) -> None:
        self._zip.close()

    def get(self, name: str) -> npt.NDArray[Any] | None:
        """An array of plain numbers or texts, or None if there is none of this name."""
        if name not in self.names:
            return None
        with self:
            info = self._zip.getinfo(f"{name}.npy")
            with self._zip.open(info) as handle:
                self._look(name, info, handle)
            with self._zip.open(info) as handle:
                array: npt.NDArray[Any] = np.lib.format.read_array(
                    handle, allow_pickle=False, max_header_size=_HEADER
                )
                if handle.read(1):  # to the end, so that the check sum is compared
                    raise ValueError(f"bytes after the array {name!r}")
        return array

    def _look(self, name: str, info: zipfile.ZipInfo, handle: IO[bytes]) -> None:
        """Refuse objects, and a header that promises more than the member holds."""
        version = np.lib.format.read_magic(handle)
        read = {(1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0}.get(version)  # fmt: skip
        if read is None:
            raise ValueError(f"array {name!r} has version {version}")
        shape, _, dtype = read(handle, max_header_size=_HEADER)
        if dtype.hasobject:
            raise InputError(
                "the array holds Python objects, which would have to be unpickled",
                where=f"{self.path}, array {name!r}", way_out="save plain numbers and texts",
            )  # fmt: skip
        size = dtype.itemsize
        for n in shape:
            size *= n
        if size > MAX_BYTES or size > info.file_size or any(n < 0 for n in shape):
            raise InputError(
                "the array is larger than its file, or than 4 GiB",
                where=f"{self.path}, array {name!r}", value=shape,
                way_out="write it again with numpy.savez"
            )  # fmt: skip
