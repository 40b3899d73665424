"""Where a store keeps its recordings: folders on a disk here, other places under one contract."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import quote, unquote

from filelock import FileLock, Timeout

from motekit.core.errors import InputError, MachineError

from .files import TEMPORARY, atomic_file, inside, reading, sync_all, sync_folder, writing

SIDECAR = "recording.json"
TRASH = ".trash"
_NOTES = ".notes"
_LOCK = ".lock"
LOCK_S = 30.0  # seconds to wait for another writer
MAX_NAME = 180  # bytes of a folder name; most file systems end at 255


class Backend(Protocol):
    """Keeps recordings by name, each a set of files that appears and goes as a whole.

    The files of a recording never change once committed; only its sidecar is replaced. A name
    with a sidecar is a recording, everything else is not there. An object store uploads the
    files first and the sidecar last, and hands over local copies to read.
    """

    def names(self) -> list[str]:
        """Names of all recordings, sorted."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is a recording of this name."""
        ...

    def sidecar(self, name: str) -> bytes:
        """The description of a recording. Raises InputError if there is none of this name."""
        ...

    def file(self, name: str, file: str) -> Path:
        """A local path from which a file of a recording can be read."""
        ...

    def open(self, name: str, file: str) -> BinaryIO:
        """The bytes as they are stored, to be compared with what they should be."""
        ...

    def signatures(self) -> dict[str, str]:
        """For each recording a text that changes when its sidecar does."""
        ...

    def staging(self) -> AbstractContextManager[Path]:
        """A local folder to write a recording's files to; empty, and gone afterwards."""
        ...

    def commit(self, staged: Mapping[str, Path]) -> None:
        """Make the staged files, sidecar included, the recording of each name: all or nothing of
        each, durable on return.

        An older recording of this name is replaced. Raises MachineError.
        """
        ...

    def replace_sidecar(self, name: str, data: bytes) -> None:
        """Exchange the description, all or nothing. Raises MachineError."""
        ...

    def discard(self, name: str) -> None:
        """Take a recording away; `undiscard` brings the last one of this name back."""
        ...

    def undiscard(self, name: str) -> None:
        """Raises InputError if there is nothing to bring back or the name is in use."""
        ...

    def removed(self) -> list[str]:
        """Names of what `undiscard` can bring back, sorted."""
        ...

    def trash(self) -> Iterator[tuple[str, dict[str, Callable[[], BinaryIO]]]]:
        """Everything that was discarded or replaced: a place, and its files by name."""
        ...

    def note(self, key: str) -> bytes | None:
        """A small note kept beside the recordings, or None."""
        ...

    def set_note(self, key: str, data: bytes) -> None:
        """Keep a note under a key of hex digits, all or nothing. Raises MachineError."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Held by the one who changes something."""
        ...


def folder_name(name: str) -> str:
    """A recording's name as a folder name: letters, digits and "._- +=@" stay, the rest is %XX."""
    text = quote(name, safe="._- +=@")
    if text.startswith((".", " ")):
        text = f"%{ord(text[0]):02X}{text[1:]}"
    if not text or len(text) > MAX_NAME:
        raise InputError(
            f"a recording's name must have 1 to {MAX_NAME} characters", value=name[:60],
            way_out="rename it",
        )  # fmt: skip
    return text


def missing_recording(where: object, name: str, known: list[str]) -> InputError:
    """The error of a name that is not there."""
    return InputError(
        "there is no recording of this name", where=where, value=name,
        way_out=f"there are {len(known)}: {', '.join(known[:8])}" if known else "import some first",
    )  # fmt: skip


