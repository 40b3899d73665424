from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.recordings.imports import ImportParams, expand, import_files
from motekit.recordings.store import Store


def csv(path: Path, rows: int = 20, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.StringIO()
    np.savetxt(out, np.random.default_rng(seed).normal(size=(rows, 2)), delimiter=",")
    path.write_text("accX [g],accY [g]\n" + out.getvalue())
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.of_project(tmp_path / "project")


RATE = {"rate_hz": 50.0}


def test_a_folder_with_labels_in_names(store: Store, tmp_path: Path) -> None:
    for i, name in enumerate(("walk.1", "walk.2", "sub/run.1")):
        csv(tmp_path / "in" / f"{name}.csv", seed=i)
    (tmp_path / "in" / "LICENSE").write_text("free, as in, freedom")
    (tmp_path / "in" / "notes.json").write_text("{}")
    report = import_files(store, [tmp_path / "in"], params=RATE)
    assert [(a.name, a.status) for a in report.recordings] == [
        ("sub-run.1", "added"), ("walk.1", "added"), ("walk.2", "added"),
    ]  # fmt: skip
    assert sorted(p.name for p in report.skipped) == ["LICENSE", "notes.json"]
    assert store.load("sub-run.1").label == "run"
    assert str(store.load("walk.1").source).startswith("walk.1.csv sha256:")
    again = import_files(store, [tmp_path / "in"], params=RATE)
    assert {a.status for a in again.recordings} == {"unchanged"}


@pytest.mark.parametrize(
    ("options", "label", "subject"),
    [
        (ImportParams(label="none"), None, None),
        (ImportParams(label="folder"), "s7", None),
        (ImportParams(pattern="s{subject}/{label}_{n}"), "walk", "7"),
        (ImportParams(pattern="s{subject}/{n}"), "walk_3", "7"),
    ],
)
def test_where_labels_come_from(
    store: Store, tmp_path: Path, options: ImportParams, label: str | None, subject: str | None
) -> None:
    csv(tmp_path / "s7" / "walk_3.csv")
    import_files(store, [str(tmp_path / "s7" / "*.csv")], options, RATE)
    found = store.load("walk_3")
    assert (found.label, found.subject) == (label, subject)


def test_a_sidecar_wins_over_the_name(store: Store, tmp_path: Path) -> None:
    csv(tmp_path / "in" / "a" / "x.csv")
    (tmp_path / "in" / "labels.csv").write_text(
        "file,label,subject,start_s,stop_s\na/x.csv,up,s1,0,0.2\na/x.csv,down,s1,0.2,0.4\n"
    )
    import_files(store, [tmp_path / "in"], params=RATE)
    found = store.load("a-x")
    assert found.label is None and found.subject == "s1"
    assert [(s.label, s.start, s.stop) for s in found.segments] == [("up", 0, 10), ("down", 10, 20)]


def test_a_long_file_keeps_its_own_names(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text(
        "recording,v,label\n" + "".join(f"r{i // 5},{i},x{i // 5}\n" for i in range(10))
    )
    import_files(store, [path], ImportParams(prefix="p_"), RATE)
    assert store.names() == ["p_r0", "p_r1"] and store.load("p_r1").label == "x1"


def test_two_files_of_one_name_are_refused_and_a_prefix_helps(store: Store, tmp_path: Path) -> None:
    a, b = csv(tmp_path / "1" / "x.csv"), csv(tmp_path / "2" / "x.csv", seed=2)
    with pytest.raises(InputError, match="this name already"):
        import_files(store, [a, b], params=RATE)
    assert store.names() == ["x"]
    import_files(store, [b], ImportParams(prefix="2-"), RATE)
    assert store.names() == ["2-x", "x"]


def test_a_bad_file_stops_and_the_next_run_goes_on(store: Store, tmp_path: Path) -> None:
    csv(tmp_path / "in" / "a.csv")
    bad = tmp_path / "in" / "b.csv"
    bad.write_text("accX [g],accY [g]\n1,2\n3\n")
    csv(tmp_path / "in" / "c.csv", seed=3)
    with pytest.raises(InputError) as error:
        import_files(store, [tmp_path / "in"], params=RATE)
    assert error.value.where == f"{bad}:3" and store.names() == ["a"]
    csv(bad, seed=2)
    report = import_files(store, [tmp_path / "in"], params=RATE)
    assert [a.status for a in report.recordings] == ["unchanged", "added", "added"]


def test_an_empty_file_in_a_folder_is_not_passed_over(store: Store, tmp_path: Path) -> None:
    csv(tmp_path / "in" / "a.csv")
    (tmp_path / "in" / "b.cbor").write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        import_files(store, [tmp_path / "in"], ImportParams(), None)
    assert len(store) == 0 or store.names() == ["a"]


def test_an_interruption_in_a_long_file_continues(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.csv"
    path.write_text("recording,v\n" + "".join(f"r{i // 5},{i}\n" for i in range(20)))
    real, count = store.backend.commit, 0

    def interrupted(staged: dict[str, Path]) -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        real(staged)

    monkeypatch.setattr(store.backend, "commit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        import_files(store, [path], params=RATE)
    assert store.names() == ["r0", "r1"]
    report = import_files(store, [path], params=RATE)
    assert [a.status for a in report.recordings] == ["unchanged", "unchanged", "added", "added"]


def test_other_parameters_are_another_import(store: Store, tmp_path: Path) -> None:
    path = csv(tmp_path / "x.csv")
    import_files(store, [path], params=RATE)
    with pytest.raises(InputError, match="this name already"):
        import_files(store, [path], params={"rate_hz": 25.0})
    report = import_files(store, [path], ImportParams(overwrite=True), {"rate_hz": 25.0})
    assert report.as_dict()["recordings"] == [{"name": "x", "status": "replaced"}]
    assert store.load("x").streams[0].rate_hz == 25.0


def test_files_and_folders_are_found_once(tmp_path: Path) -> None:
    csv(tmp_path / "a.csv")
    csv(tmp_path / ".hidden" / "b.csv")
    files, _ = expand([tmp_path, str(tmp_path / "*.csv"), tmp_path / "a.csv"])
    assert [f.path.name for f in files] == ["a.csv"]
    with pytest.raises(InputError, match="no such"):
        expand([tmp_path / "nothing*"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no format"):
        expand([tmp_path / "empty"])


def test_progress_is_told(store: Store, tmp_path: Path) -> None:
    csv(tmp_path / "a.csv")
    told: list[tuple[int, int, str]] = []

    def progress(done: int, total: int, note: str = "") -> None:
        told.append((done, total, note))

    import_files(store, [tmp_path / "a.csv"], params=RATE, progress=progress)
    assert told == [(0, 1, "a.csv"), (1, 1, "")]


def test_files_that_were_imported_are_not_read_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv(tmp_path / "x.csv")
    import_files(store, [path], params=RATE)
    monkeypatch.setattr("motekit.recordings.formats.csv.reader.layout", lambda *_: 1 / 0)
    report = import_files(store, [path], params=RATE)
    assert [a.status for a in report.recordings] == ["unchanged"]
    store.remove("x")
    with pytest.raises(ZeroDivisionError):
        import_files(store, [path], params=RATE)
