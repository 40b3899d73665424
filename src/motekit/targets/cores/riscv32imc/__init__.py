"""RISC-V RV32IMC (ESP32-C3 and kin): multiply and divide, compressed code, no FPU."""

from motekit.core.target import TargetSpec
from motekit.targets.plugin import Core, Emulation

CORE = Core(
    spec=TargetSpec(
        name="riscv32imc",
        isa="rv32imc",
        features=frozenset({"mul64", "hwdiv"}),
        registers=26,
        flash=(0x80000000, 0x400000),  # inside the RAM of QEMU's virt machine
        ram=(0x80400000, 0x400000),
    ),
    summary="RISC-V RV32IMC, no FPU",
    flags={
        "zig": ("-target", "riscv32-freestanding-none", "-mcpu=generic_rv32+m+c"),
    },
    macros={
        "__riscv_xlen": "32",
        "__riscv_mul": "1",
        "__riscv_compressed": "1",
        "__riscv_flen": None,
        "__riscv_atomic": None,
    },
    startup="mk_startup_riscv.c",
    timing="riscv32imc",
    emulation=Emulation(arch="riscv32", cpu="UC_CPU_RISCV32_ANY"),
    qemu=("qemu-system-riscv32", "-M", "virt", "-bios", "none"),
    package=__name__,
)
