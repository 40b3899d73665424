"""The most multiply-accumulates a core can do in a cycle, with operands that cost nothing.

That is what its cheapest instructions for them take in its timing model: SMLAD does two of 16 bits
at once where the DSP extension is there; elsewhere a multiplication and an addition do one. Loads,
stores and requantization come on top, so no layer reaches it; how near one comes shows how much of
its time is arithmetic. Winograd's convolutions need two thirds of the products they stand for.
"""

from __future__ import annotations

from motekit.targets.plugin import Core

from . import model

SMLAD = bytes.fromhex("21fb0200")  # smlad r0, r1, r2, r0
MULS_ADDS = bytes.fromhex("48431218")  # muls r0, r1; adds r2, r2, r0
MUL_ADD = bytes.fromhex("3385c502aa96")  # mul a0, a1, a2; c.add a3, a0


def macs_per_cycle(core: Core) -> float | None:
    """The bound, without the model's average factor for what it does not see; None if the core
    has no timing model."""
    if not core.timing:
        return None
    if "dsp" in core.spec.features:
        code, macs = SMLAD, 2
    else:
        code, macs = (MUL_ADD if core.spec.isa.startswith("rv") else MULS_ADDS), 1
    timing = model(core.timing)
    before = None
    cycles = 0
    for insn in timing.decode(code, 0x1000):
        cycles += timing.cycles(insn, before)
        before = insn
    return macs / cycles
