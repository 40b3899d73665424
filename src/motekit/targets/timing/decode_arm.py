"""Thumb code → instructions, with capstone."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import capstone as cs
from capstone import arm_const as arm

from .model import Insn

_LISTS = {"push", "pop", "ldm", "ldmdb", "stm", "stmdb", "vpush", "vpop", "vldmia", "vldmdb",
          "vstmia", "vstmdb"}  # fmt: skip
_BRANCHES = {"b", "bl", "bx", "blx", "cbz", "cbnz", "tbb", "tbh"}


@functools.cache
def _disassembler() -> Any:
    engine = cs.Cs(cs.CS_ARCH_ARM, cs.CS_MODE_THUMB | cs.CS_MODE_MCLASS | cs.CS_MODE_V8)
    engine.detail = True
    return engine


def decode(code: bytes, address: int) -> tuple[Insn, ...]:
    """Instructions of a run of Thumb code. What capstone does not know has the name "unknown"."""
    return tuple(_each(code, address))


def _each(code: bytes, address: int) -> Iterator[Insn]:
    at = 0
    while at + 2 <= len(code):
        for raw in _disassembler().disasm(code[at:], address + at):
            yield _insn(raw)
            at += raw.size
        if at + 2 <= len(code):
            half = int.from_bytes(code[at : at + 2], "little")
            size = 4 if half >> 11 in (0b11101, 0b11110, 0b11111) else 2
            yield Insn(address + at, size, "unknown", text=f".short 0x{half:04x}")
            at += size


def _insn(raw: Any) -> Insn:
    name = raw.insn_name()
    written = frozenset(raw.reg_name(r) for r in raw.regs_access()[1])
    memory = next((o.mem for o in raw.operands if o.type == arm.ARM_OP_MEM), None)
    parts = () if memory is None else (memory.base, memory.index)
    address_regs = {raw.reg_name(r) for r in parts if r}
    floats = [(raw.reg_name(o.reg), o.access) for o in raw.operands if _is(raw, o, "sd")]
    if name in _LISTS:
        base = "sp" if name.endswith(("push", "pop")) else raw.reg_name(raw.operands[0].reg)
        address_regs = {base}
    branch = name in _BRANCHES or "pc" in written
    maybe = raw.cc not in (arm.ARM_CC_AL, arm.ARM_CC_INVALID) or name in ("cbz", "cbnz")
    return Insn(
        address=raw.address,
        size=raw.size,
        name=name,
        text=f"{raw.mnemonic} {raw.op_str}".strip(),
        flow=("maybe" if maybe else "always") if branch else "",
        call=name in ("bl", "blx"),
        loads_pc="pc" in written and name not in _BRANCHES,
        writes=written,
        address_regs=frozenset(address_regs - {"pc"}),
        indexed=bool(memory is not None and memory.index),
        words=_words(raw, name),
        fp_reads=_halves(reg for reg, access in floats if access != cs.CS_AC_WRITE),
        fp_writes=_halves(reg for reg, access in floats if access & cs.CS_AC_WRITE),
        cores=sum(_is(raw, o, "core") for o in raw.operands),
        sp=_stack(raw, name, written),
    )


def _is(raw: Any, operand: Any, kind: str) -> bool:
    if operand.type != arm.ARM_OP_REG:
        return False
    name = raw.reg_name(operand.reg)
    single = name[0] in "sd" and name[1:].isdigit()
    return single if kind == "sd" else not single


def _halves(names: Iterator[str]) -> frozenset[str]:
    out: set[str] = set()
    for name in names:
        n = int(name[1:])
        out.update([name] if name[0] == "s" else [f"s{2 * n}", f"s{2 * n + 1}"])
    return frozenset(out)


def _words(raw: Any, name: str) -> int:
    if name not in _LISTS:
        return 0
    skip = 0 if name.endswith(("push", "pop")) else 1
    names = [raw.reg_name(o.reg) for o in raw.operands[skip:]]
    return sum(2 if n[0] == "d" and n[1:].isdigit() else 1 for n in names)


def _stack(raw: Any, name: str, written: frozenset[str]) -> int | None:
    """Change of the stack pointer, which capstone does not list for VPUSH and STMDB."""
    if name.endswith(("push", "pop")):
        return 4 * _words(raw, name) * (-1 if name.endswith("push") else 1)
    first = raw.reg_name(raw.operands[0].reg) if raw.operands else ""
    if name in _LISTS:
        down = name.endswith("db")
        return 4 * _words(raw, name) * (-1 if down else 1) if raw.writeback and first == "sp" else 0
    if "sp" not in written:
        return 0
    last = raw.operands[-1]
    if name in ("add", "addw", "sub", "subw") and last.type == arm.ARM_OP_IMM:
        source = raw.reg_name(raw.operands[-2].reg)
        return last.imm * (1 if name.startswith("add") else -1) if source == "sp" else None
    if raw.writeback:
        return int(last.imm if last.type == arm.ARM_OP_IMM else last.mem.disp)
    return None
