from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Recording, Segment, Stream
from motekit.recordings.labels import About, Span, Template, applied, label_of_name, read_sidecar


@pytest.mark.parametrize(
    ("name", "label"), [("walk.07.csv", "walk"), ("idle.cbor", "idle"), (".x", None), ("a", "a")]
)
def test_the_label_is_the_text_before_the_first_dot(name: str, label: str | None) -> None:
    assert label_of_name(name) == label


def test_templates_find_names_from_the_right() -> None:
    found = Template("{label}_{trial}/sub_{subject}").match(PurePosixPath("/x/y/dws_11/sub_3"))
    assert (found.label, found.subject, found.metadata) == ("dws", "3", {"trial": "11"})
    assert Template("{label}.{session}").match(PurePosixPath("a/b/idle.7")).session == "7"
    assert Template("S{subject}_E6_{label}").match(PurePosixPath("S1_E6_ROW_R")).label == "ROW_R"


@pytest.mark.parametrize("text", ["", "plain", "{}", "{1a}", "{a}{a}", "{label} {la bel}"])
def test_templates_without_plain_names_are_refused(text: str) -> None:
    if text == "{label} {la bel}":  # braces that hold no word are text
        assert Template(text).match(PurePosixPath("x {la bel}")).label == "x"
        return
    with pytest.raises(InputError, match="names"):
        Template(text)


def test_a_name_that_does_not_fit_is_refused_with_both() -> None:
    with pytest.raises(InputError, match="does not fit") as error:
        Template("{label}_{subject}").match(PurePosixPath("walk"))
    assert error.value.where == "walk" and error.value.value == "{label}_{subject}"


def sidecar(path: Path, text: str) -> dict[Path, About]:
    path.write_text(text)
    return read_sidecar(path)


def test_csv_sidecars(tmp_path: Path) -> None:
    found = sidecar(
        tmp_path / "labels.csv",
        "file,label,subject,start_s,stop_s,place\na.csv,walk,s1,,,home\n"
        "b.csv,run,,2,3.5,\nb.csv,sit,s2,0,2,\n",
    )
    a, b = (found[tmp_path.resolve() / name] for name in ("a.csv", "b.csv"))
    assert (a.label, a.subject, a.metadata, a.spans) == ("walk", "s1", {"place": "home"}, ())
    assert b.spans == (Span("sit", 0, 2, True), Span("run", 2, 3.5, True)) and b.subject == "s2"


def test_json_sidecars(tmp_path: Path) -> None:
    entries = [{"file": "sub/a.csv", "label": "x", "session": 3,
                "segments": [{"label": "y", "start_s": 1, "stop_s": 2}]}]  # fmt: skip
    found = sidecar(tmp_path / "labels.json", json.dumps(entries))
    about = found[tmp_path.resolve() / "sub" / "a.csv"]
    assert (about.label, about.session) == ("x", "3") and about.spans[0].label == "y"


def test_edge_impulse_label_ranges_include_their_end(tmp_path: Path) -> None:
    entry = {
        "path": "t/a.json", "name": "a", "category": "testing",
        "label": {"type": "multi-label", "labels": [
            {"label": "idle", "startIndex": 0, "endIndex": 4},
            {"label": "go", "startIndex": 5, "endIndex": 9}]},
    }  # fmt: skip
    found = sidecar(tmp_path / "info.labels", json.dumps({"version": 1, "files": [entry]}))
    about = found[tmp_path.resolve() / "t" / "a.json"]
    assert about.spans == (Span("idle", 0, 5, False), Span("go", 5, 10, False))
    assert about.metadata == {"category": "testing"}
    plain = {"path": "b", "label": {"type": "label", "label": "up"}}
    found = sidecar(tmp_path / "info.labels", json.dumps({"files": [plain]}))
    assert found[tmp_path.resolve() / "b"].label == "up"


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("l.csv", "file,label\n../x,a\n", "outside"),
        ("l.csv", "file,label\na\n", "as many fields"),
        ("l.csv", "file,label\na,b,c\n", "as many fields"),
        ("l.csv", "label\nx\n", "file name is missing"),
        ("l.csv", "file,label,start_s,stop_s\na,x,1,z\n", "start_s"),
        ("l.csv", "file,label,start_s,stop_s\na,x,1,2\na,y,1.5,3\n", "overlap"),
        ("l.csv", 'file,label\n"a,b\n', "not CSV"),
        ("l.json", "{", "not JSON"),
        ("l.json", '{"files": 3}', "list of files"),
        ("l.json", "[3]", "not an object"),
        ("l.json", '[{"file": "a", "label": [1]}]', "not a text"),
        ("l.json", '[{"file": "a", "segments": [1]}]', "list of objects"),
        ("l.json", "[" * 100_000, "not JSON"),
        ("l.json", '[{"file": "/etc/passwd"}]', "outside"),
    ],
)
def test_wrong_sidecars_are_named(tmp_path: Path, name: str, text: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as error:
        sidecar(tmp_path / name, text)
    assert str(tmp_path) in str(error.value.where) and len(error.value.line()) < 400


def test_what_is_said_is_applied_across_parts() -> None:
    def part(row: int) -> Recording:
        values = np.zeros((10, 1))
        stream = Stream("s", (Channel("x", "g"),), 5.0, values, first_index=row)
        return Recording("r", (stream,), label="old", subject="s9", metadata={"k": "v"})

    about = About(label="new", spans=(Span("a", 1.0, 3.0, True),), metadata={"m": "n"})
    first, second = applied([part(0), part(10)], about)
    assert first.segments == (Segment("a", 5, 10),) and second.segments == (Segment("a", 0, 5),)
    assert (first.label, first.subject) == ("new", "s9")
    assert first.metadata == {"k": "v", "m": "n"}
