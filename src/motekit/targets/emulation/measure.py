"""Counted edges → instructions and cycles by part and by function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from motekit.core.figures import Figure
from motekit.targets.elf import Elf
from motekit.targets.timing.model import Timing

from .graph import Graph


@dataclass(frozen=True)
class Count:
    """Instructions executed, and cycles of the core's model."""

    instructions: int
    cycles: int


@dataclass(frozen=True)
class Measurement:
    """What a run took.

    Args:
        instructions: exact.
        cycles: by the core's timing model, zero wait states.
        parts: part → what ran between entry to and return from its function, functions it
            called included, other parts not; "" is what ran outside of every part.
        functions: function → what ran in it alone.
        stack_bytes: deepest stack below its value at the start.
        unaligned: loads and stores that were not aligned, where that was looked at. The core
            takes a cycle or more longer for each; the model does not say.
        model: the timing model.
    """

    instructions: int
    cycles: int
    parts: Mapping[str, Count]
    functions: Mapping[str, Count]
    stack_bytes: int
    unaligned: int
    model: Timing

    def figure(self, part: str | None = None) -> Figure:
        """Cycles as a published number, of the whole or of one part."""
        cycles = self.cycles if part is None else self.parts[part].cycles
        factor = self.model.factor
        if factor.low == factor.high:
            return Figure(cycles, "cycles", self.model.tag)
        base = cycles / factor.typical
        return Figure(cycles, "cycles", self.model.tag, base * factor.low, base * factor.high)


def measure(
    graph: Graph, elf: Elf, names: tuple[str, ...], stack_bytes: int, unaligned: int
) -> Measurement:
    """Add up. `names` are the parts, number 1 first."""
    counts = graph.counts().astype(np.int64)
    n = len(counts)
    cycles, instructions = counts * graph.cost[:n], counts * graph.length[:n]
    to = graph.edges["to"][:n]
    part = graph.nodes["part"][to]
    factor = graph.timing.factor.typical

    def total(which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Count:
        return Count(int(instructions[which].sum()), round(int(cycles[which].sum()) * factor))

    parts = {name: total(part == i) for i, name in enumerate(("", *names))}
    functions: dict[str, list[int]] = {}
    for edge in np.flatnonzero(counts):
        symbol = elf.function_at(int(graph.nodes["address"][to[edge]]))
        entry = functions.setdefault(symbol.name if symbol else "?", [0, 0])
        entry[0] += int(instructions[edge])
        entry[1] += int(cycles[edge])
    return Measurement(
        instructions=int(instructions.sum()),
        cycles=round(int(cycles.sum()) * factor),
        parts=parts,
        functions={
            name: Count(i, round(c * factor))
            for name, (i, c) in sorted(functions.items(), key=lambda item: -item[1][1])
            if i
        },
        stack_bytes=stack_bytes,
        unaligned=unaligned,
        model=graph.timing,
    )
