"""Limits of RAM and flash for a bare network: what the linked program takes is within them.

The compiler chooses by estimates of code and stack. What is linked is counted, and as long as it
is too large, chosen again with less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from motekit.compiler.generated import Generated
from motekit.core.errors import PromiseError

ATTEMPTS = 6
BESIDE_ARENA = 280  # bytes of stack and other data that nearly every program needs
GLUE = 300  # bytes of code that calls the kernels
SLACK = 16  # bytes less than what was too much


@dataclass(frozen=True)
class Budget:
    """Bytes that a program may take in all; None for no limit.

    Args:
        ram_bytes: of static data and stack, by its bound.
        flash_bytes: of code, tables and weights.
    """

    ram_bytes: int | None = None
    flash_bytes: int | None = None


UNLIMITED = Budget()


class Linked(Protocol):
    """A program whose memory is known."""

    @property
    def generated(self) -> Generated: ...

    def memory(self) -> tuple[int, int]:
        """(bytes of RAM, bytes of flash)."""


Made = TypeVar("Made", bound=Linked)


def fit(
    budget: Budget, weights: int, make: Callable[[int | None, int | None], Made], name: str
) -> Made:
    """The first program made that keeps the budget.

    Args:
        weights: bytes of weights and biases of the graph.
        make: (bytes for the arena, bytes for kernels and tables) → program.

    Raises:
        PromiseError: none keeps it.
    """
    arena = None if budget.ram_bytes is None else budget.ram_bytes - BESIDE_ARENA
    flash = None if budget.flash_bytes is None else budget.flash_bytes - weights - GLUE
    ram_used = flash_used = 0
    for _ in range(ATTEMPTS):
        try:
            made = make(arena, flash)
        except PromiseError as error:
            what = "what lies in the arena" if arena is not None and "RAM" in error.what else "code"
            alone = f"{what} alone takes {error.value}"
            raise _refused(budget, name, alone, ram_used, flash_used) from error
        ram_used, flash_used = made.memory()
        over = (_over(ram_used, budget.ram_bytes), _over(flash_used, budget.flash_bytes))
        if over == (0, 0):
            return made
        if over[0] and arena is not None:
            arena = min(arena, made.generated.sizes["arena_bytes"]) - over[0] - SLACK
        if over[1] and flash is not None:
            flash -= over[1] + SLACK
    raise _refused(budget, name, "no choice of kernels and groups fits", ram_used, flash_used)


def _over(used: int, limit: int | None) -> int:
    return 0 if limit is None else max(0, used - limit)


def _refused(budget: Budget, name: str, what: str, ram: int, flash: int) -> PromiseError:
    limits = [
        f"{limit:,} B of {kind}"
        for limit, kind in ((budget.ram_bytes, "RAM"), (budget.flash_bytes, "flash"))
        if limit is not None
    ]
    least = f"the smallest found takes {ram:,} B of RAM and {flash:,} B of flash" if ram else None
    if len(limits) == 2:
        way_out = (
            "allow more of one; --optimize ram and --optimize flash show how far down each goes"
        )
    else:
        mode = "flash" if budget.ram_bytes is None else "ram"
        way_out = f"allow more; --optimize {mode} shows how far down it goes"
    return PromiseError(
        f"the network does not fit {' and '.join(limits)}: {what}",
        where=name,
        value=least,
        way_out=way_out,
    )
