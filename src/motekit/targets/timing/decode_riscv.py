"""RV32IMC code → instructions, with capstone."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import capstone as cs
from capstone import riscv_const as riscv

from .model import Insn

_BRANCHES = {"beq", "bne", "blt", "bge", "bltu", "bgeu", "c.beqz", "c.bnez"}
_JUMPS = {"jal", "jalr", "c.j", "c.jal", "c.jr", "c.jalr", "mret"}
_LOADS = {"lb", "lbu", "lh", "lhu", "lw", "c.lw", "c.lwsp"}
_STORES = {"sb", "sh", "sw", "c.sw", "c.swsp"}


@functools.cache
def _disassembler() -> Any:
    engine = cs.Cs(cs.CS_ARCH_RISCV, cs.CS_MODE_RISCV32 | cs.CS_MODE_RISCVC)
    engine.detail = True
    return engine


def decode(code: bytes, address: int) -> tuple[Insn, ...]:
    """Instructions of a run of code. What capstone does not know has the name "unknown"."""
    return tuple(_each(code, address))


def _each(code: bytes, address: int) -> Iterator[Insn]:
    at = 0
    while at + 2 <= len(code):
        for raw in _disassembler().disasm(code[at:], address + at):
            yield _insn(raw)
            at += raw.size
        if at + 2 <= len(code):
            size = 4 if code[at] & 3 == 3 else 2
            yield Insn(address + at, size, "unknown", text=code[at : at + size].hex())
            at += size


def _insn(raw: Any) -> Insn:
    name = raw.insn_name()
    memory = next((o.mem for o in raw.operands if o.type == riscv.RISCV_OP_MEM), None)
    registers = [raw.reg_name(o.reg) for o in raw.operands if o.type == riscv.RISCV_OP_REG]
    writes = not (name in _BRANCHES or name in _STORES or name in ("c.j", "c.jr", "mret"))
    flow = "maybe" if name in _BRANCHES else "always" if name in _JUMPS else ""
    return Insn(
        address=raw.address,
        size=raw.size,
        name=name,
        text=f"{raw.mnemonic} {raw.op_str}".strip(),
        flow=flow,
        call=name in ("c.jal", "c.jalr") or (name in ("jal", "jalr") and "ra" in registers[:1]),
        writes=frozenset(registers[:1]) if writes else frozenset(),
        address_regs=frozenset() if memory is None else frozenset({raw.reg_name(memory.base)}),
        words=int(name in _LOADS or name in _STORES),
        sp=_stack(raw, name, registers),
    )


def _stack(raw: Any, name: str, registers: list[str]) -> int | None:
    if name == "c.addi16sp":
        return int(raw.operands[-1].imm)
    if registers[:1] != ["sp"] or name in _STORES or name in _BRANCHES:
        return 0
    if name in ("addi", "c.addi") and registers[-1] == "sp":
        last = raw.operands[-1]  # "mv sp, sp" has no number
        return int(last.imm) if last.type == riscv.RISCV_OP_IMM else 0
    return None
