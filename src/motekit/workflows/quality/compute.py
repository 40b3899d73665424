"""Features of a whole project, in parallel and through the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from dataclasses import dataclass, replace
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
from motekit.workflows.features import for_task, known_strange, require_targets
from motekit.workflows.parallel import WORKERS
from motekit.workflows.project import FILE
from motekit.workflows.tables import SignalTable

from . import cache

Report = Callable[..., None]
MOST = 20_000  # windows that are ranked and compared: more change nothing and take memory


@dataclass(frozen=True)
class Work:
    """What was done for one block that makes features.

    Args:
        block: its name behind those it reads ("filter → flatten"), numbered where two are alike.
        computed, cached: recordings whose features were computed now, and found.
    """

    block: str
    computed: int
    cached: int


@dataclass(frozen=True)
class Computed:
    """Features of a project.

    Args:
        table: of at most MOST windows, spread evenly over all.
        work: what was done, block by block.
        recording, start: of each row of the table.
        windows: how many there are altogether.
    """

    signal: Signal
    table: FeatureTable
    work: tuple[Work, ...]
    recording: npt.NDArray[np.str_]
    start: npt.NDArray[np.int64]
    windows: int

    @property
    def computed(self) -> int:
        """Blocks of recordings that were computed now."""
        return sum(w.computed for w in self.work)

    @property
    def cached(self) -> int:
        """Blocks of recordings that were found."""
        return sum(w.cached for w in self.work)


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
    what: str = "features", task: str = "classifier",
) -> Computed:  # fmt: skip
    """Compute what is not in the cache, then read it.

    Args:
        pool: of processes that share the recordings.
        task: what the features are for: "classifier", "regressor" or "anomaly".

    Raises InputError for blocks that do not fit the signal, or recordings that do not fit each
    other. Finished parts stay in the cache.
    """
    windows = window_params(for_task(params, task, params.normal))
    signal = signal_of(project, windows)
    pipeline.check(signal, uses)
    planned = cache.plan(project, windows, signal, uses)
    todo = [t for t, _ in planned if t.todo or not t.windows_file.is_file()]
    work = _work(planned, cache.chains(uses))
    report(what, len(planned) - len(todo), len(planned))
    _compute(todo, len(planned), report, pool, what)
    rows = cache.read(planned, uses, MOST)
    return Computed(
        signal, _table(project, rows, params, task), work, rows.recording, rows.start, rows.total
    )


def _work(
    planned: Sequence[tuple[cache.Task, tuple[Path, ...]]], chains: Sequence[cache.Chain]
) -> tuple[Work, ...]:
    names = [" → ".join(use.block for use in chain) for chain in chains]
    out = []
    for i, (name, chain) in enumerate(zip(names, chains, strict=True)):
        fresh = sum(sum(todo == chain for _, todo in task.todo) for task, _ in planned)
        fresh //= sum(other == chain for other in chains)  # one written twice
        shown = f"{name} ({i + 1})" if names.count(name) > 1 else name
        out.append(Work(shown, fresh, len(planned) - fresh))
    return tuple(out)


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


def _table(project: Path, rows: cache.Rows, params: SignalTable, task: str) -> FeatureTable:
    """Raises InputError for what nothing can be learned from."""
    store = Store.of_project(project)
    names = np.unique(rows.recording)
    groups = {str(name): _group(store, str(name), params.split_by) for name in names}
    classes = tuple(sorted(set(rows.label.tolist()) - {""}))
    number = {name: i for i, name in enumerate(classes)}
    labels = np.array([number.get(name, -1) for name in rows.label.tolist()], dtype=np.int64)
    table = make_table(
        rows.values, rows.names, labels, classes,
        np.array([groups[name] for name in rows.recording.tolist()], dtype=np.str_),
    )  # fmt: skip
    where = f"{project / FILE}: signal"
    if task == "regressor":
        require_targets(rows.target, f"{where}.target")
        return replace(table, targets=rows.target)
    if task == "anomaly":
        return replace(table, strange=known_strange(labels, classes, params.normal, where))
    if len(classes) < 2:
        raise InputError(
            "there is one class only", where=project / "recordings", value=list(classes),
            way_out="record at least two, or learn what is strange: [anomaly]",
        )  # fmt: skip
    return table


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
