"""Where compiled things are kept between runs. Everything in it can be deleted at any time."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from motekit.core.errors import MachineError

_DAY = 86_400.0


def cache_dir(part: str) -> Path:
    """A sub-folder of the user's cache, made if need be.

    `MOTEKIT_CACHE` moves the whole cache. Raises MachineError if it cannot be written.
    """
    folder = _root() / part
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(
            "the cache folder cannot be made",
            where=folder,
            value=error.strerror,
            way_out="free some space or set MOTEKIT_CACHE to a folder that can be written",
        ) from error
    return folder


def prune(folder: Path, days: int = 60) -> None:
    """Delete files that were not used for so many days; looks at most once a day."""
    stamp, now = folder / ".pruned", time.time()
    with contextlib.suppress(OSError):  # another process may prune at the same time
        if stamp.is_file() and now - stamp.stat().st_mtime < _DAY:
            return
        stamp.touch()
        for path in folder.rglob("*"):
            if path.is_file() and now - path.stat().st_mtime > days * _DAY:
                path.unlink(missing_ok=True)


def _root() -> Path:
    chosen = os.environ.get("MOTEKIT_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "motekit" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "motekit"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "motekit"


def made_once(path: Path, make: Callable[[Path], None]) -> Path:
    """`path`, made by `make(temporary path)` if it is not there yet.

    The file appears under its name only when it is whole, so that processes may race for it
    and an interrupted one leaves nothing half-written.
    """
    if path.is_file():
        with contextlib.suppress(OSError):
            os.utime(path)  # used: `prune` keeps it
        return path
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        make(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise MachineError(
            "a file cannot be written", where=path, value=error.strerror, way_out="free some space"
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    return path
