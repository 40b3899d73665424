"""The cheapest window, rate and block parameters that are as good on held-out groups.

Every change is judged by the same quick model on the same parts of the groups, and its front end
is built and run on the emulated core. Changes that lose no more than a margin are then put
together, the one that saves most first, as long as all together lose no more. What comes out was
chosen by these groups: the figure to believe is the one that a training with it then finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.models.data import FeatureTable
from motekit.models.inner import Part
from motekit.recordings.store import Store
from motekit.recordings.windows import cut
from motekit.workflows.features import for_task

from . import compute
from .cost import CostTask, energy_uj_per_s, front_end
from .moves import FrontEnd, Move, apply, in_seconds, moves
from .rank import Folds, judge
from .yardstick import Yardstick

Report = Callable[..., None]
COST_WINDOWS = 4
TOGETHER = 6  # changes put together at most
WORTH = 0.01  # share of the energy that a change must save to be proposed


@dataclass(frozen=True)
class Option:
    """A front end, judged.

    Args:
        changes: what differs from the project's, in words; toml: as it is written there.
        merit: on held-out groups, by the quick model, more is better (see `yardstick`); None
            where nothing can be judged.
        gain, gain_error: difference to the project's and its standard error over the parts.
        cycles: of one window, taking samples and features; energy: µJ a second, estimated;
            both None where more than the margin is lost.
        features: how many there are.
    """

    changes: tuple[str, ...]
    toml: tuple[str, ...]
    merit: float | None
    gain: float
    gain_error: float
    features: int
    cycles: float | None = None
    cycles_tag: str = ""
    energy_uj_per_s: float | None = None
    flash_bytes: int | None = None

    def as_dict(self, yardstick: Yardstick) -> dict[str, Any]:
        value = None if self.merit is None else yardstick.value(self.merit)
        return {
            "changes": list(self.changes), "toml": list(self.toml), "features": self.features,
            "score": None if value is None else {"value": value, "tag": "measured"},
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
        refused: (change, why) of those that do not fit the blocks or the recordings.
        margin: merit that may be lost.
    """

    base: Option
    tried: tuple[Option, ...]
    proposal: Option | None
    margin: float
    refused: tuple[tuple[str, str], ...] = ()

    def saved(self, option: Option) -> float:
        """Share of the energy that an option saves; 0 where its cost is not known."""
        if option.energy_uj_per_s is None or not self.base.energy_uj_per_s:
            return 0.0
        return 1 - option.energy_uj_per_s / self.base.energy_uj_per_s


@dataclass(frozen=True)
class Bench:
    """What every candidate is tried with.

    Args:
        task: what the features are for.
        look: the features that the learner sees of a table.
        groups: parts of the groups to hold out in turn.
        board: whose energy counts.
    """

    project: Path
    task: str
    look: Callable[[FeatureTable], FeatureTable]
    groups: tuple[Part, ...]
    pool: Executor
    core: str
    board: str

    def judged(self, front: FrontEnd, moves: Sequence[Move], base: Folds) -> Option:
        """Merit only. Raises InputError for a front end that cannot be."""
        found = compute.run(
            self.project, front.signal, front.blocks, _quiet, self.pool, "advice", self.task
        )  # fmt: skip
        folds = judge(self.look(found.table), self.groups)
        gain, error = folds.gain(base)
        return Option(
            tuple(m.text for m in moves), tuple(m.toml for m in moves), folds.merit, gain, error,
            len(found.table.names),
        )  # fmt: skip

    def probe(self, front: FrontEnd, features: int) -> CostTask:
        """Its front end on some windows of the first recordings."""
        params = compute.window_params(for_task(front.signal, self.task, front.signal.normal))
        store = Store.of_project(self.project)
        for name in store.names():
            try:
                found = cut([store.load(name)], params, "signal")
            except InputError:
                continue
            some = found.values[:COST_WINDOWS]
            return CostTask(found.signal(), front.blocks, features, some, self.core)
        raise InputError("no recording is as long as a window", where="signal",
                         way_out="make length_s shorter, or record longer")  # fmt: skip

    def priced(self, fronts: Sequence[FrontEnd], options: Sequence[Option]) -> list[Option]:
        """The same with their costs."""
        tasks = [self.probe(f, o.features) for f, o in zip(fronts, options, strict=True)]
        out = []
        for task, o, bill in zip(tasks, options, self.pool.map(front_end, tasks), strict=True):
            energy = energy_uj_per_s(bill, self.board, task.signal)
            out.append(
                replace(
                    o, cycles=bill.cycles["total"], cycles_tag=bill.cycles_tag,
                    energy_uj_per_s=energy, flash_bytes=bill.flash_bytes,
                )
            )  # fmt: skip
        return out


