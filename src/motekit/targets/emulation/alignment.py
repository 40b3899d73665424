"""Loads and stores at addresses that are not a multiple of their size.

The emulator lets all of them pass; the cores do not. Armv6-M and many RISC-V parts fault on
every one, Armv7-M and Armv8-M on those of multiple, double and floating-point loads and
stores, of which they want a word's alignment, not more (Armv7-M Architecture Reference Manual,
section A3.2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from motekit.core.target import TargetSpec
from motekit.targets.timing.model import Insn

_FORGIVING = frozenset({
    "ldr", "ldrh", "ldrsh", "ldrt", "ldrht", "ldrsht", "str", "strh", "strt", "strht",
})  # fmt: skip


class Alignment:
    """Judges accesses that are not aligned, told of each by the emulator.

    Attributes:
        count: those that the core carries out, at a cost of a cycle or more that the timing
            model leaves out.
    """

    def __init__(self, spec: TargetSpec, insn_at: Callable[[int], Insn]) -> None:
        self._strict = "unaligned" not in spec.features
        self._insn_at = insn_at
        self._fine: dict[int, bool] = {}
        self.count = 0

    def allows(self, pc: int, block: Sequence[Insn] = ()) -> bool:
        """Whether the core carries out an unaligned access by the instruction at `pc`.

        Args:
            block: the block that is running. The emulator may name the block's first
                instruction in place of the one that accessed memory; then the access passes if
                any instruction of the block may have made it.
        """
        fine = self._fine.get(pc)
        if fine is None:
            names = {self._insn_at(pc).name}
            if block and pc == block[0].address:
                names |= {insn.name for insn in block}
            fine = not self._strict and not names.isdisjoint(_FORGIVING)
            self._fine[pc] = fine
        self.count += fine
        return fine
