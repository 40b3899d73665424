"""How long every tensor lives, and how much of the arena is taken while one op runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Kernel
from motekit.core.target import TargetSpec

from .plan import Sharing, aligned
from .storage import Storage


@dataclass(frozen=True)
class Lives:
    """Tensors of the arena by their steps: `first` makes one, `last` is the last to use it."""

    first: Mapping[str, int]
    last: Mapping[str, int]

    @staticmethod
    def of(graph: Graph, ops: Sequence[Op], storage: Storage) -> Lives:
        """Inputs live from step 0 on, outputs to the last step."""
        end = len(ops) - 1
        first = {storage.root[name]: 0 for name in graph.inputs}
        last = {storage.root[name]: end for name in graph.outputs}
        for i, op in enumerate(ops):
            outputs = storage.of_op(op.outputs)
            first |= {str(name): i for name in outputs if name not in first}
            for name in (*storage.of_op(op.inputs), *outputs):
                if name is not None:
                    last[name] = max(i, last.get(name, i))
        inside = {name: at for name, at in first.items() if name not in storage.places}
        return Lives(inside, {name: last.get(name, at) for name, at in inside.items()})

    def alive(self, step: int) -> list[str]:
        return [name for name, at in self.first.items() if at <= step <= self.last[name]]

    def sharings(
        self, step: int, op: Op, kernel: Kernel, graph: Graph, target: TargetSpec, storage: Storage
    ) -> list[Sharing]:
        """Where a kernel's output may lie in an input that nothing needs any more."""
        found: dict[tuple[str, str], Sharing] = {}
        inputs, outputs = storage.of_op(op.inputs), storage.of_op(op.outputs)
        for (a, b), lead in kernel.overlap(op, graph, target).items():
            source, output = str(inputs[a]), str(outputs[b])
            once = inputs.count(source) == 1 and self.first.get(output) == step
            if once and self.last.get(source) == step:
                found[source, output] = Sharing(source, output, lead)
        return list(found.values())


class Footprint:
    """Bytes of the arena while one of some ops runs on a kernel, holes not counted."""

    def __init__(
        self, graph: Graph, target: TargetSpec, ops: Sequence[Op], storage: Storage
    ) -> None:
        self._graph, self._target, self._storage = graph, target, storage
        self._step = {op.name: i for i, op in enumerate(ops)}
        self._lives = Lives.of(graph, ops, storage)

    def __call__(self, op: Op, kernel: Kernel, cost: Cost) -> int:
        graph, step = self._graph, self._step[op.name]
        size = {n: aligned(graph.type(n).nbytes) for n in self._lives.alive(step)}
        shared = self._lives.sharings(step, op, kernel, graph, self._target, self._storage)
        saved = (
            size[s.source] + size[s.output]
            - max(size[s.source] + (s.lead or 0), size[s.output], size[s.source])
            for s in shared
        )  # fmt: skip
        return sum(size.values()) - max((0, *saved)) + aligned(cost.ram_bytes)
