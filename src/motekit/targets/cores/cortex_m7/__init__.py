"""Cortex-M7 with a single-precision FPU (STM32F7, H7): dual issue."""

from motekit.core.target import TargetSpec
from motekit.targets.plugin import Core, Emulation

CORE = Core(
    spec=TargetSpec(
        name="cortex-m7",
        isa="armv7e-m",
        features=frozenset({"dsp", "fpu", "mul64", "hwdiv", "unaligned"}),
        registers=13,
        flash=(0x00000000, 0x400000),
        ram=(0x20000000, 0x400000),
    ),
    summary="Arm Cortex-M7, dual issue, DSP and single-precision FPU",
    flags={
        "zig": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16sp+no_movt"),
        "gcc": ("-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
    },
    macros={
        "__ARM_ARCH": "7",
        "__ARM_FEATURE_DSP": "1",
        "__ARM_FP": "4|0x6",
        "__ARM_PCS_VFP": "1",
        "__ARM_FEATURE_UNALIGNED": "1",
    },
    startup="mk_startup_arm.c",
    timing="cortex_m7",
    emulation=Emulation(arch="arm", cpu="UC_CPU_ARM_CORTEX_M7"),
    qemu=("qemu-system-arm", "-M", "mps2-an500"),
    package=__name__,
)
