"""The project's recordings: added as a whole or not at all, read part by part, verified."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

from motekit.core.errors import InputError, found_in
from motekit.core.recording import Recording, Segment

from . import facts, label_sets, place
from .backend import SIDECAR, Backend, FolderBackend
from .files import sha256, writing
from .formats.parquet.reader import stream_parts
from .formats.parquet.writer import StreamWriter
from .label_sets import Labels
from .parts import clipped, join, merged, settled, shifted
from .verify import Damage, compare, verify_files

Status = Literal["added", "unchanged", "replaced"]
EDITABLE = ("label", "subject", "session", "device", "segments", "metadata")


@dataclass(frozen=True)
class Added:
    """What became of a recording that was given to the store."""

    name: str
    status: Status


def _nobody(name: str, number: int, count: int) -> None:
    """Nobody wants to know."""


class Store:
    """Recordings below a folder (or in another Backend). One writer at a time, any readers."""

    def __init__(self, backend: Backend | Path) -> None:
        self.backend = FolderBackend(backend) if isinstance(backend, Path) else backend

    @classmethod
    def of_project(cls, project: Path) -> Store:
        """The store of a project, where [store] of its mote.toml says. Raises InputError if
        that leads outside of it."""
        return cls(place.backend_of(project))

    def names(self) -> list[str]:
        """Names of all recordings, sorted."""
        return self.backend.names()

    def __len__(self) -> int:
        return len(self.names())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.backend.has(name)

    def facts(self, name: str) -> dict[str, Any]:
        """What is known of a recording besides its samples (SPEC.md, "Project store").

        Raises InputError if there is none of this name or its sidecar was damaged.
        """
        return facts.parse(self.backend.sidecar(name), f"{name}/{SIDECAR}")

    def parts(self, name: str) -> Iterator[Recording]:
        """A recording in parts of bounded size (see core.format); hashes are compared."""
        known = self.facts(name)
        readers = []
        for stream in known["streams"]:
            path = self.backend.file(name, str(stream["file"]))
            readers.append(self._stream(path, stream))
        row = 0
        ended: list[Recording | None] = [None] * len(readers)
        for group in itertools.zip_longest(*readers):
            streams = tuple(
                (part or _nothing_after(last)).streams[0]
                for part, last in zip(group, ended, strict=True)
            )
            ended = [part or last for part, last in zip(group, ended, strict=True)]
            whole = facts.read_recording(known["recording"], streams)
            stop = row + len(streams[0])
            yield replace(whole, segments=clipped(whole.segments, row, stop - row))
            row = stop

    def _stream(self, path: Path, stream: Mapping[str, Any]) -> Iterator[Recording]:
        for part in stream_parts(path):
            if part.streams[0].sensor != stream["sensor"]:
                raise InputError("the file holds another stream", where=path,
                                 value=part.streams[0].sensor,
                                 way_out="restore it, or import the source again")  # fmt: skip
            yield part

    def load(self, name: str) -> Recording:
        """A whole recording. Raises InputError if it is not there or damaged."""
        return next(join(self.parts(name)))

    def __iter__(self) -> Iterator[Recording]:
        """All recordings, one at a time, by name."""
        return (self.load(name) for name in self.names())

    def add(
        self, parts: Iterable[Recording], overwrite: bool = False, together: int = 1
    ) -> Iterator[Added]:
        """Store recordings from their parts, one result as each becomes durable.

        The same samples under the same name are left as they are; with `overwrite`, other
        labels or facts are taken over. Raises InputError for other samples under a name in use,
        unless `overwrite`; MachineError if the disk is full: what was reported before is
        stored, the one under way is not there.

        Args:
            together: so many become durable at once, which is faster; they are under way until
                then.
        """
        with self.backend.lock():
            groups = itertools.groupby(parts, key=lambda part: part.name)
            while True:
                with contextlib.ExitStack() as stack:
                    staged: dict[str, Path] = {}
                    added = []
                    for name, group in itertools.islice(groups, together):
                        if name in staged:  # what it is compared with is there then
                            self.backend.commit(staged)
                            staged = {}
                        folder = stack.enter_context(self.backend.staging())
                        added.append(self._stage(name, group, overwrite, folder))
                        if added[-1].status != "unchanged":
                            staged[name] = folder
                    if staged:
                        self.backend.commit(staged)
                if not added:
                    return
                yield from added

    def _stage(self, name: str, parts: Iterator[Recording], overwrite: bool, folder: Path) -> Added:
        """Write a recording's files to a folder, unless it is there already."""
        old = self._old(name)
        value = _write_files(folder, parts)
        if old and old["content_sha256"] == value["content_sha256"]:
            same = old["recording"] == value["recording"]
            if same or not overwrite:
                return Added(name, "unchanged")
        elif old is not None and not overwrite:
            raise InputError(
                "another recording has this name already", where=name,
                value=value["recording"]["source"],
                way_out="rename the file, give a prefix, or replace the old one",
            )  # fmt: skip
        with writing(folder):
            (folder / SIDECAR).write_bytes(_sidecar(value))
        return Added(name, "added" if old is None else "replaced")

    def _old(self, name: str) -> dict[str, Any] | None:
        """The facts of a stored recording; None if there is none; {} if they are damaged."""
        if not self.backend.has(name):
            return None
        try:
            return self.facts(name)
        except InputError:
            return {}

    def relabel(self, name: str, /, **changes: Any) -> None:
        """Change label, subject, session, device, segments or metadata. Raises InputError."""
        unknown = [key for key in changes if key not in EDITABLE]
        if unknown:
            raise InputError("this cannot be changed", where=name, value=unknown[0],
                             way_out=f"one of: {', '.join(EDITABLE)}")  # fmt: skip
        with self.backend.lock():
            value = self.facts(name)
            if "segments" in changes:
                segments = tuple(changes["segments"])
                check_segments(segments, int(value["streams"][0]["rows"]), name)
                changes["segments"] = [[s.label, s.start, s.stop] for s in segments]
            if "metadata" in changes:
                changes["metadata"] = dict(changes["metadata"])
            value["recording"] |= changes
            if changes.keys() & {"label", "segments"}:
                _replace_used(value)
            self.backend.replace_sidecar(name, _sidecar(value))

    def labels(self, name: str) -> Labels:
        """All label sets of a recording. Raises InputError."""
        with found_in(name):
            return label_sets.read(self.facts(name))

    def annotate(self, name: str, change: Callable[[Labels], Labels]) -> Labels:
        """Change the label sets of a recording; what they are then. Raises InputError."""
        with self.backend.lock(), found_in(name):
            value = self.facts(name)
            labels = change(label_sets.read(value))
            label_sets.write(value, labels)
            self.backend.replace_sidecar(name, _sidecar(value))
        return labels

    def remove(self, name: str) -> None:
        """Take a recording away; `restore` brings it back."""
        with self.backend.lock():
            self.backend.discard(name)

    def restore(self, name: str) -> None:
        """Bring back the recording of this name that was removed or replaced last."""
        with self.backend.lock():
            self.backend.undiscard(name)

    def removed(self) -> list[str]:
        """Names of recordings that `restore` brings back."""
        return self.backend.removed()

    def verify(self, told: Callable[[str, int, int], None] = _nobody) -> list[Damage]:
        """Every file that is not, bit for bit, as it was written, removed recordings included.

        Args:
            told: called with the name, number and count of recordings before each of them.
        """
        names, out = self.names(), list[Damage]()
        for number, name in enumerate(names):
            told(name, number, len(names))
            out += self._verify_one(name)
        for where, files in self.backend.trash():
            out += verify_files(where, files)
        return out

    def _verify_one(self, name: str) -> Iterator[Damage]:
        try:
            known = self.facts(name)
        except InputError as error:
            yield Damage(name, SIDECAR, error.what)
            return
        yield from compare(name, known, lambda file: self.backend.open(name, file))


