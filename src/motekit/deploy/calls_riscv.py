"""What a function of a RISC-V program calls, told from its instructions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from motekit.targets.elf import Symbol
from motekit.targets.timing.model import Insn

from .calls_arm import Calls

_OPERANDS = re.compile(r"-?0x[0-9a-f]+|-?\b\d+\b|\b[a-z][a-z0-9]*\b")
_UPPER = ("lui", "auipc")
_DIRECT = ("jal", "c.jal", "c.j")


def calls(found: Sequence[Insn], symbol: Symbol) -> Calls:
    """Of a function's instructions: near jumps say how far, far ones add to an upper part that a
    register was given just before. Where that cannot be seen, it is a call through a pointer."""
    to: set[int] = set()
    pointer = False
    upper: dict[str, int] = {}  # register → what lui or auipc gave it last
    taken: set[int] = set()
    for insn in found:
        operands = _OPERANDS.findall(insn.text.partition(" ")[2])
        if insn.name in _UPPER:
            base = insn.address if insn.name == "auipc" else 0
            upper[operands[0]] = base + (int(operands[1], 0) << 12) & 0xFFFFFFFF
            continue
        if insn.name in _DIRECT:
            target = insn.address + int(operands[-1], 0)
            if insn.call or not symbol.address <= target < symbol.address + symbol.size:
                to.add(target)
        elif insn.name in ("jalr", "c.jalr", "c.jr"):
            base_, low = _far(insn, operands)
            if base_ in upper and insn.name == "jalr":
                to.add(upper[base_] + low & 0xFFFFFFFF)
            elif insn.call or base_ != "ra":
                pointer = True
        elif insn.name in ("addi", "c.addi"):
            base_, low = _far(insn, operands)
            if base_ in upper:
                taken.add(upper[base_] + low & 0xFFFFFFFF)
        for register in insn.writes:
            upper.pop(register, None)
    return Calls(frozenset(to), pointer, frozenset(taken))


def _far(insn: Insn, operands: Sequence[str]) -> tuple[str, int]:
    """(register, offset) of a jump through a register: "ra, t1, -4", "a0" …"""
    numbers = [o for o in operands if o.lstrip("-").startswith("0x") or o.lstrip("-").isdigit()]
    names = [o for o in operands if o not in numbers]
    return (names[-1] if names else "ra"), int(numbers[-1], 0) if numbers else 0
