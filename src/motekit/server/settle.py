"""Spooled uploads become recordings: in order, each once, whatever was interrupted before."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from motekit.core.errors import InputError
from motekit.core.params import from_mapping
from motekit.core.recording import Recording
from motekit.recordings.files import atomic_file, stem
from motekit.recordings.formats import FORMATS
from motekit.recordings.store import Store

from .index import Index, Settled
from .livelog import is_live
from .log import note
from .places import Places
from .spool import Record, first_number, read, segments, whole_record_after
from .upload import Upload, unpack

BATCH = 64  # uploads that share a lock of the store, its syncs and a commit of the index
BATCH_BYTES = 16 << 20
OURS = "upload"  # key of the metadata that names the upload a recording was made of


@dataclass
class _Work:
    """One upload under way."""

    number: int
    upload: Upload
    body: bytes
    names: list[str] = field(default_factory=list)
    refused: str | None = None

    def settled(self) -> Settled:
        upload = self.upload
        return Settled(upload.identity, upload.body_sha256, tuple(self.names), self.refused)


class Settler:
    """Works through the spool of a project. One at a time: the caller holds the settler's lock."""

    def __init__(self, places: Places, store: Store, index: Index) -> None:
        self._places, self._store, self._index = places, store, index
        self._segment: Path | None = None
        self._offset = 0
        self._scratch = tempfile.TemporaryDirectory(prefix="motekit-")

    def close(self) -> None:
        """Remove the scratch file."""
        self._scratch.cleanup()

    def step(self) -> int:
        """Settle a batch; how many uploads it had. Raises MachineError: try again later."""
        batch = self._next_batch(self._index.progress().number)
        if not batch:
            return 0
        works = list(self._works(batch))
        try:
            self._store_all(works)
            once = {work.upload.identity: work.settled() for work in reversed(works)}
            self._index.commit(once.values(), batch[-1].number)
        except BaseException:
            self._segment = None  # begin again at what the index says is done
            raise
        for work in works:
            self._forget_blob(work)
        return len(batch)

    def _works(self, batch: list[Record]) -> Iterator[_Work]:
        for record in batch:
            try:
                upload, body = unpack(record.payload)
            except InputError as error:
                self._keep(f"record-{record.number}", record.payload, error.line())
                continue
            yield _Work(record.number, upload, body)

    def _next_batch(self, done: int) -> list[Record]:
        """Records that follow number `done`; at the end of the spool none."""
        if self._segment is None and not self._begin(done):
            return []
        assert self._segment is not None
        batch: list[Record] = []
        size = 0
        for record in read(self._segment, self._offset):
            self._offset = record.end
            if record.number <= done or is_live(record.payload):
                continue
            batch.append(record)
            size += len(record.payload)
            if len(batch) == BATCH or size >= BATCH_BYTES:
                break
        return batch if batch else self._beyond(done)

    def _begin(self, done: int) -> bool:
        """Start at the segment that holds the first record that is not done."""
        found = segments(self._places.spool)
        for path, after in zip(found, [*found[1:], None], strict=True):
            if after is None or first_number(after) > done + 1:
                self._segment, self._offset = path, 0
                return True
            path.unlink()
        return False

    def _beyond(self, done: int) -> list[Record]:
        """The end of a segment: wait in the newest, else look for damage, then go on."""
        assert self._segment is not None
        later = [path for path in segments(self._places.spool) if path > self._segment]
        damaged = whole_record_after(self._segment, self._offset)
        if next(read(self._segment, self._offset), None):
            return self._next_batch(done)  # written between the two looks
        if damaged is not None:
            note("the spool is damaged", logging.ERROR, segment=self._segment.name,
                 from_byte=self._offset, to_byte=damaged)  # fmt: skip
            with self._segment.open("rb") as handle:
                handle.seek(self._offset)
                lost = handle.read(damaged - self._offset)
            self._keep(f"{self._segment.stem}-{self._offset}", lost, "damaged in the spool")
            self._offset = damaged
            return self._next_batch(done)
        if not later:
            return []
        self._segment.unlink()
        self._segment, self._offset = later[0], 0
        return self._next_batch(done)

    def _store_all(self, works: list[_Work]) -> None:
        """Add what is not stored yet; a wrong one is set aside and the rest goes on."""
        first: dict[str, _Work] = {}
        for work in works:
            first.setdefault(work.upload.identity, work)
        todo = [work for work in first.values() if not self._known(work)]
        try:
            self._add(todo)
        except InputError:
            # The store may have been at the recording before: one by one there is no doubt.
            for work in todo:
                self._add_one(work)
        for work in works:
            work.names = first[work.upload.identity].names

    def _add(self, works: list[_Work]) -> None:
        names: set[str] = set()
        for _ in self._store.add(self._parts(works, names), together=BATCH):
            pass

    def _add_one(self, work: _Work) -> None:
        """Add one upload, or set it aside."""
        work.names.clear()
        try:
            self._add([work])
        except InputError as error:
            work.refused = error.line()
            self._refuse(work)

    def _known(self, work: _Work) -> bool:
        """Whether an upload was settled before, and is still there."""
        found = self._index.find(work.upload.identity)
        if found is None or found.refused or not all(n in self._store for n in found.names):
            return False
        work.names = list(found.names)
        return True

    def _parts(self, works: list[_Work], names: set[str]) -> Iterator[Recording]:
        """The parts of all recordings of the uploads, named and labelled."""
        for work in works:
            with self._file(work) as path:
                named: dict[str, str] = {}
                plugin = FORMATS.get(work.upload.format)
                where = f"format {work.upload.format}"
                params = from_mapping(plugin.params, dict(work.upload.params), where=where)
                for part in plugin.parts(path, params):
                    if part.name not in named:
                        named[part.name] = self._name(work.upload, part.name, path, names)
                        names.add(named[part.name])
                        work.names.append(named[part.name])
                    yield _dressed(part, work.upload, named[part.name])

    def _name(self, upload: Upload, own: str, path: Path, names: set[str]) -> str:
        """A free name, the same whenever this upload is settled again."""
        plain = upload.recording
        if own != stem(path.name):
            plain = f"{plain}-{own}"
        numbered = f"{plain}-{upload.identity[:12]}"
        if numbered in self._store or plain in names:
            return numbered
        if plain not in self._store:
            return plain
        try:
            metadata = self._store.facts(plain)["recording"]["metadata"]
        except InputError:
            return numbered
        return plain if metadata.get(OURS) == upload.identity else numbered

    @contextlib.contextmanager
    def _file(self, work: _Work) -> Iterator[Path]:
        """The upload's bytes as a file."""
        if work.upload.blob:
            yield self._places.blobs / work.upload.blob
            return
        path = Path(self._scratch.name) / "upload"
        path.write_bytes(work.body)
        yield path

    def _refuse(self, work: _Work) -> None:
        """Keep the bytes of an upload that cannot become a recording."""
        body = work.body
        if work.upload.blob:
            blob = self._places.blobs / work.upload.blob
            body = blob.read_bytes() if blob.is_file() else b""
        self._keep(work.upload.identity, body, work.refused or "")

    def _keep(self, name: str, data: bytes, reason: str) -> None:
        note("set aside", logging.ERROR, file=name, reason=reason)
        with atomic_file(self._places.refused / name) as handle:
            handle.write(data)

    def _forget_blob(self, work: _Work) -> None:
        if work.upload.blob:
            (self._places.blobs / work.upload.blob).unlink(missing_ok=True)


def _dressed(part: Recording, upload: Upload, name: str) -> Recording:
    """A part with what the upload says of it."""
    metadata = {**part.metadata, **upload.metadata}
    metadata |= {OURS: upload.identity, "category": upload.category, "key": upload.key}
    if upload.signature:
        metadata["signature"] = upload.signature
    return replace(
        part, name=name, label=upload.label or part.label, metadata=metadata,
        source=f"{upload.name} sha256:{upload.body_sha256}",
    )  # fmt: skip


def settle_all(places: Places, store: Store) -> int:
    """Settle everything that is in the spool now; how many uploads. For tools and tests."""
    total = 0
    with Index(places.index) as index:
        settler = Settler(places, store, index)
        try:
            while count := settler.step():
                total += count
        finally:
            settler.close()
    return total
