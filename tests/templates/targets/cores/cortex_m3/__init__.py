"""Cortex-M3: like the M4 without its DSP instructions and FPU."""

from motekit.core.target import TargetSpec
from motekit.targets.plugin import Core, Emulation

CORE = Core(
    spec=TargetSpec(
        name="cortex-m3",
        isa="armv7-m",
        features=frozenset({"mul64", "hwdiv", "unaligned"}),
        registers=13,
        flash=(0x00000000, 0x400000),
        ram=(0x20000000, 0x400000),
    ),
    summary="Arm Cortex-M3, no DSP, no FPU",
    flags={
        "zig": ("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m3"),
        "gcc": ("-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft"),
    },
    macros={"__ARM_ARCH": "7", "__ARM_FEATURE_DSP": None, "__ARM_FP": None},
    startup="mk_startup_arm.c",
    timing="cortex_m4",
    emulation=Emulation(arch="arm", cpu="UC_CPU_ARM_CORTEX_M3"),
    qemu=("qemu-system-arm", "-M", "mps2-an385"),
    package=__name__,
)
