"""What is being collected, on disk before the first sample: a killed collection is not lost.

A collection is a folder below `<project>/.motekit/collect/`: `plan.json`, a file of samples for
each device, and a lock that its process holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from motekit.core.errors import InputError, MachineError
from motekit.recordings.files import atomic_file, private_folder, reading, writing

FILE = "plan.json"
_LOCK = "lock"
VERSION = 1


@dataclass
class Take:
    """A stretch of host time to become a recording of each device; seconds since the epoch.

    Args:
        start: None: from the first sample on. stop: None: to the last one.
    """

    start: float | None
    stop: float | None


@dataclass
class Plan:
    """What to make of the samples.

    Args:
        devices: addresses; the samples of device n are in `n.samples`.
        seconds: length of a take; 0: until it is ended.
        backlog: keep what devices had sampled before the first take.
        firmware: by device name, as they say it.
    """

    devices: list[str]
    label: str | None = None
    subject: str | None = None
    session: str | None = None
    seconds: float = 10.0
    countdown: float = 0.0
    count: int = 1
    pause: float = 2.0
    backlog: bool = False
    takes: list[Take] = field(default_factory=list)
    firmware: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Durable when it returns. Raises MachineError."""
        text = json.dumps({"version": VERSION, **asdict(self)}, indent=1)
        with atomic_file(folder / FILE) as handle:
            handle.write(text.encode())


def read(folder: Path) -> Plan:
    """The plan of a collection. Raises InputError."""
    path = folder / FILE
    with reading(path):
        text = path.read_bytes()
    try:
        value: dict[str, Any] = json.loads(text)
        if value.pop("version") != VERSION:
            raise ValueError("another version")
        takes = [Take(**take) for take in value.pop("takes")]
        return Plan(takes=takes, **value)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            "not the plan of a collection", where=path, value=str(error)[:60],
            way_out="move the folder away; its samples stay in it",
        ) from error  # fmt: skip


def samples(folder: Path, number: int) -> Path:
    """Where the samples of a device are."""
    return folder / f"{number}.samples"


def root(project: Path) -> Path:
    """The folder of all collections of a project."""
    return project / ".motekit" / "collect"


def make(project: Path, name: str) -> Path:
    """A folder for a new collection. Raises MachineError."""
    private_folder(project / ".motekit")
    folder = root(project) / name
    with writing(folder):
        folder.mkdir(parents=True)
    return folder


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The collection belongs to this process. Raises MachineError if it is another's."""
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise MachineError("this is being collected already", where=folder,
                           way_out="wait until it has ended") from error  # fmt: skip
    try:
        yield
    finally:
        lock.release()


def left_over(project: Path) -> list[Path]:
    """Collections that no process works on, oldest first."""
    out = []
    folders = root(project).iterdir() if root(project).is_dir() else ()
    for folder in sorted(folders):
        lock = FileLock(folder / _LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            continue
        lock.release()
        out.append(folder)
    return out
