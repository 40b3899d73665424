"""Choose a kernel for every op, and say why.

What is made small is a product of powers of cycles, RAM and bytes of flash, so that a change is
made when what it saves of one is worth more than what it costs of the others: see `score`. "flash"
asks for the fewest bytes of kernels, tables and parameters, whatever they cost. The code of a
kernel counts once, however many ops use it, and so do functions that several kernels share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import kernels

from .rows import Form

Optimize = Literal["speed", "ram", "flash", "balanced"]
MODES: tuple[Optimize, ...] = ("speed", "ram", "flash", "balanced")
# What "speed" and "ram" pay for their own.
SPEED = 8  # "speed" takes 1 % more cycles where they save 8 % of RAM
RAM = 3  # "ram" takes 3 % more cycles where they save 1 % of RAM
BESIDE = 512  # bytes of RAM that any program needs beside its arena
PENNY = 1e6  # "speed" takes 0.1 % more cycles where they save 1,000 B of flash, "ram" 0.9 %
Footprint = Callable[[Op, Kernel, Cost], int]  # bytes of the arena while an op runs


@dataclass(frozen=True)
class Choice:
    """The kernel chosen for one op.

    Args:
        cost: what its cost model says, its code not included.
        why: the reason in words, for the build's explanation.
        rejected: kernel name → why not that one.
    """

    op: Op
    kernel: Kernel
    cost: Cost
    why: str
    rejected: Mapping[str, str]


@dataclass(frozen=True)
class Options:
    """The kernels that can run one op, what they take, and why the others cannot."""

    op: Op
    able: tuple[tuple[Kernel, Cost], ...]
    ram_bytes: tuple[int, ...]
    unable: Mapping[str, str]
    weight_bytes: int

    def quickest(self, limit: int) -> int | None:
        """Fewest cycles within a limit of RAM; None if nothing keeps it."""
        costs = zip(self.able, self.ram_bytes, strict=True)
        return min((cost.cycles for (_, cost), ram in costs if ram <= limit), default=None)

    def position(self, name: str) -> int | None:
        """Where a kernel is among those that can run the op."""
        return next((i for i, (k, _) in enumerate(self.able) if k.name == name), None)


@dataclass(frozen=True)
class Total:
    """What a choice for all ops takes; RAM is that of the op that needs most.

    Args:
        weight_bytes: constants of the graph, whatever is chosen; not in flash_bytes.
    """

    cycles: int
    flash_bytes: int
    ram_bytes: int
    weight_bytes: int = 0


Score = Callable[[Total], tuple[float, ...]]


def score(total: Total, optimize: Optimize) -> tuple[float, ...]:
    """Small is good."""
    if optimize == "flash":
        return total.flash_bytes, total.cycles, total.ram_bytes
    cycles, ram = float(total.cycles), float(BESIDE + total.ram_bytes)
    if optimize == "balanced":
        return cycles * (total.flash_bytes + total.weight_bytes), cycles, ram
    if optimize == "speed":
        return cycles * ram ** (1 / SPEED) * (1 + total.flash_bytes / PENNY), cycles
    return cycles * ram**RAM * (1 + total.flash_bytes / PENNY) ** (3 * RAM), cycles


STEP = 700  # cycles of mk_stream to a step
MOVE = 1  # cycles to move a byte of the rows that are kept


def _cost(kernel: Kernel, form: Form, target: TargetSpec) -> Cost:
    """Of the whole op, in all its steps."""
    cost = kernel.cost(form.op, form.graph, target)
    if form.steps == 1:
        return cost
    if form.running:
        emitted = kernel.running(form.op, form.graph, target) if kernel.running else None
        scratch = emitted.scratch_bytes if emitted else 0
        return Cost(cost.cycles + STEP * form.steps, cost.flash_bytes, scratch)
    kept = sum(form.graph.type(name).nbytes for name in form.graph.inputs)
    steps = form.steps * (cost.cycles + STEP + MOVE * kept)
    return Cost(steps, cost.flash_bytes, cost.ram_bytes)


def _refuses(kernel: Kernel, form: Form, target: TargetSpec) -> str | None:
    """Why a kernel cannot run an op in this form."""
    if not form.running:
        return kernel.applies(form.op, form.graph, target)
    fed = kernel.running is not None and kernel.running(form.op, form.graph, target)
    return None if fed else "it is not fed row by row"


def _options(
    op: Op, form: Form, target: TargetSpec, only: str | None, footprint: Footprint
) -> Options:
    unable: dict[str, str] = {}
    able: list[tuple[Kernel, Cost]] = []
    for kernel in kernels(op.kind):
        reason = _refuses(kernel, form, target)
        if only not in (None, kernel.name):
            reason = f"{only} was asked for"
        if reason is None:
            able.append((kernel, _cost(kernel, form, target)))
        else:
            unable[kernel.name] = reason
    if not able:
        reasons = "; ".join(f"{name}: {why}" for name, why in unable.items())
        raise InputError(
            f"no kernel of {op.kind} can run this op on {target.name}",
            where=f"{form.graph.name}.{op.name}",
            way_out=reasons or "it has no kernels",
        )
    ram_bytes = tuple(footprint(op, kernel, cost) for kernel, cost in able)
    constants = (form.graph.tensors[name] for name in op.inputs if name is not None)
    weight_bytes = sum(t.type.nbytes for t in constants if t.is_constant)
    return Options(op, tuple(able), ram_bytes, unable, weight_bytes)


def options(
    ops: Sequence[Op], graph: Graph, target: TargetSpec, footprint: Footprint,
    forms: Mapping[str, Form], only: Mapping[str, str],
) -> list[Options]:  # fmt: skip
    """The kernels for some ops of a graph, in their order.

    Args:
        footprint: bytes of RAM while an op runs on a kernel.
        forms: op name → how it runs, for those that do not run whole.
        only: op name → name of the one kernel to consider.

    Raises:
        InputError: no kernel applies to an op, with every kernel's reason.
    """
    return [
        _options(op, forms.get(op.name, Form(op, graph)), target, only.get(op.name), footprint)
        for op in ops
    ]


def pick(every: Sequence[Options], better: Score) -> list[int]:
    """A position among each op's able kernels."""
    return min(
        (_settle(every, better, start) for start in _starts(every)),
        key=lambda found: better(total(every, found)),
    )


