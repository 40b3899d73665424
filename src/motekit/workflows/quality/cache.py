"""Features of recordings on disk, by what they are made from.

One file per recording and block, named by a hash of the samples, the windows, the block with its
parameters and its Python, and everything it reads: a changed parameter recomputes that block alone,
and what an interruption left is found again. Recordings are read one at a time, so that memory does
not grow with their number.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit import __version__, dsp
from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.core.params import to_mapping
from motekit.core.pipeline import BlockUse
from motekit.dsp import pipeline
from motekit.models.store import digest, pack, unpack, write_bytes
from motekit.recordings.store import Store
from motekit.recordings.windows import WindowParams, cut

FOLDER = Path(".motekit") / "features"
CHUNK = 512  # windows computed at a time
# What `cut` says of one recording that has no window, which others may have.
NONE_CUT = ("longer than every recording", "no window is left", "no recording has a label")
F32 = npt.NDArray[np.float32]
Chain = tuple[BlockUse, ...]


def chains(uses: Sequence[BlockUse]) -> tuple[Chain, ...]:
    """Each block that makes features, behind the blocks whose signals it reads."""
    makers = {use.name: use for use in uses if use.name}
    out = []
    for use in uses:
        if dsp.block(use.block).output is not None:
            continue
        chain = [use]
        while chain[0].source:
            chain.insert(0, makers[chain[0].source])
        out.append(tuple(chain))
    return tuple(out)


def described(chain: Chain) -> list[Any]:
    """A chain as JSON-like values: its uses, and the Python that computes them."""
    return [
        [u.block, to_mapping(u.params), list(u.channels), u.source, u.name,
         code_of(dsp.block(u.block).package)]
        for u in chain
    ]  # fmt: skip


@cache
def code_of(package: str) -> str:
    """A digest of a block's Python and of what blocks share: who edits a block of their own finds
    no features that it made before."""
    shared = resources.files("motekit.dsp")
    folders = [shared, resources.files(package)]
    folders += [part for part in shared.iterdir() if part.is_dir() and part.name != "blocks"]
    files = {
        f"{folder.name}/{file.name}": file.read_text(encoding="utf-8")
        for folder in folders for file in folder.iterdir()
        if file.name.endswith(".py") and not file.name.startswith("test_")
    }  # fmt: skip
    return digest(files)


@dataclass(frozen=True)
class Task:
    """One recording: what of it is not in the cache yet.

    Args:
        project: folder; name: of the recording.
        windows: lengths in samples, so that all recordings are cut alike.
        signal: what every recording must be.
        windows_file: where labels and starts of its windows go.
        todo: (file, chain) still to compute.
    """

    project: Path
    name: str
    windows: WindowParams
    signal: Signal
    windows_file: Path
    todo: tuple[tuple[Path, Chain], ...]


def plan(
    project: Path, windows: WindowParams, signal: Signal, uses: Sequence[BlockUse]
) -> list[tuple[Task, tuple[Path, ...]]]:
    """(task, the files of its features in order) of every recording.

    A task with nothing to do has an empty `todo` and a windows file that is there.
    """
    store, root = Store.of_project(project), project / FOLDER
    exact = replace(windows, length=signal.length, stride=signal.stride)
    wanted = [(chain, described(chain)) for chain in chains(uses)]
    out = []
    for name in store.names():
        known = store.facts(name)
        said = known["recording"]
        base = [
            known["content_sha256"], asdict(exact), said["segments"], said["label"] is None,
            asdict(signal), __version__,
        ]  # fmt: skip
        files = tuple(root / f"{digest(base, told)}.npy" for _, told in wanted)
        seen = root / f"{digest(base, said['label'], 'target')}.npz"
        todo = tuple(
            (file, chain) for file, (chain, _) in zip(files, wanted, strict=True)
            if not file.is_file()
        )  # fmt: skip
        out.append((Task(project, name, exact, signal, seen, todo), files))
    return out


def run_task(task: Task) -> int:
    """Compute what is missing of one recording; returns its number of windows.

    Raises InputError for a recording that is not what the others are, or whose features are no
    finite numbers.
    """
    recording = Store.of_project(task.project).load(task.name)
    try:
        found = cut([recording], task.windows, "signal")
    except InputError as error:
        if not any(text in error.what for text in NONE_CUT):
            raise
        nothing: dict[str, npt.NDArray[Any]] = {
            "label": np.empty(0, "U1"), "start": np.empty(0, np.int64), "target": np.empty(0),
        }  # fmt: skip
        write_bytes(task.windows_file, pack(nothing, {}))
        for file, chain in task.todo:
            _write(file, np.zeros((0, len(pipeline.describe(task.signal, chain))), np.float32))
        return 0
    _require_alike(task, found.signal())
    for file, chain in task.todo:
        width = len(pipeline.describe(task.signal, chain))
        values = np.empty((len(found), width), np.float32)
        for at in range(0, len(found), CHUNK):
            part = found.values[at : at + CHUNK].astype(np.float64) * found.scale
            values[at : at + CHUNK] = pipeline.reference(part, task.signal, chain)
        if not np.isfinite(values).all():
            raise InputError("features must be finite numbers", where=f"{task.name}, "
                             f"{chain[-1].block}", way_out="motekit check finds such recordings"
                             )  # fmt: skip
        _write(file, values)
    names = np.array(["", *found.classes])[found.labels + 1]  # "": no label
    told = np.full(len(found), np.nan) if found.target is None else found.target
    seen = {"label": names, "start": found.start, "target": told}
    write_bytes(task.windows_file, pack(seen, {}))
    return len(found)


def _require_alike(task: Task, own: Signal) -> None:
    same = (own.channels, own.units, own.scale, own.sample)
    expected = (
        task.signal.channels, task.signal.units, task.signal.scale, task.signal.sample
    )  # fmt: skip
    if same != expected or abs(own.rate_hz / task.signal.rate_hz - 1) > 0.01:
        raise InputError(
            "the recording differs from the first one", where=task.name,
            value=f"{own.rate_hz:g} Hz, {', '.join(own.channels)}",
            way_out=f"all must have {task.signal.rate_hz:g} Hz and "
            f"{', '.join(task.signal.channels)} in the same units and scale",
        )  # fmt: skip


def _write(file: Path, values: F32) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, values, allow_pickle=False)
    write_bytes(file, buffer.getvalue())


@dataclass(frozen=True)
class Rows:
    """Features of some windows with what is known of them, in the order of the recordings.

    Args:
        target: NaN where nothing was asked for.
        total: windows there are; `values` may be fewer, spread evenly.
    """

    values: F32
    names: tuple[str, ...]
    label: npt.NDArray[np.str_]
    target: npt.NDArray[np.float64]
    recording: npt.NDArray[np.str_]
    start: npt.NDArray[np.int64]
    total: int


def read(
    planned: Sequence[tuple[Task, tuple[Path, ...]]], uses: Sequence[BlockUse], most: int
) -> Rows:
    """At most so many windows of what was computed, spread evenly. Files are mapped, not read."""
    meta = [unpack(task.windows_file)[0] for task, _ in planned]
    counts = np.array([len(m["start"]) for m in meta])
    total = int(counts.sum())
    chosen = np.unique(np.linspace(0, max(total - 1, 0), min(total, most)).astype(np.int64))
    first = np.concatenate([[0], np.cumsum(counts)])
    signal = planned[0][0].signal
    names = tuple(f.name for f in pipeline.describe(signal, uses))
    values = np.empty((len(chosen), len(names)), np.float32)
    label, target, recording, start = [], [], [], []
    for i, (task, files) in enumerate(planned):
        inside = (chosen >= first[i]) & (chosen < first[i + 1])
        rows = chosen[inside] - first[i]
        if len(rows):
            parts = [np.load(file, mmap_mode="r", allow_pickle=False)[rows] for file in files]
            values[inside] = np.concatenate(parts, axis=1)
        label.append(meta[i]["label"][rows])
        target.append(meta[i]["target"][rows].astype(np.float64))
        start.append(meta[i]["start"][rows].astype(np.int64))
        recording.append(np.full(len(rows), task.name))
    return Rows(
        values, names, np.concatenate(label).astype(np.str_), np.concatenate(target),
        np.concatenate(recording).astype(np.str_), np.concatenate(start), total,
    )  # fmt: skip