def _nothing_after(last: Recording | None) -> Recording:
    """A part without rows, for a stream that ended before the others."""
    assert last is not None
    stream = last.streams[0]
    index = stream.index()
    empty = replace(
        stream, values=stream.values[:0], gaps=(),
        first_index=int(index[-1]) + 1 if len(index) else stream.first_index,
        time_s=None if stream.time_s is None else stream.time_s[:0],
    )  # fmt: skip
    return replace(last, streams=(empty,))


def check_segments(segments: tuple[Segment, ...], rows: int, where: str) -> None:
    """Raise InputError unless segments are sorted, disjoint and within `rows`."""
    end = 0
    for segment in segments:
        if not end <= segment.start < segment.stop <= rows:
            raise InputError(
                f"segments must be sorted, disjoint and end by row {rows}", where=where,
                value=f"{segment.label}: {segment.start} to {segment.stop}",
            )  # fmt: skip
        end = segment.stop


def _replace_used(value: dict[str, Any]) -> None:
    """Label and segments were set directly: they are what the set in use says from now on."""
    stored = value.pop(label_sets.KEY, None)
    if stored is None:
        return
    said = label_sets.read(value).of(label_sets.MAIN)
    labels = label_sets.read({**value, label_sets.KEY: stored})
    events = [a for a in labels.of(labels.use) if a.kind == "event" or a.state == "proposed"]
    label_sets.write(value, labels.with_set(labels.use, [*said, *events]))


