"""The catalogue: what is known of all recordings in tables, made of their sidecars.

The sidecars are the truth; the catalogue only repeats them, so it can be thrown away. It is
brought up to date before it is read: recordings whose sidecar changed since are read again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from motekit.core.errors import InputError

from . import facts, label_sets
from .backend import SIDECAR, Backend

VERSION: Final = 2
BATCH: Final = 500
Row = tuple[Any, ...]

# Table → columns, in order. `row` counts rows of a recording's first stream.
TABLES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "recordings": (
        ("name", "TEXT NOT NULL"), ("signature", "TEXT NOT NULL"), ("label", "TEXT"),
        ("subject", "TEXT"), ("session", "TEXT"), ("device", "TEXT"), ("source", "TEXT"),
        ("started_at", "DOUBLE PRECISION"), ("seconds", "DOUBLE PRECISION"),
        ("content_sha256", "TEXT NOT NULL"), ("metadata", "TEXT NOT NULL"),
        ("segments", "BIGINT NOT NULL"),
    ),
    "streams": (
        ("name", "TEXT NOT NULL"), ("sensor", "TEXT NOT NULL"),
        ("rate_hz", "DOUBLE PRECISION NOT NULL"), ("samples", "BIGINT NOT NULL"),
        ("missing", "BIGINT NOT NULL"), ("dtype", "TEXT NOT NULL"), ("channels", "TEXT NOT NULL"),
        ("file", "TEXT NOT NULL"), ("file_sha256", "TEXT NOT NULL"), ("gaps", "BIGINT NOT NULL"),
    ),
    "labels": (
        ("name", "TEXT NOT NULL"), ("label_set", "TEXT NOT NULL"), ("kind", "TEXT NOT NULL"),
        ("label", "TEXT NOT NULL"), ("start_row", "BIGINT"), ("stop_row", "BIGINT"),
        ("start_s", "DOUBLE PRECISION"), ("stop_s", "DOUBLE PRECISION"), ("who", "TEXT"),
        ("at", "DOUBLE PRECISION"), ("state", "TEXT NOT NULL"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A recording for the catalogue: its rows in each table."""

    name: str
    rows: Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True)
class Page:
    """Some recordings in the order of their names (of code points).

    Args:
        count: recordings that match, on all pages.
        recordings: rows of the page; streams: theirs, by name.
    """

    count: int
    recordings: tuple[Row, ...]
    streams: Mapping[str, tuple[Row, ...]]


class Catalogue(Protocol):
    """Keeps the tables. One writer at a time."""

    def signatures(self) -> dict[str, str]:
        """The signature of every recording in it."""
        ...

    def write(self, entries: Iterable[Entry], gone: Iterable[str]) -> None:
        """Replace and remove recordings, all or nothing. Raises MachineError."""
        ...

    def rows(self, table: str) -> list[Row]:
        """A whole table, sorted by its first two columns."""
        ...

    def select(self, table: str, where: Mapping[str, str | None]) -> list[Row]:
        """Rows whose columns have these values, sorted by name."""
        ...

    def page(self, after: str, limit: int, where: Mapping[str, str]) -> Page:
        """At most `limit` recordings with these values whose names come after one."""
        ...

    def lock(self) -> AbstractContextManager[object] | None:
        """Held by whoever changes the store, if the catalogue is shared; None if it is not."""
        ...

    def close(self) -> None: ...


def columns(table: str) -> tuple[str, ...]:
    """Names of a table's columns."""
    return tuple(name for name, _ in TABLES[table])


def entry(name: str, signature: str, known: Mapping[str, Any]) -> Entry:
    """The rows of a recording, from its sidecar."""
    about, streams = known["recording"], known["streams"]
    first = streams[0]
    rate, count = float(first["rate_hz"]), int(first["rows"])
    return Entry(name, {
        "recordings": ((
            name, signature, *(about[key] for key in ("label", "subject", "session", "device",
                                                      "source", "started_at")),
            count / rate, known["content_sha256"],
            json.dumps(about["metadata"], sort_keys=True, ensure_ascii=False),
            len(about["segments"]),
        ),),
        "streams": tuple(
            (name, s["sensor"], float(s["rate_hz"]), int(s["rows"]),
             sum(int(gap[1]) for gap in s["gaps"]), s["dtype"],
             json.dumps(s["channels"], ensure_ascii=False), s["file"], s["file_sha256"],
             len(s["gaps"]))
            for s in streams
        ),
        "labels": tuple(_labels(name, label_sets.read(known))),
    })  # fmt: skip


def _labels(name: str, labels: label_sets.Labels) -> Iterable[Row]:
    for label_set, group in labels.sets.items():
        for a in group:
            yield (
                name, label_set, a.kind, a.label, a.start, a.stop, labels.seconds(a.start),
                labels.seconds(a.stop), a.who, a.at, a.state,
            )  # fmt: skip


def refresh(backend: Backend, catalogue: Catalogue, damaged: dict[str, str] | None = None) -> int:
    """Bring the catalogue up to date; how many recordings were read again or dropped.

    Args:
        damaged: takes recordings that cannot be read, and why, by name; they are left out of the
            catalogue.
    """
    unreadable = {} if damaged is None else damaged
    seen, known = backend.signatures(), catalogue.signatures()
    changed = [name for name, signature in seen.items() if known.get(name) != signature]
    for start in range(0, len(changed), BATCH):
        batch = changed[start : start + BATCH]
        catalogue.write(_entries(backend, batch, seen, unreadable), ())
    gone = [name for name in known if name not in seen or name in unreadable]
    if gone:
        catalogue.write((), gone)
    return len({*changed, *gone} - (unreadable.keys() - known.keys()))


def _entries(
    backend: Backend, names: Sequence[str], seen: Mapping[str, str], damaged: dict[str, str]
) -> Iterable[Entry]:
    """Recordings whose sidecar is damaged are left out: `motekit verify` names them."""
    for name in names:
        try:
            known = facts.parse(backend.sidecar(name), f"{name}/{SIDECAR}")
        except InputError as error:
            damaged[name] = error.what
            continue
        yield entry(name, seen[name], known)


def catalogue_path(project: Path) -> Path:
    """Where the catalogue of a project on this machine is."""
    return project / ".motekit" / "catalogue.sqlite"
