"""`motekit mote`: a device without hardware, from a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from motekit.core.errors import InputError
from motekit.core.recording import Recording
from motekit.links.virtual import Source, replay
from motekit.recordings import read, samples
from motekit.recordings.store import Store

from .project import find

SAMPLE: Final = "spar_watch"
RING: Final = 1 << 22  # bytes: about ten minutes of four usual sensors
HEAD: Final = b"mote replay 1\0"


def source_of(what: str, project: Path) -> bytes:
    """The replay of a file, of a recording of the project, or of a sample recording; without
    a name, of all that the first person of the samples did, some ten minutes.

    Raises InputError if there is none of them.
    """
    path = Path(what)
    if what and path.is_file():
        data = path.read_bytes()
        return data if data.startswith(HEAD) else _replay(next(iter(read(path))))
    found = _of_project(what, project) if what else None
    if found is None:
        found = _sample(what)
    return _replay(found)


def _of_project(name: str, project: Path) -> Recording | None:
    try:
        store = Store.of_project(find(project))
    except InputError:
        return None
    return store.load(name) if name in store else None


def _sample(name: str) -> Recording:
    recordings = samples.load(SAMPLE)
    if not name:
        return _one_after_the_other([r for r in recordings if r.subject == recordings[0].subject])
    for recording in recordings:
        if recording.name == name:
            return recording
    raise InputError(
        "there is no file, recording or sample of this name", where="recording", value=name,
        way_out=f"a file, a recording of the project, or a sample such as {recordings[0].name}",
    )  # fmt: skip


def _one_after_the_other(recordings: Sequence[Recording]) -> Recording:
    """Recordings of the same single stream as one, so that what is replayed repeats late."""
    streams = [recording.streams[0] for recording in recordings]
    whole = replace(streams[0], values=np.concatenate([stream.values for stream in streams]))
    return replace(recordings[0], streams=(whole,))


def _replay(recording: Recording) -> bytes:
    """Without a recording's times: a mote's sensors run at their nominal rates."""
    return replay([Source(stream) for stream in recording.streams])


def spans(texts: Sequence[str]) -> tuple[tuple[float, float], ...]:
    """Outages from START:STOP, seconds. Raises InputError."""
    out = []
    for text in texts:
        try:
            start, stop = map(float, text.split(":"))
        except ValueError as error:
            raise InputError("expected START:STOP in seconds", where="--outage", value=text,
                             way_out="such as --outage 30:90") from error  # fmt: skip
        out.append((start, stop))
    return tuple(out)
