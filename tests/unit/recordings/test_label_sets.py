"""Label sets, proposals, and the files of other programs."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shared_data
from small_recordings import made

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Recording, Segment, Stream
from motekit.recordings.label_edit import Given, change_all, cleared, put
from motekit.recordings.label_files import export_labels, import_labels
from motekit.recordings.label_formats import LABEL_FORMATS
from motekit.recordings.label_sets import Annotation, Labels
from motekit.recordings.proposals import (
    Decision,
    ProposeParams,
    decided,
    propose,
    proposed,
    waiting,
)
from motekit.recordings.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "recordings")
    list(store.add([made("a.1", label="walk"), made("b.1", seed=1)]))
    return store


def segment(label: str, start: int, stop: int, **more: object) -> Annotation:
    return Annotation("segment", label, start, stop, **more)  # type: ignore[arg-type]


def test_the_set_in_use_is_what_training_sees(store: Store) -> None:
    assert store.labels("a.1").of("main") == (Annotation("recording", "walk"),)
    given = Given("run", 0.5, 2.0, "anna", 12.0)
    store.annotate("a.1", lambda labels: put(labels, "", given))
    store.annotate("a.1", lambda labels: put(labels, "bert", replace(given, label="rest")))
    loaded = store.load("a.1")
    assert (loaded.label, loaded.segments) == ("walk", (Segment("run", 5, 20),))
    assert store.labels("a.1").of("main")[1] == segment("run", 5, 20, who="anna", at=12.0)
    store.annotate("a.1", lambda labels: labels.using("bert"))
    loaded = store.load("a.1")
    assert (loaded.label, loaded.segments) == (None, (Segment("rest", 5, 20),))
    assert store.verify() == []


def test_labels_that_are_set_directly_are_the_set_in_use(store: Store) -> None:
    store.annotate("a.1", lambda labels: put(labels, "", Given("beep", 1.0, None, "anna", 1.0)))
    store.relabel("a.1", label="sit", segments=(Segment("x", 0, 3),))
    labels = store.labels("a.1")
    assert [a.label for a in labels.of("main")] == ["sit", "x", "beep"]
    assert store.load("a.1").label == "sit"


@pytest.mark.parametrize(
    "wrong",
    [
        segment("x", -1, 3), segment("x", 3, 3), segment("x", 0, 41), segment("", 0, 3),
        segment("x" * 201, 0, 3), segment("a\nb", 0, 3), Annotation("event", "x", 40),
        Annotation("event", "x"), Annotation("recording", "x", 0, 3), segment("x", 39, 40),
    ],
)  # fmt: skip
def test_labels_that_do_not_fit_are_refused(wrong: Annotation, store: Store) -> None:
    kept = segment("a", 30, 40)
    before = store.facts("a.1")
    with pytest.raises(InputError):
        store.annotate("a.1", lambda labels: labels.with_set("main", [kept, wrong]))
    assert store.facts("a.1") == before


def test_all_recordings_are_changed_or_none(store: Store) -> None:
    list(store.add([replace(made("c", seed=2), streams=(_noise(3),))]))
    given = Given("x", 1.0, 2.0, None, None)
    with pytest.raises(InputError, match=r"^c: this segment"):
        change_all(store, ["a.1", "c"], lambda name, labels: put(labels, "", given))
    assert len(store.labels("a.1").of("main")) == 1
    with pytest.raises(InputError, match="no such label"):
        store.annotate("a.1", lambda labels: cleared(labels, "", "y"))


def _noise(rows: int, seed: int = 0) -> Stream:
    values = np.random.default_rng(seed).integers(-9, 9, (rows, 1)).astype(np.int16)
    return Stream("acc", (Channel("x", "g"),), 10.0, values)


def signal(kind: str, seed: int) -> tuple[Recording, list[tuple[int, int]]]:
    """20 s at 100 Hz of weak noise with three stretches that are strong, or of another mean."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 20, (2000, 3))
    spans = [(203, 550), (800, 1000), (1401, 1790)]
    for start, stop in spans:
        if kind == "activity":
            values[start:stop] = rng.normal(0, 300, (stop - start, 3))
        else:
            values[start:stop] += 60
    stream = Stream("acc", tuple(Channel(c, "g") for c in "xyz"), 100.0, np.rint(values))
    return Recording("r", (stream,)), spans