def nothing_removed(where: object, name: str, *, in_use: bool) -> InputError:
    """The error of a recording that cannot be brought back."""
    what = "the name is in use" if in_use else "nothing of this name was removed"
    return InputError(what, where=where, value=name,
                      way_out="motekit keeps the last one removed of each name")  # fmt: skip


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Held by one process and thread of this machine. Raises MachineError after LOCK_S."""
    lock = FileLock(path, timeout=LOCK_S)
    try:
        lock.acquire()
    except Timeout as error:
        raise MachineError(
            "another motekit writes to these recordings", where=path.parent,
            way_out="wait until it has ended",
        ) from error  # fmt: skip
    try:
        yield
    finally:
        lock.release()


def _opened(path: Path) -> BinaryIO:
    with reading(path):
        return path.open("rb")


def _link_or_copy(source: str, target: str) -> None:
    """A second name for the same bytes where the file system has that, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class FolderBackend:
    """Recordings as folders below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _folder(self, name: str) -> Path:
        inside(self.root, name)
        return self.root / folder_name(name)

    def names(self) -> list[str]:
        if not self.root.is_dir():
            return []
        with reading(self.root):
            entries = [e.name for e in self.root.iterdir() if not e.name.startswith(".")]
        return sorted(unquote(e) for e in entries if (self.root / e / SIDECAR).is_file())

    def has(self, name: str) -> bool:
        return (self._folder(name) / SIDECAR).is_file()

    def sidecar(self, name: str) -> bytes:
        path = self._folder(name) / SIDECAR
        if not path.is_file():
            raise missing_recording(self.root, name, self.names())
        with reading(path):
            return path.read_bytes()

    def file(self, name: str, file: str) -> Path:
        folder = self._folder(name)
        return inside(folder, file)

    def open(self, name: str, file: str) -> BinaryIO:
        path = self.file(name, file)
        with reading(path):
            return path.open("rb")

    def signatures(self) -> dict[str, str]:
        out = {}
        for name in self.names():
            with contextlib.suppress(FileNotFoundError):  # removed since
                about = (self._folder(name) / SIDECAR).stat()
                out[name] = f"{about.st_mtime_ns}-{about.st_size}-{about.st_ino}"
        return out

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        with writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(dir=self.root, prefix=TEMPORARY))
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def commit(self, staged: Mapping[str, Path]) -> None:
        with writing(self.root):
            sync_all([path for part in staged.values() for path in (*part.iterdir(), part)])
            for name, part in staged.items():
                target = self._folder(name)
                with writing(target):
                    if target.exists():
                        self._exchange(target, part)
                    else:
                        part.chmod(0o755)
                        part.rename(target)
            sync_folder(self.root)

    def _exchange(self, target: Path, staged: Path) -> None:
        """Put staged files beside the old ones; the sidecar, last, switches over to them."""
        self._copy_to_trash(target)
        old = set(target.iterdir())
        for file in staged.iterdir():
            if file.name != SIDECAR:
                old.discard(target / file.name)
                os.replace(file, target / file.name)
        sync_folder(target)
        os.replace(staged / SIDECAR, target / SIDECAR)
        sync_folder(target)
        for file in old - {target / SIDECAR}:
            file.unlink()

    def replace_sidecar(self, name: str, data: bytes) -> None:
        with atomic_file(self._folder(name) / SIDECAR) as handle:
            handle.write(data)

    def _free_trash(self, folder: Path) -> Path:
        """A name in the trash for a folder; the highest number is the newest."""
        trash = self.root / TRASH
        trash.mkdir(exist_ok=True)
        number = 1 + max((int(e.suffix[1:]) for e in trash.glob("*.[0-9]*")), default=0)
        return trash / f"{folder.name}.{number}"

    def _copy_to_trash(self, folder: Path) -> None:
        target = self._free_trash(folder)
        part = Path(tempfile.mkdtemp(dir=self.root, prefix=TEMPORARY))
        shutil.copytree(folder, part, copy_function=_link_or_copy, dirs_exist_ok=True)
        part.rename(target)
        sync_folder(target.parent)

    def discard(self, name: str) -> None:
        self.sidecar(name)
        with writing(self.root):
            folder = self._folder(name)
            folder.rename(self._free_trash(folder))
            sync_folder(self.root / TRASH)
            sync_folder(self.root)

    def undiscard(self, name: str) -> None:
        target, trash = self._folder(name), self.root / TRASH
        found = [e for e in (trash.iterdir() if trash.is_dir() else []) if e.stem == target.name]
        if not found or target.exists():
            raise nothing_removed(self.root, name, in_use=target.exists())
        with writing(target):
            max(found, key=lambda e: int(e.suffix[1:])).rename(target)
            sync_folder(self.root)

    def _in_trash(self) -> list[Path]:
        trash = self.root / TRASH
        return sorted(trash.glob("*.[0-9]*")) if trash.is_dir() else []

    def removed(self) -> list[str]:
        names = {unquote(entry.stem) for entry in self._in_trash()}
        return sorted(name for name in names if not self.has(name))

    def trash(self) -> Iterator[tuple[str, dict[str, Callable[[], BinaryIO]]]]:
        for entry in self._in_trash():
            files: dict[str, Callable[[], BinaryIO]] = {
                path.name: partial(_opened, path) for path in sorted(entry.iterdir())
            }
            yield f"{TRASH}/{entry.name}", files

    def note(self, key: str) -> bytes | None:
        path = self.root / _NOTES / key
        if not path.is_file():
            return None
        with reading(path):
            return path.read_bytes()

    def set_note(self, key: str, data: bytes) -> None:
        folder = self.root / _NOTES
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with atomic_file(folder / key) as handle:
            handle.write(data)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        with writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        with file_lock(self.root / _LOCK):
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Drop what an interrupted writer left; nobody else writes while the lock is held."""
        for rest in self.root.glob(f"{TEMPORARY}*"):
            if rest.is_dir():
                shutil.rmtree(rest, ignore_errors=True)
            else:
                rest.unlink(missing_ok=True)
