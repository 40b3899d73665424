"""Cortex-M0+ with the single-cycle multiplier, zero wait states.

Rules from the Arm Cortex-M0+ Technical Reference Manual, table 3-1 (instruction summary).
"""

from __future__ import annotations

from .decode_arm import decode
from .model import Insn, Timing

_TWO = frozenset({"ldr", "ldrb", "ldrh", "ldrsb", "ldrsh", "str", "strb", "strh", "wfe", "wfi"})
_THREE = frozenset({"msr", "mrs", "dsb", "dmb", "isb"})
_LISTS = frozenset({"push", "pop", "ldm", "stm"})


def cycles(insn: Insn, before: Insn | None) -> int:
    """Cycles of an instruction that goes straight on; nothing depends on the one before."""
    if insn.name in _LISTS:
        return 1 + insn.words
    if insn.name == "bl":
        return 2  # 3 with the cycle of `taken`
    return 2 if insn.name in _TWO else 3 if insn.name in _THREE else 1


def taken(insn: Insn) -> int:
    """A branch or ALU write to the PC takes 2; POP with the PC takes 3 + N."""
    return 2 if insn.name == "pop" else 1


MODEL = Timing(
    name="cortex-m0plus",
    tag="emulated",
    sources=("Arm Cortex-M0+ Technical Reference Manual, table 3-1",),
    decode=decode,
    cycles=cycles,
    taken=taken,
)
