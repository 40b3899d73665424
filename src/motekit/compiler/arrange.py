"""Which layers run row by row in groups, with which kernels, and where everything lies.

Every range of layers that can run as a group is played through and priced. For any limit of RAM
the quickest way through the network is then the shortest path over layers and groups; limits from
the least to the most are tried, the best few are planned for real, and the best of those wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from motekit.core.errors import PromiseError
from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import kernels

from . import plan as planner
from . import select, stream
from .footprint import Footprint, Lives, Unit, layout
from .rows import Form, window
from .select import Choice, Options
from .storage import Storage

LONGEST = 40  # layers of a group
TRIED = 6  # arrangements planned for real
SETTLED = 2  # of these, whose kernels are reconsidered
TRIALS = 30  # plans for that
QUICK = 250  # orders that such a plan tries
LIMITS = 48  # limits of RAM looked at


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Args:
        only: op name → the one kernel to consider.
        ram_budget: bytes of the arena; None for as the mode likes.
        flash_budget: bytes of kernels, tables and parameters.
    """

    optimize: select.Optimize = "speed"
    only: Mapping[str, str] | None = None
    ram_budget: int | None = None
    flash_budget: int | None = None

    @property
    def streams(self) -> bool:
        return self.optimize == "ram" or self.ram_budget is not None

    def score(self, total: select.Total) -> tuple[float, ...]:
        own = select.score(total, self.optimize)
        ram = total.ram_bytes - self.ram_budget if self.ram_budget is not None else 0
        flash = total.flash_bytes - self.flash_budget if self.flash_budget is not None else 0
        if self.ram_budget is None and self.flash_budget is None:
            return own
        over = max(0, ram) + max(0, flash)
        return (over, total.cycles, total.flash_bytes, total.ram_bytes)

    @property
    def why(self) -> str:
        limits = [
            f"{n} B of {what}"
            for n, what in ((self.ram_budget, "RAM"), (self.flash_budget, "flash"))
            if n is not None
        ]
        return f"quickest within {' and '.join(limits)}" if limits else f"best for {self.optimize}"


@dataclass(frozen=True)
class Arrangement:
    """How a network runs.

    Args:
        emitted: op name → its code in the form it runs in.
        plan: of one memory; buffers, sharings: what it was made from.
        tried: in words, what else was planned and what it takes.
    """

    units: tuple[Unit, ...]
    choices: tuple[Choice, ...]
    emitted: Mapping[str, Emitted]
    plan: planner.Plan
    buffers: Sequence[planner.Buffer]
    sharings: Sequence[planner.Sharing]
    tried: tuple[str, ...] = ()


def arrange(
    ops: Sequence[Op], graph: Graph, target: TargetSpec, storage: Storage, request: Request
) -> Arrangement:
    """The best arrangement found.

    Raises:
        InputError: no kernel can run an op.
        PromiseError: a budget is too small for every arrangement found.
    """
    lives = Lives.of(graph, ops, storage)
    work = _Work(ops, graph, target, storage, lives, request)
    found = [work.first(tuple(Unit(i, i) for i in range(len(ops))))]
    if request.streams and ops:
        grouped = [units for units in work.candidates() if any(unit.group for unit in units)]
        found += [work.first(units) for units in grouped]
    found.sort(key=work.score)
    best = min((work.settle(draft) for draft in found[:SETTLED]), key=work.score)
    _require(work.total(best), request, graph)
    others = [work.describe(draft) for draft in found if draft.units != best.units]
    return work.finish(best, (work.describe(best), *others))


def _require(total: select.Total, request: Request, graph: Graph) -> None:
    """Raise PromiseError for the first budget that is not kept."""
    for limit, used, what in (
        (request.flash_budget, total.flash_bytes, "flash"),
        (request.ram_budget, total.ram_bytes, "RAM"),
    ):
        if limit is not None and used > limit:
            raise PromiseError(
                f"the network does not fit the {what} budget",
                where=graph.name,
                value=f"{used} B",
                way_out=f"allow more than {limit} B",
            )


def emit(kernel: Kernel, form: Form, target: TargetSpec) -> Emitted:
    """The code of one op in the form it runs in."""
    if not form.running:
        return kernel.emit(form.op, form.graph, target)
    fed = kernel.running(form.op, form.graph, target) if kernel.running is not None else None
    assert fed is not None, f"kernel {kernel.name} of {form.op.name} is not fed row by row"
    return fed