@pytest.mark.parametrize("seed", range(3))
def test_activity_is_proposed_where_it_is(seed: int) -> None:
    recording, spans = signal("activity", seed)
    found = propose(recording, ProposeParams(), at=1.0)
    assert [(a.label, a.state, a.method) for a in found] == [("active", "proposed", "activity")] * 3
    for (start, stop), a in zip(spans, found, strict=True):
        assert a.start is not None and a.stop is not None
        assert abs(a.start - start) <= 10 and abs(a.stop - stop) <= 10


@pytest.mark.parametrize("seed", range(3))
def test_changes_are_proposed_where_they_are(seed: int) -> None:
    recording, spans = signal("changes", seed)
    found = propose(recording, ProposeParams(method="changes"), at=1.0)
    edges = [a.start for a in found if a.start]
    wanted = [edge for span in spans for edge in span]
    assert len(edges) == len(wanted), edges
    assert all(abs(a - b) <= 15 for a, b in zip(edges, wanted, strict=True))
    assert found[0].start == 0 and found[-1].stop == 2000


def test_proposals_on_a_coffee_machine_are_where_people_put_the_labels() -> None:
    """11 recordings, each grinding, extracting and pumping five times between idle."""
    proposals = 0
    for recording in shared_data.ei_coffee_machine():
        stream = recording.streams[0]
        truth, found = np.zeros(len(stream), bool), np.zeros(len(stream), bool)
        for labelled in recording.segments:
            truth[labelled.start : labelled.stop] = labelled.label != "idle"
        active = propose(recording, ProposeParams(), 0.0)
        for a in active:
            found[a.start : a.stop] = True
        assert (truth & found).sum() / (truth | found).sum() > 0.9
        proposals += len(active)
        changes = propose(recording, ProposeParams(method="changes"), 0.0)
        edges = np.array([a.start for a in changes])
        distances = [np.abs(edges - s.start).min() for s in recording.segments if s.start]
        assert max(distances) / stream.rate_hz < 0.3
    assert 55 <= proposals <= 60


def test_nothing_is_proposed_of_nothing() -> None:
    rng = np.random.default_rng(0)
    for values in (np.zeros((500, 1)), rng.normal(0, 1, (500, 1)), np.full((500, 1), np.nan)):
        stream = Stream("acc", (Channel("x", "g"),), 100.0, values)
        assert propose(Recording("r", (stream,)), ProposeParams(), 0.0) == []
        whole = propose(Recording("r", (stream,)), ProposeParams(method="changes"), 0.0)
        assert [(a.start, a.stop) for a in whole] == [(0, 500)]
    with pytest.raises(InputError, match="too short"):
        propose(Recording("r", (_noise(5),)), ProposeParams(frame_s=0.5), 0.0)
    with pytest.raises(InputError, match="no stream"):
        propose(Recording("r", (_noise(50),)), ProposeParams(sensor="gyr"), 0.0)


def test_a_person_decides_on_proposals() -> None:
    new = [segment(f"p{n}", 10 * n, 10 * n + 8, state="proposed") for n in range(4)]
    labels = Labels(40, 10.0).with_set("main", [segment("old", 5, 25, who="anna")])
    labels = proposed(labels, "main", new)
    assert [a.label for a in waiting(labels, "main")] == ["p0", "p1", "p2", "p3"]
    labels = decided(labels, "main", Decision({1: "jump"}, frozenset({2}), "bert", 7.0))
    confirmed = [
        (a.label, a.start, a.stop, a.who) for a in labels.of("main") if a.state != "proposed"
    ]
    assert confirmed == [("old", 5, 10, "anna"), ("jump", 10, 18, "bert"), ("old", 18, 25, "anna")]
    assert [a.label for a in waiting(labels, "main")] == ["p0", "p3"]
    with pytest.raises(InputError, match="no proposal of this number"):
        decided(labels, "main", Decision({2: "x"}, frozenset(), "b", 0.0))
    again = proposed(labels, "main", new[:1])
    assert len(waiting(again, "main")) == 1 and len(again.of("main")) == 4


