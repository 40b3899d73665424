"""`motekit query`, `verify`, `remove` and `restore` on a small project."""

import json

import pytest
from command_line import files_of, motekit
from small_project import write_project
from small_recordings import made

from motekit.recordings.store import Store


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path)
    names = [("walk.1", "walk"), ("walk.2", "walk"), ("rest.1", None)]
    recordings = [made(name, seed=n, label=label) for n, (name, label) in enumerate(names)]
    list(Store.of_project(tmp_path).add(recordings))
    return tmp_path


def said(*arguments, code=0):
    ended = motekit(*arguments, "--json")
    assert ended.code == code, ended
    return json.loads(ended.out)


def test_recordings_are_listed_and_asked(project):
    listed = motekit("query", "--project", project)
    assert listed.code == 0 and "walk.2" in listed.out and "3 rows" in listed.out
    sql = "SELECT label, sum(seconds) AS s FROM recordings GROUP BY 1 ORDER BY 1 NULLS LAST"
    answer = said("query", sql, "--project", project)
    assert answer == {"columns": ["label", "s"], "rows": [["walk", 8.0], [None, 4.0]]}
    wrong = motekit("query", "SELECT colour FROM recordings", "--project", project)
    assert wrong.code == 2 and wrong.err.count("\n") == 1 and "tables: recordings" in wrong.err


def test_what_is_removed_comes_back(project):
    before = files_of(project / "recordings")
    assert said("remove", "walk.*", "--project", project) == {"removed": ["walk.1", "walk.2"]}
    assert said("query", "SELECT name FROM recordings", "--project", project)["rows"] == [
        ["rest.1"]
    ]
    assert said("restore", "--project", project) == {"removed": ["walk.1", "walk.2"]}
    assert said("restore", "walk.1", "walk.2", "--project", project)["restored"]
    assert files_of(project / "recordings") == before
    wrong = motekit("remove", "wlak.1", "--project", project)
    assert wrong.code == 2 and "did you mean 'walk.1'?" in wrong.err


def test_damage_is_named(project):
    assert said("verify", "--project", project) == {"recordings": 3, "damaged": []}
    said("remove", "rest.1", "--project", project)
    (path,) = (project / "recordings" / ".trash").rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:-1])
    found = said("verify", "--project", project, code=1)
    assert [damage["file"] for damage in found["damaged"]] == [path.name]
    assert "from a backup" in motekit("verify", "--project", project).out


def test_a_store_elsewhere_is_named_in_the_project_file(project):
    path = project / "mote.toml"
    path.write_text(path.read_text() + '\n[store]\nplace = "data"\n')
    assert said("query", "--project", project)["rows"] == []
    list(Store.of_project(project).add([made()]))
    assert (project / "data" / "a" / "recording.json").is_file()
    assert len(said("query", "--project", project)["rows"]) == 1
