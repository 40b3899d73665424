"""The cheapest window, rate and block parameters that keep accuracy on held-out groups.

Every change is judged by the same quick model on the same parts of the groups, and its front end
is built and run on the emulated core. Changes that keep accuracy are then put together, the one
that saves most first, as long as all together keep it. What comes out was chosen by these groups:
the accuracy to believe is the one that a training with it then finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.models.inner import Part
from motekit.recordings.store import Store
from motekit.recordings.windows import cut

from . import compute
from .cost import CostTask, energy_uj_per_s, front_end
from .moves import FrontEnd, Move, apply, in_seconds, moves
from .rank import Folds, judge

Report = Callable[..., None]
COST_WINDOWS = 4
TOGETHER = 6  # changes put together at most


@dataclass(frozen=True)
class Option:
    """A front end, judged.

    Args:
        changes: what differs from the project's, in words.
        accuracy: on held-out groups, by the quick model.
        gain, gain_error: difference to the project's and its standard error over the parts.
        cycles: of one window, taking samples and features; energy: µJ a second, estimated;
            both None where accuracy is not kept.
        features: how many there are.
    """

    changes: tuple[str, ...]
    accuracy: float
    gain: float
    gain_error: float
    features: int
    cycles: float | None = None
    cycles_tag: str = ""
    energy_uj_per_s: float | None = None
    flash_bytes: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "changes": list(self.changes), "features": self.features,
            "accuracy": {"value": self.accuracy, "tag": "measured"},
            "gain": self.gain, "gain_error": self.gain_error,
            "cycles": None if self.cycles is None else {
                "value": round(self.cycles), "tag": self.cycles_tag
            },
            "energy_uj_per_s": None if self.energy_uj_per_s is None else {
                "value": self.energy_uj_per_s, "tag": "estimated"
            },
            "flash_bytes": self.flash_bytes,
        }  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """The project's front end, what was tried, and what is proposed (None: nothing cheaper).

    Args:
        margin: accuracy that may be lost.
        front: the proposed window, rate and blocks, to be written into mote.toml.
    """

    base: Option
    tried: tuple[Option, ...]
    proposal: Option | None
    front: FrontEnd | None
    margin: float


@dataclass
class _Bench:
    """What every candidate is tried with."""

    project: Path
    groups: tuple[Part, ...]
    pool: Executor
    core: str
    board: str
    base: Folds | None = None

    def judged(self, front: FrontEnd, texts: tuple[str, ...]) -> Option:
        """Accuracy only. Raises InputError for a front end that cannot be."""
        found = compute.run(
            self.project, front.signal, front.blocks, _quiet, self.pool, "advice"
        )  # fmt: skip
        folds = judge(found.table, self.groups)
        self.base = self.base or folds
        gains = np.array(folds.by_part) - np.array(self.base.by_part)
        error = float(gains.std(ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else 0.0
        return Option(
            texts, folds.accuracy, float(gains.mean()), error, len(found.table.names)
        )  # fmt: skip

    def task(self, front: FrontEnd, features: int) -> CostTask:
        """Its front end on some windows of the first recordings."""
        params, store = compute.window_params(front.signal), Store.of_project(self.project)
        for name in store.names():
            try:
                found = cut([store.load(name)], params, "signal")
            except InputError:
                continue
            some = found.values[:COST_WINDOWS]
            return CostTask(found.signal(), front.blocks, features, some, self.core)
        raise InputError("no recording is as long as a window", where="signal")

    def priced(self, fronts: Sequence[FrontEnd], options: Sequence[Option]) -> list[Option]:
        """The same with their costs."""
        tasks = [self.task(f, o.features) for f, o in zip(fronts, options, strict=True)]
        out = []
        for task, o, bill in zip(tasks, options, self.pool.map(front_end, tasks), strict=True):
            energy = energy_uj_per_s(bill, self.board, task.signal)
            out.append(
                Option(
                    o.changes, o.accuracy, o.gain, o.gain_error, o.features,
                    bill.cycles["total"], bill.cycles_tag, energy, bill.flash_bytes,
                )
            )  # fmt: skip
        return out


def _quiet(what: str, done: int, total: int, note: str = "") -> None:
    """One bar for all candidates is enough."""


def advise(
    project: Path, front: FrontEnd, base: compute.Computed, groups: tuple[Part, ...], margin: float,
    core: str, board: str, pool: Executor, report: Report,
) -> Advice:  # fmt: skip
    """Try cheaper front ends.

    Args:
        base: features of the project as it is.
        groups: parts of the groups to hold out in turn.
        margin: accuracy that may be lost, 0 to 1.
        board: whose energy counts.
    """
    bench = _Bench(project, groups, pool, core, board)
    start = in_seconds(front, base.signal)
    first = bench.judged(start, ())
    single = list(moves(start, base.signal))
    judged: list[tuple[Move, Option]] = []
    for i, move in enumerate(single):
        report("cheaper front ends", i, len(single), move.text)
        try:
            judged.append((move, bench.judged(apply(start, [move]), (move.text,))))
        except InputError:
            continue  # does not fit the blocks
    kept = [(m, o) for m, o in judged if o.gain >= -margin]
    report("cheaper front ends", len(single), len(single), "costs")
    fronts = [start, *(apply(start, [m]) for m, _ in kept)]
    first, *costed = bench.priced(fronts, [first, *(o for _, o in kept)])
    chosen, proposal = _together(bench, start, first, list(zip(kept, costed, strict=True)), margin)
    tried = {o.changes: o for _, o in judged} | {o.changes: o for o in costed}
    return Advice(
        first, tuple(tried.values()), proposal, apply(start, chosen) if chosen else None, margin
    )


def _energy(option: Option) -> float:
    return option.energy_uj_per_s if option.energy_uj_per_s is not None else np.inf


def _together(
    bench: _Bench, start: FrontEnd, first: Option,
    kept: list[tuple[tuple[Move, Option], Option]], margin: float,
) -> tuple[list[Move], Option | None]:  # fmt: skip
    """Moves that together keep accuracy, the one that saves most first; and what they make."""
    order = sorted(kept, key=lambda entry: _energy(entry[1]))
    chosen: list[Move] = []
    best = first
    for (move, _), option in order:
        if _energy(option) >= _energy(first) or len(chosen) == TOGETHER:
            break
        blocks = {m.block for m in chosen}
        taken = any(m.kind == move.kind for m in chosen) or (move.block in blocks - {-1})
        if taken:
            continue
        together = [*chosen, move]
        front = apply(start, together)
        try:
            found = option if not chosen else bench.judged(front, tuple(m.text for m in together))
            if found.gain >= -margin:
                found = found if not chosen else bench.priced([front], [found])[0]
                if _energy(found) < _energy(best):
                    chosen, best = together, found
        except InputError:
            continue
    return chosen, best if chosen else None
