"""Cortex-M33 with DSP and FPU (nRF5340, STM32U5): the Armv8-M mainline core."""

from motekit.core.target import TargetSpec
from motekit.targets.plugin import Core, Emulation

CORE = Core(
    spec=TargetSpec(
        name="cortex-m33",
        isa="armv8-m.main",
        features=frozenset({"dsp", "fpu", "mul64", "hwdiv", "unaligned"}),
        registers=13,
        flash=(0x10000000, 0x400000),  # where the mps2-an505 machine boots from
        ram=(0x38000000, 0x400000),
    ),
    summary="Arm Cortex-M33, DSP and single-precision FPU",
    flags={
        # Without +dsp the compiler drops SMLAD and kin without a word.
        "zig": (
            "-target",
            "thumb-freestanding-eabihf",
            "-mcpu=cortex_m33+dsp+fp_armv8d16sp+no_movt",
        ),
        "gcc": ("-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
    },
    macros={
        "__ARM_ARCH": "8",
        "__ARM_FEATURE_DSP": "1",
        "__ARM_FP": "4|0x6",
        "__ARM_PCS_VFP": "1",
        "__ARM_FEATURE_UNALIGNED": "1",
    },
    startup="mk_startup_arm.c",
    timing="cortex_m33",
    emulation=Emulation(arch="arm", cpu="UC_CPU_ARM_CORTEX_M33"),
    qemu=("qemu-system-arm", "-M", "mps2-an505"),
    package=__name__,
)
