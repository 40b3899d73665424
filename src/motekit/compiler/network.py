"""A graph as C: `emit_graph` for use inside a larger program, `compile_network` for one alone.

All text is written with the library's own `mk_` names; the program that uses it gives every
file its prefix at the end (prefix.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted
from motekit.core.target import TargetSpec
from motekit.graph.ops import OPS
from motekit.graph.spec import check

from . import plan as planner
from . import print_c
from .constants import CTYPES, number
from .select import Choice, Optimize, choose


@dataclass(frozen=True)
class Layer:
    """One op of the generated program, for tables.

    Args:
        cycles: what the kernel's cost model estimates.
        weight_bytes: weights and biases in flash; table_bytes: everything else in flash.
    """

    name: str
    kind: str
    kernel: str
    why: str
    rejected: Mapping[str, str]
    shape: tuple[int, ...]
    macs: int
    cycles: int
    weight_bytes: int
    table_bytes: int
    scratch_bytes: int
    stack_bytes: int


@dataclass(frozen=True)
class GraphCode:
    """A graph as pieces of C.

    Args:
        includes: headers the program must include.
        data_c: constants and parameter structs, file scope.
        body_c: one statement a layer, for the inside of a function; reads and writes through
            the expressions given to `emit_graph`.
        sources: file name → text of the kernels used.
        defines: macros for mk_config.h.
        arena_bytes: bytes used from `arena_base` on.
        offsets: tensor or "<op>/scratch" → offset from the start of the arena.
        tight: the arena is as small as any plan can be.
    """

    includes: tuple[str, ...]
    data_c: str
    body_c: str
    sources: Mapping[str, str]
    defines: Mapping[str, int]
    arena_bytes: int
    arena_base: int
    offsets: Mapping[str, int]
    tight: bool
    layers: tuple[Layer, ...]

    @property
    def weight_bytes(self) -> int:
        return sum(layer.weight_bytes for layer in self.layers)

    @property
    def table_bytes(self) -> int:
        return sum(layer.table_bytes for layer in self.layers)

    @property
    def macs(self) -> int:
        return sum(layer.macs for layer in self.layers)

    @property
    def stack_bytes(self) -> int:
        """Bound on the deepest kernel frame."""
        return max((layer.stack_bytes for layer in self.layers), default=0)


def emit_graph(
    graph: Graph,
    prefix: str,
    target: TargetSpec,
    optimize: Optimize = "speed",
    *,
    arena: str = "mk_arena",
    arena_base: int = 0,
    external: Mapping[str, str] | None = None,
) -> GraphCode:
    """Choose kernels, plan the arena, print.

    Args:
        graph: checked here.
        prefix: start of every name printed, for example "classifier_"; the names are static.
        arena: C expression of an `int8_t *`, aligned to 4 bytes.
        arena_base: bytes of the arena that are taken already, a multiple of 4.
        external: tensor name → C expression of a pointer to where it lies; by default inputs
            are "in0", "in1" … and outputs "out0" …; the others lie in the arena. An input may
            be left out of `external` (given as "arena"): it is then planned like the rest.

    Raises:
        InputError: a broken graph, or an op that no kernel can run.
    """
    check(graph)
    places = _external(graph, external)
    chosen = [choose(op, graph, target, optimize) for op in graph.ops]
    emitted = [c.kernel.emit(c.op, graph, target) for c in chosen]
    plan = _plan(graph, target, chosen, emitted, places)
    offsets = {name: arena_base + at for name, at in plan.offsets.items()}
    printer = _Printer(graph, prefix, arena, offsets, places)
    return GraphCode(
        includes=_includes(emitted),
        data_c="\n".join(printer.data(c.op, e) for c, e in zip(chosen, emitted, strict=True)),
        body_c="".join(printer.call(c.op, e) for c, e in zip(chosen, emitted, strict=True)),
        sources=_sources(emitted),
        defines=_defines(chosen, emitted),
        arena_bytes=plan.nbytes,
        arena_base=arena_base,
        offsets=offsets,
        tight=plan.nbytes == plan.lower_bound,
        layers=tuple(_layer(graph, c, e) for c, e in zip(chosen, emitted, strict=True)),
    )


def _external(graph: Graph, given: Mapping[str, str] | None) -> dict[str, str]:
    places = {name: f"in{i}" for i, name in enumerate(graph.inputs)}
    places |= {name: f"out{i}" for i, name in enumerate(graph.outputs)}
    places |= given or {}
    return {name: text for name, text in places.items() if text != "arena"}


def _plan(
    graph: Graph,
    target: TargetSpec,
    chosen: Sequence[Choice],
    emitted: Sequence[Emitted],
    places: Mapping[str, str],
) -> planner.Plan:
    last = len(chosen) - 1
    first_made = {name: 0 for name in graph.inputs}
    last_used = {name: last for name in graph.outputs}
    buffers: list[planner.Buffer] = []
    sharings: list[planner.Sharing] = []
    for step, (choice, e) in enumerate(zip(chosen, emitted, strict=True)):
        op = choice.op
        first_made |= {name: step for name in op.outputs}
        for name in (*op.inputs, *op.outputs):
            if name is not None:
                last_used[name] = max(step, last_used.get(name, step))
        if e.scratch_bytes:
            buffers.append(planner.Buffer(f"{op.name}/scratch", e.scratch_bytes, step, step))
    for name, first in first_made.items():
        if name not in places:
            nbytes = graph.type(name).nbytes
            buffers.append(planner.Buffer(name, nbytes, first, last_used.get(name, first)))
    planned = {b.name for b in buffers}
    for step, choice in enumerate(chosen):
        op = choice.op
        for (i, o), lead in choice.kernel.overlap(op, graph, target).items():
            source, output = op.inputs[i], op.outputs[o]
            if source in planned and output in planned and last_used[str(source)] == step:
                sharings.append(planner.Sharing(str(source), output, lead))
    return planner.plan(buffers, sharings)


@dataclass(frozen=True)
class _Printer:
    graph: Graph
    prefix: str
    arena: str
    offsets: Mapping[str, int]
    places: Mapping[str, str]

    def data(self, op: Op, e: Emitted) -> str:
        stem = f"{self.prefix}{op.name}"
        names = {c.name: f"{stem}_{c.name}" for c in e.constants}
        parts = [print_c.constant(c, names[c.name]) for c in e.constants]
        if e.struct:
            fields = {
                field: names[value] if isinstance(value, str) else number(value)
                for field, value in e.fields.items()
            }
            parts.append(print_c.struct(e.struct, f"{stem}_params", fields))
        return "\n".join(parts)

    def call(self, op: Op, e: Emitted) -> str:
        holes = {"params": f"&{self.prefix}{op.name}_params"}
        for i, name in enumerate(op.inputs):
            if name is not None and not self.graph.tensors[name].is_constant:
                holes[f"in{i}"] = self.pointer(name, const=True)
        for i, name in enumerate(op.outputs):
            holes[f"out{i}"] = self.pointer(name, const=False)
        if e.scratch_bytes:
            holes["scratch"] = f"(void *)&{self.arena}[{self.offsets[f'{op.name}/scratch']}]"
        shape = "x".join(str(n) for n in self.graph.type(op.outputs[0]).shape)
        return f"{e.call.format(**holes)}; /* {op.kind} -> {shape} */\n"

    def pointer(self, name: str, const: bool) -> str:
        if name in self.places:
            return self.places[name]
        text = f"&{self.arena}[{self.offsets[name]}]"
        ctype = CTYPES[self.graph.type(name).dtype]
        if ctype == "int8_t":
            return text
        return f"({'const ' if const else ''}{ctype} *)(void *){text}"


def _includes(emitted: Sequence[Emitted]) -> tuple[str, ...]:
    return tuple(sorted({n for e in emitted for _, n in e.sources if n.endswith(".h")}))


def _sources(emitted: Sequence[Emitted]) -> dict[str, str]:
    found: dict[str, str] = {}
    for package, name in sorted({source for e in emitted for source in e.sources}):
        text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
        if found.setdefault(name, text) != text:
            raise ValueError(f"two different kernel files are called {name}")
    return found


def _defines(chosen: Sequence[Choice], emitted: Sequence[Emitted]) -> dict[str, int]:
    merged: dict[str, int] = {}
    for choice, e in zip(chosen, emitted, strict=True):
        for name, value in e.defines.items():
            if merged.setdefault(name, value) != value:
                raise InputError(
                    f"two layers need different values of {name}",
                    where=choice.op.name,
                    value=(merged[name], value),
                )
    return dict(sorted(merged.items()))


def _layer(graph: Graph, choice: Choice, e: Emitted) -> Layer:
    weights = sum(c.values.nbytes for c in e.constants if c.role in ("weights", "bias"))
    op = choice.op
    return Layer(
        name=op.name,
        kind=op.kind,
        kernel=choice.kernel.name,
        why=choice.why,
        rejected=choice.rejected,
        shape=graph.type(op.outputs[0]).shape,
        macs=OPS.get(op.kind).macs(op, graph),
        cycles=choice.cost.cycles,
        weight_bytes=weights,
        table_bytes=sum(c.values.nbytes for c in e.constants) - weights,
        scratch_bytes=e.scratch_bytes,
        stack_bytes=e.stack_bytes,
    )
