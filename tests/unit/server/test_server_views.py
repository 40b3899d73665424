"""Views: lists, facts and envelopes, in bounded memory and without paths of this machine."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from server_kit import serving

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings.store import Store
from motekit.server import envelope as envelope_module
from motekit.server.envelope import Stretch, envelope


def recording(name: str, values: np.ndarray) -> Recording:
    channels = tuple(Channel(f"c{i}", "g", 0.5) for i in range(values.shape[1]))
    stream = Stream("acc", channels, 100.0, values)
    other = Stream("slow", (Channel("t", "Cel"),), 1.0, np.arange(3.0)[:, None])
    return Recording(name, (stream, other), label="walk", metadata={"category": "testing"})


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, np.ndarray]:
    values = np.random.default_rng(1).normal(0, 100, (1000, 2))
    values[10, 0] = np.nan
    values[20:40] = np.nan
    store = Store(tmp_path_factory.mktemp("store"))
    list(store.add([recording("r", values)]))
    return store, values


@given(start=st.integers(0, 999), count=st.integers(1, 1000), points=st.integers(1, 1200))
@settings(max_examples=60, deadline=None)
def test_an_envelope_is_minimum_and_maximum_of_each_bucket(
    stored: tuple[Store, np.ndarray], start: int, count: int, points: int
) -> None:
    store, values = stored
    stop = min(start + count, 1000)
    found = envelope(store, Stretch("r", "acc", start, stop, points))
    number = found["points"]
    edges = [start + i * (stop - start) // number for i in range(number + 1)]
    for channel in range(2):
        for i, (a, b) in enumerate(itertools.pairwise(edges)):
            kept = values[a:b, channel][~np.isnan(values[a:b, channel])] * 0.5
            low, high = found["low"][channel][i], found["high"][channel][i]
            expected = (kept.min(), kept.max()) if len(kept) else (None, None)
            assert (low, high) == expected


def test_an_envelope_is_folded_over_parts(
    stored: tuple[Store, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = stored
    whole = envelope(store, Stretch("r", "acc", 3, 777, 50))
    parts = store.parts

    def cut(name: str):  # type: ignore[no-untyped-def]
        from dataclasses import replace

        (one,) = parts(name)
        for row in range(0, 1000, 37):
            yield replace(
                one,
                streams=(replace(one.streams[0], values=one.streams[0].values[row : row + 37]),),
            )

    monkeypatch.setattr(store, "parts", cut)
    assert envelope(store, Stretch("r", "acc", 3, 777, 50)) == whole


@pytest.mark.parametrize(
    "stretch",
    [Stretch("r", "no"), Stretch("no"), Stretch("r", None, -1), Stretch("r", None, 5, 5),
     Stretch("r", None, 0, 1001), Stretch("r", points=0),
     Stretch("r", points=envelope_module.MOST_POINTS + 1)],
)  # fmt: skip
def test_wrong_stretches_are_refused(stored: tuple[Store, np.ndarray], stretch: Stretch) -> None:
    with pytest.raises(InputError):
        envelope(stored[0], stretch)


def test_lists_pages_and_facts(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        names = ["a", "b/c", "d é", "e"]
        list(server.state.store.add(recording(n, np.ones((4, 1))) for n in names))
        key = {"x-api-key": secrets["read"]}
        first = client.get("/api/v1/recordings", params={"limit": 3}, headers=key).json()
        assert [r["name"] for r in first["recordings"]] == ["a", "b/c", "d é"]
        assert first["count"] == 4 and first["next"] == "d é"
        assert first["recordings"][0]["category"] == "testing"
        rest = client.get("/api/v1/recordings", params={"after": first["next"]}, headers=key).json()
        assert [r["name"] for r in rest["recordings"]] == ["e"] and rest["next"] is None
        named = client.get("/api/v1/recordings", params={"label": "run"}, headers=key).json()
        assert named == {"count": 0, "recordings": [], "next": None}
        for name in names:
            facts = client.get("/api/v1/recording", params={"name": name}, headers=key)
            assert facts.json()["recording"]["name"] == name
            assert str(tmp_path) not in facts.text
            found = client.get(
                "/api/v1/envelope", params={"name": name, "sensor": "slow"}, headers=key
            )
            assert found.json()["high"] == [[0.0, 1.0, 2.0]]
        for view, params, status in (
            ("recording", {"name": "no"}, 404), ("recording", {}, 400),
            ("recording", {"name": "../../etc"}, 400), ("recording", {"name": "a\0"}, 400),
            ("envelope", {"name": "a", "points": "x"}, 400),
            ("envelope", {"name": "a", "start": "9" * 40}, 400), ("recordings", {"limit": 0}, 400),
            ("recordings", {"limit": 1001}, 400), ("recordings", {"after": "a\0"}, 400),
        ):  # fmt: skip
            answer = client.get(f"/api/v1/{view}", params=params, headers=key)
            assert answer.status_code == status and str(tmp_path) not in answer.text, (view, params)


def test_lists_follow_changes_and_tell_what_is_damaged(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, _, _):
        store, listing = server.state.store, server.state.listing

        def names(**where: str) -> list[str]:
            listing._not_before = 0.0  # as after a while
            return [r["name"] for r in listing.page("", 100, where)["recordings"]]

        list(store.add(recording(n, np.ones((4, 1))) for n in ("a", "B", "é")))
        assert names() == ["B", "a", "é"]  # by code points, in every database
        store.relabel("a", label="run", subject="x")
        assert names(label="run") == names(label="run", subject="x") == ["a"]
        assert names(label="walk") == ["B", "é"] and names(label="run", subject="y") == []
        store.remove("B")
        sidecar = next((tmp_path / "recordings" / "a").glob("*.json"))
        sidecar.write_bytes(sidecar.read_bytes().replace(b'"run"', b'"ran"'))
        assert names() == ["a", "é"] and names(label="run") == []
        page = listing.page("", 1, {})
        assert page["count"] == 2 and page["next"] == "a" and "damaged" in page["recordings"][0]
        assert listing.page("a", 1, {})["recordings"][0]["streams"][0]["rows"] == 4
