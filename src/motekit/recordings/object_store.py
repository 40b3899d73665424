"""Recordings in an object store (Amazon S3 and what speaks its protocol), through Arrow.

Layout as in a folder. An object appears whole; the files of a recording go up before its sidecar,
which makes it exist. Files that were read are kept in a local cache: their names hold their hash.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from urllib.parse import unquote

from motekit.core.errors import InputError, MachineError

from .backend import SIDECAR, TRASH, folder_name, missing_recording, nothing_removed
from .files import TEMPORARY, atomic_file, writing

NOTES: Final = ".notes"
CHUNK: Final = 1 << 22


class ObjectBackend:
    """Recordings below a prefix of an Arrow file system.

    Args:
        files: a pyarrow.fs.FileSystem; root: bucket and prefix.
        cache: a local folder.
        lock: held by the one writer: of the shared catalogue, or of this machine.
    """

    def __init__(
        self, files: Any, root: str, cache: Path, lock: Callable[[], AbstractContextManager[object]]
    ) -> None:
        self._fs, self._root, self._cache, self._lock = files, root.rstrip("/"), cache, lock
        self.where = root

    @contextlib.contextmanager
    def _talking(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            text = str(error).splitlines()[0]
            raise MachineError(f"cannot {what}: {text[:200]}", where=self.where,
                               way_out="check the address, the credentials and the network, "
                               "then run the same again") from error  # fmt: skip

    def _path(self, *parts: str) -> str:
        return "/".join((self._root, *parts))

    def _below(self, path: str, *, deep: bool = False) -> list[Any]:
        from pyarrow.fs import FileSelector

        with self._talking("list"):
            selector = FileSelector(path, allow_not_found=True, recursive=deep)
            return cast(list[Any], self._fs.get_file_info(selector))

    def _exists(self, path: str) -> bool:
        from pyarrow.fs import FileType

        with self._talking("look"):
            (info,) = self._fs.get_file_info([path])
        return bool(info.type == FileType.File)

    def _read(self, path: str) -> bytes:
        with self._talking("read"), self._fs.open_input_stream(path) as stream:
            return cast(bytes, stream.read())

    def _write(self, path: str, source: BinaryIO) -> None:
        """Durable and visible when it returns: an object store shows an object when it is whole."""
        with self._talking("write"), self._fs.open_output_stream(path) as stream:
            shutil.copyfileobj(source, stream, CHUNK)

    # --- reading -------------------------------------------------------------------------

    def _sidecars(self) -> dict[str, Any]:
        """Recording → what the store says of its sidecar object."""
        out = {}
        for info in self._below(self._root, deep=True):
            folder, _, file = info.path.removeprefix(f"{self._root}/").partition("/")
            if file == SIDECAR and not folder.startswith("."):
                out[unquote(folder)] = info
        return out

    def names(self) -> list[str]:
        return sorted(self._sidecars())

    def signatures(self) -> dict[str, str]:
        return {name: f"{i.mtime_ns}-{i.size}" for name, i in self._sidecars().items()}

    def has(self, name: str) -> bool:
        return self._exists(self._path(folder_name(name), SIDECAR))

    def sidecar(self, name: str) -> bytes:
        if not self.has(name):
            raise missing_recording(self.where, name, self.names())
        return self._read(self._path(folder_name(name), SIDECAR))

    def _object(self, name: str, file: str) -> str:
        """A file of a recording. Raises InputError if its name leads elsewhere, or to nothing."""
        if "/" in file or file.startswith("."):
            raise InputError("the path leads outside the recording", where=name, value=file)
        path = self._path(folder_name(name), file)
        if not self._exists(path):
            raise InputError("cannot read: the file is missing", where=f"{name}/{file}")
        return path

    def file(self, name: str, file: str) -> Path:
        path = self._object(name, file)
        local = self._cache / folder_name(name) / file
        if not local.is_file():
            with writing(local):
                local.parent.mkdir(parents=True, exist_ok=True)
            with (
                self._talking("read"), self._fs.open_input_stream(path) as stream,
                atomic_file(local) as handle,
            ):  # fmt: skip
                shutil.copyfileobj(stream, handle, CHUNK)
        return local

    def open(self, name: str, file: str) -> BinaryIO:
        return self._stream(self._object(name, file))

    def _stream(self, path: str) -> BinaryIO:
        with self._talking("read"):
            return cast(BinaryIO, self._fs.open_input_file(path))

    # --- writing -------------------------------------------------------------------------

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        with writing(self._cache):
            self._cache.mkdir(parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(dir=self._cache, prefix=TEMPORARY))
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def commit(self, staged: Mapping[str, Path]) -> None:
        for name, part in staged.items():
            self._commit(name, part)

    def _commit(self, name: str, staged: Path) -> None:
        folder = self._path(folder_name(name))
        old = {info.path for info in self._below(folder)}
        if old:
            self._keep(folder, sorted(old))
        files = sorted(staged.iterdir(), key=lambda path: path.name == SIDECAR)
        for path in files:
            with path.open("rb") as handle:
                self._write(f"{folder}/{path.name}", handle)
        for path_ in old - {f"{folder}/{path.name}" for path in files}:
            self._delete(path_)

    def replace_sidecar(self, name: str, data: bytes) -> None:
        self._put(self._path(folder_name(name), SIDECAR), data)

    def _put(self, path: str, data: bytes) -> None:
        with self._talking("write"), self._fs.open_output_stream(path) as stream:
            stream.write(data)

    def _delete(self, path: str) -> None:
        with self._talking("delete"):
            self._fs.delete_file(path)

    def _in_trash(self) -> list[tuple[str, int, str]]:
        """(folder name, number, path) of everything in the trash, oldest first."""
        out = set()
        for info in self._below(self._path(TRASH), deep=True):
            folder = info.path.removeprefix(f"{self._path(TRASH)}/").partition("/")[0]
            stem, _, number = folder.rpartition(".")
            if stem and number.isdigit():
                out.add((stem, int(number), self._path(TRASH, folder)))
        return sorted(out, key=lambda item: item[1])

    def _keep(self, folder: str, paths: list[str]) -> None:
        """Copy a recording to the trash, its sidecar last."""
        number = 1 + max((item[1] for item in self._in_trash()), default=0)
        target = self._path(TRASH, f"{folder.rpartition('/')[2]}.{number}")
        with self._talking("copy"):
            for path in sorted(paths, key=lambda path: path.endswith(SIDECAR)):
                self._fs.copy_file(path, f"{target}/{path.rpartition('/')[2]}")

    def discard(self, name: str) -> None:
        self.sidecar(name)
        folder = self._path(folder_name(name))
        paths = [info.path for info in self._below(folder)]
        self._keep(folder, paths)
        for path in sorted(paths, key=lambda path: not path.endswith(SIDECAR)):
            self._delete(path)  # the sidecar first: without it there is no recording

    def undiscard(self, name: str) -> None:
        mine = [item for item in self._in_trash() if item[0] == folder_name(name)]
        if not mine or self.has(name):
            raise nothing_removed(self.where, name, in_use=self.has(name))
        place = mine[-1][2]
        paths = [info.path for info in self._below(place)]
        with self._talking("copy"):
            for path in sorted(paths, key=lambda path: path.endswith(SIDECAR)):
                file = path.rpartition("/")[2]
                self._fs.copy_file(path, self._path(folder_name(name), file))
        for path in paths:
            self._delete(path)

    def removed(self) -> list[str]:
        names = {unquote(stem) for stem, _, _ in self._in_trash()}
        return sorted(names - set(self.names()))

    def trash(self) -> Iterator[tuple[str, dict[str, Callable[[], BinaryIO]]]]:
        for _, _, path in self._in_trash():
            files: dict[str, Callable[[], BinaryIO]] = {
                info.path.rpartition("/")[2]: partial(self._stream, info.path)
                for info in self._below(path)
            }
            yield path.removeprefix(f"{self._root}/"), files

    def note(self, key: str) -> bytes | None:
        path = self._path(NOTES, key)
        return self._read(path) if self._exists(path) else None

    def set_note(self, key: str, data: bytes) -> None:
        self._put(self._path(NOTES, key), data)

    def lock(self) -> AbstractContextManager[object]:
        return self._lock()
