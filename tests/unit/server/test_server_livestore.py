"""Live samples and uploads share an fsync, and nothing is told of before it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from motekit.core.errors import MachineError
from motekit.core.recording import Channel, Stream
from motekit.links import session as link
from motekit.links.batch import Batch, Part
from motekit.links.filesink import FileSink, read_file
from motekit.recordings.store import Store
from motekit.server import journal as journal_module
from motekit.server import live as live_module
from motekit.server.journal import Journal
from motekit.server.livelog import redo
from motekit.server.livestore import LiveStore
from motekit.server.places import Places
from motekit.server.settle import settle_all
from motekit.server.spool import segments

BOOT = "boot-1"


def batch(device: str, first: int, count: int) -> Batch:
    index = np.arange(first, first + count)
    channels = (Channel("x", "g", 1.0),)
    stream = Stream("acc", channels, 10.0, index[:, None].astype(np.int32), first, (), index / 10.0)
    return Batch((Part(device, BOOT, stream),), (), (), None)


@contextlib.contextmanager
def opened(folder: Path, **options: int) -> Iterator[tuple[Places, LiveStore, Journal]]:
    """As a server starts and ends."""
    places = Places(folder).make()
    redo(places.spool, places.live)
    live = LiveStore(places.live, Store(folder / "recordings"))
    first = 1 + max((int(s.stem) for s in segments(places.spool)), default=0) + (1 << 20)
    journal = Journal(places.spool, first, before=live.checkpoint, **options)
    try:
        yield places, live, journal
    finally:
        journal.close()
        live.close()


def samples(places: Places, device: str) -> list[int]:
    found = [read_file(path) for path in places.live.glob("*.live")]
    return [int(v) for file in found for key, stream in file.items() if key[0] == device
            for v in stream.values[:, 0]]  # fmt: skip


def fail(*_: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_nothing_is_held_before_the_sync_however_long_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as (places, live, journal):
        begun, let = threading.Event(), threading.Event()

        def slow(descriptor: int) -> None:
            begun.set()
            assert let.wait(30)
            os.fsync(descriptor)

        monkeypatch.setattr(journal_module, "sync", slow)

        async def run() -> None:
            live.acquire("a")
            keeping = asyncio.ensure_future(live.keep(batch("a", 0, 50), journal))
            await asyncio.to_thread(begun.wait, 30)
            again = asyncio.ensure_future(live.keep(batch("a", 0, 3), journal))  # has nothing new
            await asyncio.wait({keeping, again}, timeout=0.1)
            assert not keeping.done() and not again.done() and not live.held("a", BOOT)
            assert samples(places, "a") == [], "a file has nothing that the spool may lack"
            keeping.cancel()  # the connection breaks: the samples stay under way
            await asyncio.wait({keeping})
            assert not live.held("a", BOOT)
            let.set()
            await again
            assert live.held("a", BOOT) == {"acc": [(0, 50)]}

        asyncio.run(run())
    assert samples(places, "a") == [*range(50)]


class Session(link.Session):
    """Has one batch to be committed, and notes when it may be acknowledged."""

    def __init__(self, events: list[str]) -> None:
        super().__init__()
        self._events = events

    def take(self, now: float) -> Batch:
        return batch("a", 0, 5)

    def commit(self, batch: Batch) -> None:
        self._events.append("acknowledged")


def test_a_connection_acknowledges_after_the_sync_and_never_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []

    def sync(descriptor: int) -> None:
        events.append("begun")
        if len(events) == 1:
            fail()
        os.fsync(descriptor)
        events.append("durable")

    monkeypatch.setattr(journal_module, "sync", sync)
    with opened(tmp_path) as (_, live, journal):
        stream = live_module._Stream(None, live, journal)  # type: ignore[arg-type]  # not used
        stream._session = Session(events)
        with pytest.raises(MachineError):
            asyncio.run(stream._commit())
        asyncio.run(stream._commit())
    assert events == ["begun", "begun", "durable", "acknowledged"]


def test_many_streams_and_uploads_share_a_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as (places, live, journal):
        names = [f"mote-{n}" for n in range(40)]
        for name in names:
            live.acquire(name)  # begins its file
        syncs: list[int] = []
        monkeypatch.setattr(journal_module, "sync", lambda fd: syncs.append(os.fsync(fd) or fd))
        monkeypatch.setattr(FileSink, "sync", fail)

        async def run() -> None:
            await asyncio.gather(*(live.keep(batch(name, 0, 5), journal) for name in names),
                                 *(journal.append([b"%d" % n]) for n in range(40)))  # fmt: skip

        asyncio.run(run())
        assert 1 <= len(syncs) <= 5
        assert all(live.held(name, BOOT) for name in names)
    assert all(samples(places, name) == [*range(5)] for name in names)


@pytest.mark.parametrize("where", ["sync", "write"])
def test_what_could_not_be_made_durable_comes_again_and_is_there_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with opened(tmp_path) as (places, live, journal):

        async def run() -> None:
            await live.keep(batch("a", 0, 5), journal)
            with monkeypatch.context() as patch:
                patch.setattr(*((journal_module, "sync", fail) if where == "sync" else
                                (os, "write", fail)))  # fmt: skip
                with pytest.raises(MachineError):
                    await live.keep(batch("a", 5, 50), journal)
            assert live.held("a", BOOT) == {"acc": [(0, 5)]}
            await live.keep(batch("a", 5, 3), journal)  # shorter than what failed
            assert live.held("a", BOOT) == {"acc": [(0, 8)]}

        asyncio.run(run())
    assert samples(places, "a") == [*range(8)]
    redo(places.spool, places.live)  # the failed record may be on the disk
    assert samples(places, "a") == [*range(8)]


def test_the_spool_mends_a_file_however_a_crash_left_it(tmp_path: Path) -> None:
    with opened(tmp_path) as (places, live, journal):

        async def run() -> None:
            for first in range(0, 40, 10):
                await live.keep(batch("a", first, 10), journal)

        asyncio.run(run())
    (path,) = places.live.glob("*.live")
    whole = path.read_bytes()
    half = len(whole) // 2
    for left in (b"", whole[:half], whole[:half] + bytes(half), whole + b"MKS1" * 9,
                 bytes(half) + whole[half:]):  # fmt: skip
        path.write_bytes(left)
        redo(places.spool, places.live)
        assert path.read_bytes() == whole
    with opened(tmp_path) as (_, again, journal):
        assert again.held("a", BOOT) == {"acc": [(0, 40)]}
        assert again.settle(grace_s=0) == 1
    with opened(tmp_path) as (_, again, journal):  # the spool still tells of it
        assert again.settle(grace_s=0) == 0 and not list(places.live.iterdir())


def test_a_segment_begins_only_when_the_files_are_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, segment_bytes=1) as (places, live, journal):

        async def run() -> None:
            live.acquire("a")  # begins its file
            with monkeypatch.context() as patch:
                patch.setattr(FileSink, "sync", fail)
                patch.setattr(os, "fsync", fail)
                await live.keep(batch("a", 0, 5), journal)
                with pytest.raises(MachineError):
                    await live.keep(batch("a", 5, 5), journal)
                assert len(segments(places.spool)) == 1, "the only place that surely has them"
            (path,) = places.live.glob("*.live")
            path.write_bytes(bytes(path.stat().st_size))  # pages that never came to the disk
            await live.keep(batch("a", 5, 5), journal)

        asyncio.run(run())
        assert len(segments(places.spool)) == 3
        assert samples(places, "a") == [*range(10)]


def test_the_settler_passes_over_samples(tmp_path: Path) -> None:
    with opened(tmp_path, segment_bytes=1) as (places, live, journal):

        async def run() -> None:
            for first in range(3):
                await live.keep(batch("a", first, 1), journal)

        asyncio.run(run())
    assert len(segments(places.spool)) == 4
    assert settle_all(places, Store(tmp_path / "recordings")) == 0
    assert len(segments(places.spool)) == 1 and not list(places.refused.iterdir())


def test_a_file_that_had_ended_when_the_server_was_killed_ends_now(tmp_path: Path) -> None:
    with opened(tmp_path) as (places, live, journal):
        asyncio.run(live.keep(batch("a", 0, 5), journal))
    (path,) = places.live.glob("*.live")
    older = path.with_name(f"{path.name[:32]}.live")  # as it was named before the spool had samples
    path.rename(older)
    os.utime(older, (1, 1))
    with opened(tmp_path) as (_, live, journal):
        assert live.held("a", BOOT) == {"acc": [(0, 5)]}
    newer = path.with_name(f"{path.name[:32]}-0123456789abcdef.live")
    FileSink(newer).close()
    os.utime(newer, (1 << 32, 1 << 32))  # clocks of file systems tick in milliseconds
    with opened(tmp_path) as (_, live, journal):
        assert live.held("a", BOOT) == {}
        assert live.settle() == 1, "the older one, without waiting"
