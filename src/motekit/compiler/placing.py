"""From a chosen arrangement to places: offsets in one arena, or in an array a region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from motekit.core.memory import Region

from . import plan as planner
from .arrange import Arrangement
from .footprint import counters
from .generated import Area
from .regions import Item, Problem, place

STATE = "(state)"  # name of what is kept from run to run


def constant(op: str, name: str) -> str:
    """Name of a constant of an op, unlike any tensor's."""
    return f"{op}: {name}"


@dataclass(frozen=True)
class Memories:
    """What a network is placed in; by default one arena.

    Args:
        regions: memories of different speed.
        heat: thing → accesses in a run, see `GraphCode.places`.
        apart: nothing shares bytes, so that each access tells what it is of.
    """

    regions: tuple[Region, ...] = ()
    heat: Mapping[str, float] = field(default_factory=dict)
    apart: bool = False


ONE = Memories()


@dataclass(frozen=True)
class Places:
    """Where everything lies.

    Args:
        offsets: buffer → bytes from the start of its array.
        nbytes: of all arrays of buffers.
        tight: no plan takes less.
        where: thing → its region; empty for one arena.
        areas: what is taken of each region.
        words: what the placement costs.
    """

    offsets: Mapping[str, int]
    nbytes: int
    tight: bool
    where: Mapping[str, str] = field(default_factory=dict)
    areas: tuple[Area, ...] = ()
    words: str = ""

    def base(self, name: str, arena: str) -> str:
        """C expression of the array that a buffer lies in."""
        region = self.where.get(name)
        return arena if region is None else f"{array(region)}.bytes"


def array(region: str) -> str:
    """The array of tensors in a region."""
    return f"mk_{region}_memory"


def lay_out(
    found: Arrangement, memories: Memories, items: Sequence[Item], name: str, base: int = 0
) -> Places:
    """Places for the buffers of an arrangement, and for `items` where there are regions.

    Raises:
        PromiseError: the regions are too small.
    """
    if memories.apart:
        return apart(found.buffers)
    if not memories.regions:
        offsets = {thing: base + at for thing, at in found.plan.offsets.items()}
        tight = found.plan.nbytes == found.plan.lower_bound
        return Places(offsets, found.plan.nbytes, tight)
    placed = place(Problem(
        memories.regions, found.buffers, found.sharings, items, _together(found), memories.heat,
    ), name)  # fmt: skip
    offsets = {b: at for plan in placed.plans.values() for b, at in plan.offsets.items()}
    areas = tuple(
        Area(r, array(r.name) if placed.plans[r.name].nbytes else "",
             placed.plans[r.name].nbytes, placed.taken[r.name])
        for r in memories.regions
    )  # fmt: skip
    slowest = max(r.cycles for r in memories.regions)
    worst = slowest * sum(memories.heat.get(thing, 0.0) for thing in placed.where)
    least = "no placement costs less" if placed.optimal else f"none is below {placed.bound:,.0f}"
    words = (
        f"accesses take {placed.cost:,.0f} cycles, {worst:,.0f} with everything where it is "
        f"slowest; {least}"
    )
    nbytes = sum(area.arena_bytes for area in areas)
    tight = all(p.nbytes == p.lower_bound for p in placed.plans.values())
    return Places(offsets, nbytes, tight, placed.where, areas, words)


def apart(buffers: Sequence[planner.Buffer]) -> Places:
    """One after the other, as if all were needed at once: a run tells their accesses apart."""
    offsets, at = {}, 0
    for buffer in buffers:
        offsets[buffer.name] = at
        at += planner.aligned(buffer.nbytes)
    return Places(offsets, at, tight=False)


def _together(found: Arrangement) -> list[list[str]]:
    """Layers that run row by row find their rows from one address on."""
    return [
        [counters(unit), *dict.fromkeys(row.name for row in unit.group.layers)]
        for unit in found.units
        if unit.group is not None
    ]
