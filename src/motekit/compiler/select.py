"""Choose a kernel for every op, and say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import kernels

Optimize = Literal["speed", "ram", "flash"]
MODES: tuple[Optimize, ...] = ("speed", "ram", "flash")


@dataclass(frozen=True)
class Choice:
    """The kernel chosen for one op.

    Args:
        cost: what its cost model says.
        why: the reason in words, for the build's explanation.
        rejected: kernel name → why not that one.
    """

    op: Op
    kernel: Kernel
    cost: Cost
    why: str
    rejected: Mapping[str, str]


def rank(cost: Cost, optimize: Optimize) -> tuple[int, int, int]:
    """Sort key: the quantity asked for first, ties by the other two."""
    orders = {
        "speed": (cost.cycles, cost.ram_bytes, cost.flash_bytes),
        "ram": (cost.ram_bytes, cost.cycles, cost.flash_bytes),
        "flash": (cost.flash_bytes, cost.cycles, cost.ram_bytes),
    }
    return orders[optimize]


def _with_code(kernel: Kernel, op: Op, graph: Graph, cost: Cost) -> Cost:
    """The cost with this op's share of the kernel's code, which all ops of a kind use."""
    users = sum(other.kind == op.kind for other in graph.ops)
    return replace(cost, flash_bytes=cost.flash_bytes + kernel.code_bytes // max(users, 1))


def choose(
    op: Op, graph: Graph, target: TargetSpec, optimize: Optimize, only: str | None = None
) -> Choice:
    """The best kernel that can run `op` on `target`.

    Args:
        only: name of the one kernel to consider.

    Raises:
        InputError: no kernel applies, with every kernel's reason.
    """
    rejected: dict[str, str] = {}
    ranked: list[tuple[tuple[int, int, int], str, Kernel, Cost]] = []
    for kernel in kernels(op.kind):
        reason = kernel.applies(op, graph, target)
        if only not in (None, kernel.name):
            reason = f"{only} was asked for"
        if reason is not None:
            rejected[kernel.name] = reason
            continue
        cost = _with_code(kernel, op, graph, kernel.cost(op, graph, target))
        ranked.append((rank(cost, optimize), kernel.name, kernel, cost))
    if not ranked:
        reasons = "; ".join(f"{name}: {why}" for name, why in rejected.items())
        raise InputError(
            f"no kernel of {op.kind} can run this op on {target.name}",
            where=f"{graph.name}.{op.name}",
            way_out=reasons or "it has no kernels",
        )
    ranked.sort(key=lambda item: item[:2])
    _, _, kernel, cost = ranked[0]
    for _, name, _, other in ranked[1:]:
        rejected[name] = (
            f"{other.cycles} cycles, {other.flash_bytes} B flash, {other.ram_bytes} B RAM"
        )
    why = "the only one that applies" if len(ranked) == 1 else f"best for {optimize}"
    return Choice(op, kernel, cost, why, rejected)
