"""The spool: whole or not there, one fsync for many, damage never passed over in silence."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.errors import MachineError
from motekit.server import journal as journal_module
from motekit.server.journal import DiskFullError, Journal
from motekit.server.spool import frame, read, records, segments, whole_record_after


def payloads(folder: Path) -> list[bytes]:
    return [r.payload for segment in segments(folder) for r in records(segment)]


def written(folder: Path, wanted: list[list[bytes]], **options: int) -> list[list[int]]:
    """Append groups at the same time; their numbers."""

    async def run() -> list[list[int]]:
        journal = Journal(folder, 1, **options)
        try:
            return await asyncio.gather(*(journal.append(group) for group in wanted))
        finally:
            journal.close()

    return asyncio.run(run())


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    numbers = written(tmp_path, [[b"a", b""], [b"b" * 5000]])
    assert numbers == [[1, 2], [3]]
    assert payloads(tmp_path) == [b"a", b"", b"b" * 5000]


def test_many_appends_share_an_fsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = []
    monkeypatch.setattr(journal_module, "sync", lambda fd: syncs.append(os.fsync(fd)))
    written(tmp_path, [[b"x%d" % i] for i in range(500)])
    assert len(payloads(tmp_path)) == 500 and 1 <= len(syncs) < 100


def test_nothing_is_acknowledged_before_its_fsync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr(journal_module, "sync", lambda fd: seen.extend(payloads(tmp_path)))

    async def run() -> None:
        journal = Journal(tmp_path, 1)
        for i in range(20):
            await journal.append([b"x%d" % i])
            assert b"x%d" % i in seen
        journal.close()

    asyncio.run(run())


def test_segments_rotate(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path, 1, segment_bytes=1000)
        for i in range(20):
            await journal.append([b"%d" % i * 100])
        journal.close()

    asyncio.run(run())
    assert len(segments(tmp_path)) > 1 and len(payloads(tmp_path)) == 20


@given(
    cut=st.integers(0, 400),
    flips=st.lists(st.tuples(st.integers(0, 399), st.integers(1, 255)), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_cut_and_flipped_segments_never_give_a_wrong_record(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flips: list[tuple[int, int]]
) -> None:
    good = {n: b"%d" % n * 20 for n in range(8)}
    data = bytearray(b"".join(frame(n, p) for n, p in good.items()))[:cut]
    for place, mask in flips:
        if place < len(data):
            data[place] ^= mask
    path = tmp_path_factory.mktemp("s") / "1.spool"
    path.write_bytes(data)
    for record in records(path):
        assert good[record.number] == record.payload


def test_damage_is_told_from_an_end(tmp_path: Path) -> None:
    path = tmp_path / "1.spool"
    first, second, third = (frame(n, b"p%d" % n * 30) for n in (1, 2, 3))
    broken = bytearray(second)
    broken[30] ^= 1
    path.write_bytes(first + broken + third)
    assert [r.number for r in read(path)] == [1]
    assert whole_record_after(path, len(first)) == len(first) + len(second)
    assert [r.number for r in records(path)] == [1, 3]
    path.write_bytes(first + second[:-1])
    assert [r.number for r in records(path)] == [1]
    assert whole_record_after(path, len(first)) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_write_that_fails_leaves_the_old_state_and_room_for_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    write = os.write

    async def run() -> None:
        journal = Journal(tmp_path, 1)
        await journal.append([b"before"])
        monkeypatch.setattr(
            os, "write", lambda fd, data: (write(fd, bytes(data[:7])), _fail(number))
        )
        kind = DiskFullError if number == errno.ENOSPC else MachineError
        with pytest.raises(kind):
            await journal.append([b"lost" * 10])
        monkeypatch.setattr(os, "write", write)
        await journal.append([b"after"])
        journal.close()

    asyncio.run(run())
    (segment,) = segments(tmp_path)
    assert [r.payload for r in read(segment)] == [b"before", b"after"], "and no damage between"


def _fail(number: int) -> None:
    raise OSError(number, os.strerror(number))


def test_a_failed_fsync_is_never_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def sync(fd: int) -> None:
        synced.append(os.fstat(fd).st_ino)
        if len(synced) == 2:
            _fail(errno.EIO)

    monkeypatch.setattr(journal_module, "sync", sync)

    async def run() -> None:
        journal = Journal(tmp_path, 1)
        await journal.append([b"one"])
        with pytest.raises(MachineError):
            await journal.append([b"two"])
        numbers = await journal.append([b"three"])
        assert numbers[0] > 2, "the number of the lost one may be on the disk"
        journal.close()

    asyncio.run(run())
    assert synced[0] == synced[1] != synced[2], "another file"
    assert payloads(tmp_path)[-1] == b"three"


def test_a_reserve_is_kept(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path, 1, reserve_bytes=1 << 60)
        with pytest.raises(DiskFullError):
            await journal.append([b"x"])
        journal.close()

    asyncio.run(run())
    assert payloads(tmp_path) == []
