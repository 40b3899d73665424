"""An ingestion client written from the documentation uploads JSON, CBOR, CSV and WAV."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shared_data
from server_kit import HMAC_KEY, acquisition, cbor_file, csv_file, json_file, serving, wav_file
from starlette.testclient import TestClient

from motekit.recordings.store import Store
from motekit.server.app import Server
from motekit.server.limits import Limits
from motekit.server.settle import settle_all

FILES = {
    "idle.01.json": json_file(), "idle.02.cbor": cbor_file(1),
    "wave.csv": csv_file(), "noise.wav": wav_file(),
}  # fmt: skip


def settle(server: Server) -> Store:
    state = server.state
    settle_all(state.places, state.store)
    state.look()
    return state.store


def post(client: TestClient, key: str, name: str, data: bytes, path: str = "/api/training/data",
         **headers: str) -> tuple[int, str]:  # fmt: skip
    named = {f"x-{k.replace('_', '-')}": v for k, v in headers.items()}
    answer = client.post(
        path, content=data, headers={"x-api-key": key, "x-file-name": name} | named
    )
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.status_code, answer.text


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("category", ["training", "testing", "anomaly"])
def test_each_format_becomes_a_recording(tmp_path: Path, name: str, category: str) -> None:
    with serving(tmp_path) as (server, client, secrets):
        path = f"/api/{category}/data"
        assert post(client, secrets["ingest"], name, FILES[name], path) == (200, name)
        recording = settle(server).load(name.rpartition(".")[0])
        assert recording.label == name.partition(".")[0]
        assert recording.metadata["category"] == category
        if name.endswith(("json", "cbor")):
            assert recording.metadata["signature"] == "verified"
            assert recording.device == "mote-1" and recording.streams[0].rate_hz == 100.0
        if name.endswith("csv"):
            assert recording.streams[0].rate_hz == 50.0


def test_a_form_of_all_four_and_what_it_answers(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        form = [("data", (name, data)) for name, data in FILES.items()]
        headers = {
            "x-api-key": secrets["ingest"],
            "x-label": "größer",
            "x-metadata": '{"site": "lab"}',
        }
        answer = client.post("/api/testing/files", files=form, headers={
            k: v.encode() for k, v in headers.items()
        })  # fmt: skip
        told = answer.json()
        assert answer.status_code == 200 and told["success"]
        assert [f["fileName"] for f in told["files"]] == list(FILES)
        store = settle(server)
        assert len(store) == 4
        assert {r.label for r in store} == {"größer"}
        assert {r.metadata["site"] for r in store} == {"lab"}


def test_labels_come_from_header_file_or_name(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        key = secrets["ingest"]
        post(client, key, "idle.01", json_file(1))
        post(client, key, "idle.02", json_file(2), label="walk")
        post(client, key, "idle.03", json_file(3), no_label="1")
        store = settle(server)
        labels = {name: store.load(name).label for name in store.names()}
        assert labels == {"idle.01": "idle", "idle.02": "walk", "idle.03": None}


def test_documented_refusals(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        key = secrets["ingest"]
        assert post(client, key, "a.json", json_file(key="wrong"))[0] == 400
        assert "signature" in post(client, key, "a.json", json_file(key="wrong"))[1]
        assert post(client, key, "a.cbor", cbor_file(key="wrong"))[0] == 400
        flipped = json_file().replace(b"9.75", b"9.76", 1)
        assert post(client, key, "a.json", flipped)[0] == 400
        assert post(client, "wrong", "a.json", json_file())[0] == 401
        headers = {"x-api-key": key}
        assert (
            client.post("/api/training/data", content=json_file(), headers=headers).status_code
            == 421
        )
        for bad in (
            b"",
            b"{",
            b"{}",
            b"\x00\xff",
            b"RIFF0000WAVE",
            b"\xa3gpayload",
            b"\xff\xd8\xff",
        ):
            assert post(client, key, "a.json", bad)[0] == 400, bad
        assert post(client, key, "a.json", json_file(), metadata="[1]")[0] == 400
        assert post(client, key, "a.json", json_file(), label="x" * 300)[0] == 400
        assert client.post("/api/training/files", content=b"x", headers=headers).status_code == 400
        assert len(settle(server)) == 0 and not server.state.pending


def test_unsigned_files_are_taken_and_said_to_be_so_unless_refused(tmp_path: Path) -> None:
    unsigned = acquisition()
    unsigned["protected"]["alg"] = "none"
    data = json.dumps(unsigned).encode()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with serving(tmp_path / "a") as (server, client, secrets):
        assert post(client, secrets["ingest"], "a.json", data)[0] == 200
        assert post(client, secrets["unchecked"], "b.json", json_file(key="their own"))[0] == 200
        store = settle(server)
        assert store.load("a").metadata["signature"] == "unsigned"
        assert store.load("b").metadata["signature"] == "not checked"
    with serving(tmp_path / "b", refuse_unsigned=True) as (_, client, secrets):
        assert post(client, secrets["ingest"], "a.json", data)[0] == 400
        assert post(client, secrets["ingest"], "a.json", json_file())[0] == 200


def test_duplicates_pending_and_stored(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        key = secrets["ingest"]
        for _ in range(2):  # first pending, then stored
            assert post(client, key, "a.json", json_file())[0] == 200, "the same again is the same"
            assert post(client, key, "b.json", json_file(), disallow_duplicates="1")[0] == 400
            assert settle(server).names() == ["a"]
        assert post(client, key, "b.json", json_file())[0] == 200
        assert post(client, key, "b.json", json_file(5))[0] == 200
        names = settle(server).names()
        assert names[:2] == ["a", "b"] and len(names) == 3 and names[2].startswith("b-")
        form = [("data", ("c.json", json_file(7))), ("data", ("d.json", json_file(7)))]
        headers = {"x-api-key": key, "x-disallow-duplicates": "1"}
        told = client.post("/api/training/files", files=form, headers=headers)
        assert told.status_code == 200
        assert [f["success"] for f in told.json()["files"]] == [True, False]
        server.state.store.remove("a")
        server.state.store.remove("b")
        server.state.store.remove(names[2])
        assert post(client, key, "a.json", json_file(), disallow_duplicates="1")[0] == 200
        assert "a" in settle(server)


def test_a_date_id_makes_names_but_not_duplicates(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        for _ in range(2):
            post(client, secrets["ingest"], "a.json", json_file(), add_date_id="1")
        (name,) = settle(server).names()
        assert name.startswith("a.20")


@pytest.mark.parametrize(
    "name",
    ["../a.json", "/etc/passwd", "..", ".", "a/b.json", "a\\b.json", "C:a.json", "a\x00b", "a\nb",
     "x" * 300, " ", ".json", "…" * 80],
)  # fmt: skip
def test_names_that_are_paths_are_refused(tmp_path: Path, name: str) -> None:
    with serving(tmp_path) as (server, client, secrets):
        boundary = "b"
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="data"; filename="'.encode()
        body = part + name.encode() + b'"\r\n\r\n' + json_file() + b"\r\n--b--\r\n"
        headers = {
            "x-api-key": secrets["ingest"],
            "content-type": "multipart/form-data; boundary=b",
        }
        answer = client.post("/api/training/files", content=body, headers=headers)
        before = {p for p in tmp_path.parent.rglob("*") if "spool" not in p.parts}
        if answer.status_code == 200:  # a form decoder may cut the name at what it cannot hold
            told = answer.json()["files"][0]["fileName"]
            assert not set("/\\:\0\n") & set(told)
        else:
            assert answer.status_code == 400
        settle(server)
        after = {p for p in tmp_path.parent.rglob("*") if "spool" not in p.parts}
        assert all((tmp_path / "recordings") in (p, *p.parents) for p in after - before)


def test_large_files_go_beside_the_spool_and_leave_nothing(tmp_path: Path) -> None:
    limits = Limits(inline_bytes=2000)
    with serving(tmp_path, limits) as (server, client, secrets):
        key = secrets["ingest"]
        assert post(client, key, "big.csv", csv_file(rows=2000))[0] == 200
        blobs = list(server.state.places.blobs.iterdir())
        assert len(blobs) == 1
        assert post(client, key, "bad.csv", b"timestamp,a\n" + b"x,y\n" * 2000)[0] == 400
        assert list(server.state.places.blobs.iterdir()) == blobs
        assert len(settle(server).load("big").streams[0]) == 2000
        assert not list(server.state.places.blobs.iterdir())
        assert server.state.budget._held == 0


def test_too_many_pending_are_refused_with_429(tmp_path: Path) -> None:
    with serving(tmp_path, Limits(pending=2)) as (server, client, secrets):
        key = secrets["ingest"]
        answers = [post(client, key, f"{i}.json", json_file(i))[0] for i in range(4)]
        assert answers == [200, 200, 429, 429]
        assert len(settle(server)) == 2
        assert post(client, key, "2.json", json_file(2))[0] == 200


def test_too_many_bytes_at_once_are_refused_with_429(tmp_path: Path) -> None:
    with serving(tmp_path, Limits(buffered_bytes=1000)) as (server, client, secrets):
        assert post(client, secrets["ingest"], "a.csv", csv_file(rows=200))[0] == 429
        assert post(client, secrets["ingest"], "a.csv", csv_file(rows=20))[0] == 200
        assert server.state.budget._held == 0


def test_split_is_decided_by_the_file(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        for i in range(12):
            post(client, secrets["ingest"], f"{i}.json", json_file(i), "/api/split/data")
        found = {r.metadata["category"] for r in settle(server)}
        assert found == {"training", "testing"}


def test_structured_labels_are_said_not_to_be_taken(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client, secrets):
        assert (
            post(client, secrets["ingest"], "structured_labels.labels", b'{"version": 1}')[0] == 400
        )


def test_shared_recordings_upload_unchanged(tmp_path: Path) -> None:
    roots = [
        shared_data.folder(n)
        for n in ("ei_gestures", "ei_coffee_machine", "speech_commands_bed_cat_happy")
    ]
    files = [
        sorted(root.rglob(ending))[:4]
        for root, ending in zip(roots, ("*.cbor", "*.json", "*.wav"), strict=True)
    ]
    with serving(tmp_path) as (server, client, secrets):
        for path in [p for group in files for p in group]:
            if path.name != "info.labels":
                status, told = post(client, secrets["unchecked"], path.name, path.read_bytes())
                assert status == 200, told
        assert len(settle(server)) >= 8
        assert not server.state.store.verify()
    assert HMAC_KEY


@pytest.mark.parametrize("inline", [1 << 20, 100])
def test_a_full_disk_is_507_and_nothing_of_the_upload_is_kept(tmp_path: Path, inline: int) -> None:
    limits = Limits(reserve_bytes=1 << 60, inline_bytes=inline)
    with serving(tmp_path, limits) as (server, client, secrets):
        assert post(client, secrets["ingest"], "a.json", json_file())[0] == 507
        form = [("data", ("a.json", json_file()))]
        answer = client.post(
            "/api/training/files", files=form, headers={"x-api-key": secrets["ingest"]}
        )
        assert answer.status_code == 507
        assert not server.state.pending and not list(server.state.places.blobs.iterdir())
        assert len(settle(server)) == 0


def test_a_disk_that_fails_is_500_and_the_next_upload_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from motekit.server import journal

    def failing(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with serving(tmp_path) as (server, client, secrets):
        key = secrets["ingest"]
        assert post(client, key, "a.json", json_file(1))[0] == 200
        with monkeypatch.context() as patch:
            patch.setattr(journal, "sync", failing)
            assert post(client, key, "b.json", json_file(2))[0] == 500
        assert post(client, key, "c.json", json_file(3))[0] == 200
        assert {"a", "c"} <= set(settle(server).names())