@dataclass(frozen=True)
class _Draft:
    """Units with a kernel picked for every op, planned."""

    units: tuple[Unit, ...]
    every: Sequence[Options]
    picks: tuple[int, ...]
    plan: planner.Plan


class _Work:
    def __init__(
        self, ops: Sequence[Op], graph: Graph, target: TargetSpec, storage: Storage, lives: Lives,
        request: Request,
    ) -> None:  # fmt: skip
        self.ops, self.graph, self.target = ops, graph, target
        self.storage, self.lives, self.request = storage, lives, request

    # --- one arrangement --------------------------------------------------------------

    def options(self, units: Sequence[Unit], ops: Sequence[Op]) -> list[Options]:
        forms = {name: form for unit in units for name, form in unit.forms(self.ops).items()}
        footprint = Footprint(self.graph, self.target, self.storage, self.lives, units)
        only = self.request.only or {}
        return select.options(ops, self.graph, self.target, footprint, forms, only)

    def first(self, units: tuple[Unit, ...]) -> _Draft:
        """Kernels by what each op needs where it runs, and a plan."""
        every = self.options(units, self.ops)
        picks = tuple(select.pick(every, self.request.score))
        return _Draft(units, every, picks, self.plan(units, every, picks))

    def plan(
        self, units: Sequence[Unit], every: Sequence[Options], picks: Sequence[int],
        budget: int = planner.BUDGET,
    ) -> planner.Plan:  # fmt: skip
        chosen = {o.op.name: o.able[p] for o, p in zip(every, picks, strict=True)}
        scratch = {name: cost.ram_bytes for name, (_, cost) in chosen.items()}

        def kernel(op: Op) -> Kernel:
            return chosen[op.name][0]

        buffers, rules = layout(
            self.graph, self.target, self.storage, self.lives, units, kernel, scratch
        )
        return planner.plan(buffers, rules, budget)

    def settle(self, draft: _Draft) -> _Draft:
        """Other kernels where the plan shows that they pay: those that need less memory if it is
        they that make the arena large, and quicker ones where there is room."""
        trials = TRIALS
        improved = True
        while improved and trials > 0:
            improved = False
            for picks in self._moves(draft):
                trials -= 1
                if trials < 0:
                    break
                plan = self.plan(draft.units, draft.every, picks, QUICK)
                found = _Draft(draft.units, draft.every, picks, plan)
                if self.score(found) < self.score(draft):
                    draft, improved = found, True
                    break
        plan = self.plan(draft.units, draft.every, draft.picks)
        return min(draft, _Draft(draft.units, draft.every, draft.picks, plan), key=self.score)

    def _moves(self, draft: _Draft) -> list[tuple[int, ...]]:
        """Changes of one kernel that could better the score, the most promising first."""
        ranked = []
        plain = self.total(draft)
        for i, options in enumerate(draft.every):
            kernel, cost = options.able[draft.picks[i]]
            for p, (other, price) in enumerate(options.able):
                saved = cost.ram_bytes - price.ram_bytes
                if other is kernel or (saved <= 0 and price.cycles >= cost.cycles):
                    continue
                picks = (*draft.picks[:i], p, *draft.picks[i + 1 :])
                total = select.total(draft.every, picks)
                ram = plain.ram_bytes - max(0, saved)
                hope = self.request.score(select.Total(total.cycles, total.flash_bytes, ram))
                if hope < self.request.score(plain):
                    ranked.append((hope, picks))
        return [picks for _, picks in sorted(ranked)]

    def total(self, draft: _Draft) -> select.Total:
        return replace(select.total(draft.every, draft.picks), ram_bytes=draft.plan.nbytes)

    def score(self, draft: _Draft) -> tuple[float, ...]:
        return self.request.score(self.total(draft))

    def describe(self, draft: _Draft) -> str:
        groups = [
            f"{self.ops[u.first].name} to {self.ops[u.last].name}" for u in draft.units if u.group
        ]
        total = self.total(draft)
        how = f"row by row {'; '.join(groups)}" if groups else "every layer whole"
        return f"{how}: arena {total.ram_bytes} B, {total.cycles} cycles estimated"

    def finish(self, draft: _Draft, tried: tuple[str, ...]) -> Arrangement:
        choices = tuple(
            select.choice(o, p, self.request.why)
            for o, p in zip(draft.every, draft.picks, strict=True)
        )
        forms = {name: form for unit in draft.units for name, form in unit.forms(self.ops).items()}
        emitted = {
            c.op.name: emit(c.kernel, forms.get(c.op.name, Form(c.op, self.graph)), self.target)
            for c in choices
        }
        plan = draft.plan
        scratch = {name: e.scratch_bytes for name, e in emitted.items()}
        kernels_ = {c.op.name: c.kernel for c in choices}
        buffers, rules = layout(
            self.graph, self.target, self.storage, self.lives, draft.units,
            lambda op: kernels_[op.name], scratch,
        )  # fmt: skip
        if any(scratch[c.op.name] != c.cost.ram_bytes for c in choices):  # it said about so much
            plan = planner.plan(buffers, rules)
        return Arrangement(draft.units, choices, emitted, plan, buffers, rules, tried)

    # --- which arrangements -----------------------------------------------------------

    def candidates(self) -> list[tuple[Unit, ...]]:
        """Arrangements worth planning, the most promising first."""
        every = [(unit, self._options(unit)) for unit in (Unit(i, i) for i in range(len(self.ops)))]
        floor = self._floor()
        hot = {unit.first for unit, found in every if min(found[0].ram_bytes) > floor}
        every += [(unit, self._options(unit)) for unit in self._groups(hot)]
        limits = sorted({n for _, found in every for o in found for n in o.ram_bytes})
        least = next((i for i, b in enumerate(limits) if self._path(every, b)), 0)
        limits = limits[least:]
        if self.request.ram_budget is None:
            limits = limits[:: max(1, len(limits) // LIMITS)]
        else:
            limits = self._near(limits)
        ranked: dict[tuple[int, ...], tuple[tuple[float, ...], tuple[Unit, ...]]] = {}
        for limit in limits:
            path = self._path(every, limit)
            if path is not None:
                score = self.request.score(select.Total(path[0], 0, limit))
                key = tuple(unit.first for unit in path[1])
                if key not in ranked or score < ranked[key][0]:
                    ranked[key] = score, path[1]
        return [units for _, units in sorted(ranked.values(), key=lambda r: r[0])][:TRIED]

    def _near(self, limits: Sequence[int]) -> list[int]:
        """Limits within the budget, the largest first; the least there is if none is."""
        budget = self.request.ram_budget or 0
        inside = [b for b in limits if b <= budget][::-1]
        return inside[:LIMITS] or list(limits[:1])

    def _floor(self) -> int:
        """What no arrangement goes below: whole inputs, whole outputs."""
        sizes = [self.graph.type(n).nbytes for n in (*self.graph.inputs, *self.graph.outputs)]
        return max(sizes, default=0)

    def _groups(self, hot: set[int]) -> list[Unit]:
        """Ranges of ops that can run row by row, from one that needs much to one that does."""
        able = [window(op, self.graph) is not None for op in self.ops]
        found = []
        for first in sorted(hot):
            for last in range(first + 1, min(first + LONGEST, len(self.ops))):
                if not able[last - 1]:
                    break
                if last in hot or not able[last] or self._runs(self.ops[last]):
                    unit = self._group(first, last)
                    if unit is not None:
                        found.append(unit)
        return found

    def _group(self, first: int, last: int) -> Unit | None:
        whole = self.lives.needed_after(Unit(first, last))
        ops = self.ops[first : last + 1]
        group = stream.build(ops, self.graph, self.storage, whole, self._runs)
        return None if group is None else Unit(first, last, group)

    def _runs(self, op: Op) -> bool:
        return any(
            kernel.running is not None and kernel.running(op, self.graph, self.target)
            for kernel in kernels(op.kind)
        )

    def _options(self, unit: Unit) -> list[Options]:
        """For every op of a unit what its kernels take."""
        return self.options([unit], self.ops[unit.first : unit.last + 1])

    def _path(
        self, every: Sequence[tuple[Unit, Sequence[Options]]], limit: int
    ) -> tuple[int, tuple[Unit, ...]] | None:
        """The fewest cycles within a limit, and the units."""
        ending: dict[int, list[tuple[Unit, int]]] = {}
        for unit, found in every:
            cheapest = [o.quickest(limit) for o in found]
            if None not in cheapest:
                cycles = sum(c for c in cheapest if c is not None)
                ending.setdefault(unit.last, []).append((unit, cycles))
        best: list[tuple[int, tuple[Unit, ...]] | None] = [(0, ())]
        for last in range(len(self.ops)):
            ways = []
            for unit, cycles in ending.get(last, ()):
                before = best[unit.first]
                if before is not None:
                    ways.append((before[0] + cycles, (*before[1], unit)))
            best.append(min(ways, key=lambda way: way[0], default=None))
        return best[-1]
