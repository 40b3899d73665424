"""Registers and calling convention of the emulated architectures."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unicorn import (
    UC_ARCH_ARM,
    UC_ARCH_RISCV,
    UC_MODE_MCLASS,
    UC_MODE_RISCV32,
    UC_MODE_THUMB,
    arm_const,
    riscv_const,
)

from motekit.core.errors import InputError
from motekit.targets.plugin import Core

from .engine import Uc


@dataclass(frozen=True)
class Cpu:
    """One architecture.

    Args:
        pc, sp, link: unicorn's register numbers.
        arguments: registers of integer arguments; the first is also that of the result.
        floats: registers of float arguments, () where floats travel as integers.
        thumb: 1 where a code address carries the Thumb bit.
        breakpoint: interrupt number of the semihosting instruction.
        trap_size: its bytes.
        trap: (bytes before it, code) of the whole semihosting sequence.
    """

    pc: int
    sp: int
    link: int
    arguments: tuple[int, ...]
    floats: tuple[int, ...]
    thumb: int
    breakpoint: int
    trap_size: int
    trap: tuple[int, bytes]

    def place(self, uc: Any, args: Sequence[int | float], sp: int) -> int:
        """Put arguments where a C function expects them; returns the new stack pointer."""
        ints, floats = list(self.arguments), list(self.floats)
        stacked: list[int] = []
        for arg in args:
            if isinstance(arg, float):
                bits = struct.unpack("<I", struct.pack("<f", arg))[0]
                registers = floats if self.floats else ints
            else:
                bits, registers = _word(arg), ints
            if registers:
                uc.reg_write(registers.pop(0), bits)
            else:
                stacked.append(bits)
        if stacked:
            sp = (sp - 4 * len(stacked)) & ~15
            uc.mem_write(sp, struct.pack(f"<{len(stacked)}I", *stacked))
        return sp

    def result(self, uc: Any, kind: str) -> int | float:
        """The result of a C function: "int", "uint", "int64" or "float"."""
        low = uc.reg_read(self.arguments[0])
        if kind == "float":
            bits = uc.reg_read(self.floats[0]) if self.floats else low
            return float(struct.unpack("<f", struct.pack("<I", bits & 0xFFFFFFFF))[0])
        if kind == "int64":
            value = low | uc.reg_read(self.arguments[1]) << 32
            return int(value - (1 << 64) if value >> 63 else value)
        return int(low - (1 << 32) if kind == "int" and low >> 31 else low)


def _word(value: int) -> int:
    number = int(value)
    if not -(1 << 31) <= number < 1 << 32:
        raise InputError("an argument does not fit 32 bits", where="call", value=number)
    return number & 0xFFFFFFFF


def _arm(core: Core, uc: Any) -> Cpu:
    floats: tuple[int, ...] = ()
    if "fpu" in core.spec.features:
        uc.reg_write(arm_const.UC_ARM_REG_FPEXC, 0x40000000)
        floats = tuple(arm_const.UC_ARM_REG_S0 + i for i in range(16))
    return Cpu(
        pc=arm_const.UC_ARM_REG_PC, sp=arm_const.UC_ARM_REG_SP, link=arm_const.UC_ARM_REG_LR,
        arguments=tuple(arm_const.UC_ARM_REG_R0 + i for i in range(4)), floats=floats, thumb=1,
        breakpoint=7, trap_size=2, trap=(0, bytes.fromhex("abbe")),
    )  # fmt: skip


def _riscv() -> Cpu:
    return Cpu(
        pc=riscv_const.UC_RISCV_REG_PC, sp=riscv_const.UC_RISCV_REG_X2,
        link=riscv_const.UC_RISCV_REG_X1,
        arguments=tuple(riscv_const.UC_RISCV_REG_X10 + i for i in range(8)), floats=(), thumb=0,
        breakpoint=3, trap_size=4, trap=(4, bytes.fromhex("1310f001 73001000 13507040")),
    )  # fmt: skip


def create(core: Core) -> tuple[Any, Cpu]:
    """A unicorn of the core's CPU and its conventions. Raises InputError if there is none."""
    emulation = core.emulation
    if emulation is None:
        raise InputError(
            "this core has no emulator", where="core", value=core.name, way_out="use cortex-m4f"
        )
    if emulation.arch == "riscv32":
        uc = Uc(UC_ARCH_RISCV, UC_MODE_RISCV32)
        uc.ctl_set_cpu_model(getattr(riscv_const, emulation.cpu))
        return uc, _riscv()
    uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
    uc.ctl_set_cpu_model(getattr(arm_const, emulation.cpu))
    return uc, _arm(core, uc)
