"""Features of a whole project, in parallel and through the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.core.pipeline import BlockUse
from motekit.dsp import pipeline
from motekit.models.data import FeatureTable
from motekit.models.data import table as make_table
from motekit.recordings.split import GROUPINGS
from motekit.recordings.store import Store
from motekit.recordings.windows import WindowParams, cut
from motekit.workflows.parallel import WORKERS
from motekit.workflows.tables import SignalTable

from . import cache

Report = Callable[..., None]
MOST = 20_000  # windows that are ranked and compared: more change nothing and take memory


@dataclass(frozen=True)
class Computed:
    """Features of a project.

    Args:
        table: of at most MOST windows, spread evenly over all.
        computed, cached: blocks of recordings that were computed now, and found.
        recording, start: of each row of the table.
        windows: how many there are altogether.
    """

    signal: Signal
    table: FeatureTable
    computed: int
    cached: int
    recording: npt.NDArray[np.str_]
    start: npt.NDArray[np.int64]
    windows: int


def window_params(params: SignalTable) -> WindowParams:
    """How windows are cut, without what they are split by."""
    return WindowParams(**{f: getattr(params, f) for f in WindowParams.__dataclass_fields__})


def signal_of(project: Path, params: WindowParams) -> Signal:
    """What the windows of a project are, from its first recording that is long enough.

    Raises InputError if there is none.
    """
    store = Store.of_project(project)
    last: InputError | None = None
    for name in store.names():
        try:
            return cut([store.load(name)], params, "signal").signal()
        except InputError as error:
            last = error
    raise last or InputError("there are no recordings", where=project / "recordings",
                             way_out="run: motekit import FILES")  # fmt: skip


def run(
    project: Path, params: SignalTable, uses: Sequence[BlockUse], report: Report, pool: Executor,
    what: str = "features",
) -> Computed:  # fmt: skip
    """Compute what is not in the cache, then read it.

    Args:
        pool: of processes that share the recordings.

    Raises InputError for blocks that do not fit the signal, or recordings that do not fit each
    other. Finished parts stay in the cache.
    """
    windows = window_params(params)
    signal = signal_of(project, windows)
    pipeline.check(signal, uses)
    planned = cache.plan(project, windows, signal, uses)
    todo = [t for t, _ in planned if t.todo or not t.windows_file.is_file()]
    parts = len(planned) * len(cache.chains(uses))
    fresh = sum(len(t.todo) for t in todo)
    report(what, len(planned) - len(todo), len(planned))
    _compute(todo, len(planned), report, pool, what)
    rows = cache.read(planned, uses, MOST)
    return Computed(
        signal, _table(project, rows, params.split_by), fresh, parts - fresh, rows.recording,
        rows.start, rows.total,
    )  # fmt: skip


def _compute(
    todo: Sequence[cache.Task], planned: int, report: Report, pool: Executor, what: str
) -> None:
    """All tasks over the processes; a few are handed out at a time, so that Ctrl-C ends soon."""
    done = planned - len(todo)
    waiting = list(reversed(todo))
    running = {pool.submit(cache.run_task, waiting.pop()) for _ in range(2 * WORKERS) if waiting}
    while running:
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            future.result()
            done += 1
            report(what, done, planned)
            if waiting:
                running.add(pool.submit(cache.run_task, waiting.pop()))


def _table(project: Path, rows: cache.Rows, split_by: str) -> FeatureTable:
    store = Store.of_project(project)
    names = np.unique(rows.recording)
    groups = {str(name): _group(store, str(name), split_by) for name in names}
    classes = tuple(sorted(set(rows.label.tolist()) - {""}))
    number = {name: i for i, name in enumerate(classes)}
    labels = np.array([number.get(name, -1) for name in rows.label.tolist()], dtype=np.int64)
    return make_table(
        rows.values, rows.names, labels, classes,
        np.array([groups[name] for name in rows.recording.tolist()], dtype=np.str_),
    )  # fmt: skip


def _group(store: Store, name: str, split_by: str) -> str:
    """The group of a recording, as motekit.recordings.split.groups names it."""
    assert split_by in GROUPINGS
    if split_by == "recording":
        return name
    said = store.facts(name)["recording"]
    if not said[split_by]:
        raise InputError(
            f"the recording does not say its {split_by}", where=name,
            way_out=f"import it with a {split_by} (column, file name pattern or sidecar), "
            "or split by recording",
        )  # fmt: skip
    if split_by == "subject":
        return str(said["subject"])
    return f"{said['subject']}\x1f{said['session']}" if said["subject"] else str(said["session"])
