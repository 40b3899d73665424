"""Cortex-M7: the Cortex-M4 rules times a factor from one engine run on both cores.

The M7 issues two instructions a cycle under rules that Arm does not publish. Bosch's HALE
engine 1.0.17x was submitted to MLPerf Tiny 1.2 on an STM32L4R5 (M4F) and an STM32H7A3 (M7)
with the same models; cycles on the M7 are 0.570 (KWS), 0.593 (IC) and 0.566 (VWW) of those on
the M4F.
"""

from __future__ import annotations

from .cortex_m4 import cycles, taken
from .decode_arm import decode
from .model import Factor, Timing

MODEL = Timing(
    name="cortex-m7",
    tag="estimated",
    sources=(
        "the Cortex-M4 rules",
        "MLPerf Tiny 1.2, Bosch HALE 1.0.17x int8 on STM32H7A3 against STM32L4R5",
    ),
    decode=decode,
    cycles=cycles,
    taken=taken,
    factor=Factor(0.566, 0.576, 0.593),
)