def filled(store: Store) -> None:
    """A label of the whole, segments, an event and a proposal, in two sets."""
    store.annotate("a.1", lambda labels: labels.with_set("main", [
        Annotation("recording", "walk", who="anna", at=5.0),
        segment('say "x", é', 3, 9, who="anna", at=5.0), segment("run", 9, 40, who="anna", at=5.0),
    ]).with_set("events", [
        Annotation("event", "beep", 7, who="bert", at=6.0),
        segment("active", 3, 9, state="proposed", method="activity"),
    ]))  # fmt: skip


@pytest.mark.parametrize(
    ("format", "file", "whole", "events", "proposals", "who"),
    [
        ("csv", "labels.csv", True, True, True, True),
        ("label_studio", "tasks.json", True, True, True, True),
        ("audacity", "tracks", False, True, False, False),
        ("edge_impulse", "structured_labels.labels", False, False, False, False),
    ],
)
def test_labels_go_out_and_come_back(
    format: str, file: str, whole: bool, events: bool, proposals: bool, who: bool, store: Store,
    tmp_path: Path,
) -> None:  # fmt: skip
    filled(store)
    before = store.labels("a.1")
    for name in ("main", "events"):
        path = tmp_path / name / file
        path.parent.mkdir()
        export_labels(store, path, format, ["a.1"], name)
        store.annotate("a.1", lambda labels, name=name: labels.with_set(name, []))  # type: ignore[misc]
        wanted = [a for a in before.of(name) if a.kind != "recording" or whole]
        wanted = [a for a in wanted if a.kind != "event" or events]
        wanted = [a for a in wanted if a.state == "confirmed" or proposals]
        if format == "audacity" and name == "main":
            # A track has no label of the whole: it is one that spans all, and overlaps.
            with pytest.raises(InputError, match="overlap"):
                import_labels(store, path, label_set=name)
            continue
        if not wanted:
            with pytest.raises(InputError, match="names no recording"):
                import_labels(store, path, label_set=name)
            continue
        import_labels(store, path, label_set=name, who="anna", at=5.0)
        found = store.labels("a.1").of(name)
        plain = [replace(a, who=None, at=None, method="") for a in found]
        wanted_plain = [replace(a, who=None, at=None, method="") for a in wanted]
        if format == "edge_impulse":
            wanted_plain.insert(0, segment("walk", 0, 3))  # ranges cover all of a file
        assert plain == wanted_plain
        if who:
            confirmed = [a.who for a in found if a.state == "confirmed"]
            assert confirmed == [a.who for a in wanted if a.state == "confirmed"]


def test_csv_is_what_a_spreadsheet_reads(store: Store, tmp_path: Path) -> None:
    filled(store)
    export_labels(store, tmp_path / "all.csv", "csv", ["a.1"], "*")
    with (tmp_path / "all.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["label"] for row in rows if row["label_set"] == "main"] == [
        "walk",
        'say "x", é',
        "run",
    ]
    assert (rows[0]["kind"], rows[0]["start_s"], rows[0]["who"]) == ("segment", "0.3", "") or rows