def _sidecar(value: dict[str, Any]) -> bytes:
    """The sidecar's bytes, for people and git to read too: sorted, indented, hashed."""
    value["sha256"] = facts.digest(value)
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode("ascii")


def _file_names(recording: Recording) -> list[str]:
    """A file name for each stream: its sensor's, made safe, numbered where two are alike."""
    out: list[str] = []
    for stream in recording.streams:
        base = re.sub(r"[^A-Za-z0-9_-]+", "_", stream.sensor)[:60] or "stream"
        name, number = f"{base}.parquet", 1
        while name.lower() in (other.lower() for other in out):
            number += 1
            name = f"{base}_{number}.parquet"
        out.append(name)
    return out


def _write_files(folder: Path, parts: Iterator[Recording]) -> dict[str, Any]:
    """Write the streams of one recording; returns its sidecar without the hash of itself."""
    first = next(parts)
    names = _file_names(first)
    segments: list[Segment] = []
    rows = 0
    with contextlib.ExitStack() as stack:
        writers: list[tuple[BinaryIO, StreamWriter]] = []
        with writing(folder):
            for name, stream in zip(names, first.streams, strict=True):
                handle = stack.enter_context((folder / name).open("wb"))
                writers.append((handle, stack.enter_context(StreamWriter(handle, stream))))
            for part in itertools.chain([first], parts):
                _append(writers, part)
                segments += shifted(part.segments, rows)
                rows += len(part.streams[0])
            about = settled(replace(first, segments=merged(segments)), rows)
            streams = [writer.close(about) for _, writer in writers]
    for stream_facts, name in zip(streams, names, strict=True):
        hashed = sha256(folder / name)
        final = f"{Path(name).stem}-{hashed[:12]}.parquet"
        with writing(folder):
            (folder / name).rename(folder / final)
        stream_facts |= {"file": final, "file_sha256": hashed}
    return {
        "version": facts.VERSION,
        "recording": facts.recording_facts(about),
        "streams": streams,
        "content_sha256": facts.content_hash(streams),
    }


def _append(writers: list[tuple[BinaryIO, StreamWriter]], part: Recording) -> None:
    if len(part.streams) != len(writers):
        raise InputError("a part does not have the streams of the parts before it",
                         where=part.name)  # fmt: skip
    for (_, writer), stream in zip(writers, part.streams, strict=True):
        writer.append(stream)
