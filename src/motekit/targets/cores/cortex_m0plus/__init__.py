"""Cortex-M0+ (RP2040 and kin): Thumb-1, single-cycle 32-bit multiply, no divide, no FPU."""

from motekit.core.target import TargetSpec
from motekit.targets.plugin import Core, Emulation

CORE = Core(
    spec=TargetSpec(
        name="cortex-m0plus",
        isa="armv6-m",
        features=frozenset(),
        registers=8,
        flash=(0x00000000, 0x400000),
        ram=(0x20000000, 0x400000),
    ),
    summary="Arm Cortex-M0+, no DSP, no FPU",
    flags={
        "zig": ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m0plus"),
        "gcc": ("-mcpu=cortex-m0plus", "-mthumb", "-mfloat-abi=soft"),
    },
    macros={
        "__ARM_ARCH": "6",
        "__ARM_FEATURE_DSP": None,
        "__ARM_FP": None,
        "__ARM_FEATURE_UNALIGNED": None,
    },
    startup="mk_startup_arm.c",
    timing="cortex_m0plus",
    emulation=Emulation(arch="arm", cpu="UC_CPU_ARM_CORTEX_M0"),
    qemu=("qemu-system-arm", "-M", "mps2-an385"),
    package=__name__,
)
