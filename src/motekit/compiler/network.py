"""A graph as C: `emit_graph` for use inside a larger program, `compile_network` for one alone.

All text is written with the library's own `mk_` names; the program that uses it gives every
file its prefix at the end (prefix.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Emitted
from motekit.core.target import TargetSpec
from motekit.graph.ops import OPS
from motekit.graph.passes import PASSES, Pass, Report, simplify

from . import plan as planner
from . import print_c
from .arrange import Arrangement, Request, arrange
from .constants import CTYPES, number
from .footprint import Unit, counters
from .generated import Area, Place
from .groups import STREAM, group_name, print_group
from .placing import ONE, STATE, Memories, Places, array, constant, lay_out
from .regions import Item
from .rows import data_inputs
from .select import Choice, Optimize
from .sources import text as source_text
from .storage import Storage


@dataclass(frozen=True)
class Layer:
    """One op of the generated program, for tables.

    Args:
        function: C function that the kernel's call begins with.
        cycles_estimated: by the kernel's cost model.
        weight_bytes: weights and biases in flash; table_bytes: everything else in flash.
    """

    name: str
    kind: str
    kernel: str
    function: str
    why: str
    rejected: Mapping[str, str]
    shape: tuple[int, ...]
    macs: int
    cycles_estimated: int
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
        state_bytes: bytes that must keep their values from run to run.
        reset_c: statements that put the state as it is before the first run.
        arena_bytes: bytes used from `arena_base` on.
        offsets: tensor or "<op>/scratch" → offset from the start of the arena.
        place: tensor → the tensor whose offset is its own; views share one.
        tight: the arena is as small as any plan can be.
        reports: what the passes did, with their proofs.
        memory: how layers share memory, and what else was considered, in words.
        places: everything a run reads or writes.
        areas: regions of memory, if it was placed in some; placement: in words, what it costs.
    """

    includes: tuple[str, ...]
    data_c: str
    body_c: str
    sources: Mapping[str, str]
    defines: Mapping[str, int]
    state_bytes: int
    reset_c: str
    arena_bytes: int
    arena_base: int
    offsets: Mapping[str, int]
    place: Mapping[str, str]
    tight: bool
    layers: tuple[Layer, ...]
    reports: tuple[Report, ...] = ()
    memory: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    areas: tuple[Area, ...] = ()
    placement: str = ""

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
    fixed: str | None = None,
    arena_base: int = 0,
    external: Mapping[str, str] | None = None,
    kernels: Mapping[str, str] | None = None,
    state: str = "mk_state",
    flash_budget: int | None = None,
    ram_budget: int | None = None,
    passes: Sequence[Pass] = PASSES,
    memories: Memories = ONE,
) -> GraphCode:
    """Choose kernels, plan the arena, print.

    Args:
        graph: checked and simplified here.
        prefix: start of every name printed, for example "classifier_"; the names are static.
        arena: C expression of an `int8_t *`, aligned to 4 bytes.
        fixed: the same as an expression of constant address, if there is one.
        arena_base: bytes of the arena that are taken already, a multiple of 4.
        external: tensor name → C expression of a pointer to where it lies; by default inputs
            are "in0", "in1" … and outputs "out0" …; the others lie in the arena. An input may
            be left out of `external` (given as "arena"): it is then planned like the rest.
        kernels: op name → kernel to use in place of the best one.
        state: C expression of an `int8_t *` for the state, aligned to 4 bytes.
        flash_budget: bytes for kernels, tables and parameters, weights not counted.
        ram_budget: bytes for the arena; layers run row by row where that helps.
        passes: rewrites to run first; none changes a byte of the outputs.
        memories: regions to place everything in; by default there is one arena.

    Raises:
        InputError: a broken graph, or an op that no kernel can run.
        PromiseError: a budget or the regions are too small.
    """
    graph, reports = simplify(graph, passes)
    kept = _State.of(graph, state, prefix)
    places = _external(graph, external) | kept.places
    storage = Storage.of(graph, places)
    coded = [op for op in graph.ops if not storage.free(op)]
    request = Request(optimize, kernels, ram_budget, flash_budget)
    found = arrange(coded, graph, target, storage, request)
    _check_state(graph, target, found.choices)
    steps = [_Step(c, found.emitted[c.op.name]) for c in found.choices]
    items = [*_constants(steps), *([Item(STATE, kept.nbytes, False)] if kept.nbytes else [])]
    placed = lay_out(found, memories, items, graph.name, arena_base)
    printer = _Printer(graph, prefix, arena, placed, storage, fixed)
    emitted = [step.emitted for step in steps]
    aligned = _aligned(emitted)
    streamed = STREAM if any(unit.group for unit in found.units) else ()
    by_op = {step.choice.op.name: step for step in steps}
    return GraphCode(
        includes=tuple(sorted({*_includes(emitted), *aligned, *_headers(streamed)})),
        data_c=kept.data_c
        + "\n".join(
            [
                *(printer.data(s.choice.op, s.emitted) for s in steps),
                *(printer.group(u, by_op) for u in found.units if u.group is not None),
                *_tables(printer, found, steps),
            ]
        ),
        body_c="".join(printer.unit(unit, by_op) for unit in found.units),
        sources=_sources(emitted) | {name: source_text(name) for name in (*aligned, *streamed)},
        defines=_defines(steps),
        state_bytes=kept.nbytes,
        reset_c=kept.reset_c,
        arena_bytes=placed.nbytes,
        arena_base=arena_base,
        offsets=placed.offsets,
        place=storage.root,
        tight=placed.tight,
        layers=tuple(_layer(graph, step) for step in steps),
        reports=reports,
        memory=found.tried,
        places=tuple(_places(found, placed, items, prefix, memories)),
        areas=placed.areas,
        placement=placed.words,
    )


