"""Files that appear whole or not at all, and paths that stay inside the project."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from motekit.core.errors import InputError, MachineError

TEMPORARY = ".part-"  # prefix of what is being written; never read, swept by the store
SYNCS = 16  # at once
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_MISSING = {
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EACCES,
    None,
}  # None: not the machine's


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the machine refuses while `target` is written into MachineError."""
    try:
        yield
    except OSError as error:
        way_out = "make room and run the same again; nothing that was stored is lost"
        if error.errno not in _FULL:
            way_out = "check the disk and its permissions, then run the same again"
        raise MachineError(
            f"cannot write: {error.strerror or error}", where=target, way_out=way_out
        ) from error


@contextlib.contextmanager
def reading(source: Path) -> Iterator[None]:
    """Turn a missing or unreadable file into an error that names it."""
    try:
        yield
    except OSError as error:
        kind = InputError if error.errno in _MISSING else MachineError
        raise kind(
            f"cannot read: {error.strerror or error}", where=source, way_out="check the path"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a pulled plug (POSIX; elsewhere a no-op)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    if path.is_dir():
        sync_folder(path)
    else:
        with path.open("rb") as handle:
            os.fsync(handle.fileno())


def sync_all(paths: Sequence[Path]) -> None:
    """Wait until files and folders are on the disk. Side by side: a file system makes one commit
    of those that wait together, which is ten times as fast as one after the other."""
    with ThreadPoolExecutor(SYNCS) as pool:
        for _ in pool.map(_sync, paths):
            pass


@contextlib.contextmanager
def atomic_file(target: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the name `target` only when it is complete and on disk.

    Raises MachineError when it cannot be; an older file of this name is then untouched.
    """
    with writing(target):
        number, name = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY)
        handle = os.fdopen(number, "wb")
    part = Path(name)
    try:
        with writing(target):
            part.chmod(0o644)
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
            handle.close()
            os.replace(part, target)
            sync_folder(target.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            handle.close()
        part.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """A folder to fill that takes the name `target`, which must be free, when complete."""
    with writing(target):
        part = Path(tempfile.mkdtemp(dir=target.parent, prefix=TEMPORARY))
    try:
        with writing(target):
            yield part
            for file in part.iterdir():
                with file.open("rb") as handle:
                    os.fsync(handle.fileno())
            sync_folder(part)
            part.chmod(0o755)
            part.rename(target)
            sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def stem(name: str) -> str:
    """A file name without its ending, and without ".gz" behind that: what a file is called."""
    return Path(name.removesuffix(".gz")).stem


def sha256(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with reading(path), path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def inside(root: Path, given: str | Path) -> Path:
    """`given`, relative to `root`, as a resolved path. Raises InputError if it leaves `root`.

    Links are followed before the comparison, so that none leads outside.
    """
    text = str(given)
    path = (root / given).resolve() if "\0" not in text else None
    if path is None or not path.is_relative_to(root.resolve()):
        raise InputError(
            "the path leads outside the project",
            where=root,
            value=text,
            way_out="name a place inside the project folder",
        )
    return path


def private_folder(folder: Path) -> None:
    """A folder for the owner alone that git leaves out. Raises MachineError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise MachineError(f"cannot write: {error.strerror}", where=folder) from error
