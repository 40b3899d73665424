"""Plan the arena: which bytes each tensor and scratch buffer has, and when.

Time is counted in events: a layer is one, and a group of layers that runs row by row is as many
as it makes rows. Every buffer is alive at some events. Two buffers that are alive together are
disjoint, unless a kernel allows its output to share memory with its input. The search places
buffers one after the other at the lowest free offset; some order of placing gives the optimum,
and orders are improved by moving what lies on top ahead of what keeps it there. The same graph
gives the same plan.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

ALIGN = 4  # bytes: int32 tensors, and word loads of int8 ones
BUDGET = 1_500  # orders to try
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Buffer:
    """Something that needs memory from event `first` to event `last`, both included.

    Args:
        live: bit i is set if it is needed at event i; 0 for all events from first to last.
    """

    name: str
    nbytes: int
    first: int
    last: int
    live: int = 0

    @property
    def events(self) -> int:
        """Bit i is set if the buffer is needed at event i."""
        return self.live or ((1 << (self.last + 1)) - (1 << self.first))

    @staticmethod
    def at(name: str, nbytes: int, live: int) -> Buffer:
        """A buffer that is needed at the events of a bit mask."""
        return Buffer(name, nbytes, (live & -live).bit_length() - 1, live.bit_length() - 1, live)


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
    """Buffers by number; `near[i]` holds (j, open intervals of offsets relative to that of j
    that i cannot have)."""

    sizes: Sequence[int]
    near: Sequence[Sequence[tuple[int, Spans]]]
    bound: int
    best: list[int] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    top: int = 1 << 62

    def place(self, order: Iterable[int]) -> tuple[list[int], int]:
        """Offsets, and how far they reach, of buffers placed in this order."""
        at = [-1] * len(self.sizes)
        top = 0
        for i in order:
            spans = [
                (at[j] + low, at[j] + high)
                for j, relative in self.near[i]
                if at[j] >= 0
                for low, high in relative
            ]
            at[i] = _lowest(spans)
            top = max(top, at[i] + self.sizes[i])
        return at, top

    def keep(self, order: list[int]) -> int:
        """Place, remember the best; how far it reaches."""
        at, top = self.place(order)
        if top < self.top:
            self.best, self.order, self.top = at, list(order), top
        return top

    def improve(self, budget: int) -> None:
        """Move what lies on top ahead of what is in its way, again and again."""
        rng = random.Random(0)
        order, at, top = self.order, self.best, self.top
        while budget > 0 and self.top > self.bound:
            position = {i: place for place, i in enumerate(order)}
            high = max(range(len(order)), key=lambda i: (at[i] + self.sizes[i], i))
            chain = self._below(high, at, position)
            moved = rng.choice(chain)
            ahead = [j for j, _ in self.near[moved] if position[j] < position[moved]]
            if not ahead:
                moved = rng.randrange(len(order))
                ahead = [j for j, _ in self.near[moved] if j != moved]
            if ahead:
                fresh = [i for i in order if i != moved]
                fresh.insert(fresh.index(rng.choice(ahead)), moved)
                reach = self.keep(fresh)
                # A little worse is followed too, seldom: what is best is kept anyway.
                if reach <= top or rng.random() < 0.05:
                    order, top = fresh, reach
                    at, _ = self.place(order)
            budget -= 1
            if budget % 300 == 0:
                order, at, top = list(self.order), self.best, self.top

    def _below(self, high: int, at: Sequence[int], position: Mapping[int, int]) -> list[int]:
        """The buffer on top and, one under the other, those that it rests on."""
        chain, waiting = [high], [high]
        while waiting and len(chain) < 12:
            i = waiting.pop(0)
            for j, _ in self.near[i]:
                rests = at[i] and at[i] - at[j] <= aligned(self.sizes[j]) and at[j] < at[i]
                if rests and position[j] < position[i] and j not in chain:
                    chain.append(j)
                    waiting.append(j)
        return chain


def _lowest(spans: list[tuple[int, int]]) -> int:
    """The lowest offset that lies inside of no open interval."""
    spans.sort()
    offset = 0
    moved = True
    while moved:
        moved = False
        for low, high in spans:
            if low < offset < high:
                offset = aligned(high)
                moved = True
    return offset


def _forbidden(size: int, other: int, leads: tuple[int | None, int | None] | None,
               which: int) -> Spans:  # fmt: skip
    """Offsets relative to another buffer's that a buffer alive with it cannot have.

    Args:
        leads: of the rule for the pair (a tuple of one) or None without a rule.
        which: 0 if the buffer is the output of the rule, 1 if it is the source.
    """
    low, high = -size, other
    if leads is None:
        return ((low, high),)
    lead = leads[0]
    if lead is None:
        return ((low, 0), (0, high))
    low, high = (max(low, -lead), high) if which == 0 else (low, min(high, lead))
    return ((low, high),) if low < high else ()


def _conflicts(
    buffers: Sequence[Buffer], leads: Mapping[tuple[str, str], int | None]
) -> list[list[tuple[int, Spans]]]:
    near: list[list[tuple[int, Spans]]] = [[] for _ in buffers]
    for i, new in enumerate(buffers):
        for j, old in enumerate(buffers):
            if i == j or not new.events & old.events:
                continue
            spans: Spans = _forbidden(new.nbytes, old.nbytes, None, 0)
            if (old.name, new.name) in leads:
                spans = _forbidden(new.nbytes, old.nbytes, (leads[old.name, new.name], None), 0)
            elif (new.name, old.name) in leads:
                spans = _forbidden(new.nbytes, old.nbytes, (leads[new.name, old.name], None), 1)
            if spans:
                near[i].append((j, spans))
    return near


def lower_bound(buffers: Sequence[Buffer], sharings: Sequence[Sharing]) -> int:
    """Bytes alive at the busiest event; there a sharing pair counts as what it spans."""
    by_name = {b.name: b for b in buffers}
    ends = sorted({b.first for b in buffers} | {b.last for b in buffers})
    masks = {event: 1 << event for event in ends}
    for b in buffers:
        if b.live:  # holes: look at every event
            masks |= {e: 1 << e for e in range(b.first, b.last + 1)}
    worst, seen = 0, set()
    for bit in masks.values():
        alive = frozenset(b.name for b in buffers if b.events & bit)
        if alive in seen:
            continue
        seen.add(alive)
        total = sum(by_name[name].nbytes for name in alive)
        for s in sharings:
            if s.source in alive and s.output in alive:
                source, output = by_name[s.source].nbytes, by_name[s.output].nbytes
                span = max(source + (s.lead or 0), output, source)
                total -= max(0, source + output - span)
        worst = max(worst, total, max((by_name[name].nbytes for name in alive), default=0))
    return worst


def plan(buffers: Sequence[Buffer], sharings: Sequence[Sharing] = (), budget: int = BUDGET) -> Plan:
    """Offsets for all buffers.

    Args:
        buffers: unique names; sizes are rounded up to ALIGN.
        sharings: at most one per (source, output).
        budget: orders to try, the same on every machine.
    """
    if not buffers:
        return Plan({}, 0, 0)
    padded = [Buffer(b.name, aligned(b.nbytes), b.first, b.last, b.live) for b in buffers]
    leads = {(s.source, s.output): None if s.lead is None else aligned(s.lead) for s in sharings}
    bound = lower_bound(padded, sharings)
    search = _Search([b.nbytes for b in padded], _conflicts(padded, leads), bound)
    numbers = range(len(padded))
    by_size = sorted(numbers, key=lambda i: (-padded[i].nbytes, padded[i].first, padded[i].name))
    by_time = sorted(numbers, key=lambda i: (padded[i].first, padded[i].name))
    for order in (by_size, by_time, by_time[::-1]):
        search.keep(order)
    search.improve(budget)
    return Plan({b.name: search.best[i] for i, b in enumerate(padded)}, search.top, bound)