def _constants(steps: Sequence[_Step]) -> list[Item]:
    return [
        Item(constant(step.choice.op.name, c.name), c.values.nbytes, True)
        for step in steps
        for c in step.emitted.constants
    ]


def _places(
    found: Arrangement, placed: Places, items: Sequence[Item], prefix: str, memories: Memories
) -> Iterable[Place]:
    def made(name: str, kind: str, symbol: str, offset: int, nbytes: int) -> Place:
        region = placed.where.get(name, "")
        return Place(name, kind, symbol, offset, nbytes, region, memories.heat.get(name))

    kinds = {f"{name}/scratch": "scratch" for name in found.emitted}
    kinds |= {counters(unit): "rows" for unit in found.units}
    for b in found.buffers:
        kind = kinds.get(b.name, "tensor")
        region = placed.where.get(b.name)
        symbol = "mk_memory" if region is None else array(region)
        yield made(b.name, kind, symbol, placed.offsets[b.name], b.nbytes)
    for item in items:
        symbol = prefix + item.name.replace(": ", "_") if item.weights else "mk_kept"
        kind = "weights" if item.weights else "state"
        yield made(item.name, kind, symbol, 0, item.nbytes)


@dataclass(frozen=True)
class _Step:
    """One op that has code."""

    choice: Choice
    emitted: Emitted


def _external(graph: Graph, given: Mapping[str, str] | None) -> dict[str, str]:
    places = {name: f"in{i}" for i, name in enumerate(graph.inputs)}
    places |= {name: f"out{i}" for i, name in enumerate(graph.outputs)}
    places |= given or {}
    return {name: text for name, text in places.items() if text != "arena"}


@dataclass(frozen=True)
class _State:
    """Where the state lies: one buffer after the other, before and after a run in one place."""

    places: dict[str, str]
    nbytes: int
    reset_c: str
    data_c: str

    @staticmethod
    def of(graph: Graph, expression: str, prefix: str) -> _State:
        places: dict[str, str] = {}
        at, lines, constants = 0, [], ""
        for before, after in graph.state:
            type_ = graph.type(before)
            ctype = CTYPES[type_.dtype]
            place = f"({ctype} *)(void *)&{expression}[{at}]"
            zero = type_.quant.zero_point[0] if type_.quant is not None else 0
            value = f"{zero}"
            if before in graph.initial:
                name = f"{prefix}reset_{len(places) // 2}"
                value, constant = _pattern(graph.initial[before], name)
                constants += constant
            lines.append(
                f"for (uint32_t i = 0U; i < {type_.size}U; i++) {{ ({place})[i] = {value}; }}\n"
            )
            places |= {before: place, after: place}
            at += planner.aligned(type_.nbytes)
        return _State(places, at, "".join(lines), constants)


def _pattern(values: npt.NDArray[np.generic], name: str) -> tuple[str, str]:
    """(C expression of element i, constant it needs): what repeats is stored once."""
    flat = values.reshape(-1)
    period = next(
        n
        for n in range(1, flat.size + 1)
        if flat.size % n == 0 and np.array_equal(flat[n:], flat[:-n])
    )
    if period == 1:
        return number(flat[0].item()), ""
    kind = CTYPES[flat.dtype.name]
    shown = print_c.constant(Constant(name, kind, flat[:period], note="after a reset"), name)
    return f"{name}[i % {period}U]", shown


