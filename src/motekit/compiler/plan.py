"""Plan the arena: which bytes each tensor and scratch buffer has, and when.

Every buffer lives from the step that makes it to the last step that uses it. Two buffers that
are alive together are disjoint, unless a kernel allows its output to share memory with its
input. The search places buffers one after the other at the lowest free offset; some order of
placing gives the optimum, so small graphs are searched for it and large ones get the best of
a bounded search. The same graph gives the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

ALIGN = 4  # bytes: int32 tensors, and word loads of int8 ones


@dataclass(frozen=True)
class Buffer:
    """Something that needs memory from step `first` to step `last`, both included."""

    name: str
    nbytes: int
    first: int
    last: int


@dataclass(frozen=True)
class Sharing:
    """`output` may share memory with `source` if it starts at least `lead` bytes below it, or
    with lead None if it starts where `source` does."""

    source: str
    output: str
    lead: int | None


@dataclass(frozen=True)
class Plan:
    """Offsets in bytes.

    Args:
        nbytes: size of the arena.
        lower_bound: no plan without sharing rules of its own can be smaller; equal to `nbytes`
            means that the plan is optimal.
    """

    offsets: Mapping[str, int]
    nbytes: int
    lower_bound: int


def aligned(n: int, to: int = ALIGN) -> int:
    """n rounded up to a multiple of `to`."""
    return -(-n // to) * to


@dataclass
class _Search:
    buffers: Sequence[Buffer]
    leads: Mapping[tuple[str, str], int | None]
    bound: int
    budget: int
    best: dict[str, int] = field(default_factory=dict)
    best_bytes: int = 1 << 62

    def forbidden(self, new: Buffer, old: Buffer, at: int) -> list[tuple[int, int]]:
        """Open intervals of offsets that `new` cannot have because `old` is at `at`."""
        if new.last < old.first or old.last < new.first:
            return []
        low, high = at - new.nbytes, at + old.nbytes
        for pair, new_is_output in (((old.name, new.name), True), ((new.name, old.name), False)):
            if pair not in self.leads:
                continue
            lead = self.leads[pair]
            if lead is None:
                return [(low, at), (at, high)]
            low, high = (
                (max(low, at - lead), high) if new_is_output else (low, min(high, at + lead))
            )
        return [(low, high)] if low < high else []

    def lowest(self, new: Buffer, placed: Mapping[str, int], by_name: Mapping[str, Buffer]) -> int:
        spans = sorted(
            span for name, at in placed.items() for span in self.forbidden(new, by_name[name], at)
        )
        offset = 0
        moved = True
        while moved:  # spans are open, so an offset may equal their ends
            moved = False
            for low, high in spans:
                if low < offset < high:
                    offset = aligned(high)
                    moved = True
        return offset

    def place(self, order: Iterable[Buffer]) -> None:
        """Place in a fixed order; keep the result if it is the best so far."""
        by_name = {b.name: b for b in self.buffers}
        placed: dict[str, int] = {}
        top = 0
        for buffer in order:
            placed[buffer.name] = self.lowest(buffer, placed, by_name)
            top = max(top, placed[buffer.name] + buffer.nbytes)
        if top < self.best_bytes:
            self.best, self.best_bytes = placed, top

    def descend(self, placed: dict[str, int], rest: list[Buffer], top: int) -> None:
        """Depth-first over orders, cut at the best so far and at the node budget."""
        if not rest:
            self.best, self.best_bytes = dict(placed), top
            return
        by_name = {b.name: b for b in self.buffers}
        for i, buffer in enumerate(rest):
            if self.budget <= 0 or self.best_bytes <= self.bound:
                return
            self.budget -= 1
            offset = self.lowest(buffer, placed, by_name)
            reach = max(top, offset + buffer.nbytes)
            if reach < self.best_bytes:
                placed[buffer.name] = offset
                self.descend(placed, rest[:i] + rest[i + 1 :], reach)
                del placed[buffer.name]


def lower_bound(buffers: Sequence[Buffer], sharings: Sequence[Sharing]) -> int:
    """Bytes alive at the busiest step; at each step a sharing pair counts as what it spans."""
    steps = range(max((b.last for b in buffers), default=-1) + 1)
    by_name = {b.name: b for b in buffers}
    worst = 0
    for step in steps:
        alive = {b.name for b in buffers if b.first <= step <= b.last}
        total = sum(by_name[name].nbytes for name in alive)
        for s in sharings:
            if s.source in alive and s.output in alive:
                source, output = by_name[s.source].nbytes, by_name[s.output].nbytes
                span = max(source + (s.lead or 0), output, source)
                total -= max(0, source + output - span)
        worst = max(worst, total)
    return worst


def plan(buffers: Sequence[Buffer], sharings: Sequence[Sharing] = (), budget: int = 20_000) -> Plan:
    """Offsets for all buffers.

    Args:
        buffers: unique names; sizes are rounded up to ALIGN.
        sharings: at most one per (source, output); the source must end where the output starts.
        budget: nodes of the search tree to visit, the same on every machine.
    """
    padded = [Buffer(b.name, aligned(b.nbytes), b.first, b.last) for b in buffers]
    leads = {(s.source, s.output): None if s.lead is None else aligned(s.lead) for s in sharings}
    bound = lower_bound(padded, sharings)
    search = _Search(padded, leads, bound, budget)
    by_size = sorted(padded, key=lambda b: (-b.nbytes, b.first, b.name))
    by_time = sorted(padded, key=lambda b: (b.first, b.name))
    for order in (by_size, by_time, by_time[::-1]):
        search.place(order)
    if search.best_bytes > bound:
        search.descend({}, by_size, 0)
    return Plan(search.best, search.best_bytes if padded else 0, bound)
