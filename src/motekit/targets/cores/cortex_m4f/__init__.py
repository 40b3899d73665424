"""Cortex-M4 with FPU (nRF52840, STM32L4): SMLAD and kin, single-precision FPU."""

from motekit.core.target import TargetSpec
from motekit.targets.plugin import Core, Emulation

CORE = Core(
    spec=TargetSpec(
        name="cortex-m4f",
        isa="armv7e-m",
        features=frozenset({"dsp", "fpu", "mul64", "hwdiv", "unaligned"}),
        registers=13,
        flash=(0x00000000, 0x400000),
        ram=(0x20000000, 0x400000),
    ),
    summary="Arm Cortex-M4F, DSP and single-precision FPU",
    flags={
        "zig": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m4+vfp4d16sp+no_movt"),
        "gcc": ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
    },
    macros={
        "__ARM_ARCH": "7",
        "__ARM_FEATURE_DSP": "1",
        "__ARM_FP": "4|0x6",
        "__ARM_PCS_VFP": "1",
        "__ARM_FEATURE_UNALIGNED": "1",
    },
    startup="mk_startup_arm.c",
    timing="cortex_m4",
    emulation=Emulation(arch="arm", cpu="UC_CPU_ARM_CORTEX_M4"),
    qemu=("qemu-system-arm", "-M", "mps2-an386"),
    package=__name__,
)