def _check_state(graph: Graph, target: TargetSpec, chosen: Sequence[Choice]) -> None:
    """Raise InputError unless no op reads a state after the one that updates it, which does so
    in place if it reads it itself."""
    for before, after in graph.state:
        last = max((i for i, c in enumerate(chosen) if before in c.op.inputs), default=-1)
        at = next((i for i, c in enumerate(chosen) if after in c.op.outputs), -1)
        if at < max(last, 0):
            raise InputError("a state is read after it is updated", where=graph.name, value=before)
        writer = chosen[at]
        if before in writer.op.inputs:
            pair = (writer.op.inputs.index(before), writer.op.outputs.index(after))
            if writer.kernel.overlap(writer.op, graph, target).get(pair, -1) not in (0, None):
                raise InputError(
                    f"kernel {writer.kernel.name} cannot update a state in place",
                    where=f"{graph.name}.{writer.op.name}",
                )


# A call whose last argument is a pointer to a struct made for it, its braces doubled.
_LITERAL = re.compile(r"&\(const (\w+)\)\{\{(.*)\}\}\)$")


@dataclass(frozen=True)
class _Printer:
    graph: Graph
    prefix: str
    arena: str
    placed: Places
    storage: Storage
    fixed: str | None

    def names(self, op: Op, e: Emitted) -> dict[str, str]:
        """Constant → its name in the file."""
        return {c.name: f"{self.prefix}{op.name}_{c.name}" for c in e.constants}

    def data(self, op: Op, e: Emitted) -> str:
        names = self.names(op, e)
        kinds = {area.region.name: area.region for area in self.placed.areas}
        parts = []
        for c in e.constants:
            region = kinds.get(self.placed.where.get(constant(op.name, c.name), ""))
            storage = print_c.CONSTANT if region is None else print_c.storage(region)
            parts.append(print_c.constant(c, names[c.name], storage))
        if e.struct:
            fields = {name: print_c.field(value, names) for name, value in e.fields.items()}
            parts.append(print_c.struct(e.struct, f"{self.prefix}{op.name}_params", fields))
        return "\n".join(parts)

    def unit(self, unit: Unit, steps: Mapping[str, _Step]) -> str:
        """The statement that runs a layer or a group."""
        if unit.group is None:
            step = next(s for i, s in enumerate(steps.values()) if i == unit.first)
            return self.call(step.choice.op, step.emitted)
        made = self.placed.offsets[counters(unit)]
        base = self.placed.base(counters(unit), self.arena)
        names = [row.op.name for row in unit.group.layers if row.op is not None]
        return (
            f"mk_stream(&{self.prefix}{group_name(unit)}, {base}, "
            f"(uint16_t *)(void *)&{base}[{made}]); /* {names[0]} to {names[-1]}, "
            f"row by row */\n"
        )

    def group(self, unit: Unit, steps: Mapping[str, _Step]) -> str:
        """The table of a group's layers and the function that runs a step of one."""
        assert unit.group is not None
        cases = []
        for row in unit.group.layers:
            if row.op is None:
                copy = None if row.there else f"mk_move(step->out, step->in[0], {row.pitch}U)"
                cases.append((copy, row.name))
            else:
                step = steps[row.op.name]
                cases.append((self.step(step.choice.op, step.emitted), row.op.name))
        return print_group(
            self.prefix + group_name(unit), unit.group, self.placed.offsets, cases, self.arena
        )

    def step(self, op: Op, e: Emitted) -> str:
        """The call that makes rows of an op in a group."""
        holes = {"params": f"&{self.prefix}{op.name}_params", **self.names(op, e)}
        for place, i in enumerate(data_inputs(op, self.graph)):
            holes[f"in{i}"] = f"step->in[{place}]"
        holes |= {"out0": "step->out", "row": "step->row"}
        if e.scratch_bytes:
            holes["scratch"] = self.scratch(op, "mk_arena")
        return e.call.format(**holes)

    def call(self, op: Op, e: Emitted) -> str:
        holes = {"params": f"&{self.prefix}{op.name}_params", **self.names(op, e)}
        for i, name in enumerate(op.inputs):
            if name is not None and not self.graph.tensors[name].is_constant:
                holes[f"in{i}"] = self.pointer(name, const=True)
        for i, name in enumerate(op.outputs):
            holes[f"out{i}"] = self.pointer(name, const=False)
        if e.scratch_bytes:
            holes["scratch"] = self.scratch(op, self.arena)
        shape = "x".join(str(n) for n in self.graph.type(op.outputs[0]).shape)
        text = e.call
        if self.table(op, e):
            text = _LITERAL.sub(f"&{self.prefix}{op.name}_rows)", text)
        return f"{text.format(**holes)}; /* {op.name}: {op.kind} -> {shape} */\n"

    def table(self, op: Op, e: Emitted) -> str:
        """What a call passes in a struct of addresses, as a constant where they are constant:
        that takes no stack."""
        found = _LITERAL.search(e.call)
        every = [n for n in (*op.inputs, *op.outputs) if n is not None]
        moving = [n for n in every if not self.graph.tensors[n].is_constant]
        outside = any(self.storage.root[name] in self.storage.places for name in moving)
        if self.fixed is None or found is None or outside:
            return ""
        fixed = replace(self, arena=self.fixed)
        holes = {f"in{i}": fixed.pointer(n, True) for i, n in enumerate(op.inputs) if n in moving}
        holes |= {f"out{i}": fixed.pointer(n, False) for i, n in enumerate(op.outputs)}
        if e.scratch_bytes:
            holes["scratch"] = self.scratch(op, self.fixed)
        value = "{" + found[2].format(**holes) + "}"
        return f"static const {found[1]} {self.prefix}{op.name}_rows = {value};\n"

    def scratch(self, op: Op, arena: str) -> str:
        name = f"{op.name}/scratch"
        return f"(void *)&{self.placed.base(name, arena)}[{self.placed.offsets[name]}]"

    def pointer(self, name: str, const: bool) -> str:
        root = self.storage.root[name]
        if root in self.storage.places:
            return self.storage.places[root]
        text = f"&{self.placed.base(root, self.arena)}[{self.placed.offsets[root]}]"
        ctype = CTYPES[self.graph.type(name).dtype]
        if ctype == "int8_t":
            return text
        return f"({'const ' if const else ''}{ctype} *)(void *){text}"


