"""Settling is idempotent: interrupted anywhere and repeated, each upload is one recording."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from server_kit import csv_file, json_file, wav_file

from motekit.core.errors import MachineError
from motekit.recordings.store import Store
from motekit.server.index import Index
from motekit.server.journal import Journal
from motekit.server.limits import Limits
from motekit.server.places import Places
from motekit.server.settle import Settler, settle_all
from motekit.server.settler import REST, RUSH_BYTES, rest_s
from motekit.server.spool import segments
from motekit.server.state import State
from motekit.server.upload import Upload, pack


def upload(name: str, data: bytes, **more: str) -> bytes:
    formats = {"json": "edge_impulse_json", "csv": "csv", "wav": "wav"}
    fixed = {"time_unit": "ms"} if name.endswith("csv") else {}
    return pack(Upload(
        category="training", name=name, label=more.get("label"), params=fixed,
        format=formats[name.rpartition(".")[2]], body_sha256=hashlib.sha256(data).hexdigest(),
    ), data)  # fmt: skip


def spooled(tmp_path: Path, payloads: list[bytes], first: int = 1) -> Places:
    places = Places(tmp_path).make()

    async def run() -> None:
        journal = Journal(places.spool, first)
        await journal.append(payloads)
        journal.close()

    asyncio.run(run())
    return places


MIXED = [
    upload("a.json", json_file(1)), upload("a.json", json_file(2)), upload("a.json", json_file(1)),
    upload("b.csv", csv_file()), upload("b.csv", csv_file(), label="other"),
    upload("c.wav", wav_file()),
]  # fmt: skip


def test_each_upload_is_one_recording_also_when_settled_again(tmp_path: Path) -> None:
    places = spooled(tmp_path, MIXED)
    store = Store.of_project(tmp_path)
    assert settle_all(places, store) == 6
    names = store.names()
    assert len(names) == 5, "one of them was sent twice"
    assert {store.load(n).label for n in names if n.startswith("b")} == {None, "other"}
    assert settle_all(places, store) == 0
    places.index.unlink()
    settle_all(places, store)
    assert store.names() == names


def test_a_name_in_use_by_an_earlier_upload_loses_neither(tmp_path: Path) -> None:
    store = Store.of_project(tmp_path)
    spooled(tmp_path, [upload("a.csv", csv_file(1))])
    settle_all(Places(tmp_path), store)
    later = [upload("a.csv", csv_file(2)), upload("a.csv", csv_file(1), label="same samples")]
    settle_all(spooled(tmp_path, later, first=2), store)
    assert len(store) == 3 and not list(Places(tmp_path).refused.iterdir())
    assert [store.load(n).label for n in store.names()].count("same samples") == 1


@pytest.mark.parametrize("fail_at", range(5))
def test_a_crash_after_any_recording_is_mended(
    tmp_path: Path, fail_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = spooled(tmp_path, MIXED)
    store = Store.of_project(tmp_path)
    commit, calls = type(store.backend).commit, [0]

    def dying(self: object, staged: dict[str, Path]) -> None:
        for name, folder in staged.items():
            if calls[0] == fail_at:
                raise MachineError("pulled plug")
            calls[0] += 1
            commit(self, {name: folder})  # type: ignore[arg-type]  # the backend itself

    monkeypatch.setattr(type(store.backend), "commit", dying)
    with pytest.raises(MachineError):
        settle_all(places, store)
    monkeypatch.setattr(type(store.backend), "commit", commit)
    settle_all(places, store)
    assert len(store) == 5 and not store.verify()


def test_a_crash_before_the_index_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = spooled(tmp_path, MIXED)
    store = Store.of_project(tmp_path)

    def dying(self: Index, done: object, number: int) -> None:
        raise MachineError("no room")

    with Index(places.index) as index:
        settler = Settler(places, store, index)
        with monkeypatch.context() as patch, pytest.raises(MachineError):
            patch.setattr(Index, "commit", dying)
            settler.step()
        assert settler.step() == len(MIXED), "the same settler begins again"
        settler.close()
    assert len(store) == 5


def test_what_cannot_become_a_recording_is_kept(tmp_path: Path) -> None:
    bad = upload("bad.json", b"{}")
    places = spooled(tmp_path, [MIXED[0], bad, b"\x00", MIXED[3]])
    store = Store.of_project(tmp_path)
    settle_all(places, store)
    assert store.names() == ["a", "b"]
    kept = {path.read_bytes() for path in places.refused.iterdir()}
    assert kept == {b"{}", b"\x00"}
    with Index(places.index) as index:
        assert index.progress().refused == 1


def test_damage_is_kept_and_the_rest_goes_on(tmp_path: Path) -> None:
    places = spooled(tmp_path, MIXED)
    (segment,) = segments(places.spool)
    data = bytearray(segment.read_bytes())
    data[60] ^= 1
    segment.write_bytes(data)
    store = Store.of_project(tmp_path)
    settle_all(places, store)
    assert len(store) == 5, "the first was damaged, but sent twice"
    assert len(list(places.refused.iterdir())) == 1


def test_settled_segments_go_and_numbers_never_repeat(tmp_path: Path) -> None:
    places = spooled(tmp_path, MIXED[:2])
    store = Store.of_project(tmp_path)
    settle_all(places, store)
    spooled(tmp_path, MIXED[3:], first=3)
    assert settle_all(places, store) == 3
    assert len(segments(places.spool)) == 1
    state = State(tmp_path, limits=Limits())
    assert not state.pending
    asyncio.run(state.close())
    assert int(segments(places.spool)[-1].stem) == 6


def test_a_settler_goes_on_while_the_spool_grows(tmp_path: Path) -> None:
    places = Places(tmp_path).make()
    store = Store.of_project(tmp_path)

    async def run() -> None:
        journal = Journal(places.spool, 1, segment_bytes=3000)
        with Index(places.index) as index:
            settler = Settler(places, store, index)
            for i in range(12):
                await journal.append([upload(f"{i}.json", json_file(i))])
                settler.step()
            while settler.step():
                pass
            settler.close()
        journal.close()

    asyncio.run(run())
    assert len(store) == 12


def test_settling_leaves_the_processor_to_a_rush_of_uploads() -> None:
    assert rest_s(0, 0.5) == rest_s(-(1 << 30), 0.5) == rest_s(RUSH_BYTES, 0.5) == 0
    assert rest_s(RUSH_BYTES + 1, 0.5) == REST * 0.5
