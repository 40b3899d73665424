"""Cortex-M33: the Cortex-M4 rules times a factor from one engine run on both cores.

Arm publishes no instruction timing for the M33. Bosch's HALE engine 1.0.17x was submitted to
MLPerf Tiny 1.2 on an STM32L4R5 (M4F) and an STM32U575 (M33) with the same models; cycles on
the M33 are 0.855 (KWS), 0.890 (IC), 0.885 (VWW) and 0.870 (AD) of those on the M4F.
"""

from __future__ import annotations

from .cortex_m4 import cycles, taken
from .decode_arm import decode
from .model import Factor, Timing

MODEL = Timing(
    name="cortex-m33",
    tag="estimated",
    sources=(
        "the Cortex-M4 rules",
        "MLPerf Tiny 1.2, Bosch HALE 1.0.17x int8 on STM32U575 against STM32L4R5",
    ),
    decode=decode,
    cycles=cycles,
    taken=taken,
    factor=Factor(0.855, 0.875, 0.890),
)
