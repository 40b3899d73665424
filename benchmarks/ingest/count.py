"""Count afterwards: everything that was acknowledged must be a recording or in the spool."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from motekit.recordings.store import Store
from motekit.server.index import Index
from motekit.server.livelog import is_live
from motekit.server.places import Places
from motekit.server.spool import records, segments
from motekit.server.upload import unpack


@dataclass(frozen=True)
class Count:
    """lost: acknowledged uploads that are nowhere; duplicates: recordings of one upload too many;
    settled, spooled: where the others are."""

    lost: int
    duplicates: int
    settled: int
    spooled: int


def count(project: Path, acknowledged: set[str]) -> Count:
    """Look for the SHA-256 of each file. Nothing may be running."""
    places = Places(project)
    store = Store.of_project(project)
    made: Counter[str] = Counter()
    for name in store.names():
        source = store.facts(name)["recording"]["source"]
        made[source.rpartition(":")[2]] += 1
    spooled = set()
    with Index(places.index) as index:
        done = index.progress().number
        for segment in segments(places.spool):
            for record in records(segment):
                if record.number > done and not is_live(record.payload):
                    spooled.add(unpack(record.payload)[0].body_sha256)
    return Count(
        lost=len(acknowledged - spooled - set(made)),
        duplicates=sum(number - 1 for number in made.values()),
        settled=len(acknowledged & set(made)),
        spooled=len(acknowledged & spooled - set(made)),
    )
