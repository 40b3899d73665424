"""`motekit label` on a small project."""

import json

import numpy as np
import pytest
from command_line import motekit
from small_project import write_project

from motekit.core.recording import Channel, Recording, Segment, Stream
from motekit.recordings.store import Store


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path)
    values = np.random.default_rng(0).normal(0, 20, (1000, 1))
    values[300:600] *= 30
    stream = Stream("acc", (Channel("x", "g"),), 100.0, np.rint(values).astype(np.int16))
    list(Store.of_project(tmp_path).add([Recording(f"r.{n}", (stream,)) for n in (1, 2)]))
    return tmp_path


def said(project, *arguments):
    ended = motekit("label", *arguments, "--project", project, "--json")
    assert ended.code == 0, ended
    return json.loads(ended.out)


def refused(project, *arguments):
    ended = motekit("label", *arguments, "--project", project)
    assert ended.code == 2 and ended.err.count("\n") == 1 and "Traceback" not in ended.err, ended
    return ended.err


def test_labels_are_set_shown_used_and_cleared(project):
    said(project, "set", "walk", "r.*", "--who", "anna")
    said(project, "set", "run", "r.1", "--from", 1.5, "--to", 3, "--set", "bert")
    (shown,) = said(project, "set", "beep", "r.1", "--at", 2)["recordings"]
    main = shown["sets"]["main"]
    assert [(a["kind"], a["label"], a["who"]) for a in main[:1]] == [("recording", "walk", "anna")]
    assert main[1]["start_s"] == 2.0 and main[1]["at"] > 1e9
    said(project, "use", "bert", "r.1")
    loaded = Store.of_project(project).load("r.1")
    assert (loaded.label, loaded.segments) == (None, (Segment("run", 150, 300),))
    said(project, "clear", "r.1")
    assert Store.of_project(project).load("r.1").segments == ()
    table = motekit("label", "show", "r.*", "--project", project)
    assert table.code == 0 and "walk" in table.out and "anna" in table.out


def test_proposals_wait_for_a_person(project):
    said(project, "propose", "r.*", "--label", "shake")
    store = Store.of_project(project)
    assert store.load("r.1").segments == ()
    assert "nothing says which" in refused(project, "confirm", "r.1")
    said(project, "confirm", "r.1", "--all", "--who", "anna")
    said(project, "confirm", "r.2", "--reject", 1)
    (segment,) = store.load("r.1").segments
    assert segment.label == "shake" and abs(segment.start - 300) <= 10
    assert store.load("r.2").segments == ()
    assert "no proposal of this number" in refused(project, "confirm", "r.1", "--accept", 1)


def test_labels_travel_by_file(project, tmp_path):
    said(project, "set", "run", "r.1", "--from", 1.5, "--to", 3)
    path = tmp_path / "labels.csv"
    assert said(project, "export", path)["labels"] == 1
    said(project, "clear", "r.1")
    assert said(project, "import", path)["labels"] == {"r.1": 1}
    assert Store.of_project(project).load("r.1").segments == (Segment("run", 150, 300),)
    answer = motekit("query", "SELECT label, start_s FROM labels", "--project", project, "--json")
    assert json.loads(answer.out)["rows"] == [["run", 1.5]]


def test_without_another_word_it_shows_what_there_is():
    shown = motekit("label")
    assert shown.code == 2 and "\n  propose" in shown.err and "motekit:" not in shown.err


def test_wrong_use(project):
    for arguments, says in (
        (("set", "x", "r.3"), "did you mean"),
        (("set", "x", "r.1", "--from", 1), "--from and --to"),
        (("set", "x", "r.1", "--from", 9, "--to", 11), "r.1: this segment does not lie within"),
        (("use", "nobody", "r.1"), "no label set of this name"),
        (("propose", "r.1", "--method", "magic"), "choose one of: activity, changes"),
        (("import", "nowhere.csv"), "nowhere.csv"),
        (("export", "x", "--format", "png"), "no label format of this name"),
    ):
        assert says in refused(project, *arguments), arguments
    assert motekit("label", "frobnicate").code == 2
    assert "propose" in motekit("label", "--help").out
