"""A plain single-issue RV32IMC core, zero wait states.

No calibrated source: the counts are those of a textbook in-order pipeline. One instruction a
cycle, one bubble after a load, two after a change of flow, 16 cycles for a division.
"""

from __future__ import annotations

from .decode_riscv import decode
from .model import Insn, Timing

_LOADS = frozenset({"lb", "lbu", "lh", "lhu", "lw", "c.lw", "c.lwsp"})
_DIVISIONS = frozenset({"div", "divu", "rem", "remu"})


def cycles(insn: Insn, before: Insn | None) -> int:
    """Cycles of an instruction that goes straight on."""
    return 2 if insn.name in _LOADS else 16 if insn.name in _DIVISIONS else 1


def taken(insn: Insn) -> int:
    """Two bubbles after a change of flow."""
    return 2


MODEL = Timing(
    name="riscv32imc",
    tag="estimated",
    sources=("a textbook single-issue in-order pipeline; no calibrated source",),
    decode=decode,
    cycles=cycles,
    taken=taken,
)
