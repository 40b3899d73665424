from __future__ import annotations

import errno
import json
import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motekit.core.errors import InputError, MachineError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.backend import folder_name
from motekit.recordings.store import Store


def made(name: str = "a", rows: int = 100, seed: int = 0, **facts: object) -> Recording:
    rng = np.random.default_rng(seed)
    acc = Stream(
        "accelerometer", (Channel("accX", "g", 1 / 4096), Channel("accY", "g", 1 / 4096)), 50.0,
        rng.integers(-9000, 9000, (rows, 2)).astype(np.int16), gaps=(Gap(10, 2, "radio"),),
    )  # fmt: skip
    ppg = Stream("ppg", (Channel("red", "N/A"),), 25.0, rng.normal(0, 1, (rows // 2, 1)),
                 time_s=np.arange(rows // 2) / 25.0)  # fmt: skip
    return Recording(name, (acc, ppg), metadata={"k": "v"}, **facts)  # type: ignore[arg-type]


def in_parts(recording: Recording, rows: int) -> list[Recording]:
    """Parts of unequal streams: the second one ends first."""
    first, second = recording.streams
    out = []
    for row in range(0, len(first), rows):
        a = replace(first, values=first.values[row : row + rows], gaps=(), first_index=row)
        b = replace(
            second, values=second.values[row : row + rows], first_index=min(row, len(second)),
            time_s=None if second.time_s is None else second.time_s[row : row + rows],
        )  # fmt: skip
        out.append(replace(recording, streams=(a, b)))
    return out


def same(a: Recording, b: Recording) -> bool:
    return vars(a) | {"streams": 0} == vars(b) | {"streams": 0} and all(
        (s.values == t.values).all() and (s.index() == t.index()).all() and s.gaps == t.gaps
        and s.channels == t.channels and s.values.dtype == t.values.dtype
        for s, t in zip(a.streams, b.streams, strict=True)
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.of_project(tmp_path)


def test_what_goes_in_comes_out(store: Store) -> None:
    recording = made("s1/walk ü", label="walk", subject="s1", started_at=1.5e9, source="x")
    assert [a.status for a in store.add([recording])] == ["added"]
    assert store.names() == ["s1/walk ü"] and "s1/walk ü" in store and len(store) == 1
    assert same(store.load("s1/walk ü"), recording)
    assert store.verify() == []


def test_parts_go_in_and_come_out(store: Store) -> None:
    recording = made(rows=400, segments=(Segment("x", 100, 250),))
    whole = replace(recording, streams=(replace(recording.streams[0], gaps=()),
                                        recording.streams[1]))  # fmt: skip
    parts = [replace(p, segments=()) for p in in_parts(whole, 64)]
    parts[3] = replace(parts[3], segments=(Segment("x", 0, 10),))
    list(store.add(parts))
    found = store.load("a")
    assert found.segments == (Segment("x", 192, 202),)
    assert all((s.values == t.values).all()
               for s, t in zip(found.streams, whole.streams, strict=True))  # fmt: skip


def test_adding_again_changes_nothing(store: Store) -> None:
    list(store.add([made()]))
    before = {p: p.stat().st_mtime_ns for p in Path(store.backend.root).rglob("*.parquet")}  # type: ignore[attr-defined]
    assert [a.status for a in store.add([made()])] == ["unchanged"]
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_other_samples_under_a_name_in_use_are_refused(store: Store) -> None:
    list(store.add([made(seed=1)]))
    with pytest.raises(InputError, match="this name already"):
        list(store.add([made(seed=2)]))
    assert same(store.load("a"), made(seed=1))
    assert [a.status for a in store.add([made(seed=2)], overwrite=True)] == ["replaced"]
    assert same(store.load("a"), made(seed=2)) and store.verify() == []
    store.remove("a")
    store.restore("a")
    assert same(store.load("a"), made(seed=2))


def test_labels_can_be_changed_and_nothing_else(store: Store) -> None:
    list(store.add([made(label="walk")]))
    store.relabel("a", label="run", segments=(Segment("x", 0, 5),), metadata={"by": "me"})
    found = store.load("a")
    assert (found.label, found.segments, found.metadata) == (
        "run", (Segment("x", 0, 5),), {"by": "me"},
    )  # fmt: skip
    assert [a.status for a in store.add([made(label="walk")])] == ["unchanged"]
    assert store.load("a").label == "run"
    for wrong in ((Segment("x", 5, 5),), (Segment("x", 0, 5), Segment("y", 4, 9)),
                  (Segment("x", 0, 101),)):  # fmt: skip
        with pytest.raises(InputError, match="segments"):
            store.relabel("a", segments=wrong)
    with pytest.raises(InputError, match="cannot be changed"):
        store.relabel("a", name="b")


def test_removed_recordings_can_be_restored(store: Store) -> None:
    list(store.add([made()]))
    store.remove("a")
    assert store.names() == []
    with pytest.raises(InputError, match="no recording of this name"):
        store.load("a")
    store.restore("a")
    assert same(store.load("a"), made())
    with pytest.raises(InputError, match="in use"):
        store.restore("a")


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../b", "..", "\0"])
def test_names_that_lead_outside_are_refused(store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="outside the project"):
        list(store.add([made(name)]))
    with pytest.raises(InputError):
        store.load(name)
    assert [p.name for p in tmp_path.iterdir()] == ["recordings"]


def test_a_store_outside_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mote.toml").write_text('store.place = "../elsewhere"')
    with pytest.raises(InputError, match="outside the project"):
        Store.of_project(tmp_path)


@pytest.mark.parametrize("name", [".hidden", " ", "CON", "a:b", "100%", "-x", "ü" * 20, "a\nb"])
def test_folder_names_are_plain_and_unique(name: str, store: Store) -> None:
    text = folder_name(name)
    assert text.isascii() and "/" not in text and not text.startswith(".") and "\n" not in text
    list(store.add([made(name, rows=4)]))
    assert store.names() == [name]


def test_names_that_are_too_long_are_refused(store: Store) -> None:
    with pytest.raises(InputError, match="characters"):
        list(store.add([made("x" * 300)]))


def test_an_interrupted_add_leaves_nothing_half(store: Store) -> None:
    def interrupted() -> object:
        yield made("a")
        yield in_parts(made("b", rows=200), 50)[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(store.add(interrupted()))  # type: ignore[arg-type]
    assert store.names() == ["a"] and store.verify() == []
    assert not list(Path(store.backend.root).glob(".part-*"))  # type: ignore[attr-defined]


@pytest.mark.parametrize("call", ["fsync", "rename", "replace"])
def test_a_full_disk_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    list(store.add([made("a", seed=1), made("b")]))
    count = 0

    def failing(*arguments: object, **words: object) -> object:
        nonlocal count
        count += 1
        if count == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **words)

    real = getattr(os, call)
    for at in range(1, 30):
        count = 0
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            try:
                list(store.add([made("a", seed=2), made(f"c{at}")], overwrite=True))
            except MachineError as error:
                assert error.exit_code == 3
        assert store.verify() == []
        assert same(store.load("a"), made("a", seed=1)) or same(store.load("a"), made("a", seed=2))
        assert same(store.load("b"), made("b"))
        if count < at:
            break
        list(store.add([made("a", seed=1)], overwrite=True))
    assert at > 1 or call == "rename"  # pathlib's rename goes through os.rename


def test_a_file_size_limit_is_a_machine_error_and_the_next_run_goes_on(tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        import numpy as np
        from motekit.core.errors import MotekitError
        from motekit.core.recording import Channel, Recording, Stream
        from motekit.recordings.store import Store
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        def of(name, rows):
            v = np.random.default_rng(1).normal(size=(rows, 3))
            s = Stream("s", tuple(Channel(c, "g") for c in "xyz"), 50.0, v)
            return Recording(name, (s,))
        store = Store.of_project(Path(sys.argv[1]))
        if sys.argv[2] == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            print([a.status for a in store.add([of("a", 1000), of("b", 100_000)])])
        except MotekitError as error:
            print(store.names(), store.verify())
            sys.exit(error.exit_code)
    """)
    words = [sys.executable, "-c", code, str(tmp_path)]
    first = subprocess.run([*words, "limit"], capture_output=True, text=True, check=False)
    assert (first.returncode, first.stdout) == (3, "['a'] []\n"), first.stderr
    then = subprocess.run([*words, "free"], capture_output=True, text=True, check=False)
    assert (then.returncode, then.stdout) == (0, "['unchanged', 'added']\n"), then.stderr


def test_killed_at_any_moment_nothing_that_was_reported_is_lost(tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import sys
        from pathlib import Path
        sys.path.insert(0, sys.argv[2])
        from test_recordings_store import made
        from motekit.recordings.store import Store
        store = Store.of_project(Path(sys.argv[1]))
        for added in store.add(made(f"r{i}", 2000, i) for i in range(int(sys.argv[3]), 9999)):
            print(added.name, flush=True)
    """)
    reported: set[str] = set()
    for run in range(6):
        words = [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)]
        process = subprocess.Popen([*words, str(len(reported))], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(random.Random(run).randrange(1, 40)):
            reported.add(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
        reported |= set(process.stdout.read().split())
        process.wait()
        process.stdout.close()
        store = Store.of_project(tmp_path)
        assert store.verify() == [] and reported <= set(store.names())
    list(store.add([made("last")]))
    assert not list((tmp_path / "recordings").glob(".part-*"))


def test_every_flipped_bit_is_found(store: Store) -> None:
    list(store.add([made(label="walk")]))
    files = [p for p in Path(store.backend.root).rglob("*") if p.is_file() and p.stat().st_size]  # type: ignore[attr-defined]
    files = [p for p in files if not p.name.startswith(".")]
    rng = random.Random(1)
    good = store.load("a")
    for _ in range(400):
        path = rng.choice(files)
        whole = path.read_bytes()
        bit = rng.randrange(len(whole) * 8)
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        assert store.verify(), (path.name, bit)
        try:
            assert same(store.load("a"), good)
        except InputError as error:
            assert "\n" not in error.line()
        path.write_bytes(whole)
    assert store.verify() == []


def test_a_missing_file_is_damage(store: Store) -> None:
    list(store.add([made()]))
    next(Path(store.backend.root).rglob("ppg-*.parquet")).unlink()  # type: ignore[attr-defined]
    (damage,) = store.verify()
    assert damage.recording == "a" and damage.file.startswith("ppg-")
    with pytest.raises(InputError):
        store.load("a")


def test_a_sidecar_that_points_outside_is_refused(store: Store) -> None:
    from motekit.recordings import facts

    list(store.add([made()]))
    path = Path(store.backend.root) / "a" / "recording.json"  # type: ignore[attr-defined]
    value = json.loads(path.read_text())
    value["streams"][0]["file"] = "../../../etc/passwd"
    value["sha256"] = facts.digest(value)
    path.write_text(json.dumps(value))
    with pytest.raises(InputError, match="outside the project"):
        store.load("a")


def test_two_writers_wait_for_each_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motekit.recordings.backend.LOCK_S", 0.05)
    adding = store.add([made("a"), made("b")])
    next(adding)
    other = Store(Path(store.backend.root))  # type: ignore[attr-defined]
    with pytest.raises(MachineError, match="another motekit"):
        list(other.add([made("c")]))
    list(adding)
    assert [a.status for a in other.add([made("c")])] == ["added"]


def test_the_sidecar_is_for_people_too(store: Store) -> None:
    list(store.add([made(label="walk")]))
    text = (Path(store.backend.root) / "a" / "recording.json").read_text()  # type: ignore[attr-defined]
    assert '\n  "label": "walk",\n' in text and text.endswith("}\n")


def test_memory_stays_flat_over_many_parts(store: Store) -> None:
    channels = tuple(Channel(c, "g") for c in "xyz")

    def parts() -> object:
        for i in range(60):
            values = np.random.default_rng(i).normal(size=(50_000, 3))
            yield Recording("a", (Stream("s", channels, 50.0, values, first_index=i * 50_000),))

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    list(store.add(parts()))  # type: ignore[arg-type]
    count = sum(len(part.streams[0]) for part in store.parts("a"))
    assert count == 3_000_000  # 72 MB of samples
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 45_000  # kB


def test_everything_is_on_disk_before_it_takes_its_name(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order that survives a pulled plug: files, their folder, the name, the store's folder."""
    done: list[str] = []
    fsync, rename = os.fsync, os.rename

    def synced(handle: int) -> None:
        done.append("sync " + Path(f"/proc/self/fd/{handle}").resolve().name)
        fsync(handle)

    def renamed(source: str, target: str, **words: object) -> None:
        done.append(f"rename {Path(target).name}")
        rename(source, target, **words)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", synced)
        patch.setattr(os, "rename", renamed)
        results = store.add([made("a"), made("b"), made("c")], together=2)
        next(results)
        assert not any(entry == "rename c" for entry in done)
        first, done[:] = list(done), []
        list(results)
    for entries, names in ((first, "ab"), (done, "c")):
        at = entries.index(f"rename {names[0]}")
        for name in ("recording.json", "accelerometer-", "ppg-", ".part-"):
            syncs = sum(entry.startswith(f"sync {name}") for entry in entries[:at])
            assert syncs == len(names), (name, entries)
        assert entries[at:] == [*(f"rename {name}" for name in names), "sync recordings"]


def test_what_is_added_together_is_refused_together(store: Store) -> None:
    list(store.add([made("b", 5)]))
    with pytest.raises(InputError, match="another recording has this name"):
        list(store.add([made("a"), made("b", 6)], together=9))
    assert store.names() == ["b"] and not list(store.backend.root.glob(".part-*"))
    with pytest.raises(InputError, match="another recording has this name"):
        list(store.add([made("a"), made("c"), made("a", 6)], together=9))
    assert store.names() == ["a", "b", "c"], "what has a name in use twice is compared"
