"""What a store promises, wherever it keeps its recordings."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
import services
from small_recordings import made

from motekit.core.errors import InputError, MachineError
from motekit.core.recording import Recording, Segment
from motekit.recordings.backend import FolderBackend
from motekit.recordings.object_store import ObjectBackend
from motekit.recordings.place import StoreTable, backend_of, object_backend
from motekit.recordings.store import Store


def objects(tmp_path: Path) -> ObjectBackend:
    """The object store's code over a folder of this machine."""
    from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

    (tmp_path / "bucket").mkdir()
    files = SubTreeFileSystem(str(tmp_path / "bucket"), LocalFileSystem())
    # A file system has folders, an object store does not need them.
    files_open = files.open_output_stream

    class Objects:
        def __getattr__(self, name: str) -> object:
            return getattr(files, name)

        def open_output_stream(self, path: str) -> object:
            files.create_dir(path.rpartition("/")[0], recursive=True)
            return files_open(path)

        def copy_file(self, source: str, target: str) -> None:
            files.create_dir(target.rpartition("/")[0], recursive=True)
            files.copy_file(source, target)

    return ObjectBackend(Objects(), "prefix", tmp_path / "cache", contextlib.nullcontext)


@pytest.fixture(params=["folder", "objects", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    if request.param == "folder":
        return Store(FolderBackend(tmp_path / "recordings"))
    if request.param == "objects":
        return Store(objects(tmp_path))
    url = request.getfixturevalue("service")
    place = f"s3://bucket/{tmp_path.name}?endpoint={url}&region=us-east-1"
    return Store(object_backend(tmp_path, StoreTable(place=place)))


@pytest.fixture(scope="module")
def service():
    with pytest.MonkeyPatch.context() as patch, services.s3(patch, "bucket") as url:
        yield url


def values(recording: Recording) -> list[int]:
    return recording.streams[0].values[:, 0].tolist()


def test_a_life_of_recordings(store: Store) -> None:
    assert store.names() == [] and "a" not in store
    label = "walk ü/é"
    assert [a.status for a in store.add([made(label=label), made("b/ü", seed=1)])] == ["added"] * 2
    assert store.names() == ["a", "b/ü"]
    assert values(store.load("b/ü")) == values(made(seed=1)) and store.load("a").label == label
    before = store.backend.signatures()
    assert [a.status for a in store.add([made(label=label)])] == ["unchanged"]
    assert store.backend.signatures() == before
    store.relabel("a", segments=(Segment("run", 3, 9),))
    changed = {k for k, v in store.backend.signatures().items() if v != before[k]}
    assert changed == {"a"} and store.load("a").segments == (Segment("run", 3, 9),)
    assert store.verify() == []


def test_what_is_replaced_or_removed_comes_back(store: Store) -> None:
    list(store.add([made()]))
    with pytest.raises(InputError, match="another recording has this name"):
        list(store.add([made(seed=1)]))
    assert [a.status for a in store.add([made(seed=1)], overwrite=True)] == ["replaced"]
    assert values(store.load("a")) == values(made(seed=1))
    assert store.removed() == []
    with pytest.raises(InputError, match="in use"):
        store.restore("a")
    store.remove("a")
    assert "a" not in store and store.removed() == ["a"]
    store.restore("a")
    assert values(store.load("a")) == values(made(seed=1)) and store.removed() == []
    store.remove("a")
    with pytest.raises(InputError, match="no recording of this name"):
        store.remove("a")
    with pytest.raises(InputError, match="nothing of this name"):
        store.restore("b")


def test_damage_is_found_where_it_is(store: Store, tmp_path: Path) -> None:
    list(store.add([made(), made("b", seed=1)]))
    store.remove("b")
    store.load("a")  # a copy in a cache must not hide what happens to the original
    if not (files := list(tmp_path.rglob("bucket/**/*.parquet"))):
        files = list(tmp_path.rglob("recordings/**/*.parquet"))
    if not files:
        pytest.skip("the files of this store are out of a test's reach")
    for path in files:
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 4]) + whole[-8:])
        (damage,) = store.verify()
        assert damage.file == path.name
        path.unlink()
        (damage,) = store.verify()
        assert "missing" in damage.what or "No such file" in damage.what
        path.write_bytes(whole)
    assert len(files) == 2 and store.verify() == []


def test_notes_are_kept(store: Store) -> None:
    key = "ab" * 32
    assert store.backend.note(key) is None
    store.backend.set_note(key, b"[1]")
    assert store.backend.note(key) == b"[1]" and store.names() == []


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('place = "ftp://x/y"', "s3://BUCKET/PREFIX"),
        ('place = "s3:///y"', "s3://BUCKET/PREFIX"),
        ('place = "s3://b/p?colour=red"', "endpoint, region"),
        ('place = "../x"', "outside the project"),
        ('catalogue = "mysql://x"\nplace = "s3://b/p"', "postgresql://"),
        ('plaice = "x"', "did you mean 'place'"),
    ],
)
def test_wrong_places_are_refused(table: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "mote.toml").write_text(f"[store]\n{table}\n")
    with pytest.raises(InputError, match=says):
        backend_of(tmp_path)


def test_an_object_store_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")

    class Broken:
        def __getattr__(self, name: str) -> object:
            def fail(*_: object, **__: object) -> object:
                raise OSError("When listing objects: AWS Error NETWORK_CONNECTION\nmore")

            return fail

    backend = ObjectBackend(Broken(), "b/p", tmp_path / "cache", contextlib.nullcontext)
    with pytest.raises(MachineError, match=r"b/p: cannot list: .*check the address"):
        Store(backend).names()


def test_other_streams_of_one_name_do_not_mix(store: Store) -> None:
    """A file is found by its hash, so that an older copy of it is never taken for a newer one."""
    list(store.add([made()]))
    first = values(store.load("a"))
    list(store.add([replace(made(seed=3), label="x")], overwrite=True))
    assert values(store.load("a")) != first