FROM_OTHERS = {
    "audacity.txt": ("a.1.txt", "0,5\t1,5\tjump\n\\\t100\t200\n2.0\t2.0\tbeep\n"),
    "studio": (
        "project-1.json",
        json.dumps([{
            "id": 3, "data": {"csv": "/data/upload/1/a.1.csv"},
            "annotations": [{
                "completed_by": {"id": 1, "email": "anna@lab"},
                "created_at": "2024-05-01T10:00:00.000000Z",
                "result": [
                    {"type": "timeserieslabels", "value": {
                        "start": 0.5, "end": 1.5, "instant": False, "timeserieslabels": ["jump"],
                    }},
                    {"type": "timeserieslabels", "value": {
                        "start": 2, "end": 2, "instant": True, "timeserieslabels": ["beep"],
                    }},
                    {"type": "rating", "value": {"rating": 3}},
                ],
            }, {"was_cancelled": True, "result": [{"type": "choices"}]}],
            "predictions": [],
        }]),
    ),
    "table": ("x.csv", "recording,label,start_s,stop_s\na.1,jump,0.5,1.5\na.1,beep,2,\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", FROM_OTHERS)
def test_files_of_other_programs(name: str, store: Store, tmp_path: Path) -> None:
    file, text = FROM_OTHERS[name]
    (tmp_path / file).write_text(text)
    done = import_labels(store, tmp_path / file, who="me", at=9.0)
    assert done.labels == {"a.1": 2}
    found = store.labels("a.1").of("main")
    assert [(a.kind, a.label, a.start, a.stop) for a in found] == [
        ("segment", "jump", 5, 15), ("event", "beep", 20, None),
    ]  # fmt: skip
    assert found[0].who == ("anna@lab" if name == "studio" else "me")


HEAD = "recording,label,start_s,stop_s\n"
WRONG = [
    ("x.csv", f"{HEAD}a.1,x,one,2\n", r"x\.csv:2, field start_s: not a number"),
    ("x.csv", "recording,name\na.1,x\n", "a column is missing.*'label'"),
    ("x.csv", f"{HEAD}a.1,x,9,12\n", r"x\.csv:2: the label begins outside"),
    ("x.csv", f"{HEAD}a.1,x,1,3\na.1,y,2,4\n", "overlap"),
    ("x.csv", "recording,label\nzz,x\n", "names no recording that is here.*'zz'"),
    ("x.csv", "recording,label,kind\na.1,x,moment\n", "unknown kind"),
    ("a.1.txt", "0.1\t0.2\n", "no label format|label is empty"),
    ("x.labels", "{", "not JSON"),
    ("x.labels", '{"structuredLabels": {"a.1.json": [{"label": "x"}]}}', "startIndex"),
    ("x.labels", '{"files": [3]}', "not an entry"),
    ("x.json", '[{"annotations": [], "data": {}}]', "does not name its recording"),
    ("x.json", '[{"annotations": [{"result": [{"type": "x"}]}], "data": {"csv": "a"}}]', "region"),
    ("x.bin", "\x00\x01", "no label format knows this file"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "text", "says"), WRONG)
def test_wrong_files_change_nothing(
    file: str, text: str, says: str, store: Store, tmp_path: Path
) -> None:
    (tmp_path / file).write_text(text)
    before = store.facts("a.1"), store.facts("b.1")
    with pytest.raises(InputError, match=says) as caught:
        import_labels(store, tmp_path / file)
    assert "\n" not in caught.value.line()
    assert (store.facts("a.1"), store.facts("b.1")) == before


def test_damaged_label_files_never_end_in_a_traceback(store: Store, tmp_path: Path) -> None:
    filled(store)
    rng = random.Random(1)
    for format in LABEL_FORMATS.names():
        path = tmp_path / format
        export_labels(store, path, format, ["a.1"], "events" if format == "audacity" else "main")
        file = next(path.iterdir()) if path.is_dir() else path
        whole = file.read_bytes()
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(rng.randrange(1, 4)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            file.write_bytes(data[: rng.randrange(len(data) + 1)])
            try:
                import_labels(store, file, format, "try")
            except InputError as error:
                assert "\n" not in error.line()