def _tables(printer: _Printer, found: Arrangement, steps: Sequence[_Step]) -> list[str]:
    """The constants of calls of layers that run whole."""
    whole = [steps[unit.first] for unit in found.units if unit.group is None]
    texts = [printer.table(step.choice.op, step.emitted) for step in whole]
    return [text for text in texts if text]


def _includes(emitted: Sequence[Emitted]) -> tuple[str, ...]:
    return _headers(name for e in emitted for _, name in e.sources)


def _headers(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name.endswith(".h")}))


def _aligned(emitted: Sequence[Emitted]) -> tuple[str, ...]:
    """The header that constants with an alignment of their own need, if there are any."""
    needed = any(c.align > c.values.dtype.itemsize for e in emitted for c in e.constants)
    return ("mk_align.h",) if needed else ()


def _sources(emitted: Sequence[Emitted]) -> dict[str, str]:
    found: dict[str, str] = {}
    for package, name in sorted({source for e in emitted for source in e.sources}):
        text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
        if found.setdefault(name, text) != text:
            raise ValueError(f"two different kernel files are called {name}")
    return found


def _defines(steps: Sequence[_Step]) -> dict[str, int]:
    merged: dict[str, int] = {}
    for step in steps:
        for name, value in step.emitted.defines.items():
            if merged.setdefault(name, value) != value:
                raise InputError(
                    f"two layers need different values of {name}",
                    where=step.choice.op.name,
                    value=(merged[name], value),
                )
    return dict(sorted(merged.items()))


def _layer(graph: Graph, step: _Step) -> Layer:
    choice, e = step.choice, step.emitted
    weights = sum(c.values.nbytes for c in e.constants if c.role in ("weights", "bias"))
    op = choice.op
    return Layer(
        name=op.name,
        kind=op.kind,
        kernel=choice.kernel.name,
        function=e.call.partition("(")[0],
        why=choice.why,
        rejected=choice.rejected,
        shape=graph.type(op.outputs[0]).shape,
        macs=OPS.get(op.kind).macs(op, graph),
        cycles_estimated=choice.cost.cycles,
        weight_bytes=weights,
        table_bytes=sum(c.values.nbytes for c in e.constants) - weights,
        scratch_bytes=e.scratch_bytes,
        stack_bytes=e.stack_bytes,
    )
