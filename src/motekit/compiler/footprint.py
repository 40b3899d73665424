"""How long every tensor lives, and how much of the arena is taken while an op runs.

A unit is a layer by itself, or some that follow each other and run row by row as a group. What
lies between two units is whole; inside a group only rows are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Kernel
from motekit.core.target import TargetSpec

from .plan import Buffer, Sharing, aligned, span
from .rows import Form
from .storage import Storage
from .stream import Group

COUNTER = 2  # bytes a layer that count its rows


@dataclass(frozen=True)
class Unit:
    """Ops `first` to `last`, both included; a group if they run row by row."""

    first: int
    last: int
    group: Group | None = None

    def forms(self, ops: Sequence[Op]) -> dict[str, Form]:
        """Op name → how it runs, for ops that do not run whole."""
        if self.group is None:
            return {}
        return {r.op.name: r.form for r in self.group.layers if r.op is not None and r.form}


@dataclass(frozen=True)
class Lives:
    """Tensors of the arena by the numbers of ops: `first` makes one, `last` is the last to use
    it. Inputs live from op 0 on, outputs longer than the last op."""

    ops: Sequence[Op]
    first: Mapping[str, int]
    last: Mapping[str, int]

    @staticmethod
    def of(graph: Graph, ops: Sequence[Op], storage: Storage) -> Lives:
        end = len(ops)
        first = {storage.root[name]: 0 for name in graph.inputs}
        last = {storage.root[name]: end for name in graph.outputs}
        for i, op in enumerate(ops):
            outputs = storage.of_op(op.outputs)
            first |= {str(name): i for name in outputs if name not in first}
            for name in (*storage.of_op(op.inputs), *outputs):
                if name is not None:
                    last[name] = max(i, last.get(name, i))
        inside = {name: at for name, at in first.items() if name not in storage.places}
        return Lives(ops, inside, {name: last.get(name, at) for name, at in inside.items()})

    def needed_after(self, unit: Unit) -> set[str]:
        """Tensors made in a unit that are used after it."""
        made = {name for op in self.ops[unit.first : unit.last + 1] for name in op.outputs}
        return {name for name in made if name not in self.first or self.last[name] > unit.last}

    def sharings(
        self, step: int, kernel: Kernel, graph: Graph, target: TargetSpec, storage: Storage
    ) -> list[Sharing]:
        """Where the output of an op that runs whole may lie in an input nothing else needs."""
        op = self.ops[step]
        found: dict[tuple[str, str], Sharing] = {}
        inputs, outputs = storage.of_op(op.inputs), storage.of_op(op.outputs)
        for (a, b), lead in kernel.overlap(op, graph, target).items():
            source, output = str(inputs[a]), str(outputs[b])
            once = inputs.count(source) == 1 and self.first.get(output) == step
            if once and self.last.get(source) == step:
                found[source, output] = Sharing(source, output, lead)
        return list(found.values())


class Footprint:
    """Bytes of the arena while an op runs on a kernel, holes not counted."""

    def __init__(
        self, graph: Graph, target: TargetSpec, storage: Storage, lives: Lives,
        units: Sequence[Unit],
    ) -> None:  # fmt: skip
        self._graph, self._target, self._storage, self._lives = graph, target, storage, lives
        self._step = {op.name: i for i, op in enumerate(lives.ops)}
        self._rows: dict[str, int] = {}
        for unit in units:
            if unit.group is not None:
                self._rows |= group_bytes(unit, unit.group, graph, lives)

    def __call__(self, op: Op, kernel: Kernel, cost: Cost) -> int:
        if op.name in self._rows:
            return self._rows[op.name] + aligned(cost.ram_bytes)
        graph, step, lives = self._graph, self._step[op.name], self._lives
        size = {
            name: aligned(graph.type(name).nbytes)
            for name, first in lives.first.items()
            if first <= step <= lives.last[name]
        }
        shared = lives.sharings(step, kernel, graph, self._target, self._storage)
        saved = (
            size[s.source] + size[s.output]
            - max(size[s.source] + (s.lead or 0), size[s.output], size[s.source])
            for s in shared
        )  # fmt: skip
        return sum(size.values()) - max((0, *saved)) + aligned(cost.ram_bytes)


def group_bytes(unit: Unit, group: Group, graph: Graph, lives: Lives) -> dict[str, int]:
    """Op name → bytes alive at the busiest of its steps, its scratch not counted; of inputs that
    end in the group only the rows that are still needed."""
    inside = {r.name for r in group.layers if not r.there or lives.last[r.name] <= unit.last}
    rest = sum(
        aligned(graph.type(name).nbytes)
        for name, first in lives.first.items()
        if first <= unit.last and lives.last[name] >= unit.first and name not in inside
    )
    at = [rest + aligned(COUNTER * len(group.layers))] * len(group.events)
    for i, row in enumerate(group.layers):
        if row.name in inside:
            for _, nbytes, events in group.parts(i):
                for e in range(len(at)):
                    if events >> e & 1:
                        at[e] += nbytes
    return {
        row.op.name: max(at[e] for e, event in enumerate(group.events) if event.layer == i)
        for i, row in enumerate(group.layers)
        if row.op is not None
    }


@dataclass
class _Layout:
    """Buffers and rules of units one after the other, events numbered through."""

    graph: Graph
    lives: Lives
    scratch: Mapping[str, int]
    end: int
    buffers: list[Buffer]
    first: dict[str, int]
    last: dict[str, int]
    begins: dict[str, list[int]]  # tensors that are made row by row: event of every row
    ends: dict[str, list[int]]  # tensors that are used up row by row
    inside: set[str]

    def layer(self, unit: Unit, at: int, inputs: set[str]) -> None:
        """A layer that runs whole at event `at`."""
        name = self.lives.ops[unit.first].name
        for tensor in self.lives.first:
            if tensor not in inputs and self.lives.first[tensor] == unit.first:
                self.first[tensor] = at
            if self.lives.last[tensor] == unit.first:
                self.last[tensor] = at
        if self.scratch.get(name):
            self.buffers.append(Buffer(f"{name}/scratch", self.scratch[name], at, at))

    def group(self, unit: Unit, group: Group, at: int) -> None:
        """A group whose first event is `at`."""
        size, last = COUNTER * len(group.layers), at + len(group.events) - 1
        self.buffers.append(Buffer(counters(unit), size, at, last))
        for i, row in enumerate(group.layers):
            masks = [(offset, size, events << at) for offset, size, events in group.parts(i)]
            if not row.whole:
                self.inside.add(row.name)
                self.buffers.append(Buffer.of(row.name, masks))
            elif row.there and self.lives.last[row.name] <= unit.last:
                self.ends[row.name] = [m.bit_length() - 1 for _, _, m in masks]
                self.last[row.name] = max(self.ends[row.name])
            elif not row.there:
                self.begins[row.name] = [(m & -m).bit_length() - 1 for _, _, m in masks]
                self.first[row.name] = min(self.begins[row.name])
                if self.lives.last[row.name] <= unit.last:
                    self.last[row.name] = last
            if row.op is not None and self.scratch.get(row.op.name):
                events = group.events_of(i) << at
                if row.form is not None and row.form.running:
                    events = span((events & -events).bit_length() - 1, events.bit_length() - 1)
                piece = (0, self.scratch[row.op.name], events)
                self.buffers.append(Buffer.of(f"{row.op.name}/scratch", [piece]))

    def tensors(self, outputs: set[str]) -> list[Buffer]:
        """Those that lie whole in the arena."""
        found = []
        for name in self.lives.first:
            if name in self.inside:
                continue
            last = self.end if name in outputs else self.last[name]
            size = self.graph.type(name).nbytes
            if name not in self.begins and name not in self.ends:
                found.append(Buffer(name, size, self.first[name], last))
                continue
            rows = len(self.begins.get(name, self.ends.get(name, ())))
            begin = self.begins.get(name, [self.first[name]] * rows)
            end = self.ends.get(name, [last] * rows)
            pitch = size // rows
            parts = [(p * pitch, pitch, span(begin[p], max(begin[p], end[p]))) for p in range(rows)]
            found.append(Buffer.of(name, parts))
        return found


def layout(
    graph: Graph, target: TargetSpec, storage: Storage, lives: Lives, units: Sequence[Unit],
    kernel: Callable[[Op], Kernel], scratch: Mapping[str, int],
) -> tuple[list[Buffer], list[Sharing]]:  # fmt: skip
    """Everything that the arena holds.

    Args:
        kernel: the one chosen for an op.
        scratch: op name → bytes.
    """
    end = sum(len(unit.group.events) if unit.group else 1 for unit in units) - 1
    first, last = dict.fromkeys(lives.first, 0), dict.fromkeys(lives.first, end)
    work = _Layout(graph, lives, scratch, end, [], first, last, {}, {}, set())
    inputs = {storage.root[name] for name in graph.inputs}
    sharings: list[Sharing] = []
    at = 0
    for unit in units:
        if unit.group is None:
            work.layer(unit, at, inputs)
            chosen = kernel(lives.ops[unit.first])
            sharings += lives.sharings(unit.first, chosen, graph, target, storage)
            at += 1
        else:
            work.group(unit, unit.group, at)
            at += len(unit.group.events)
    tensors = work.tensors({storage.root[name] for name in graph.outputs})
    return [*tensors, *work.buffers], sharings


def counters(unit: Unit) -> str:
    """Name of the buffer that counts the rows of a group's layers."""
    return f"group_{unit.first}/rows"