def total(every: Sequence[Options], picks: Sequence[int]) -> Total:
    """What a choice takes; `picks` holds a position among each op's able kernels."""
    cycles = flash = ram = 0
    code: dict[tuple[str, str], int] = {}
    for options, pick in zip(every, picks, strict=True):
        kernel, cost = options.able[pick]
        cycles += cost.cycles
        flash += cost.flash_bytes
        ram = max(ram, options.ram_bytes[pick])
        code[options.op.kind, kernel.name] = kernel.code_bytes
        code |= {("", part): size for part, size in kernel.common.items()}
    weights = sum(options.weight_bytes for options in every)
    return Total(cycles, flash + sum(code.values()), ram, weights)


def _starts(every: Sequence[Options]) -> Iterator[list[int]]:
    """Where the search begins: the quickest and the smallest kernel of every op by itself."""
    for key in (_quickest, _smallest):
        yield [
            min(range(len(options.able)), key=[key(o) for o in options.able].__getitem__)
            for options in every
        ]


def _quickest(option: tuple[Kernel, Cost]) -> tuple[int, str]:
    return option[1].cycles, option[0].name


def _smallest(option: tuple[Kernel, Cost]) -> tuple[int, str]:
    return option[0].code_bytes + option[1].flash_bytes, option[0].name


def _settle(every: Sequence[Options], better: Score, picks: list[int]) -> list[int]:
    """Improve a choice, one op or all ops of a kind at a time, until nothing helps."""
    best = better(total(every, picks))
    improved = True
    while improved:
        improved = False
        for moved in _moves(every, picks):
            found = better(total(every, moved))
            if found < best:
                best, picks, improved = found, moved, True
    return picks


def _moves(every: Sequence[Options], picks: list[int]) -> Iterator[list[int]]:
    for i, options in enumerate(every):
        for pick in range(len(options.able)):
            if pick != picks[i]:
                yield [*picks[:i], pick, *picks[i + 1 :]]
    names = {(o.op.kind, kernel.name) for o in every for kernel, _ in o.able}
    for kind, name in sorted(names):
        yield [
            found if o.op.kind == kind and (found := o.position(name)) is not None else pick
            for o, pick in zip(every, picks, strict=True)
        ]


def choice(options: Options, pick: int, why: str) -> Choice:
    kernel, cost = options.able[pick]
    rejected = dict(options.unable) | {
        other.name: f"{c.cycles:,} cycles, {c.flash_bytes:,} B of tables and "
        f"{other.code_bytes:,} B of code, {c.ram_bytes:,} B scratch"
        for other, c in options.able
        if other is not kernel
    }
    if len(options.able) == 1:
        why = "the only one that applies"
    return Choice(options.op, kernel, cost, why, rejected)
