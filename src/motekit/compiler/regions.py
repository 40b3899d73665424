"""Which memory everything of a network lies in, where there are several of different speed.

The cost of a placement is the sum over all accesses of what one takes where it goes. The cheapest
is an integer program: a choice for every buffer, and at every event what is alive in a region
within its size. That leaves out holes between buffers, so each region is then planned for real;
what no plan fits into its region is forbidden and the program solved again. What the first
solution costs is a bound that no placement goes below; the one returned says if it meets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from motekit.core.errors import MachineError, PromiseError
from motekit.core.memory import Region

from . import plan as planner
from .plan import Buffer, Plan, Sharing, aligned

ROUNDS = 60  # integer programs solved before regions are taken for smaller than they are
QUICK = 200  # orders that a plan tries first
UNREAD = 1e-6  # accesses of what is never accessed, a byte: it goes where it is slow


@dataclass(frozen=True)
class Item:
    """Something to be placed for good: a constant, or the state.

    Args:
        weights: a constant; else it lies in RAM.
    """

    name: str
    nbytes: int
    weights: bool


@dataclass(frozen=True)
class Problem:
    """What is to be placed.

    Args:
        buffers, sharings: what the planner of one memory takes.
        together: sets of buffers that must lie in one region.
        heat: name → accesses in a run; what is missing counts as none.
    """

    regions: Sequence[Region]
    buffers: Sequence[Buffer]
    sharings: Sequence[Sharing] = ()
    items: Sequence[Item] = ()
    together: Sequence[Sequence[str]] = ()
    heat: Mapping[str, float] = field(default_factory=dict)

    @property
    def placed(self) -> list[Item]:
        """Items that are placed: constants only where a region may hold some."""
        able = any(r.holds_weights for r in self.regions)
        return [item for item in self.items if able or not item.weights]

    def cost(self, where: Mapping[str, str]) -> float:
        """Cycles that all accesses take."""
        cycles = {r.name: r.cycles for r in self.regions}
        return sum(self.heat.get(name, 0.0) * cycles[region] for name, region in where.items())


@dataclass(frozen=True)
class Placement:
    """Where everything lies.

    Args:
        where: buffer or item → its region.
        plans: region → the offsets of its buffers, and how many bytes they take.
        taken: region → bytes, items included.
        cost: cycles that all accesses take; bound: that no placement goes below.
    """

    where: Mapping[str, str]
    plans: Mapping[str, Plan]
    taken: Mapping[str, int]
    cost: float
    bound: float

    @property
    def optimal(self) -> bool:
        return self.cost <= self.bound * (1 + 1e-9) + 1e-6


def place(problem: Problem, name: str = "") -> Placement:
    """The cheapest placement found.

    Raises:
        PromiseError: the regions are too small, however it is placed.
    """
    program = _Program(problem)
    bound, limits = None, {r.name: r.nbytes for r in problem.regions}
    for round_ in range(4 * ROUNDS):
        where = program.solve(limits)
        if where is None:
            raise _refused(problem, name)
        bound = problem.cost(where) if bound is None else bound
        plans, over = _plans(problem, where)
        if not over:
            taken = {r.name: _items(problem, where, r) + plans[r.name].nbytes
                     for r in problem.regions}  # fmt: skip
            return Placement(where, plans, taken, problem.cost(where), bound)
        for region, excess in over.items():
            program.forbid(region, where, plans[region].nbytes)
            if round_ >= ROUNDS:
                limits[region] -= min(excess, 64)
    raise _refused(problem, name)


def _plans(
    problem: Problem, where: Mapping[str, str]
) -> tuple[dict[str, Plan], dict[str, int]]:  # fmt: skip
    """A plan of every region, and by how much those are too large that do not fit."""
    plans, over = {}, {}
    for region in problem.regions:
        inside = [b for b in problem.buffers if where[b.name] == region.name]
        names = {b.name for b in inside}
        rules = [s for s in problem.sharings if {s.source, s.output} <= names]
        room = region.nbytes - _items(problem, where, region)
        found = planner.plan(inside, rules, QUICK)
        if found.nbytes > room:
            found = planner.plan(inside, rules)
        plans[region.name] = found
        if found.nbytes > room:
            over[region.name] = found.nbytes - room
    return plans, over


def _items(problem: Problem, where: Mapping[str, str], region: Region) -> int:
    return sum(aligned(i.nbytes) for i in problem.placed if where[i.name] == region.name)


def _refused(problem: Problem, name: str) -> PromiseError:
    """The error, with what is needed and what there is."""
    rams = [r for r in problem.regions if r.holds_tensors]
    state = sum(aligned(i.nbytes) for i in problem.items if not i.weights)
    one = planner.plan(problem.buffers, problem.sharings).nbytes + state
    room = sum(r.nbytes for r in rams)
    largest = max(problem.buffers, key=lambda b: b.nbytes, default=None)
    seen = f"{one:,} B in one memory, {room:,} B in {', '.join(map(str, rams))}"
    if largest is not None:
        seen += f"; the largest piece, {largest.name}, takes {largest.nbytes:,} B"
    weights = sum(aligned(i.nbytes) for i in problem.placed if i.weights)
    if weights:
        seen += f"; weights and tables take {weights:,} B"
    return PromiseError(
        "the network does not fit the regions", where=name or None, value=seen,
        way_out="name more or larger regions, or compile with --optimize ram",
    )  # fmt: skip


class _Program:
    """The integer program: columns are (thing, region), then (sharing, region)."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.items = problem.placed
        allowed = [(b.name, r) for b in problem.buffers for r in problem.regions
                   if r.holds_tensors]  # fmt: skip
        allowed += [(i.name, r) for i in self.items for r in problem.regions
                    if (r.holds_weights if i.weights else r.holds_tensors)]  # fmt: skip
        self.pick = {(name, r.name): at for at, (name, r) in enumerate(allowed)}
        self.cost = [self._price(name, r) for name, r in allowed]
        self.share: dict[tuple[int, str], int] = {}
        self.rows: list[tuple[dict[int, float], float, float]] = []  # coefficients, low, high
        self.rooms: dict[int, str] = {}  # row → the region whose size is its high
        self._choices()
        for region in problem.regions:
            self._room(region)

    def _price(self, name: str, region: Region) -> float:
        """Of a thing in a region. Things that nobody reads leave the fast regions to others."""
        slowest = max(r.cycles for r in self.problem.regions)
        idle = UNREAD * (slowest + 1.0 - region.cycles)
        return self.problem.heat.get(name, 0.0) * region.cycles + idle

    def _choices(self) -> None:
        for name in (*(b.name for b in self.problem.buffers), *(i.name for i in self.items)):
            columns = [at for (other, _), at in self.pick.items() if other == name]
            self.rows.append((dict.fromkeys(columns, 1.0), 1.0, 1.0))
        for tied in self.problem.together:
            for other in tied[1:]:
                for region in self.problem.regions:
                    if region.holds_tensors:
                        a, b = self.pick[tied[0], region.name], self.pick[other, region.name]
                        self.rows.append(({a: 1.0, b: -1.0}, 0.0, 0.0))

    def _room(self, region: Region) -> None:
        static = {self.pick[i.name, region.name]: float(aligned(i.nbytes)) for i in self.items
                  if (i.name, region.name) in self.pick}  # fmt: skip
        if not region.holds_tensors:
            self._within(static, region)
            return
        shared = self._shared(region)
        events = list(planner.telling(self.problem.buffers)) or [0]
        for row in {tuple(sorted(self._alive(region, e, shared).items())) for e in events}:
            self._within({**static, **dict(row)}, region)

    def _within(self, row: dict[int, float], region: Region) -> None:
        self.rooms[len(self.rows)] = region.name
        self.rows.append((row, -np.inf, float(region.nbytes)))

    def _shared(self, region: Region) -> list[tuple[Sharing, int, float]]:
        """(sharing, its column, bytes that it saves): only where both ends are."""
        sizes = {b.name: aligned(b.nbytes) for b in self.problem.buffers}
        found = []
        for i, s in enumerate(self.problem.sharings):
            source, output = sizes[s.source], sizes[s.output]
            lead = aligned(s.lead or 0)
            saved = source + output - max(source + lead, output, source)
            if saved > 0:
                at = self.share[i, region.name] = len(self.pick) + len(self.share)
                found.append((s, at, float(saved)))
                for end in (s.source, s.output):
                    row = {at: 1.0, self.pick[end, region.name]: -1.0}
                    self.rows.append((row, -np.inf, 0.0))
        return found

    def _alive(
        self, region: Region, event: int, shared: Sequence[tuple[Sharing, int, float]]
    ) -> dict[int, float]:
        row: dict[int, float] = {}
        alive = set()
        for b in self.problem.buffers:
            if b.first <= event <= b.last:
                alive.add(b.name)
                used = sum(n for _, n, events in b.pieces if events >> event & 1)
                whole = used if b.parts else aligned(b.nbytes)
                row[self.pick[b.name, region.name]] = float(whole)
        for s, at, saved in shared:
            if s.source in alive and s.output in alive:
                row[at] = -saved
        return row

    def forbid(self, region: str, where: Mapping[str, str], nbytes: int) -> None:
        """All these buffers take so many bytes of a region if they are in it together."""
        inside = [b.name for b in self.problem.buffers if where[b.name] == region]
        row = {self.pick[name, region]: float(nbytes) for name in inside}
        for i in self.items:
            if (i.name, region) in self.pick:
                row[self.pick[i.name, region]] = float(aligned(i.nbytes))
        size = next(r.nbytes for r in self.problem.regions if r.name == region)
        self.rows.append((row, -np.inf, float(size + nbytes * (len(inside) - 1))))

    def solve(self, limits: Mapping[str, int]) -> dict[str, str] | None:
        """Thing → region; None if there is no solution."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        count = len(self.pick) + len(self.share)
        if not count:
            return {}
        entries = list(self._entries())
        values, rows, columns = (list(part) for part in zip(*entries, strict=True))
        matrix = coo_array((values, (rows, columns)), shape=(len(self.rows), count))
        high = [limits[self.rooms[i]] if i in self.rooms else row[2]
                for i, row in enumerate(self.rows)]  # fmt: skip
        found = milp(
            np.array([*self.cost, *[0.0] * len(self.share)]),
            constraints=LinearConstraint(matrix.tocsr(), [row[1] for row in self.rows], high),
            integrality=np.array([1] * len(self.pick) + [0] * len(self.share)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0.0},
        )
        if found.status == 2:
            return None
        if found.x is None:
            raise MachineError("the placement was not solved", value=found.message)
        return {name: region for (name, region), at in self.pick.items() if found.x[at] > 0.5}

    def _entries(self) -> Iterator[tuple[float, int, int]]:
        for i, (row, _, _) in enumerate(self.rows):
            for column, value in row.items():
                yield value, i, column
