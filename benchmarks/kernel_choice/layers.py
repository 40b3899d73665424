"""Layers of a model as graphs of their own, and every kernel of each measured on a core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from motekit import targets
from motekit.compiler.select import choose_all
from motekit.core.graph import Graph, Op
from motekit.graph.ops import OPS, kernels
from motekit.graph.passes import simplify
from motekit.testing.graph_program import Case
from motekit.testing.kernel_cases import core_program
from motekit.testing.op_cases import inputs


@dataclass(frozen=True)
class Layer:
    """One layer under each kernel that can run it.

    Args:
        cycles: kernel → (estimated, emulated).
        flash: kernel → bytes of parameters and tables beyond the weights, and of the kernel.
    """

    model: str
    op: Op
    shape: tuple[int, ...]
    macs: int
    cycles: dict[str, tuple[int, int]]
    flash: dict[str, tuple[int, int]]
    chosen: str

    @property
    def best(self) -> str:
        """The kernel that takes the fewest cycles."""
        return min(self.cycles, key=lambda name: self.cycles[name][1])

    @property
    def lost(self) -> int:
        """Cycles that the choice costs above the best one."""
        return self.cycles[self.chosen][1] - self.cycles[self.best][1]


def alone(graph: Graph, op: Op) -> Graph:
    """A graph with one op of another graph."""
    names = {n for n in (*op.inputs, *op.outputs) if n is not None}
    fed = dict.fromkeys(n for n in op.inputs if n and not graph.tensors[n].is_constant)
    tensors = {n: graph.tensors[n] for n in names}
    return Graph("case", tensors, (op,), tuple(fed), op.outputs)


def layers(model: str, graph: Graph, core: str, slow: bool = False) -> Iterator[Layer]:
    """Every layer that has a choice, or all of them.

    Args:
        slow: also measure kernels that the cost model puts at five times the best or more.
    """
    simplified, _ = simplify(graph)
    target = targets.core(core).spec
    for op in simplified.ops:
        if OPS.get(op.kind).view:
            continue
        one = alone(simplified, op)
        (choice,) = choose_all([op], one, target)
        costs = {
            k.name: k.cost(op, one, target)
            for k in kernels(op.kind)
            if k.applies(op, one, target) is None
        }
        limit = 5 * min(cost.cycles for cost in costs.values())
        names = [n for n, cost in costs.items() if slow or cost.cycles <= limit]
        measured = measure(one, core, names)
        yield Layer(
            model, op, one.type(op.outputs[0]).shape, OPS.get(op.kind).macs(op, one),
            {n: (costs[n].cycles, c) for n, c in zip(names, measured, strict=True)},
            {n: (costs[n].flash_bytes, kernels(op.kind).get(n).code_bytes) for n in names},
            choice.kernel.name,
        )  # fmt: skip


def measure(graph: Graph, core: str, names: Sequence[str]) -> list[int]:
    """Emulated cycles of the graph's one op under each kernel, on one random input."""
    op = graph.ops[0]
    found = []
    for name in names:
        case = Case(graph, {op.name: name})
        with core_program(core, [case]) as program:
            found.append(program.cycles(0, inputs(graph, 0, 1)[-1]))
    return found