def _quiet(what: str, done: int, total: int, note: str = "") -> None:
    """One bar for all candidates is enough."""


def price_only(bench: Bench, front: FrontEnd, base: compute.Computed) -> Advice:
    """What the front end costs, where nothing says what a cheaper one would lose."""
    option = Option((), (), None, 0.0, 0.0, len(base.table.names))
    (priced,) = bench.priced([front], [option])
    return Advice(priced, (), None, 0.0)


def advise(
    bench: Bench, front: FrontEnd, base: compute.Computed, folds: Folds, margin: float,
    report: Report,
) -> Advice:  # fmt: skip
    """Try cheaper front ends.

    Args:
        base: features of the project as it is; folds: how they are judged.
        margin: merit that may be lost.
    """
    start = in_seconds(front, base.signal)
    first = Option((), (), folds.merit, 0.0, 0.0, len(base.table.names))
    single = [_in_place(move, front, start) for move in moves(start, base.signal)]
    judged: list[tuple[Move, Option]] = []
    refused: list[tuple[str, str]] = []
    for i, move in enumerate(single):
        report("cheaper front ends", i, len(single), move.text)
        try:
            judged.append((move, bench.judged(apply(start, [move]), [move], folds)))
        except InputError as error:
            refused.append((move.text, error.what))
    kept = [(m, o) for m, o in judged if o.gain >= -margin]
    report("cheaper front ends", len(single), len(single), "costs")
    fronts = [start, *(apply(start, [m]) for m, _ in kept)]
    first, *costed = bench.priced(fronts, [first, *(o for _, o in kept)])
    pairs = list(zip(kept, costed, strict=True))
    proposal = _together(bench, start, (first, folds), pairs, margin)
    tried = {o.changes: o for _, o in judged} | {o.changes: o for o in costed}
    return Advice(first, tuple(tried.values()), proposal, margin, tuple(refused))


def _in_place(move: Move, front: FrontEnd, start: FrontEnd) -> Move:
    """A move of rate or window, for a project that counts samples: they would win."""
    if move.block >= 0 or not (front.signal.length or front.signal.stride):
        return move
    length_s = move.length_s or start.signal.length_s
    told = "" if move.length_s else f", length_s = {length_s:g}"
    return replace(
        move, toml=f"{move.toml}{told}, stride_s = {start.signal.stride_s:g} (in place of length "
        "and stride)",
    )  # fmt: skip


def _energy(option: Option) -> float:
    return option.energy_uj_per_s if option.energy_uj_per_s is not None else np.inf


def _together(
    bench: Bench, start: FrontEnd, base: tuple[Option, Folds],
    kept: list[tuple[tuple[Move, Option], Option]], margin: float,
) -> Option | None:  # fmt: skip
    """What moves make that together lose no more than the margin, the one that saves most first."""
    first, folds = base
    order = sorted(kept, key=lambda entry: _energy(entry[1]))
    chosen: list[Move] = []
    best = first
    for (move, _), option in order:
        if _energy(option) > (1 - WORTH) * _energy(first) or len(chosen) == TOGETHER:
            break
        blocks = {m.block for m in chosen}
        taken = any(m.kind == move.kind for m in chosen) or (move.block in blocks - {-1})
        if taken:
            continue
        together = [*chosen, move]
        front = apply(start, together)
        try:
            found = option if not chosen else bench.judged(front, together, folds)
            if found.gain >= -margin:
                found = found if not chosen else bench.priced([front], [found])[0]
                if _energy(found) <= (1 - WORTH) * _energy(best):
                    chosen, best = together, found
        except InputError:
            continue
    return best if chosen else None
