"""Counted edges → instructions and cycles by part and by function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.figures import Figure
from motekit.targets.elf import Elf
from motekit.targets.timing.model import Timing

from .graph import Graph

Ints = npt.NDArray[Any]


@dataclass(frozen=True)
class Count:
    """Instructions executed, and cycles of the core's model.

    `stack_bytes` is the deepest stack of a part, the functions it calls included; 0 for what
    runs outside of parts, and for single functions.
    """

    instructions: int
    cycles: int
    stack_bytes: int = 0


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


def total(graph: Graph, names: tuple[str, ...]) -> dict[str, Count]:
    """Part → count. `names` are the parts, number 1 first; "" is what ran outside of them."""
    counts = graph.counts()
    n = len(counts)
    part = graph.nodes["part"]
    to, source = part[graph.edges["to"][:n]], part[graph.source[:n]]
    bins = len(names) + 1
    cycles = _add(to, counts * graph.cost[:n], bins) + _add(source, counts * graph.leave[:n], bins)
    instructions = _add(to, counts * graph.length[:n], bins)
    factor = graph.timing.factor.typical
    return {
        name: Count(int(i), round(int(c) * factor), stack)
        for name, i, c, stack in zip(
            ("", *names), instructions, cycles, graph.state.deepest[:bins], strict=True
        )
    }


def _add(index: Ints, values: Ints, bins: int) -> Ints:
    """Exact integer sums; np.bincount would go through floats."""
    out = np.zeros(bins, np.int64)
    np.add.at(out, index, values)
    return out


def measure(
    graph: Graph, elf: Elf, names: tuple[str, ...], stack_bytes: int, unaligned: int
) -> Measurement:
    """Add up. `names` are the parts, number 1 first."""
    parts = total(graph, names)
    return Measurement(
        instructions=sum(count.instructions for count in parts.values()),
        cycles=sum(count.cycles for count in parts.values()),
        parts=parts,
        functions=_functions(graph, elf),
        stack_bytes=stack_bytes,
        unaligned=unaligned,
        model=graph.timing,
    )


def _functions(graph: Graph, elf: Elf) -> dict[str, Count]:
    """Function → what ran in it alone, the most cycles first."""
    counts = graph.counts()
    instructions: dict[str, int] = {}
    cycles: dict[str, int] = {}

    def name(node: int) -> str:
        symbol = elf.function_at(int(graph.nodes["address"][node]))
        return symbol.name if symbol else "?"

    for edge in np.flatnonzero(counts):
        count = int(counts[edge])
        to, source = name(graph.edges["to"][edge]), name(graph.source[edge])
        instructions[to] = instructions.get(to, 0) + count * int(graph.length[edge])
        cycles[to] = cycles.get(to, 0) + count * int(graph.cost[edge])
        cycles[source] = cycles.get(source, 0) + count * int(graph.leave[edge])
    factor = graph.timing.factor.typical
    ranked = sorted(instructions, key=lambda n: (-cycles[n], n))
    return {n: Count(instructions[n], round(cycles[n] * factor)) for n in ranked if instructions[n]}
