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


Part = tuple[int, int, int]


@dataclass(frozen=True)
class Buffer:
    """Something that needs memory from event `first` to event `last`, both included.

    Args:
        parts: (offset, bytes, events as a bit mask) of the pieces that are not all needed at
            all those events: rows of an image that is used up, or made, row by row.
    """

    name: str
    nbytes: int
    first: int
    last: int
    parts: tuple[Part, ...] = ()

    @property
    def pieces(self) -> tuple[Part, ...]:
        return self.parts or ((0, self.nbytes, span(self.first, self.last)),)

    @staticmethod
    def of(name: str, parts: Sequence[Part]) -> Buffer:
        """A buffer of pieces; those that are needed at the same events are joined."""
        joined: list[Part] = []
        for at, nbytes, events in parts:
            if joined and joined[-1][2] == events and sum(joined[-1][:2]) == at:
                joined[-1] = (joined[-1][0], joined[-1][1] + nbytes, events)
            elif events:
                joined.append((at, nbytes, events))
        every = 0
        for _, _, events in joined:
            every |= events
        size = max((at + nbytes for at, nbytes, _ in parts), default=0)
        first, last = (every & -every).bit_length() - 1, every.bit_length() - 1
        return Buffer(name, size, first, last, tuple(joined))


def span(first: int, last: int) -> int:
    """Bit mask of the events from first to last, both included."""
    return (1 << (last + 1)) - (1 << first)


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


def _ruled(new: Buffer, old: Buffer, lead: int | None, new_is_output: bool) -> Spans:
    """Offsets relative to another buffer's that a buffer cannot have under a rule."""
    low, high = -new.nbytes, old.nbytes
    if lead is None:
        return ((low, 0), (0, high))
    low, high = (max(low, -lead), high) if new_is_output else (low, min(high, lead))
    return ((low, high),) if low < high else ()


def _apart(new: Buffer, old: Buffer) -> Spans:
    """Offsets relative to another buffer's at which pieces would meet that are alive together."""
    found = sorted(
        (there - here - nbytes, there + size - here)
        for here, nbytes, events in new.pieces
        for there, size, others in old.pieces
        if events & others
    )
    joined: list[tuple[int, int]] = []
    for low, high in found:
        if joined and low < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def _conflicts(
    buffers: Sequence[Buffer], leads: Mapping[tuple[str, str], int | None]
) -> list[list[tuple[int, Spans]]]:
    near: list[list[tuple[int, Spans]]] = [[] for _ in buffers]
    for i, new in enumerate(buffers):
        for j, old in enumerate(buffers[:i]):
            if new.last < old.first or old.last < new.first:
                continue
            if (old.name, new.name) in leads:
                spans = _ruled(new, old, leads[old.name, new.name], True)
            elif (new.name, old.name) in leads:
                spans = _ruled(new, old, leads[new.name, old.name], False)
            else:
                spans = _apart(new, old)
            if spans:
                near[i].append((j, spans))
                near[j].append((i, tuple((-high, -low) for low, high in reversed(spans))))
    return near


def lower_bound(buffers: Sequence[Buffer], sharings: Sequence[Sharing]) -> int:
    """Bytes alive at the busiest event; there a sharing pair counts as what it spans."""
    by_name = {b.name: b for b in buffers}
    worst = 0
    for event in telling(buffers):
        bit = 1 << event
        alive = {
            b.name: sum(n for _, n, events in b.pieces if events & bit)
            for b in buffers
            if b.first <= event <= b.last
        }
        total = sum(alive.values())
        for s in sharings:
            if s.source in alive and s.output in alive:
                source, output = by_name[s.source].nbytes, by_name[s.output].nbytes
                joint = max(source + (s.lead or 0), output, source)
                total -= max(0, source + output - joint)
        worst = max(worst, total)
    return worst


def telling(buffers: Sequence[Buffer]) -> list[int]:
    """Events at which something begins or ends; between two of them nothing changes."""
    found = set()
    for buffer in buffers:
        for _, _, events in buffer.pieces:
            changes = events ^ (events << 1)
            while changes:
                at = changes & -changes
                found.add(at.bit_length() - 1)
                changes ^= at
            found.add(events.bit_length() - 1)
    return sorted(found)


def plan(buffers: Sequence[Buffer], sharings: Sequence[Sharing] = (), budget: int = BUDGET) -> Plan:
    """Offsets for all buffers.

    Args:
        buffers: unique names; sizes are rounded up to ALIGN.
        sharings: at most one per (source, output).
        budget: orders to try, the same on every machine.
    """
    if not buffers:
        return Plan({}, 0, 0)
    padded = [Buffer(b.name, aligned(b.nbytes), b.first, b.last, b.parts) for b in buffers]
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
