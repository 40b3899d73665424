"""Choose a kernel for every op, and say why.

"speed" wants the fewest model cycles, "flash" the fewest bytes of kernels, tables and
parameters, "ram" the least memory, "balanced" the least product of cycles and bytes, weights
included: a change is made when it saves a larger share of one than it costs of the other.
"speed" and "ram" do not ask for their own at any price: SPEED and RAM say which share of the one
is worth which share of the other, PENNY how much flash. A flash budget asks for the fewest cycles
within it. The code of a kernel counts once, however many ops use it, and so do functions that
several kernels share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from motekit.core.errors import InputError, PromiseError
from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import kernels

Optimize = Literal["speed", "ram", "flash", "balanced"]
MODES: tuple[Optimize, ...] = ("speed", "ram", "flash", "balanced")
SPEED = 8  # "speed" takes 1 % more cycles where they save 8 % of RAM
PENNY = 1e6  # "speed" takes 0.1 % more cycles where they save 1,000 B of flash
RAM = 4  # "ram" takes 4 % more cycles where they save 1 % of RAM
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
class _Options:
    """The kernels that can run one op, and why the others cannot."""

    op: Op
    able: tuple[tuple[Kernel, Cost], ...]
    ram_bytes: tuple[int, ...]
    unable: Mapping[str, str]
    weight_bytes: int

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
    weight_bytes: int


Score = Callable[[Total], tuple[float, ...]]
SCORES: Mapping[str, Score] = {
    "speed": lambda t: (
        t.cycles * _power(t.ram_bytes, 1 / SPEED) * (1.0 + t.flash_bytes / PENNY),
        t.cycles,
    ),
    "flash": lambda t: (t.flash_bytes, t.cycles, t.ram_bytes),
    "ram": lambda t: (t.cycles * _power(t.ram_bytes, RAM), t.flash_bytes),
    "balanced": lambda t: (
        float(t.cycles) * (t.flash_bytes + t.weight_bytes),
        t.cycles,
        t.ram_bytes,
    ),
}


def _power(ram_bytes: int, exponent: float) -> float:
    return float((1 + ram_bytes) ** exponent)


def _scratch(op: Op, kernel: Kernel, cost: Cost) -> int:
    return cost.ram_bytes


def choose_all(
    ops: Sequence[Op],
    graph: Graph,
    target: TargetSpec,
    optimize: Optimize = "speed",
    *,
    only: Mapping[str, str] | None = None,
    flash_budget: int | None = None,
    footprint: Footprint = _scratch,
) -> list[Choice]:
    """The kernels for some ops of a graph, in their order.

    Args:
        footprint: bytes of RAM while an op runs on a kernel; by default its scratch.
        only: op name → name of the one kernel to consider.
        flash_budget: bytes of kernels, tables and parameters that may be used; the mode is then
            speed.

    Raises:
        InputError: no kernel applies to an op, with every kernel's reason.
        PromiseError: the budget is too small for any choice found.
    """
    wanted = only or {}
    every = [_options(op, graph, target, wanted.get(op.name), footprint) for op in ops]
    if flash_budget is None:
        score, why = SCORES[optimize], f"best for {optimize}"
    else:
        score, why = _within(flash_budget), f"quickest within {flash_budget} B of flash"
    picks = min(
        (_settle(every, score, start) for start in _starts(every)),
        key=lambda found: score(total(every, found)),
    )
    used = total(every, picks).flash_bytes
    if flash_budget is not None and used > flash_budget:
        raise PromiseError(
            "the kernels do not fit the flash budget",
            where=graph.name,
            value=f"{used} B",
            way_out=f"allow more than {flash_budget} B",
        )
    return [_choice(options, pick, why) for options, pick in zip(every, picks, strict=True)]


def _within(budget: int) -> Score:
    return lambda t: (max(0, t.flash_bytes - budget), t.cycles, t.flash_bytes)


def _options(
    op: Op, graph: Graph, target: TargetSpec, only: str | None, footprint: Footprint
) -> _Options:
    unable: dict[str, str] = {}
    able: list[tuple[Kernel, Cost]] = []
    for kernel in kernels(op.kind):
        reason = kernel.applies(op, graph, target)
        if only not in (None, kernel.name):
            reason = f"{only} was asked for"
        if reason is None:
            able.append((kernel, kernel.cost(op, graph, target)))
        else:
            unable[kernel.name] = reason
    if not able:
        reasons = "; ".join(f"{name}: {why}" for name, why in unable.items())
        raise InputError(
            f"no kernel of {op.kind} can run this op on {target.name}",
            where=f"{graph.name}.{op.name}",
            way_out=reasons or "it has no kernels",
        )
    ram_bytes = tuple(footprint(op, kernel, cost) for kernel, cost in able)
    constants = (graph.tensors[name] for name in op.inputs if name is not None)
    weight_bytes = sum(t.type.nbytes for t in constants if t.is_constant)
    return _Options(op, tuple(able), ram_bytes, unable, weight_bytes)


def total(every: Sequence[_Options], picks: Sequence[int]) -> Total:
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


def _starts(every: Sequence[_Options]) -> Iterator[list[int]]:
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


def _settle(every: Sequence[_Options], score: Score, picks: list[int]) -> list[int]:
    """Improve a choice, one op or all ops of a kind at a time, until nothing helps."""
    best = score(total(every, picks))
    improved = True
    while improved:
        improved = False
        for moved in _moves(every, picks):
            found = score(total(every, moved))
            if found < best:
                best, picks, improved = found, moved, True
    return picks


def _moves(every: Sequence[_Options], picks: list[int]) -> Iterator[list[int]]:
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


def _choice(options: _Options, pick: int, why: str) -> Choice:
    kernel, cost = options.able[pick]
    rejected = dict(options.unable) | {
        other.name: f"{c.cycles} cycles, {c.flash_bytes} B and {other.code_bytes} B of code, "
        f"{c.ram_bytes} B scratch"
        for other, c in options.able
        if other is not kernel
    }
    if len(options.able) == 1:
        why = "the only one that applies"
    return Choice(options.op, kernel, cost, why, rejected)
