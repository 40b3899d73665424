"""What a session hands out: samples, gaps, remarks and events."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.recording import Stream

from .ledger import Missing
from .sequence import Mark


@dataclass(frozen=True)
class Remark:
    """A note that the device made at a sample."""

    device: str
    session: str
    sensor: str
    index: int
    text: str


@dataclass(frozen=True)
class Event:
    """Something to tell a person. kind: "described", "connected", "silent", "restarted",
    "refused" of a device; "gone" of a transport; "text" of lines that are not samples."""

    kind: str
    text: str


@dataclass(frozen=True)
class Part:
    """Consecutive samples of one sensor of one boot."""

    device: str
    session: str
    stream: Stream


@dataclass(frozen=True)
class Batch:
    """What came since the last `take`. After a sink has committed it, pass `mark` to `commit`."""

    parts: tuple[Part, ...]
    missing: tuple[Missing, ...]
    remarks: tuple[Remark, ...]
    mark: tuple[int, Mark] | None

    def __bool__(self) -> bool:
        return bool(self.parts or self.missing or self.remarks)
