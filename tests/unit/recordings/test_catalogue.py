"""The catalogue in SQLite and in a real PostgreSQL, and SQL over it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import services
from small_recordings import made

from motekit.core.errors import InputError, MachineError
from motekit.core.recording import Segment
from motekit.recordings.backend import SIDECAR
from motekit.recordings.catalogue import Catalogue, refresh
from motekit.recordings.query import query
from motekit.recordings.sql_catalogue import PostgresCatalogue, SqliteCatalogue
from motekit.recordings.store import Store


@pytest.fixture(scope="module")
def database():
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'motekit[postgres]'")
    with services.postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path):
    if request.param == "sqlite":
        made_ = SqliteCatalogue(tmp_path / ".motekit" / "catalogue.sqlite")
    else:
        made_ = PostgresCatalogue(request.getfixturevalue("database"))
        made_.write((), made_.signatures())
    yield made_
    made_.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "recordings")


def test_it_follows_the_recordings(catalogue: Catalogue, store: Store) -> None:
    assert refresh(store.backend, catalogue) == 0
    list(store.add([made(label="walk", subject="ö'; DROP TABLE recordings"), made("b", seed=1)]))
    assert refresh(store.backend, catalogue) == 2
    assert refresh(store.backend, catalogue) == 0
    row = catalogue.select("recordings", {"label": "walk"})[0]
    assert (row[0], row[3], row[8]) == ("a", "ö'; DROP TABLE recordings", 4.0)
    assert [r[0] for r in catalogue.select("recordings", {"label": None})] == ["b"]
    store.relabel("b", segments=(Segment("run", 3, 9),))
    store.remove("a")
    assert refresh(store.backend, catalogue) == 2
    assert [r[0] for r in catalogue.rows("recordings")] == ["b"]
    assert catalogue.rows("labels")[0][:8] == ("b", "main", "segment", "run", 3, 9, 0.3, 0.9)
    with pytest.raises(InputError, match="no such column"):
        catalogue.select("recordings", {"name; --": "x"})


def test_pages_in_the_order_of_code_points(catalogue: Catalogue, store: Store) -> None:
    names = ["B", "a", "a-b", "a.b", "b", "é"]
    list(store.add([made(n, seed=i, label=n.lower()[0]) for i, n in enumerate(names)]))
    refresh(store.backend, catalogue)
    first = catalogue.page("", 4, {})
    assert [r[0] for r in first.recordings] == names[:4] and first.count == 6
    assert [s[0] for n in names[:4] for s in first.streams[n]] == names[:4]
    rest = catalogue.page("a.b", 4, {})
    assert [r[0] for r in rest.recordings] == names[4:]
    assert [r[0] for r in catalogue.page("a", 9, {"label": "a"}).recordings] == ["a-b", "a.b"]
    assert catalogue.page("", 9, {"label": "b"}).count == 2
    assert catalogue.page("é", 9, {}).recordings == ()
    with pytest.raises(InputError, match="no such column"):
        catalogue.page("", 9, {"1=1; --": "x"})


def test_what_is_damaged_is_told_and_left_out(catalogue: Catalogue, store: Store) -> None:
    list(store.add([made(), made("b", seed=1)]))
    refresh(store.backend, catalogue)
    (store.backend.root / "a" / SIDECAR).write_bytes(b"{}")
    for count in (1, 0):
        damaged: dict[str, str] = {}
        assert refresh(store.backend, catalogue, damaged) == count
        assert list(damaged) == ["a"] and list(catalogue.signatures()) == ["b"]


def test_a_write_is_all_or_nothing(catalogue: Catalogue, store: Store) -> None:
    list(store.add([made()]))
    refresh(store.backend, catalogue)

    def broken():
        raise RuntimeError
        yield

    with pytest.raises(RuntimeError):
        catalogue.write(broken(), ["a"])
    assert list(catalogue.signatures()) == ["a"]


def test_questions_in_sql(catalogue: Catalogue, store: Store) -> None:
    recordings = [made(f"r{n}", seed=n, label="ab"[n % 2]) for n in range(6)]
    list(store.add(recordings))
    answer = query(
        store, catalogue, "SELECT label, count(*) n FROM recordings GROUP BY 1 ORDER BY 1"
    )
    assert list(answer.dicts()) == [{"label": "a", "n": 3}, {"label": "b", "n": 3}]
    sums = query(
        store, catalogue, "SELECT name, sum(x), count(*) FROM samples GROUP BY 1 ORDER BY 1"
    )
    assert sums.rows == [(r.name, int(r.streams[0].values.sum()), 40) for r in recordings]
    given = query(store, catalogue, "SELECT count(*) FROM streams WHERE name = ?", ["r1"])
    assert given.rows == [(1,)]
    with pytest.raises(InputError, match="nonsense"):
        query(store, catalogue, "SELECT nonsense FROM recordings")
    with pytest.raises(InputError, match="no question"):
        query(store, catalogue, " \n")
    assert query(store, catalogue, "-- nothing").rows == []


def test_a_damaged_file_is_made_anew(tmp_path: Path, store: Store) -> None:
    path = tmp_path / ".motekit" / "catalogue.sqlite"
    list(store.add([made()]))
    for harm in (b"not a database at all", b"", None):
        catalogue = SqliteCatalogue(path)
        refresh(store.backend, catalogue)
        assert list(catalogue.signatures()) == ["a"]
        catalogue.close()
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if harm is None else harm)
    SqliteCatalogue(path).close()


def test_two_that_bring_it_up_to_date_at_once(tmp_path: Path, store: Store) -> None:
    list(store.add([made(f"r{n}", seed=n) for n in range(30)]))
    path = tmp_path / ".motekit" / "catalogue.sqlite"
    SqliteCatalogue(path).close()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            catalogue = SqliteCatalogue(path)
            for _ in range(10):
                catalogue.write((), catalogue.signatures())
                refresh(store.backend, catalogue)
            catalogue.close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    catalogue = SqliteCatalogue(path)
    refresh(store.backend, catalogue)
    assert len(catalogue.rows("recordings")) == len(catalogue.rows("streams")) == 30
    catalogue.close()


def test_one_writer_at_a_time_across_connections(database: str) -> None:
    first, second = PostgresCatalogue(database), PostgresCatalogue(database)
    order: list[str] = []

    def wait() -> None:
        with second.lock():
            order.append("second")

    with first.lock():
        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    first.close()
    second.close()


def test_no_database_there() -> None:
    pytest.importorskip("psycopg")
    url = f"postgresql://who:secret@127.0.0.1:{services.free_port()}/none"
    with pytest.raises(MachineError) as caught:
        PostgresCatalogue(url)
    assert "secret" not in caught.value.line() and "cannot connect" in caught.value.line()
