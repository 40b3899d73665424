"""Cortex-M4 with FPU, zero wait states on code and data, no bus contention, no interrupts.

Rules from the Arm Cortex-M4 Technical Reference Manual: instruction table 3-1, load/store
timing section 3.3.3, FPU table 7-1. Where the manual gives a range, the value here is the one
that docs/targets.md tabulates: pipeline refill P = 2 (manual: 1 to 3), division 7 (2 to 12).
"""

from __future__ import annotations

from .decode_arm import decode
from .model import Insn, Timing

P = 2  # cycles to refill the pipeline after a change of flow

SINGLE_LOADS = frozenset({
    "ldr", "ldrb", "ldrh", "ldrsb", "ldrsh", "ldrt", "ldrbt", "ldrht", "ldrsbt", "ldrsht",
})  # fmt: skip
OTHER_LOADS = frozenset({"ldrex", "ldrexb", "ldrexh", "lda", "ldab", "ldah"})
SINGLE_STORES = frozenset({"str", "strb", "strh", "strt", "strbt", "strht"})
OTHER_STORES = frozenset({"strex", "strexb", "strexh", "stl", "stlb", "stlh"})
LISTS = frozenset({"push", "pop", "ldm", "ldmdb", "stm", "stmdb", "vpush", "vpop", "vldmia",
                   "vldmdb", "vstmia", "vstmdb"})  # fmt: skip
MEMORY = (SINGLE_LOADS | OTHER_LOADS | SINGLE_STORES | OTHER_STORES | LISTS
          | {"ldrd", "strd", "vldr", "vstr"})  # fmt: skip
FP_LONG_MAC = frozenset({"vmla", "vmls", "vnmla", "vnmls", "vfma", "vfms", "vfnma", "vfnms"})
FP_ARITHMETIC = FP_LONG_MAC | {"vadd", "vsub", "vmul", "vnmul", "vdiv", "vsqrt", "vcvt", "vcvtr"}
FIXED = {
    "sdiv": 7, "udiv": 7, "vdiv": 14, "vsqrt": 14, "ldrd": 3, "strd": 3,
    "dsb": 4, "isb": 4, "dmb": 4, "msr": 2, "mrs": 2, "cps": 2,
    **dict.fromkeys(FP_LONG_MAC, 3),
    **dict.fromkeys(OTHER_LOADS | OTHER_STORES, 2),
}  # fmt: skip


def cycles(insn: Insn, before: Insn | None) -> int:
    """Cycles of an instruction that goes straight on, a predicated one as if executed."""
    base = _base(insn, before)
    if before is None:
        return base
    made_address = before.name not in MEMORY and before.writes & insn.address_regs
    waits_for_fpu = before.name in FP_ARITHMETIC and before.fp_writes & insn.fp_reads
    return base + bool(made_address) + bool(waits_for_fpu)


def taken(insn: Insn) -> int:
    """Further cycles of a branch that is taken, or of a load or ALU write to the PC."""
    return P


def _base(insn: Insn, before: Insn | None) -> int:
    name = insn.name
    after_load = before is not None and before.name in SINGLE_LOADS and not before.loads_pc
    if name in SINGLE_LOADS:
        pipelined = after_load and before is not None and not before.writes & insn.address_regs
        return 1 if pipelined and not insn.loads_pc else 2
    if name in SINGLE_STORES:
        return 1 if not insn.indexed or after_load else 2
    if name in LISTS:
        return 1 + insn.words
    if name in ("vldr", "vstr"):
        return 1 + len(insn.fp_reads | insn.fp_writes)
    if name == "vmov":
        return 2 if insn.cores == 2 else 1
    if name in ("tbb", "tbh"):
        return 4
    if name == "it":
        return 0 if before is not None and before.size == 2 else 1
    return FIXED.get(name, 1)


MODEL = Timing(
    name="cortex-m4",
    tag="emulated",
    sources=(
        "Arm Cortex-M4 Technical Reference Manual, table 3-1, section 3.3.3 and FPU table 7-1",
    ),
    decode=decode,
    cycles=cycles,
    taken=taken,
)
